"""How a figure stands in its sentence: as that of the year, or as something else.

A report sets its own figures beside those of the year before, what it plans beside what it
did, and what it has done since some beginning beside the work of one year. The words before
a figure tell which it is; they are read no further back than its sentence goes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import Final

from ie.report import Fact, Header


class Standing(IntEnum):
    """What a figure is a figure of, the better the higher."""

    NO_TOTAL = 0
    """A plan, another year's, a difference, a figure a day."""
    TO_DATE = 1
    """Of all the years up to a day."""
    OWN = 2
    """Of the year reported on."""


WINDOW: Final = 120
"""Code points before a figure in which its sentence is read."""

STOCKS: Final = frozenset(
    {"websites", "accounts", "followers", "offices", "staff", "reading_points", "matters"}
)
"""Codes of what there is on a day rather than what is done in a year."""

CARRIED: Final = frozenset({"requests_carried_over", "requests_carried_forward"})
"""Codes that are of another year by what they mean."""

_ASIDE = re.compile(r"《[^《》]*》|[（(][^()（）]*[)）]")
_TO_SENTENCE = re.compile(r".*[。！？!?；;\n\r\x0b\x0c\x85\u2028\u2029]", re.DOTALL)
_TO_CLAUSE = re.compile(r".*[，,：:（(]", re.DOTALL)

_DONE = (
    r"(?:全年|年内|明年|在|于)*(?:主动)?(?:公开|发布|公布|新增|增加|举办|召开|开展|组织|完成|培训"
    r"|建成|新建|建设|清理|受理|办理|制定|制发|修订|废止|达|实现)(?!的)"
)
_PLAN = re.compile(
    rf"(?<![划作展规])计划{_DONE}|(?<![草模虚])拟{_DONE}|(?<![已并即均])将(?!(?:公开|[清办受]理)[^\d]){_DONE}|计划[数为是]"
    r"|将(?:会|再|继续|进一步)|力争|预计|打算|争取(?=[在到于实达完])|目标(?:任务|[值数])?(?:[是为]|$)"
)
"""工作计划 and 规划计划 are what is made public, and 将…公开 says only that something was."""

_COMPARED = re.compile(r"(?:[比较同与和]|相比)(?:上一?年|去年|前年|往年|同期|\d{4}年)|同比|环比")
_REACHED = re.compile(r"[达到至共]$")
_DIFFERENCE = re.compile(
    r"(?:(?<!新)(?:增加|增长|增多)|减少|下降|降低|上升|提高|净增|(?<![新至不最许])[增减多少])[了约近]*$"
)
_BY_THE_DAY = re.compile(
    r"(?<![今本当\d个])[日月年人]均|每[日天月周]|平均|日(?:点击|访问|浏览)|单日|最高(?!人民)"
)

_OWN_YEAR = ("本年", "今年", "本报告期")
_WHOLE_YEAR = ("全年", "年内", "当年")
_OTHER_YEAR = (
    *("上年", "上一年", "去年", "前年", "往年"),
    *("明年", "来年", "下年", "下一年", "下一步", "今后"),
)
_ADDED_UP = ("累计", "累积")
_SINCE = (
    r"截至[^，,]{0,10}?(?:[底末]|12月31日|目前)|截止[^，,]{0,10}?(?:[底末]|12月31日|目前)|历年"
    r"|自(?!今年|本年)[^，,]{2,20}?以来|施行以来|实施以来|运行以来|开通以来|成立以来|建立以来|上线以来"
    r"|至今|迄今"
)
_YEAR = r"19\d\d年|20\d\d年|１９\d\d年|２０\d\d年"
_CUE = re.compile(  # every choice begins with a letter as it stands, which makes the scan fast
    "|".join((*_OWN_YEAR, *_WHOLE_YEAR, *_ADDED_UP, _SINCE, _YEAR))
    + "".join(rf"|{word}(?!度?[结转])" for word in _OTHER_YEAR)
)
_NOT_OF = "至止到自从比较与和同"
"""What stands before a year that is not the one of the figure."""

_OPENS_CLAUSE = re.compile(r"(?:^|[，,：:（(])[\s在于到我全本市县区州省局委办镇乡机关]*$")


def standings(facts: Iterable[Fact], text: str, header: Header) -> dict[str, Standing]:
    """Id of each fact with an indicator → its standing; the facts are in text order."""
    years = {header.year} if header.year else set()
    if years and header.period:
        years |= {header.period.start.year, header.period.end.year}
    found = {}
    last_end = 0
    for fact in facts:
        if fact.indicator != "other":
            found[fact.id] = _standing(fact, before(text, fact, last_end), years)
        last_end = max(last_end, fact.evidence.end)
    return found


class Before:
    """What stands before a figure: its sentence, its clause, and what follows the last number."""

    __slots__ = ("clause", "last_number", "own", "sentence", "since_number")

    def __init__(self, sentence: str, from_number: int) -> None:
        self.sentence = sentence
        self.last_number = max(0, len(sentence) - from_number)
        self.clause = _after(_TO_CLAUSE, sentence)
        self.since_number = sentence[self.last_number :]
        self.own = min(self.clause, self.since_number, key=len)


def before(text: str, fact: Fact, last_end: int) -> Before:
    """What stands before a fact; the number before it ends at ``last_end``.

    Titles and remarks in brackets are blanked, for the years in them tell nothing.
    """
    start = fact.evidence.start
    window = text[max(0, start - WINDOW) : start]
    if "》" in window or "）" in window or ")" in window:
        window = _ASIDE.sub(lambda m: "·" * len(m.group()), window)
    return Before(_after(_TO_SENTENCE, window), max(0, start - last_end))


def _after(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return text[found.end() :] if found else text


def _standing(fact: Fact, context: Before, years: Collection[int]) -> Standing:
    if _PLAN.search(context.clause) or _DIFFERENCE.search(context.own):
        return Standing.NO_TOTAL
    if _COMPARED.search(context.own) and not _REACHED.search(context.own):
        return Standing.NO_TOTAL
    if fact.kind != "rate" and _BY_THE_DAY.search(context.own + (fact.label or "")):
        return Standing.NO_TOTAL
    if fact.indicator in CARRIED:
        return Standing.OWN
    standing = _by_time(context, years)
    stock = standing is Standing.TO_DATE and fact.indicator in STOCKS
    return Standing.OWN if stock else standing


def _by_time(context: Before, years: Collection[int]) -> Standing:
    """What the last word for a time says; 2016年累计 and 截至年底,全年累计 are of the year."""
    standing, of_year = Standing.OWN, -1
    sentence = context.sentence
    for cue in _CUE.finditer(sentence):
        word, start = cue.group(), cue.start()
        is_own, is_other = word in _OWN_YEAR, word in _OTHER_YEAR
        if word[0] in "12１２":
            if not years or (start and sentence[start - 1] in _NOT_OF):
                continue
            is_own = int(word[:4]) in years
            is_other = not is_own
        if is_own or (word in _WHOLE_YEAR and standing is not Standing.NO_TOTAL):
            standing, of_year = Standing.OWN, start
        elif is_other:
            if _OPENS_CLAUSE.search(sentence, 0, start):
                standing = Standing.NO_TOTAL
        elif word not in _WHOLE_YEAR and (word not in _ADDED_UP or of_year < context.last_number):
            standing = min(standing, Standing.TO_DATE)
    return standing
