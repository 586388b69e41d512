"""part_of by arithmetic: parts that add up exactly to a total, near it or sections away.

A total of the overview (公开642条) is split sections later (网站540条, 电视49条, 屏幕53条), far
beyond what any reader of sentences sees; and of two totals (受理1295件, 办结1191件) the one that
the parts add up to is theirs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from ie.document import Span

_SENTENCE_END: Final = re.compile("[。！？\n]")


_RECENT: Final = 6
"""The total of a list is one of so many counts before it."""

_TELLING: Final = 5
"""Two values that add up to less than this may do so by chance."""


def added_up(text: str, counts: Sequence[Span], parts: Mapping[Span, Span]) -> dict[Span, Span]:
    """part → total, corrected and completed where values near each other add up exactly.

    * Parts that do not add up to their total, but to another count shortly before them, are
      that one's.
    * Two or more counts of one unit that follow a count in its sentence and add up to it are
      its parts, if they are parts of nothing else.

    Args:
        text: of the document.
        counts: its COUNT spans, in text order.
        parts: what is known already.
    """
    found = dict(parts)
    place = {c: i for i, c in enumerate(counts)}
    lists: dict[Span, list[Span]] = {}
    for part, total in sorted(parts.items(), key=lambda p: p[0].start):
        lists.setdefault(total, []).append(part)
    for total, items in lists.items():
        added = _sum(items)
        if len(items) < 2 or added < _TELLING or _is(total, added):
            continue
        first = place[items[0]]
        for other in counts[max(0, first - _RECENT) : first]:
            if other not in items and other not in parts and _fits(other, items, added):
                found.update((item, other) for item in items)
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    for _, of_sentence in groupby(counts, lambda c: bisect_right(ends, c.start)):
        group = list(of_sentence)
        for i, total in enumerate(group):
            items = _adding_up(total, group[i + 1 :], found)
            found.update((item, total) for item in items)
    return found


def _adding_up(total: Span, following: list[Span], parts: Mapping[Span, Span]) -> list[Span]:
    """The counts right behind a total that add up to it; none where they do not."""
    items: list[Span] = []
    for count in following:
        if count.attrs.unit != total.attrs.unit or parts.get(count, total) != total:
            return []
        items.append(count)
        added = _sum(items)
        if len(items) > 1 and added >= _TELLING and _is(total, added):
            return items
        if added > (total.attrs.value or 0.0):
            return []
    return []


def _fits(total: Span, items: list[Span], added: float) -> bool:
    return _is(total, added) and all(i.attrs.unit == total.attrs.unit for i in items)


def _sum(items: Sequence[Span]) -> float:
    return round(sum(c.attrs.value or 0.0 for c in items), 4)


def _is(total: Span, value: float) -> bool:
    return abs((total.attrs.value or 0.0) - value) < 1e-6


def split_totals(
    text: str, counts: Sequence[Span], codes: Mapping[Span, str], parts: Mapping[Span, Span]
) -> dict[Span, Span]:
    """part → total, where values of one sentence add up exactly to an earlier one.

    The parts are two or more counts of one sentence that speak of one thing (disclosed,
    requests …) and are parts of nothing yet; the total is an earlier count of the same thing.

    Args:
        text: of the document.
        counts: its COUNT spans, in text order.
        codes: the indicator code of each.
        parts: what is known already.
    """
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    by_value: dict[tuple[str, float], Span] = {}
    found: dict[Span, Span] = {}
    free = [c for c in counts if c not in parts and codes[c] != "other"]
    for _, of_sentence in groupby(free, lambda c: bisect_right(ends, c.start)):
        group = list(of_sentence)
        topics = {_topic(codes[c]) for c in group}
        if len(group) > 1 and len(topics) == 1:
            added = _sum(group)
            total = by_value.get((topics.pop(), added))
            if total and all(c.attrs.unit == total.attrs.unit for c in group):
                found.update((c, total) for c in group)
        for c in group:
            by_value.setdefault((_topic(codes[c]), c.attrs.value or 0.0), c)
    return found


def _topic(code: str) -> str:
    return "requests" if code.startswith("requests") else code
