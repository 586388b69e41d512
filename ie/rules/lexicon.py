"""One automaton over every word list of the rules: one pass finds all words of a document.

The lists are tables beside this file, so that a word can be added without reading code.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import ahocorasick


class Hit(NamedTuple):
    """A word of a list at ``[start, end)``, with the rest of its row."""

    start: int
    end: int
    row: tuple[str, ...]


class Hits:
    """The words of every list in one document, by list.

    Args:
        by_list: list name → its hits ordered by end, longer words first among equal ends.
    """

    def __init__(self, by_list: dict[str, list[Hit]]) -> None:
        self._by_list = by_list

    def of(self, name: str) -> list[Hit]:
        """All hits of a list, ordered by end."""
        return self._by_list.get(name, [])


def read_table(name: str) -> list[tuple[str, ...]]:
    """Rows of a tab-separated table of this package, without comments and the header."""
    text = resources.files("ie.rules").joinpath(name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(row) for row in csv.reader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE)]


@cache
def _patterns() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = defaultdict(list)
    for name, patterns in read_table("patterns.tsv"):
        lists[name] += patterns.split(" ")
    return lists


def either(name: str) -> str:
    """A regular expression, in a group, for any entry of a list of ``patterns.tsv``.

    Raises:
        KeyError: the table has no such list.
    """
    if name not in _patterns():
        raise KeyError(name)
    return f"(?:{'|'.join(_patterns()[name])})"


# 教育 is of interest before 局 or 委 only; most of its many mentions are not.
TOPIC_FOLLOWERS = frozenset("局委厅办部署处所站社院队会中总分管支大")


@cache
def topics() -> frozenset[str]:
    """The fields of government that open a department's name."""
    return frozenset(word for kind, word in read_table("agencies.tsv") if kind == "topic")


@cache
def _regions() -> tuple[frozenset[str], tuple[int, ...]]:
    """Names of provinces, cities and counties, and their lengths, longest first."""
    text = resources.files("ie.rules").joinpath("regions.txt").read_text(encoding="utf-8")
    names = frozenset(text.split())
    return names, tuple(sorted({len(name) for name in names}, reverse=True))


def region_before(text: str, end: int) -> int:
    """Length of the longest name of a region that ends at a position; 0 where none does.

    Looked up where a body's name may begin, not searched for in the whole text: three
    thousand names would make the automaton several times slower.
    """
    names, lengths = _regions()
    return next((n for n in lengths if n <= end and text[end - n : end] in names), 0)


@cache
def _automaton() -> Any:
    words: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for kind, word in read_table("agencies.tsv"):
        words[word].append((kind, (word,)))
    for word, type_, need in read_table("channels.tsv"):
        words[word].append(("channel", (word, type_, need)))
    automaton = ahocorasick.Automaton()
    for word, entries in words.items():
        automaton.add_word(word, (len(word), entries))
    automaton.make_automaton()
    return automaton


def find_words(text: str) -> Hits:
    """Every word of every list in the text, overlapping ones included, in linear time."""
    by_list: dict[str, list[Hit]] = defaultdict(list)
    length_of_text = len(text)
    for last, (length, entries) in _automaton().iter(text):
        end = last + 1
        if (
            entries[0][0] == "topic"
            and len(entries) == 1
            and (end == length_of_text or text[end] not in TOPIC_FOLLOWERS)
        ):
            continue
        for name, row in entries:
            by_list[name].append(Hit(end - length, end, row))
    return Hits(by_list)
