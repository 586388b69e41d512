"""Annotations → report, the only place that does it, whichever extractor made them.

In the order of the report: facts (one for each number and each zero said in words), cited
documents, agencies, channels, the header, and the summary, the row that a spreadsheet
wants (:mod:`ie.summary`). The checks run last, over the report itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from ie.checks import check
from ie.document import Annotations, Span
from ie.header import find_header
from ie.labels import NUMERIC_LABELS
from ie.report import (
    Agency,
    AnnotatedRelation,
    AnnotatedSpan,
    AnnotationLayer,
    Channel,
    CitedDocument,
    DocumentNumber,
    Evidence,
    Extractor,
    Fact,
    Mention,
    Report,
    ReportSection,
    Source,
)
from ie.standing import standings
from ie.summary import find_totals

Key = tuple[int, int, str]
"""Start, end and label: what identifies a span of a document."""

Tails = Mapping[str, Mapping[Key, Sequence[Span]]]
"""Relation type → head → its tails in text order."""

TOO_LARGE: Final = 1e18
"""What has more digits is no quantity, but a serial or a page of noise; JSON has no infinity."""

MONEY: Final = frozenset({"fees_collected", "fees_waived", "budget"})
"""Indicators in yuan, even where a zero is said in words and no unit stands."""


def assemble(
    annotations: Annotations, extractor: Extractor, *, with_annotations: bool = False
) -> Report:
    """Turn the annotations of one document into its report.

    Args:
        annotations: spans and relations, from rules, a model or a person.
        extractor: who made them, for the record.
        with_annotations: keep the spans and relations in the report.
    """
    document = annotations.document
    tails = _tails(annotations)
    sections = [
        ReportSection(s.number, s.title, s.kind, s.level, s.start, s.end) for s in document.sections
    ]
    agencies, agency_ids = _agencies(annotations)
    channels, channel_ids = _channels(annotations)
    stated = [
        s
        for s in annotations.spans
        if s.is_zero or (s.label in NUMERIC_LABELS and _is_quantity(s.attrs.value))
    ]
    around = _innermost(sections, (s.start for s in stated))
    facts = _facts(annotations, stated, tails, around, agency_ids, channel_ids)
    header = find_header(annotations)
    standing = standings(facts, document.text, header)
    totals = find_totals(facts, around, standing, document.text)
    # The parts are checked where they are made; validating all again would double the time.
    report = Report.model_construct(
        source=Source(
            document.name,
            document.sha256,
            len(document.text),
            document.media_type,
            document.encoding,
        ),
        extractor=extractor,
        header=header,
        sections=sections,
        facts=facts,
        documents=_documents(annotations, tails),
        agencies=agencies,
        channels=channels,
        summary={code: fact.value for code, fact in totals.items()},
        annotations=_layer(annotations) if with_annotations else None,
    )
    report.checks = check(report, document.text, standing, totals)
    return report


def _tails(annotations: Annotations) -> Tails:
    tails: defaultdict[str, defaultdict[Key, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for relation in annotations.relations:
        tails[relation.type][relation.head.key].append(relation.tail)
    for heads in tails.values():
        for spans in heads.values():
            spans.sort(key=lambda s: s.start)
    return {name: dict(heads) for name, heads in tails.items()}


# Agencies and channels


def _agencies(annotations: Annotations) -> tuple[list[Agency], dict[Key, str]]:
    """One agency a surface, in the order of first mention, and the id of every span."""
    by_name: dict[str, Agency] = {}
    ids = {}
    for span in annotations.spans:
        if span.label == "AGENCY":
            name = annotations.text(span)
            agency = by_name.get(name)
            if agency is None:
                agency = by_name[name] = Agency(f"a{len(by_name) + 1}", name)
            agency.mentions.append(Mention(span.start, span.end))
            ids[span.key] = agency.id
    return list(by_name.values()), ids


def _channels(annotations: Annotations) -> tuple[list[Channel], dict[Key, str]]:
    """One channel a surface and type, in the order of first mention, and the ids."""
    by_name: dict[tuple[str, str], Channel] = {}
    ids = {}
    for span in annotations.spans:
        if span.label == "CHANNEL":
            name, kind = annotations.text(span), span.attrs.type or "other"
            channel = by_name.get((name, kind))
            if channel is None:
                channel = Channel(f"c{len(by_name) + 1}", name, kind)
                by_name[name, kind] = channel
            channel.mentions.append(Mention(span.start, span.end))
            ids[span.key] = channel.id
    return list(by_name.values()), ids


# Facts


def _facts(
    annotations: Annotations,
    stated: Sequence[Span],
    tails: Tails,
    around: Sequence[ReportSection | None],
    agency_ids: Mapping[Key, str],
    channel_ids: Mapping[Key, str],
) -> list[Fact]:
    ids = {s.key: f"f{i}" for i, s in enumerate(stated, 1)}
    none: dict[Key, Sequence[Span]] = {}
    measures, via = tails.get("measures", none), tails.get("via", none)
    by, part_of = tails.get("by", none), tails.get("part_of", none)
    facts = []
    for span, section in zip(stated, around, strict=True):
        key, attrs, text = span.key, span.attrs, annotations.text(span)
        value = attrs.value or 0
        indicator = attrs.indicator or "other"
        if span.is_zero:
            label: str | None = text
        else:
            label = "、".join(map(annotations.text, measures.get(key, ()))) or None
        facts.append(
            Fact(
                id=ids[key],
                indicator=indicator,
                label=label,
                value=int(value) if value == int(value) else value,
                unit=attrs.unit,
                approx=attrs.approx,  # type: ignore[arg-type]  # Attributes has checked it
                kind=_kind(span, indicator),
                stated="none" if span.is_zero else "number",
                channel=channel_ids[via[key][0].key] if key in via else None,
                agency=agency_ids[by[key][0].key] if key in by else None,
                part_of=_total(ids, span, part_of.get(key, ())),
                section=section.kind if section else None,
                evidence=Evidence(span.start, span.end, text),
                confidence=span.score,
            )
        )
    return facts


def _is_quantity(value: float | None) -> bool:
    return value is not None and abs(value) < TOO_LARGE


def _kind(span: Span, indicator: str) -> Literal["count", "rate", "money"]:
    if span.label == "RATE":
        return "rate"
    money = (span.attrs.unit or "").endswith("元") or indicator in MONEY
    return "money" if money else "count"


def _total(ids: Mapping[Key, str], part: Span, totals: Iterable[Span]) -> str | None:
    return next((ids[t.key] for t in totals if t.key != part.key and t.key in ids), None)


def _innermost(
    sections: Sequence[ReportSection], starts: Iterable[int]
) -> list[ReportSection | None]:
    """The innermost section around each place; the places ascend."""
    found: list[ReportSection | None] = []
    around: list[ReportSection] = []
    position = 0
    for start in starts:
        while position < len(sections) and sections[position].start <= start:
            around.append(sections[position])
            position += 1
        around = [s for s in around if s.end > start]
        found.append(around[-1] if around else None)
    return found


# Cited documents

_ASCII_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_YEAR = re.compile(
    r"[\[［(（【﹝「〔{｛〈<](?P<year>(?:19|20)\d\d)年?[\]］)）】﹞」〕}｝〉>](?=第?\d+号?$)"
)
_NUMBERED = re.compile(r"(?P<issuer>.*?)〔(?P<year>\d{4})〕第?(?P<serial>\d{1,9})号?")
_DECREE = re.compile(r"(?P<issuer>.*?令)(?:\(|（|〔)?第?(?P<serial>\d{1,9})号")


def number_of(raw: str) -> DocumentNumber:
    """A document number as printed, and its normal form and parts where it has them.

    >>> number_of("国办发[２０１６] 19号").normalized
    '国办发〔2016〕19号'
    """
    normal = _YEAR.sub(r"〔\g<year>〕", "".join(raw.split()).translate(_ASCII_DIGITS))
    if found := _NUMBERED.fullmatch(normal):
        issuer, year, serial = found["issuer"] or None, int(found["year"]), int(found["serial"])
        return DocumentNumber(raw, normal, issuer, year, serial)
    if found := _DECREE.fullmatch(normal):
        return DocumentNumber(raw, normal, found["issuer"], None, int(found["serial"]))
    return DocumentNumber(raw, normal, None, None, None)


def _documents(annotations: Annotations, tails: Tails) -> list[CitedDocument]:
    """Titles and numbers, one entry a document: by its number, else by its title.

    A title that stands without a number joins the entry of that title, if only one
    number is known for it.
    """
    none: dict[Key, Sequence[Span]] = {}
    has_number, issued_by = tails.get("has_number", none), tails.get("issued_by", none)
    numbers: dict[Key, DocumentNumber] = {}
    for span in annotations.spans:
        if span.label == "DOC_NUMBER":
            numbers[span.key] = number_of(annotations.text(span))
    numbered = {spans[0].key for spans in has_number.values()}
    of_title: defaultdict[str, set[str]] = defaultdict(set)
    for title_key, spans in has_number.items():
        surface = annotations.document.text[title_key[0] : title_key[1]]
        of_title["".join(surface.split())].add(numbers[spans[0].key].normalized)

    entries: dict[tuple[str, str], CitedDocument] = {}
    for span in annotations.spans:
        if span.label not in ("DOC_TITLE", "DOC_NUMBER") or span.key in numbered:
            continue
        number = numbers.get(span.key)
        title = annotations.text(span) if number is None else None
        if span.key in has_number:
            number = numbers[has_number[span.key][0].key]
        if number is not None:
            key = ("number", number.normalized)
        else:
            bare = "".join((title or "").split())
            known = of_title.get(bare, set())
            key = ("number", next(iter(known))) if len(known) == 1 else ("title", bare)
        entry = entries.get(key)
        if entry is None:
            entry = CitedDocument(f"d{len(entries) + 1}", title, number, None)
            entries[key] = entry
        entry.title = entry.title or title
        entry.number = entry.number or number
        for head in (span, *has_number.get(span.key, ())):
            if entry.issuer is None and head.key in issued_by:
                entry.issuer = annotations.text(issued_by[head.key][0])
        entry.mentions.append(Mention(span.start, span.end))
    return list(entries.values())


# The layer beneath


def _layer(annotations: Annotations) -> AnnotationLayer:
    ids = {s.key: f"s{i}" for i, s in enumerate(annotations.spans, 1)}
    return AnnotationLayer(
        [
            AnnotatedSpan(
                ids[s.key],
                s.label,
                s.start,
                s.end,
                annotations.text(s),
                s.attrs.to_dict(),
                s.score,
            )
            for s in annotations.spans
        ],
        [
            AnnotatedRelation(r.type, ids[r.head.key], ids[r.tail.key], r.score)
            for r in annotations.relations
        ],
    )
