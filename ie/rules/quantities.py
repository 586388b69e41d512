"""COUNT and RATE spans with their value, unit and approximator.

The guide: number, infix 余/多/几, 万/亿 and the unit are inside; a directly adjacent
approximator is inside; dates, ordinals, list markers, set phrases and numbers that name
something (12345) are not counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ie import numbers
from ie.document import Attributes, Span
from ie.figures import APPROX_AFTER, APPROX_BEFORE, INFIX
from ie.numbers import ARABIC, CHINESE
from ie.rules.lexicon import either, read_table


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of ``units.tsv``; ``unit`` is what the attribute says."""

    surface: str
    kind: str
    unit: str
    families: frozenset[str]
    before_noun: bool


UNITS = {
    surface: Unit(surface, kind, unit or surface, frozenset(families.split()), before == "x")
    for surface, kind, unit, families, before in read_table("units.tsv")
}
_NO_UNIT = Unit("", "none", "", frozenset(), False)


def unit_of(number: Span) -> Unit:
    """The row of a number's unit; one with no kind and no family where it has none."""
    return UNITS.get(number.attrs.unit or "", _NO_UNIT)


_APPROX = {w: k for k, words in APPROX_BEFORE.items() for w in words}

_units = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_before = "|".join(sorted(_APPROX, key=len, reverse=True))

_DIGITS = 15  # a longer run of digits is an identifier, and more than a float holds exactly
QUANTITY = re.compile(
    rf"(?P<number>{ARABIC}|{CHINESE})"
    rf"(?:[ 　]?(?:[—–~～－-]|至|到)[ 　]?(?P<upper>{ARABIC}|{CHINESE}))?"
    r"[ 　]?(?:(?P<infix>[余多几来])?(?P<times>[百千]?[万亿]+|[百千])(?P<infix2>[余多])?"
    r"|(?P<infix3>[余多几来]))?"
    r"[ 　]?(?P<unit>" + _units + r")?(?P<after>以上|以下|左右|上下|[多余](?![个项条件次名人]))?"
)
RATE = re.compile(
    rf"(?<![0-9０-９])(?P<number>[0-9０-９]{{1,{_DIGITS}}}(?:[.．][0-9０-９]{{1,{_DIGITS}}})?)"
    r"\s?(?P<unit>[%％‰]|个百分点|倍)(?P<after>以上|以下|左右|多)?"
    r"|(?P<tenths>[一二三四五六七八九]成)(?P<tenths_after>以上|左右|多)?(?![立为员果本绩长功效熟])"
    r"|(?P<base>[百千万]|[二三四五六七八九十]+)分之(?P<parts>[0-9０-９]+|[一二三四五六七八九十百点零]+)"
)
"""A percentage, a multiple or a fraction in words."""

# Looked up to the left of a number, so that the scan itself starts at digits only.
_APPROXIMATOR = re.compile(rf"(?:{_before})(?=[ 　]?\Z)")
_BEFORE_LIMIT = max(map(len, _APPROX)) + 1


def _approximator(text: str, start: int) -> tuple[int, str | None]:
    """Where a number with the approximator before it begins, and what that says."""
    floor = max(0, start - _BEFORE_LIMIT)
    m = _APPROXIMATOR.search(text[floor:start])
    return (floor + m.start(), _APPROX[m.group()]) if m else (start, None)


# 一 is a COUNT only as a real number: after words that make it one.
_REAL_ONE = re.compile(
    r"(?:每[周月季年日]|每季度|每半月|整合[到为成]|合并[到为成]|保留|只有|只|仅有|仅)\Z"
)
_ONE_TIME = re.compile(r"[次期场轮例起][，,。；;、\n]")
_NOT_ONE_TIME = re.compile(
    r"(?:第|每|这|又|再|任何|进|某|逐|同|统|唯|其|之|哪|另|上|下|头|每年|首|任|不|未|无|发生)\Z"
)
_RANKED = re.compile(r"(?:位列|位居|列|居|排名|名列|排|前)[^，,。]{0,4}\Z")
_HOTLINE = re.compile(r"12[0-9]{3}$|96[0-9]{3,4}$|110\Z")
_EDITION = re.compile(r"(?:19|20)[0-9]{2}\Z")
# Multi-character numerals that open a fixed name or slogan.
_SET_PHRASE = re.compile(either("set_phrase"))
_DOTTED = re.compile(r"[0-9０-９]")
_MEASURE_NOUN = re.compile(
    r"(?:数量?|总量|总数|人数|人次|次数|件数|条数|量|浏览|点击|访问|粉丝|用户)"
    r"(?:已?(?:为|达到?|共|是|有)?)[:：]?[ 　]?\Z"
)


def find_rates(text: str) -> Iterator[Span]:
    """RATE spans, in text order."""
    for m in RATE.finditer(text):
        begin, before = _approximator(text, m.start())
        if m["tenths"]:
            if text[m.start() - 1 : m.start()] in ("第", "十"):
                continue
            value = numbers.parse_chinese(m["tenths"][0]) / 10
            approx = before or APPROX_AFTER.get(m["tenths_after"] or "")
            attrs = Attributes("other", value, "成", approx)
        elif m["base"]:
            try:
                value = numbers.parse_fraction(m["base"], m["parts"])
            except ValueError:
                continue
            attrs = Attributes("other", value, None, before)
        else:
            start = m.start("number")
            if text[start - 1 : start] in ("第", ".", "．") and start:
                continue
            divisor = {"%": 100, "％": 100, "‰": 1000, "个百分点": 100, "倍": 1}[m["unit"]]
            value = float(numbers.parse_arabic(m["number"]) / divisor)
            approx = before or APPROX_AFTER.get(m["after"] or "")
            unit = "%" if m["unit"] == "％" else m["unit"]
            attrs = Attributes("other", value, unit, approx)
        yield Span(begin, m.end(), "RATE", attrs)


def find_counts(text: str, blocked: Callable[[int, int], bool]) -> Iterator[Span]:
    """COUNT spans, in text order. A range has the value of its lower end, about.

    Args:
        text: the document's text.
        blocked: tells whether an interval lies in a date, a document number or title, a
            rate or an address, where digits count nothing.
    """
    for m in QUANTITY.finditer(text):
        start = m.start("number")
        end = m.end()
        number, unit = m["number"], m["unit"]
        if blocked(start, end):
            continue
        left = text[max(0, start - 6) : start]
        if not _is_number_here(text, m, left):
            continue
        times = m["times"] or ""
        if unit is None and not _bare_counts(text, m, times, left):
            continue
        try:
            value = numbers.parse(number, times)
        except ValueError:
            continue
        infix = m["infix"] or m["infix2"] or m["infix3"]
        begin, before = _approximator(text, start)
        approx = (
            before
            or (INFIX[infix] if infix else None)
            or APPROX_AFTER.get(m["after"] or "")
            or ("about" if m["upper"] else None)
        )
        row = UNITS[unit] if unit else None
        attrs = Attributes("other", value, row.unit if row else None, approx)
        yield Span(begin, end if m["after"] or unit else _bare_end(m), "COUNT", attrs)


def _bare_end(m: re.Match[str]) -> int:
    return max(m.end(g) for g in ("number", "upper", "times", "infix", "infix2", "infix3"))


def _is_number_here(text: str, m: re.Match[str], left: str) -> bool:
    """Whether the numeral counts at all here: not an ordinal, a name, a slogan or a part."""
    start, number = m.start("number"), m["number"]
    last = left[-1:] or "\n"
    if len(number) > _DIGITS + _DIGITS // 3:
        return False
    if last == "第" or (last.isascii() and (last.isalnum() or last in "._@/-+#&=")):
        return False
    if last in ",，\n" and left[-2:-1].isdigit():
        # 1,23,4 is no number, and a number broken over two lines is not its second half.
        return False
    if last == "·" or text[m.end("number") : m.end("number") + 1] == "·":
        return False
    if m["unit"] == "位" and _RANKED.search(left):
        return False
    if last in "-—－" and _DOTTED.match(left[-2:-1]):
        return False
    chinese = not _DOTTED.match(number)
    if not chinese:
        if m["unit"] == "版" and _EDITION.match(number):
            return False
        return not (
            _HOTLINE.match(number) and (m["unit"] is None or UNITS[m["unit"]].kind == "noun")
        )
    if number[0] in "零〇○" or last in "十百千万亿零〇几数上成":
        return False
    once = m["unit"] and _ONE_TIME.match(text, m.start("unit"))
    if number == "一" and once and not _NOT_ONE_TIME.search(left):
        return True
    if _SET_PHRASE.match(text, start):
        return bool(_REAL_ONE.search(left)) and text.startswith("一", start) and m["unit"] == "期"
    if (
        number in "十百千万亿"
        and not (m["infix"] or m["infix3"] or _approximator(text, start)[1])
        and number != "十"
    ):
        return False
    if number == "一":
        if m["unit"] == "名":
            return True
        return bool(_REAL_ONE.search(left))
    if last in '“‘"':
        return False
    return m["unit"] not in ("分", "层", "部", "门", "步", "站", "级") or bool(m["infix3"])


def _bare_counts(text: str, m: re.Match[str], times: str, left: str) -> bool:
    """Whether a number with no unit is a count: 粉丝数54373, 总浏览量536万, 超3170万."""
    if not _DOTTED.match(m["number"]):
        return False
    end = _bare_end(m)
    following = text[end : end + 1]
    if following.isspace() and text[end + 1 : end + 2].isdigit():
        return False  # a row of a table
    if following and not (following.isspace() or following in "，,。；;、)）》”"):
        return False
    if (times and "万" in times) or "亿" in times:
        return True
    return bool(_MEASURE_NOUN.search(text[max(0, m.start() - 12) : m.start("number")]))
