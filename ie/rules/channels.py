"""CHANNEL spans and their types: media and places with their name and operator.

A channel is a kind noun (网站, 公开栏, 热线) extended to the left over its quoted name and
its operator, up to a verb, a function word or a punctuation mark.
"""

from __future__ import annotations

import re

from ie.document import Attributes, Span
from ie.rules.lexicon import Hit, Hits

_LIMIT = 22
# What stands before a channel and is never part of its name: verbs, prepositions, adverbs.
_CUT = re.compile(
    r".*(?:加强|完善|建立健全|建立|健全|利用|运用|借助|依托|通过|开通|开设|设立|设置|打造|推进|推动|提升|优化|强化|改造|"
    r"发挥|做好|做优|拓展|丰富|拓宽|充分|进一步|依靠|结合|规范|整合|增设|新增|新建|开展|召开|举办|组织|登录|登陆|升级|改版|"
    r"创新|创办|编印|编发|印发|发布在|刊登|刊发|关注|访问|浏览|维护|管理好|办好|建好|建成|构建|搭建|实现|坚持|继续|积极|"
    r"及时|主动|认真|切实|不断|全面|深化|扩大|突出|围绕|包括|涵盖|纳入|进入|进驻|报送|上报|移交|提供|配备|安装|制作|张贴|"
    r"悬挂|接听|拨打|受理|处理|办理|公布|公开在|设在|位于|关于|以及|对于|关停|注销|抽查|检查|监测|普查|考核|评估|推送|"
    r"推出|推行|采取|采用|例如|比如|其中|分别|同时|目前|现有|已经|统一|定期|专门|传统|各类|多种|各种|主要|原有|单独|相关|有关|"
    r"各级|各地|全市(?=政务)|我[国省市县区州镇乡局委办院部厅]|作为|成为|还是|就是|达到|使用|选用|保障|涉及|注重|重视|"
    r"了|在|以|和|与|及|或|等|对|将|把|由|从|向|为|是|到|至|于|并|而|也|均|都|已|我|该|其|此|每|有|还|让|使|用|经|则|又|"
    r"的|着|过|被|给|若|如|只|仅|建|开|设|[^\u4e00-\u9fffA-Za-z0-9@“”‘’（）()·•+\-.－]|(?<=[\u4e00-\u9fff])[、])",
    re.DOTALL,
)
_OPERATOR_PAIR = re.compile(
    r"(?:(?:省|市|县|区|州|镇|乡|书记|[省市县区州局镇乡]长|国家|中央|主任)(?:[(（][市区县][)）])?[、和]){1,3}$"
)
_QUOTE_NAME = re.compile(r"[“\"‘「『]([^“”\"‘’「」『』，。；\n]{1,20})[”\"’」』]$")
_NEEDS_MORE = ("website!", "platform!")
_CONTENT = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]")
# Words that open a generic phrase: with nothing else before the noun there is no name.
_GENERIC_HEAD = re.compile(r"(?:等|各|多|新|该|本|此|一|两|三|几|公众|其他|其它|不同|重点|专门|专业|统一|综合|新型|线上|线下|相应|自身|大型|优秀|示范|同一)*$")
_INTERNAL = re.compile(r"监察系统|办公系统|办公自动化|内部网|OA|共享|交换|公文|视频会议|审批系统|考评系统|考核系统|指标体系|评价体系|提醒")
_NOT_AFTER = {
    "网": re.compile(r"[上络格民友购速站页点址管]"),
    "广播": re.compile(r"(?:电视|影视|电影|稿|体操|局|站|电台)"),
    "电视": re.compile(r"(?:台|栏目|节目|电话|剧|新闻)"),
    "热线": re.compile(r"(?:电话)"),
    "微信": re.compile(r"(?:号|群|公众|平台|订阅|服务号|扫一扫|扫描|小程序|二维码|矩阵)"),
    "微博": re.compile(r"(?:矩阵|账号)?$"),
    "系统": re.compile(r"(?:性|化|内|梳理|地|学习|培训|工程|推进|总结|规范|干部|人员|各|单位|的|思维|升级|建设|部署)"),
    "平台": re.compile(r"(?:账号)"),
    "专题": re.compile(r"(?:会|培训|研究|学习|调研|部署|讲座|新闻|询问|讨论|辅导|工作|讲|报|民主|教育|协商|片|座)"),
    "专栏": re.compile(r"(?!)"),
    "栏目": re.compile(r"(?:设置|内容|建设|信息|分类|更新|维护|保障)"),
    "频道": re.compile(r"(?!)"),
    "信箱": re.compile(r"(?:地址|[:：])"),
    "报社": re.compile(r"(?!)"),
    "公告栏": re.compile(r"(?!)"),
    "短信": re.compile(r"(?:提醒|告知|通知|息)"),
    "简报": re.compile(r"(?!)"),
    "新闻发布": re.compile(r"(?:会|人|活动|制度|厅|工作|稿|平台|机制|信息)"),
    "LED": re.compile(r"(?:显|电|屏|大)"),
    "APP": re.compile(r"(?!)"),
}  # fmt: skip


def find_channels(
    text: str, hits: Hits, closed: list[tuple[int, int]], quoted_channels: list[Span]
) -> list[Span]:
    """CHANNEL spans in text order, with their type.

    Args:
        text: the document's text.
        hits: the words found in it.
        closed: intervals of document titles, where no channel is marked.
        quoted_channels: periodicals and programmes in 《》, already decided.
    """
    candidates = [(s.start, s.end, s.attrs.type or "other") for s in quoted_channels]
    for hit in _longest(hits.of("channel")):
        found = _candidate(text, hit)
        if found:
            candidates.append((*found, hit.row[1]))
    candidates += [(m.start(), m.end(), "hotline") for m in _HOTLINE_NUMBER.finditer(text)]
    return _select(candidates, closed)


_HOTLINE_NUMBER = re.compile(
    r"(?<![0-9-—－])[“\"]?(?:12[0-9]{3}|96[0-9]{3}|110)[”\"]?(?:[\u4e00-\u9fff]{0,8}?(?:热线(?:电话|平台)?|专线)|民声在线|(?=[、等和]|平台))"
)


def _longest(hits: list[Hit]) -> list[Hit]:
    """Hits that no longer hit of the same list covers."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if kept and hit.end <= kept[-1].end:
            continue
        if kept and hit.start < kept[-1].end:
            # 政务服务|服务大厅: overlapping kinds are one name that ends at the last.
            kept[-1] = Hit(kept[-1].start, hit.end, hit.row)
            continue
        kept.append(hit)
    return kept


def _candidate(text: str, hit: Hit) -> tuple[int, int] | None:
    """The whole name around a kind noun, or None where the noun names no channel."""
    word, type_, need = hit.row
    after = _NOT_AFTER.get(word)
    if after and after.match(text, hit.end):
        return None
    start = _name_start(text, hit.start)
    if need == "name":
        name = text[start : hit.start]
        if not _CONTENT.search(name) or _GENERIC_HEAD.fullmatch(name):
            return None
        if type_ == "platform" and _INTERNAL.search(text[start : hit.end]):
            return None
    return start, hit.end


def _name_start(text: str, start: int) -> int:
    floor = max(0, start - _LIMIT)
    quote = _QUOTE_NAME.search(text[floor:start])
    if quote:
        start = floor + quote.start()
        floor = max(0, start - _LIMIT)
        if not re.search(r"[政府官方网站微博信县市区州省局]$", text[floor:start]):
            return start
    cut = _CUT.match(text, floor, start)
    begin = cut.end() if cut else floor
    pair = _OPERATOR_PAIR.search(text[max(0, begin - 9) : begin])
    if pair and begin < start:
        begin -= len(pair.group())
    while begin < start and text[begin] in "（()）”’\"·•-－.+的":
        begin += 1
    return begin


def _select(candidates: list[tuple[int, int, str]], closed: list[tuple[int, int]]) -> list[Span]:
    spans: list[Span] = []
    last_end = c = 0
    for start, end, type_ in sorted(candidates, key=lambda i: (i[0], -i[1])):
        if start < last_end:
            if start == spans[-1].start or end <= last_end:
                continue
            start = last_end
        while c < len(closed) and closed[c][1] <= start:
            c += 1
        if c < len(closed) and closed[c][0] < end:
            continue
        spans.append(Span(start, end, "CHANNEL", _TYPES[type_]))
        last_end = end
    return spans


_TYPES = {t: Attributes(type=t) for t in (
    "website", "weibo", "wechat", "app", "newspaper", "bulletin", "gazette", "tv", "radio",
    "hotline", "mailbox", "archive", "library", "reading_room", "notice_board", "screen",
    "press_conference", "interview", "service_hall", "platform", "other",
)}  # fmt: skip
