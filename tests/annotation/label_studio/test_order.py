from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.annotation.label_studio.order import order, signature, uncertainty
from ie.document import Annotations, Document, Span
from ie.errors import UsageError

WORDS = "主动公开政府信息条例网站咨询投诉复议诉讼费用减免机构人员培训会议"


def text_of(seed: int, length: int = 400) -> str:
    return "".join(random.Random(seed).choices(WORDS, k=length))


def scored(text: str, *scores: float | None) -> Annotations:
    spans = (Span(i, i + 1, "COUNT", score=s) for i, s in enumerate(scores))
    return Annotations(Document(text), tuple(spans))


def ranking(found: list[Annotations], annotated: tuple[Document, ...] = ()) -> list[int]:
    by_text = {a.document.text: a for a in found}
    ranked = order((a.document for a in found), lambda d: by_text[d.text], annotated)
    priorities = [r.priority for r in ranked]
    assert priorities == sorted(priorities, reverse=True)
    assert sorted(r.place for r in ranked) == list(range(len(found)))
    assert all(r.annotations is found[r.place] for r in ranked)
    return [r.place for r in ranked]


# Uncertainty


def test_only_the_least_sure_spans_speak_for_a_document():
    assert uncertainty(scored(text_of(1), *[1.0] * 40, *[0.2] * 5)) == pytest.approx(0.8)
    assert uncertainty(scored(text_of(1), *[1.0] * 95, *[0.5] * 5)) == pytest.approx(0.25)


def test_a_short_document_speaks_with_five_spans_or_all_it_has():
    assert uncertainty(scored(text_of(1), 0.0, 1.0, 1.0, 1.0, 1.0, 1.0)) == pytest.approx(0.2)
    assert uncertainty(scored(text_of(1), 0.5)) == 0.5


def test_a_document_in_which_nothing_was_found_is_most_uncertain():
    assert uncertainty(scored(text_of(1))) == 1


def test_without_scores_there_is_no_uncertainty():
    with pytest.raises(UsageError, match="spans without scores"):
        uncertainty(scored(text_of(1), 0.5, None))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_uncertainty_is_a_share(scores):
    assert -1e-9 <= uncertainty(scored(text_of(1), *scores)) <= 1 + 1e-9


# Distance


def test_figures_and_spaces_make_no_difference():
    one = signature("主动公开政府信息5条，其中 规范性文件12件。")
    other = signature("主动公开政府信息１３２条，\r\n其中规范性文件 7件。")
    assert (one == other).all()


def test_a_signature_tells_about_how_much_two_texts_share():
    half = text_of(1, 2000)
    same = (signature(half + text_of(2, 2000)) == signature(half + text_of(3, 2000))).mean()
    assert same == pytest.approx(1 / 3, abs=0.15)


@pytest.mark.parametrize("text", ["", "5", "条", "\U00020000\ud800"])
def test_the_shortest_texts_have_a_signature(text):
    assert (signature(text) == signature(text)).all()


# Order


def test_the_least_sure_comes_first():
    found = [scored(text_of(seed), score) for seed, score in enumerate((0.9, 0.1, 0.5))]
    assert ranking(found) == [1, 2, 0]


def test_ten_reports_of_one_template_do_not_come_first():
    template = text_of(0)
    alike = [scored(f"{template}信息{i}条", 0.1) for i in range(10)]
    others = [scored(text_of(seed), 0.7) for seed in range(1, 6)]
    places = ranking(alike + others)
    assert places[0] == 0
    assert sorted(places[1:6]) == [10, 11, 12, 13, 14]


def test_what_is_like_an_annotated_document_waits():
    found = [scored(text_of(1), 0.1), scored(text_of(2), 0.6)]
    assert ranking(found) == [0, 1]
    assert ranking(found, (Document(text_of(1) + "，共5条"),)) == [1, 0]


def test_no_documents_no_order():
    assert order([], lambda d: scored(d.text)) == []
