"""DOC_NUMBER and DOC_TITLE spans, and has_number between them.

A document number follows the format of 《党政机关公文格式》 (GB/T 9704-2012): issuer code,
year in 〔〕 and serial, 国办发〔2016〕19号; sites write every kind of bracket. Orders are
numbered 国务院令第492号 or 第492号令.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ie.document import Relation, Span
from ie.rules.intervals import Intervals

_OPEN, _CLOSE = r"〔\[［（(【﹝「〖〈<﹙", r"〕\]］）)】﹞」〗〉>﹚"
_HAN = r"\u4e00-\u9fff〇々"

_YEAR = r"(?:(?:19|20|１９|２０)[0-9０-９]{2}|二[〇零○OＯ0][〇零○OＯ0一二三四五六七八九]{2})"
NUMBER_CORE = re.compile(
    rf"[{_OPEN}]\s?{_YEAR}\s?年?\s?[{_CLOSE}]"
    r"\s?第?\s?(?:[0-9０-９]{1,5}(?:-[0-9]{1,3})?|[一二三四五六七八九十百零〇]{1,5})\s?号"
)
"""〔2013〕154号 with any brackets and odd spaces; the issuer code stands to its left."""

ORDER = re.compile(
    r"令\s?[（(〔\[]?\s?第?\s?[0-9０-９]{1,5}\s?号(?:[）)〕\]](?![0-9]))?|第\s?[0-9０-９]{1,5}\s?号令"
)

_CODE_LIMIT = 16
_CODE = re.compile(rf"[{_HAN}A-Za-z（）()]{{1,{_CODE_LIMIT}}}\s?\Z")
# Words that stand before an issuer code in running text and never inside one.
_CODE_CUT = re.compile(
    r".*(?:根据|按照|依照|依据|遵照|对照|以及|关于|印发|下发|转发|制发|出台|发布|文件|贯彻|落实|执行|符合|结合|"
    r"通知|意见|办法|要求|按|以|由|为|见|即|如|的|了|将|在|对|从|是|有|等|文号|编号|号|[（(）)](?!委|厅|市|县|办|党))",
    re.DOTALL,
)
_CODE_CONJUNCTION = re.compile(r".+[和与及]", re.DOTALL)
_ORDER_BODY = re.compile(rf"[{_HAN}]{{1,14}}\s?\Z")
_ORDER_CUT = re.compile(
    r".*(?:根据|按照|依照|依据|以及|贯彻|落实|执行|关于|发布|公布|遵照|见|依|按|据|的|年|号|和|与|即|以|为|由|了)",
    re.DOTALL,
)


def find_numbers(text: str) -> list[Span]:
    """DOC_NUMBER spans in text order, with the issuer code, without enclosing brackets."""
    spans = []
    last = 0
    for m in NUMBER_CORE.finditer(text):
        start = _code_start(text, max(last, m.start() - _CODE_LIMIT), m.start())
        if start is None:
            continue
        spans.append(Span(start, m.end(), "DOC_NUMBER"))
        last = m.end()
    spans += _orders(text, spans)
    return sorted(spans, key=lambda s: s.start)


def _code_start(text: str, floor: int, core: int) -> int | None:
    """Where the issuer code before the bracket at ``core`` begins; None where there is none."""
    code = _CODE.search(text[floor:core])
    if code is None:
        return None
    start = floor + code.start()
    cut = _CODE_CUT.match(text, start, core)
    if cut and cut.end() < core:
        start = cut.end()
    elif cut and text[core - 1] not in "发办函字令规":
        return None
    conjunction = _CODE_CONJUNCTION.match(text, start, core)
    # 和政发 is a real code (和政县); only a code that follows another name is cut.
    if conjunction and core - conjunction.end() >= 2 and conjunction.end() - start >= 3:
        start = conjunction.end()
    if text[start] in "和及与" and text[start - 1 : start] in ("》", "号", "）", ")"):
        start += 1
    while start < core and text[start] in "（()） ":
        start += 1
    return start if start < core and text[start:core].strip() not in _NO_CODE else None


_NO_CODE = frozenset(("公开", "主动公开", "文件", "报告", "通知", "意见"))


def _orders(text: str, taken: list[Span]) -> list[Span]:
    spans: list[Span] = []
    busy = Intervals([(s.start, s.end) for s in taken])
    last_end = 0
    for m in ORDER.finditer(text):
        body = _ORDER_BODY.search(text[max(0, m.start() - 14) : m.start()])
        if body is None:
            continue
        start = m.start() - (body.end() - body.start())
        cut = _ORDER_CUT.match(text, start, m.start())
        start = cut.end() if cut else start
        end = m.end()
        # 《条例》(国务院令第492号): the closing bracket belongs to the brackets around.
        if text[end - 1] in "）)〕]" and not re.search(r"[（(〔\[]", text[m.start() : end]):
            end -= 1
        start = max(start, last_end)
        if start < m.start() and not busy.touch(start, end):
            spans.append(Span(start, end, "DOC_NUMBER"))
            last_end = end
    return spans


@dataclass(frozen=True, slots=True)
class Quoted:
    """What one outermost pair of 《》 holds: ``[start, end)`` without the marks.

    ``close`` is the position after the closing mark, or ``end`` where it was never closed.
    """

    start: int
    end: int
    close: int


_MARK = re.compile(r"[《》]")
_UNCLOSED_LIMIT = 90
_UNCLOSED_END = re.compile(
    r"[（(〔\[【][^（(〔\[【》《]{0,12}[〔\[（(【]?(?:19|20)[0-9]{2}|[。；;!！\r\n《]"
)


def find_quoted(text: str) -> list[Quoted]:
    """Outermost 《》 pairs in text order: nested pairs inside, unclosed marks closed by sense.

    A 《 that is not closed within its sentence ends at the document number after it, if one
    follows; otherwise only what was closed counts. Linear in the length of the text.
    """
    found: list[Quoted] = []
    opened: list[int] = []
    last_close = -1
    for m in _MARK.finditer(text):
        position = m.start()
        if opened and (
            position - opened[0] > _UNCLOSED_LIMIT * 2
            or "。" in text[max(opened[-1], last_close) : position]
            or "\n" in text[max(opened[-1], last_close) : position]
        ):
            found += _give_up(text, opened[0], last_close)
            opened, last_close = [], -1
        if m.group() == "《":
            if len(opened) == 1 and NUMBER_CORE.search(text, opened[0], position):
                # 《…的通知（某办〔2018〕12号）和《…》: the first was never closed.
                found += _give_up(text, opened[0], -1)
                opened = []
            opened.append(position)
        elif len(opened) == 1:
            found.append(Quoted(opened[0] + 1, position, position + 1))
            opened, last_close = [], -1
        elif opened:
            opened.pop()
            last_close = position
    if opened:
        found += _give_up(text, opened[0], last_close)
    return [q for q in found if q.start < q.end]


_KIND = re.compile(r"的?(?:实施)?(?:通知|意见|办法|规定|方案|决定|公告|函|批复|细则)")


def _give_up(text: str, opened: int, last_close: int) -> list[Quoted]:
    """The best reading of a 《 that was never closed: up to the inner 》, or to its number."""
    if last_close > opened:
        # 《关于贯彻《条例》的通知 without its last mark ends with the kind of document.
        kind = _KIND.match(text, last_close + 1)
        if kind:
            return [Quoted(opened + 1, kind.end(), kind.end())]
        return [Quoted(opened + 1, last_close, last_close + 1)]
    m = _UNCLOSED_END.search(text, opened + 1, opened + 1 + _UNCLOSED_LIMIT)
    if m and m.group()[0] in "（(〔[【":
        return [Quoted(opened + 1, m.start(), m.start())]
    return []


_TRAILING_NUMBER = re.compile(r"\s?[（(〔\[【]?\s?\Z")


def find_titles(
    text: str, quoted: list[Quoted], numbers: list[Span]
) -> tuple[list[Span], list[Relation]]:
    """DOC_TITLE spans for quoted names, and has_number to the number printed with each.

    Args:
        text: the document's text.
        quoted: the pairs that hold document names, in text order.
        numbers: the DOC_NUMBER spans, in text order.

    Returns:
        The titles in text order and the relations. A number that stands inside the pair at
        its end (《…要点(吴政办〔2014〕81号)》) is cut off the title.
    """
    titles: list[Span] = []
    relations: list[Relation] = []
    n = 0
    for q in quoted:
        while n < len(numbers) and numbers[n].end <= q.start:
            n += 1
        end, number = q.end, None
        for candidate in numbers[n : n + 3]:
            if candidate.start < q.end and candidate.end >= q.end - 2:
                head = _TRAILING_NUMBER.search(text, q.start, candidate.start)
                end, number = (head.start() if head else candidate.start), candidate
            elif candidate.start >= q.close and _printed_with(text, q.close, candidate.start):
                number = candidate
            if number:
                break
        while end > q.start and text[end - 1].isspace():
            end -= 1
        start = q.start
        while start < end and text[start].isspace():
            start += 1
        if start == end:
            continue
        title = Span(start, end, "DOC_TITLE")
        titles.append(title)
        if number:
            relations.append(Relation("has_number", title, number))
    return titles, relations


def _printed_with(text: str, close: int, number: int) -> bool:
    """Whether only an opening bracket (and 以下简称… never) stands between title and number."""
    between = text[close:number].strip()
    if len(between) <= 5 and between[:1] in ("（", "("):
        return "《" not in between and "、" not in between
    return between in ("", "【", "〔", "[")


_ISSUE_VERB = re.compile(
    r"(?:制定|印发|下发|出台|发布|转发|颁布|颁发|制发|拟定|编制|研究|联合|共同|决定|了|并|先后|相继|已|又|也|"
    r"的|、|和|及|等|[，,]|\s|文件|起草|修订|实施|公布|代|拟|[年月日号0-9今当去])*\Z"
)
_HAS_VERB = re.compile(r"制定|印发|下发|出台|发布|转发|颁布|颁发|制发|的")
_ISSUE_WINDOW = 24


def find_issuers(text: str, heads: list[Span], agencies: list[Span]) -> list[Relation]:
    """issued_by: a body before the title with an issuing verb or a possessive between.

    The nearest agencies before the title are its issuers when nothing but issuing verbs,
    adverbs and list marks stands between; agencies coordinated with 、 share the act.
    """
    relations: list[Relation] = []
    a = 0
    for head in heads:
        while a < len(agencies) and agencies[a].end <= head.start:
            a += 1
        if not a:
            continue
        nearest = agencies[a - 1]
        if head.start - nearest.end > _ISSUE_WINDOW:
            continue
        between = text[nearest.end : head.start].rstrip('《〈<“"')
        # 市政府办公室《关于…的通知》: side by side says it as well as a verb does.
        if between.strip() and not (_HAS_VERB.search(between) and _ISSUE_VERB.fullmatch(between)):
            continue
        issuers = [nearest]
        for previous in reversed(agencies[max(0, a - 4) : a - 1]):
            if text[previous.end : issuers[-1].start].strip() not in ("、", "和", "与", "及"):
                break
            issuers.append(previous)
        relations += [Relation("issued_by", head, issuer) for issuer in reversed(issuers)]
    return relations
