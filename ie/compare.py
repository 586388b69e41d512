"""One text, two reports: the fields in which they differ, side by side.

Facts are aligned one to one by their evidence (equal intervals first, then overlapping
ones), documents by number, else by title, agencies by name, channels by name and type,
sections by title and place, checks by message and facts. Ids and confidences are not
compared; what an id points to is.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ie.errors import UsageError
from ie.report import CitedDocument, Fact, Mention, Report

if TYPE_CHECKING:
    from rich.table import Table

GROUPS = (
    "header",
    "sections",
    "summary",
    "facts",
    "documents",
    "agencies",
    "channels",
    "checks",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs.

    ``a`` and ``b`` are the two values, None where one side has nothing; ``field`` is
    ``missing`` where a whole entry lacks on one side. ``context`` says which entry it is,
    ``start`` where it stands, in code points, if it stands anywhere.
    """

    group: str
    field: str
    a: str | None
    b: str | None
    context: str = ""
    start: int | None = None


@dataclass(frozen=True)
class Comparison:
    """The differences of two reports, and how many entries of each group are equal or not.

    ``a`` and ``b`` are what the two sides are called, by two different names.
    """

    a: str
    b: str
    differences: tuple[Difference, ...]
    equal: Mapping[str, int]
    different: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "a": self.a,
            "b": self.b,
            "groups": {g: {"equal": self.equal[g], "different": self.different[g]} for g in GROUPS},
            "differences": [asdict(d) for d in self.differences],
        }


def compare(a: Report, b: Report, names: tuple[str, str] | None = None) -> Comparison:
    """The fields in which two reports of one text differ.

    Args:
        a: one report.
        b: the other.
        names: what the two came from, extractors or files; without it their extractors.

    Raises:
        UsageError: they are of different texts.
    """
    if a.source.sha256 != b.source.sha256:
        raise UsageError(
            f"{a.source.name} and {b.source.name}",
            f"texts with sha256 {a.source.sha256[:8]}… and {b.source.sha256[:8]}…",
            "two reports of one text",
        )
    entries: dict[str, list[list[Difference]]] = {
        "header": list(_compare_keys("header", _header(a), _header(b))),
        "sections": list(_compare_keys("sections", _sections(a), _sections(b))),
        "summary": list(_compare_keys("summary", _shown(a.summary), _shown(b.summary))),
        "facts": list(_compare_facts(a, b)),
        "documents": list(_compare_documents(a.documents, b.documents)),
        "agencies": list(_compare_keys("agencies", _agencies(a), _agencies(b))),
        "channels": list(_compare_keys("channels", _channels(a), _channels(b))),
        "checks": list(_compare_keys("checks", _checks(a), _checks(b))),
    }
    return Comparison(
        *_headings(*(names or (a.extractor.name, b.extractor.name))),
        tuple(d for group in GROUPS for entry in entries[group] for d in entry),
        {group: sum(not entry for entry in entries[group]) for group in GROUPS},
        {group: sum(bool(entry) for entry in entries[group]) for group in GROUPS},
    )


def _headings(a: str, b: str) -> tuple[str, str]:
    """Two names that differ, as short as may be."""
    if a == b:
        return f"{a} (A)", f"{b} (B)"
    short_a, short_b = Path(a).name, Path(b).name
    return (a, b) if short_a == short_b else (short_a, short_b)


# Each comparison yields, for every entry, the list of its differences.


def _compare_keys(
    group: str, a: Mapping[str, str | None], b: Mapping[str, str | None]
) -> Iterator[list[Difference]]:
    for key in dict.fromkeys((*a, *b)):
        x, y = a.get(key), b.get(key)
        yield [] if x == y else [Difference(group, key, x, y)]


def _compare_facts(a: Report, b: Report) -> Iterator[list[Difference]]:
    fields_a, fields_b = _fact_fields(a), _fact_fields(b)
    for x, y in _align_facts(a.facts, b.facts):
        some = x or y
        if some is None:
            continue
        context = f"{some.label or ''} {some.evidence.text}".strip()
        start = some.evidence.start
        if x is None or y is None:
            left, right = (_brief(f) if f else None for f in (x, y))
            yield [Difference("facts", "missing", left, right, context, start)]
        else:
            yield list(_differing("facts", fields_a(x), fields_b(y), context, start))


def _compare_documents(
    a: Sequence[CitedDocument], b: Sequence[CitedDocument]
) -> Iterator[list[Difference]]:
    for x, y in _align_documents(a, b):
        some = x or y
        if some is None:
            continue
        name = " ".join(filter(None, (some.title, _number(some), some.issuer)))
        start = some.mentions[0].start if some.mentions else None
        if x is None or y is None:
            left, right = (name if d else None for d in (x, y))
            yield [Difference("documents", "missing", left, right, name, start)]
        else:
            fields_x, fields_y = _document_fields(x), _document_fields(y)
            yield list(_differing("documents", fields_x, fields_y, name, start))


def _differing(
    group: str,
    a: Mapping[str, str | None],
    b: Mapping[str, str | None],
    context: str,
    start: int | None,
) -> Iterator[Difference]:
    for field, value in a.items():
        if value != b[field]:
            yield Difference(group, field, value, b[field], context, start)


# Alignment


def _align_facts(a: Sequence[Fact], b: Sequence[Fact]) -> Iterator[tuple[Fact | None, Fact | None]]:
    """Pairs in text order; a fact without its like is paired with None."""
    places: defaultdict[tuple[int, int], deque[Fact]] = defaultdict(deque)
    for fact in b:
        places[fact.evidence.start, fact.evidence.end].append(fact)
    partner: dict[str, Fact] = {}  # id in a → fact of b
    for fact in a:
        if same := places[fact.evidence.start, fact.evidence.end]:
            partner[fact.id] = same.popleft()
    free = sorted((f for left in places.values() for f in left), key=lambda f: f.evidence.start)
    position = 0
    for fact in sorted(a, key=lambda f: f.evidence.start):
        while position < len(free) and free[position].evidence.end <= fact.evidence.start:
            position += 1
        overlaps = position < len(free) and free[position].evidence.start < fact.evidence.end
        if overlaps and fact.id not in partner:
            partner[fact.id] = free[position]
            position += 1
    taken = {f.id for f in partner.values()}
    pairs: list[tuple[Fact | None, Fact | None]] = [(f, partner.get(f.id)) for f in a]
    pairs.extend((None, f) for f in b if f.id not in taken)
    yield from sorted(pairs, key=lambda p: (p[0] or p[1]).evidence.start)  # type: ignore[union-attr]


def _align_documents(
    a: Sequence[CitedDocument], b: Sequence[CitedDocument]
) -> Iterator[tuple[CitedDocument | None, CitedDocument | None]]:
    """Pairs by number, then by title; a document without its like is paired with None."""
    partner: dict[str, CitedDocument] = {}  # id in a → document of b
    free = {d.id: d for d in b}
    for key in (_number, _title):
        known = {k: d for d in free.values() if (k := key(d)) is not None}
        for document in a:
            name = key(document)
            same = known.get(name) if name is not None else None
            if document.id not in partner and same is not None and same.id in free:
                partner[document.id] = free.pop(same.id)
    yield from ((d, partner.get(d.id)) for d in a)
    yield from ((None, d) for d in free.values())


def _number(document: CitedDocument) -> str | None:
    return document.number.normalized if document.number else None


def _title(document: CitedDocument) -> str | None:
    return "".join(document.title.split()) if document.title else None


# What is compared


def _header(report: Report) -> dict[str, str | None]:
    header = report.header
    period = header.period
    return {
        "title": header.title,
        "publisher": header.publisher,
        "region": header.region,
        "year": _show(header.year),
        "period": f"{period.start}/{period.end}" if period else None,
        "published_on": _show(header.published_on),
    }


def _fact_fields(report: Report) -> Callable[[Fact], dict[str, str | None]]:
    """A function that gives the compared fields of one fact, ids resolved to names."""
    channels = {c.id: c.name for c in report.channels}
    agencies = {a.id: a.name for a in report.agencies}
    surfaces = {f.id: f.evidence.text for f in report.facts}

    def fields(fact: Fact) -> dict[str, str | None]:
        return {
            "evidence": f"{fact.evidence.text} [{fact.evidence.start}, {fact.evidence.end})",
            "indicator": fact.indicator,
            "label": fact.label,
            "value": _show(fact.value),
            "unit": fact.unit,
            "approx": fact.approx,
            "kind": fact.kind,
            "stated": fact.stated,
            "channel": channels.get(fact.channel or ""),
            "agency": agencies.get(fact.agency or ""),
            "part_of": surfaces.get(fact.part_of or ""),
        }

    return fields


def _document_fields(document: CitedDocument) -> dict[str, str | None]:
    return {
        "title": document.title,
        "number": _number(document),
        "issuer": document.issuer,
        "mentions": _mentions(document.mentions),
    }


def _agencies(report: Report) -> dict[str, str | None]:
    return {a.name: _mentions(a.mentions) for a in report.agencies}


def _channels(report: Report) -> dict[str, str | None]:
    return {f"{c.name} ({c.type})": _mentions(c.mentions) for c in report.channels}


def _shown(values: Mapping[str, int | float]) -> dict[str, str | None]:
    return {key: _show(value) for key, value in values.items()}


def _sections(report: Report) -> dict[str, str | None]:
    return {
        f"{s.number or ''} {s.title} [{s.start}, {s.end})".strip(): f"{s.kind}, level {s.level}"
        for s in report.sections
    }


def _checks(report: Report) -> dict[str, str | None]:
    surfaces = {f.id: f"{f.evidence.text} at {f.evidence.start}" for f in report.facts}
    return {
        f"{c.code}: {c.message} ({', '.join(surfaces.get(f, f) for f in c.facts)})": c.severity
        for c in report.checks
    }


def _mentions(mentions: Sequence[Mention]) -> str:
    count = "1 mention" if len(mentions) == 1 else f"{len(mentions)} mentions"
    return f"{count}: {', '.join(f'{m.start}–{m.end}' for m in mentions)}"


def _brief(fact: Fact) -> str:
    return f"{fact.indicator} {_show(fact.value)}"


def _show(value: object) -> str | None:
    if isinstance(value, float):
        return format(value, ".15g")
    return None if value is None else str(value)


# Tables for people


def tables(comparison: Comparison) -> list[Table]:
    """The differing fields, and the counts."""
    from rich.table import Table
    from rich.text import Text

    fields = Table(title="Where they differ")
    for heading in ("group", "field", comparison.a, comparison.b, "of", "at"):
        fields.add_column(heading)
    group = ""
    for d in comparison.differences:
        if group and d.group != group:
            fields.add_section()
        group = d.group
        at = "" if d.start is None else str(d.start)
        cells = (d.group, d.field, d.a or "–", d.b or "–", d.context, at)
        fields.add_row(*map(Text, cells))  # Text: brackets in the report are no rich mark-up

    counts = Table(title="Entries")
    for heading in ("group", "equal", "different"):
        counts.add_column(heading, justify="left" if heading == "group" else "right")
    for name in GROUPS:
        counts.add_row(name, str(comparison.equal[name]), str(comparison.different[name]))
    return [fields, counts] if comparison.differences else [counts]
