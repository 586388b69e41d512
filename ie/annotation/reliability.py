"""Coefficients of reliability: how far two annotators agree beyond what chance would give.

Both are 1 for perfect agreement, 0 for what chance alone gives, and below 0 where
annotators systematically disagree.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

Category = TypeVar("Category", bound=Hashable)

Unit = tuple[int, int]
"""A half-open interval ``[start, end)`` of a continuum."""


def cohen_kappa(answers: Mapping[tuple[Category, Category], int]) -> float | None:
    """Kappa for two annotators who put the same items into nominal categories.

    Jacob Cohen: A Coefficient of Agreement for Nominal Scales. Educational and Psychological
    Measurement 20(1), 1960, 37–46.

    Args:
        answers: category by the first and by the second annotator → number of items.

    Returns:
        ``(p_o - p_e) / (1 - p_e)``; None where it is undefined: without items, or where both
        put all items into the same single category.
    """
    items = sum(answers.values())
    first: Counter[Category] = Counter()
    second: Counter[Category] = Counter()
    agreed = 0
    for (a, b), times in answers.items():
        first[a] += times
        second[b] += times
        agreed += times * (a == b)
    # In whole numbers, each probability times items², so that 1 - p_e is exactly 0 or not.
    expected = sum(times * second[category] for category, times in first.items())
    if expected == items * items:
        return None
    return (agreed * items - expected) / (items * items - expected)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Observed and expected disagreement about units of one kind, or of several."""

    observed: float
    expected: float

    def __add__(self, other: Disagreement) -> Disagreement:
        return Disagreement(self.observed + other.observed, self.expected + other.expected)

    @property
    def alpha(self) -> float | None:
        """Krippendorff's alpha; None where there are no units."""
        return 1 - self.observed / self.expected if self.expected else None


def unitised(a: Sequence[Unit], b: Sequence[Unit], length: int) -> Disagreement:
    """Disagreement of two annotators who mark units of one kind along a continuum.

    Its alpha is Krippendorff's for unitising, which unlike kappa over characters sees where
    units begin and end: two units side by side are not one long unit. The disagreements
    of several kinds of units on one continuum may be added, for the alpha of all.

    Klaus Krippendorff: On the Reliability of Unitizing Continuous Data. Sociological
    Methodology 25, 1995, 47–76; Content Analysis, 2nd edition, Sage 2004, chapter 11.
    Mathet, Widlöcher and Métivier (Computational Linguistics 41(3), 2015) compare it with
    others.

    Args:
        a: units of the first annotator, in order, none over another.
        b: units of the second, likewise.
        length: of the continuum, in the same measure as the units; they lie in [0, length).
    """
    if not a and not b:
        return Disagreement(0.0, 0.0)
    gaps = sorted(_gaps(a, length) + _gaps(b, length))
    sums = [0, *accumulate(gaps)]
    units = [end - start for start, end in (*a, *b)]
    expected = 0.0
    for unit in units:
        against_units = (len(units) - 1) * (2 * unit**3 - 3 * unit**2 + unit) / 3
        # In how many places of the gaps, of either annotator, the unit would fit.
        fits = bisect_left(gaps, unit)
        places = sums[-1] - sums[fits] - (len(gaps) - fits) * (unit - 1)
        expected += against_units + unit**2 * places
    pairs = 2 * length * (2 * length - 1) - sum(unit * (unit - 1) for unit in units)
    return Disagreement(_distance(a, b) / length**2, 2 * expected / length / pairs)


def _gaps(units: Sequence[Unit], length: int) -> list[int]:
    """The lengths of what lies before, between and after the units."""
    ends = [0, *(end for _, end in units)]
    starts = [*(start for start, _ in units), length]
    return [start - end for end, start in zip(ends, starts, strict=True) if start > end]


def _distance(a: Sequence[Unit], b: Sequence[Unit]) -> int:
    """Squared differences of the ends of overlapping units; squared lengths of lone ones."""
    total = i = j = 0
    lone_a, lone_b = set(a), set(b)
    while i < len(a) and j < len(b):
        (start_a, end_a), (start_b, end_b) = a[i], b[j]
        if start_a < end_b and start_b < end_a:
            total += (start_a - start_b) ** 2 + (end_a - end_b) ** 2
            lone_a.discard(a[i])
            lone_b.discard(b[j])
        if end_a <= end_b:
            i += 1
        else:
            j += 1
    return total + sum((end - start) ** 2 for start, end in (*lone_a, *lone_b))
