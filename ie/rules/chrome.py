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
_TABLE_CELL = re.compile(r"^[ \t　]*[0-9]+(?:\.[0-9]+)?[ \t　]*$", re.MULTILINE)


def find_navigation(text: str) -> list[tuple[int, int]]:
    """Lines such as ``首页 > 政务公开 > 年报``, in text order."""
    return [m.span() for m in _NAVIGATION.finditer(text)]


def find_counters(text: str) -> list[tuple[int, int]]:
    """View counters, font switches and bare table cells, whose digits count nothing reported."""
    spans = [m.span() for m in _COUNTER.finditer(text)]
    return spans + [m.span() for m in _TABLE_CELL.finditer(text)]
