"""part_of by arithmetic: parts that add up exactly to a total, near it or sections away.

A total of the overview (公开642条) is split sections later (网站540条, 电视49条, 屏幕53条), far
beyond what any reader of sentences sees; and of two totals (受理1295件, 办结1191件) the one that
the parts add up to is theirs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Final

from ie.document import Span

_SENTENCE_END: Final = re.compile("[。！？\n]")

_RECENT: Final = 8
"""The total of a list is one of so many counts before it."""

_TELLING: Final = 5
"""Two values that add up to less than this may do so by chance."""

_MANY: Final = 3
_CERTAIN: Final = 50
"""So many that add up to so much do not do so by chance, even if a reader saw it otherwise."""

_PIECES: Final = frozenset("条件篇份则")
"""Units in which one and the same information is counted."""


def added_up(text: str, counts: Sequence[Span], parts: Mapping[Span, Span]) -> dict[Span, Span]:
    """part → total, corrected and completed where values near each other add up exactly.

    * Parts that do not add up to their total, but to another count shortly before them, are
      that one's.
    * Two or more counts that follow a count in its sentence and add up to it are its parts,
      if they are parts of nothing else, or of an earlier one that they do not add up to.
    * Three or more that follow one another in a sentence and add up to a count shortly before
      them are its parts, if they are parts of nothing else.

    Args:
        text: of the document.
        counts: its COUNT spans, in text order.
        parts: what is known already.
    """
    found = dict(parts)
    place = {c: i for i, c in enumerate(counts)}
    for total, items in _lists(parts).items():
        added = _sum(items)
        if len(items) < 2 or added < _TELLING or _is(total, added):
            continue
        first = place[items[0]]
        for other in counts[max(0, first - _RECENT) : first]:
            if other not in items and other not in parts and _fits(other, items, added):
                found.update((item, other) for item in items)
    loose = {t for t, items in _lists(found).items() if not _is(t, _sum(items))}
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    for _, of_sentence in groupby(counts, lambda c: bisect_right(ends, c.start)):
        group = list(of_sentence)
        for i, total in enumerate(group):
            items = _adding_up(total, group[i + 1 :], found, loose)
            found.update((item, total) for item in items)
        for i, count in enumerate(group):
            first = place[count]
            earlier = reversed(counts[max(0, first - _RECENT) : first])
            runs = ((total, _run(total, group[i:], found)) for total in earlier)
            total, items = next(((t, items) for t, items in runs if items), (count, []))
            found.update((item, total) for item in items)
    return found


def _run(total: Span, following: list[Span], parts: Mapping[Span, Span]) -> list[Span]:
    """The first of these counts, all free for the total, that add up to it; else none."""
    items: list[Span] = []
    for count in following:
        if count.attrs.unit != total.attrs.unit or parts.get(count, total) != total:
            return []
        items.append(count)
        added = _sum(items)
        if _is(total, added):
            return items if len(items) >= _MANY and added >= _CERTAIN else []
    return []


def _lists(parts: Mapping[Span, Span]) -> dict[Span, list[Span]]:
    """total → its parts, in text order."""
    lists: dict[Span, list[Span]] = {}
    for part, total in sorted(parts.items(), key=lambda p: p[0].start):
        lists.setdefault(total, []).append(part)
    return lists


def _adding_up(
    total: Span, following: list[Span], parts: Mapping[Span, Span], loose: Collection[Span]
) -> list[Span]:
    """The counts right behind a total that add up to it; none where they do not.

    A loose total, whose parts do not add up to it, gives up those that do to one behind it, and
    units may differ (6篇 of 86条), where the numbers are such that it is no chance.
    """
    items: list[Span] = []
    doubtful = False
    for count in following:
        of = parts.get(count, total)
        if of != total:
            doubtful = True
            if of not in loose or of.start > total.start or _is(of, total.attrs.value or 0.0):
                return []
        if count.attrs.unit != total.attrs.unit:
            doubtful = True
            if not {count.attrs.unit, total.attrs.unit} <= _PIECES:
                return []
        items.append(count)
        added = _sum(items)
        if _is(total, added):
            least, telling = (_MANY, _CERTAIN) if doubtful else (2, _TELLING)
            if len(items) >= least and added >= telling:
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
