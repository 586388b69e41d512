"""DATE spans: explicit dates and periods that hold a numeral, a range as one span."""

from __future__ import annotations

import re
from collections.abc import Iterator

_D = "[0-9０-９]"
_CN_YEAR = "[一二][〇零○Ｏ0九八七一二三四五六]{3}"
_YEAR = rf"(?:(?:19|20|１９|２０){_D}{{2}}|{_CN_YEAR})"
_NUM = rf"(?:{_D}{{1,2}}|[一二三四五六七八九十]{{1,3}})"
_PART = r"(?:[上中下]旬|底|初|末)"
_RELATIVE = "(?:今年|去年|本年|当年|上年|次年|明年|同年)"
_TO = r"(?:\s*(?:[—–~～－-]{1,2}|起?至|起?到)\s*)"

# A day, or a month, or a year; every branch starts with a numeral or a relative year.
_DAY = rf"{_NUM}\s*月\s*{_NUM}\s*[日号]"
_MONTH = rf"{_NUM}\s*月(?:份|{_PART})?"
_FULL = rf"(?:{_YEAR}\s*年\s*|{_RELATIVE})(?:{_DAY}|{_MONTH}|第?[一二三四1-4]季度)"
_PLAIN_YEAR = rf"{_YEAR}\s*年(?:度(?!假|夜)|{_PART}(?!始))?"
_ISO = rf"(?:19|20){_D}{{2}}([-/.])(?:1[0-2]|0?[1-9])\1(?:3[01]|[12]{_D}|0?[1-9])(?![0-9.%％])"

_DATE = re.compile(
    rf"{_ISO}"
    rf"|(?:{_FULL}|{_PLAIN_YEAR}|{_DAY}){_TO}(?:{_FULL}|{_DAY}|{_PLAIN_YEAR}|{_NUM}\s*月(?:份)?)"
    rf"|{_YEAR}\s*年\s*{_NUM}{_TO}{_NUM}\s*月(?:份)?"
    rf"|{_YEAR}{_TO}{_PLAIN_YEAR}"
    rf"|(?:{_FULL}|{_DAY}){_TO}{_NUM}\s*[日号]|{_NUM}\s*月{_TO}{_NUM}\s*月(?:份)?"
    rf"|{_FULL}|{_PLAIN_YEAR}|{_DAY}"
    rf"|{_NUM}{_TO}{_NUM}\s*月(?:份)?"
    rf"|{_NUM}\s*月(?:份|{_PART})|(?:1[0-2]|[1-9])月(?![0-9０-９])"
)
"""One date or period; branches go from long to short."""

# Where a date can begin. The scan over it is several times faster than trying _DATE everywhere.
_START = re.compile(
    r"[0-9０-９]{1,4}\s*[年月/.\-—–~～－至到、起]|[今去本当上次明同]年|[一二三四五六七八九十〇零○Ｏ]{1,4}\s*[年月]"
)
_NOT_BEFORE = frozenset("0123456789０１２３４５６７８９.第个")


def find_dates(text: str) -> Iterator[tuple[int, int]]:
    """Intervals of dates and periods, in text order, without overlaps."""
    last = 0
    for candidate in _START.finditer(text):
        start = candidate.start()
        if start < last or text[start - 1 : start] in _NOT_BEFORE:
            continue
        m = _DATE.match(text, start)
        if m:
            last = m.end()
            yield start, last
