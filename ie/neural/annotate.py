"""A document through the network to its annotations, whatever runs the network.

Training measures itself with the code that predicts: both come through :func:`read`, one with
PyTorch beneath, the other with ONNX Runtime.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ie.doc_numbers import find_numbers
from ie.document import Annotations, Document
from ie.intervals import Intervals
from ie.neural.decode import (
    Floats,
    Found,
    Integers,
    Link,
    Pairs,
    assembled,
    candidates,
    greedy,
    links_of,
    runs,
    viterbi,
)
from ie.neural.edges import settled, title_marks
from ie.neural.encode import Alphabet, Encoded, collate, encode
from ie.neural.vocabulary import ATTRIBUTES, LABELS, OUTSIDE, TAGS
from ie.neural.windows import Window, make_windows

BATCH: Final = 32
"""Windows that are read and decoded at once."""

_NUMBERED: Final = re.compile(r"[0-9０-９].*号\Z", re.DOTALL)

PAIRS: Final = 8192
"""Pairs of spans that are judged at once."""


STRETCH: Final = 256
"""Windows after which what is known of single characters is forgotten: some 50,000 characters."""

_NOTHING: Final = np.where(np.arange(TAGS) == OUTSIDE, 0.0, -1e4).astype(np.float32)
"""Tag logits of what is not there."""


class Forward(Protocol):
    """What runs the network; arrays in, arrays out."""

    def windows(self, batch: dict[str, NDArray[Any]]) -> tuple[Floats, Floats, Floats]:
        """Logits of tags (W, C, labels, tags) and attributes (W, C, attributes), and vectors.

        The vectors, for pairs, are (W, C, pair); for the batch see :func:`~encode.collate`.
        What they are behind the end of a window is not said.
        """

    def pairs(self, head: Floats, tail: Floats, between: Floats, features: NDArray[Any]) -> Floats:
        """Relation logits (N, relations); see :class:`ie.neural.network.PairJudge`."""


@dataclass(frozen=True)
class Reader:
    """How documents become arrays.

    Args:
        tokenizer: of the encoder.
        alphabet: of the network.
        size, overlap, path: of the windows, in characters.
        padding: the piece id that fills a batch.
        constrained: decode with Viterbi; greedily where false.
    """

    tokenizer: Tokenizer
    alphabet: Alphabet
    size: int
    overlap: int
    path: int
    padding: int
    constrained: bool = True

    def windows(self, document: Document) -> list[Window]:
        """The windows of a document."""
        return make_windows(document, self.size, self.overlap, self.path)

    def encode(self, document: Document, windows: list[Window]) -> list[Encoded]:
        """The arrays of windows."""
        return encode(document, windows, self.tokenizer, self.alphabet)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What was found in a run of windows: spans in text order, and the links between them."""

    found: Found
    links: list[Link]


def read(document: Document, reader: Reader, forward: Forward) -> Annotations:
    """Annotate one document of any length.

    It goes through the network in stretches of :data:`STRETCH` windows, so that memory grows
    with the spans alone; a vector for each character of a text of ten million would fill five
    gigabytes. No relation crosses the border of two stretches, which no report that we know
    is long enough to have, unless arithmetic finds it.

    Windows of different documents are never batched together: what a network says of a window
    depends on its batch in the last digits, so that a report would depend on its neighbours.
    """
    windows = reader.windows(document)
    marks = title_marks(document.text)
    numbers = [(s.start, s.end) for s in find_numbers(document.text)]
    stretches = []
    for first in range(0, len(windows), STRETCH):
        part = windows[first : first + STRETCH]
        low, high = part[0].core_start, part[-1].core_end
        within = [n for n in numbers[bisect_left(numbers, (low,)) :] if n[0] < high]
        stretches.append(_read(document, part, within, marks, reader, forward))
    found, links = _joined(stretches)
    return assembled(document, found, links)


def _read(
    document: Document,
    windows: list[Window],
    numbers: list[tuple[int, int]],
    marks: list[tuple[int, int]],
    reader: Reader,
    forward: Forward,
) -> _Stretch:
    encoded = reader.encode(document, windows)
    places: list[tuple[int, int, int]] = []
    scores: list[float] = []
    attributes: list[Floats] = []
    origin, end_of_all = windows[0].core_start, windows[-1].core_end
    vectors: Floats | None = None  # (C, pair) of the characters of all cores
    for batch, results in _run(windows, encoded, reader, forward):
        tags, said, vector = results
        best = viterbi(tags) if reader.constrained else greedy(tags)
        sure = _certainty(tags, best)
        sums = np.concatenate([np.zeros_like(said[:, :1]), said.cumsum(axis=1)], axis=1)
        for w, label, start, end in zip(*map(np.ndarray.tolist, runs(best)), strict=True):
            window = batch[w]
            begin, stop = _trimmed(document.text, window.start + start, window.start + end)
            # A span is taken from the window in whose core its middle lies.
            if begin < stop and window.core_start <= (begin + stop) // 2 < window.core_end:
                places.append((begin, stop, label))
                scores.append(float(sure[w, start:end, label].mean()))
                attributes.append((sums[w, end] - sums[w, start]) / (end - start))
        if vectors is None:
            vectors = np.empty((end_of_all - origin, vector.shape[-1]), dtype=np.float32)
        for w, window in enumerate(batch):
            low, high = window.core_start - window.start, window.core_end - window.start
            vectors[window.core_start - origin : window.core_end - origin] = vector[w, low:high]
    found = _with_numbers(document.text, _ordered(places, scores, attributes), numbers)
    found = _settled(document.text, found, marks)
    if vectors is None or not found.places:
        return _Stretch(found, [])
    # Spans may reach over the edges of the stretch.
    low = min(origin, found.places[0][0])
    high = max(end_of_all, *(end for _, end, _ in found.places))
    pairs = candidates(document.text[low:high], [(s - low, e - low, k) for s, e, k in found.places])
    bounds = np.array([p[:2] for p in found.places]).clip(origin, end_of_all) - origin
    return _Stretch(found, links_of(pairs, _judge(bounds, pairs, vectors, forward)))


def _joined(stretches: list[_Stretch]) -> tuple[Found, list[Link]]:
    """All spans and links; of spans of one label that overlap at a border the first stays."""
    places: list[tuple[int, int, int]] = []
    scores: list[Floats] = [np.zeros(0, dtype=np.float32)]
    attributes: list[Floats] = [np.zeros((0, len(ATTRIBUTES)), dtype=np.float32)]
    links: list[Link] = []
    ends: dict[int, int] = {}  # label → end of its last span
    for stretch in stretches:
        numbers: dict[int, int] = {}  # of a span in its stretch → of all
        for i, place in enumerate(stretch.found.places):
            start, end, label = place
            if ends.get(label, 0) <= start:
                ends[label] = end
                numbers[i] = len(places)
                places.append(place)
        scores.append(stretch.found.scores[list(numbers)])
        attributes.append(stretch.found.attributes[list(numbers)])
        links += [
            (numbers[h], numbers[t], kind, p)
            for h, t, kind, p in stretch.links
            if h in numbers and t in numbers
        ]
    return Found(places, np.concatenate(scores), np.concatenate(attributes)), links


def _run(
    windows: list[Window], encoded: list[Encoded], reader: Reader, forward: Forward
) -> Iterator[tuple[list[Window], tuple[Floats, Floats, Floats]]]:
    # Windows of like length go together, so that little is padding.
    order = sorted(range(len(windows)), key=lambda i: len(encoded[i].pieces))
    for first in range(0, len(order), BATCH):
        chosen = order[first : first + BATCH]
        batch = collate([encoded[i] for i in chosen], reader.padding)
        tags, said, vector = forward.windows(batch)
        # What lies behind the end of a window says nothing.
        tags = np.where((batch["characters"] == 0)[:, :, None, None], _NOTHING, tags)
        yield [windows[i] for i in chosen], (tags, said, vector)


def _certainty(tags: Floats, best: NDArray[np.int8]) -> Floats:
    """(W, C, L) the probability of the chosen tags."""
    shifted = np.exp(tags - tags.max(axis=-1, keepdims=True))
    chosen = np.take_along_axis(shifted, best[..., None].astype(np.int64), axis=-1)[..., 0]
    certainty: Floats = chosen / shifted.sum(axis=-1)
    return certainty


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _ordered(
    places: list[tuple[int, int, int]], scores: list[float], attributes: list[Floats]
) -> Found:
    """In text order; of two windows' spans of one label that overlap, the surer one."""
    kept: list[int] = []
    last: dict[int, int] = {}  # label → position in ``kept`` of its last span
    for i in sorted(range(len(places)), key=places.__getitem__):
        start, _, label = places[i]
        before = last.get(label)
        if before is not None and places[kept[before]][1] > start:
            if scores[i] > scores[kept[before]]:
                kept[before] = i
            continue
        last[label] = len(kept)
        kept.append(i)
    kept.sort(key=places.__getitem__)
    rows = np.array([attributes[i] for i in kept], dtype=np.float32)
    return Found(
        [places[i] for i in kept],
        np.array([scores[i] for i in kept], dtype=np.float32),
        rows.reshape(-1, len(ATTRIBUTES)),
    )


def _with_numbers(text: str, found: Found, certain: list[tuple[int, int]]) -> Found:
    """Where the grammar of document numbers finds one, it stands; it is surer than any network.

    Elsewhere the network may name one of a form that the grammar lacks, if it is a number.
    """
    number = LABELS.index("DOC_NUMBER")
    taken = Intervals(certain)
    kept = [
        i
        for i, (start, end, label) in enumerate(found.places)
        if label != number or (_NUMBERED.search(text[start:end]) and not taken.touch(start, end))
    ]
    places = [found.places[i] for i in kept] + [(s, e, number) for s, e in certain]
    order = sorted(range(len(places)), key=places.__getitem__)
    scores = np.concatenate([found.scores[kept], np.ones(len(certain), dtype=np.float32)])
    blank = np.zeros((len(certain), len(ATTRIBUTES)), dtype=np.float32)
    attributes = np.concatenate([found.attributes[kept], blank])
    return Found([places[i] for i in order], scores[order], attributes[order])


def _settled(text: str, found: Found, marks: list[tuple[int, int]]) -> Found:
    rows = [(p, i) for i, p in enumerate(settled(text, found.places, marks)) if p]
    rows.sort()
    places: list[tuple[int, int, int]] = []
    kept: list[int] = []
    last: dict[int, int] = {}  # label → end of its last span
    for place, i in rows:
        start, end, label = place
        if last.get(label, 0) <= start:  # two may have grown into one
            places.append(place)
            kept.append(i)
            last[label] = end
    return Found(places, found.scores[kept], found.attributes[kept])


def _judge(bounds: Integers, pairs: Pairs, vectors: Floats, forward: Forward) -> Floats:
    """(N, relations) logits of pairs of spans, whose bounds (S, 2) count from the first vector."""
    if not len(pairs.head):
        return np.zeros((0, 0), dtype=np.float32)
    sums = np.zeros((len(vectors) + 1, vectors.shape[1]))
    np.cumsum(vectors, axis=0, dtype=np.float64, out=sums[1:])
    starts, ends = bounds.T
    own = mean_between(sums, starts, ends)
    logits = []
    for first in range(0, len(pairs.head), PAIRS):
        part = slice(first, first + PAIRS)
        head, tail = pairs.head[part], pairs.tail[part]
        between = mean_between(sums, *gaps(starts, ends, head, tail))
        logits.append(forward.pairs(own[head], own[tail], between, pairs.features[part]))
    return np.concatenate(logits)


def gaps(
    starts: NDArray[Any], ends: NDArray[Any], head: NDArray[Any], tail: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """(N,) each: where the text between two spans starts and ends; empty where they overlap."""
    low = np.minimum(ends[head], ends[tail])
    return low, np.maximum(low, np.maximum(starts[head], starts[tail]))


def mean_between(sums: NDArray[Any], starts: NDArray[Any], ends: NDArray[Any]) -> Floats:
    """(N, pair) mean vectors of intervals out of running sums; zeros for an empty one."""
    length = np.maximum(ends - starts, 1)[:, None]
    means: Floats = ((sums[ends] - sums[starts]) / length).astype(np.float32)
    return means
