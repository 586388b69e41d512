"""The indicator code of a counted phrase, from ``indicator_codes.tsv``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

import ahocorasick

from ie.rules.lexicon import read_table

Alternative = tuple[frozenset[str], frozenset[str]]
"""Words that must be there, words that must not."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; empty conditions always hold."""

    code: str
    phrase: tuple[Alternative, ...]
    context: tuple[Alternative, ...]
    units: frozenset[str]
    not_units: frozenset[str]
    sections: frozenset[str]
    wholes: frozenset[str]

    def fits(self, in_phrase: set[str], unit: str | None, section: str, whole: str) -> bool:
        """Whether every column of the row but its context holds."""
        return (
            (not self.units or unit in self.units or (unit is None and bool(self.phrase)))
            and unit not in self.not_units
            and (not self.sections or section in self.sections)
            and (not self.wholes or whole in self.wholes)
            and _holds(self.phrase, in_phrase)
        )


def _holds(alternatives: tuple[Alternative, ...], words: set[str]) -> bool:
    return not alternatives or any(
        need <= words and not never & words for need, never in alternatives
    )


def _alternatives(cell: str) -> tuple[Alternative, ...]:
    """``a&!b|c`` → its alternatives."""
    found = []
    for alternative in cell.split("|") if cell else []:
        words = alternative.split("&")
        need = frozenset(w for w in words if not w.startswith("!"))
        found.append((need, frozenset(w[1:] for w in words if w.startswith("!"))))
    return tuple(found)


class _Table:
    """The rows, the automaton over their words, and the rows that each word can decide."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.always: list[int] = []
        self.by_word: dict[str, list[int]] = defaultdict(list)
        self.words: Any = ahocorasick.Automaton()
        for i, (code, phrase, context, unit, section, whole) in enumerate(
            read_table("indicator_codes.tsv")
        ):
            units = unit.split("|") if unit else []
            forbidden = bool(units) and units[0].startswith("!")
            names = frozenset(u.lstrip("!") for u in units)
            row = Row(
                code,
                _alternatives(phrase),
                _alternatives(context),
                frozenset() if forbidden else names,
                names if forbidden else frozenset(),
                frozenset(section.split("|")) if section else frozenset(),
                frozenset(whole.split("|")) if whole else frozenset(),
            )
            self.rows.append(row)
            self._index(i, row)
        self.words.make_automaton()

    def _index(self, i: int, row: Row) -> None:
        for need, never in (*row.phrase, *row.context):
            for word in need | never:
                self.words.add_word(word, word)
        if not row.phrase:
            self.always.append(i)
        for need, _ in row.phrase:
            # One required word is enough to find the row: the longest is the rarest.
            self.by_word[max(need, key=len)].append(i)

    def find(self, text: str) -> set[str]:
        """The words of the table that stand in a text."""
        return {word for _, word in self.words.iter(text)}


@cache
def _table() -> _Table:
    return _Table()


def code_of(phrase: str, context: str, unit: str | None, section: str, whole: str = "") -> str:
    """The code of the first row that fits; ``other`` where none does.

    Args:
        phrase: the surface of the INDICATOR.
        context: its sentence.
        unit: of the number, empty where it has none; None where there is no number, in a
            stated zero: then a row's words decide alone.
        section: the kind of the section it stands in.
        whole: the code of the total that the number is a part of, empty where it is none.
    """
    table = _table()
    in_phrase = table.find(phrase)
    in_context: set[str] | None = None  # found only where a row asks for it
    candidates = set(table.always)
    for word in in_phrase:
        candidates.update(table.by_word.get(word, ()))
    for i in sorted(candidates):
        row = table.rows[i]
        if not row.fits(in_phrase, unit, section, whole):
            continue
        if row.context and in_context is None:
            in_context = table.find(context)
        if _holds(row.context, in_context or set()):
            return row.code
    return "other"
