"""What a COUNT or RATE surface says: its value in base units, its unit, its approximator.

``超过16.4万条`` is 164000 条, more; ``96.85%`` is 0.9685. The rules find figures by a
grammar of their own; whoever has only the surface of a span (a model, an annotator, a
corpus in mark-up) reads it here.
"""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

from ie import numbers
from ie.numbers import ARABIC

APPROX_BEFORE: Final = {
    "more": ("超过", "突破", "不少于", "不低于", "多达", "至少", "超", "逾"),
    "less": ("不足", "不到", "少于", "低于"),
    "about": ("大约", "接近", "将近", "约", "近"),
}
"""What an approximator before a number says → its words."""

APPROX_AFTER: Final = {
    "以上": "more",
    "以下": "less",
    "左右": "about",
    "上下": "about",
    "多": "more",
    "余": "more",
}
"""The same, for words after the unit."""

INFIX: Final = {"余": "more", "多": "more", "几": "more", "来": "about"}
"""The same, for characters between the digits and the unit."""

_BEFORE: Final = {word: kind for kind, words in APPROX_BEFORE.items() for word in words}
_NUMBER: Final = (
    rf"{ARABIC}|[一二两三四五六七八九十百千零〇○]+(?:[万亿][一二三四五六七八九十百千零〇]*)*"
)
_FIGURE: Final = re.compile(
    rf"(?P<before>{'|'.join(sorted(_BEFORE, key=len, reverse=True))})?\s*"
    rf"(?P<number>{_NUMBER})"
    rf"(?:\s?[%％]?\s?(?:[—–~～－-]|至|到)\s?(?P<upper>{_NUMBER}))?"
    r"\s?(?P<infix>[余多几来])?(?P<times>[百千]?[万亿]+|[百千])?(?P<infix2>[余多])?"
    r"\s?(?P<unit>.*?)(?P<after>以上|以下|左右|上下|[多余])?",
    re.DOTALL,
)
_FRACTION: Final = re.compile(
    r"(?P<before>\D{0,3}?)(?P<base>[百千万]|[二三四五六七八九十]+)分之"
    r"(?P<parts>[0-9０-９.．]+|[一二三四五六七八九十百点零]+)(?P<after>以上|以下|左右|[多余])?"
)
_TENTHS: Final = re.compile(r"([一二三四五六七八九])成([一二三四五六七八九半])?(以上|左右|多)?")
_HALF: Final = re.compile(
    rf"({'|'.join(sorted(_BEFORE, key=len, reverse=True))})?一?半(以上|左右|多)?"
)
_MIXED: Final = re.compile(rf"({ARABIC})(亿|万(?![^百千万]*[百千]?万))({ARABIC})([百千]?[百千万])")
"""Myriads and thousands apart: ``4万8千``."""
_SPLIT: Final = re.compile(r"(?<=[0-9０-９.．,，])[ 　]+(?=[0-9０-９.．])")
"""A space that a scraped page left inside a number: ``1, 438`` and ``26. 5``."""
_DIVISORS: Final = {"%": 100, "％": 100, "‰": 1000, "个百分点": 100, "倍": 1, "成": 10}


class Figure(NamedTuple):
    """The attributes of a figure that its surface alone gives."""

    value: float
    unit: str | None
    approx: str | None


def read_figure(surface: str, label: str) -> Figure:
    """Read the surface of a span.

    Args:
        surface: of the whole span, approximator and unit included. A range has the value
            of its lower end.
        label: COUNT or RATE.

    Raises:
        ValueError: there is no number in it that can be read.
    """
    if label == "RATE" and (m := _FRACTION.fullmatch(surface)):
        approx = _BEFORE.get(m["before"] or "") or APPROX_AFTER.get(m["after"] or "")
        return Figure(numbers.parse_fraction(m["base"], m["parts"]), None, approx)
    if label == "RATE" and (m := _TENTHS.fullmatch(surface)):
        hundredths = 5 if m[2] == "半" else numbers.parse_chinese(m[2] or "零")
        tenths = numbers.parse_chinese(m[1]) / 10 + hundredths / 100
        return Figure(round(tenths, 10), "成", APPROX_AFTER.get(m[3] or ""))
    if label == "RATE" and (m := _HALF.fullmatch(surface)):
        approx = _BEFORE.get(m[1] or "") or APPROX_AFTER.get(m[2] or "")
        return Figure(0.5, None, approx)
    m = _FIGURE.fullmatch(_MIXED.sub(_whole, _SPLIT.sub("", surface)))
    if m is None or "分之" in surface:
        raise ValueError(f"no number in {surface!r}")
    infix = m["infix"] or m["infix2"]
    approx = (
        _BEFORE.get(m["before"] or "")
        or INFIX.get(infix or "")
        or APPROX_AFTER.get(m["after"] or "")
        or ("about" if m["upper"] else None)
    )
    unit = m["unit"].strip() or None
    if unit and len(unit) > 1 and label == "COUNT":
        unit = unit.removeprefix("个")  # 5个工作日 are days
    value = numbers.parse(m["number"], m["times"] or "")
    if not math.isfinite(value):
        raise ValueError(f"no number that can be kept in {surface[:20]!r}…")
    if label == "RATE":
        value = round(value / _DIVISORS.get(unit or "", 1), 10)
        unit = "%" if unit == "％" else unit
    return Figure(value, unit, approx)


def _whole(mixed: re.Match[str]) -> str:
    """48000 for 4万8千."""
    return f"{numbers.parse(mixed[1], mixed[2]) + numbers.parse(mixed[3], mixed[4]):.0f}"
