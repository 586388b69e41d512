"""What the annotation guide leaves no choice in: edges at brackets, and what may lie in what.

The network says where a span is; these rulings say how it ends at a quote, a bracket or a
title mark. They hold in every annotation, so they can only put right.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

from ie.neural.vocabulary import LABELS

Place = tuple[int, int, int]
"""Start, end and label number of a span."""

_PAIRS: Final = ("“”", "‘’", "（）", "()", "《》", "〈〉", "【】", "〔〕", "[]")
_TITLE: Final = LABELS.index("DOC_TITLE")
_NUMBER: Final = LABELS.index("DOC_NUMBER")
_CHANNEL: Final = LABELS.index("CHANNEL")
_NOT_IN_CHANNELS: Final = frozenset({LABELS.index("AGENCY"), LABELS.index("DATE")})
_BARE: Final = frozenset(("渠道", "平台", "载体", "媒体", "网络", "网站", "栏目"))
_FIGURES: Final = frozenset({LABELS.index("COUNT"), LABELS.index("RATE")})
_BEFORE: Final = re.compile(
    r"(?:大约|(?<![签预节契条公特合])约|(?<![最附新临靠将接])近|将近|接近|超过|(?<![反赶高])超|突破|多达|逾"
    r"|不足|不到|至少|不少于|不低于)\Z"
)
_AFTER: Final = re.compile("以上|以下|左右")
_FRAYED: Final = re.compile(r"[\s，。、；：,;:—-]")
_REACH: Final = 12
"""The other half of a pair is looked for so many characters beyond an edge."""


def balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Edges that cut no pair of quotes or brackets, and are no space or punctuation.

    A pair that encloses the whole span stays outside (“[在线访谈]”); one that encloses a part
    of it goes in ([“阳光村务”平台], [县档案局（馆）]).

    >>> balanced("开通“村务通”平台，", 3, 8), balanced("利用“在线访谈”等", 2, 7)
    ((2, 8), (3, 7))
    >>> balanced("利用“在线访谈”等", 2, 8)
    (3, 7)
    """
    start, end = _trimmed(text, start, end)
    for opening, closing in _PAIRS:
        if end - start > 2 and text[start] == opening and text[end - 1] == closing:
            within = text[start + 1 : end - 1]
            if opening not in within and closing not in within:
                start, end = start + 1, end - 1
        inside = text.count(opening, start, end) - text.count(closing, start, end)
        if inside > 0:
            partner = text.find(closing, end, end + _REACH)
            if text[start] == opening and partner in (-1, end):
                start += 1
            elif partner >= 0:
                end = partner + 1
        elif inside < 0:
            partner = text.rfind(opening, max(0, start - _REACH), start)
            if text[end - 1] == closing and partner in (-1, start - 1):
                end -= 1
            elif partner >= 0:
                start = partner
    return _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and _FRAYED.match(text[start]):
        start += 1
    while end > start and _FRAYED.match(text[end - 1]):
        end -= 1
    return start, end


def with_approximator(text: str, start: int, end: int) -> tuple[int, int]:
    """A figure with the approximator that stands directly before or after it.

    >>> with_approximator("达到近80%以上", 3, 6), with_approximator("签约80户", 2, 5)
    ((2, 8), (2, 5))
    """
    if before := _BEFORE.search(text, max(0, start - 4), start):
        start = before.start()
    if after := _AFTER.match(text, end):
        end = after.end()
    return start, end


def settled(
    text: str, places: Sequence[Place], marks: Sequence[tuple[int, int]] | None = None
) -> list[Place | None]:
    """Each place as the guide has it, or none where it has none.

    * No edge cuts a pair of brackets, see :func:`balanced`.
    * A figure has its approximator in it, see :func:`with_approximator`.
    * A DOC_TITLE fills its outermost 《》, unless a document number stands in them too.
    * Nothing but a document number is marked in a DOC_TITLE, and no AGENCY or DATE in a
      CHANNEL.
    * 平台, 网站, 媒体 and their like alone are no CHANNEL.

    Args:
        text: of the document.
        places: of its spans.
        marks: the text's :func:`title_marks`, if they are known.
    """
    marks = title_marks(text) if marks is None else marks
    numbers = sorted(p[0] for p in places if p[2] == _NUMBER)
    titles: set[Place] = set()
    found: list[Place | None] = []
    for start, end, label in places:
        if label == _NUMBER:
            found.append((start, end, label))
            continue
        if label == _TITLE:
            low, high = _enclosing(marks, start)
            numbered = bisect_left(numbers, low) < bisect_left(numbers, high)
            if low <= start and end <= high and not numbered:
                start, end = low, high
        else:
            start, end = balanced(text, start, end)
            if label in _FIGURES:
                start, end = with_approximator(text, start, end)
        place = (start, end, label)
        again = label == _TITLE and place in titles
        bare = label == _CHANNEL and text[start:end] in _BARE
        found.append(place if start < end and not again and not bare else None)
        if label == _TITLE:
            titles.add(place)
    in_titles = _Around(titles)
    in_channels = _Around([p for p in found if p and p[2] == _CHANNEL])
    return [p if p and _may_stand(p, in_titles, in_channels) else None for p in found]


def _may_stand(place: Place, titles: _Around, channels: _Around) -> bool:
    start, end, label = place
    if label not in (_TITLE, _NUMBER) and titles.hold(start, end):
        return False
    return not (label in _NOT_IN_CHANNELS and channels.hold(start, end))


class _Around:
    """Places that may hold others."""

    def __init__(self, places: Iterable[Place]) -> None:
        ordered = sorted(places)
        self._starts = [p[0] for p in ordered]
        self._reach = list(accumulate((p[1] for p in ordered), max))  # the furthest end so far

    def hold(self, start: int, end: int) -> bool:
        """Whether ``[start, end)`` lies within one of them."""
        i = bisect_right(self._starts, start) - 1
        return i >= 0 and end <= self._reach[i]


def title_marks(text: str) -> list[tuple[int, int]]:
    """What stands in each outermost 《》 of a line, as half-open intervals in text order."""
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for m in re.finditer("[《》\n]", text):
        if m.group() == "《":
            opened.append(m.end())
        elif m.group() == "\n":
            opened.clear()
        elif opened:
            start = opened.pop()
            if not opened:
                found.append((start, m.start()))
    return found


def _enclosing(marks: Sequence[tuple[int, int]], offset: int) -> tuple[int, int]:
    i = bisect_right(marks, offset, key=lambda m: m[0]) - 1
    return marks[i] if i >= 0 and offset < marks[i][1] else (offset, -1)
