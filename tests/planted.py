"""Annotations from one line of mark-up, so that a test reads as the text it is about.

``[text|LABEL]`` marks a span, ``[text|LABEL#id key=value …]`` names it and gives it
attributes; spans may nest, and a backslash lets the next character stand for itself.
Relations are written ``head type tail``, by id:

>>> a = planted("公开[信息|INDICATOR#i][5条|COUNT#c value=5 unit=条]", "c measures i")
>>> a.document.text, [(s.start, s.end, s.label) for s in a.spans], a.relations[0].type
('公开信息5条', [(2, 4, 'INDICATOR'), (4, 6, 'COUNT')], 'measures')
"""

from __future__ import annotations

from typing import Any

from ie.document import Annotations, Document, Relation, Span


def planted(markup: str, *relations: str, name: str = "planted.txt") -> Annotations:
    """The annotations that a line of mark-up says."""
    text = ""
    opened: list[int] = []  # starts of the spans that are open
    found: list[tuple[int, int, str]] = []  # start, end, tag
    i = 0
    while i < len(markup):
        character = markup[i]
        if character == "\\":
            i += 1
            text += markup[i]
        elif character == "[":
            opened.append(len(text))
        elif character == "|" and opened:
            close = markup.index("]", i)
            found.append((opened.pop(), len(text), markup[i + 1 : close]))
            i = close
        else:
            text += character
        i += 1
    assert not opened, f"unclosed [ in {markup!r}"
    document = Document(text, name=name)
    by_id: dict[str, Span] = {}
    spans = []
    for start, end, tag in found:
        head, *pairs = tag.split(" ")
        label, _, span_id = head.partition("#")
        span = document.span(start, end, label, **dict(map(_attribute, pairs)))
        spans.append(span)
        by_id[span_id] = span
    linked = []
    for relation in relations:
        head_id, kind, tail_id = relation.split()
        linked.append(Relation(kind, by_id[head_id], by_id[tail_id]))
    return Annotations(document, tuple(spans), tuple(linked))


def _attribute(pair: str) -> tuple[str, Any]:
    key, _, value = pair.partition("=")
    if key != "value":
        return key, value
    return key, float(value) if "." in value else int(value)
