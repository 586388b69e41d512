"""What is suspicious in annotations: an audit finds it, an annotator decides.

First version: edges, overlaps within a label (refused on reading already), one surface with
several labels, figures without indicator or with a value that their surface contradicts,
indicators that nothing measures, parts greater than their total.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ie.document import Annotations, Span
from ie.figures import read_figure
from ie.labels import NUMERIC_LABELS

if TYPE_CHECKING:
    from rich.table import Table

_MARKS: Final = "，。；：、,;:"
_CLOSING: Final = {"（": "）)", "(": "）)", "《": "》", "“": "”"}
_OPENING: Final = {"）": "（(", ")": "（(", "》": "《", "”": "“"}

KINDS: Final = {
    "edge": "a span begins or ends with a space, a comma or half a pair of brackets",
    "value": "the value is not what the surface says",
    "no indicator": "a COUNT or RATE measures nothing",
    "unmeasured": "an INDICATOR that no figure measures and that states no zero",
    "part": "a part is greater than its total",
    "label": "a surface that nearly always has another label",
}
"""Kind of finding → what it means; the last four are questions, not errors."""

ERRORS: Final = frozenset({"edge", "value"})
"""What an annotator would certainly put right."""

_RARE: Final = 0.1
_OFTEN: Final = 10


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


def audit(documents: Sequence[Annotations]) -> list[Finding]:
    """All findings, by document and place."""
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for span in document.spans:
            labels[document.text(span)][span.label] += 1
    found = []
    for document in documents:
        for span, kind, note in _findings(document, labels):
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
        elif span.label == "INDICATOR" and span.key not in tails and not span.is_zero:
            yield span, "unmeasured", ""
        seen = labels[surface]
        most, often = seen.most_common(1)[0]
        # The words of a channel or agency that is itself counted are an INDICATOR too.
        rare = often >= _OFTEN and seen[span.label] <= _RARE * often
        if rare and "INDICATOR" not in (most, span.label):
            yield span, "label", f"{most} {often} times"
    for r in annotations.relations:
        part, total = r.head.attrs.value, r.tail.attrs.value
        if r.type == "part_of" and part is not None and total is not None and part > total:
            yield r.head, "part", f"of {annotations.text(r.tail)}"


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

    counts = Counter(f.kind for f in findings)
    summary = Table(title="Audit", title_justify="left")
    for column in ("kind", "what it means"):
        summary.add_column(column)
    summary.add_column("found", justify="right")
    for kind, meaning in KINDS.items():
        summary.add_row(kind, meaning, str(counts[kind]))
    listed = Table(title="Findings", title_justify="left")
    for column in ("document", "at", "kind", "label", "text", "context", "note"):
        listed.add_column(column, overflow="fold")
    for f in findings:
        if every or f.kind in ERRORS:
            listed.add_row(f.document, str(f.start), f.kind, f.label, f.text, f.context, f.note)
    return [summary, listed] if listed.row_count else [summary]
