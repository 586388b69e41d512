"""Gold annotations as the targets of training, window by window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ie.document import Annotations, Span
from ie.labels import NUMERIC_LABELS
from ie.neural.decode import Pairs, candidates, tags_of
from ie.neural.vocabulary import CODES, LABELS, RELATIONS, TYPES
from ie.neural.windows import Window

Integers = NDArray[np.int64]

UNSAID: Final = -100
"""Target of what a span says nothing of; the losses pass it over."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What the network should say of one window of C characters, S spans and N pairs.

    Args:
        tags: (C, labels).
        spans: (S, 5) start and end in the window, code, channel type, and whether a zero is
            stated; :data:`UNSAID` where that is no question. Only spans that lie wholly in it.
        pairs: (N, 2) indices of spans, head and tail.
        features: (N, features), see :data:`ie.neural.decode.FEATURES`.
        related: (N,) 1 where gold has the relation that the labels allow.
    """

    tags: Integers
    spans: Integers
    pairs: Integers
    features: Integers
    related: Integers


def targets(gold: Annotations, windows: list[Window]) -> list[Targets]:
    """The targets of all windows of one document."""
    spans = gold.spans
    places = [(s.start, s.end, LABELS.index(s.label)) for s in spans]
    pairs = candidates(gold.document.text, places)
    number = {s.key: i for i, s in enumerate(spans)}
    gold_pairs = {
        (number[r.head.key], number[r.tail.key], RELATIONS.index(r.type)) for r in gold.relations
    }
    related = np.array(
        [
            (h, t, k) in gold_pairs
            for h, t, k in zip(pairs.head, pairs.tail, pairs.features[:, 0], strict=True)
        ],
        dtype=np.int64,
    )
    tags = tags_of(places, len(gold.document.text))
    measured = _measured(gold)
    rows = np.array([[s.start, s.end, *_attributes(s, measured)] for s in spans], dtype=np.int64)
    return [_cut(w, tags, rows.reshape(-1, 5), pairs, related) for w in windows]


def lost_relations(gold: Annotations) -> int:
    """How many gold relations join spans too far apart to be a candidate."""
    spans = gold.spans
    pairs = candidates(gold.document.text, [(s.start, s.end, LABELS.index(s.label)) for s in spans])
    near = {(spans[h].key, spans[t].key) for h, t in zip(pairs.head, pairs.tail, strict=True)}
    return sum((r.head.key, r.tail.key) not in near for r in gold.relations)


def _measured(gold: Annotations) -> dict[tuple[int, int, str], set[str]]:
    """INDICATOR → the codes of the figures that measure it."""
    codes: dict[tuple[int, int, str], set[str]] = {}
    for r in gold.relations:
        if r.type == "measures":
            codes.setdefault(r.tail.key, set()).add(r.head.attrs.indicator or "other")
    return codes


def _attributes(span: Span, measured: dict[tuple[int, int, str], set[str]]) -> tuple[int, int, int]:
    attrs = span.attrs
    code = None
    if span.label in NUMERIC_LABELS or span.is_zero:
        code = attrs.indicator or "other"
    elif len(of_its_figures := measured.get(span.key, set())) == 1:
        # A phrase by itself mostly tells what kind of figure it goes with.
        (code,) = of_its_figures
    return (
        CODES.index(code) if code else UNSAID,
        TYPES.index(attrs.type or "other") if span.label == "CHANNEL" else UNSAID,
        int(span.is_zero) if span.label == "INDICATOR" else UNSAID,
    )


def _cut(
    window: Window, tags: Integers, spans: Integers, pairs: Pairs, related: Integers
) -> Targets:
    inside = (spans[:, 0] >= window.start) & (spans[:, 1] <= window.end)
    index = np.cumsum(inside) - 1
    own = spans[inside]
    own[:, :2] -= window.start
    both = inside[pairs.head] & inside[pairs.tail] if len(pairs.head) else np.zeros(0, dtype=bool)
    ends = np.stack([index[pairs.head[both]], index[pairs.tail[both]]], axis=1)
    return Targets(tags[window.start : window.end], own, ends, pairs.features[both], related[both])
