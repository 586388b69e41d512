"""Hard-wrapped text, as PDF converters leave it: rules read it with its lines joined.

The document is not altered: what is found in the joined text is carried back to the
offsets of the text as read, so that a span may hold a line break.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections import Counter

from ie.document import Annotations, Document, Relation, Span

_LINE = re.compile(r"[^\r\n]+")
_MIN_LINES = 8
_WIDTHS = range(16, 90)  # code points: narrower is a column of a table, wider a paragraph
_SHARE = 0.5
_SLACK = 0.85  # digits and Latin letters are narrower than characters, so lines vary
_SENTENCE_END = "。！？；：!?;:"


class Joined:
    """A text without the line breaks at ``breaks``, and the way back to its offsets.

    Args:
        text: the text as read.
        breaks: half-open intervals of line breaks within sentences, in text order.
    """

    def __init__(self, text: str, breaks: list[tuple[int, int]]) -> None:
        pieces, at = [], 0
        self._starts, self._shifts = [0], [0]
        length = removed = 0
        for start, end in breaks:
            pieces.append(text[at:start])
            length += start - at
            removed += end - start
            at = end
            self._starts.append(length)
            self._shifts.append(removed)
        self.text = "".join([*pieces, text[at:]])

    def original(self, start: int, end: int) -> tuple[int, int]:
        """``[start, end)`` of the joined text as an interval of the text as read."""
        return self._offset(start), self._offset(end - 1) + 1

    def _offset(self, position: int) -> int:
        return position + self._shifts[bisect_right(self._starts, position) - 1]


def join_wrapped(text: str) -> Joined | None:
    """The joined view of a hard-wrapped text; None for a text with whole paragraphs.

    Text is wrapped when most of its lines are about as long as each other and few of them
    end where a sentence does. Such a line runs on in the next, unless that is indented.
    """
    lines = [m.span() for m in _LINE.finditer(text)]
    if len(lines) < _MIN_LINES:
        return None
    lengths = Counter(end - start for start, end in lines)
    width = max((n for n, k in lengths.items() if n in _WIDTHS and k > 1), default=0)
    full = [(start, end) for start, end in lines if _SLACK * width <= end - start <= width]
    running = [end for _, end in full if text[end - 1] not in _SENTENCE_END]
    longer = sum(k for n, k in lengths.items() if n > width)
    if not width or len(running) < _SHARE * len(lines) or longer > len(lines) / 10:
        return None
    ends = set(running)
    breaks = [
        (a_end, b_start)
        for (_, a_end), (b_start, _) in itertools.pairwise(lines)
        if a_end in ends and not text[b_start].isspace() and b_start - a_end <= 2
    ]
    return Joined(text, breaks)


def carry_back(document: Document, joined: Joined, found: Annotations) -> Annotations:
    """What was found in the joined view, at the offsets of the document."""
    spans = {
        s.key: Span(*joined.original(s.start, s.end), s.label, s.attrs, s.score)
        for s in found.spans
    }
    relations = [
        Relation(r.type, spans[r.head.key], spans[r.tail.key], r.score) for r in found.relations
    ]
    return Annotations(document, tuple(spans.values()), tuple(relations))
