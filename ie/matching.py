"""When something predicted is what the gold has: the rules beneath all scores and mistakes."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence

from ie.document import Annotations, Relation, Span
from ie.labels import NUMERIC_LABELS

ATTRIBUTES = {
    "indicator": NUMERIC_LABELS,
    "unit": NUMERIC_LABELS,
    "approx": NUMERIC_LABELS,
    "type": frozenset({"CHANNEL"}),
    "stated": frozenset({"INDICATOR"}),
}
"""Attribute → the labels on which it is scored; values have a measure of their own."""


def relation_key(r: Relation) -> tuple[Hashable, ...]:
    """What makes two relations equal: type and both ends, exactly."""
    return r.type, r.head.key, r.tail.key


def numbers_of(annotations: Annotations) -> list[Span]:
    """The COUNT and RATE spans."""
    return [s for s in annotations.spans if s.label in NUMERIC_LABELS]


def facts_of(annotations: Annotations) -> list[Span]:
    """The spans that become facts of the report: the numbers, and the zeros said in words."""
    return [s for s in annotations.spans if s.label in NUMERIC_LABELS or s.is_zero]


def is_coded(fact: Span) -> bool:
    """Whether a fact has a code that people look for: any but ``other``."""
    return fact.attrs.indicator not in (None, "other")


def same_value(a: Span, b: Span) -> bool:
    """Whether both have a value, equal to a relative 1e-9."""
    x, y = a.attrs.value, b.attrs.value
    return x is not None and y is not None and math.isclose(x, y, rel_tol=1e-9)


def same_fact(a: Span, b: Span) -> bool:
    """Whether value and indicator code are equal."""
    return same_value(a, b) and a.attrs.indicator == b.attrs.indicator


def pair(
    gold: Sequence[Span], predicted: Sequence[Span], agree: Callable[[Span, Span], bool]
) -> list[tuple[Span, Span]]:
    """One-to-one pairs of overlapping spans that agree; equal spans are paired first."""
    pairs: list[tuple[Span, Span]] = []
    left = list(gold)
    free = list(predicted)
    for exact in (True, False):
        rest = []
        for g in left:
            match = next(
                (
                    p
                    for p in free
                    if p.start < g.end
                    and g.start < p.end
                    and (not exact or (p.start, p.end) == (g.start, g.end))
                    and agree(g, p)
                ),
                None,
            )
            if match is None:
                rest.append(g)
            else:
                free.remove(match)
                pairs.append((g, match))
        left = rest
    return pairs
