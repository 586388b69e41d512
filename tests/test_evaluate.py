"""Scores: identities that hold for any annotations, and every kind of mistake once."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from planted import planted
from test_document import annotated

from ie.annotation.store import read_gold_folder
from ie.document import Annotations
from ie.errors import AnnotationError
from ie.evaluate import Score, evaluate, measure_names, mistake_table, tables
from ie.labels import SPAN_LABELS
from ie.tables import to_text

SHARED = Path(__file__).parents[2] / "shared"

GOLD = planted(
    "[县政府|AGENCY#a]通过[政府网站|CHANNEL#w type=website][公开信息|INDICATOR#i]"
    "[50条|COUNT#c indicator=disclosed value=50 unit=条],"
    "[办结率|INDICATOR#j][98.5%|RATE#r indicator=completion_rate value=0.985 unit=%],"
    "[未收费|INDICATOR#z indicator=fees_collected value=0 stated=none]",
    "c measures i",
    "c via w",
    "c by a",
    "r measures j",
)


def scores(predicted, gold=GOLD):
    return evaluate([(gold, predicted)]).pooled


@settings(deadline=None)
@given(annotated())
def test_gold_against_itself_is_perfect(a):
    evaluation = evaluate([(a, a)])
    # A number without a value says nothing that could be right, here or in the gold.
    valued = all(s.attrs.value is not None for s in a.spans if s.label in ("COUNT", "RATE"))
    for name, score in evaluation.pooled.items():
        if valued or not name.startswith(("values", "facts")):
            assert score.f1 in (1.0, None), name
    assert not [m for m in evaluation.mistakes if not m.kind.startswith("fact")]


@settings(deadline=None)
@given(annotated())
def test_nothing_predicted_is_nothing_right(a):
    evaluation = evaluate([(a, Annotations(a.document, ()))])
    for name, score in evaluation.pooled.items():
        assert score.right == score.predicted == 0, name
        assert score.recall in (0.0, None)
        assert score.precision is None


@settings(deadline=None)
@given(annotated(), annotated())
def test_seqeval_strict_is_the_exact_span_score(a, b):
    gold = a
    spans = tuple(s for s in b.spans if s.end <= len(a.document.text))
    predicted = Annotations(a.document, (*spans,))
    evaluation = evaluate([(gold, predicted)], bootstrap=0)
    for label in SPAN_LABELS:
        exact = evaluation.pooled[f"spans.{label}"]
        strict = evaluation.seqeval.get(label)
        if strict is None:
            assert exact.gold == exact.predicted == 0
        else:
            assert strict["precision"] == pytest.approx(exact.precision or 0)
            assert strict["recall"] == pytest.approx(exact.recall or 0)
            assert strict["f1-score"] == pytest.approx(exact.f1 or 0)


def test_a_value_counts_where_it_overlaps_and_a_span_only_where_it_is_equal():
    predicted = planted("县政府通过政府网站公开信息[50|COUNT value=50]条,办结率98.5%,未收费")
    found = scores(predicted)
    assert found["values"] == Score(1, 2, 1)
    assert found["spans.COUNT"] == Score(0, 1, 1)
    assert found["facts.all"] == Score(0, 3, 1)  # no indicator code


def test_a_fact_needs_value_and_code_and_serves_once():
    two = planted(
        "县政府通过政府网站公开信息[5|COUNT indicator=disclosed value=50]"
        "[0条|RATE indicator=disclosed value=50],办结率98.5%,"
        "[未收费|INDICATOR indicator=fees_collected value=0 stated=none]"
    )
    assert scores(two)["facts.all"] == Score(2, 3, 3)
    wrong = planted(
        "县政府通过政府网站公开信息[50条|COUNT indicator=letters value=50],"
        "办结率[98.5%|RATE indicator=other value=0.985],未收费"
    )
    assert scores(wrong)["facts.all"] == Score(0, 3, 2)
    assert scores(wrong)["facts.coded"] == Score(0, 3, 1)


def test_attributes_are_scored_on_equal_spans_only():
    predicted = planted(
        "县政府通过[政府网站|CHANNEL type=platform]公开信息"
        "[50条|COUNT indicator=disclosed value=50 unit=件],办结率[98.5|RATE value=0.985]%,未收费"
    )
    found = scores(predicted)
    assert found["attributes.indicator"] == Score(1, 1, 1)
    assert found["attributes.unit"] == Score(0, 1, 1)
    assert found["attributes.type"] == Score(0, 1, 1)


def test_a_relation_needs_both_ends_exactly():
    predicted = planted(
        "[县政府|AGENCY#a]通过政府[网站|CHANNEL#w]公开信息[50条|COUNT#c value=50],"
        "办结率98.5%,未收费",
        "c via w",
        "c by a",
    )
    found = scores(predicted)
    assert found["relations.via"] == Score(0, 1, 1)
    assert found["relations.by"] == Score(1, 1, 1)
    assert found["relations.all"] == Score(1, 4, 2)


def test_every_kind_of_mistake_is_named():
    predicted = planted(
        "[县政府|CHANNEL#a type=other]通过政府[网站|CHANNEL#w type=website]公开[信息|DATE]"
        "[50条|COUNT#c indicator=letters value=50 unit=条],"
        "[办结率|INDICATOR#j][98.5%|RATE#r indicator=completion_rate value=98.5 unit=%],"
        "未收[费|COUNT indicator=other value=1]",
        "c via w",
        "r measures j",
    )
    mistakes = evaluate([(GOLD, predicted)]).mistakes
    kinds = {(m.kind, m.label) for m in mistakes}
    assert kinds >= {
        ("label", "AGENCY"),
        ("boundary", "CHANNEL"),
        ("spurious", "DATE"),
        ("missed", "INDICATOR"),
        ("attribute", "COUNT"),
        ("relation missed", "measures"),
        ("relation spurious", "via"),
        ("fact code", "COUNT"),
        ("fact value", "RATE"),
    }
    context = next(m.context for m in mistakes if m.kind == "boundary")
    assert context == "县政府通过[政府网站]公开信息50条,办结率98.5"


def test_scores_are_summed_over_documents_and_averaged():
    nothing = Annotations(GOLD.document, ())
    evaluation = evaluate([(GOLD, GOLD), (GOLD, nothing)], bootstrap=200)
    assert evaluation.pooled["spans.all"] == Score(7, 14, 7)
    assert evaluation.macro("spans.all") == 0.5
    low, high = evaluation.intervals["spans.all"]
    assert (low, high) == (0.0, 1.0)
    assert "2 documents" in evaluation.note
    assert evaluate([(GOLD, nothing)]).intervals == {}


def test_the_bootstrap_is_repeatable():
    pairs = [(GOLD, GOLD), (GOLD, Annotations(GOLD.document, GOLD.spans[:3]))] * 3
    assert evaluate(pairs, seed=1).intervals == evaluate(pairs, seed=1).intervals


def test_two_texts_are_refused():
    with pytest.raises(AnnotationError, match="another text"):
        evaluate([(GOLD, planted("别的"))])


def test_tables_and_json_hold_every_measure():
    evaluation = evaluate([(GOLD, planted(GOLD.document.text))])
    printed = to_text(*tables(evaluation), mistake_table(evaluation), terminal=False)
    assert all(name in printed for name in measure_names())
    assert set(json.loads(json.dumps(evaluation.to_dict()))["pooled"]) == set(measure_names())


@pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="the gold reports are not here")
def test_real_gold_against_itself_is_perfect():
    gold = read_gold_folder(SHARED / "gold", SHARED / "seeds")
    evaluation = evaluate([(a, a) for a in gold], bootstrap=0)
    assert {s.f1 for s in evaluation.pooled.values()} == {1.0}
    assert evaluation.seqeval["micro"]["f1-score"] == 1.0
    assert evaluation.mistakes == ()
