"""How far two annotators of the same texts agree, and where they do not.

* Spans, relations and facts, by F1: what both marked, of what either did, equal by the rules
  of :mod:`ie.matching`. F1 does not depend on which annotator comes first, and the scores
  of an extractor (:mod:`ie.evaluate`) are counted the same way, so that agreement between
  annotators is the mark that an extractor can be held against. Where what is not marked
  cannot be counted, it is what kappa tends to (Hripcsak and Rothschild: Agreement, the
  F-Measure, and Reliability in Information Retrieval. JAMIA 12(3), 2005, 296–298).
* Spans once more, corrected for chance: ``kappa``, Cohen's, over the characters of the texts,
  each in or out of a span of the label, or for all labels in one of the sets of labels that
  occur; and ``alpha``, Krippendorff's for unitising, which sees the ends of spans too. For it
  the texts are laid end to end. Both are in :mod:`ie.annotation.reliability`. Characters are
  many and mostly unmarked, and a slightly shorter span costs little: both are usually above F1.
* Attributes, on the spans that both marked: the share that is equal, and Cohen's kappa.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence, Set
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from ie.annotation.reliability import Disagreement, cohen_kappa, unitised
from ie.document import Annotations, Span
from ie.errors import AnnotationError
from ie.labels import NUMERIC_LABELS, RELATIONS, SPAN_LABELS
from ie.matching import ATTRIBUTES, facts_of, is_coded, pair, relation_key, same_fact
from ie.mistakes import find_mistakes

if TYPE_CHECKING:
    from rich.table import Table

Pair = tuple[Annotations, Annotations]
"""Two annotations of one text: A's and B's."""

COMPARED: Final = {"value": NUMERIC_LABELS, **ATTRIBUTES}
"""Attribute → the labels on which it is compared."""

_KINDS: Final = {
    "missed": "only A",
    "spurious": "only B",
    "boundary": "boundary",
    "label": "label",
    "attribute": "attribute",
    "relation missed": "relation only A",
    "relation spurious": "relation only B",
    "fact code": "fact code",
    "fact value": "fact value",
}
"""Kind of mistake, were A the gold → kind of difference; a fact that only one has is told
by its span already."""


@dataclass(frozen=True, slots=True)
class Shared:
    """How many things both marked, and how many each."""

    both: int
    a: int
    b: int

    @property
    def f1(self) -> float | None:
        """Twice the shared over all; None where neither marked anything."""
        return 2 * self.both / (self.a + self.b) if self.a + self.b else None

    def to_dict(self) -> dict[str, float | None]:
        """Counts and F1, for JSON."""
        return {**asdict(self), "f1": self.f1}


@dataclass(frozen=True, slots=True)
class SpanAgreement:
    """Spans of one label, or of all: how many, and the coefficients corrected for chance."""

    shared: Shared
    kappa: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class AttributeAgreement:
    """One attribute on the spans that both marked."""

    spans: int
    equal: int
    kappa: float | None

    @property
    def accuracy(self) -> float | None:
        """Share of the spans where it is equal; None without spans."""
        return self.equal / self.spans if self.spans else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where they differ; ``start`` and ``end`` are of A's span where there is one."""

    kind: str
    document: str
    label: str
    start: int
    end: int
    context: str
    a: str
    b: str


@dataclass(frozen=True)
class Agreement:
    """All that can be said of two annotators.

    Args:
        documents: the names, as A has them, of the texts that both annotated.
        only_a: the names of those that only A annotated.
        only_b: the names of those that only B annotated.
        spans: label, or ``all`` → agreement.
        attributes: attribute → agreement on equal spans.
        relations: type, or ``all`` → agreement.
        facts: ``all`` and ``coded``, those with a code other than ``other`` → agreement.
        differences: every place where they differ, by document and place.
    """

    documents: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    spans: dict[str, SpanAgreement]
    attributes: dict[str, AttributeAgreement]
    relations: dict[str, Shared]
    facts: dict[str, Shared]
    differences: tuple[Difference, ...]

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "documents": self.documents,
            "only_a": self.only_a,
            "only_b": self.only_b,
            "spans": {
                name: {**s.shared.to_dict(), "kappa": s.kappa, "alpha": s.alpha}
                for name, s in self.spans.items()
            },
            "attributes": {
                name: {**asdict(t), "accuracy": t.accuracy} for name, t in self.attributes.items()
            },
            "relations": {name: shared.to_dict() for name, shared in self.relations.items()},
            "facts": {name: shared.to_dict() for name, shared in self.facts.items()},
            "differences": [asdict(d) for d in self.differences],
        }


def agreement(a: Sequence[Annotations], b: Sequence[Annotations]) -> Agreement:
    """Compare two annotators; their texts are matched by sha256, whatever their names.

    Raises:
        AnnotationError: an annotator has one text twice, or the two have none in common.
    """
    texts_a, texts_b = _by_text(a, "A"), _by_text(b, "B")
    pairs = [(x, texts_b[sha256]) for sha256, x in texts_a.items() if sha256 in texts_b]
    if not pairs:
        raise AnnotationError("A and B", "no text in common", "annotations of the same texts")
    return Agreement(
        documents=tuple(x.document.name for x, _ in pairs),
        only_a=tuple(x.document.name for key, x in texts_a.items() if key not in texts_b),
        only_b=tuple(y.document.name for key, y in texts_b.items() if key not in texts_a),
        spans=_spans(pairs),
        attributes={name: _attribute(pairs, name) for name in COMPARED},
        relations=_relations(pairs),
        facts=_facts(pairs),
        differences=tuple(d for x, y in pairs for d in _differences(x, y)),
    )


def _by_text(documents: Sequence[Annotations], annotator: str) -> dict[str, Annotations]:
    texts: dict[str, Annotations] = {}
    for marked in documents:
        document = marked.document
        if other := texts.get(document.sha256):
            found = f"the text of {other.document.name} once more, in {annotator}"
            raise AnnotationError(document.name, found, "one annotation of each text")
        texts[document.sha256] = marked
    return texts


# Spans


_BITS: Final = {label: 1 << i for i, label in enumerate(SPAN_LABELS)}


def _spans(pairs: Sequence[Pair]) -> dict[str, SpanAgreement]:
    length = sum(len(x.document.text) for x, _ in pairs)
    # The sets of labels, as bits, on each character by A and by B → number of characters.
    labels: Counter[tuple[int, int]] = Counter()
    for x, y in pairs:
        labels.update(zip(_label_sets(x), _label_sets(y), strict=True))
    found = {}
    everything = Disagreement(0.0, 0.0)
    for label, bit in _BITS.items():
        inside: Counter[tuple[bool, bool]] = Counter()
        for (in_a, in_b), characters in labels.items():
            inside[bool(in_a & bit), bool(in_b & bit)] += characters
        units_a = _end_to_end([x for x, _ in pairs], label)
        units_b = _end_to_end([y for _, y in pairs], label)
        here = unitised(units_a, units_b, length)
        everything += here
        found[label] = SpanAgreement(_shared_spans(pairs, label), cohen_kappa(inside), here.alpha)
    shared = _shared_spans(pairs, *SPAN_LABELS)
    found["all"] = SpanAgreement(shared, cohen_kappa(labels), everything.alpha)
    return found


def _shared_spans(pairs: Sequence[Pair], *labels: str) -> Shared:
    return _shared(pairs, lambda x: {s.key for s in x.spans if s.label in labels})


def _label_sets(annotations: Annotations) -> list[int]:
    """The labels of the spans over each character, one bit a label."""
    sets = [0] * len(annotations.document.text)
    for span in annotations.spans:
        for i in range(span.start, span.end):
            sets[i] |= _BITS[span.label]
    return sets


def _end_to_end(documents: Iterable[Annotations], label: str) -> list[tuple[int, int]]:
    """The spans of a label, where they lie when the texts follow each other."""
    units = []
    offset = 0
    for marked in documents:
        units += [(offset + s.start, offset + s.end) for s in marked.of(label)]
        offset += len(marked.document.text)
    return units


def _shared(pairs: Sequence[Pair], keys: Callable[[Annotations], Set[Hashable]]) -> Shared:
    both = a = b = 0
    for x, y in pairs:
        of_a, of_b = keys(x), keys(y)
        both, a, b = both + len(of_a & of_b), a + len(of_a), b + len(of_b)
    return Shared(both, a, b)


# Attributes, relations, facts


def _attribute(pairs: Sequence[Pair], name: str) -> AttributeAgreement:
    answers: Counter[tuple[str | None, str | None]] = Counter()
    for x, y in pairs:
        of_b = {s.key: s for s in y.spans}
        for span in x.spans:
            if span.label in COMPARED[name] and span.key in of_b:
                answers[_answer(span, name), _answer(of_b[span.key], name)] += 1
    equal = sum(times for (a, b), times in answers.items() if a == b)
    return AttributeAgreement(answers.total(), equal, cohen_kappa(answers))


def _answer(span: Span, name: str) -> str | None:
    """What an annotator says of an attribute, as a category; values to nine digits."""
    answer = getattr(span.attrs, name)
    return format(answer, ".9g") if isinstance(answer, (int, float)) else answer


def _relations(pairs: Sequence[Pair]) -> dict[str, Shared]:
    def of(*types: str) -> Shared:
        return _shared(pairs, lambda x: {relation_key(r) for r in x.relations if r.type in types})

    return {**{name: of(name) for name in RELATIONS}, "all": of(*RELATIONS)}


def _facts(pairs: Sequence[Pair]) -> dict[str, Shared]:
    counts = {"all": [0, 0, 0], "coded": [0, 0, 0]}
    for x, y in pairs:
        of_a, of_b = facts_of(x), facts_of(y)
        both = [a for a, _ in pair(of_a, of_b, same_fact)]
        for i, facts in enumerate((both, of_a, of_b)):
            counts["all"][i] += len(facts)
            counts["coded"][i] += sum(map(is_coded, facts))
    return {name: Shared(*three) for name, three in counts.items()}


# Differences


def _differences(a: Annotations, b: Annotations) -> Iterator[Difference]:
    told = set()
    for m in find_mistakes(a, b):
        kind = _KINDS.get(m.kind)
        if kind == "attribute":
            told.add((m.start, m.end))
        elif kind is None or (kind.startswith("fact") and (m.start, m.end) in told):
            continue
        yield Difference(kind, m.document, m.label, m.start, m.end, m.context, m.gold, m.predicted)


# Tables for people


def tables(found: Agreement) -> list[Table]:
    """Spans, attributes, relations and facts, and every place where they differ."""
    counts = ("A", "B", "both", "F1")
    spans = _table("Spans; kappa over characters, alpha for unitising", "label", *counts)
    for heading in ("kappa", "alpha"):
        spans.add_column(heading, justify="right")
    spans.caption = _caption(found)
    for name, s in found.spans.items():
        spans.add_row(name, *_cells(s.shared), _figure(s.kappa), _figure(s.alpha))
    attributes = _table(
        "Attributes of the spans that both marked",
        "attribute",
        *("spans", "equal", "accuracy", "kappa"),
    )
    for name, t in found.attributes.items():
        figures = (str(t.spans), str(t.equal), _figure(t.accuracy), _figure(t.kappa))
        attributes.add_row(name, *figures)
    others = _table("Relations and facts", "", *counts)
    for group, scores in (("relations", found.relations), ("facts", found.facts)):
        for name, shared in scores.items():
            others.add_row(f"{group}.{name}", *_cells(shared))
        others.add_section()
    return [spans, attributes, others, _listed(found.differences)]


def _caption(found: Agreement) -> str:
    alone = [
        f"; {len(names)} only in {annotator}: {', '.join(names)}"
        for annotator, names in (("A", found.only_a), ("B", found.only_b))
        if names
    ]
    return f"texts in both: {len(found.documents)}{''.join(alone)}"


def _listed(differences: Sequence[Difference]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"Differences: {len(differences)}", title_justify="left")
    for column in ("document", "at", "kind", "label", "context", "A", "B"):
        table.add_column(column, overflow="fold")
    for d in differences:
        cells = (d.document, str(d.start), d.kind, d.label, d.context, d.a, d.b)
        table.add_row(*map(Text, cells))  # Text: brackets in the report are no rich mark-up
    return table


def _table(title: str, first: str, *figures: str) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", caption_justify="left")
    table.add_column(first)
    for heading in figures:
        table.add_column(heading, justify="right")
    return table


def _cells(shared: Shared) -> tuple[str, ...]:
    return str(shared.a), str(shared.b), str(shared.both), _figure(shared.f1)


def _figure(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
