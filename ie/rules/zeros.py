"""Zeros said in words: 没有受理依申请公开, 均未收费, 未发生行政复议、行政诉讼.

The guide: the negated phrase is an INDICATOR with value 0 and stated none; the first phrase
carries the negation, a coordinated second is an INDICATOR of its own. Aims (确保不发生) are
no zeros, nor are headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from ie.document import Attributes, Span
from ie.intervals import Intervals
from ie.rules.codes import code_of
from ie.rules.lexicon import either

_NEGATION = re.compile(
    r"(?:均|都|皆)?"
    r"(?:没有|未曾|未有|未(?![成年来婚遂必及能满经按])|无(?![法锡线论须需为偿障人形从疑条效极烟])|不存在|不(?=收取|涉及|收费)|零(?=投诉|复议|诉讼|收费|申请))"
)
_TOPIC = re.compile(
    r"申请|复议|诉讼|起诉|败诉|应诉|收费|收取|费用|减免|减收|免收|投诉|举报|申诉|申述|泄密|失泄密|涉密|泄露|纠错|三费|上诉|不予公开|处理费|结转|规范性文件|新闻发布会"
)
_NOT_ZERO = re.compile(either("zero_not"))
_AIM = re.compile(
    r"(?:确保|力争|防止|避免|杜绝|做到|务必|实现|要求|如果|若|是否|凡|应当|不得|可以|严禁|减少)[^，,。；;]{0,12}\Z"
)
_TAIL = re.compile(
    r"(?:的(?:现象|情况|情形|案件|事件|事项|问题|案例|行为)?(?:发生|出现|产生)?|等?(?:情况|情形|现象|事宜)(?:发生|出现|产生)?|(?:发生|出现|产生)|等(?:任何)?(?:情况|情形|现象)?|[，,、。；;：:\s)）”])+\Z"
)
_KEEP_CASE = re.compile(r"的(?:案件|事件|事项|行政复议|案例)\Z")
_STOP = re.compile(
    r"[。；;！!？?\n（(：:]|[，,](?!而|且依法|依法申请|并因|因此而|或|也未引|从而|提起|申请行政|被|导致|或者)"
)
_JOIN = re.compile(r"、|和|及(?!时)|与|或者|或|以及|，|,")
_LIMIT = 90


class _Outline(Protocol):
    """Where the headings are and what kind of section stands at a place."""

    headings: list[tuple[int, int]]

    def kind_at(self, position: int) -> str: ...


def find_zeros(text: str, outline: _Outline) -> list[Span]:
    """INDICATOR spans for stated zeros.

    Args:
        text: the document's text.
        outline: the document's sections; nothing is stated in their headings.
    """
    negated = list(_negated(text, outline))
    taken = Intervals([(z.start, z.end) for z in negated])
    for m in _IS_ZERO.finditer(text):
        if not taken.touch(*m.span()):
            code = code_of(m[1], "", None, outline.kind_at(m.start()))
            negated.append(Span(*m.span(), "INDICATOR", Attributes(code, 0.0, stated="none")))
    return negated


def _negated(text: str, outline: _Outline) -> Iterator[Span]:
    closed = outline.headings
    last_end = 0
    c = 0
    for m in _NEGATION.finditer(text):
        start = m.start()
        if start < last_end:
            continue
        while c < len(closed) and closed[c][1] <= start:
            c += 1
        if c < len(closed) and closed[c][0] <= start:
            continue
        stop = _STOP.search(text, m.end(), m.end() + _LIMIT)
        end = stop.start() if stop else min(len(text), m.end() + _LIMIT)
        clause = text[start:end]
        topics = list(_TOPIC.finditer(clause))
        if not topics or _AIM.search(text, max(0, start - 18), start):
            continue
        if _NOT_ZERO.search(clause[: topics[0].start()]) or re.search("[0-9０-９]", clause):
            continue
        context = _sentence(text, start, end)
        kind = outline.kind_at(start)
        for s, e in _split(clause):
            span = _zero(text, start + s, start + e, s == 0, context, kind)
            if span:
                yield span
                last_end = span.end


# 行政诉讼为零: the zero stands after its topic.
_IS_ZERO = re.compile(
    r"(行政复议|行政诉讼|依申请公开|信息公开申请|收费|投诉|举报|申诉)"
    r"(?:案件|申请|事件)?(?:数量?)?(?:均|都)?为零"
)


def _sentence(text: str, start: int, end: int) -> str:
    return text[max(0, start - 40) : end]


def _split(clause: str) -> list[tuple[int, int]]:
    """The clause cut at conjunctions between topics: each part says a zero of its own."""
    parts: list[tuple[int, int]] = []
    begin = 0
    for m in _JOIN.finditer(clause):
        left, right = clause[begin : m.start()], clause[m.end() :]
        left_topics, right_topic = list(_TOPIC.finditer(left)), _TOPIC.search(right)
        if not left_topics or not right_topic or m.start() < begin:
            continue
        # The topic must end the left part, so that 因申请公开政府信息和… does not split early.
        if _NEGATION.match(right):
            parts.append((begin, m.start()))
            begin = m.end()
            continue
        if not re.search(
            r"(?:复议|诉讼|申诉|投诉|举报|减免|收费|费用|申请|申述|案件|案|费|情况|事件|纠错|败诉|撤销)\Z",
            left.rstrip("的"),
        ):
            continue
        if _family(left_topics[-1].group()) == _family(right_topic.group()):
            continue
        parts.append((begin, m.start()))
        begin = m.end()
    parts.append((begin, len(clause)))
    return parts


def _family(topic: str) -> str:
    if topic in ("收费", "收取", "费用", "三费"):
        return "fees"
    if topic in ("减免", "减收", "免收"):
        return "waived"
    if topic in ("诉讼", "起诉", "应诉", "上诉", "败诉"):
        return "lawsuits"
    if topic in ("投诉", "举报", "申诉", "申述"):
        return topic
    return topic


def _zero(text: str, start: int, end: int, first: bool, context: str, kind: str) -> Span | None:
    while start < end and text[start] in "、，,和及或与 而":
        start += 1
    tail = _TAIL.search(text, start, end)
    stop = end
    if tail and tail.end() == end and not _KEEP_CASE.search(text[start:end]):
        stop = tail.start()
    if stop - start < 2:
        return None
    phrase = text[start:stop]
    if not _TOPIC.search(phrase):
        return None
    code = code_of(_last_topic(phrase), context, None, kind)
    if code == "other":
        code = code_of(phrase, context, None, kind)
    return Span(start, stop, "INDICATOR", Attributes(code, 0.0, None, None, "none"))


def _last_topic(phrase: str) -> str:
    """The words from the last clue on: 因信息公开申请引发的行政复议 speaks of 行政复议."""
    at = 0
    for m in re.finditer(
        r"行政复议|行政诉讼|复议|诉讼|三费|收费|费用|减免|投诉|举报|申诉|申述|泄密|涉密|起诉",
        phrase,
    ):
        # 行政复议 is one topic, and so is 减免费用.
        if m.group() in ("复议", "诉讼", "费用", "收费") and at and m.start() - at <= 2:
            continue
        at = m.start()
    return phrase[at:]
