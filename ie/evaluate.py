"""Predicted annotations against gold: spans, values, attributes, relations and facts.

Everything is counted as a :class:`Score` (right, gold, predicted) for each document and
summed over documents, so one rule of precision, recall and F1 serves every measure:

* ``spans.LABEL``, ``spans.all``, ``spans.core``: start, end and label are equal. For one
  tag sequence a label this is what seqeval counts in strict mode (:func:`seqeval_scores`).
* ``values``: a predicted COUNT or RATE is right when its value is (to a relative 1e-9) and
  it overlaps a gold COUNT or RATE; each gold span serves once.
* ``attributes.NAME``: accuracy on the spans that are exactly right; ``indicator``, ``unit``,
  ``approx`` of COUNT and RATE, ``type`` of CHANNEL, ``stated`` of INDICATOR.
* ``relations.TYPE``, ``relations.all``: type and both ends (start, end and label) are equal.
* ``facts.all``: the facts of an annotation are its COUNT and RATE spans and the INDICATOR
  spans that state a zero. A predicted fact is right when its value (relative 1e-9) and its
  indicator code are, and its evidence overlaps the gold span; each gold fact serves once,
  spans that are equal being paired before those that only overlap.
* ``facts.coded``: the same without the code ``other``: precision over predicted facts,
  recall over gold facts whose code is another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ie.document import Annotations, Span
from ie.errors import AnnotationError, UsageError
from ie.labels import CORE_LABELS, RELATIONS, SPAN_LABELS
from ie.matching import (
    ATTRIBUTES,
    facts_of,
    is_coded,
    numbers_of,
    pair,
    relation_key,
    same_fact,
    same_value,
)
from ie.mistakes import Mistake, find_mistakes

if TYPE_CHECKING:
    from rich.table import Table

FEW_DOCUMENTS = 20
"""Below this many documents a bootstrap interval is itself a rough estimate."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many were right, of how many in the gold and how many predicted."""

    right: int = 0
    gold: int = 0
    predicted: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right, self.gold + other.gold, self.predicted + other.predicted
        )

    @property
    def precision(self) -> float | None:
        """Share of the predicted that is right; None where nothing was predicted."""
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Share of the gold that was found; None where there is none."""
        return self.right / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two; None where there is neither gold nor prediction."""
        both = self.gold + self.predicted
        return 2 * self.right / both if both else None

    def to_dict(self) -> dict[str, float | None]:
        """Counts and shares, for JSON."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "right": self.right,
            "gold": self.gold,
            "predicted": self.predicted,
        }


@dataclass(frozen=True)
class Evaluation:
    """All scores of a set of documents.

    Args:
        documents: name and measures of each document, in the order given.
        pooled: measure → score summed over the documents (micro).
        intervals: measure → 95% bootstrap interval of the pooled F1 over documents; none
            for a single document.
        seqeval: label → strict seqeval score (IOB2), with ``micro`` and ``macro``.
        mistakes: every error, in text order within each document.
    """

    documents: tuple[tuple[str, dict[str, Score]], ...]
    pooled: dict[str, Score]
    intervals: dict[str, tuple[float, float]]
    seqeval: dict[str, dict[str, float]]
    mistakes: tuple[Mistake, ...]

    def macro(self, measure: str) -> float | None:
        """Mean F1 over the documents where the measure is defined."""
        scores = [f1 for _, m in self.documents if (f1 := m[measure].f1) is not None]
        return sum(scores) / len(scores) if scores else None

    @property
    def macro_labels(self) -> float | None:
        """Mean pooled F1 over the span labels that occur."""
        scores = [
            f1 for label in SPAN_LABELS if (f1 := self.pooled[f"spans.{label}"].f1) is not None
        ]
        return sum(scores) / len(scores) if scores else None

    @property
    def note(self) -> str:
        """What to keep in mind about the intervals, or nothing."""
        n = len(self.documents)
        if n >= FEW_DOCUMENTS:
            return ""
        return f"{n} document{'s' * (n != 1)}: intervals over so few are rough at best"

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "note": self.note,
            "pooled": {
                name: {
                    **score.to_dict(),
                    "macro_f1": self.macro(name),
                    "interval": self.intervals.get(name),
                }
                for name, score in self.pooled.items()
            },
            "macro_labels_f1": self.macro_labels,
            "seqeval": self.seqeval,
            "documents": [
                {"name": name, "scores": {k: s.to_dict() for k, s in scores.items()}}
                for name, scores in self.documents
            ],
            "mistakes": [
                {key: getattr(m, key) for key in Mistake.__slots__} for m in self.mistakes
            ],
        }


def evaluate(
    pairs: Sequence[tuple[Annotations, Annotations]], *, bootstrap: int = 1000, seed: int = 0
) -> Evaluation:
    """Score predictions against gold.

    Args:
        pairs: gold and predicted annotations of one document each.
        bootstrap: how many times the documents are drawn anew; 0 for no intervals.
        seed: of the draws.

    Raises:
        AnnotationError: a pair is of two different texts.
        UsageError: numpy or seqeval is not installed.
    """
    documents = []
    mistakes: list[Mistake] = []
    for gold, predicted in pairs:
        if gold.document.text != predicted.document.text:
            raise AnnotationError(
                gold.document.name, "another text in the prediction", "two annotations of one text"
            )
        documents.append((gold.document.name, measure(gold, predicted)))
        mistakes.extend(find_mistakes(gold, predicted))
    pooled = {
        name: sum((scores[name] for _, scores in documents), Score()) for name in measure_names()
    }
    return Evaluation(
        tuple(documents),
        pooled,
        _intervals([scores for _, scores in documents], bootstrap, seed),
        seqeval_scores(pairs),
        tuple(mistakes),
    )


# Scores of one document


def measure_names() -> list[str]:
    """Every measure, in the order of the tables."""
    return [
        *(f"spans.{label}" for label in SPAN_LABELS),
        "spans.core",
        "spans.all",
        "values",
        *(f"attributes.{name}" for name in ATTRIBUTES),
        *(f"relations.{name}" for name in RELATIONS),
        "relations.all",
        "facts.all",
        "facts.coded",
    ]


def measure(gold: Annotations, predicted: Annotations) -> dict[str, Score]:
    """The scores of one document, by measure."""
    scores = {}
    for label in SPAN_LABELS:
        scores[f"spans.{label}"] = _shared(
            {s.key for s in gold.of(label)}, {s.key for s in predicted.of(label)}
        )
    spans = {label: scores[f"spans.{label}"] for label in SPAN_LABELS}
    scores["spans.core"] = sum((spans[label] for label in CORE_LABELS), Score())
    scores["spans.all"] = sum(spans.values(), Score())

    numbers, found = numbers_of(gold), numbers_of(predicted)
    matched = len(pair(numbers, found, same_value))
    scores["values"] = Score(matched, len(numbers), len(found))

    same = {s.key: s for s in predicted.spans}
    for name, labels in ATTRIBUTES.items():
        exact = [(s, same[s.key]) for s in gold.spans if s.label in labels and s.key in same]
        right = sum(getattr(a.attrs, name) == getattr(b.attrs, name) for a, b in exact)
        scores[f"attributes.{name}"] = Score(right, len(exact), len(exact))

    for name in RELATIONS:
        scores[f"relations.{name}"] = _shared(
            {relation_key(r) for r in gold.relations if r.type == name},
            {relation_key(r) for r in predicted.relations if r.type == name},
        )
    scores["relations.all"] = sum((scores[f"relations.{name}"] for name in RELATIONS), Score())

    facts, claimed = facts_of(gold), facts_of(predicted)
    pairs = pair(facts, claimed, same_fact)
    scores["facts.all"] = Score(len(pairs), len(facts), len(claimed))
    scores["facts.coded"] = Score(
        sum(is_coded(a) for a, _ in pairs),
        sum(map(is_coded, facts)),
        sum(map(is_coded, claimed)),
    )
    return scores


def _shared(gold: set[Any], predicted: set[Any]) -> Score:
    return Score(len(gold & predicted), len(gold), len(predicted))


# seqeval


def seqeval_scores(
    pairs: Sequence[tuple[Annotations, Annotations]],
) -> dict[str, dict[str, float]]:
    """Strict seqeval scores (``mode="strict"``, IOB2), by label and ``micro``, ``macro``.

    Each label of each document is one sequence of character tags, for spans of different
    labels may nest. Characters that are O in both sequences are left out: an entity begins
    with a B of its own, so no score depends on them, and seqeval is slow.

    Raises:
        UsageError: seqeval is not installed.
    """
    try:
        from seqeval.metrics import classification_report
        from seqeval.scheme import IOB2
    except ImportError as error:
        raise _missing("seqeval") from error
    true, found = [], []
    for gold, predicted in pairs:
        for label in SPAN_LABELS:
            g, p = gold.of(label), predicted.of(label)
            covered = sorted({i for s in (*g, *p) for i in range(s.start, s.end)})
            if covered:
                true.append(_tags(g, label, covered))
                found.append(_tags(p, label, covered))
    if not true:
        return {}
    report = classification_report(
        true, found, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )
    return {
        name.removesuffix(" avg"): {key: float(value) for key, value in row.items()}
        for name, row in report.items()
        if name != "weighted avg"
    }


def _tags(spans: Sequence[Span], label: str, characters: Sequence[int]) -> list[str]:
    tags = {}
    for span in spans:
        tags[span.start] = f"B-{label}"
        for i in range(span.start + 1, span.end):
            tags[i] = f"I-{label}"
    return [tags.get(i, "O") for i in characters]


# Intervals


def _intervals(
    documents: Sequence[dict[str, Score]], draws: int, seed: int
) -> dict[str, tuple[float, float]]:
    """95% percentile intervals of pooled F1, the documents being drawn with replacement."""
    if len(documents) < 2 or draws < 1:
        return {}
    try:
        import numpy as np
    except ImportError as error:
        raise _missing("numpy") from error
    n = len(documents)
    drawn = np.random.default_rng(seed).integers(0, n, size=(draws, n))  # draws documents
    intervals = {}
    for name in measure_names():
        right = np.array([d[name].right for d in documents])[drawn].sum(axis=1)
        both = np.array([d[name].gold + d[name].predicted for d in documents])[drawn].sum(axis=1)
        if (both > 0).any():
            f1 = 2 * right[both > 0] / both[both > 0]
            low, high = np.percentile(f1, [2.5, 97.5])
            intervals[name] = (float(low), float(high))
    return intervals


def _missing(package: str) -> UsageError:
    return UsageError("evaluate", f"{package} is not installed", fix="pip install 'ie[evaluate]'")


# Tables for people


def tables(evaluation: Evaluation) -> list[Table]:
    """Scores by measure, seqeval's own by label, and one row a document."""
    return [_score_table(evaluation), _seqeval_table(evaluation), _document_table(evaluation)]


def _score_table(evaluation: Evaluation) -> Table:
    headings = ("P", "R", "F1", "95%", "macro", "right/gold/pred")
    table = _table("Scores, pooled over documents; macro is over documents", "measure", headings)
    table.caption = evaluation.note
    group = "spans"
    for name, score in evaluation.pooled.items():
        if name.split(".")[0] != group:
            table.add_section()
        group = name.split(".")[0]
        interval = evaluation.intervals.get(name)
        table.add_row(
            name,
            _figure(score.precision),
            _figure(score.recall),
            _figure(score.f1),
            f"{interval[0]:.2f}–{interval[1]:.2f}" if interval else "",
            _figure(evaluation.macro(name)),
            f"{score.right}/{score.gold}/{score.predicted}",
        )
        if name == "spans.all":
            macro = _figure(evaluation.macro_labels)
            table.add_row("spans, macro of labels", "", "", macro)
    return table


def side_by_side(evaluations: Mapping[str, Evaluation]) -> Table:
    """Pooled and macro F1 of several extractors on the same documents, by name."""
    headings = [f"{name} {kind}" for name in evaluations for kind in ("F1", "macro")]
    table = _table(
        "F1, strict, pooled over documents; macro is over documents", "measure", headings
    )
    table.caption = next(iter(evaluations.values())).note
    group = "spans"
    for measure in measure_names():
        if measure.split(".")[0] != group:
            table.add_section()
        group = measure.split(".")[0]
        cells: list[str] = []
        for e in evaluations.values():
            cells += (_figure(e.pooled[measure].f1), _figure(e.macro(measure)))
        table.add_row(measure, *cells)
    return table


def _seqeval_table(evaluation: Evaluation) -> Table:
    table = _table("seqeval, mode strict, IOB2", "label", ("P", "R", "F1", "support"))
    for name, row in evaluation.seqeval.items():
        shares = (_figure(row[key]) for key in ("precision", "recall", "f1-score"))
        table.add_row(name, *shares, f"{row['support']:.0f}")
    return table


def _document_table(evaluation: Evaluation) -> Table:
    shown = {
        "no. P": "spans.DOC_NUMBER",
        "no. R": "spans.DOC_NUMBER",
        "values": "values",
        "facts": "facts.all",
        "coded": "facts.coded",
        "core": "spans.core",
        "all": "spans.all",
        "rel.": "relations.all",
    }
    table = _table("F1 by document (document numbers: P and R)", "document", tuple(shown))
    for name, measures in evaluation.documents:
        row = []
        for heading, key in shown.items():
            score = measures[key]
            share = {"P": score.precision, "R": score.recall}.get(heading[-1], score.f1)
            row.append(_figure(share))
        table.add_row(Path(name).stem, *row)
    return table


def _table(title: str, first: str, figures: Sequence[str]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1))
    table.add_column(first, no_wrap=True)
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def mistake_table(evaluation: Evaluation, name: str = "") -> Table:
    """Every mistake with its context, grouped by kind; ``name`` is the extractor's."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{name} {len(evaluation.mistakes)} mistakes".strip())
    for heading in ("kind", "label", "document", "at", "context", "gold", "predicted"):
        table.add_column(heading)
    for m in sorted(evaluation.mistakes, key=lambda m: m.kind):
        cells = (m.kind, m.label, m.document, str(m.start), m.context, m.gold, m.predicted)
        table.add_row(*map(Text, cells))  # Text: brackets in the report are no rich mark-up
    return table


def _figure(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
