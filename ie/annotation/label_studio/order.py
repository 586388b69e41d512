"""Which document to annotate next: where the model is least sure, and nothing twice.

Each time the document of the highest priority is taken: its uncertainty times its distance to
the nearest document that is annotated or taken already. So the second report written after one
template waits until others have had their turn, however unsure the model is of it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ie.document import Annotations, Document
from ie.errors import UsageError

LEAST_SURE: Final = 0.1
"""The share of spans that speaks for a document: most spans of any report are easy."""

FEWEST: Final = 5
"""Spans that speak for a document at least, so that one odd span of a short one does not."""

_GRAM: Final = 5  # characters: long enough to be a phrase of a template
_PERMUTATIONS: Final = 128  # the standard error of a distance is below 0.05
_PRIME: Final = np.uint64(2**31 - 1)  # products of two numbers below it fit into 64 bits

Signature = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document in its turn.

    Args:
        place: its index among the documents given.
        annotations: what the model found in it.
        uncertainty: 0 to 1, see :func:`uncertainty`.
        distance: 0 to 1, to the nearest document annotated or ranked before.
    """

    place: int
    annotations: Annotations
    uncertainty: float
    distance: float

    @property
    def priority(self) -> float:
        """0 to 1; it never rises along the ranking."""
        return self.uncertainty * self.distance


def order(
    documents: Iterable[Document],
    annotate: Callable[[Document], Annotations],
    annotated: Iterable[Document] = (),
) -> list[Ranked]:
    """All documents, the one most worth annotating first.

    Args:
        documents: not annotated yet.
        annotate: the model.
        annotated: what new documents should differ from.

    Raises:
        UsageError: the spans that were found have no scores.
    """
    found = [annotate(d) for d in documents]
    if not found:
        return []
    unsure = np.array([uncertainty(a) for a in found])
    signatures = np.stack([signature(a.document.text) for a in found])
    nearest: NDArray[np.float64] = np.ones(len(found))
    for document in annotated:
        nearest = np.minimum(nearest, _distances(signatures, signature(document.text)))
    ranked: list[Ranked] = []
    left = np.ones(len(found), dtype=bool)
    while left.any():
        best = int(np.where(left, unsure * nearest, -1.0).argmax())
        ranked.append(Ranked(best, found[best], float(unsure[best]), float(nearest[best])))
        left[best] = False
        nearest = np.minimum(nearest, _distances(signatures, signatures[best]))
    return ranked


def uncertainty(annotations: Annotations) -> float:
    """How unsure the model is of a document: the mean of 1 - score of its least sure spans.

    1 for a document in which nothing was found: a report without a single span is odd.

    Raises:
        UsageError: a span has no score.
    """
    scores = [s.score for s in annotations.spans if s.score is not None]
    if len(scores) < len(annotations.spans):
        raise UsageError("the extractor", "spans without scores", "one that knows how sure it is")
    if not scores:
        return 1.0
    worst = sorted(scores)[: max(FEWEST, round(LEAST_SURE * len(scores)))]
    return 1 - sum(worst) / len(worst)


def signature(text: str) -> Signature:
    """The MinHash of a text's five-character sequences, digits and spaces left out.

    Two signatures agree in about the share of places that is the Jaccard similarity of the
    two sets (Broder, On the resemblance and containment of documents, 1997). The figures of a
    template change from report to report and must not make two reports differ.
    """
    kept = re.sub(r"[\d\s]+", "", text)
    grams = {kept[i : i + _GRAM] for i in range(max(1, len(kept) - _GRAM + 1))}
    hashes = np.array([zlib.crc32(g.encode("utf-8", "surrogatepass")) for g in grams], np.uint64)
    # Not all permutations at once: a long text would take tens of megabytes.
    scrambled = ((hashes % _PRIME * a + b) % _PRIME for a, b in _FACTORS)
    return np.array([h.min() for h in scrambled], np.uint64)


def _factors() -> Sequence[tuple[np.uint64, np.uint64]]:
    drawn = np.random.default_rng(1997).integers(1, int(_PRIME), (_PERMUTATIONS, 2), np.uint64)
    return [(a, b) for a, b in drawn]


_FACTORS: Final = _factors()


def _distances(signatures: Signature, one: Signature) -> NDArray[np.float64]:
    """From each signature (documents, permutations) to one."""
    distances: NDArray[np.float64] = (signatures != one).mean(axis=1)
    return distances
