"""The reporter's own total of every indicator: the row that a spreadsheet wants.

Many facts of a report carry one code: totals by year and by channel, parts, figures of
single agencies. For each code the best of them is taken, by :func:`_rank`. No figure is made
up, but for plain lists that the report itself leaves unadded (代表建议50件、政协提案85件).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ie.report import Fact

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

WITHIN: Final = {"normative_docs_disclosed": "disclosed"}
"""Code → the code in whose lists it counts too: normative documents are disclosed as well."""

_ENDS_LIST = re.compile(r"[。；;：:！？\n]")


class _Candidate(NamedTuple):
    fact: Fact
    value: int | float
    of_all_channels: bool
    has_parts: bool


def summarise(facts: Sequence[Fact], text: str) -> dict[str, int | float]:
    """Indicator → its total, in the order of first mention; ``other`` has none.

    A rate that is stated of several things (办结率 of requests, of letters, of calls) has no
    total and is left out.
    """
    by_id = {f.id: f for f in facts}
    totals = {f.part_of for f in facts}
    candidates: defaultdict[str, list[_Candidate]] = defaultdict(list)
    for fact in facts:
        if fact.indicator != "other" and not _is_part_of_same(fact, by_id):
            candidate = _Candidate(fact, fact.value, fact.channel is None, fact.id in totals)
            candidates[fact.indicator].append(candidate)
    for listed in _lists(facts, text):
        for code in {f.indicator for f in listed}:
            same = [f for f in listed if code in (f.indicator, WITHIN.get(f.indicator))]
            if code in candidates and len(same) > 1 and not _is_part_of_same(same[0], by_id):
                total = sum(f.value for f in same)
                candidates[code].append(_Candidate(same[0], total, True, True))
    summary = {}
    for code, found in candidates.items():
        if found[0].fact.kind == "rate" and len({c.value for c in found}) > 1:
            continue
        summary[code] = max(found, key=_rank).value
    return summary


def _rank(candidate: _Candidate) -> tuple[bool, bool, int, int | float]:
    """No single agency's, in the fitting section, most like a total, and then the largest.

    A figure that has parts is like a total, and so is one of no single channel. Neither
    alone decides: many a report states its total as that of the website.
    """
    fact = candidate.fact
    fitting = FITTING_SECTIONS.get(fact.indicator.split("_")[0])
    return (
        fact.agency is None,
        fitting is None or fact.section in fitting,
        candidate.of_all_channels + candidate.has_parts,
        candidate.value,
    )


def _is_part_of_same(fact: Fact, by_id: Mapping[str, Fact]) -> bool:
    """Whether a fact is a part of a total of its own indicator."""
    total = by_id.get(fact.part_of or "")
    return total is not None and total.indicator == fact.indicator


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
