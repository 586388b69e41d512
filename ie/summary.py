"""The reporter's own total of every indicator: the row that a spreadsheet wants.

Many facts of a report carry one code: totals by year and by channel, parts, plans, figures of
single agencies. For each code the best of them is taken, by :func:`_rank`. Only figures that
the report prints are: where it prints none but the items of a list (规章22件、文件34件), or
none but a plan or the year before's, the code is left out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ie.report import Fact, ReportSection
from ie.standing import Standing

FITTING_SECTIONS: Final[dict[str, frozenset[str]]] = {
    "disclosed": frozenset({"proactive", "overview"}),
    "normative": frozenset({"proactive", "overview"}),
    "requests": frozenset({"requests"}),
    "fees": frozenset({"fees"}),
    "reviews": frozenset({"reviews"}),
    "lawsuits": frozenset({"reviews"}),
    "consultations": frozenset({"consultations"}),
}
"""First word of an indicator code → the kinds of section in which its total is looked for."""

LISTED: Final = 40
"""Code points at most between two counts of one list."""

_ENDS_LIST = re.compile(r"[。；;：:！？\n]")
_OF_GOVERNMENT = re.compile(r"主动公开|(?:公开|发布|公布)(?:各类)?(?:政府|政务)信息")
"""How a total of what was disclosed is named; 发布信息 is said of any page of a website."""

_OF_CHANNELS = re.compile(r"平台|渠道|载体|网站|新媒体")
"""Titles of sections about single channels, whose totals are those of a channel."""


class _Candidate(NamedTuple):
    fact: Fact
    standing: Standing
    section: ReportSection | None
    has_parts: bool


def find_totals(
    facts: Sequence[Fact],
    around: Sequence[ReportSection | None],
    standing: Mapping[str, Standing],
    text: str,
) -> dict[str, Fact]:
    """Indicator → the fact that is its total, in the order of first mention; not of ``other``.

    Each fact comes with the innermost section around it, each with an indicator has a standing.
    A rate that is stated of several things (办结率 of requests, of letters, of calls) has no
    total and is left out.
    """
    by_id = {f.id: f for f in facts}
    totals = {f.part_of for f in facts}
    candidates: defaultdict[str, list[_Candidate]] = defaultdict(list)
    for fact, section in zip(facts, around, strict=True):
        figure = standing.get(fact.id, Standing.NO_TOTAL)
        if figure is not Standing.NO_TOTAL and not _is_part_of_same(fact, by_id):
            candidate = _Candidate(fact, figure, section, fact.id in totals)
            candidates[fact.indicator].append(candidate)
    listed = _listed(facts, text)
    best = {}
    for code, found in candidates.items():
        if found[0].fact.kind == "rate" and len({c.fact.value for c in found}) > 1:
            continue
        total = max(found, key=_rank).fact
        if total.id not in listed:
            best[code] = total
    return best


def _rank(candidate: _Candidate) -> tuple[int | float, ...]:
    """No single agency's, of the year, no plan, in the fitting section, named as a total is,
    most like one, and then the largest.

    A figure that has parts is like a total, and so is one of no single channel. Neither
    alone decides: many a report states its total as that of the website.
    """
    fact, section = candidate.fact, candidate.section
    fitting = FITTING_SECTIONS.get(fact.indicator.split("_")[0])
    named = of_channels = False
    if fact.indicator == "disclosed":
        named = _OF_GOVERNMENT.search(fact.label or "") is not None
        of_channels = section is not None and _OF_CHANNELS.search(section.title) is not None
    return (
        fact.agency is None,
        candidate.standing,
        fact.section != "problems",
        fitting is None or fact.section in fitting,
        named,
        not of_channels,
        (fact.channel is None) + candidate.has_parts,
        fact.value,
    )


def _is_part_of_same(fact: Fact, by_id: Mapping[str, Fact]) -> bool:
    """Whether a fact is a part of a total of its own indicator."""
    total = by_id.get(fact.part_of or "")
    return total is not None and total.indicator == fact.indicator


def _listed(facts: Sequence[Fact], text: str) -> set[str]:
    """Ids of the facts that stand in a list with others of their indicator."""
    listed = set()
    for run in _lists(facts, text):
        times = Counter(f.indicator for f in run)
        listed |= {f.id for f in run if times[f.indicator] > 1}
    return listed


def _lists(facts: Sequence[Fact], text: str) -> Iterator[list[Fact]]:
    """Runs of counts of one unit that stand in one list."""
    run: list[Fact] = []
    for fact in facts:
        if run and not _continues(run[-1], fact, text):
            if len(run) > 1:
                yield run
            run = []
        if fact.kind != "rate" and fact.stated == "number":
            run.append(fact)
    if len(run) > 1:
        yield run


def _continues(last: Fact, fact: Fact, text: str) -> bool:
    """Whether two counts are of one list: parts of one total, or parted by 、 alone.

    收到12件，受理12件 is no list: a comma may part two views of the same things.
    """
    start, end = last.evidence.end, fact.evidence.start
    if (fact.unit, fact.part_of) != (last.unit, last.part_of) or end - start > LISTED:
        return False
    between = text[start:end]
    if _ENDS_LIST.search(between):
        return False
    return fact.part_of is not None or ("、" in between and not re.search("[，,]", between))
