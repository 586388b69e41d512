"""Number surfaces and their values: Arabic, full-width and Chinese digits, 万 and 亿, 余 and 多.

The grammar here is of bare numbers. What makes a number a COUNT or a RATE (units,
approximators around it, neighbours that forbid it) is in :mod:`ie.rules.quantities`.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_FULL_WIDTH = {ord("０") + i: str(i) for i in range(10)} | {
    ord("．"): ".",
    ord("，"): None,
    ord(","): None,
    ord(" "): None,
    ord("\u00a0"): None,
    ord("　"): None,
}
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}

ARABIC = (
    r"[0-9０-９]{1,3}(?:[,， \u00a0　][0-9０-９]{3})+(?![0-9０-９])(?:[.．][0-9０-９]+)?"
    r"|[0-9０-９]+(?:[.．][0-9０-９]+)?"
)
"""An Arabic number: thousands separators only where they are complete, a decimal part."""

CHINESE = r"[一二两三四五六七八九十百千万亿零〇○]+"
"""A Chinese numeral; the characters are checked by :func:`parse_chinese`."""

_CHINESE_NUMERAL = re.compile(
    r"(?:[一二两三四五六七八九]?[十百千万亿]|[零〇○一二两三四五六七八九])+"
)


def parse_arabic(surface: str) -> Decimal:
    """The value of an Arabic number with full-width digits or thousands separators.

    Raises:
        ValueError: the surface is not such a number.
    """
    try:
        return Decimal(surface.translate(_FULL_WIDTH))
    except InvalidOperation as error:
        raise ValueError(f"not an Arabic number: {surface!r}") from error


def parse_chinese(surface: str) -> float:
    """The value of a Chinese numeral: 三千二百零五, 两百, 十二, 二〇一五, 百 (as in 百余).

    A digit after 百, 千 or 万 at the end counts the next lower power, as it is read:
    一百二 is 120 and 三千五 is 3500.

    Raises:
        ValueError: the surface is not such a numeral.
    """
    if not _CHINESE_NUMERAL.fullmatch(surface):
        raise ValueError(f"not a Chinese numeral: {surface!r}")
    if all(c in _DIGITS for c in surface):
        return float("".join(str(_DIGITS[c]) for c in surface))
    total = section = digit = 0
    power, last_ten, last_myriad = 1, 10_000, 10**12
    for c in surface:
        if c in _DIGITS:
            digit = _DIGITS[c]
            power = 1 if digit == 0 else power
        elif c in _TENS:
            power = _TENS[c]
            if power >= last_ten:
                raise ValueError(f"not a Chinese numeral: {surface!r}")
            last_ten = power
            section += (digit or 1) * power
            digit = 0
            power //= 10
        else:
            myriad = _MYRIADS[c]
            # 万亿 and 一万二千亿 are read so; any other myriad after a smaller one is none.
            if myriad >= last_myriad and (last_myriad, myriad) != (10_000, 100_000_000):
                raise ValueError(f"not a Chinese numeral: {surface!r}")
            last_myriad, last_ten = myriad, 10_000
            section += digit
            if myriad > 10_000 and total:
                total = (total + section) * myriad
            else:
                total += (section or 1) * myriad
            section = digit = 0
            power = myriad // 10
    return float(total + section + digit * (power if power > 1 else 1))


def parse(surface: str, multiplier: str = "") -> float:
    """The value of a number, Arabic or Chinese, times 百, 千, 万 or 亿 written after it.

    Raises:
        ValueError: neither reading fits.
    """
    first = surface[0]
    if first.isascii() or "０" <= first <= "９":
        value = parse_arabic(surface)
    else:
        value = Decimal(parse_chinese(surface))
    # In decimal, because 16.4 * 10000 is 163999.99999999997 in binary floats.
    for c in multiplier:
        value *= _TENS.get(c) or _MYRIADS[c]
    return float(value)


def parse_fraction(base: str, parts: str) -> float:
    """The value of 百分之四十 or 三分之二, from what stands before and after 分之.

    Raises:
        ValueError: either is no numeral.
    """
    divisor = {"百": 100.0, "千": 1000.0, "万": 10_000.0}.get(base) or parse_chinese(base)
    if parts[0].isdigit():
        return round(float(parse_arabic(parts)) / divisor, 10)
    whole, _, decimals = parts.partition("点")
    value = parse_chinese(whole)
    for place, c in enumerate(decimals, 1):
        value += parse_chinese(c) / 10**place
    return round(value / divisor, 10)
