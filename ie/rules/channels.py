"""CHANNEL spans and their types: media and places with their name and operator.

A channel is a kind noun (网站, 公开栏, 热线) extended to the left over its quoted name and
its operator, up to a verb, a function word, a number, a date or a punctuation mark.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from ie.document import Attributes, Span
from ie.labels import CHANNEL_TYPES
from ie.rules.lexicon import Hit, Hits, either

_LIMIT = 22
# What stands before a channel and is never part of its name: verbs, prepositions, adverbs.
_CUT = re.compile(
    rf".*(?:{either('channel_cut')}"
    r"|[^\u4e00-\u9fffA-Za-z0-9@“”‘’（）()·•+\-.－]|(?<=[\u4e00-\u9fff])、)",
    re.DOTALL,
)
_LIST_MARK = re.compile(
    r"[（(]?[一二三四五六七八九十0-9]{1,3}[)）.．]|[（(][^（）()]{0,40}[)）]$|[^（(]*?[)）](?![级与和])|[A-Za-z0-9./:]+[)）]"
)
_OPERATOR_PAIR = re.compile(
    r"(?:(?:省|市|县|区|州|镇|乡|书记|[省市县区州局镇乡]长|国家|中央|主任)(?:[(（][市区县][)）])?[、]){1,3}\Z"
)
_QUOTE_NAME = re.compile(r"[“\"‘「『]([^“”\"‘’「」『』，。；\n]{1,20})[”\"’」』]\Z")
_BEFORE_QUOTE = re.compile(
    r"(?:政府|官方|网站|微博|微信|腾讯|新浪|[省市县区州局厅委镇]|电视台|电台)\Z"
)
_CONTENT = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]")
# Words that open a generic phrase: with nothing else before the noun there is no name.
_GENERIC = re.compile(rf"{either('channel_generic')}*\Z")
# A column or a system needs more than a modifier: a quoted name, or whose it is.
_COLUMN = re.compile(r"[”\"》]|网站|信息公开|政务公开|公示|办理公开|清单")
_OPERATORS = frozenset("局委厅办院区县市省州镇乡盟旗")
_COLUMN_WORDS = frozenset(("专栏", "专题", "栏目", "频道"))
_SYSTEM = re.compile(r"(?:申请|目录|评价|填报|公开|行权|发布|查询)系统\Z")
_NOT_SYSTEM = re.compile(r"全[省市县区州]|[省市县区州]政府(?:信息公开)?系统$|政府系统|机关")
_INTERNAL = re.compile(
    r"监察|监控|办公|内部网|OA|共享|交换|公文|视频会议|审批系统|考评|考核|体系|提醒|交易系统"
)
_NOT_AFTER = {
    "广播": re.compile(r"(?:电视|影视|电影|稿|体操|局|站|电台)"),
    "电视": re.compile(r"(?:台|栏目|节目|电话|剧|新闻|问政)"),
    "微信": re.compile(r"(?:扫一扫|扫描|二维码|扫码|矩阵)"),
    "系统": re.compile(r"性|化|内|梳理|地|学习|培训|工程|推进|总结|规范|干部|人员|各|单位|的|思维"),
    "专题": re.compile(
        r"会|培训|研究|学习|调研|部署|讲座|新闻|询问|讨论|辅导|工作|讲|报|民主|教育|协商|片|座|信息"
    ),
    "信箱": re.compile(r"(?:地址|[:：])"),
    "短信": re.compile(r"(?:提醒|告知|通知|息|[”\"]|即时)"),
    "手机短信": re.compile(r"(?:提醒|告知|通知|息|即时)"),
    "信函": re.compile(r"(?:申请|咨询|方式|形式|渠道|等)"),
    "热线": re.compile(r"[每一]周"),
    "门户": re.compile(r"(?:网|之)"),
    "档案室": re.compile(r"管理"),
}  # fmt: skip
_NOT_BEFORE = {
    "广播": re.compile(r"[文新]\Z"),
    "小程序": re.compile(r"(?:电脑|应用)\Z"),
    "电视": re.compile(r"[移闭]\Z"),
    "平台": re.compile(r"(?:第一|主要|重要|基层)\Z"),
    # 发布微博2900条: what is sent, not where.
    "微博": re.compile(r"发布?\Z"),
}
_AFTER_NAME = re.compile(r"[（(][日周月、]{1,5}[)）]")
# Kinds that name a part of the channel before them when nothing stands between the two.
_ATTACHED = (
    "专栏",
    "栏目",
    "专题",
    "库",
    "手机版",
    "访谈",
    "屏",
    "图书馆",
    "专区",
    "大厅",
    "集约化平台",
    "窗口",
)
_BETWEEN = ("", "政府信息公开", "政务公开", "信息公开", "政务")
_HOTLINE_NUMBER = re.compile(
    r"(?<![0-9-—－:：])[“\"]?(?:12[0-9]{3}|96[0-9]{3})[”\"]?(?:[\u4e00-\u9fff]{0,8}?(?:热线(?:电话|平台)?|专线|在线)|(?=[、等和]|平台))"
)
_NAMED_ACCOUNT = re.compile(
    r"[“\"]([\u4e00-\u9fff·]{2,8}发布)[”\"](?![\u4e00-\u9fff]{0,6}(?:微博|微信|公众号|客户端|网站|抖音|号))"
)
_NAMED_WEIBO = re.compile(
    r"(?:新浪|腾讯|人民网?)?微博@"
    r"(?:[\u4e00-\u9fff]{2,8}?(?:发布|在线|公安|政务|之声|微博)|[\u4e00-\u9fff]{2,6})"
)
_LISTED_COLUMNS = re.compile(
    r"通过([^。；;\n，,]{2,80}?)等(?:[0-9]{1,2}个|多个|各个|各类)?(?:子?栏目|版块|板块|专栏|频道)"
)
_LIST_ITEM = re.compile(r"[^、“”\"，,和及与]{2,12}")


def find_channels(
    text: str,
    hits: Hits,
    closed: list[tuple[int, int]],
    numbers: list[Span],
    quoted_channels: list[Span],
) -> list[Span]:
    """CHANNEL spans in text order, with their type.

    Args:
        text: the document's text.
        hits: the words found in it.
        closed: intervals of document titles and page chrome, where no channel is marked.
        numbers: dates and quantities in text order, which bound a name on its left.
        quoted_channels: periodicals and programmes in 《》, already decided.
    """
    candidates = [(s.start, s.end, s.attrs.type or "other") for s in quoted_channels]
    for m in _HOTLINE_NUMBER.finditer(text):
        # A quote that closes right after the digits is part of the name: “12345”热线.
        outside = m.group()[0] in '“"' and not any(
            q in m.group() for q in '”"' if q != m.group()[0]
        )
        candidates.append((m.start() + outside, m.end(), "hotline"))
    candidates += [(m.start(1), m.end(1), "other") for m in _NAMED_ACCOUNT.finditer(text)]
    candidates += [(m.start(), m.end(), "weibo") for m in _NAMED_WEIBO.finditer(text)]
    for listed in _LISTED_COLUMNS.finditer(text):
        for item in _LIST_ITEM.finditer(text, listed.start(1), listed.end(1)):
            if not item.group().endswith(("网站", "微博", "微信", "会")):
                candidates.append((item.start(), item.end(), "website"))
    ends = [n.end for n in numbers]
    floor = 0
    for hit in _longest(hits.of("channel")):
        i = bisect_right(ends, hit.start) - 1
        found = _candidate(text, hit, max(floor, ends[i] if i >= 0 else 0))
        if found is None:
            continue
        start, end = found
        previous = candidates[-1] if floor and candidates else None
        if (
            previous
            and previous[1] == floor
            and _attaches(hit.row[0])
            and text[floor:start] in _BETWEEN
        ):
            # 市政府门户网站|政策文件库: a column named with its site is one name.
            candidates[-1] = (previous[0], end, hit.row[1])
        else:
            candidates.append((start, end, hit.row[1]))
        floor = end
    return _select([*_named_again(text, candidates), *candidates], closed)


_NAME_AT_START = re.compile(r"[“\"]([^“”\"]{2,12})[”\"]")


def _named_again(
    text: str, candidates: list[tuple[int, int, str]]
) -> Iterator[tuple[int, int, str]]:
    """Quoted names that stand alone where the document has said before what they are.

    After “云溪微讯”微信公众号 a plain “云溪微讯” is the same channel; quotes that enclose
    the whole name are dropped.
    """
    types: dict[str, str] = {}
    for start, end, type_ in candidates:
        m = _NAME_AT_START.match(text, start, end)
        if m and m.end() < end:
            types.setdefault(m[1], type_)
    if types:
        names = "|".join(re.escape(name) for name in sorted(types, key=len, reverse=True)[:64])
        for m in re.finditer(rf"[“\"]({names})[”\"]", text):
            yield m.start(1), m.end(1), types[m[1]]


def _attaches(word: str) -> bool:
    return word.endswith(_ATTACHED)


def _longest(hits: list[Hit]) -> list[Hit]:
    """Hits that no longer hit of the same list covers; overlapping ones become one."""
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


def _candidate(text: str, hit: Hit, floor: int) -> tuple[int, int] | None:
    """The whole name around a kind noun, or None where the noun names no channel."""
    word, type_, need = hit.row
    after, before = _NOT_AFTER.get(word), _NOT_BEFORE.get(word)
    if (after and after.match(text, hit.end)) or (
        before and before.search(text[max(0, hit.start - 4) : hit.start])
    ):
        return None
    if hit.start < floor or (type_ == "service_hall" and _acts_as_body(text, hit)):
        return None
    start = _name_start(text, hit.start, floor)
    if need != "free" and not _is_name(text, start, hit):
        return None
    end = hit.end
    if "政府开放" in word:
        bracket = _AFTER_NAME.match(text, end)
        end = bracket.end() if bracket else end
    # A quote that encloses the whole name is dropped, one that opens before the kind is kept.
    if text[start] in '“"‘' and not any(c in text[start + 1 : hit.start] for c in '”"’'):
        start += 1
    return (start, end) if start < end else None


_AFTER_BODY = re.compile(r"[局办委室组府厅中心]、[省市县区州镇乡]?\Z")
_BEFORE_BODY = re.compile(
    r"、[^，,。、]{1,12}(?:局|办|委|室|府|厅|中心)|等(?:部门|单位)|牵头|负责|会同|联合"
)


def _acts_as_body(text: str, hit: Hit) -> bool:
    """Whether 政务中心 stands in a list of bodies or acts as one: then it is an AGENCY."""
    left = text[max(0, hit.start - 4) : hit.start]
    listed = _AFTER_BODY.search(left) and hit.row[0].endswith("中心")
    return bool(listed and _BEFORE_BODY.match(text, hit.end))


def _is_name(text: str, start: int, hit: Hit) -> bool:
    word, type_, need = hit.row
    name = text[start : hit.start]
    if need == "quoted":
        return text[start] in '“"‘' or text[start - 1 : start] in tuple('“"‘')
    if word == "网站" and name in _OPERATORS:
        return True
    if not _CONTENT.search(name) or len(name) < 2:
        return False
    if word in _COLUMN_WORDS:
        return bool(_COLUMN.search(name)) and name not in ("信息公开", "政府信息公开")
    if word == "系统":
        whole = text[start : hit.end]
        return bool(_SYSTEM.search(whole)) and not _NOT_SYSTEM.search(whole)
    if type_ == "platform" and _INTERNAL.search(text[start : hit.end]):
        return False
    return not _GENERIC.fullmatch(name)


def _name_start(text: str, start: int, floor: int) -> int:
    # A quoted name may itself hold a kind noun: “新浪微博@某地发布”官方微博.
    quote = _QUOTE_NAME.search(text[max(0, start - _LIMIT) : start])
    low = max(floor, start - _LIMIT)
    if quote:
        start = max(0, start - _LIMIT) + quote.start()
        low = max(floor, start - _LIMIT)
        if not _BEFORE_QUOTE.search(text[low:start]):
            return start
    cut = _CUT.match(text, low, start)
    begin = cut.end() if cut else low
    mark = _LIST_MARK.match(text, begin, start)
    if mark:
        begin = mark.end()
    pair = _OPERATOR_PAIR.search(text[max(floor, begin - 9) : begin])
    if pair:
        begin -= len(pair.group())
    while begin < start and text[begin] in "）)”’·•-－.+的、":
        begin += 1
    return begin


def _select(candidates: list[tuple[int, int, str]], closed: list[tuple[int, int]]) -> list[Span]:
    spans: list[Span] = []
    last_end = c = 0
    for start, end, type_ in sorted(candidates, key=lambda i: (i[0], -i[1])):
        if start < last_end:
            if end <= last_end or end - last_end < 2:
                continue
            start = last_end
        while c < len(closed) and closed[c][1] <= start:
            c += 1
        if c < len(closed) and closed[c][0] < end:
            continue
        spans.append(Span(start, end, "CHANNEL", _TYPES[type_]))
        last_end = end
    return spans


_TYPES = {t: Attributes(type=t) for t in CHANNEL_TYPES}
