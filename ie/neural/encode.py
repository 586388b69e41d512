"""Windows as the integer arrays that the network takes; all alignment lives here.

The network stands on characters, whatever the tokenizer's pieces are: ``cover`` names, for
each character, the piece that covers it. Text is normalised one character to one before it is
tokenized, so that offsets hold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ie.document import Document
from ie.neural.windows import Window

Integers = NDArray[np.int64]

DEPTH: Final = 4  # places in a piece that are told apart: first, second, third, later
SPACE: Final = " "
_LINE_BREAK: Final = ord("\n")
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


def normal(character: str) -> str:
    """One character for one: full-width forms to ASCII, any white space to a space."""
    if character.isspace() or not character.isprintable():
        return SPACE
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


class _Normal(dict[int, int]):
    """Code point → that of its normal form; filled as characters turn up."""

    def __missing__(self, code: int) -> int:
        self[code] = found = ord(normal(chr(code)))
        return found


_NORMAL: Final = _Normal()


def normalized(text: str) -> str:
    """A text with every character in its normal form, see :func:`normal`."""
    return text.translate(_NORMAL)


def _codes(text: str) -> NDArray[np.uint32]:
    """(len(text),) the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


class Alphabet:
    """The characters that have a vector of their own.

    Args:
        characters: after :func:`normal`; line breaks are kept apart from spaces.
    """

    def __init__(self, characters: str) -> None:
        self.characters = characters
        known = _codes(characters)
        # Code point → id; the last place stands for all that lie beyond.
        self._ids = np.ones(int(known.max(initial=0)) + 2, dtype=np.int64)
        self._ids[known] = np.arange(2, len(characters) + 2)

    def __len__(self) -> int:
        return len(self.characters) + 2

    def ids(self, text: str) -> Integers:
        """(len(text),) the id of every character, 1 where it is unknown."""
        codes = np.where(_codes(text) == _LINE_BREAK, _LINE_BREAK, _codes(normalized(text)))
        ids: Integers = self._ids[np.minimum(codes, len(self._ids) - 1)]
        return ids


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
    pairs = [(normalized(w.path), normalized(document.text[w.start : w.end])) for w in windows]
    return [
        _align(encoding, w, alphabet.ids(document.text[w.start : w.end]))
        for encoding, w in zip(tokenizer.encode_batch(pairs), windows, strict=True)
    ]


def _align(encoding: Any, window: Window, characters: Integers) -> Encoded:
    length = window.end - window.start
    sequences = encoding.sequence_ids
    count = sequences.count(1)
    first = sequences.index(1) if count else 0
    starts, ends = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)[first:][:count].T
    if count > 1 and starts[0] == starts[1] == 0 and encoding.tokens[first] == PREFIX:
        # The mark that SentencePiece puts before a text is no part of its first character.
        first, starts, ends = first + 1, starts[1:], ends[1:]
    # A piece that begins within the character before it begins behind that.
    reached = np.maximum.accumulate(np.concatenate([[0], ends[:-1]]))[: len(starts)]
    starts = starts + ((starts < ends) & (reached > starts))
    sizes = np.maximum(ends - starts, 0)
    within = np.arange(sizes.sum()) - np.repeat(sizes.cumsum() - sizes, sizes)
    places = np.repeat(starts, sizes) + within
    cover = np.full(length, -1, dtype=np.int64)
    inside = np.zeros(length, dtype=np.int64)
    cover[places] = np.repeat(np.arange(first, first + len(starts)), sizes)
    inside[places] = np.minimum(within, DEPTH - 1)
    # A character that no piece covers (white space, for some tokenizers) takes the one before.
    last = np.maximum.accumulate(np.where(cover >= 0, np.arange(length), -1))
    cover[:] = np.where(last >= 0, cover[last], first)
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
