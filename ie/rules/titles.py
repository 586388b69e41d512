"""DOC_TITLE spans, and has_number between them and the numbers of :mod:`ie.doc_numbers`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ie.doc_numbers import NUMBER_CORE
from ie.document import Relation, Span


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
