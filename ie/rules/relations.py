"""part_of, via and by: within the clause, the sentence and lists after 其中."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ie.document import Relation, Span
from ie.labels import INDICATORS
from ie.rules.phrases import Marks, Phrase
from ie.rules.quantities import unit_of


def compatible(part: Span, total: Span) -> bool:
    """Whether a number may be a part of another by unit and size."""
    return _same_kind(part, total) and (part.attrs.value or 0) <= (total.attrs.value or 0)


def _same_kind(part: Span, total: Span) -> bool:
    a, b = unit_of(part), unit_of(total)
    return part.attrs.unit == total.attrs.unit or bool(a.families & b.families)


_OPENER = re.compile(
    r"其中|包括|(?:当年|今年|本年度?|年内)新增|(?<![不已蕴内])含(?!有)|分别为|分为|按[^，,。]{1,12}分|从[^，,。]{1,14}?(?:看|来看|分)[，,]|在[^，,。]{2,16}(?:信息|申请|答复)[中里]"
)
_STARTS_SENTENCE = re.compile(
    r"\s*(?:[（(]?[0-9一二三四五六七八九十]{1,2}[)）.．、])?(?:其中|在[^，,。]{2,18}[中里][，,]|从[^，,。]{1,14}看|按[^，,。]{1,14}看|按[^，,。]{1,14}分|(?:全部|所有)[^，,。]{2,8}信息中)"
)
_ENDS_LIST = re.compile(r"此外|另外|另有|同时|同比")
_BRACKET_LIMIT = 400


class _List:
    """The counts that follow an opener and the totals that they may belong to."""

    def __init__(self, totals: list[Span], closes_at: int) -> None:
        self.totals, self.closes_at = totals, closes_at
        self.items: list[Span] = []
        self.ends_at_semicolon: bool | None = None

    def total(self) -> Span:
        """The total whose value the items add up to; else the nearest before the list."""
        added = round(sum(i.attrs.value or 0 for i in self.items), 4)
        exact = [t for t in self.totals if abs((t.attrs.value or 0) - added) < 1e-6]
        return exact[-1] if exact and len(self.items) > 1 else self.totals[-1]


def find_parts(text: str, phrases: list[Phrase]) -> dict[Span, Span]:
    """part → total for the counts of a document.

    A list opens where 其中, 包括, a colon or a bracket follows a total; its items are the
    counts of the same kind up to the end of the sentence or of the bracket. A list that opens
    a sentence (其中,… / 在主动公开的信息中,…) belongs to a total of the sentences before it.
    Counts that add up exactly to the count before them are its parts with no such word.
    """
    counts = [p for p in phrases if p.number.label == "COUNT"]
    parts: dict[Span, Span] = {}
    stack: list[_List] = []

    def close(keep: int) -> None:
        while len(stack) > keep:
            done = stack.pop()
            if done.items:
                total = done.total()
                parts.update((item, total) for item in done.items if item != total)

    for i, phrase in enumerate(counts):
        if i == 0:
            continue
        number, previous = phrase.number, counts[i - 1]
        own = not phrase.borrowed and previous.number.end <= phrase.start < phrase.end
        gap_end = min(number.start, phrase.start) if own else number.start
        between = text[previous.number.end : max(gap_end, previous.number.end)]
        if previous.sentence != phrase.sentence:
            close(0)
            if len(between) < 90 and _STARTS_SENTENCE.match(text, phrase.sentence[0], number.start):
                totals = _totals(counts, i, number, parts)
                if totals:
                    stack.append(_List(totals, phrase.sentence[1]))
        else:
            _close_finished(stack, number, between, close)
            opened = _opened(text, counts, i, between, parts, stack)
            if opened:
                stack.append(opened)
        if stack and _joins(stack[-1], phrase, counts):
            stack[-1].items.append(number)
    close(0)
    _exact_sums(text, counts, parts)
    _received_and_completed(text, counts, parts)
    return parts


def _close_finished(stack: list[_List], number: Span, between: str, close: object) -> None:
    assert callable(close)
    while stack and number.start >= stack[-1].closes_at:
        close(len(stack) - 1)
    if not stack:
        return
    semicolon = "；" in between or ";" in between
    top = stack[-1]
    if top.items and top.ends_at_semicolon is None:
        # The first separator of a list tells whether a semicolon divides or ends it.
        top.ends_at_semicolon = not semicolon
    elif semicolon and top.ends_at_semicolon:
        close(len(stack) - 1)
    if stack and _ENDS_LIST.search(between) and not _OPENER.search(between):
        close(0)


def _opened(
    text: str,
    counts: list[Phrase],
    i: int,
    between: str,
    parts: dict[Span, Span],
    stack: list[_List],
) -> _List | None:
    """The list that opens between a count and the one before it, if one does."""
    number, previous = counts[i].number, counts[i - 1].number
    bracket = _bracket_end(text, previous.end, number.start)
    opener = _OPENER.search(between)
    colon = re.match(r"[\s的]*[：:]", between)
    if not (opener or colon or (bracket and re.match(r"\s*[（(]", between))):
        return None
    until = bracket or counts[i].sentence[1]
    if bracket and not opener:
        return _List([previous], until) if _same_kind(number, previous) else None
    if (
        opener
        and opener.group() in ("含", "包括")
        and not bracket
        and not compatible(number, previous)
    ):
        return None
    direct = opener is None or opener.group() in ("其中", "包括", "含")
    if direct:
        candidates = [
            c for c in _totals(counts, i, number, parts) if c.start >= counts[i].sentence[0]
        ]
        if (
            previous not in candidates and previous not in parts
        ) or number.attrs.unit == previous.attrs.unit:
            candidates = [c for c in candidates if c != previous] + [previous]
    else:
        candidates = _totals(counts, i, number, parts)
    return _List(candidates, until) if candidates else None


def _totals(counts: list[Phrase], i: int, number: Span, parts: dict[Span, Span]) -> list[Span]:
    """Counts shortly before the i-th that may be the total of a list, nearest last."""
    return [
        p.number
        for p in counts[max(0, i - 6) : i]
        if p.number not in parts and compatible(number, p.number) and not p.follows
    ]


def _bracket_end(text: str, start: int, end: int) -> int:
    """Where the bracket that opens between two numbers closes; 0 where none is open."""
    opened = max(text.rfind("（", start, end), text.rfind("(", start, end))
    if opened < 0 or text.find("）", opened, end) >= 0 or text.find(")", opened, end) >= 0:
        return 0
    closes = [k for k in (text.find(c, end, end + _BRACKET_LIMIT) for c in "）)") if k >= 0]
    return min(closes, default=0)


def _joins(open_list: _List, phrase: Phrase, counts: list[Phrase]) -> bool:
    number = phrase.number
    total = max(open_list.totals, key=lambda t: t.attrs.value or 0)
    if not _same_kind(number, total):
        return False
    if phrase.follows and number.attrs.unit != total.attrs.unit:
        return False
    value, whole = number.attrs.value or 0, total.attrs.value or 0
    # 18754万余条 under 59242条: a figure out of scale is a part all the same.
    return value <= whole or value > 100 * whole


_TOPICS = re.compile(r"复议|诉讼|投诉|举报|申诉|建议|提案|申请")


def _one_topic(text: str, counts: list[Phrase], total: int, items: int) -> bool:
    """Whether no item names a topic that its total does not: 复议5件，诉讼3件，投诉2件."""
    spoken = [
        set(_TOPICS.findall(text[p.start : p.end])) for p in counts[total : total + items + 1]
    ]
    return all(topics <= spoken[0] for topics in spoken[1:])


def _exact_sums(text: str, counts: list[Phrase], parts: dict[Span, Span]) -> None:
    """Two or more counts that add up exactly to the count before them in their sentence."""
    for i, phrase in enumerate(counts):
        total, whole = phrase.number, phrase.number.attrs.value or 0
        if whole < 2 or phrase.follows:
            continue
        added = 0.0
        items: list[Span] = []
        for later in counts[i + 1 : i + 12]:
            n = later.number
            if later.sentence != phrase.sentence or n in parts or n.attrs.unit != total.attrs.unit:
                break
            added += n.attrs.value or 0
            items.append(n)
            if added >= whole:
                break
        if len(items) > 1 and abs(added - whole) < 1e-6 and _one_topic(text, counts, i, len(items)):
            parts.update((item, total) for item in items)


def split_totals(phrases: list[Phrase], codes: dict[Span, str], parts: dict[Span, Span]) -> None:
    """Add parts whose total stands in another sentence or section: values that add up exactly.

    The parts are the counts of one sentence that speak of one thing (disclosed, requests …) and
    are parts of nothing yet; the total is an earlier count of the same thing.
    """
    by_value: dict[tuple[str, float], Span] = {}
    for group in _sentences_of_counts(phrases, codes, parts):
        topics = {_topic(codes[n]) for n in group}
        if len(group) > 1 and len(topics) == 1:
            added = round(sum(n.attrs.value or 0 for n in group), 4)
            total = by_value.get((topics.pop(), added))
            if total and all(_same_kind(n, total) for n in group):
                parts.update((n, total) for n in group)
        for n in group:
            by_value.setdefault((_topic(codes[n]), n.attrs.value or 0), n)


def _topic(code: str) -> str:
    return "requests" if code.startswith("requests") else code


def _sentences_of_counts(
    phrases: list[Phrase], codes: dict[Span, str], parts: dict[Span, Span]
) -> Iterator[list[Span]]:
    """The counts with a code of each sentence that are parts of nothing."""
    group: list[Span] = []
    sentence: tuple[int, int] | None = None
    for phrase in phrases:
        if phrase.sentence != sentence:
            if group:
                yield group
            group, sentence = [], phrase.sentence
        number = phrase.number
        if number.label == "COUNT" and number not in parts and codes[number] != "other":
            group.append(number)
    if group:
        yield group


_RECEIVED = re.compile(r"收到|受理|接到|收办")
_COMPLETED = re.compile(r"办结|办理完毕|办复|答复|回复")


def _received_and_completed(text: str, counts: list[Phrase], parts: dict[Span, Span]) -> None:
    for a, b in itertools.pairwise(counts):
        if b.number in parts or a.sentence != b.sentence or b.number.start - a.number.end > 24:
            continue
        first, second = text[a.start : a.end], text[b.start : b.end]
        pair = (
            _RECEIVED.search(first) and _COMPLETED.search(second) and not _RECEIVED.search(second)
        )
        if pair and compatible(b.number, a.number):
            parts[b.number] = a.number


_REQUESTS_VIA = (
    "requests_received", "requests_online", "requests_letter", "requests_fax",
    "requests_in_person", "requests_answered",
)  # fmt: skip
# Figures that never come through a channel: what became of requests, cases, staff, money.
_NO_VIA = frozenset(
    code
    for code in INDICATORS
    if code.startswith(("reviews", "lawsuits", "fees", "train", "meeting", "staff", "budget"))
    or (code.startswith("requests") and code not in _REQUESTS_VIA)
    or code in ("offices", "websites", "accounts", "normative_docs_repealed", "secrecy_incidents")
    or code in ("press_conferences", "interviews", "completion_rate", "satisfaction_rate")
)
# Figures that belong to a kind of channel wherever it was last spoken of.
_KINDS_OF = {
    "letters": ("mailbox",),
    "hotline_calls": ("hotline",),
    "followers": ("weibo", "wechat", "app", "other", "website"),
    "visits": ("website", "weibo", "wechat", "app"),
}
_MEANS = re.compile(
    r"(?:通过|利用|依托|运用|借助|经由|经|在|从|以|由|结合|向|于|开设|开通|创办|设立|推进|建立|完善|发挥)[^，,。；;]{0,16}\Z"
)
_COORDINATE = re.compile(r"[”\"》]?\s*(?:[、和及与以]|以及)?\s*[“\"《]?")
_REACH = 160


def find_via(
    text: str,
    phrases: list[Phrase],
    codes: dict[Span, str],
    parts: dict[Span, Span],
    channels: Marks,
) -> list[Relation]:
    """via: the channel that is the subject or the means of a count's clause or sentence."""
    found: list[Relation] = []
    carried: tuple[tuple[int, int], list[Span]] | None = None
    for phrase in phrases:
        number, code = phrase.number, codes.get(phrase.number, "other")
        if number.label != "COUNT" or code in _NO_VIA or _counts_no_item(phrase, code):
            continue
        completed = number in parts and bool(_COMPLETED.search(text, phrase.start, phrase.end))
        floor = max(phrase.sentence[0], number.start - _REACH)
        limit = (
            phrase.start if phrase.start < number.start and not phrase.borrowed else number.start
        )
        before = [c for c in channels.between(floor, number.start) if c.start < limit]
        if before and before[-1].end > limit and not phrase.borrowed:
            before = before[:-1] if before[-1].start >= phrase.start else before
        targets = _targets(
            text, phrase, code, limit, before, number in parts and not completed, carried
        )
        if not targets and not before and code in _KINDS_OF and number not in parts:
            nearby = [
                c
                for c in channels.between(max(0, number.start - 200), number.start)
                if c.attrs.type in _KINDS_OF[code] and c.start < limit
            ]
            targets = nearby[-1:]
        if not targets:
            continue
        kinds = _KINDS_OF.get(code)
        fitting = [c for c in targets if kinds and c.attrs.type in kinds]
        targets = fitting or targets
        carried = (phrase.sentence, targets)
        found += [Relation("via", number, c) for c in targets]
    return found


_ITEMS = frozenset(("件", "例", "条", "宗", "起", "份", "篇", "项"))
_PEOPLE = frozenset(("分", "位", "名", "台", "种"))


def _counts_no_item(phrase: Phrase, code: str) -> bool:
    """Whether a number measures or modifies instead of counting what came through a channel."""
    unit = unit_of(phrase.number)
    if unit.kind in ("time", "space", "money") or unit.surface in _PEOPLE:
        return True
    return code == "other" and phrase.follows and unit.surface not in _ITEMS


def _targets(
    text: str,
    phrase: Phrase,
    code: str,
    limit: int,
    before: list[Span],
    is_part: bool,
    carried: tuple[tuple[int, int], list[Span]] | None,
) -> list[Span]:
    floor = max(phrase.sentence[0], phrase.number.start - _REACH)
    clause = max(text.rfind(m, floor, limit) for m in "，,；;：:。（(")
    own = [c for c in before if c.end > clause]
    if own:
        return _coordinated(text, own[-1], before)
    if is_part:
        return []
    if carried and carried[0] == phrase.sentence and (not before or before[-1] in carried[1]):
        return carried[1]
    if not before:
        return []
    channel = before[-1]
    lead = text[max(phrase.sentence[0], channel.start - 18) : channel.start]
    opens = not lead.strip('“"《') or lead.rstrip('“"《')[-1] in "，,；;。：:\n、与和"
    if opens or (code != "other" and _MEANS.search(lead)):
        return _coordinated(text, channel, before)
    return []


def _coordinated(text: str, last: Span, before: list[Span]) -> list[Span]:
    targets = [last]
    for channel in reversed(before[: before.index(last)]):
        if not _COORDINATE.fullmatch(text[channel.end : targets[-1].start]):
            break
        targets.append(channel)
    return targets[::-1]


_BROAD = re.compile(r"(?:政府|政府办|办公室|办公厅|[省市县区州]委|国务院|党中央)\Z")
_HEADER = 160  # the title and source of a report, where the reporter is named


def _narrower(text: str, agency: Span) -> bool:
    """Whether a body is another than the reporter: a department that a county names."""
    surface = text[agency.start : agency.end]
    return not _BROAD.search(surface) and surface not in text[:_HEADER]


_ACTS = re.compile(
    r"(?:累计|共|共计|收到|已|分别|发布|公开|开展|下设|设有|对外|组织|编发|：|:|\s)*"
)


def find_by(
    text: str, phrases: list[Phrase], parts: dict[Span, Span], agencies: Marks
) -> list[Relation]:
    """by: the body that opens the clause of a part, narrower than the reporter of the total."""
    found = []
    for phrase in phrases:
        number = phrase.number
        own = not phrase.borrowed and phrase.start < min(number.start, phrase.end)
        begin = phrase.start if own else number.start
        agency = agencies.last_ending(max(phrase.sentence[0], begin - 14), begin)
        if agency and number not in parts and not _narrower(text, agency):
            continue
        if agency and re.fullmatch(
            r"(?:累计|共|共计|收到|已|分别|发布|公开|开展|下设|设有|对外|组织|编发|：|:|\s)*",
            text[agency.end : begin],
        ):
            found.append(Relation("by", number, agency))
    return found
