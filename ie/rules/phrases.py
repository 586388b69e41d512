"""INDICATOR phrases: what each COUNT or RATE counts, before it or after it.

``主动公开政府信息642条`` has its phrase before the number, ``23个大类`` after it. A part with
no phrase of its own (``其中，市级48期``) counts what the phrase before it says.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from ie.document import Span

SENTENCE_END = re.compile(r"[。！!？?\n\r]|[；;](?=\s*\n)")
_LIMIT = 45

_LIGHT_END = re.compile(
    r"(?:共计|合计|总计|累计|一共|总共|共有|共为|共达|共|计有|计|达到了?|达成|高达|多达|达|分别为|分别是|分别有|分别|各为|为|是|有|约|了|已|均|"
    r"各|占|仅|只|就|产生|实际|:|：|到|至|的|\s|“|”|\"|其中|等|在|上升到|增加到|增至|升至|提高到|提升至|突破|超过|近|，|,)+$"
)
_PART_OF_WORD = re.compile(r"(?:公|中|抗|一)$")
_LEAD = re.compile(
    r".*(?:累计|共计|总计|合计|总共|一共|(?<![公中])共(?![享同建识用产和性青])|全年|今年|本年|当年|年内|全年度|年度|截[至止]目前|截[至止]|目前|其中|先后|分别|已经|"
    r"已(?!主动|公开|经公开|建成投用)|还|我[省市县区州局委办镇乡厅院处队部]|我单位|我机关|我街道|全[省市县区州局镇乡](?:各级行政机关|各级|系统|上下)?|本[机局委办厅院镇乡单街区县市](?:关|位|道|级)?|本年度|向社会|对外|同时|共(?=有)|"
    r"各[级地](?:各部门|各单位|行政机关)?|方面的?|有关的|相关的|一是|二是|三是|四是|五是|六是|七是|截至[^，,]{1,8}底|期间|以来|"
    r"(?:通过|利用|依托|运用|借助|经|在|以|由|从|对|向|就|根据|按照)[^，,。；;]{0,24}?(?:上|中|内|等方式|等形式|等渠道|平台|方式|形式|渠道|过程|时)(?=[^，,\s])|实际|另外|另|此外|即|包括|主要是|均|以及|并|还有)",
    re.DOTALL,
)
_VERB_ONLY = re.compile(
    r"^(?:共|已|均|全|了|有|为|对|由|在|从|的|与|和|及|等|组织|举办|召开|开展|发布|受理|办理|收到|接待|处理|完成|设立|建成|建立|公布|印发|"
    r"制定|出台|审核|配备|督促|报送|涉及|公开|确定|设置|开设|提供|接受|明确|包含|新增|邀请|解决|梳理|清理|保留|取消|下放|细化|"
    r"汇总|编制|印制|发放|选派|抽查|检查|覆盖|形成|推出|收集|征集|整理|上报|更新|答复|回复|落实|安排|抽调|聘请|确认|承办|整合|"
    r"更新完善|优化提升|梳理编制|调整|转载|推送|刊登|制作|组建|培训|指定|审查|选择|公示|还|将|把|并|就|先后|围绕|针对|关于|按|按照|结合|作为|抓好|做好)+$"
)
_RUN = re.compile(r"[^，,。；;：:、\n\r！!？?（()）【】\t]{0,40}")
_AFTER_STOP = re.compile(
    r"(?:均|并|且|占|同比|比上|比去|较|用于|其中|为|是|以|都|全部|也|还|已|未|不|，|的(?![\u4e00-\u9fff]{2})|，|后|前|内|以来|时|，|增长|下降|左右|，|或|到|至|，|达|共|需|可|能|应|要|经|由|在|对|从|向|与|和|及|就|被|将|由于|因|按|按照|通过|回复|答复|予以|至今)"
)
_PREDICATE = re.compile(
    r"(?:进行了?|签订|开通|实现|进入|进驻|列第|全部|上线|参加|参与|开工|入驻|报送|实施|开设|开展|提供|完成|建立|建成|组建|设立|制定|公开了?|公布|发布|接受|单独|达到|获得|在|对|向|从|按|由|将|与|通过|组成|配备|成立|纳入|存在|需要|没有|不|未|已)"
)
_ASSERTED = re.compile(
    r"(?:进行了?|签订|开通|实现|进入|进驻|列第|全部|上线|参加|参与|开工|入驻|建立了?|建成|设立|开设|达到|获得|成立|配备|完成)"
)
_DIGIT = re.compile(r"[0-9０-９]")
_OPEN = "（(“\"‘【《"


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
    return [m.end() for m in SENTENCE_END.finditer(text)] + [len(text)]


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
    starts = [n.start for n in numbers]
    for i, number in enumerate(numbers):
        s = bisect_right(ends, number.start)
        sentence = (ends[s - 1] if s else 0, ends[s])
        previous = numbers[i - 1] if i and numbers[i - 1].start >= sentence[0] else None
        after = _after(text, number, sentence[1], starts[i + 1] if i + 1 < len(starts) else None)
        before = _before(text, number, sentence[0], previous, bounds, channels)
        chosen = _choose(text, number, before, after)
        if chosen:
            phrases.append(Phrase(number, *chosen, False, sentence))
            continue
        donor = phrases[-1] if phrases and phrases[-1].sentence == sentence else None
        # A share in brackets after its count measures what the count measures: 20件（1.68%）.
        if donor and donor.start < donor.end and _may_borrow(text, donor, number):
            phrases.append(Phrase(number, donor.start, donor.end, True, sentence))
        else:
            phrases.append(Phrase(number, number.start, number.start, False, sentence))
    return phrases


def _may_borrow(text: str, donor: Phrase, number: Span) -> bool:
    between = text[donor.number.end : number.start]
    return len(between) <= 24 and donor.end <= donor.number.start


def _clause_start(text: str, number: Span, floor: int, previous: Span | None) -> int:
    """Where the clause of a number begins: after a comma, colon, bracket or the number before."""
    position = number.start
    floor = max(floor, position - _LIMIT, previous.end if previous else 0)
    at = floor
    depth = 0
    for k in range(position - 1, floor - 1, -1):
        c = text[k]
        if c in "）)":
            depth += 1
        elif c in "（(":
            if depth == 0:
                at = k + 1
                break
            depth -= 1
        elif depth == 0 and c in "，,；;：:。\n\r\t" and k < position - 1:
            at = k + 1
            break
    return at


def _before(
    text: str, number: Span, floor: int, previous: Span | None, bounds: Marks, channels: Marks
) -> tuple[int, int] | None:
    begin = _clause_start(text, number, floor, previous)
    light = _LIGHT_END.search(text[begin : number.start])
    end = begin + light.start() if light else number.start
    if begin >= end:
        return None
    if previous and begin == previous.end:
        # The rest of a list after the number before: 复议案件17起、诉讼案件13起.
        while begin < end and text[begin] in "、，,；;）)和及与 ":
            begin += 1
    lead = _LEAD.match(text, begin, end)
    start = lead.end() if lead else begin
    bound = bounds.last_ending(start, end)
    if bound and bound.end < end and bound.start >= begin - 1:
        start = max(start, bound.end)
    elif bound and bound.end == end:
        return None
    channel = channels.last_ending(start, end)
    if channel and channel.end < end and text[channel.end : channel.end + 1] not in "类的建数用":
        start = max(start, channel.end)
    while start < end and (text[start] in "、，,；;：:（）() 　的”“\"了上已共内中在和及与对是" or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in "（(“\"、，, 　" or text[end - 1].isspace()):
        end -= 1
    return (start, end) if end - start >= 2 else None


def _after(text: str, number: Span, limit: int, following: int | None) -> tuple[int, int, bool] | None:
    """(start, end, whether the run reaches the next number) of the noun after a number."""
    m = _RUN.match(text, number.end, limit)
    start, end = number.end, m.end() if m else number.end
    if text[start : start + 1].isspace():
        return None
    reaches = following is not None and following < end
    if reaches and following is not None:
        end = following
    if start >= end or _AFTER_STOP.match(text, start, end):
        return None
    if text[start] in "的以左之":
        return None
    return start, end, reaches


def _choose(
    text: str, number: Span, before: tuple[int, int] | None, after: tuple[int, int, bool] | None
) -> tuple[int, int] | None:
    if after is None:
        return before
    start, end, reaches = after
    modifies = number.attrs.unit in _MODIFIERS
    phrase = text[before[0] : before[1]] if before else ""
    if before and not _VERB_ONLY.match(phrase):
        gap = text[before[1] : number.start]
        if not modifies and "了" not in gap and not gap.strip().endswith(("等", "的")):
            return before
        if modifies and before[1] == number.start and _ends_nominal(phrase) and reaches:
            return before
    noun = _noun(text, start, end, reaches)
    return noun or before


_MODIFIERS = {"个", "家", "名", "所", "种", "类", "大", "位", "户", "大类", "小类", "项", "份", "场次", "例", "件", "条", "起", "处", "部", "篇", "期", "场", "次"}
_NOMINAL = re.compile(r"(?:数|量|率|点|站|案件|申请|信息|文件|事项|专栏|栏目|网站|微博|微信|活动|会议|培训|培训班|人员|类|提案|建议|项目|服务|公开栏)$")


def _ends_nominal(phrase: str) -> bool:
    return bool(_NOMINAL.search(phrase))


def _noun(text: str, start: int, end: int, reaches: bool) -> tuple[int, int] | None:
    run = text[start:end]
    predicate = _PREDICATE.search(run, 1)
    if predicate and not reaches and _ASSERTED.match(run, predicate.start()) and len(run) <= 22:
        # An asserted count takes noun and predicate: 65家|单位签订了《保密承诺书》.
        stop = end
        if text[end : end + 1] == "《":
            pass
        return start, stop
    stop = start + predicate.start() if predicate else end
    of = text.find("的", start, stop)
    if of > start:
        if reaches and of >= stop - 1 or stop == of + 1:
            stop = of
        elif of - start <= 6 and stop - of > 2:
            # 62个村居的政务公开栏: the thing counted stands after 的.
            start = of + 1
    while stop > start and text[stop - 1] in "的等”“\" 上了共":
        stop -= 1
    return (start, stop) if stop > start else None
