"""Page chrome that a copied web page leaves around a report: navigation, view counters.

The guide: navigation and share buttons are never marked; the header's date and source are.
"""

from __future__ import annotations

import re

_NAVIGATION = re.compile(
    r"^[^\n。]{0,60}(?:首页|位置)[^\n。]{0,20}(?:>|＞|»|/|›)[^\n。]{0,200}$|^[^\n。>＞»]{0,40}[>＞»›][^\n。>＞»]{1,40}[>＞»›][^\n。]{0,200}$",
    re.MULTILINE,
)
_COUNTER = re.compile(
    r"(?:浏览|访问|点击|阅读|查看|累计|打印)(?:次数|量|数|率)?\s?[:：]\s?[（(\[]?\s?[0-9]{1,9}(?:次|人次)?|字[体号]\s?[:：][^\n]{0,30}"
)
# The statistics form explains itself: 不同渠道和方式公开相同信息计1条.
_FORM_NOTE = re.compile(r"计[1１一][条次件]")
_TABLE_CELL = re.compile(r"^[ \t　]*[0-9]+(?:\.[0-9]+)?[ \t　]*$", re.MULTILINE)


def find_navigation(text: str) -> list[tuple[int, int]]:
    """Lines such as ``首页 > 政务公开 > 年报``, in text order."""
    return [m.span() for m in _NAVIGATION.finditer(text)]


_HEADER_LINE = re.compile(
    r"发布|来源|字[体号]|打印|日期|时间|分享|作者|编辑|责编|关闭|索引|信息分类|文章"
)
_LINE_LIMIT = 160


def _in_page_header(text: str, counter: re.Match[str]) -> bool:
    """Whether a counter stands in a line of page furniture, not in a sentence of the report."""
    floor, ceiling = max(0, counter.start() - _LINE_LIMIT), counter.end() + _LINE_LIMIT
    start = text.rfind("\n", floor, counter.start()) + 1 or floor
    end = text.find("\n", counter.end(), ceiling)
    line = text[start : end if end >= 0 else ceiling]
    if "。" in line or "，" in line:
        return False
    return bool(_HEADER_LINE.search(line)) or line.strip() == counter.group().strip()


def find_counters(text: str) -> list[tuple[int, int]]:
    """View counters, font switches and bare table cells, whose digits count nothing reported."""
    spans = [m.span() for m in _COUNTER.finditer(text) if _in_page_header(text, m)]
    spans += [m.span() for m in _FORM_NOTE.finditer(text)]
    return spans + [m.span() for m in _TABLE_CELL.finditer(text)]


# Web addresses, e-mail, telephone numbers, house numbers, clock times.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[A-Za-z0-9./?=&_%#:~-]+"
    r"|(?<![A-Za-z0-9_.-])[A-Za-z0-9_.-]{1,64}@[A-Za-z0-9-]+\.[A-Za-z.]+"
    r"|(?:电话|传真|邮编|邮政编码|热线|手机|QQ|号码)[号码]{0,2}[:：为是]?"
    r"\s?[0-9０-９()（）—–－\-、 ]{5,}"
    r"|0[0-9]{2,3}\s?[-—－–]{1,2}\s?[0-9]{7,8}|[0-9]{1,2}[:：][0-9]{2}"
    r"|[0-9]{1,2}\s?[时点]\s?[0-9]{1,2}\s?分|[0-9]{1,4}号"
)


def find_addresses(text: str) -> list[tuple[int, int]]:
    """Addresses, telephone numbers and clock times, whose digits count nothing."""
    return [m.span() for m in _ADDRESS.finditer(text)]
