"""What the figures say: their INDICATOR phrases, codes, stated zeros and relations."""

from __future__ import annotations

import re
from bisect import bisect_right

from ie.document import Attributes, Document, Relation, Span
from ie.intervals import Intervals
from ie.rules.codes import code_of
from ie.rules.links import find_by, find_via
from ie.rules.parts import find_parts
from ie.rules.phrases import Marks, Phrase, find_phrases, sentences
from ie.rules.zeros import find_zeros
from ie.totals import split_totals


class Outline:
    """The section kinds of a document by place."""

    def __init__(self, document: Document) -> None:
        self._starts = [s.start for s in document.sections]
        self._kinds = [s.kind for s in document.sections]
        text = document.text
        self.headings = [
            (s.start, text.find(s.title, s.start) + len(s.title)) for s in document.sections
        ]

    def kind_at(self, position: int) -> str:
        """The kind of the innermost section at a position, ``other`` outside of all.

        The section that began last is the innermost: a section ends where another begins.
        """
        i = bisect_right(self._starts, position) - 1
        return self._kinds[i] if i >= 0 else "other"


def find_facts(
    document: Document,
    figures: list[Span],
    dates: list[Span],
    agencies: list[Span],
    channels: list[Span],
) -> tuple[list[Span], list[Relation]]:
    """The figures with their codes, the INDICATORs, and the relations of both.

    Args:
        document: the document.
        figures: COUNT and RATE spans in text order.
        dates: DATE spans.
        agencies: AGENCY spans.
        channels: CHANNEL spans.

    Returns:
        COUNT, RATE and INDICATOR spans, and measures, part_of, via and by.
    """
    text = document.text
    outline = Outline(document)
    channel_marks = Marks(channels)
    phrases = find_phrases(
        text, figures, Marks([*dates, *agencies]), channel_marks, sentences(text)
    )
    parts = find_parts(text, phrases)
    codes: dict[Span, str] = {}
    for phrase in phrases:
        codes[phrase.number] = _code(text, phrase, outline, parts, codes)
    counts = [p.number for p in phrases if p.number.label == "COUNT"]
    parts |= split_totals(text, counts, codes, parts)

    coded = {figure: _with_code(figure, codes[figure]) for figure in figures}
    indicators, measures = _indicators(text, phrases, coded)
    taken = Intervals([(s.start, s.end) for s in indicators])
    zeros = [z for z in find_zeros(text, outline) if not taken.touch(z.start, z.end)]
    links = [
        *(Relation("part_of", part, total) for part, total in parts.items()),
        *find_via(text, phrases, codes, parts, channel_marks),
        *find_by(text, phrases, parts, Marks(agencies)),
    ]
    relations = [Relation(r.type, coded[r.head], coded.get(r.tail, r.tail)) for r in links]
    return [*coded.values(), *indicators, *zeros], [*measures, *relations]


# One figure for two things takes two measures: 办复率、满意率均为100%.
_RATE_PAIR = re.compile(r"([^、和及与]{2,12}[率度])[、和及与]([^、和及与]{2,12}[率度])")


def _indicators(
    text: str, phrases: list[Phrase], coded: dict[Span, Span]
) -> tuple[list[Span], list[Relation]]:
    """One INDICATOR for each phrase, shared by the figures that borrow it, and measures."""
    indicators: dict[tuple[int, int], Span] = {}
    measures: list[Relation] = []
    last_end = 0
    for phrase in phrases:
        whole = (phrase.start, phrase.end)
        if phrase.start == phrase.end:
            continue
        pair = _RATE_PAIR.fullmatch(text, *whole) if phrase.number.label == "RATE" else None
        keys = [pair.span(1), pair.span(2)] if pair else [whole]
        if keys[0] not in indicators and phrase.start < last_end:
            continue
        for key in keys:
            indicator = indicators.setdefault(key, Span(*key, "INDICATOR"))
            measures.append(Relation("measures", coded[phrase.number], indicator))
            last_end = max(last_end, key[1])
    return list(indicators.values()), measures


def _with_code(number: Span, code: str) -> Span:
    a = number.attrs
    return Span(number.start, number.end, number.label, Attributes(code, a.value, a.unit, a.approx))


# A part with no code of its own has its total's: categories of what was disclosed or handled.
_INHERITED = frozenset(
    (
        "disclosed", "cases_handled", "interpretations", "letters", "requests_received",
        "reading_points", "websites", "accounts", "trainings", "trainees", "consultations",
        "visits", "followers", "hotline_calls", "press_conferences", "proposals", "responses",
        "matters", "surveys",
    )
)  # fmt: skip
_CONTEXT = 160  # code points of the sentence that say what a figure is about


def _code(
    text: str,
    phrase: Phrase,
    outline: Outline,
    parts: dict[Span, Span],
    codes: dict[Span, str],
) -> str:
    number = phrase.number
    begin, end = phrase.sentence
    context = text[max(begin, number.start - _CONTEXT) : min(end, number.end + 30)]
    kind = outline.kind_at(number.start)
    if kind in ("other", "overview"):
        nearby = text[max(0, number.start - _CONTEXT) : number.start]
        if "申请" in nearby and "公开" in nearby:
            # A report that lost its headings: the figures of requests follow one another.
            kind = "requests"
    total = parts.get(number)
    whole = codes.get(total, "") if total is not None else ""
    surface = text[phrase.start : phrase.end]
    # A fraction in words has no unit but is a rate all the same.
    unit = number.attrs.unit or ("%" if number.label == "RATE" else "")
    code = code_of(surface, context, unit, kind, whole)
    if code == "other" and number.label == "COUNT" and whole in _INHERITED and not phrase.follows:
        return whole
    return code
