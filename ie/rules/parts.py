"""part_of: which count is a part of which total, in a list, a sentence or across sections."""

from __future__ import annotations

import itertools
import re

from ie.document import Span
from ie.rules.phrases import Phrase
from ie.rules.quantities import unit_of


def find_parts(text: str, phrases: list[Phrase]) -> dict[Span, Span]:
    """part → total for the counts of a document.

    A list opens where 其中, 包括, a colon or a bracket follows a total; its items are the
    counts of the same kind up to the end of the sentence or of the bracket. A list that opens
    a sentence (其中,… / 在主动公开的信息中,…) belongs to a total of the sentences before it.
    Counts that add up exactly to the count before them are its parts with no such word.
    """
    counts = [p for p in phrases if p.number.label == "COUNT"]
    parts = _Lists(text, counts).read()
    _exact_sums(text, counts, parts)
    _received_and_completed(text, counts, parts)
    return parts


_OPENER = re.compile(
    r"其中|包括|(?:当年|今年|本年度?|年内)新增|(?<![不已蕴内])含(?!有)|分别为|分为|按[^，,。]{1,12}分"
    r"|从[^，,。]{1,14}?(?:看|来看|分)[，,]|在[^，,。]{2,16}(?:信息|申请|答复)[中里]"
)
_DIRECT = ("其中", "包括", "含")
_STARTS_SENTENCE = re.compile(
    r"\s*(?:[（(]?[0-9一二三四五六七八九十]{1,2}[)）.．、])?"
    r"(?:其中|在[^，,。]{2,18}[中里][，,]|从[^，,。]{1,14}看|按[^，,。]{1,14}[看分]|(?:全部|所有)[^，,。]{2,8}信息中)"
)
_ENDS_LIST = re.compile(r"此外|另外|另有|同时|同比")
# 在已经答复的150件申请中，…: what follows are parts of the number itself.
_OF_THOSE = re.compile(r"[\u4e00-\u9fff]{0,8}中[，,]")
_COLON = re.compile(r"[\s的]*[：:]")
_BRACKET = re.compile(r"\s*[（(]")
_BRACKET_LIMIT = 400  # code points that a list in brackets may have
_GAP = 90  # code points between a total and a list that opens the next sentence
_RECENT = 6  # counts back that may be the total of a list


class _List:
    """The counts that follow an opener and the totals that they may belong to."""

    def __init__(self, totals: list[Span], closes_at: int) -> None:
        self.totals, self.closes_at = totals, closes_at
        self.items: list[Span] = []
        self.ends_at_semicolon: bool | None = None

    def total(self) -> Span:
        """The total whose value the items add up to; else the nearest before the list."""
        added = sum(_value(i) for i in self.items)
        exact = [t for t in self.totals if _equal(_value(t), added)]
        return exact[-1] if exact and len(self.items) > 1 else self.totals[-1]

    def takes(self, phrase: Phrase) -> bool:
        """Whether a count can be an item by its unit and size."""
        number = phrase.number
        total = max(self.totals, key=_value)
        if not _same_kind(number, total):
            return False
        if phrase.follows and number.attrs.unit != total.attrs.unit:
            return False
        if self.ends_at_semicolon is False:
            # After a semicolon another thing may follow: it is none where it goes too far.
            added = sum(_value(i) for i in self.items) + _value(number)
            if added > _value(total):
                return False
        # 18754万余条 under 59242条: a figure out of scale is a part all the same.
        return _value(number) <= _value(total) or _value(number) > 100 * _value(total)


class _Lists:
    """Reads the counts of a document in order, with the lists that are open at each."""

    def __init__(self, text: str, counts: list[Phrase]) -> None:
        self.text, self.counts = text, counts
        self.open: list[_List] = []
        self.parts: dict[Span, Span] = {}

    def read(self) -> dict[Span, Span]:
        """part → total."""
        for i in range(1, len(self.counts)):
            phrase, previous = self.counts[i], self.counts[i - 1]
            between = self._between(previous, phrase)
            if previous.sentence != phrase.sentence:
                self._close(0)
                opened = self._opened_by_sentence(i, between)
            else:
                self._close_finished(phrase.number, between)
                opened = self._opened_within(i, between)
            if opened:
                self.open.append(opened)
            if self.open and self.open[-1].takes(phrase):
                self.open[-1].items.append(phrase.number)
        self._close(0)
        return self.parts

    def _between(self, previous: Phrase, phrase: Phrase) -> str:
        """The text from one count to the phrase of the next, or to the next itself."""
        own = not phrase.borrowed and previous.number.end <= phrase.start < phrase.end
        end = min(phrase.number.start, phrase.start) if own else phrase.number.start
        return self.text[previous.number.end : end]

    def _close(self, keep: int) -> None:
        while len(self.open) > keep:
            done = self.open.pop()
            if done.items:
                total = done.total()
                self.parts.update((item, total) for item in done.items if item != total)

    def _close_finished(self, number: Span, between: str) -> None:
        while self.open and number.start >= self.open[-1].closes_at:
            self._close(len(self.open) - 1)
        if not self.open:
            return
        semicolon = "；" in between or ";" in between
        top = self.open[-1]
        if top.items and top.ends_at_semicolon is None:
            # The first separator of a list tells whether a semicolon divides or ends it.
            top.ends_at_semicolon = not semicolon
        elif semicolon and top.ends_at_semicolon:
            self._close(len(self.open) - 1)
        if _ENDS_LIST.search(between) and not _OPENER.search(between):
            self._close(0)

    def _opened_by_sentence(self, i: int, between: str) -> _List | None:
        begin, end = self.counts[i].sentence
        number = self.counts[i].number
        if len(between) >= _GAP or not _STARTS_SENTENCE.match(self.text, begin, number.start):
            return None
        totals = self._totals(i)
        if "新增" in self.text[begin : begin + 20]:
            # What is new this year is a part of the stock, and has parts of its own.
            recent = self.counts[max(0, i - _RECENT) : i]
            totals += [p.number for p in recent if "新增" in self.text[p.start : p.end]]
        return _List(totals, end) if totals else None

    def _opened_within(self, i: int, between: str) -> _List | None:
        """The list that opens between a count and the one before it, if one does."""
        number, previous = self.counts[i].number, self.counts[i - 1].number
        bracket = _bracket_end(self.text, previous.end, number.start)
        opener = _OPENER.search(between)
        word = opener.group() if opener else ""
        if not word and bracket and _BRACKET.match(between):
            return _List([previous], bracket) if _same_kind(number, previous) else None
        if _OF_THOSE.match(between) and _compatible(number, previous):
            return _List([previous], self.counts[i].sentence[1])
        if not word and not _COLON.match(between):
            return None
        if word in ("含", "包括") and not bracket and not _compatible(number, previous):
            return None
        totals = self._totals(i)
        if not word or word in _DIRECT:
            # The total stands right before the word, whatever else the sentence counts.
            begin = self.counts[i].sentence[0]
            totals = [t for t in totals if t.start >= begin]
            free = previous not in totals and previous not in self.parts
            if free or number.attrs.unit == previous.attrs.unit:
                totals = [t for t in totals if t != previous] + [previous]
        return _List(totals, bracket or self.counts[i].sentence[1]) if totals else None

    def _totals(self, i: int) -> list[Span]:
        """Counts shortly before the i-th that may be the total of a list, nearest last."""
        number = self.counts[i].number
        return [
            p.number
            for p in self.counts[max(0, i - _RECENT) : i]
            if p.number not in self.parts and _compatible(number, p.number) and not p.follows
        ]


def _value(number: Span) -> float:
    return number.attrs.value or 0.0


def _equal(a: float, b: float) -> bool:
    return abs(a - b) < 1e-6


def _same_kind(part: Span, total: Span) -> bool:
    a, b = unit_of(part), unit_of(total)
    return part.attrs.unit == total.attrs.unit or bool(a.families & b.families)


def _compatible(part: Span, total: Span) -> bool:
    """Whether a number may be a part of another by unit and size."""
    return _same_kind(part, total) and _value(part) <= _value(total)


def _bracket_end(text: str, start: int, end: int) -> int:
    """Where the bracket that opens between two numbers closes; 0 where none is open."""
    opened = max(text.rfind("（", start, end), text.rfind("(", start, end))
    if opened < 0 or text.find("）", opened, end) >= 0 or text.find(")", opened, end) >= 0:
        return 0
    closes = [k for k in (text.find(c, end, end + _BRACKET_LIMIT) for c in "）)") if k >= 0]
    return min(closes, default=0)


_TOPICS = re.compile(r"复议|诉讼|投诉|举报|申诉|建议|提案|申请")


def _one_topic(text: str, counts: list[Phrase], total: int, items: int) -> bool:
    """Whether no item names a topic that its total does not: 复议5件，诉讼3件，投诉2件."""
    spoken = [
        set(_TOPICS.findall(text[p.start : p.end])) for p in counts[total : total + items + 1]
    ]
    # A total that names no topic (信访件) may have parts of any.
    return not spoken[0] or all(topics <= spoken[0] for topics in spoken[1:])


def _exact_sums(text: str, counts: list[Phrase], parts: dict[Span, Span]) -> None:
    """Two or more counts that add up exactly to the count before them in their sentence."""
    for i, phrase in enumerate(counts):
        total, whole = phrase.number, _value(phrase.number)
        if whole < 2 or phrase.follows:
            continue
        added = 0.0
        items: list[Span] = []
        for later in counts[i + 1 : i + 12]:
            n = later.number
            if later.sentence != phrase.sentence or n in parts or n.attrs.unit != total.attrs.unit:
                break
            added += _value(n)
            items.append(n)
            if added >= whole:
                break
        if len(items) > 1 and _equal(added, whole) and _one_topic(text, counts, i, len(items)):
            parts.update((item, total) for item in items)


_RECEIVED = re.compile(r"收到|受理|接到|收办")
COMPLETED = re.compile(r"办结|办理完毕|办复|答复|回复")


def _received_and_completed(text: str, counts: list[Phrase], parts: dict[Span, Span]) -> None:
    for a, b in itertools.pairwise(counts):
        if b.number in parts or a.sentence != b.sentence or b.number.start - a.number.end > 24:
            continue
        first, second = text[a.start : a.end], text[b.start : b.end]
        pair = _RECEIVED.search(first) and COMPLETED.search(second) and not _RECEIVED.search(second)
        if pair and _compatible(b.number, a.number):
            parts[b.number] = a.number
