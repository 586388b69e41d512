"""Offsets: whatever the text holds, an interval means the same characters everywhere."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import planted

from ie.document import Annotations, Attributes, Document, Relation, Span
from ie.errors import AnnotationError, DocumentError
from ie.labels import RELATIONS, SPAN_LABELS

# Full-width digits, astral characters, combining marks, every kind of line end.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("０９〇々𠮷😀\r\n\x85\u2028\u3000\xa0\ufeffé《〔〕》一二三件条"),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=60,
)


@st.composite
def annotated(draw: st.DrawFn, blank: bool = True) -> Annotations:
    """Any annotations; ``blank`` says whether numbers may lack their value."""
    text = draw(TEXTS)
    document = Document(text, name="any.txt")
    spans = []
    for label in draw(st.lists(st.sampled_from(sorted(SPAN_LABELS)), unique=True)):
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False):
            values = st.one_of(st.floats(0, 1e12), st.integers(0, 10**12))
            value = draw(st.none() | values if blank else values)
            attrs = Attributes(value=value) if label in ("COUNT", "RATE") else Attributes()
            spans.append(Span(start, end, label, attrs))
    relations = [
        Relation(kind.name, head, tail)
        for kind in RELATIONS.values()
        for head in spans
        for tail in spans
        if head.label in kind.heads and tail.label in kind.tails and draw(st.booleans())
    ]
    return Annotations(document, tuple(spans), tuple(relations))


@given(annotated(blank=False))
def test_stored_annotations_come_back_as_they_were(a):
    stored = json.loads(json.dumps(a.to_dict(), ensure_ascii=False))
    assert Annotations.from_dict(a.document, stored) == a


@given(annotated())
def test_the_text_of_a_span_is_what_stands_at_its_offsets(a):
    for span, row in zip(a.spans, a.to_dict()["spans"], strict=True):
        assert a.text(span) == row["text"] == a.document.text[span.start : span.end]
        assert 0 <= span.start < span.end <= len(a.document.text)


@given(annotated())
def test_spans_are_in_text_order(a):
    assert list(a.spans) == sorted(a.spans, key=lambda s: (s.start, s.end))


@given(TEXTS, st.integers(-3, 70), st.integers(-3, 70))
def test_an_interval_that_is_no_interval_of_the_text_is_refused(text, start, end):
    document = Document(text)
    if 0 <= start < end <= len(text):
        assert document.span(start, end, "DATE").end == end
    else:
        with pytest.raises(DocumentError):
            document.span(start, end, "DATE")


def test_a_changed_text_is_refused():
    a = planted("全年[公开信息|INDICATOR][29219条|COUNT value=29219]")
    moved = Document(f" {a.document.text}")
    with pytest.raises(AnnotationError, match="at these offsets"):
        Annotations.from_dict(moved, a.to_dict())


def test_spans_of_one_label_do_not_overlap_but_those_of_two_may():
    document = Document("政府网站信息")
    nested = (document.span(0, 4, "CHANNEL"), document.span(0, 2, "AGENCY"))
    assert len(Annotations(document, nested).spans) == 2
    with pytest.raises(AnnotationError, match="do not overlap"):
        Annotations(document, (document.span(0, 4, "CHANNEL"), document.span(2, 6, "CHANNEL")))


def test_a_relation_ends_at_spans_of_its_document():
    a = planted("[公开|INDICATOR#i][5条|COUNT#c value=5]", "c measures i")
    with pytest.raises(AnnotationError, match="among the spans"):
        Annotations(a.document, a.spans[:1], a.relations)


SPAN = {"id": "s1", "label": "COUNT", "start": 0, "end": 2, "attrs": {"value": 5}}
NOUN = {"id": "s2", "label": "INDICATOR", "start": 2, "end": 4}


def spans(**changes):
    return {"spans": [SPAN | changes, NOUN], "relations": []}


def relation(**changes):
    row = {"type": "measures", "head": "s1", "tail": "s2"} | changes
    return {"spans": [SPAN, NOUN], "relations": [row]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"spans": {}, "relations": []}, "spans {}; expected a list"),
        ({"spans": [], "relations": None}, "relations null; expected a list"),
        ({"spans": []}, "relations null; expected a list"),
        ({"spans": [None], "relations": []}, "null as row 1 of spans; expected an object"),
        (spans(id=None), "span 1: id null; expected a text"),
        ({"spans": [{"id": "s1", "label": "COUNT", "start": 0}]}, "span s1: no end"),
        (spans(start=0.0), "span s1: start 0.0; expected a whole number"),
        (spans(end="2"), "span s1: end '2'; expected a whole number"),
        (spans(end=True), "span s1: end True"),
        (spans(end=99), r"span s1: x.txt: span COUNT \[0, 99\); expected an end of at most 4"),
        (spans(end=0), r"span s1: span COUNT: \[0, 0\)"),
        (spans(label="SUM"), "span s1: .*one of COUNT"),
        (spans(score="high"), "span s1: score 'high'; expected a number"),
        (spans(attrs=[]), r"span s1: attrs \[\]; expected an object"),
        (spans(attrs={"x": 1}), "span s1: attribute x"),
        (spans(attrs={"value": "abc"}), "span s1: value 'abc'; expected a number"),
        (spans(attrs={"value": float("nan")}), "span s1: value nan"),
        (spans(attrs={"value": 10**400}), "span s1: value 1000"),
        (spans(attrs={"value": 5, "indicator": "sum"}), "span s1: attribute indicator: 'sum'"),
        (spans(attrs={"value": 5, "type": ["tv"]}), r"span s1: type \['tv'\]"),
        (spans(attrs={"value": 5, "type": "fax"}), "span s1: attribute type: 'fax'"),
        (spans(attrs={}), "span s1: COUNT without a value"),
        (spans(text="六条"), "span s1: text '六条' but '五条'"),
        (spans(id="s2"), "span s2: an id that is there twice"),
        ({"spans": [SPAN, SPAN | {"id": "s3"}], "relations": []}, "do not overlap"),
        (relation(tail="s9"), r"relation 1 \(s1 → s9\): no span s9"),
        (relation(type="counts"), r"relation 1 \(s1 → s2\): .*'counts'"),
        (relation(head="s2", tail="s1"), r"relation 1 \(s2 → s1\): .*INDICATOR → COUNT"),
        (relation(type=None), "relation 1: type null"),
    ],
)
def test_broken_annotations_are_named_in_one_line(data, message):
    with pytest.raises(AnnotationError, match=message) as error:
        Annotations.from_dict(Document("五条信息", name="x.txt"), data, "gold.json")
    assert str(error.value).startswith("gold.json")
    assert "\n" not in str(error.value)


def test_sections_are_a_view_of_the_text():
    document = Document("标题\n一、概述\n情况。\n二、主动公开政府信息情况\n公开5条。\n")
    assert [s.number for s in document.sections] == ["一", "二"]
    assert [document.text[s.start] for s in document.sections] == ["一", "二"]
    assert [s.kind for s in document.sections] == ["overview", "proactive"]
