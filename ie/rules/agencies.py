"""AGENCY spans: named party, state and public bodies, full or short, alone or in lists.

A body's name is built right to left: a core (教育局, 政府, 县委, 领导小组), then the level
or place before it (县, 如东县), then a shared head of a coordinated list (省、市政府).
"""

from __future__ import annotations

import re

from ie.document import Span
from ie.rules.lexicon import Hits, topics

_SUFFIX = re.compile(
    r"(?:委员会办公室|委员会|办公厅|办公室|管理局|总局|分局|局|厅|总队|支队|大队|中心|总站|委(?![员托派任培])|"
    r"办(?![理法事公好公结学实案件税])|部(?![门分署委队级])|总公司(?!)|署(?!名)|院(?!务)|处(?![理罚室置分])|所(?![有在以属需谓])|站(?![点式群])|社(?![会区保])|队(?!伍)|会(?![议上同展计]))"
)
# What may follow a body's core and belong to its name.
_TAIL = re.compile(
    r"(?:党组|党委|办公室|[\u4e00-\u9fff]{2,7}(?:支队|大队|总队)|[(（]馆[)）]|政务公开办公室|法制办公室|(?:编委)?办(?![理法事好结案税])|[\u4e00-\u9fff]{2}科(?![技学研])|机关党委|信息中心|督查室)"
)
_GOVERNMENT_TAIL = re.compile(
    r"(?:办公室|办公厅|办(?![理法事好结案税文公])|本级|新闻办公室|新闻办|研究室|督查室|驻[\u4e00-\u9fff]{2,4}办事处|"
    r"(?:法制|应急|外事|侨务|外事侨务|金融|口岸|接待|信息公开|政府信息公开|政务公开|信息公开工作|政府信息公开工作|"
    r"电子政务|信访|信息化|信息化工作|督查|督办|优化)(?:管理|工作)?(?:领导小组)?(?:办公室|办(?![理法事])|局|中心|领导小组)|信息中心|网络中心|政务(?:服务)?中心|门户网站管理中心)+"
)
_LEVELS = "省市县区州旗盟镇乡"
_LEVEL_WORDS = ("自治区", "自治州", "自治县", "街道", "国家", "中央", "新区", "开发区", "高新区", "管理区")
_OUTSIDE = ("全", "各", "我", "本", "该", "每", "两", "贵", "几", "多", "跨", "外", "邻", "同", "对")
_SHARED = re.compile(
    r"(?<![各全部])(?:(?:国家|中央|[省市县区州镇乡盟旗]|自治区)(?:[(（][市区县旗][)）])?(?:级)?[、/])+$|[县市区][(（][市区县旗][)）]$"
)
_NOT_GOVERNMENT = re.compile(
    r"信息(?!中心|公开(?:工作)?(?:领导小组|办|办公室|工作办))|网|门户|公报|采购|性|热线|职能|机关(?!事务)|购买|公开|微[博信]|数据|投资|规范|"
    r"政务(?!服务中心|中心|公开办|公开领导)|债|投|服务热线|服务(?!中心)|开放日|工程|行为|"
    r"文件|站|公共|主导|公众|常务会议?(?:栏目|、)"
)
_PARTY = re.compile(
    r"委(?![员托派任培])(?:办公室|办(?![理法事公])|组织部|宣传部|统战部|政法委|党校|政研室|老干部局|机要局|农工办|编办|督查室|巡察办)?"
)
# Short forms that are bodies only with a place before them.
_WEAK = frozenset(("法院", "检察院", "人民法院", "人民检察院", "团委", "工委", "信息中心", "科协", "文联", "党校", "办事处", "街道办", "管委会", "管理委员会", "委办", "经委", "体委"))
_POST = re.compile(r"(?:副?书记|常委(?!会)|副?主任|副?局长|副?部长|秘书长)")

# Function words and verbs that never stand inside a body's name: a name starts after them.
_NAME_CUT = re.compile(
    r".*(?:成立|建立|调整|充实|设立|设置|组建|组成|健全|完善|加强|根据|按照|通过|联合|会同|协同|配合|督促|牵头|负责|"
    r"组织|邀请|召开|印发|下发|转发|明确|确定|确保|以及|并由|专门|了|在|由|以|为|的|是|任|对|将|各|向|从|经|与|和|及|或|"
    r"把|被|使|让|请|就|到|至|于|按|等|并|也|均|都|设|有|全|我|本|该|其|此|据|[^\u4e00-\u9fff“”（）()])",
    re.DOTALL,
)
_GROUP_NAME = re.compile(r"公开|政务|信息|工作|保密|监督|审查|党务|推进|网站|建设|管理|协调|改革|服务|督查|考核|评议|应急|安全")
_GROUP_LIMIT = 24


# 州级机关, 区属部门: named by level alone, a body only where it is the actor of a figure.
_LEVEL_BODY = re.compile(
    r"(?<=[，,；;：:、])[省市县区州镇](?:级|直|属)(?:部门|机关|单位)(?=(?:累计|共|收到|填报|发布|公开|主动|受理|办理)*[^，,。；;、]{0,8}[0-9])"
)
# A body of a field that no table lists: level + name + suffix between two boundaries.
_PLAIN = re.compile(
    r"(?:(?<=[，,。；;：:、（(\\s和与及由原经])|^)([省市县区州盟旗](?:[\u4e00-\u9fff]{2,10}?(?:局|中心|委员会|领导小组)|[\u4e00-\u9fff]{2,3}办(?![理法事公好结学实案件税文])))"
)


def find_agencies(text: str, hits: Hits, local_names: tuple[str, ...], closed: list[tuple[int, int]]) -> list[Span]:
    """AGENCY spans in text order.

    Args:
        text: the document's text.
        hits: the words found in it.
        local_names: region names learnt from the document itself.
        closed: intervals where no agency is marked (document titles, channels' names).
    """
    candidates: list[tuple[int, int]] = []
    for core_start, core_end, needs_head in _cores(text, hits):
        start = _head_start(text, core_start, hits, local_names)
        if start == core_start and needs_head:
            continue
        if _POST.match(text, core_end):
            continue
        candidates.append((start, core_end))
    candidates += _groups(text, hits, local_names)
    candidates += [m.span() for m in _LEVEL_BODY.finditer(text)]
    candidates += [(m.start(1), m.end(1)) for m in _PLAIN.finditer(text) if not _NAME_CUT.match(m[1][1:-1])]
    return _select(text, candidates, closed)


def _cores(text: str, hits: Hits) -> list[tuple[int, int, bool]]:
    """(start, end, whether a level or place must stand before it) of every body's core."""
    cores: list[tuple[int, int, bool]] = []
    for hit in hits.of("body"):
        tail = _TAIL.match(text, hit.end)
        cores.append((hit.start, tail.end() if tail else hit.end, False))
    for hit in hits.of("short"):
        word = hit.row[0]
        end = hit.end
        if word[-1] in "办委" and text[end : end + 1] in tuple("理法事好结员托派公"):
            continue
        tail = _TAIL.match(text, end)
        cores.append((hit.start, tail.end() if tail else end, word in _WEAK))
    cores += _departments(text, hits)
    cores += _governments(text)
    return cores


def _departments(text: str, hits: Hits) -> list[tuple[int, int, bool]]:
    """Cores made of fields of government and a suffix: 教育局, 文化广电和旅游局."""
    found = []
    for hit in hits.of("topic"):
        suffix = _SUFFIX.match(text, hit.end)
        if suffix is None:
            continue
        tail = _TAIL.match(text, suffix.end())
        stop = tail.end() if tail else suffix.end()
        found.append((_chain_start(text, hit.start), stop, suffix.group() in _WEAK_SUFFIXES))
    return found


# These make a name only with a level or a place before the field: 县教育中心, not 教育中心.
_WEAK_SUFFIXES = frozenset(
    ("部", "处", "所", "站", "社", "院", "队", "会", "中心", "办公室", "办", "委员会", "署")
)
_TOPIC_LENGTHS = range(2, 13)


def _chain_start(text: str, start: int) -> int:
    """Where a run of fields begins that ends in the field at ``start``: 文化|广电|和|旅游."""
    while True:
        joint = start - 1 if start and text[start - 1] in "和与" else start
        longest = 0
        for end in {start, joint}:
            for length in _TOPIC_LENGTHS:
                if end >= length and text[end - length : end] in topics():
                    longest = max(longest, start - end + length)
        if not longest:
            return start
        start -= longest


_GOVERNMENT = re.compile(
    r"信息(?!中心|公开(?:工作)?(?:领导小组|办|办公室|工作办))|网|门户|公报|采购|性|热线|职能|机关(?!事务)|购买|公开|微[博信]|数据|投资|规范|"
    r"政务(?!服务中心|中心|公开办|公开领导)|债|投|服务热线|服务(?!中心)|开放日|工程|行为|"
    r"文件|站|公共|主导|公众|常务会议?(?:栏目|、)"
)
_PARTY = re.compile(
    r"委(?![员托派任培])(?:办公室|办(?![理法事公])|组织部|宣传部|统战部|政法委|党校|政研室|老干部局|机要局|农工办|编办|督查室|巡察办)?"
)
# Short forms that are bodies only with a place before them.
_WEAK = frozenset(("法院", "检察院", "人民法院", "人民检察院", "团委", "工委", "信息中心", "科协", "文联", "党校", "办事处", "街道办", "管委会", "管理委员会", "委办", "经委", "体委"))
_POST = re.compile(r"(?:副?书记|常委(?!会)|副?主任|副?局长|副?部长|秘书长)")

# Function words and verbs that never stand inside a body's name: a name starts after them.
_NAME_CUT = re.compile(
    r".*(?:成立|建立|调整|充实|设立|设置|组建|组成|健全|完善|加强|根据|按照|通过|联合|会同|协同|配合|督促|牵头|负责|"
    r"组织|邀请|召开|印发|下发|转发|明确|确定|确保|以及|并由|专门|了|在|由|以|为|的|是|任|对|将|各|向|从|经|与|和|及|或|"
    r"把|被|使|让|请|就|到|至|于|按|等|并|也|均|都|设|有|全|我|本|该|其|此|据|[^\u4e00-\u9fff“”（）()])",
    re.DOTALL,
)
_GROUP_NAME = re.compile(r"公开|政务|信息|工作|保密|监督|审查|党务|推进|网站|建设|管理|协调|改革|服务|督查|考核|评议|应急|安全")
_GROUP_LIMIT = 24


# 州级机关, 区属部门: named by level alone, a body only where it is the actor of a figure.
_LEVEL_BODY = re.compile(
    r"(?<=[，,；;：:、])[省市县区州镇](?:级|直|属)(?:部门|机关|单位)(?=(?:累计|共|收到|填报|发布|公开|主动|受理|办理)*[^，,。；;、]{0,8}[0-9])"
)
# A body of a field that no table lists: level + name + suffix between two boundaries.
_PLAIN = re.compile(
    r"(?:(?<=[，,。；;：:、（(\\s和与及由原经])|^)([省市县区州盟旗](?:[\u4e00-\u9fff]{2,10}?(?:局|中心|委员会|领导小组)|[\u4e00-\u9fff]{2,3}办(?![理法事公好结学实案件税文])))"
)


def find_agencies(text: str, hits: Hits, local_names: tuple[str, ...], closed: list[tuple[int, int]]) -> list[Span]:
    """AGENCY spans in text order.

    Args:
        text: the document's text.
        hits: the words found in it.
        local_names: region names learnt from the document itself.
        closed: intervals where no agency is marked (document titles, channels' names).
    """
    candidates: list[tuple[int, int]] = []
    for core_start, core_end, needs_head in _cores(text, hits):
        start = _head_start(text, core_start, hits, local_names)
        if start == core_start and needs_head:
            continue
        if _POST.match(text, core_end):
            continue
        candidates.append((start, core_end))
    candidates += _groups(text, hits, local_names)
    candidates += [m.span() for m in _LEVEL_BODY.finditer(text)]
    candidates += [(m.start(1), m.end(1)) for m in _PLAIN.finditer(text) if not _NAME_CUT.match(m[1][1:-1])]
    return _select(text, candidates, closed)


def _cores(text: str, hits: Hits) -> list[tuple[int, int, bool]]:
    """(start, end, whether a level or place must stand before it) of every body's core."""
    cores: list[tuple[int, int, bool]] = []
    for hit in hits.of("body"):
        tail = _TAIL.match(text, hit.end)
        cores.append((hit.start, tail.end() if tail else hit.end, False))
    for hit in hits.of("short"):
        word = hit.row[0]
        end = hit.end
        if word[-1] in "办委" and text[end : end + 1] in tuple("理法事好结员托派公"):
            continue
        tail = _TAIL.match(text, end)
        cores.append((hit.start, tail.end() if tail else end, word in _WEAK))
    cores += _departments(text, hits)
    cores += _governments(text)
    return cores


def _departments(text: str, hits: Hits) -> list[tuple[int, int, bool]]:
    """Cores made of a field of government and a suffix: 教育局, 文化广电和旅游局, 住房和城乡建设委员会."""
    found = []
    chain_start = chain_end = -1
    topics = sorted(hits.of("topic"), key=lambda h: (h.start, -h.end))
    chains: dict[int, int] = {}  # end of a chain of topics → its earliest start
    for hit in topics:
        start = hit.start
        before = start - 1 if start and text[start - 1] in "和与" else start
        for end in (start, before):
            if end in chains:
                start = min(start, chains[end])
        chains[hit.end] = min(start, chains.get(hit.end, start))
    del chain_start, chain_end
    for end, start in chains.items():
        suffix = _SUFFIX.match(text, end)
        if suffix is None:
            continue
        stop = suffix.end()
        tail = _TAIL.match(text, stop)
        if tail:
            stop = tail.end()
        weak = suffix.group() in ("部", "处", "所", "站", "社", "院", "队", "会", "中心", "办公室", "办", "委员会", "署")
        found.append((start, stop, weak))
    return found


_GOVERNMENT = re.compile(r"(?:人民)?政府|行政公署|行署|人大(?:常委会)?(?:办公室)?|政协(?:办公室)?")
_PARTY_CORE = re.compile(r"(?<=[省市县区州旗盟镇乡])委|党委(?=办|、)|(?<=街道)工委|(?<=街道)党工委|党委办公室|党委办|党政办公室|党政办")


def _governments(text: str) -> list[tuple[int, int, bool]]:
    found = []
    for m in _GOVERNMENT.finditer(text):
        if m.group()[-1] in "府署":
            tail = _GOVERNMENT_TAIL.match(text, m.end())
            end = tail.end() if tail else m.end()
            if tail is None and _NOT_GOVERNMENT.match(text, end):
                continue
            # 政府办公室 and 政府信息中心 are named bodies even with no level before them.
            found.append((m.start(), end, tail is None or tail.group() == "本级"))
        elif not re.match(r"(?:代表|委员|建议|提案|议案|系统|主席|副主)", text[m.end() : m.end() + 2]):
            found.append((m.start(), m.end(), False))
    for m in _PARTY_CORE.finditer(text):
        whole = _PARTY.match(text, m.start()) if m.group() == "委" else None
        if m.group() == "委":
            if whole is None:
                continue
            found.append((m.start(), whole.end(), True))
        else:
            found.append((m.start(), m.end(), m.group() in ("党委",)))
    return found


def _head_start(text: str, core: int, hits: Hits, local_names: tuple[str, ...]) -> int:
    """Where a name begins whose core begins at ``core``: places, levels and shared heads."""
    start = core
    while start:
        region = hits.ending_at("region", start)
        if region:
            start = region.start
            continue
        name = next((n for n in local_names if text.endswith(n, max(0, start - len(n)), start)), None)
        if name:
            start -= len(name)
            continue
        word = next((w for w in _LEVEL_WORDS if text.endswith(w, max(0, start - len(w)), start)), None)
        if word:
            start -= len(word)
            continue
        if text[start - 1] in ")）":
            bracket = re.search(r"[省市县区州][(（][省市县区州旗][)）](?:两级)?$", text[max(0, start - 6) : start])
            if bracket:
                start -= bracket.end() - bracket.start()
                continue
        if text.endswith("两级", 0, start):
            start -= 2
            continue
        if text[start - 1] in _LEVELS and (start == core or text[start] not in _LEVELS or text[start - 1 : start + 1] in ("区县", "市县", "县区", "县市", "乡镇")):
            if text[start - 2 : start - 1] in _OUTSIDE:
                return core if text[start - 2] in "各每两几多跨外邻全" else start
            if text[start - 2 : start - 1].isdigit() or text[start - 3 : start - 1] == "部分" or text[start - 2 : start - 1] in ("个", "余"):
                return core
            start -= 1
            continue
        break
    if text.endswith("中共", 0, start):
        start -= 2
    shared = _SHARED.search(text[max(0, start - 12) : start])
    if shared and start < core and text[start] in _LEVELS + "自":
        start -= len(shared.group())
    return start


def _groups(text: str, hits: Hits, local_names: tuple[str, ...]) -> list[tuple[int, int]]:
    """Leading groups and other working bodies: their name runs back to a function word."""
    found = []
    for hit in hits.of("group"):
        floor = max(0, hit.start - _GROUP_LIMIT)
        cut = _NAME_CUT.match(text, floor, hit.start)
        start = cut.end() if cut else floor
        name = text[start : hit.start]
        if not _GROUP_NAME.search(name):
            continue
        head = _head_start(text, start, hits, local_names) if start else start
        end = hit.end
        found.append((min(start, head), end))
    return found


def _select(text: str, candidates: list[tuple[int, int]], closed: list[tuple[int, int]]) -> list[Span]:
    """Non-overlapping spans, longer first among those that overlap, none in closed intervals."""
    spans: list[Span] = []
    last_end = 0
    c = 0
    for start, end in sorted(set(candidates), key=lambda i: (i[0], -i[1])):
        if start < last_end:
            if spans and end > last_end and start <= spans[-1].start:
                spans.pop()
            else:
                continue
        while c < len(closed) and closed[c][1] <= start:
            c += 1
        if c < len(closed) and closed[c][0] < end:
            continue
        if end - start < 2:
            continue
        spans.append(Span(start, end, "AGENCY"))
        last_end = end
    return spans
