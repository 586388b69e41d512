"""Doubts about the figures of a report, from its arithmetic and the words between them.

Every check is a question to a reader, so a false alarm costs more than a silence: what the
report may well mean is not doubted.

* ``sum_mismatch``: parts exceed their stated total, or list it in full and do not add up.
* ``rate_mismatch``: a share does not follow from the count before it and its total, or a rate
  of completion or satisfaction from the completed or satisfied in its sentence.
* ``rate_out_of_range``: more than all were completed or satisfied.
* ``inconsistent_total``: the same words give two totals.
* ``balance``: requests received and carried over are not those completed and carried forward.
* ``out_of_scale``: a part is ten times its total or more, or a figure of items is written
  with 万 that would be a hundred million.
* ``document_year``: a cited document is younger than the year reported on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from ie.report import Check, Fact, Report, Severity
from ie.standing import Standing, before

OUT_OF_SCALE = 10
"""A part this many times its total is no slip of addition."""

TOGETHER = 60
"""Code points at most between two parts of one split, and from two counts to their rate."""

LONGEST_SPLIT = 100
"""Parts at most of one split."""

_STEP = re.compile(r"办结|办理完|答复|回复|按[时期]|完成|整改|结转")
"""A stage of handling is a part of what was received, but not one part of a split of it."""

_REST = re.compile(r"其[他它]|另外")
_CLOSED = re.compile(r"分别[为是]|分[为成]")
_OPEN = re.compile(r"其中|包括|主要|[。！？!?\n]")
_SHARE = re.compile(r"[，,]?(?:[（(]\s*(?:约?占比?)?|约?占比?)[为达]?\s*")
"""What stands between a count and its share of the total: （17.46%）."""

_STAGE = re.compile(r"(?P<on_time>按[时期]|及时|如期)?(?P<stage>办结|办理|答复|回复|完成|满意)")
_GRADE = re.compile(r"非常|基本|比较|很满|不满|不太")
_BIG = re.compile(r"(?<![\d.])\d{5,}(?:\.\d+)?[多余几]?万")
_DECIMALS = re.compile(r"\d(?:[\d,，]*)(?:\.(?P<decimals>\d+))?[多余几]?(?P<scale>[万亿]?)")
ITEMS = frozenset("条件份篇个项期")
"""Units of what an office makes or handles one by one; visits and yuan may well be many."""

_SCALE = {"": 1, "万": 10**4, "亿": 10**8}


def check(
    report: Report, text: str, standing: Mapping[str, Standing], totals: Mapping[str, Fact]
) -> list[Check]:
    """All doubts about a report, in the order of the facts.

    Args:
        report: whole but for its checks.
        text: of the document.
        standing: id → how the figure of a fact with an indicator stands.
        totals: indicator → the fact that the summary takes for it.
    """
    by_id = {f.id: f for f in report.facts}
    parts: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in report.facts:
        if fact.part_of in by_id and fact.part_of is not None:
            parts[fact.part_of].append(fact)
    checks: list[Check] = []
    for total_id, its_parts in parts.items():
        checks.extend(_check_parts(by_id[total_id], its_parts, text))
    checks.extend(_check_rates(report.facts, by_id, parts, text))
    checks.extend(_check_totals(report.facts, standing, text))
    checks.extend(_check_balance(totals))
    doubted = {i for c in checks if c.code == "out_of_scale" for i in c.facts}
    checks.extend(_check_scale(f for f in report.facts if f.id not in doubted))
    order = {f.id: i for i, f in enumerate(report.facts)}
    checks.sort(key=lambda c: order[c.facts[0]])
    checks.extend(_check_years(report))
    return checks


# Parts and totals


def _check_parts(total: Fact, parts: Sequence[Fact], text: str) -> Iterator[Check]:
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
        yield from _check_split(total, split, text)


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


def _check_split(total: Fact, parts: list[Fact], text: str) -> Iterator[Check]:
    if len(parts) > 1:
        parts = [p for p in parts if not _STEP.search(p.label or "")] or parts[:1]
    if total.approx or any(p.approx for p in parts):
        return
    value = sum(p.value for p in parts)
    slack = _rounding(total) + sum(map(_rounding, parts))
    if value > total.value + slack:
        relation = "more than"
    elif _is_whole(total, parts, value, text) and value < total.value - slack:
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


def _is_whole(total: Fact, parts: Sequence[Fact], value: int | float, text: str) -> bool:
    """Whether parts look like all there are: 分为 says so, a rest is named, or little lacks.

    其中 and 包括 name some, and 其中甲、乙分别为 still does.
    """
    if len(parts) < 2:
        return False
    between = text[total.evidence.end : parts[0].evidence.start]
    if len(between) <= TOGETHER and _CLOSED.search(between) and not _OPEN.search(between):
        return True
    named_rest = _REST.search(parts[-1].label or "") is not None
    return named_rest or (len(parts) > 2 and value >= 0.98 * total.value)


def _rounding(fact: Fact) -> float:
    """How far a figure may be from the true one: half its last digit, if it is in 万 or 亿."""
    found = _DECIMALS.search(fact.evidence.text)
    if found is None or not found["scale"]:
        return 0.0
    return float(0.5 * _SCALE[found["scale"]] / 10 ** len(found["decimals"] or ""))


# Rates and counts


def _check_rates(
    facts: Sequence[Fact],
    by_id: Mapping[str, Fact],
    parts: Mapping[str, Sequence[Fact]],
    text: str,
) -> Iterator[Check]:
    for i, rate in enumerate(facts):
        if rate.kind != "rate" or rate.approx or "%" not in (rate.unit or "%"):
            continue
        of_stage = rate.indicator in ("completion_rate", "satisfaction_rate")
        if of_stage and rate.value > 1:
            yield Check("rate_out_of_range", "warning", f"{_say(rate)} is over 100%", [rate.id])
            continue
        part = facts[i - 1] if i else rate
        whole = by_id.get(part.part_of or "")
        if whole is None or not whole.value or part.unit != whole.unit:
            continue
        if part.approx or whole.approx:
            continue
        if of_stage:
            between = text[whole.evidence.end : rate.evidence.start]
            near = len(between) <= TOGETHER and not re.search(r"[。！？!?\n]", between)
            follows = near and _is_its_count(rate, part, parts[whole.id])
        else:
            follows = _SHARE.fullmatch(text, part.evidence.end, rate.evidence.start) is not None
        if not follows:
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


def _is_its_count(rate: Fact, part: Fact, parts: Sequence[Fact]) -> bool:
    """Whether a part of a total is what a rate of completion or satisfaction is of.

    按时办结 is not 办结, and where the satisfied are counted by degrees, no one count is.
    """
    stage = _stage(part.label)
    if stage is None or stage != (_stage(rate.label) or (stage[0], _USUAL_STAGE[rate.indicator])):
        return False
    return not any(_GRADE.search(p.label or "") for p in parts)


_USUAL_STAGE: Final = {"completion_rate": "办结", "satisfaction_rate": "满意"}


def _stage(label: str | None) -> tuple[bool, str] | None:
    found = _STAGE.search(label or "")
    return (found["on_time"] is not None, found["stage"]) if found else None


# Totals of the whole report

TOTALS_ONCE: Final = frozenset(
    {
        "disclosed",
        "requests_received",
        "requests_completed",
        "reviews",
        "lawsuits",
        "fees_collected",
    }
)
"""Codes of which a report has one total, however often it says it."""

_FILLERS = re.compile(
    r"\W|\d{4}年度?|全年|本年度?|今年|年内|[总一]?共计?|总计|合计|累计|我[市县区局州委镇乡办厅]"
    r"|本(?:机关|单位|部门|[市县区局州委镇乡办厅])|政府信息公开|政府信息|信息公开|信息|[的了为有达]"
)
"""Words that make no difference to what is counted; 全县 and 一季度 do."""


def _check_totals(
    facts: Sequence[Fact], standing: Mapping[str, Standing], text: str
) -> Iterator[Check]:
    """Two totals that differ where the same words, and nothing but them, introduce both."""
    first: dict[tuple[str, str | None, str], Fact] = {}
    last_end = 0
    for fact in facts:
        number_before, last_end = last_end, max(last_end, fact.evidence.end)
        if not _is_total(fact, standing):
            continue
        words = before(text, fact, number_before).since_number
        words = _FILLERS.sub("", words)
        if not words:
            continue
        known = first.setdefault((fact.indicator, fact.unit, words), fact)
        if fact.indicator == "disclosed" and known.section == fact.section:
            continue  # the figures of one field after another, each under its own heading
        slack = _rounding(known) + _rounding(fact)
        if abs(known.value - fact.value) > slack:
            message = f"{_say(known)} in one place, {_say(fact)} in another"
            yield Check("inconsistent_total", "warning", message, [known.id, fact.id])


def _is_total(fact: Fact, standing: Mapping[str, Standing]) -> bool:
    unqualified = (fact.agency, fact.channel, fact.part_of, fact.approx) == (None,) * 4
    return (
        unqualified
        and fact.indicator in TOTALS_ONCE
        and fact.stated == "number"
        and fact.kind != "rate"
        and fact.section != "problems"
        and standing[fact.id] is Standing.OWN
    )


_IN: Final = ("requests_received", "requests_carried_over")
_OUT: Final = ("requests_completed", "requests_carried_forward")
_OUTCOMES: Final = (
    "requests_granted",
    "requests_partly_granted",
    "requests_denied",
    "requests_unable",
    "requests_not_processed",
    "requests_other",
    "requests_carried_forward",
)
"""Of the form of 2019, where they are all there are."""


def _check_balance(totals: Mapping[str, Fact]) -> Iterator[Check]:
    """What came in is what went out, where a report states all that it takes to tell."""
    for out in (_OUT, _OUTCOMES):
        if not all(code in totals for code in (*_IN, *out)):
            continue
        came, went = ([totals[code] for code in codes] for codes in (_IN, out))
        if any(f.approx or f.section != came[0].section for f in (*came, *went)):
            continue
        if sum(f.value for f in came) != sum(f.value for f in went):
            ids = dict.fromkeys(f.id for f in (*came, *went))
            yield Check("balance", "warning", f"{_sum(came)}, but {_sum(went)}", list(ids))


def _sum(facts: Sequence[Fact]) -> str:
    figures = " + ".join(map(_say, facts))
    return f"{figures} = {sum(f.value for f in facts):,.15g}"


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
            message = (
                f"{number.normalized} ({document.id}) is of {number.year}, "
                f"younger than the report of {year}"
            )
            yield Check("document_year", severity, message, [])


def _say(fact: Fact) -> str:
    return f"{fact.label} {fact.evidence.text}" if fact.label else fact.evidence.text
