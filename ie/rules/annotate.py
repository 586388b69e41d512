"""The rules in the order in which each builds on what stands before it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from ie.document import Annotations, Attributes, Document, Relation, Span
from ie.rules.agencies import find_agencies
from ie.rules.channels import find_channels
from ie.rules.chrome import find_counters, find_navigation
from ie.rules.codes import code_of
from ie.rules.dates import find_dates
from ie.rules.lexicon import find_words
from ie.rules.periodicals import split_quoted
from ie.rules.phrases import Marks, Phrase, find_phrases, sentences
from ie.rules.places import learn_places
from ie.rules.quantities import find_counts, find_rates
from ie.rules.relations import find_by, find_parts, find_via, split_totals
from ie.rules.titles import find_issuers, find_numbers, find_quoted, find_titles
from ie.rules.zeros import find_zeros

# Web addresses, e-mail, telephone numbers and postcodes: digits that count nothing.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[A-Za-z0-9./?=&_%#:~-]+|[A-Za-z0-9_.-]+@[A-Za-z0-9-]+\.[A-Za-z.]+"
    r"|(?:电话|传真|邮编|邮政编码|热线|手机|QQ|号码)[号码]{0,2}[:：为是]?\s?[0-9０-９()（）—–－\-、 ]{5,}"
    r"|0[0-9]{2,3}\s?[-—－–]{1,2}\s?[0-9]{7,8}|[0-9]{1,2}[:：][0-9]{2}|[0-9]{1,2}\s?[时点]\s?[0-9]{1,2}\s?分|[0-9]{1,4}号"
)


class Intervals:
    """Sorted, non-overlapping half-open intervals that answer whether they touch another."""

    def __init__(self, intervals: list[tuple[int, int]]) -> None:
        self.intervals: list[tuple[int, int]] = []
        for start, end in sorted(intervals):
            if self.intervals and start < self.intervals[-1][1]:
                self.intervals[-1] = (self.intervals[-1][0], max(end, self.intervals[-1][1]))
            else:
                self.intervals.append((start, end))
        self._starts = [start for start, _ in self.intervals]

    def touch(self, start: int, end: int) -> bool:
        """Whether any interval overlaps ``[start, end)``."""
        i = bisect_right(self._starts, start) - 1
        if i >= 0 and self.intervals[i][1] > start:
            return True
        return i + 1 < len(self.intervals) and self.intervals[i + 1][0] < end


def annotate(document: Document) -> Annotations:
    """Mark all labels, attributes and relations of a document by rule, in linear time."""
    text = document.text
    hits = find_words(text)
    numbers = find_numbers(text)
    quoted, periodicals = split_quoted(text, find_quoted(text))
    titles, relations = find_titles(text, quoted, numbers)
    inside_names = [(q.start - 1, q.close) for q in quoted] + [(n.start, n.end) for n in numbers]
    inside_names += find_navigation(text)
    names = Intervals(inside_names)
    addresses = [(m.start(), m.end()) for m in _ADDRESS.finditer(text)] + find_counters(text)
    dates = [
        Span(start, end, "DATE") for start, end in find_dates(text) if not names.touch(start, end)
    ]
    rates = [r for r in find_rates(text) if not names.touch(r.start, r.end)]
    blocked = Intervals(
        inside_names + addresses + [(s.start, s.end) for s in (*dates, *rates)]
        + [(p.start, p.end) for p in periodicals]
    )  # fmt: skip
    counts = list(find_counts(text, blocked.touch))
    channels = find_channels(
        text,
        hits,
        names.intervals,
        sorted((*dates, *rates, *counts), key=lambda s: s.end),
        periodicals,
    )
    closed = Intervals(inside_names + [(c.start, c.end) for c in channels])
    agencies = find_agencies(text, hits, learn_places(text), closed.intervals)
    relations += find_issuers(text, titles, agencies)
    facts = _measure(
        document, sorted([*counts, *rates], key=lambda s: s.start), dates, agencies, channels
    )
    return Annotations(
        document,
        (*dates, *numbers, *titles, *channels, *agencies, *facts.spans),
        (*relations, *facts.relations),
    )


# One figure for two things takes two measures: 办复率、满意率均为100%.
_RATE_PAIR = re.compile(r"([^、和及与]{2,12}[率度])[、和及与]([^、和及与]{2,12}[率度])")


class _Facts:
    """The numbers with their codes, their INDICATOR phrases and the relations of both."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.relations: list[Relation] = []


def _measure(
    document: Document,
    numbers: list[Span],
    dates: list[Span],
    agencies: list[Span],
    channels: list[Span],
) -> _Facts:
    text = document.text
    sections = [(s.start, s.end, s.kind) for s in document.sections]
    headings = [(s.start, text.find(s.title, s.start) + len(s.title)) for s in document.sections]
    channel_marks, agency_marks = Marks(channels), Marks(agencies)
    phrases = find_phrases(
        text, numbers, Marks([*dates, *agencies]), channel_marks, sentences(text)
    )
    parts = find_parts(text, phrases)
    codes: dict[Span, str] = {}
    for phrase in phrases:
        codes[phrase.number] = _code(text, phrase, sections, parts, codes)
    split_totals(phrases, codes, parts)
    facts = _Facts()
    coded = {n: _with_code(n, codes[n]) for n in numbers}
    indicators: dict[tuple[int, int], Span] = {}
    last_end = 0
    for phrase in phrases:
        if phrase.start == phrase.end:
            continue
        key = (phrase.start, phrase.end)
        pair = _RATE_PAIR.fullmatch(text, *key) if phrase.number.label == "RATE" else None
        keys = [pair.span(1), pair.span(2)] if pair else [key]
        if keys[0] not in indicators and phrase.start < last_end:
            continue
        for key in keys:
            indicator = indicators.setdefault(key, Span(*key, "INDICATOR"))
            facts.relations.append(Relation("measures", coded[phrase.number], indicator))
            last_end = max(last_end, key[1])
    taken = Intervals([(s.start, s.end) for s in indicators.values()])
    zeros = [z for z in find_zeros(text, sections, headings) if not taken.touch(z.start, z.end)]
    links = [
        *(Relation("part_of", p, t) for p, t in parts.items()),
        *find_via(text, phrases, codes, parts, channel_marks),
        *find_by(text, phrases, parts, agency_marks),
    ]
    facts.relations += [Relation(r.type, coded[r.head], coded.get(r.tail, r.tail)) for r in links]
    facts.spans = [*coded.values(), *indicators.values(), *zeros]
    return facts


def _with_code(number: Span, code: str) -> Span:
    a = number.attrs
    return Span(number.start, number.end, number.label, Attributes(code, a.value, a.unit, a.approx))


def _code(
    text: str,
    phrase: Phrase,
    sections: Sequence[tuple[int, int, str]],
    parts: dict[Span, Span],
    codes: dict[Span, str],
) -> str:
    number = phrase.number
    surface = text[phrase.start : phrase.end]
    context = text[phrase.sentence[0] : min(phrase.sentence[1], number.end + 30)][-160:]
    nearby = text[max(0, number.start - 150) : number.start]
    kind = "other"
    for start, end, k in sections:
        if start > number.start:
            break
        if number.start < end:
            kind = k
    if kind in ("other", "overview") and "申请" in nearby and "公开" in nearby:
        # A report that lost its headings: the figures of requests follow one another.
        kind = "requests"
    total = parts.get(number)
    whole = codes.get(total, "") if total is not None else ""
    code = code_of(surface, context, number.attrs.unit or "", kind, whole)
    if code == "other" and number.label == "COUNT" and whole in _INHERITED and not phrase.follows:
        return codes[total]
    return code


# A part with no code of its own has its total's: categories of what was disclosed or handled.
_INHERITED = frozenset(
    {
        "disclosed",
        "cases_handled",
        "interpretations",
        "letters",
        "requests_received",
        "reading_points",
        "websites",
        "accounts",
        "trainings",
        "trainees",
        "consultations",
        "visits",
        "followers",
        "hotline_calls",
        "press_conferences",
        "proposals",
        "responses",
        "matters",
        "surveys",
    }
)
