"""Targets: what a window should say is what gold says of its part of the text."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.annotation.markup import parse_markup
from ie.labels import RELATIONS as RELATION_TYPES
from ie.neural.decode import REACH, runs
from ie.neural.examples import UNSAID, lost_relations, targets
from ie.neural.vocabulary import (
    BEGIN,
    CODES,
    END,
    INSIDE,
    LABELS,
    OUTSIDE,
    RELATIONS,
    SINGLE,
    TYPES,
)
from ie.neural.windows import Window, make_windows

PIECES = [
    "[县|A]",
    "[县政府😀|A]",
    "公开[信息|I][５条|C disclosed]",
    "[网站|H website]",
    "[未收到申请|I requests_received none]",
    "《[关于[县政府|A]办法的通知|T]》",
    "（[云政发〔2015〕3号|N]）",
    "[98.5%|R completion_rate]",
    "[2015年|D]",
    "，",
    "。\r\n",
    "一、概述\n",
    "的工作有条不紊地开展",
]
GOLD = st.lists(st.sampled_from(PIECES), max_size=25).map("".join).map(parse_markup)


def whole(a):
    length = len(a.document.text)
    return Window(0, length, 0, length, "", 0)


def surfaces(a, window, target):
    """Start, end and surface in the text of the document, of every span of a target."""
    rows = (target.spans[:, :2] + window.start).tolist()
    return [(s, e, a.document.text[s:e]) for s, e in rows]


@given(GOLD)
@settings(max_examples=60, deadline=None)
def test_tags_of_the_whole_text_say_the_gold_spans(a):
    (target,) = targets(a, [whole(a)])
    _, labels, starts, ends = runs(target.tags[None].astype(np.int8))
    found = {(int(s), int(e), LABELS[k]) for k, s, e in zip(labels, starts, ends, strict=True)}
    assert found == {s.key for s in a.spans}


@given(GOLD)
@settings(max_examples=60, deadline=None)
def test_windows_hold_the_tags_of_their_text_and_the_spans_that_lie_wholly_in_them(a):
    windows = make_windows(a.document, 32, 12, 8)
    (all_of_it,) = targets(a, [whole(a)])
    for window, target in zip(windows, targets(a, windows), strict=True):
        assert (target.tags == all_of_it.tags[window.start : window.end]).all()
        inside = [s for s in a.spans if window.start <= s.start and s.end <= window.end]
        assert surfaces(a, window, target) == [(s.start, s.end, a.text(s)) for s in inside]
        assert len(target.pairs) == len(target.features) == len(target.related)
        for (head, tail), row in zip(target.pairs, target.features, strict=True):
            kind = RELATION_TYPES[RELATIONS[row[0]]]
            assert inside[head].label in kind.heads
            assert inside[tail].label in kind.tails


def test_a_span_of_one_character_has_a_tag_of_its_own():
    a = parse_markup("[县|A][政府办|A][甲局|A]公")
    (target,) = targets(a, [whole(a)])
    tags = target.tags[:, LABELS.index("AGENCY")].tolist()
    assert tags == [SINGLE, BEGIN, INSIDE, END, BEGIN, END, OUTSIDE]


def test_spans_carry_the_numbers_of_their_attributes():
    a = parse_markup(
        "[网站|H website][5条|C letters][信息|I][未收到申请|I fees_waived none][县政府|A]"
    )
    (target,) = targets(a, [whole(a)])
    assert target.spans[:, 2:].tolist() == [
        [UNSAID, TYPES.index("website"), UNSAID],
        [CODES.index("letters"), UNSAID, UNSAID],
        [UNSAID, UNSAID, 0],
        [CODES.index("fees_waived"), UNSAID, 1],
        [UNSAID, UNSAID, UNSAID],
    ]


def test_a_phrase_carries_the_code_of_its_figures_where_they_agree():
    a = parse_markup("[来信|I][5封|C letters m<][6封|C letters m:x][办结|I#x][7封|C visits m<]")
    (target,) = targets(a, [whole(a)])
    codes = [r[2] for r, s in zip(target.spans.tolist(), a.spans, strict=True)]
    letters, visits = CODES.index("letters"), CODES.index("visits")
    assert codes == [letters, letters, letters, UNSAID, visits]


def test_related_pairs_are_the_gold_relations_of_their_type_only():
    a = parse_markup("[县政府|A#a]的[信息|I][5条|C m< by:a]、[图片|I][6张|C m<]")
    (target,) = targets(a, [whole(a)])
    related = [
        (RELATIONS[row[0]], *(a.text(a.spans[i]) for i in pair))
        for pair, row, yes in zip(target.pairs, target.features, target.related, strict=True)
        if yes
    ]
    assert sorted(related) == [
        ("by", "5条", "县政府"),
        ("measures", "5条", "信息"),
        ("measures", "6张", "图片"),
    ]
    assert len(target.related) > len(related)


def test_a_pair_that_a_window_cuts_is_not_its_own():
    a = parse_markup("[信息|I][5条|C m<]，[图片|I][6张|C m<]")
    first, second = Window(0, 6, 0, 5, "", 0), Window(2, 9, 5, 9, "", 2)
    left, right = targets(a, [first, second])
    assert surfaces(a, first, left) == [(0, 2, "信息"), (2, 4, "5条")]
    assert left.pairs.tolist() == [[1, 0]]
    assert left.related.tolist() == [1]
    assert surfaces(a, second, right) == [(2, 4, "5条"), (5, 7, "图片"), (7, 9, "6张")]
    said = {
        tuple(p): int(r)
        for p, r, f in zip(right.pairs, right.related, right.features, strict=True)
        if RELATIONS[f[0]] == "measures"
    }
    assert said == {(0, 1): 0, (2, 1): 1}


def test_a_text_without_spans_has_empty_targets():
    a = parse_markup("没有。")
    (target,) = targets(a, [whole(a)])
    assert target.tags.shape == (3, len(LABELS))
    assert not target.tags.any()
    assert target.spans.shape == (0, 5)
    assert target.pairs.shape == (0, 2)
    assert len(target.features) == len(target.related) == 0
    assert lost_relations(a) == 0


def test_relations_too_far_apart_are_counted_as_lost():
    near, far = "的" * REACH, "的" * (REACH + 1)
    markup = "[信息|I#i]{}[5条|C m:i]，[图片|I][6张|C m<]"
    assert lost_relations(parse_markup(markup.format(near))) == 0
    assert lost_relations(parse_markup(markup.format(far))) == 1
