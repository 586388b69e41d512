"""Sets of intervals, for the question whether a place is already taken."""

from __future__ import annotations

from bisect import bisect_right


class Intervals:
    """Sorted, non-overlapping half-open intervals that answer whether they touch another."""

    def __init__(self, intervals: list[tuple[int, int]]) -> None:
        self.intervals: list[tuple[int, int]] = []
        for start, end in sorted(intervals):
            if self.intervals and start < self.intervals[-1][1]:
                self.intervals[-1] = (self.intervals[-1][0], max(end, self.intervals[-1][1]))
            else:
                self.intervals.append((start, end))
        self._starts = [start for start, _ in self.intervals]

    def touch(self, start: int, end: int) -> bool:
        """Whether any interval overlaps ``[start, end)``."""
        i = bisect_right(self._starts, start) - 1
        if i >= 0 and self.intervals[i][1] > start:
            return True
        return i + 1 < len(self.intervals) and self.intervals[i + 1][0] < end
