"""Periodicals, newspapers and programmes in 《》: channels that look like document titles."""

from __future__ import annotations

import re

from ie.document import Attributes, Span
from ie.rules.titles import Quoted

_KINDS = (
    ("gazette", re.compile(r"(?:公报|政报)\Z")),
    (
        "bulletin",
        re.compile(
            r"(?:简报|摘报|专报|快报|周报|月报|要报|通讯|内参|参阅|参考|简讯|摘要|动态|专刊|月刊|周刊|季刊|内刊|"
            r"政务信息|每日信息|话务统计|舆情)\Z"
        ),
    ),
    ("newspaper", re.compile(r"(?:(?<![年月季周半通简摘专快要])报|新闻)\Z")),
)
_NOT = re.compile(r"(?:年报|半年报|通报|申报|填报|上报|预报|公示|报告)\Z")
_PROGRAMME = re.compile(
    r"(?:电视|广播|网上|网络|政务|公开)?(?:专栏|栏目|节目|专题|频道|专版|专刊|杂志)"
)
_ISSUES = re.compile(r"[^。\n]{0,80}?[0-9一二三四五六七八九十多余]{1,4}期")
_EDITED = re.compile(
    r"(?:创办|编撰|编辑|编发|编印|创刊|出版|主办|编写|刊发|编制)(?:了|发行)?[“《]?\Z"
)
_MEDIUM = (
    ("tv", re.compile("电视")),
    ("radio", re.compile("电台|广播")),
    ("wechat", re.compile("公众号|微信|视频号")),
    ("newspaper", re.compile("[日晚]报|报纸|报刊")),
)


def split_quoted(text: str, quoted: list[Quoted]) -> tuple[list[Quoted], list[Span]]:
    """Quoted names that are documents, and CHANNEL spans for those that are not.

    A periodical's span is its name without 《》; a programme or column followed by its kind
    noun (《行风热线》栏目) keeps the marks and the noun.
    """
    documents: list[Quoted] = []
    channels: list[Span] = []
    for q in quoted:
        name = text[q.start : q.end]
        programme = _PROGRAMME.match(text, q.close)
        if programme and len(name) <= 16:
            medium = _medium(text[max(0, q.start - 20) : q.start] + programme.group())
            channels.append(Span(q.start - 1, programme.end(), "CHANNEL", Attributes(type=medium)))
            continue
        type_ = _periodical(name)
        if (
            type_ is None
            and len(name) <= 14
            and _EDITED.search(text[max(0, q.start - 8) : q.start])
            and _ISSUES.match(text, q.close)
        ):
            type_ = "bulletin"
        if type_:
            channels.append(Span(q.start, q.end, "CHANNEL", Attributes(type=type_)))
        else:
            documents.append(q)
    return documents, channels


def _periodical(name: str) -> str | None:
    if len(name) > 18 or _NOT.search(name):
        return None
    return next((type_ for type_, pattern in _KINDS if pattern.search(name)), None)


def _medium(context: str) -> str:
    return next((type_ for type_, pattern in _MEDIUM if pattern.search(context)), "website")
