"""What the rules find in a text, as surfaces, so that a test says text against text."""

from __future__ import annotations

from ie.document import Annotations, Document, Span
from ie.rules import annotate

HEADER = "2015年云溪县政府信息公开工作年度报告\n" + "本报告按要求编写。" * 20 + "\n"
"""A title and an introduction that name no body but the county: a report's usual beginning."""


def marked(text: str) -> Annotations:
    return annotate(Document(text))


def surfaces(text: str, label: str) -> list[str]:
    a = marked(text)
    return [a.text(span) for span in a.of(label)]


def cut(text: str, spans: list[Span]) -> list[str]:
    return [text[span.start : span.end] for span in spans]


def links(text: str, kind: str) -> list[tuple[str, str]]:
    """(head, tail) of one type of relation, in order of their heads."""
    a = marked(text)
    found = sorted(
        (r.head.start, r.tail.start, a.text(r.head), a.text(r.tail))
        for r in a.relations
        if r.type == kind
    )
    return [(head, tail) for _, _, head, tail in found]


def codes(text: str) -> list[tuple[str, str | None]]:
    """(surface, code) of every COUNT and RATE."""
    a = marked(text)
    return [(a.text(s), s.attrs.indicator) for s in a.spans if s.label in ("COUNT", "RATE")]
