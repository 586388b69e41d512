"""Doubts about the figures of a report, from its arithmetic alone.

Every check is a question to a reader, so a false alarm costs more than a silence: what the
report may well mean is not doubted.

* ``sum_mismatch``: parts exceed their stated total, or list it in full and do not add up.
* ``rate_mismatch``: a rate does not follow from the two counts before it.
* ``out_of_scale``: a part is ten times its total or more, or a figure of items is written
  with 万 that would be a hundred million.
* ``document_year``: a cited document is younger than the year reported on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from ie.report import Check, Fact, Report, Severity

OUT_OF_SCALE = 10
"""A part this many times its total is no slip of addition."""

TOGETHER = 60
"""Code points at most between two parts of one split, and from two counts to their rate."""

LONGEST_SPLIT = 100
"""Parts at most of one split."""

ADJACENT = 4
"""Code points at most from a count to its share in brackets after it."""

_STEP = re.compile(r"办结|办理完|答复|回复|按[时期]|完成|整改|结转")
"""A stage of handling is a part of what was received, but not one part of a split of it."""

_REST = re.compile(r"其[他它]|另外")
_GROWTH = re.compile(r"[增升降减]|同比|环比|上年|去年|提高")
_BIG = re.compile(r"(?<![\d.])\d{5,}(?:\.\d+)?[多余几]?万")
_DECIMALS = re.compile(r"\d(?:[\d,，]*)(?:\.(?P<decimals>\d+))?[多余几]?(?P<scale>[万亿]?)")
ITEMS = frozenset("条件份篇个项期")
"""Units of what an office makes or handles one by one; visits and yuan may well be many."""

_SCALE = {"": 1, "万": 10**4, "亿": 10**8}


def check(report: Report) -> list[Check]:
    """All doubts about a report, in the order of the facts."""
    by_id = {f.id: f for f in report.facts}
    parts: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in report.facts:
        if fact.part_of in by_id and fact.part_of is not None:
            parts[fact.part_of].append(fact)
    checks: list[Check] = []
    for total_id, its_parts in parts.items():
        checks.extend(_check_parts(by_id[total_id], its_parts))
    checks.extend(_check_rates(report.facts, by_id))
    doubted = {i for c in checks if c.code == "out_of_scale" for i in c.facts}
    checks.extend(_check_scale(f for f in report.facts if f.id not in doubted))
    order = {f.id: i for i, f in enumerate(report.facts)}
    checks.sort(key=lambda c: order[c.facts[0]])
    checks.extend(_check_years(report))
    return checks


# Parts and totals


def _check_parts(total: Fact, parts: Sequence[Fact]) -> Iterator[Check]:
    same = []
    for part in parts:
        if part.unit != total.unit or part.kind != total.kind:
            continue
        if total.value and part.value >= OUT_OF_SCALE * total.value:
            message = f"{_say(part)} is {part.value / total.value:,.0f} times its {_say(total)}"
            yield Check("out_of_scale", "error", message, [total.id, part.id])
        else:
            same.append(part)
    for split in _unexplained(total, same):
        yield from _check_split(total, split)


def _unexplained(total: Fact, parts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """The splits of a total that do not add up, as far as they stand together.

    One total may be split several times, by form, by channel, by level; a run of parts that
    adds up to it is one such split, and what is left between such runs is in doubt.
    """
    rest: list[Fact] = []
    position = 0
    while position < len(parts):
        run = _exact_run(total, parts, position)
        if run:
            yield from _together(rest)
            rest = []
            position += run
        else:
            rest.append(parts[position])
            position += 1
    yield from _together(rest)


def _exact_run(total: Fact, parts: Sequence[Fact], start: int) -> int:
    """How many parts from ``start`` on add up to the total; 0 where none do."""
    slack = _rounding(total)
    value: int | float = 0
    for count, part in enumerate(islice(parts, start, start + LONGEST_SPLIT), 1):
        value += part.value
        slack += _rounding(part)
        if count > 1 and abs(value - total.value) <= slack:
            return count
        if value > total.value + slack:
            return 0
    return 0


def _together(parts: Sequence[Fact]) -> Iterator[list[Fact]]:
    group: list[Fact] = []
    for part in parts:
        if group and part.evidence.start - group[-1].evidence.end > TOGETHER:
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _check_split(total: Fact, parts: list[Fact]) -> Iterator[Check]:
    if len(parts) > 1:
        parts = [p for p in parts if not _STEP.search(p.label or "")] or parts[:1]
    if total.approx or any(p.approx for p in parts):
        return
    value = sum(p.value for p in parts)
    slack = _rounding(total) + sum(map(_rounding, parts))
    if value > total.value + slack:
        relation = "more than"
    elif _is_whole(total, parts, value) and value < total.value - slack:
        relation = "less than"
    else:
        return
    figures = " + ".join(p.evidence.text for p in parts)
    if len(parts) > 1:
        figures += f" = {value:,.15g}"
    yield Check(
        "sum_mismatch",
        "warning",
        f"{figures}, {relation} the total {_say(total)}",
        [total.id, *(p.id for p in parts)],
    )


def _is_whole(total: Fact, parts: Sequence[Fact], value: int | float) -> bool:
    """Whether parts look like all there are: a rest is named, or hardly anything lacks."""
    named_rest = len(parts) > 1 and _REST.search(parts[-1].label or "") is not None
    return named_rest or (len(parts) > 2 and value >= 0.98 * total.value)


def _rounding(fact: Fact) -> float:
    """How far a figure may be from the true one: half its last digit, if it is in 万 or 亿."""
    found = _DECIMALS.search(fact.evidence.text)
    if found is None or not found["scale"]:
        return 0.0
    return float(0.5 * _SCALE[found["scale"]] / 10 ** len(found["decimals"] or ""))


# Rates and counts


def _check_rates(facts: Sequence[Fact], by_id: dict[str, Fact]) -> Iterator[Check]:
    for i, rate in enumerate(facts):
        if rate.kind != "rate" or rate.approx or "%" not in (rate.unit or "%") or i == 0:
            continue
        part = facts[i - 1]
        whole = by_id.get(part.part_of or "")
        if whole is None or not whole.value or part.unit != whole.unit:
            continue
        gap = rate.evidence.start - part.evidence.end
        far = rate.evidence.start - whole.evidence.end
        overall = rate.indicator in ("completion_rate", "satisfaction_rate") and far <= TOGETHER
        share = gap <= ADJACENT and not _GROWTH.search(rate.label or "")
        if not (overall or share) or part.approx or whole.approx:
            continue
        expected = part.value / whole.value
        decimals = len(rate.evidence.text.partition(".")[2].rstrip("%％"))
        if abs(rate.value - expected) > 1.000001 * 10 ** -(decimals + 2):  # cut off or rounded
            yield Check(
                "rate_mismatch",
                "warning",
                f"{_say(rate)}, but {part.evidence.text} of {whole.evidence.text} "
                f"is {expected:.{decimals}%}",
                [rate.id, part.id, whole.id],
            )


# Single figures


def _check_scale(facts: Iterator[Fact]) -> Iterator[Check]:
    for fact in facts:
        if fact.kind == "count" and fact.unit in ITEMS and _BIG.search(fact.evidence.text):
            message = f"{_say(fact)} would be {fact.value:,.15g}; is 万 a slip?"
            yield Check("out_of_scale", "warning", message, [fact.id])


def _check_years(report: Report) -> Iterator[Check]:
    year = report.header.year
    if year is None:
        return
    published = report.header.published_on
    latest = published.year if published else year + 1
    for document in report.documents:
        number = document.number
        if number is not None and number.year is not None and number.year > year:
            # A report is written the year after, and may cite what was issued by then.
            severity: Severity = "info" if number.year <= latest else "warning"
            message = f"{number.normalized} ({document.id}) is younger than the report of {year}"
            yield Check("document_year", severity, message, [])


def _say(fact: Fact) -> str:
    return f"{fact.label} {fact.evidence.text}" if fact.label else fact.evidence.text
