"""Annotations written as marked-up text, so that offsets are right by construction.

``[surface|LABEL …]`` marks a span; spans may nest. After the label come, divided by spaces:

- ``#id`` right behind the label names the span;
- a bare word is an indicator code (of a COUNT, RATE or stated zero) or a channel type;
- ``none`` makes an INDICATOR a zero said in words;
- ``key=value`` sets any attribute; the value, unit and approximator of a figure are read
  from its surface unless they are given;
- ``relation>`` points to the next span with a legal label, ``relation<`` to the one before,
  ``relation:id`` to a named one.

A backslash lets the next character stand for itself. Labels and relations have short forms:
C R N T A H I D for COUNT RATE DOC_NUMBER DOC_TITLE AGENCY CHANNEL INDICATOR DATE, and
m via by of no from for measures via by part_of has_number issued_by.

>>> a = parse_markup("公开[信息|I][5条|C disclosed m<]。")
>>> a.document.text, a.relations[0].type, a.of("COUNT")[0].attrs.value
('公开信息5条。', 'measures', 5.0)
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, Final

from ie.document import Annotations, Attributes, Document, Relation, Span
from ie.errors import AnnotationError, IeError
from ie.figures import read_figure
from ie.labels import CHANNEL_TYPES, INDICATORS, NUMERIC_LABELS, RELATIONS, SPAN_LABELS

LABELS: Final = {
    "C": "COUNT",
    "R": "RATE",
    "N": "DOC_NUMBER",
    "T": "DOC_TITLE",
    "A": "AGENCY",
    "H": "CHANNEL",
    "I": "INDICATOR",
    "D": "DATE",
}
"""Short form → label."""

RELATION_NAMES: Final = {
    "m": "measures",
    "via": "via",
    "by": "by",
    "of": "part_of",
    "no": "has_number",
    "from": "issued_by",
}
"""Short form → relation."""

_LINK: Final = re.compile(r"([a-z_]+)(?:([<>])|:(\S+))")


@dataclass(slots=True)
class _Tag:
    """A span as written, before its attributes and links are understood."""

    start: int
    end: int
    words: list[str]
    span: Span | None = None
    links: list[tuple[str, str]] = field(default_factory=list)  # relation, "<", ">" or an id


def parse_markup(markup: str, name: str = "markup") -> Annotations:
    """The document and the annotations that a marked-up text says.

    Raises:
        AnnotationError: brackets that do not close, an unknown word in a tag, a link that
            leads nowhere or to an illegal end, or a figure that cannot be read. It names
            the line of the mark-up.
    """
    text, tags = _scan(markup, name)
    document = Document(text, name=name)
    named: dict[str, Span] = {}
    for tag in tags:
        here = _place(document, tag)
        try:
            span_id = _understand(document, tag)
        except IeError as error:
            raise AnnotationError(here, f"{error.where}: {error.found}", error.expected) from error
        if span_id in named:
            raise AnnotationError(here, f"#{span_id} a second time", "an id of its own")
        if span_id and tag.span:
            named[span_id] = tag.span
    spans = [tag.span for tag in tags if tag.span]
    relations = []
    for tag in tags:
        for kind, target in tag.links:
            here = _place(document, tag)
            tail = named.get(target) if target not in "<>" else _nearest(tag, kind, target, spans)
            if tail is None:
                raise AnnotationError(here, f"{kind} → {target}", "a span to lead to")
            try:
                relations.append(Relation(kind, tag.span, tail))  # type: ignore[arg-type]
            except AnnotationError as error:
                raise AnnotationError(here, error.found, error.expected) from error
    return Annotations(document, tuple(spans), tuple(relations))


def _scan(markup: str, name: str) -> tuple[str, list[_Tag]]:
    text: list[str] = []
    opened: list[int] = []
    tags: list[_Tag] = []
    i = 0
    while i < len(markup):
        c = markup[i]
        if c == "\\" and i + 1 < len(markup):
            i += 1
            text.append(markup[i])
        elif c == "[":
            opened.append(len(text))
        elif c == "|" and opened:
            close = markup.find("]", i)
            if close < 0 or opened[-1] == len(text):
                raise AnnotationError(_line(name, markup, i), "a tag", "[text|LABEL …]")
            tags.append(_Tag(opened.pop(), len(text), markup[i + 1 : close].split()))
            i = close
        elif c == "]":
            raise AnnotationError(_line(name, markup, i), "] with no tag", "[text|LABEL …] or \\]")
        else:
            text.append(c)
        i += 1
    if opened:
        found = f"[{''.join(text)[opened[-1] :][:20]}"
        raise AnnotationError(name, found, "[text|LABEL …] or \\[")
    tags.sort(key=lambda tag: (tag.start, -tag.end))
    return "".join(text), tags


def _understand(document: Document, tag: _Tag) -> str:
    """Fill in the span and the links of a tag; its id, empty where it has none."""
    head, _, span_id = (tag.words or [""])[0].partition("#")
    label = LABELS.get(head, head)
    if label not in SPAN_LABELS:
        raise AnnotationError(f"label {head!r}", "unknown", f"one of {', '.join(LABELS)}")
    attributes: dict[str, Any] = {}
    for word in tag.words[1:]:
        link = _LINK.fullmatch(word)
        key, equals, value = word.partition("=")
        if link and (kind := RELATION_NAMES.get(link[1], link[1])) in RELATIONS:
            tag.links.append((kind, link[2] or link[3]))
        elif equals:
            attributes[key] = _attribute(key, value, label)
        elif word == "none" and label == "INDICATOR":
            attributes |= {"value": 0.0, "stated": "none"}
        elif word in INDICATORS and label in (*NUMERIC_LABELS, "INDICATOR"):
            attributes["indicator"] = word
        elif word in CHANNEL_TYPES and label == "CHANNEL":
            attributes["type"] = word
        else:
            raise AnnotationError(f"{label} tag", repr(word), "a code, type, link or key=value")
    if label in NUMERIC_LABELS:
        attributes.setdefault("indicator", "other")
        if "value" not in attributes:
            surface = document.text[tag.start : tag.end]
            try:
                figure = read_figure(surface, label)
            except ValueError as error:
                raise AnnotationError(f"{label} {surface}", f"{error}", "a number") from error
            attributes = {k: v for k, v in figure._asdict().items() if v is not None} | attributes
    elif label == "CHANNEL":
        attributes.setdefault("type", "other")
    tag.span = document.span(tag.start, tag.end, label, **attributes)
    return span_id


def _attribute(key: str, value: str, label: str) -> str | float:
    if key not in Attributes.__slots__:
        known = ", ".join(Attributes.__slots__)
        raise AnnotationError(f"{label} tag", f"attribute {key}", f"one of {known}")
    if key != "value":
        return value
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise AnnotationError(f"{label} tag", f"value {value!r}", "a number that is finite")
    return number


def _nearest(tag: _Tag, kind: str, side: str, spans: list[Span]) -> Span | None:
    legal = RELATIONS[kind].tails
    if side == "<":
        before = (s for s in spans if s.label in legal and s.end <= tag.start)
        return max(before, key=lambda s: (s.end, s.start), default=None)
    after = (s for s in spans if s.label in legal and s.start >= tag.end)
    return min(after, key=lambda s: (s.start, -s.end), default=None)


def _place(document: Document, tag: _Tag) -> str:
    line = document.text.count("\n", 0, tag.start) + 1
    return f"{document.name} line {line} {document.text[tag.start : tag.end]!r}"


def _line(name: str, markup: str, i: int) -> str:
    return f"{name} line {markup.count(chr(10), 0, i) + 1}"
