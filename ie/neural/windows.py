"""A document as overlapping windows, cut without looking at any label.

A window ends at the end of a line or sentence where there is one, and begins a little before
the end of the one before it. Every character belongs to the *core* of exactly one window, so
that what the windows say can be put together again without loss.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from ie.document import Document

_BREAK: Final = re.compile(r"\n+|[。；！？;]|[，,、](?=[^\n])|[ 　]")
_STRENGTH: Final = {"\n": 3, "。": 2, "！": 2, "？": 2, "；": 2, ";": 2}


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a document as the network sees it.

    All offsets are code points into the text of the document; ``start <= core_start <
    core_end <= end``.

    Args:
        start, end: what the network reads.
        core_start, core_end: the part whose results count.
        path: the headings above it, outermost first, empty before the first heading.
        place: where in the document it starts, 0 to 9 in tenths of its length.
    """

    start: int
    end: int
    core_start: int
    core_end: int
    path: str
    place: int


def make_windows(document: Document, size: int, overlap: int, path: int) -> list[Window]:
    """Cut a document, which may be empty, into windows.

    Args:
        size: most characters of a window.
        overlap: about how many characters a window shares with the one before it.
        path: most characters of the heading path.
    """
    text = document.text
    bounds = list(_cuts(text, size, overlap))
    windows = []
    for i, (start, end) in enumerate(bounds):
        # Half of what two windows share counts as the first one's, half as the second one's.
        core_start = (start + bounds[i - 1][1]) // 2 if i else 0
        core_end = (bounds[i + 1][0] + end) // 2 if i + 1 < len(bounds) else len(text)
        place = min(9, start * 10 // max(1, len(text)))
        headings = _path(document, core_start, path)
        windows.append(Window(start, end, core_start, core_end, headings, place))
    return windows


def _cuts(text: str, size: int, overlap: int) -> list[tuple[int, int]]:
    breaks: dict[int, list[int]] = {1: [], 2: [], 3: []}  # strength → ends of breaks
    for m in _BREAK.finditer(text):
        for weaker in range(1, _STRENGTH.get(m.group()[0], 1) + 1):
            breaks[weaker].append(m.end())
    bounds = []
    start = 0
    while start < len(text):
        end = start + size
        if end < len(text):
            end = _last_break(breaks, start + size // 2, end)
        bounds.append((start, min(end, len(text))))
        if end >= len(text):
            break
        # However great the overlap, half of each window is new.
        low = max(end - overlap, (start + end + 1) // 2)
        start = _first_break(breaks, low, end)
    return bounds


def _last_break(breaks: dict[int, list[int]], low: int, high: int) -> int:
    """The strongest break in ``[low, high]``, the last one of its strength; else ``high``."""
    for strength in (3, 2, 1):
        i = bisect_right(breaks[strength], high) - 1
        if i >= 0 and breaks[strength][i] >= low:
            return breaks[strength][i]
    return high


def _first_break(breaks: dict[int, list[int]], low: int, high: int) -> int:
    """The first break in ``[low, high)`` after which something is left to share; else ``low``."""
    for strength in (2, 1):
        i = bisect_left(breaks[strength], low)
        if i < len(breaks[strength]) and breaks[strength][i] < high:
            return breaks[strength][i]
    return low


def _path(document: Document, offset: int, limit: int) -> str:
    sections = document.sections
    # Sections are in text order and nest, so those above an offset are found from behind.
    i = bisect_right(sections, offset, key=lambda s: s.start) - 1
    titles: list[str] = []
    level = 5
    while i >= 0 and level > 1:
        section = sections[i]
        if section.level < level:
            level = section.level
            if section.end > offset:
                titles.append(section.title)
        i -= 1
    share = limit // max(1, len(titles))
    return " ".join(title[:share] for title in reversed(titles))
