"""INDICATOR phrases: what each COUNT or RATE counts, before it or after it.

``主动公开政府信息642条`` has its phrase before the number, ``23个大类`` after it. A part with
no phrase of its own (``其中，市级48期``) counts what the phrase before it says.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from ie.document import Span
from ie.rules.lexicon import either
from ie.rules.quantities import unit_of

SENTENCE_END = re.compile(r"[。！!？?\n\r]")
_LIMIT = 48  # code points that a clause before its number may have

# Between a phrase and its number: copulas, adverbs, approximators.
_LIGHT_END = re.compile(rf"(?:{either('phrase_light_end')})+\Z")
# The last of these in a clause ends what is not the phrase: adverbs, places, periods.
_LEAD = re.compile(rf".*{either('phrase_lead')}", re.DOTALL)
_STRIP = re.compile(rf"{either('phrase_strip')}+")
_DIGIT_LIST = re.compile(r"[（(]?[0-9一二三四五六七八九十]{1,2}[)）.．、]")
_COMPARED = re.compile(
    r"(?:同比|环比|比上年(?:同期)?|比去年(?:同期)?|较上年(?:同期)?|较去年(?:同期)?|[比较][0-9]{4}年(?:同期)?)[\u4e00-\u9fff]{0,4}(?:增长|增加|上升|下降|减少|提高|降低|提升|增)了?\Z"
)
# What only names a place, a level or a body: the number borrows the phrase of its total.
_PLACE_ONLY = re.compile(
    r"(?:各|全)?[\u4e00-\u9fff]{0,6}?(?:[省市县区州盟旗镇乡](?:[（(][市县区旗][)）])?|[省市县区州镇乡][级直属](?:各?部门|机关|单位)?|街道|本级|机关)"
)
_VERB_ONLY = re.compile(rf"{either('phrase_verb')}+")
_RATE_NAME = re.compile(
    r"(?:按[时期]|限时|及时|群众|公众|社会|总体|综合|回访)?(?:办结|回复|答复|办复|满意|办理|反馈|受理|签收)率$|(?:群众|公众|社会)?满意度\Z"
)

_RUN = re.compile(r"[^，,。；;：:、\n\r！!？?（()）【】\t0-9０-９]{0,40}")
_NOT_AFTER = re.compile(either("phrase_not_after"))
# Nouns that are complete as they stand right after 个.
_HEAD_NOUN = re.compile(either("phrase_head_noun"))
_PREDICATE = re.compile(either("phrase_predicate"))
_ASSERTED = re.compile(either("phrase_asserted"))
_NOMINAL = re.compile(rf"{either('phrase_nominal')}\Z")


@dataclass(frozen=True, slots=True)
class Phrase:
    """The INDICATOR of one number: its interval, and whether the number borrowed it.

    ``start`` equals ``end`` where the number has none. ``sentence`` is ``[from, to)``.
    """

    number: Span
    start: int
    end: int
    borrowed: bool
    sentence: tuple[int, int]

    @property
    def follows(self) -> bool:
        """Whether the phrase stands after its number, as the noun that it modifies."""
        return self.start >= self.number.end and self.start < self.end


class Marks:
    """Spans that bound phrases (dates, agencies, channels), with quick look-ups by place."""

    def __init__(self, spans: list[Span]) -> None:
        self.spans = sorted(spans, key=lambda s: s.end)
        self._ends = [s.end for s in self.spans]

    def last_ending(self, start: int, end: int) -> Span | None:
        """The last span that ends within ``(start, end]``."""
        i = bisect_right(self._ends, end) - 1
        return self.spans[i] if i >= 0 and self._ends[i] > start else None

    def between(self, start: int, end: int) -> list[Span]:
        """Spans that lie in ``[start, end)``, ordered by end."""
        i, j = bisect_left(self._ends, start + 1), bisect_right(self._ends, end)
        return [s for s in self.spans[i:j] if s.start >= start]


def sentences(text: str) -> list[int]:
    """Positions after each sentence end: sentence k is ``[ends[k-1], ends[k])``."""
    ends = [m.end() for m in SENTENCE_END.finditer(text)]
    return ends if ends and ends[-1] == len(text) else [*ends, len(text)]


def find_phrases(
    text: str, numbers: list[Span], bounds: Marks, channels: Marks, ends: list[int]
) -> list[Phrase]:
    """The phrase of every COUNT and RATE.

    Args:
        text: the document's text.
        numbers: COUNT and RATE spans in text order.
        bounds: dates and agencies: a phrase starts after them.
        channels: a phrase starts after a channel unless the channel is what is counted.
        ends: sentence ends, from :func:`sentences`.
    """
    phrases: list[Phrase] = []
    waiting: list[int] = []  # numbers that share the phrase of the next: 13县以及46个部门…
    for i, number in enumerate(numbers):
        s = bisect_right(ends, number.start)
        sentence = (ends[s - 1] if s else 0, ends[s])
        previous = phrases[-1] if phrases and phrases[-1].sentence == sentence else None
        following = numbers[i + 1] if i + 1 < len(numbers) else None
        found = _phrase_of(text, number, sentence, previous, following, bounds, channels)
        if found is None and following is not None and _shares_next(text, number, following):
            waiting.append(i)
        borrowed = False
        if (
            found is None
            and previous
            and previous.start < previous.end
            and _may_borrow(text, previous, number)
        ):
            found, borrowed = (previous.start, previous.end), True
        start, end = found or (number.start, number.start)
        phrases.append(Phrase(number, start, end, borrowed, sentence))
        if found and waiting and waiting[-1] == i - 1:
            for k in waiting:
                phrases[k] = Phrase(numbers[k], start, end, True, phrases[k].sentence)
        if not waiting or waiting[-1] != i:
            waiting = []
    return phrases


def _shares_next(text: str, number: Span, following: Span) -> bool:
    return text[number.end : following.start].strip() in ("和", "以及", "及", "、", "与")


_CHANGE = re.compile(
    r"(?:压缩|增加|增|减少|减|精简|整合|上升|提高|下降|缩短|降|升|合并|调整)(?:到|至|为)[^，,。；;0-9]{0,8}\Z"
)


def _may_borrow(text: str, donor: Phrase, number: Span) -> bool:
    """Whether a number with no phrase counts what the number before it counts."""
    between = text[donor.number.end : number.start]
    if donor.follows:
        return False
    return len(between) <= 24 or bool(_CHANGE.search(between))


_BEFORE_HEADS = frozenset(("个", "大", "条", "类", "种"))


def _phrase_of(
    text: str,
    number: Span,
    sentence: tuple[int, int],
    previous: Phrase | None,
    following: Span | None,
    bounds: Marks,
    channels: Marks,
) -> tuple[int, int] | None:
    if previous and _CHANGE.search(text, previous.number.end, number.start):
        return None
    if text[number.start - 1 : number.start] == "》":
        channel = channels.last_ending(number.start - 2, number.start)
        if channel:
            return channel.start, min(channel.end, number.start - 1)
    before = _before(text, number, sentence[0], previous, bounds, channels)
    after = _after(text, number, sentence[1], following)
    unit = unit_of(number)
    if unit.kind == "noun" or unit.surface == "工作日":
        # 六部分, 11部门: the unit is itself the noun; what stands before is not counted.
        before = None
    if after is None:
        return before
    start, end, reaches = after
    if before and unit.surface in _BEFORE_HEADS and _HEAD_NOUN.match(text, start, end):
        before = None
    if before:
        phrase = text[slice(*before)]
        gap = text[before[1] : number.start]
        if not _VERB_ONLY.fullmatch(phrase):
            if "了" not in gap and not gap.strip().endswith(("等", "的")) and not unit.before_noun:
                return before
            if before[1] == number.start and (_NOMINAL.search(phrase) or reaches):
                return before
    return _noun(text, start, end, reaches) or before


def _clause_start(text: str, number: Span, floor: int) -> int:
    """Where the clause of a number begins: after a comma, a colon or an open bracket."""
    depth = 0
    for k in range(number.start - 1, floor - 1, -1):
        c = text[k]
        if c in "）)":
            depth += 1
        elif c in "（(":
            if depth == 0:
                return k + 1
            depth -= 1
        elif depth == 0 and c in "，,；;：:。\n\r\t" and k < number.start - 1:
            return k + 1
    return floor


_SEVERAL_RATES = re.compile(r"[率度][、和及与]")
_EACH = re.compile(r"每(?:周|月|季度?|年|天|日)")


def _before(
    text: str, number: Span, floor: int, previous: Phrase | None, bounds: Marks, channels: Marks
) -> tuple[int, int] | None:
    """The phrase between the beginning of the clause and the number, trimmed on both sides."""
    floor = max(floor, number.start - _LIMIT)
    if previous:
        # 27个单位|参加培训2期: the noun after a number is not the next one's phrase.
        floor = max(floor, previous.number.end, previous.end if previous.follows else 0)
    begin = _clause_start(text, number, floor)
    light = _LIGHT_END.search(text[begin : number.start])
    end = begin + light.start() if light else number.start
    if end > begin and text[end - 1] in "）)" and not (previous and previous.number.end > begin):
        # 作其他处理（含撤回申请）469件: the remark in brackets is not the phrase.
        opened = max(text.rfind("（", begin, end), text.rfind("(", begin, end))
        if opened > begin + 1:
            end = opened
    if begin >= end:
        return None
    start = begin
    change = _COMPARED.search(text[begin:end])
    if change:
        return begin + change.start(), end
    share = number.label == "RATE" and text.startswith("占", _skip(text, begin, end))
    if not share:
        lead = _LEAD.match(text, begin, end)
        start = lead.end() if lead else begin
        bound = bounds.last_ending(start, end)
        if bound and bound.end == end:
            # 信息发布量由2013年的1128条增加到…: the phrase stands before 由 and the date.
            origin = re.search(r"[由从]\Z", text[start : bound.start])
            if origin is None or origin.start() < 2:
                return None
            end = start + origin.start()
            bound = bounds.last_ending(start, end)
        if bound and not re.search("公开|发布|刊登|公布|印发|报送", text[start : bound.start]):
            start = max(start, bound.end)
        channel = channels.last_ending(start, end - 1)
        if channel and text[channel.end] not in "类的建数用":
            start = max(start, channel.end)
    start = _skip(text, start, end)
    while end > start and (text[end - 1] in '（(“"、，, 　》' or text[end - 1].isspace()):
        end -= 1
    if number.label == "RATE" and not _SEVERAL_RATES.search(text, start, end):
        name = _RATE_NAME.search(text[start:end])
        start = start + name.start() if name else start
    if number.attrs.unit in ("条", "篇", "份", "则") and _is_outlet(channels, start, end):
        return None
    if _EACH.fullmatch(text, start, end):
        return None
    if end - start < 2 or _PLACE_ONLY.fullmatch(text, start, end):
        return None
    return start, end


_OUTLETS = frozenset(("website", "weibo", "wechat", "app", "newspaper", "tv", "radio", "platform"))


def _is_outlet(channels: Marks, start: int, end: int) -> bool:
    """Whether the phrase only names where the items came out: 门户网站10854条."""
    channel = channels.last_ending(start, end)
    return (
        channel is not None
        and (channel.start, channel.end) == (start, end)
        and channel.attrs.type in _OUTLETS
    )


def _skip(text: str, start: int, end: int) -> int:
    mark = _DIGIT_LIST.match(text, start, end)
    start = mark.end() if mark else start
    strip = _STRIP.match(text, start, end)
    return strip.end() if strip else start


def _after(
    text: str, number: Span, limit: int, following: Span | None
) -> tuple[int, int, bool] | None:
    """(start, end, whether the run reaches the next number) of what stands after a number."""
    m = _RUN.match(text, number.end, limit)
    start, end = number.end, m.end() if m else number.end
    if text.startswith("的", start):
        start += 1
    reaches = following is not None and following.start <= end
    if following is not None:
        end = min(end, following.start)
    if start >= end or text[start].isspace() or _NOT_AFTER.match(text, start, end):
        return None
    return start, end, reaches


_RELATIVE = re.compile(r"[^的]*(?:不|未)[^的]*的[\u4e00-\u9fff]{2,6}?(?=进行|\Z)")


def _noun(text: str, start: int, end: int, reaches: bool) -> tuple[int, int] | None:
    """The noun after a number, with its predicate where the sentence asserts the number."""
    run = text[start:end]
    head = _HEAD_NOUN.match(run)
    predicate = _PREDICATE.search(run, 1)
    asserted = (
        predicate and not reaches and len(run) <= 22 and _ASSERTED.match(run, predicate.start())
    )
    if asserted:
        return start, end
    if (
        head
        and (
            len(run) == head.end()
            or predicate
            or reaches
            or run[head.end()] in "的行信为粉开进扎政发"
        )
        and not run.startswith("部门行")
    ):
        return start, start + head.end()
    relative = _RELATIVE.match(run)
    if relative:
        return start, start + relative.end()
    if "的" not in run and re.match(r"(?:均|都|全部)?(?:已|不|未|属)", run):
        skip = re.match(r"(?:均|都|全部)*", run)
        return start + (skip.end() if skip else 0), start + len(run.rstrip())
    stop = start + predicate.start() if predicate else end
    of = text.rfind("的", start, stop)
    if of > start and stop - of > 2 and not run.startswith("部门"):
        # 62个村居的政务公开栏: the thing counted stands after 的.
        start = of + 1
    while stop > start and text[stop - 1] in '的等”“" 　上了共其中':
        stop -= 1
    while reaches and stop > start and text[stop - 1] in "和及与以":
        stop -= 1
    return (start, stop) if stop - start >= 2 else None
