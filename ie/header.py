"""What a report says of itself: title, publisher, region, year, period, date of publication.

All of it stands near the head (the title, the line of sources and dates under it, the
introduction that says who compiled the report from which figures) or in a signature at the
end; nothing is looked for elsewhere but the year, as a last resort.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from datetime import date

from ie.document import Annotations, Span
from ie.report import Header, Period
from ie.sections import find_title

HEAD = 2000
"""Code points after the title in which the introduction is sought."""

CHROME = 500
"""Code points after the title in which the line of sources and dates is sought."""

TAIL = 300
"""Code points at the end in which a signature is sought."""

_DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?"
_PUBLISHED = re.compile(rf"(?<!统计)(?<!截止)(?<!截至)(?:时间|日期)\s*[:：]?\s*{_DAY}")
_DATED_LINE = re.compile(rf"^[^\S\n]*{_DAY}[^。，,\n]{{0,40}}$", re.MULTILINE)
_SPELLED_DAY = re.compile(
    r"^[^\S\n]*([一二][〇○零Oo一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月"
    r"([一二三四五六七八九十]{1,3})日[^\S\n]*$",
    re.MULTILINE,
)
_SOURCE = re.compile(
    r"(?:来\s*源|(?:发布|公开|发文|编制|责任)(?:机构|单位|机关|部门|主体))\s*[:：]\s*"
)
_BODY = re.compile(
    r"[\u4e00-\u9fff]{2,24}?(?:政府|[委党]?办|室|厅|局|委|部|院|处|会|署|中心)(?![\u4e00-\u9fff])"
)
_COMPILED = re.compile(r"[^。；;\n]{0,60}?(?:编制|编写|撰写)")
_DAY_OF_YEAR = r"(\d{1,2})月(\d{1,2})日"
_PERIOD = re.compile(
    rf"(\d{{4}})年{_DAY_OF_YEAR}起?\s*[-—–－~～至到]+\s*(?:(\d{{4}})年)?{_DAY_OF_YEAR}"
)
_YEAR = re.compile(r"((?:19|20|１９|２０)\d\d)|([一二][〇○零一二三四五六七八九]{3})(?=年)")
_BEFORE_PLACE = re.compile(
    r"(?:[^\u4e00-\u9fff]|[一二][〇○零一二三四五六七八九]{3}年|年度?|关于|国家税务总局)*"
)
# 州, 镇 and the like end a name only where no 市, 县 or 区 follows: 达州市, 景德镇市.
_PLACE = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:自治[区州县旗]|特别行政区|街道|地区|[省市县区]|[州盟旗镇乡](?![市县区]))"
)
_NO_PLACE = re.compile(r"(?:城乡|城镇|乡镇|..城市|[全我各].)$|政府|委员|办公|公开")
_DIGITS = str.maketrans("〇○零Oo一二三四五六七八九", "00000123456789")


def find_header(annotations: Annotations) -> Header:
    """The header of a report; a field that nothing states is None."""
    text = annotations.document.text
    start, end = find_title(text) or (0, 0)
    title = text[start:end] or None
    agencies = annotations.of("AGENCY")

    publisher = (
        _named_as_source(annotations, agencies, end + CHROME)
        or _first(annotations, agencies, start, end)
        or _compiler(annotations, agencies, end, end + HEAD)
        or _signer(annotations, agencies)
    )
    region = _place(publisher) or _place(title)
    if publisher and region:
        publisher = _in_full(publisher, region, text)

    period = _period(text[: end + HEAD])
    year = _year(title) or (period.end.year if period else None) or _commonest_year(annotations)
    if period is None and year:
        period = Period(date(year, 1, 1), date(year, 12, 31))
    return Header(title, publisher, region, year, period, _published(text, end + CHROME))


# The publisher


def _named_as_source(annotations: Annotations, agencies: list[Span], limit: int) -> str | None:
    text = annotations.document.text
    for source in _SOURCE.finditer(text, 0, limit):
        agency = _first(annotations, agencies, source.end(), source.end() + 40)
        body = _BODY.match(text, source.end())
        if agency and text.startswith(agency, source.end()):
            return agency
        if body:
            return body.group()
    return None


def _first(annotations: Annotations, agencies: list[Span], start: int, end: int) -> str | None:
    """The first agency within an interval."""
    i = bisect_left(agencies, start, key=lambda s: s.start)
    within = i < len(agencies) and agencies[i].end <= end
    return annotations.text(agencies[i]) if within else None


def _compiler(annotations: Annotations, agencies: list[Span], start: int, end: int) -> str | None:
    """The agency of ``由…编制`` or ``…编制了`` in the introduction."""
    text = annotations.document.text
    for agency in agencies[bisect_left(agencies, start, key=lambda s: s.start) :]:
        if agency.end > end:
            break
        opens = text[agency.start - 1 : agency.start] in ("", "由", "，", ",", "。", "\n")
        if opens and _COMPILED.match(text, agency.end):
            return annotations.text(agency)
    return None


def _signer(annotations: Annotations, agencies: list[Span]) -> str | None:
    """The agency that stands alone on a line near the end."""
    text = annotations.document.text
    lines = {line.strip() for line in text[-TAIL:].splitlines()}
    last = [annotations.text(a) for a in agencies[-5:] if a.start >= len(text) - TAIL]
    return next((name for name in reversed(last) if name in lines), None)


def _in_full(name: str, region: str, text: str) -> str:
    """``州政府办公室`` as ``阿坝州人民政府办公室``, where the text itself has the longer name."""
    if not region.endswith(name[0]):
        return name
    short = region[:-1] + name
    longer = (short.replace("政府", "人民政府", 1), short)
    return next((full for full in longer if full in text), name)


def _place(name: str | None) -> str | None:
    """The narrowest of the places with which a name or title begins."""
    if not name:
        return None
    position = _BEFORE_PLACE.match(name).end()  # type: ignore[union-attr]  # matches anything
    place = None
    while (found := _PLACE.match(name, position)) and not _NO_PLACE.search(found.group()):
        place, position = found.group(), found.end()
    return place


# Dates


def _period(head: str) -> Period | None:
    for found in _PERIOD.finditer(head):
        year, month, day, end_year, end_month, end_day = found.groups()
        start = _date(year, month, day)
        end = _date(end_year or year, end_month, end_day)
        if start and end and start <= end:
            return Period(start, end)
    return None


def _year(title: str | None) -> int | None:
    found = _YEAR.search(title or "")
    return int(found.group().translate(_DIGITS)) if found else None


def _commonest_year(annotations: Annotations) -> int | None:
    years: Counter[int] = Counter()
    for span in annotations.spans:
        if span.label == "DATE" and (year := _year(annotations.text(span))):
            years[year] += 1
    return years.most_common(1)[0][0] if years else None


def _published(text: str, limit: int) -> date | None:
    """The date under the title, else that of the signature."""
    head, tail = text[:limit], text[-TAIL:]
    for pattern, part in ((_PUBLISHED, head), (_DATED_LINE, head), (_DATED_LINE, tail)):
        for found in pattern.finditer(part):
            if day := _date(*found.groups()):
                return day
    for found in _SPELLED_DAY.finditer(tail):
        year, month, day_of_month = found.groups()
        day = _date(year.translate(_DIGITS), _spelled(month), _spelled(day_of_month))
        if day:
            return day
    return None


def _spelled(number: str) -> int:
    """十 to 三十一 as a number."""
    tens, ten, ones = number.rpartition("十")
    return (int(tens.translate(_DIGITS) or 1) * 10 if ten else 0) + int(
        ones.translate(_DIGITS) or 0
    )


def _date(year: str, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
