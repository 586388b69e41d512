"""Mark-up: offsets right by construction, figures read, links followed, errors with a line."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.annotation import markup as module
from ie.annotation.markup import LABELS, RELATION_NAMES, parse_markup
from ie.errors import AnnotationError
from ie.labels import RELATIONS, SPAN_LABELS

CHARACTERS = "公开信息5，。A１ \t\r\n\u3000😀𠮷e\u0301[]|\\#=<>:"
TEXTS = st.one_of(st.text(CHARACTERS, max_size=8), st.text(max_size=8))
DEEP = ("DOC_TITLE", "AGENCY", "INDICATOR", "DATE")
"""Labels by depth, so that spans of one label never overlap."""

TREES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, min_size=1, max_size=4),
    max_leaves=12,
)
"""A text is itself; a list is a span over what it holds."""


def escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "[]|\\" else c for c in text)


def planted_tree(tree, depth, offset):
    """(mark-up, text, spans) of a tree; spans of no text or too deep are not marked."""
    if isinstance(tree, str):
        return escaped(tree), tree, []
    markup, text, spans = "", "", []
    for part in tree:
        m, t, s = planted_tree(part, depth + 1, offset + len(text))
        markup, text, spans = markup + m, text + t, spans + s
    if text and depth < len(DEEP):
        markup = f"[{markup}|{DEEP[depth]}]"
        spans.append((offset, offset + len(text), DEEP[depth]))
    return markup, text, spans


@given(st.lists(TREES, max_size=6))
@settings(max_examples=100, deadline=None)
def test_text_and_offsets_are_what_was_planted(trees):
    markup, text, spans = "", "", []
    for tree in trees:
        m, t, s = planted_tree(tree, 0, len(text))
        markup, text, spans = markup + m, text + t, spans + s
    a = parse_markup(markup)
    assert a.document.text == text
    assert [s.key for s in a.spans] == sorted(spans)


@given(st.text(CHARACTERS + "CI|[]", max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_text_is_parsed_or_refused_in_one_line(markup):
    message = "any.txt"
    try:
        parse_markup(markup, name="any.txt")
    except AnnotationError as error:
        message = str(error)
    assert message.startswith("any.txt")
    assert "\n" not in message


def test_the_examples_of_the_documentation_hold():
    found = doctest.testmod(module)
    assert found.attempted >= 2
    assert found.failed == 0


def test_every_label_and_relation_has_one_short_form():
    assert sorted(LABELS.values()) == sorted(SPAN_LABELS)
    assert sorted(RELATION_NAMES.values()) == sorted(RELATIONS)
    for short, label in LABELS.items():
        one, other = (parse_markup(f"[5|{name}]") for name in (short, label))
        assert one == other
        assert one.spans[0].label == label


@pytest.mark.parametrize(
    ("markup", "attributes"),
    [
        ("[约３万条|C]", {"indicator": "other", "value": 3e4, "unit": "条", "approx": "about"}),
        ("[5条|C letters]", {"indicator": "letters", "value": 5.0, "unit": "条"}),
        ("[98%|R]", {"indicator": "other", "value": 0.98, "unit": "%"}),
        ("[5条|C unit=件]", {"indicator": "other", "value": 5.0, "unit": "件"}),
        ("[若干条|C value=3 approx=about]", {"indicator": "other", "value": 3, "approx": "about"}),
        ("[5条|C indicator=visits]", {"indicator": "visits", "value": 5.0, "unit": "条"}),
        ("[网站|H website]", {"type": "website"}),
        ("[网站|H]", {"type": "other"}),
        ("[信息|I]", {}),
        ("[没有|I reviews none]", {"indicator": "reviews", "value": 0, "stated": "none"}),
        ("[没有|I none reviews]", {"indicator": "reviews", "value": 0, "stated": "none"}),
    ],
)
def test_attributes(markup, attributes):
    (span,) = parse_markup(markup).spans
    assert span.attrs.to_dict() == attributes


def links(markup):
    a = parse_markup(markup)
    return [(r.type, a.text(r.head), a.text(r.tail)) for r in a.relations]


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ("[信息|I][5条|C m<]", [("measures", "5条", "信息")]),
        ("[5条|C m>][信息|I][图片|I]", [("measures", "5条", "信息")]),
        ("[信息|I][图片|I][网站|H][5条|C m<]", [("measures", "5条", "图片")]),
        ("[信息|I#i][图片|I][5条|C m:i]", [("measures", "5条", "信息")]),
        ("[5条|C m:i]，[信息|I#i]", [("measures", "5条", "信息")]),
        ("[信息|I][图片|I][5条|C measures<]", [("measures", "5条", "图片")]),
        (
            "[9条|C#all]其中[5条|C of<]、[4条|C of:all]",
            [("part_of", "5条", "9条"), ("part_of", "4条", "9条")],
        ),
        ("[甲局|A][[乙局|A]办法|T from<]", [("issued_by", "乙局办法", "甲局")]),
        ("[办法|T no>]（[1号令|N]）", [("has_number", "办法", "1号令")]),
        (
            "[甲局|A]经[网站|H]公开[信息|I][5条|C m< via< by<]",
            [("measures", "5条", "信息"), ("via", "5条", "网站"), ("by", "5条", "甲局")],
        ),
    ],
)
def test_links(markup, found):
    assert links(markup) == found


def test_a_backslash_lets_the_next_character_stand_for_itself():
    a = parse_markup("\\[甲\\|乙\\]\\\\[丙\\]|A]丁|戊\\")
    assert a.document.text == "[甲|乙]\\丙]丁|戊\\"
    assert [a.text(s) for s in a.spans] == ["丙]"]


NO_INDICATOR = "COUNT → AGENCY; expected COUNT/RATE → INDICATOR"
KEYS = "indicator, value, unit, approx, stated, type"


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("甲\n[乙|Q]", "m line 2 '乙': label 'Q': unknown; expected one of C, R, N, T, A, H, I, D"),
        ("[甲| ]", "m line 1 '甲': label '': unknown; expected one of C, R, N, T, A, H, I, D"),
        ("甲]\n", "m line 1: ] with no tag; expected [text|LABEL …] or \\]"),
        ("\n\n甲[乙", "m: [乙; expected [text|LABEL …] or \\["),
        ("\n[甲|A", "m line 2: a tag; expected [text|LABEL …]"),
        ("[|A]", "m line 1: a tag; expected [text|LABEL …]"),
        ("[5条|C m<]", "m line 1 '5条': measures → <; expected a span to lead to"),
        ("[信息|I][5条|C m>]", "m line 1 '5条': measures → >; expected a span to lead to"),
        ("[信息|I][5条|C m:i]", "m line 1 '5条': measures → i; expected a span to lead to"),
        ("[甲|A#x]\r\n[5条|C m:x]", f"m line 2 '5条': {NO_INDICATOR}"),
        ("[甲|A#x][乙|A#x]", "m line 1 '乙': #x a second time; expected an id of its own"),
        ("[多条|C]", "m line 1 '多条': COUNT 多条: no number in '多条'; expected a number"),
        (
            "[甲|A website]",
            "m line 1 '甲': AGENCY tag: 'website'; expected a code, type, link or key=value",
        ),
        (
            "[5条|C speed=1]",
            f"m line 1 '5条': COUNT tag: attribute speed; expected one of {KEYS}",
        ),
        (
            "[5条|C value=five]",
            "m line 1 '5条': COUNT tag: value 'five'; expected a number that is finite",
        ),
        (
            "[5条|C value=inf]",
            "m line 1 '5条': COUNT tag: value 'inf'; expected a number that is finite",
        ),
        (
            "[5条|C approx=often]",
            "m line 1 '5条': attribute approx: 'often'; expected one of more, less, about",
        ),
        (
            "[[甲|A]局|A]",
            "m: AGENCY [0, 2) over [0, 1); expected spans of one label that do not overlap",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(markup, message):
    with pytest.raises(AnnotationError) as error:
        parse_markup(markup, name="m")
    assert str(error.value) == message
