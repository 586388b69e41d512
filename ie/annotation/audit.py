"""What is suspicious in annotations: an audit finds it, an annotator decides.

Some of what can be wrong never comes here, because annotations are refused when they are read
(:mod:`ie.document`): spans of one label that overlap, relations with illegal ends, unknown
labels and codes, a span whose text does not stand at its place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from ie.document import Annotations, Document, Span
from ie.figures import read_figure
from ie.intervals import Intervals
from ie.labels import NUMERIC_LABELS, SPAN_LABELS

if TYPE_CHECKING:
    from rich.table import Table

_MARKS: Final = "，。；：、,;:"
_CLOSING: Final = {"（": "）)", "(": "）)", "《": "》", "“": "”"}
_OPENING: Final = {"）": "（(", ")": "（(", "》": "《", "”": "“"}

KINDS: Final = {
    "edge": "a span begins or ends with a space, a comma or half a pair of brackets",
    "value": "the value is not what the surface says; 0 where it says a zero in words",
    "attribute": "a figure or stated zero has no indicator code, or a CHANNEL no type",
    "no indicator": "a COUNT or RATE measures nothing",
    "unmeasured": "an INDICATOR that no figure measures and that states no zero",
    "part": "a part is greater than its total",
    "label": "a surface that has another label as often, or more often",
    "missed": "an extractor finds this where no span of the label is marked",
}
"""Kind of finding → what it means."""

ERRORS: Final = frozenset({"edge", "value", "attribute"})
"""What an annotator would certainly put right; the other kinds are questions."""

SOUGHT: Final = frozenset(SPAN_LABELS) - {"INDICATOR"}
"""The labels of which an extractor is asked what was missed. What an INDICATOR is depends on
the figure beside it, which is asked about already."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    document: str
    kind: str
    start: int
    label: str
    text: str
    context: str
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For JSON, with whether it is an error."""
        return {**asdict(self), "error": self.kind in ERRORS}


def audit(
    documents: Sequence[Annotations], annotate: Callable[[Document], Annotations] | None = None
) -> list[Finding]:
    """All findings, in the order of the documents, by place in each.

    Args:
        documents: annotated by one annotator; the labels of a surface are compared across all.
        annotate: an extractor, to ask about what it finds and the annotator did not mark.
    """
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for span in document.spans:
            labels[document.text(span)][span.label] += 1
    found = []
    for document in documents:
        findings = list(_findings(document, labels))
        if annotate is not None:
            findings += _missed(document, annotate(document.document))
        for span, kind, note in sorted(findings, key=lambda finding: finding[0].start):
            text = document.document.text
            context = text[max(0, span.start - 12) : span.end + 12].replace("\n", "⏎")
            surface = document.text(span)
            name = document.document.name
            found.append(Finding(name, kind, span.start, span.label, surface, context, note))
    return found


def _findings(
    annotations: Annotations, labels: dict[str, Counter[str]]
) -> Iterator[tuple[Span, str, str]]:
    heads = {r.head.key for r in annotations.relations if r.type == "measures"}
    tails = {r.tail.key for r in annotations.relations if r.type == "measures"}
    for span in annotations.spans:
        surface = annotations.text(span)
        if _is_frayed(surface):
            yield span, "edge", ""
        if span.label in NUMERIC_LABELS:
            yield from _of_figure(span, surface)
            if span.key not in heads:
                yield span, "no indicator", ""
        elif span.is_zero and span.attrs.value != 0:
            value = "none" if span.attrs.value is None else f"{span.attrs.value:g}"
            yield span, "value", f"{value}, but the words say 0"
        elif span.label == "INDICATOR" and span.key not in tails and not span.is_zero:
            yield span, "unmeasured", ""
        if (span.label in NUMERIC_LABELS or span.is_zero) and span.attrs.indicator is None:
            yield span, "attribute", "no indicator code"
        if span.label == "CHANNEL" and span.attrs.type is None:
            yield span, "attribute", "no type"
        yield from _of_label(span, labels[surface])
    for r in annotations.relations:
        part, total = r.head.attrs.value, r.tail.attrs.value
        if r.type == "part_of" and part is not None and total is not None and part > total:
            yield r.head, "part", f"of {annotations.text(r.tail)}"


def _of_label(span: Span, seen: Counter[str]) -> Iterator[tuple[Span, str, str]]:
    """Args: ``seen``, how often the surface has each label."""
    # The words of a channel or agency that is itself counted are an INDICATOR too.
    others = [(n, label) for label, n in seen.items() if label not in (span.label, "INDICATOR")]
    times, other = max(others, default=(0, ""))
    if span.label != "INDICATOR" and times >= seen[span.label]:
        yield span, "label", f"{other} {times} times, {span.label} {seen[span.label]}"


def _missed(annotations: Annotations, found: Annotations) -> Iterator[tuple[Span, str, str]]:
    marked = {label: Intervals([s.key[:2] for s in annotations.of(label)]) for label in SOUGHT}
    for span in found.spans:
        if span.label in SOUGHT and not marked[span.label].touch(span.start, span.end):
            over = [s for s in annotations.spans if s.start < span.end and span.start < s.end]
            note = ", ".join(f"{s.label} {annotations.text(s)}" for s in over)
            yield span, "missed", f"marked: {note}" if note else ""


def _is_frayed(surface: str) -> bool:
    first, last = surface[0], surface[-1]
    if any(c.isspace() or c in _MARKS for c in (first, last)):
        return True
    if first in _OPENING or last in _CLOSING:
        return True
    partners = _CLOSING.get(first), _OPENING.get(last)
    return any(p is not None and not any(c in surface for c in p) for p in partners)


def _of_figure(span: Span, surface: str) -> Iterator[tuple[Span, str, str]]:
    value = span.attrs.value
    try:
        read = read_figure(surface, span.label).value
    except ValueError:
        return
    if value is not None and abs(read - value) > 1e-9 * max(1.0, abs(value)):
        yield span, "value", f"{value:g}, but the words say {read:g}"


def tables(findings: Sequence[Finding], *, every: bool) -> list[Table]:
    """How many of each kind, and what they are: all, or errors only."""
    from rich.table import Table
    from rich.text import Text

    counts = Counter(f.kind for f in findings)
    summary = Table(title="Audit", title_justify="left")
    for column in ("kind", "what it means"):
        summary.add_column(column)
    summary.add_column("found", justify="right")
    for kind, meaning in KINDS.items():
        summary.add_row(kind if kind in ERRORS else f"{kind}?", meaning, str(counts[kind]))
    listed = Table(title="Findings", title_justify="left")
    for column in ("document", "at", "kind", "label", "text", "context", "note"):
        listed.add_column(column, overflow="fold")
    for f in findings:
        if every or f.kind in ERRORS:
            cells = (f.document, str(f.start), f.kind, f.label, f.text, f.context, f.note)
            listed.add_row(*map(Text, cells))  # Text: brackets in the report are no rich mark-up
    return [summary, listed] if listed.row_count else [summary]
