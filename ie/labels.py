"""Span labels, attributes, relations and indicator codes: the vocabulary of the annotation guide.

Everything that names a label does it from here: the rules, the models, the report,
the evaluation and the Label Studio configuration.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources
from typing import Final

SPAN_LABELS: Final[dict[str, str]] = {
    "COUNT": "数量",
    "RATE": "比率",
    "DOC_NUMBER": "文号",
    "DOC_TITLE": "文件名",
    "AGENCY": "机构",
    "CHANNEL": "渠道",
    "INDICATOR": "指标",
    "DATE": "日期",
}
"""Label → its Chinese alias."""

CORE_LABELS: Final = ("COUNT", "DOC_NUMBER", "AGENCY", "CHANNEL")
"""The labels that quality targets speak of first."""

NUMERIC_LABELS: Final = frozenset({"COUNT", "RATE"})
"""Labels whose spans carry indicator, value, unit and approx."""

APPROXIMATIONS: Final = {"more": "以上", "less": "不足", "about": "约"}

CHANNEL_TYPES: Final[dict[str, str]] = {
    "website": "网站",
    "weibo": "微博",
    "wechat": "微信",
    "app": "客户端",
    "newspaper": "报刊",
    "bulletin": "简报",
    "gazette": "公报",
    "tv": "电视",
    "radio": "广播",
    "hotline": "热线",
    "mailbox": "信箱",
    "archive": "档案馆",
    "library": "图书馆",
    "reading_room": "查阅场所",
    "notice_board": "公开栏",
    "screen": "显示屏",
    "press_conference": "新闻发布会",
    "interview": "访谈",
    "service_hall": "服务大厅",
    "platform": "平台",
    "other": "其他",
}


@dataclass(frozen=True, slots=True)
class RelationType:
    """One relation: which span labels may stand at its head and at its tail."""

    name: str
    heads: frozenset[str]
    tails: frozenset[str]
    meaning: str


_NUMBERS = frozenset({"COUNT", "RATE"})

RELATIONS: Final[dict[str, RelationType]] = {
    r.name: r
    for r in (
        RelationType("measures", _NUMBERS, frozenset({"INDICATOR"}), "what the number counts"),
        RelationType("via", frozenset({"COUNT"}), frozenset({"CHANNEL"}), "through which channel"),
        RelationType("by", _NUMBERS, frozenset({"AGENCY"}), "whose act or figure"),
        RelationType("part_of", frozenset({"COUNT"}), frozenset({"COUNT"}), "a part of a total"),
        RelationType(
            "has_number",
            frozenset({"DOC_TITLE"}),
            frozenset({"DOC_NUMBER"}),
            "the number printed with a title",
        ),
        RelationType(
            "issued_by",
            frozenset({"DOC_TITLE", "DOC_NUMBER"}),
            frozenset({"AGENCY"}),
            "the issuing body",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator code with its Chinese name, after the official statistics form."""

    code: str
    name: str
    meaning: str


def _read_indicators() -> dict[str, Indicator]:
    table = resources.files("ie").joinpath("indicators.tsv").read_text(encoding="utf-8")
    rows = csv.reader(table.splitlines()[1:], delimiter="\t", quoting=csv.QUOTE_NONE)
    return {code: Indicator(code, name, meaning) for code, name, meaning in rows}


INDICATORS: Final[dict[str, Indicator]] = _read_indicators()
"""Code → indicator, in the order of ``indicators.tsv``."""
