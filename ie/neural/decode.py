"""Out of logits, spans; out of spans, the pairs that may be related; out of both, annotations.

Dimensions in comments: W windows, C characters of a window, L labels, S spans, N pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ie.coordination import shared
from ie.document import Annotations, Attributes, Document, Relation, Span
from ie.figures import read_figure
from ie.labels import NUMERIC_LABELS
from ie.labels import RELATIONS as RELATION_TYPES
from ie.neural.vocabulary import (
    ATTRIBUTES,
    BEGIN,
    CODES,
    END,
    INSIDE,
    LABELS,
    OUTSIDE,
    RELATIONS,
    SINGLE,
    TYPES,
)
from ie.totals import added_up, split_totals

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

RANKS: Final = 7
"""A head looks at so many spans of a tail label before it, and at as many after it."""

REACH: Final = 200
"""The gap between the ends of a relation is at most so many characters."""

_GAPS: Final = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 54, 80, 120])
_BREAKS: Final = ("、", "，,:：", "；;", "。！？", "\n")

FEATURES: Final = {
    "relation": len(RELATIONS),
    "head": len(LABELS),
    "rank": 2 * RANKS,
    "gap": 2 * (len(_GAPS) + 1) + 1,
    "break": len(_BREAKS) + 1,
    "heads between": 4,
}
"""What is known of a pair besides its vectors → number of its values.

``relation``: the one type that its labels allow; ``head``: the head's label; ``rank``: how many
spans of the tail's label stand nearer on that side; ``gap``: characters between, signed,
logarithmic; ``break``: the strongest punctuation between; ``heads between``: how many spans of
the head's label stand between.
"""

_MEASURES_AT_LEAST: Final = 0.2
"""A figure measures something nearly always: its best phrase is taken above this."""

_ONE_TAIL: Final = frozenset({"part_of", "has_number"})


def viterbi(logits: Floats) -> NDArray[np.int8]:
    """The best legal tag sequences: begin, any inside, end; or single; or outside.

    Args:
        logits: (W, C, L, tags) in the order of :mod:`ie.neural.vocabulary`.

    Returns:
        (W, C, L) tags.
    """
    windows, length, labels, _ = logits.shape
    tags = np.zeros((windows, length, labels), dtype=np.int8)
    if not length:
        return tags
    steps = logits.transpose(1, 3, 0, 2).copy()  # C tags W L
    came_from = np.empty((length, 2, windows, labels), dtype=np.int8)  # from closed, from open
    score = steps[0]
    score[[INSIDE, END]] = -np.inf
    for at in range(1, length):
        closed, opened = score[_CLOSED], score[_OPEN]
        came_from[at, 0] = _CLOSED[closed.argmax(axis=0)]
        came_from[at, 1] = _OPEN[opened.argmax(axis=0)]
        free, within = closed.max(axis=0), opened.max(axis=0)
        score = steps[at]
        score[:INSIDE] += free
        score[INSIDE:SINGLE] += within
        score[SINGLE] += free
    tag = _CLOSED[score[_CLOSED].argmax(axis=0)]
    for at in range(length - 1, -1, -1):
        tags[:, at] = tag
        if at:
            goes_on = (tag == INSIDE) | (tag == END)
            tag = np.where(goes_on, came_from[at, 1], came_from[at, 0])
    return tags


_CLOSED: Final = np.array([OUTSIDE, END, SINGLE], dtype=np.int8)
"""After these a span may begin, and with these a window may end."""

_OPEN: Final = np.array([BEGIN, INSIDE], dtype=np.int8)
"""After these a span goes on."""


def greedy(logits: Floats) -> NDArray[np.int8]:
    """The best tag of each character by itself, legal or not."""
    tags: NDArray[np.int8] = logits.argmax(axis=-1).astype(np.int8)
    return tags


def tags_of(spans: Iterable[tuple[int, int, int]], length: int) -> Integers:
    """(length, labels): the tag sequences of spans (start, end, label number) of a text."""
    tags = np.full((length, len(LABELS)), OUTSIDE, dtype=np.int64)
    for start, end, label in spans:
        tags[start:end, label] = INSIDE
        tags[start, label] = BEGIN
        tags[end - 1, label] = END if end - start > 1 else SINGLE
    return tags


def runs(tags: NDArray[np.int8]) -> tuple[Integers, Integers, Integers, Integers]:
    """The spans of tag sequences: window, label, start and end, (S,) each.

    Of a sequence that is not legal every stretch that is not outside is a span, cut before a
    begin or single tag and behind an end or single one.
    """
    ordered = tags.transpose(0, 2, 1)  # W L C
    before = np.zeros_like(ordered)
    before[:, :, 1:] = ordered[:, :, :-1]
    within = ordered != OUTSIDE
    begins = within & (np.isin(before, (OUTSIDE, END, SINGLE)) | np.isin(ordered, (BEGIN, SINGLE)))
    window, label, start = np.nonzero(begins)
    # A span ends before the next character that begins one or is in none.
    length = ordered.shape[2]
    stops = np.where(begins | ~within, np.arange(length), length)
    following = np.full((*ordered.shape[:2], length + 1), length)
    following[:, :, :length] = np.minimum.accumulate(stops[:, :, ::-1], axis=2)[:, :, ::-1]
    return window, label, start, following[window, label, start + 1]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of spans that may be related: N of them.

    Args:
        head, tail: (N,) indices of the spans.
        features: (N, features) see :data:`FEATURES`.
    """

    head: Integers
    tail: Integers
    features: Integers


def candidates(text: str, spans: list[tuple[int, int, int]]) -> Pairs:
    """The pairs with legal labels that stand near enough.

    Args:
        text: the document's.
        spans: start, end and label number, in text order.
    """
    starts = np.array([s for s, _, _ in spans], dtype=np.int64)
    ends = np.array([e for _, e, _ in spans], dtype=np.int64)
    labels = np.array([k for _, _, k in spans], dtype=np.int64)
    breaks = _count_breaks(text)
    heads, tails, features = [], [], []
    for number, name in enumerate(RELATIONS):
        kind = RELATION_TYPES[name]
        tail = np.flatnonzero(np.isin(labels, [LABELS.index(k) for k in kind.tails]))
        for head_label in sorted(LABELS.index(k) for k in kind.heads):
            head = np.flatnonzero(labels == head_label)
            if not len(head) or not len(tail):
                continue
            first = np.searchsorted(starts[tail], starts[head])
            at = first[:, None] + np.arange(-RANKS, RANKS)  # heads, 2 RANKS
            rank = np.broadcast_to(np.arange(2 * RANKS), at.shape)
            h = np.broadcast_to(head[:, None], at.shape)
            inside = (at >= 0) & (at < len(tail))
            h, rank, t = h[inside], rank[inside], tail[at[inside]]
            after = starts[t] >= starts[h]
            gap = np.where(after, starts[t] - ends[h], starts[h] - ends[t])
            fits = (gap <= REACH) & (h != t)
            h, t, rank, after, gap = h[fits], t[fits], rank[fits], after[fits], gap[fits]
            low = np.where(after, ends[h], ends[t])
            high = np.maximum(np.where(after, starts[t], starts[h]), low)
            crossed = breaks[:, high] > breaks[:, low]  # breaks, N
            strongest = np.where(crossed, np.arange(1, len(_BREAKS) + 1)[:, None], 0).max(axis=0)
            bucket = np.searchsorted(_GAPS, np.maximum(gap, 0), side="right")
            signed = np.where(gap < 0, 0, np.where(after, 1 + bucket, 2 + len(_GAPS) + bucket))
            behind_head = np.searchsorted(starts[head], starts[h], side="right")
            between = np.where(
                after,
                np.searchsorted(starts[head], starts[t]) - behind_head,
                behind_head - 1 - np.searchsorted(starts[head], starts[t]),
            )
            columns = (
                np.full(len(h), number),
                labels[h],
                rank,
                signed,
                strongest,
                np.clip(between, 0, 3),
            )
            heads.append(h)
            tails.append(t)
            features.append(np.stack(columns, axis=1))
    if not heads:
        empty = np.zeros(0, dtype=np.int64)
        return Pairs(empty, empty, np.zeros((0, len(FEATURES)), dtype=np.int64))
    return Pairs(np.concatenate(heads), np.concatenate(tails), np.concatenate(features))


def _count_breaks(text: str) -> Integers:
    """(breaks, len(text) + 1): how often each kind of break stands before an offset."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    counts = np.zeros((len(_BREAKS), len(text) + 1), dtype=np.int64)
    for row, marks in zip(counts, _BREAKS, strict=True):
        np.cumsum(np.isin(codes, [ord(c) for c in marks]), out=row[1:])
    return counts


@dataclass(frozen=True, slots=True)
class Found:
    """The spans of one document before they are annotations.

    Args:
        places: start, end and label number of each of S spans, in text order.
        scores: (S,) how sure the tags are, 0 to 1.
        attributes: (S, attributes) mean logits.
    """

    places: list[tuple[int, int, int]]
    scores: Floats
    attributes: Floats


Link = tuple[int, int, int, float]
"""Two spans that are related: head, tail, number of the relation, and how likely it is."""


def assembled(document: Document, found: Found, links: list[Link]) -> Annotations:
    """Attributes and relations chosen; figures that cannot be read are left out.

    So are phrases that no figure measures and that state no zero: by the annotation guide an
    INDICATOR says what a figure counts.
    Where values add up exactly, that decides what is a part of what; see :mod:`ie.totals`. The
    members of an enumeration share their relations; see :mod:`ie.coordination`.

    Args:
        document: which was read.
        found: its spans.
        links: between them.
    """
    spans = [
        _span(document, place, float(score), row, int(code))
        for place, score, row, code in zip(
            found.places, found.scores, found.attributes, _codes(found, links), strict=True
        )
    ]
    relations = []
    for h, t, number, p in links:
        head, tail = spans[h], spans[t]
        if head is not None and tail is not None:
            relations.append(Relation(RELATIONS[number], head, tail, round(p, 4)))
    measured = {r.tail for r in relations if r.type == "measures"}
    kept = tuple(s for s in spans if s and (s.label != "INDICATOR" or s.is_zero or s in measured))
    relations = shared(document.text, kept, _with_sums(document.text, kept, relations))
    return Annotations(document, kept, tuple(relations))


def _with_sums(text: str, spans: Sequence[Span], relations: list[Relation]) -> list[Relation]:
    """The relations with every part_of that arithmetic puts right or adds."""
    said = {(r.head, r.tail): r for r in relations if r.type == "part_of"}
    counts = [s for s in spans if s.label == "COUNT"]
    codes = {c: c.attrs.indicator or "other" for c in counts}
    parts = added_up(text, counts, dict(said.keys()))
    parts |= split_totals(text, counts, codes, parts)
    others = [r for r in relations if r.type != "part_of"]
    return others + [said.get(p) or Relation("part_of", *p) for p in parts.items()]


def _codes(found: Found, links: list[Link]) -> Integers:
    """(S,) the likeliest code of each span; of a figure, together with what it measures.

    The phrase and the figure are two witnesses of one code: their log probabilities add up.
    """
    logits = found.attributes[:, : len(CODES)]
    total = logits - logits.max(axis=1, keepdims=True, initial=-np.inf)
    total = total - np.log(np.exp(total).sum(axis=1, keepdims=True))
    own = total.copy()
    measures = RELATIONS.index("measures")
    for h, t, number, _ in links:
        if number == measures:
            total[h] += own[t]
    codes: Integers = total.argmax(axis=1)
    return codes


def _span(
    document: Document, place: tuple[int, int, int], score: float, row: Floats, number_of_code: int
) -> Span | None:
    start, end, number = place
    label = LABELS[number]
    attributes: dict[str, Any] = {}
    code = CODES[number_of_code]
    if label in NUMERIC_LABELS:
        try:
            figure = read_figure(document.text[start:end], label)
        except ValueError:
            return None
        attributes = {"indicator": code, **figure._asdict()}
    elif label == "CHANNEL":
        kinds = row[len(CODES) : len(CODES) + len(TYPES)]
        attributes = {"type": TYPES[int(kinds.argmax())]}
    elif label == "INDICATOR" and row[ATTRIBUTES.index("stated")] > 0:
        attributes = {"indicator": code, "value": 0.0, "stated": "none"}
    return Span(start, end, label, Attributes(**attributes), round(score, 4))


def links_of(pairs: Pairs, logits: Floats) -> list[Link]:
    """Those of the pairs that are related.

    Args:
        pairs: candidates.
        logits: (N, relations) for them.
    """
    if not len(pairs.head):
        return []
    chosen = logits[np.arange(len(logits)), pairs.features[:, 0]]
    likely = 1 / (1 + np.exp(-chosen))
    best: dict[tuple[int, int], float] = {}
    numbers = pairs.features[:, 0].tolist()
    rows = list(
        zip(pairs.head.tolist(), pairs.tail.tolist(), numbers, likely.tolist(), strict=True)
    )
    for h, _, number, p in rows:
        best[h, number] = max(best.get((h, number), 0.0), p)
    links = []
    for h, t, number, p in rows:
        name, most = RELATIONS[number], best[h, number]
        enough = p > 0.5 or (name == "measures" and p > _MEASURES_AT_LEAST and p == most)
        if enough and not (name in _ONE_TAIL and p < most):
            links.append((h, t, number, p))
    return links
