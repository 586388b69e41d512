"""The indicator code of a counted phrase, from ``indicator_codes.tsv``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ie.rules.lexicon import read_table

Groups = tuple[tuple[bool, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: alternatives of required and forbidden words, units, sections."""

    code: str
    phrase: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    context: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    units: frozenset[str]
    not_units: frozenset[str]
    sections: frozenset[str]


def _alternatives(cell: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """``a&!b|c`` → each alternative as (words that must be there, words that must not)."""
    found = []
    for alternative in cell.split("|") if cell else []:
        words = alternative.split("&")
        found.append(
            (
                tuple(w for w in words if not w.startswith("!")),
                tuple(w[1:] for w in words if w.startswith("!")),
            )
        )
    return tuple(found)


@cache
def _rows() -> tuple[Row, ...]:
    rows = []
    for code, phrase, context, unit, section in read_table("indicator_codes.tsv"):
        units = unit.split("|") if unit else []
        forbidden = bool(units) and units[0].startswith("!")
        names = frozenset(u.lstrip("!") for u in units)
        rows.append(
            Row(
                code,
                _alternatives(phrase),
                _alternatives(context),
                frozenset() if forbidden else names,
                names if forbidden else frozenset(),
                frozenset(section.split("|")) if section else frozenset(),
            )
        )
    return tuple(rows)


def _fits(alternatives: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...], text: str) -> bool:
    return not alternatives or any(
        all(w in text for w in need) and not any(w in text for w in never)
        for need, never in alternatives
    )


def code_of(phrase: str, context: str, unit: str, section: str) -> str:
    """The code of the first row that fits; ``other`` where none does.

    Args:
        phrase: the surface of the INDICATOR.
        context: its sentence.
        unit: of the number, empty where it has none.
        section: the kind of the section it stands in.
    """
    for row in _rows():
        if row.units and unit not in row.units or unit in row.not_units:
            continue
        if row.sections and section not in row.sections:
            continue
        if _fits(row.phrase, phrase) and _fits(row.context, context):
            return row.code
    return "other"
