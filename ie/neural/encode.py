"""Windows as the integer arrays that the network takes; all alignment lives here.

The network stands on characters, whatever the tokenizer's pieces are: ``cover`` names, for
each character, the piece that covers it. Text is normalised one character to one before it is
tokenized, so that offsets hold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ie.document import Document
from ie.neural.windows import Window

Integers = NDArray[np.int64]

DEPTH: Final = 4  # places in a piece that are told apart: first, second, third, later
SPACE: Final = " "
PREFIX: Final = "\u2581"
"""What SentencePiece writes for a space, and before every text."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One window of P pieces and C characters.

    Args:
        pieces: (P,) piece ids: start, heading path, separator, text, separator.
        cover: (C,) the index of the piece that covers each character.
        inside: (C,) the character's place in its piece, at most ``DEPTH - 1``.
        characters: (C,) character ids; 0 is padding and 1 any unknown character.
        place: where in the document the window starts, 0 to 9.
    """

    pieces: Integers
    cover: Integers
    inside: Integers
    characters: Integers
    place: int


@cache
def normal(character: str) -> str:
    """One character for one: full-width forms to ASCII, any white space to a space."""
    if character.isspace() or not character.isprintable():
        return SPACE
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


class Alphabet:
    """The characters that have a vector of their own.

    Args:
        characters: after :func:`normal`; line breaks are kept apart from spaces.
    """

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self._ids = {c: i for i, c in enumerate(characters, 2)}

    def __len__(self) -> int:
        return len(self.characters) + 2

    def ids(self, text: str) -> Integers:
        """(len(text),) the id of every character, 1 where it is unknown."""
        get = self._ids.get
        return np.array([get(c if c == "\n" else normal(c), 1) for c in text], dtype=np.int64)


def alphabet_of(texts: Sequence[str], least: int = 2) -> Alphabet:
    """The alphabet of the characters that occur at least so often in texts."""
    counts: dict[str, int] = {}
    for text in texts:
        for c in text:
            c = c if c == "\n" else normal(c)
            counts[c] = counts.get(c, 0) + 1
    return Alphabet("".join(sorted(c for c, n in counts.items() if n >= least)))


def encode(
    document: Document,
    windows: Sequence[Window],
    tokenizer: Tokenizer,
    alphabet: Alphabet,
) -> list[Encoded]:
    """Encode the windows of one document."""
    normalized = "".join(map(normal, document.text))
    pairs = [("".join(map(normal, w.path)), normalized[w.start : w.end]) for w in windows]
    characters = alphabet.ids(document.text)
    return [
        _align(encoding, w, characters[w.start : w.end])
        for encoding, w in zip(tokenizer.encode_batch(pairs), windows, strict=True)
    ]


def _align(encoding: Any, window: Window, characters: Integers) -> Encoded:
    length = window.end - window.start
    cover = np.full(length, -1, dtype=np.int64)
    inside = np.zeros(length, dtype=np.int64)
    of_text = [i for i, sequence in enumerate(encoding.sequence_ids) if sequence == 1]
    offsets = encoding.offsets
    if len(of_text) > 1 and offsets[of_text[0]][0] == offsets[of_text[1]][0] == 0:
        # The mark that SentencePiece puts before a text is no part of its first character.
        of_text = of_text[encoding.tokens[of_text[0]] == PREFIX :]
    for i in of_text:
        start, end = offsets[i]
        if i > of_text[0] and start < end and cover[start] >= 0:
            start += 1  # a piece that begins within the character before it
        cover[start:end] = i
        inside[start:end] = np.minimum(np.arange(end - start), DEPTH - 1)
    # A character that no piece covers (white space, for some tokenizers) takes the one before.
    first = of_text[0] if of_text else 0
    for at in np.flatnonzero(cover < 0):
        cover[at] = cover[at - 1] if at else first
    pieces = np.array(encoding.ids, dtype=np.int64)
    return Encoded(pieces, cover, inside, characters, window.place)


def collate(batch: Sequence[Encoded], padding: int) -> dict[str, Integers]:
    """Pad windows to one batch of B windows, P pieces and C characters.

    Returns:
        ``pieces`` and ``mask`` (B, P), ``cover``, ``inside`` and ``characters`` (B, C), and
        ``place`` (B,). Padding characters have the id 0 and the first piece.
    """
    characters = _padded([e.characters for e in batch], 0)
    pieces = _padded([e.pieces for e in batch], padding)
    lengths = np.array([len(e.pieces) for e in batch])
    return {
        "pieces": pieces,
        "mask": (np.arange(pieces.shape[1]) < lengths[:, None]).astype(np.int64),
        "cover": _padded([e.cover for e in batch], 0),
        "inside": _padded([e.inside for e in batch], 0),
        "characters": characters,
        "place": np.array([e.place for e in batch], dtype=np.int64),
    }


def _padded(rows: Sequence[Integers], value: int) -> Integers:
    out = np.full((len(rows), max(map(len, rows))), value, dtype=np.int64)
    for row, values in zip(out, rows, strict=True):
        row[: len(values)] = values
    return out
