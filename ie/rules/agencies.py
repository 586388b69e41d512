"""AGENCY spans: named party, state and public bodies, full or short, alone or in lists.

A body's name is built right to left: a core (教育局, 政府, 县委, 领导小组), then the level
or place before it (县, 如东县), then a shared head of a coordinated list (省、市政府).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ie.document import Span
from ie.rules.lexicon import Hits, either, region_before, topics


class _Core(NamedTuple):
    """The part of a name that says what body it is; some need a level or place before it."""

    start: int
    end: int
    needs_head: bool


def find_agencies(
    text: str, hits: Hits, places: tuple[str, ...], closed: list[tuple[int, int]]
) -> list[Span]:
    """AGENCY spans in text order.

    Args:
        text: the document's text.
        hits: the words found in it.
        places: names of places learnt from the document itself.
        closed: intervals where no agency is marked (document titles, channels' names).
    """
    candidates: list[tuple[int, int]] = []
    for core in _cores(text, hits):
        start = _head_start(text, core.start, places)
        if start is None or _POST.match(text, core.end):
            continue
        if start < core.start or not core.needs_head:
            candidates.append((start, core.end))
    candidates += _groups(text, hits, places)
    candidates += [m.span() for m in _LEVEL_BODY.finditer(text)]
    candidates += [m.span(1) for m in _UNLISTED.finditer(text) if not _NAME_CUT.match(m[1][1:-1])]
    return _select(candidates, closed)


def _cores(text: str, hits: Hits) -> Iterator[_Core]:
    for hit in hits.of("body"):
        yield _Core(hit.start, _tail_end(text, hit.end), False)
    for hit in hits.of("short"):
        word = hit.row[0]
        if word[-1] in "办委" and _VERB_AFTER.match(text, hit.end):
            continue
        yield _Core(hit.start, _tail_end(text, hit.end), word in _NEED_HEAD)
    yield from _departments(text, hits)
    yield from _governments(text)
    yield from _party_committees(text)


# 办 and 委 open verbs as often as they close names: 办理, 办结, 委托.
_VERB_AFTER = re.compile(r"[理法事好结员托派文]|公(?![示布开告])")
_NEED_HEAD = frozenset(
    (
        "法院", "检察院", "人民法院", "人民检察院", "团委", "工委", "信息中心", "科协", "文联",
        "党校", "管委会", "管理委员会", "经委", "体委",
    )
)  # fmt: skip
_POST = re.compile(r"副?(?:书记|主任|局长|部长)|常委(?!会)|秘书长|主席")
# What may follow a core and belong to its name.
_TAIL = re.compile(
    r"党组|党委|政务公开办公室|法制办公室|办公室|(?:编委)?办(?![理法事好结案税文公])|[(（]馆[)）]"
    r"|[\u4e00-\u9fff]{2,7}(?:支队|大队|总队)|[\u4e00-\u9fff]{2}科(?![技学研])|机关党委|信息中心|督查室"
)


def _tail_end(text: str, end: int) -> int:
    tail = _TAIL.match(text, end)
    return tail.end() if tail else end


_SUFFIX = re.compile(
    r"委员会办公室|委员会|办公厅|办公室|管理局|总局|分局|局|厅|总队|支队|大队|中心|总站|委(?![员托派任培])"
    r"|办(?![理法事公好结学实案件税文])|部(?![门分署委队级])|署(?!名)|院(?!务)|处(?![理罚室置分])"
    r"|所(?![有在以属需谓])|站(?![点式群])|社(?![会区保])|队(?!伍)|会(?![议上同展计])"
)
# These make a name only with a level or a place before the field: 县教育中心, not 教育中心.
_WEAK_SUFFIXES = frozenset(
    ("部", "处", "所", "站", "社", "院", "队", "会", "中心", "办公室", "办", "委员会", "署")
)
_FIELD_LENGTHS = range(2, 13)


def _departments(text: str, hits: Hits) -> Iterator[_Core]:
    """Cores made of fields of government and a suffix: 教育局, 文化广电和旅游局."""
    for hit in hits.of("topic"):
        suffix = _SUFFIX.match(text, hit.end)
        if suffix:
            weak = suffix.group() in _WEAK_SUFFIXES
            yield _Core(_fields_start(text, hit.start), _tail_end(text, suffix.end()), weak)


def _fields_start(text: str, start: int) -> int:
    """Where a run of fields begins that ends in the field at ``start``: 文化|广电|和|旅游."""
    while True:
        joint = start - 1 if start and text[start - 1] in "和与" else start
        longest = 0
        for end in {start, joint}:
            for length in _FIELD_LENGTHS:
                if end >= length and text[end - length : end] in topics():
                    longest = max(longest, start - end + length)
        if not longest:
            return start
        start -= longest


_GOVERNMENT = re.compile(r"(?:人民)?政府|行政公署|行署")
_OFFICE = (
    r"法制|应急|外事|侨务|外事侨务|金融|口岸|接待|信息公开|政府信息公开|政务公开|信息公开工作|政府信息公开工作|"
    r"电子政务|信访|信息化|信息化工作|督查|督办|优化"
)
_GOVERNMENT_TAIL = re.compile(
    r"(?:办公室|办公厅|办(?![理法事好结案税文公])|本级|新闻办公室|新闻办|研究室|督查室|驻[\u4e00-\u9fff]{2,4}办事处"
    rf"|(?:{_OFFICE})(?:管理|工作)?(?:领导小组)?(?:办公室|办(?![理法事])|局|中心|领导小组)"
    r"|信息中心|网络中心|政务(?:服务)?中心(?!任务|工作))+"
)
# 政府 before these says what something belongs to, not who acts: 政府信息, 政府网站.
_NOT_GOVERNMENT = re.compile(either("not_government"))
_ASSEMBLY = re.compile(
    r"(?:人大(?:常委会)?|政协)(?:办公室)?(?!代表|委员|建议|提案|议案|系统|主席|副主)"
)


def _governments(text: str) -> Iterator[_Core]:
    for m in _GOVERNMENT.finditer(text):
        tail = _GOVERNMENT_TAIL.match(text, m.end())
        if tail is None and _NOT_GOVERNMENT.match(text, m.end()):
            continue
        # 政府办公室 and 政府信息中心 are named bodies even with no level before them.
        named = tail is not None and tail.group() != "本级"
        yield _Core(m.start(), tail.end() if tail else m.end(), not named)
    for m in _ASSEMBLY.finditer(text):
        yield _Core(m.start(), m.end(), False)


_COMMITTEE = re.compile(
    r"(?<=[省市县区州旗盟镇乡])委(?![员托派任培])(?:办公室|办(?![理法事公])|组织部|宣传部|统战部|政法委|党校|政研室|老干部局"
    r"|机要局|农工办|编办|督查室|巡察办|网信办)?|(?<=[镇乡道局委厅])党委(?![办书副会])|(?<=街道)党?工委|党委办公室|党委办|党政办公室|党政办"
)


def _party_committees(text: str) -> Iterator[_Core]:
    for m in _COMMITTEE.finditer(text):
        yield _Core(m.start(), m.end(), m.group()[0] == "委" or m.group() == "党委")


_LEVELS = frozenset("省市县区州旗盟镇乡")
_LEVEL_WORDS = (
    "自治区", "自治州", "自治县", "街道", "国家", "中央",
    "高新区", "新区", "开发区", "管理区", "两级",
)  # fmt: skip
_LEVEL_PAIRS = frozenset(("区县", "市县", "县区", "县市", "乡镇"))
_LEVEL_IN_BRACKETS = re.compile(r"[省市县区州][(（][省市县区州旗][)）]\Z")
# 我县, 本局: the level is a pronoun's; 各县, 13县, 部分县: the phrase is generic.
_PRONOUNS = frozenset("我本该贵")
_QUANTIFIERS = frozenset("各每两几多跨外邻全个余")
_SHARED_HEAD = re.compile(
    r"(?<![各全部])(?:(?:国家|中央|[省市县区州镇乡盟旗]|自治区)(?:[(（][市区县旗][)）])?级?[、/])+\Z"
)


_HEAD_LIMIT = 30  # code points: 新疆维吾尔自治区伊犁哈萨克自治州 and a county make 20


def _head_start(text: str, core: int, places: tuple[str, ...]) -> int | None:
    """Where a name begins whose core begins at ``core``.

    ``core`` where it has no head, None where its head is generic: 各县教育局, 13县政府.
    """
    start = core
    while start > max(0, core - _HEAD_LIMIT):
        length = _head_part(text, start, start == core, places)
        if length is None:
            return None
        if not length:
            break
        start -= length
    if text.endswith("中共", 0, start):
        start -= 2
    if start < core and text[start] in _LEVELS:
        shared = _SHARED_HEAD.search(text[max(0, start - 12) : start])
        start -= len(shared.group()) if shared else 0
    return start


def _head_part(text: str, end: int, first: bool, places: tuple[str, ...]) -> int | None:
    """Length of the place or level that ends at ``end``; 0 for none, None for a generic one."""
    region = region_before(text, end)
    if region:
        return region
    names = (*places, *_LEVEL_WORDS)
    if text.endswith(names, 0, end):
        return next(len(name) for name in names if text.endswith(name, 0, end))
    if text[end - 1] in ")）":
        bracket = _LEVEL_IN_BRACKETS.search(text[max(0, end - 4) : end])
        if bracket and text[max(0, end - 5) : end - 4] in _QUANTIFIERS:
            return None
        return len(bracket.group()) if bracket else 0
    if text[end - 1] not in _LEVELS:
        return 0
    if not first and text[end] in _LEVELS and text[end - 1 : end + 1] not in _LEVEL_PAIRS:
        return 0
    before = text[end - 2 : end - 1] if end > 1 else ""
    if before in _PRONOUNS and before:
        return 0
    if (before and (before in _QUANTIFIERS or before.isdigit())) or text.endswith(
        "部分", 0, end - 1
    ):
        return None
    return 1


# A name starts after these: function words and verbs that never stand inside one.
_NAME_CUT = re.compile(rf".*(?:{either('agency_cut')}|[^\u4e00-\u9fff“”（）()])", re.DOTALL)
_GROUP_NAME = re.compile(
    r"公开|政务|信息|工作|保密|监督|审查|党务|推进|网站|建设|管理|协调|改革|服务|督查|考核|评议|应急|安全"
)
_GROUP_LIMIT = 24


def _groups(text: str, hits: Hits, places: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Leading groups and other working bodies: their name runs back to a function word."""
    for hit in hits.of("group"):
        floor = max(0, hit.start - _GROUP_LIMIT)
        cut = _NAME_CUT.match(text, floor, hit.start)
        start = cut.end() if cut else floor
        if _GROUP_NAME.search(text, start, hit.start):
            head = _head_start(text, start, places)
            yield min(start, start if head is None else head), hit.end


# 州级机关, 区属部门: named by level alone, a body only where it is the actor of a figure.
_LEVEL_BODY = re.compile(
    r"(?<=[，,；;：:、])[省市县区州镇](?:级|直|属)(?:部门|机关|单位)"
    r"(?=(?:累计|共|收到|填报|发布|公开|主动|受理|办理)*[^，,。；;、]{0,8}[0-9])"
)
# A body of a field that no table lists: level + name + suffix after a boundary.
_UNLISTED = re.compile(
    r"(?:(?<=[，,。；;：:、（(\s和与及由原经])|^)([省市县区州盟旗](?:[\u4e00-\u9fff]{2,10}?(?:局|中心(?!任务|工作)|委员会|领导小组)"
    r"|[\u4e00-\u9fff]{2,3}办(?![理法事公好结学实案件税文])))"
)


def _select(candidates: list[tuple[int, int]], closed: list[tuple[int, int]]) -> list[Span]:
    """Spans that do not overlap, the longest of those that begin alike, none in closed ones."""
    spans: list[Span] = []
    last_end = c = 0
    for start, end in sorted(set(candidates), key=lambda i: (i[0], -i[1])):
        while c < len(closed) and closed[c][1] <= start:
            c += 1
        if start < last_end or (c < len(closed) and closed[c][0] < end) or end - start < 2:
            continue
        spans.append(Span(start, end, "AGENCY"))
        last_end = end
    return spans
