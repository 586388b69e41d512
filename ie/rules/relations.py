"""part_of, via and by: within the clause, the sentence and lists after 其中."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ie.document import Relation, Span
from ie.rules.phrases import Marks, Phrase

_MARKER = re.compile(
    r"其中|包括|(?<![不已蕴内])含(?!有)|分别为|分为|[（(：:](?=[^0-9（(：:。]{0,30}$)|按[^，,。]{1,12}分|从[^，,。]{1,14}(?:看|来看|分)|在[^，,。]{2,16}(?:信息|申请|答复)中|按[^，,。]{1,14}(?:类别|形式|方式)"
)
_END_OF_LIST = re.compile(r"此外|另外|另有|同时|同比|[。！!？?\n]")
_FAMILY = {u: "item" for u in ("条", "件", "份", "篇", "个", "部", "则", "项", "期", "起", "宗", "例", "封", "批", "次", "件次", "场", "家", "县", "幅", "条次", "场次", "处", "所", "本", "集", "户", "类")}
_FAMILY |= {"人": "person", "人次": "person", "名": "person", "位": "person"}


def _family(number: Span) -> str:
    return _FAMILY.get(number.attrs.unit or "", number.attrs.unit or "")


def compatible(part: Span, total: Span) -> bool:
    """Whether a number can be a part of another: units of one family, not clearly larger."""
    same = _family(part) == _family(total) or not part.attrs.unit or not total.attrs.unit
    return same and (part.attrs.value or 0) <= (total.attrs.value or 0)


@dataclass(slots=True)
class _Open:
    """A total whose parts are being read."""

    total: Span
    left: float
    closes_at: int | None


def find_parts(text: str, phrases: list[Phrase]) -> dict[Span, Span]:
    """part → total for the counts of a document.

    A list opens where 其中, 包括, a colon or a bracket follows a total; its parts are the
    counts of the same kind up to the end of the sentence or of the bracket. A list that
    opens a sentence (其中,… / 在主动公开的信息中,…) belongs to the last total before it.
    """
    parts: dict[Span, Span] = {}
    stack: list[_Open] = []
    counts = [p for p in phrases if p.number.label == "COUNT"]
    for i, phrase in enumerate(counts):
        number = phrase.number
        previous = counts[i - 1] if i else None
        if previous is None:
            continue
        same_sentence = previous.sentence == phrase.sentence
        between = text[previous.number.end : number.start] if number.start - previous.number.end < 160 else "。"
        if not same_sentence:
            stack = []
            opener = text[phrase.sentence[0] : number.start]
            if re.match(r"\s*(?:其中|在[^，,。]{2,18}中[，,]|从[^，,。]{1,12}看|按[^，,。]{1,14}分)", opener) and len(between) < 60:
                total = _last_total(counts, i, parts)
                if total and compatible(number, total):
                    stack = [_Open(total, total.attrs.value or 0, None)]
        else:
            while stack and stack[-1].closes_at is not None and number.start >= (stack[-1].closes_at or 0):
                stack.pop()
            if _END_OF_LIST.search(between) and not re.search(r"其中|包括|[（(]含", between):
                stack = []
            marker = _MARKER.search(between)
            if marker and _opens(between, marker):
                bracket = _bracket(text, previous.number.end, number.start)
                target = previous.number
                if stack and marker.group() not in ("其中", "（", "(", "含", "包括") and not bracket:
                    target = stack[-1].total
                elif not stack and not marker.group().startswith(("其中", "（", "(", "含", "包括", "：", ":")):
                    target = _last_total(counts, i, parts) or target
                if compatible(number, target):
                    stack.append(_Open(target, target.attrs.value or 0, bracket))
        if not stack:
            continue
        while len(stack) > 1 and stack[-1].left <= 0:
            stack.pop()
        top = stack[-1]
        if not compatible(number, top.total):
            # 18754万余条 under 59242条: a figure out of scale is a part all the same.
            if _family(number) != _family(top.total) or not (number.attrs.value or 0) > 100 * (top.total.attrs.value or 1):
                continue
        parts[number] = top.total
        top.left -= number.attrs.value or 0
    _received_and_completed(text, counts, parts)
    return parts


def _opens(between: str, marker: re.Match[str]) -> bool:
    head = between[: marker.start()]
    if marker.group() in ("：", ":", "（", "("):
        return not head.strip("，, 的信息")
    return True


def _bracket(text: str, start: int, end: int) -> int | None:
    """Where the bracket that opens between two numbers closes, if one does."""
    m = re.search(r"[（(]", text[start:end])
    if not m or re.search(r"[）)]", text[start + m.end() : end]):
        return None
    depth = 1
    for k in range(start + m.end(), min(len(text), start + 400)):
        if text[k] in "（(":
            depth += 1
        elif text[k] in "）)":
            depth -= 1
            if not depth:
                return k
    return None


def _last_total(counts: list[Phrase], i: int, parts: dict[Span, Span]) -> Span | None:
    """The last count before the i-th that is no part, in its sentence or the two before."""
    for phrase in reversed(counts[max(0, i - 8) : i]):
        if phrase.number not in parts:
            return phrase.number
    return None


_RECEIVED = re.compile(r"收到|受理|接到|收办")
_COMPLETED = re.compile(r"办结|办理完毕|办复")


def _received_and_completed(text: str, counts: list[Phrase], parts: dict[Span, Span]) -> None:
    for a, b in zip(counts, counts[1:]):
        if b.number in parts or a.sentence != b.sentence or b.number.start - a.number.end > 24:
            continue
        first, second = text[a.start : a.end], text[b.start : b.end]
        if _RECEIVED.search(first) and _COMPLETED.search(second) and not _RECEIVED.search(second) and compatible(b.number, a.number):
            parts[b.number] = a.number


_PREPOSITION = re.compile(r"(?:通过|利用|依托|运用|借助|经由|经|在|从|以|由|结合|向|于|被)[^，,。；;]{0,14}$")
_VIA_CODES = frozenset(
    "disclosed visits followers letters hotline_calls responses interpretations cases_handled matters "
    "requests_received requests_online requests_letter requests_fax requests_in_person requests_answered "
    "normative_docs_disclosed normative_docs_made reading_points consultations surveys other proposals complaints".split()
)
_COORDINATE = re.compile(r"\s*[、和及与以]?(?:以及)?[”\"]?\s*")
_REACH = 110


def find_via(text: str, phrases: list[Phrase], codes: dict[Span, str], parts: dict[Span, Span], channels: Marks) -> list[Relation]:
    """via: the channel that is the subject or the means of a count's clause or sentence."""
    found: list[Relation] = []
    carried: tuple[tuple[int, int], list[Span]] | None = None
    for phrase in phrases:
        number = phrase.number
        if number.label != "COUNT" or codes.get(number) not in _VIA_CODES:
            continue
        floor = max(phrase.sentence[0], number.start - _REACH)
        before = [
            c for c in channels.between(floor, number.start)
            if not (c.start >= phrase.start and c.end <= phrase.end) or phrase.borrowed
        ]  # fmt: skip
        clause = max(text.rfind(m, phrase.sentence[0], min(phrase.start, number.start)) for m in "，,；;：:。（(")
        own = [c for c in before if c.start > clause]
        targets: list[Span] = []
        if own:
            targets = _coordinated(text, own[-1], before)
        elif number not in parts and before:
            nearest = before[-1]
            subject = text[max(phrase.sentence[0], nearest.start - 3) : nearest.start]
            starts_clause = not subject.strip() or subject[-1] in "，,；;。：:\n、与和" or subject.endswith(("过", "用", "托", "助"))
            if carried and carried[0] == phrase.sentence and carried[1][-1] == nearest or starts_clause or _PREPOSITION.search(text[floor : nearest.start]):
                targets = _coordinated(text, nearest, before)
        if targets:
            carried = (phrase.sentence, targets)
            found += [Relation("via", number, c) for c in targets]
    return found


def _coordinated(text: str, last: Span, before: list[Span]) -> list[Span]:
    targets = [last]
    for channel in reversed(before[: before.index(last)]):
        if not _COORDINATE.fullmatch(text[channel.end : targets[-1].start]):
            break
        targets.append(channel)
    return targets[::-1]


def find_by(text: str, phrases: list[Phrase], parts: dict[Span, Span], agencies: Marks) -> list[Relation]:
    """by: the body that opens the clause of a part, narrower than the reporter of the total."""
    found = []
    for phrase in phrases:
        number = phrase.number
        if number not in parts:
            continue
        begin = phrase.start if not phrase.borrowed and phrase.start < number.start and phrase.start != phrase.end else number.start
        agency = agencies.last_ending(max(phrase.sentence[0], begin - 14), begin)
        if agency and re.fullmatch(r"(?:累计|共|共计|收到|已|分别|发布|公开|：|:|\s)*", text[agency.end : begin]):
            found.append(Relation("by", number, agency))
    return found
