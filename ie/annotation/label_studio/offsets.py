"""Where regions lie in a document, when it is not known how their offsets were counted.

Label Studio shows ``\\r`` and ``\\n`` as a line end each and counts code points, so that its
offsets are ours. It did count UTF-16 units, other writers of results do so still, and some
normalise line ends first. So nothing is taken on trust: what a region says is its text must
stand where it says it lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

Place: TypeAlias = tuple[int, int]
"""A half-open interval of code points of the document."""


class Claim(NamedTuple):
    """What a region says: its text, and its half-open interval in offsets of some counting."""

    start: int
    end: int
    text: str


def places_of(text: str, claims: Mapping[str, Claim]) -> tuple[dict[str, Place], set[str]]:
    """The places of regions that were all counted in one way.

    That way is ours unless another fits more of the regions.

    Args:
        text: of the document.
        claims: the regions by name.

    Returns:
        The places of those whose text stands there, white space aside, and the names of
        those that ways which fit equally well put at different places.
    """
    readings = [_fitting(text, claims, indices) for indices in _countings(text)]
    most = max(map(len, readings))
    best = [reading for reading in readings if len(reading) == most]
    if len(readings[0]) == most or all(reading == best[0] for reading in best):
        return best[0], set()
    return {}, {name for reading in best for name in reading}


def _fitting(text: str, claims: Mapping[str, Claim], indices: dict[int, int]) -> dict[str, Place]:
    found = {}
    for name, claim in claims.items():
        start, end = indices.get(claim.start), indices.get(claim.end)
        if start is None or end is None or start >= end:
            continue
        if _letters(text[start:end]) == _letters(claim.text):
            found[name] = (start, end)
    return found


def _countings(text: str) -> list[dict[int, int]]:
    """Ways to count, ours first: offset → index of the code point that begins there."""
    ways = [{index: index for index in range(len(text) + 1)}]
    for wide, folded in ((True, False), (False, True), (True, True)):
        indices: dict[int, int] = {}
        offset = 0
        for index, character in enumerate(text):
            indices.setdefault(offset, index)
            if folded and text.startswith("\r\n", index):
                continue  # the two are one, and an offset before them lies before both
            offset += 2 if wide and ord(character) > 0xFFFF else 1
        indices.setdefault(offset, len(text))
        if indices not in ways:
            ways.append(indices)
    return ways


def _letters(text: str) -> str:
    """The text without white space, which the interface writes in ways of its own.

    It saves a line end as a backslash and an ``n``, and several spaces as one where a browser
    shows them so.
    """
    return "".join(text.replace("\\n", "").split())
