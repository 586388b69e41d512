"""The vocabulary: one place, in agreement with itself."""

import pytest

from ie.document import Attributes, Span
from ie.document import Relation as Link
from ie.errors import AnnotationError, DocumentError
from ie.labels import CORE_LABELS, INDICATORS, NUMERIC_LABELS, RELATIONS, SPAN_LABELS


def test_every_name_that_one_table_takes_from_another_is_there():
    assert set(CORE_LABELS) <= set(SPAN_LABELS)
    assert set(SPAN_LABELS) >= NUMERIC_LABELS
    for relation in RELATIONS.values():
        assert relation.heads <= set(SPAN_LABELS)
        assert relation.tails <= set(SPAN_LABELS)


def test_indicator_codes_are_unique_words_with_a_chinese_name():
    assert len({i.name for i in INDICATORS.values()}) == len(INDICATORS)
    assert all(code.isidentifier() and i.meaning for code, i in INDICATORS.items())
    assert "other" in INDICATORS


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=lambda r: r.name)
def test_a_relation_takes_its_own_ends_only(relation):
    for head in SPAN_LABELS:
        for tail in SPAN_LABELS:
            legal = head in relation.heads and tail in relation.tails
            ends = Span(0, 1, head), Span(1, 2, tail)
            if legal:
                assert Link(relation.name, *ends).head.label == head
            else:
                with pytest.raises(AnnotationError):
                    Link(relation.name, *ends)


@pytest.mark.parametrize(
    "attributes",
    [{"indicator": "sum"}, {"approx": "exactly"}, {"type": "fax"}, {"stated": "number"}],
)
def test_a_value_outside_its_list_is_refused(attributes):
    with pytest.raises(AnnotationError, match="one of"):
        Attributes(**attributes)


def test_an_unknown_label_is_refused():
    with pytest.raises(DocumentError, match="one of COUNT"):
        Span(0, 1, "NUMBER")
