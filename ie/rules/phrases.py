"""INDICATOR phrases: what each COUNT or RATE counts, before it or after it.

``主动公开政府信息642条`` has its phrase before the number, ``23个大类`` after it. A part with
no phrase of its own (``其中，市级48期``) counts what the phrase before it says.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from ie.document import Span

SENTENCE_END = re.compile(r"[。！!？?\n\r]")
_LIMIT = 48  # code points that a clause before its number may have

# Between a phrase and its number: copulas, adverbs, approximators.
_LIGHT_END = re.compile(
    r"(?:共计|合计|总计|累计|一共|总共|共有|共为|共达|共|计有|计|达到了?|达成|高达|多达|达|分别为|分别是|分别有|分别|各为|为|是|有|约|了|已|均|"
    r"各|(?<=[^，,；;。：:])占|仅|只|就|产生|实际|:|：|到|至|的|\s|“|”|\"|其中|等|(?<!存)在|上升到|增加到|增至|升至|提高到|提升至|突破|超过|近|，|,|从|由|则)+$"
)
# The last of these in a clause ends what is not the phrase: adverbs, places, periods.
_LEAD = re.compile(
    r".*(?:累计|共计|总计|合计|总共|一共|(?<![公中])共(?![享同建识用产和性青])|全年度?|今年|本年度?|当年|年内|(?<![上下])(?<!一)年度|截[至止]目前|目前|其中|先后|分别|已经|"
    r"我(?:单位|机关|街道|[省市县区州局委办镇乡厅院处队部])|全(?:省|市|县|区|州|局|镇|乡|旗|盟|系统)(?:各级|系统|上下|所有)*(?:行政机关|部门|单位)?|"
    r"(?<!属)(?<!属于)(?<!非)本(?:机关(?!不)|单位|街道|部门|[局委办厅院镇乡区县市])|向社会|对外|同时|各[级地]?(?:各|组成|工作|有关|相关|直属)*(?:部门|单位|行政机关|县|区|镇|乡|街道)|"
    r"方面的|有关的|相关的|[一二三四五六七八九十]是|期间|以来|原因|(?:申请|信息|答复|件|总数|总量)中|等(?=[不无予同属])|"
    r"(?:通过|利用|依托|运用|借助|经由|根据|按照|围绕|结合)[^，,。；;]{0,24}?(?:等方式|等形式|等渠道|方式|形式|渠道|上(?!传|报|年|级)|中(?![心小])|过程)(?=[^，,\s])|"
    r"实际|另外|此外|包括|主要是|均|以及|还有|依法|首批|截至[^，,]{1,8}底|等(?:形式|方式|媒体|渠道|平台|载体)|"
    r"因[^，,。]{0,16}?(?:信息公开|申请公开)(?:工作)?而?(?=引发|引起|被|申请|提起|发生)|"
    r"(?:围绕|就|针对)[^，,。]{2,40}?(?=召开|开展|举办|公开征求|组织))",
    re.DOTALL,
)
_STRIP = re.compile(
    r"(?:[、，,；;：:（(）)\s　”“\"’.．]+|和(?!谐)|及(?!时)|与|并(?!联)|又|也|还|含|另|将|把|由|了|的|地|即|"
    r"(?:开展|产生|发生|设置|设立|配备|涉及|完成|实现|组织开展|现有|拥有|新设|加上|(?:另|还|仍)?有(?![效序关偿奖])|现(?=运维|开通|建))(?=[\u4e00-\u9fff]{2})(?!的)|因(?=行政|政府信息公开))+"
)
_DIGIT_LIST = re.compile(r"[（(]?[0-9一二三四五六七八九十]{1,2}[)）.．、]")
_COMPARED = re.compile(
    r"(?:同比|环比|比上年(?:同期)?|比去年(?:同期)?|较上年(?:同期)?|较去年(?:同期)?|[比较][0-9]{4}年(?:同期)?)[\u4e00-\u9fff]{0,4}(?:增长|增加|上升|下降|减少|提高|降低|提升|增)了?$"
)
# What only names a place, a level or a body: the number borrows the phrase of its total.
_PLACE_ONLY = re.compile(
    r"(?:各|全)?[\u4e00-\u9fff]{0,6}?(?:[省市县区州盟旗镇乡](?:[（(][市县区旗][)）])?|[省市县区州镇乡][级直属](?:各?部门|机关|单位)?|街道|本级|机关)"
)
_VERB_ONLY = re.compile(
    r"(?:共|已|均|全|了|有|为|对|由|在|从|的|与|和|及|等|组织|举办|召开|开展|发布|受理|办理|收到|接待|处理|完成|设立|建成|建立|公布|印发|形成|压缩|每周|每月|每季度|每天|提出|"
    r"制定|出台|审核|配备|督促|报送|涉及|公开|确定|设置|开设|提供|接受|明确|包含|新增|邀请|解决|梳理|清理|保留|取消|下放|细化|重点|"
    r"汇总|编制|印制|发放|选派|抽查|检查|覆盖|推出|收集|征集|整理|上报|更新|答复|回复|落实|安排|抽调|聘请|确认|承办|整合|获得|"
    r"完善|优化|提升|调整|转载|推送|刊登|制作|组建|培训|指定|审查|选择|公示|还|将|把|并|就|先后|围绕|针对|关于|按|按照|结合|作为|抓好|做好|到|实现|新|开通|包括)+"
)
_RATE_NAME = re.compile(
    r"(?:按[时期]|限时|及时|群众|公众|社会|总体|综合|回访)?(?:办结|回复|答复|办复|满意|办理|反馈|受理|签收)率$|(?:群众|公众|社会)?满意度$"
)

_RUN = re.compile(r"[^，,。；;：:、\n\r！!？?（()）【】\t0-9０-９]{0,40}")
_NOT_AFTER = re.compile(
    r"(?:整合|增加|压缩|精简|减少|上升到|提高到|并|且|占|同比|比上|比去|较|用于|其中|为|是|以|也|还|的(?![\u4e00-\u9fff]{2})|后|前|内|左右|时|增长|下降|或|到|至|达|共|需|可|能|应|要|经|由|在|对|从|向|与|和|及|就|被|将|因|按|通过|予以|之|上(?!传)|”)"
)
# Nouns that are complete as they stand right after 个.
_HEAD_NOUN = re.compile(
    r"方面的问题|部门[（(]单位[)）]|县[（(]市[)）][区局]?|方面|主题|部门|单位|大类|小类|类别|板块|版块|子栏目|栏目|重点领域|领域|乡镇|镇街|街道|村居|社区|部分|内容|环节|系统|平台|语种|分部|县市|县(?![直级属])|区(?=[全的])|窗口"
)
_PREDICATE = re.compile(
    r"进行|签订|开通|实现|进入|进驻|列第|全部|上线|参加|参与|开工|入驻|报送|实施|开设|提供|完成|建立|建成|组建|设立|制定|公开了|公布了|发布了|"
    r"单独|达到|获得|在|对|向|从|按|由|将|与|通过|组成|成立|纳入|存在|需要|没有|以|为|均|都|已|调整|反映|涵盖|承担|负责|围绕|被(?!通报)|全程|扎实|开展|检查|审核|逐一|同步|分口|统一|及时"
)
_ASSERTED = re.compile(
    r"签订|开通|实现|进入|进驻|列第|全部上线|上线|参加|参与|开工|入驻|建成|达到|获得|进行了?(?:[\u4e00-\u9fff]{0,2}追踪)|单独"
)
# Counts of these units stand before their noun more often than after it.
_MODIFIERS = frozenset(
    [
        "个",
        "家",
        "名",
        "所",
        "种",
        "类",
        "大",
        "位",
        "户",
        "大类",
        "小类",
        "项",
        "份",
        "场次",
        "例",
        "件",
        "条",
        "起",
        "处",
        "部",
        "篇",
        "场",
        "次",
        "县",
        "宗",
        "台",
        "则",
    ]
)
# 六部分, 11部门: the unit is itself the noun; what stands before is not counted.
_NOUN_UNITS = frozenset(
    [
        "部分",
        "部门",
        "方面",
        "单位",
        "县",
        "市",
        "区",
        "镇",
        "乡",
        "村",
        "街道",
        "社区",
        "乡镇",
        "县区",
        "工作日",
    ]
)
_NOMINAL = re.compile(
    r"(?:数|量|率|点|站|案件|申请|信息|文件|事项|专栏|栏目|网站|微博|微信|活动|会议|培训|培训班|人员|类|提案|建议|项目|服务|公开栏|总量|总数|次数|人数|办件|答复|公开|提供|处理|复议|诉讼|投诉|举报)$"
)


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
    r"(?:压缩|增加|增|减少|减|精简|整合|上升|提高|下降|缩短|降|升|合并|调整)(?:到|至|为)?$"
)


def _may_borrow(text: str, donor: Phrase, number: Span) -> bool:
    """Whether a number with no phrase counts what the number before it counts."""
    between = text[donor.number.end : number.start]
    if donor.follows:
        return False
    return len(between) <= 24 or bool(_CHANGE.search(between))


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
    if number.attrs.unit in _NOUN_UNITS:
        before = None
    if after is None:
        return before
    start, end, reaches = after
    if before and number.attrs.unit in ("个", "大", "条") and _HEAD_NOUN.match(text, start, end):
        before = None
    if before:
        phrase = text[slice(*before)]
        gap = text[before[1] : number.start]
        if not _VERB_ONLY.fullmatch(phrase):
            if (
                "了" not in gap
                and not gap.strip().endswith(("等", "的"))
                and number.attrs.unit not in _MODIFIERS
            ):
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


def _before(
    text: str, number: Span, floor: int, previous: Phrase | None, bounds: Marks, channels: Marks
) -> tuple[int, int] | None:
    """The phrase between the beginning of the clause and the number, trimmed on both sides."""
    floor = max(floor, number.start - _LIMIT, previous.number.end if previous else 0)
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
            origin = re.search("[由从]$", text[start : bound.start])
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
    if number.label == "RATE":
        name = _RATE_NAME.search(text[start:end])
        start = start + name.start() if name else start
    if number.attrs.unit in ("条", "篇", "份", "则") and _is_outlet(channels, start, end):
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
    reaches = following is not None and following.start <= end + 1
    if following is not None:
        end = min(end, following.start)
    if start >= end or text[start].isspace() or _NOT_AFTER.match(text, start, end):
        return None
    return start, end, reaches


_RELATIVE = re.compile(r"[^的]*(?:不|未)[^的]*的[\u4e00-\u9fff]{2,6}?(?=进行|$)")


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
    if re.match(r"(?:均|都|全部)?(?:已|不|未|属)", run):
        skip = re.match(r"(?:均|都|全部)*", run)
        return start + (skip.end() if skip else 0), end
    stop = start + predicate.start() if predicate else end
    of = text.rfind("的", start, stop)
    if of > start and stop - of > 2 and not run.startswith("部门"):
        # 62个村居的政务公开栏: the thing counted stands after 的.
        start = of + 1
    while stop > start and text[stop - 1] in '的等”“" 　上了共其':
        stop -= 1
    while reaches and stop > start and text[stop - 1] in "和及与以":
        stop -= 1
    return (start, stop) if stop - start >= 2 else None
