"""Every error of a prediction, by kind, with its place and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ie.document import Annotations, Relation, Span
from ie.matching import ATTRIBUTES, facts_of, pair, relation_key, same_fact, same_value


@dataclass(frozen=True, slots=True)
class Mistake:
    """One error with its place.

    ``kind`` is missed, spurious, boundary, label, attribute, relation missed, relation
    spurious, fact missed, fact spurious, fact code or fact value; ``start`` and ``end`` are
    code points of the gold span where there is one, else of the predicted.
    """

    kind: str
    document: str
    label: str
    start: int
    end: int
    context: str
    gold: str = ""
    predicted: str = ""


def find_mistakes(gold: Annotations, predicted: Annotations) -> list[Mistake]:
    """Every error of one document, by kind, in text order."""
    found = [
        *_span_mistakes(gold, predicted),
        *_attribute_mistakes(gold, predicted),
        *_relation_mistakes(gold, predicted),
        *_fact_mistakes(gold, predicted),
    ]
    return sorted(found, key=lambda m: (m.start, m.end))


def _span_mistakes(gold: Annotations, predicted: Annotations) -> Iterator[Mistake]:
    right = {s.key for s in gold.spans} & {s.key for s in predicted.spans}
    missed = [s for s in gold.spans if s.key not in right]
    spurious = [s for s in predicted.spans if s.key not in right]
    for kind, agree in (
        ("boundary", lambda a, b: a.label == b.label),
        ("label", lambda a, b: (a.start, a.end) == (b.start, b.end)),
    ):
        pairs = pair(missed, spurious, agree)
        for g, p in pairs:
            yield _mistake(gold, kind, g, _say(gold, g), _say(gold, p))
        missed = [s for s in missed if all(s is not g for g, _ in pairs)]
        spurious = [s for s in spurious if all(s is not p for _, p in pairs)]
    for s in missed:
        yield _mistake(gold, "missed", s, gold=_say(gold, s))
    for s in spurious:
        yield _mistake(gold, "spurious", s, predicted=_say(gold, s))


def _attribute_mistakes(gold: Annotations, predicted: Annotations) -> Iterator[Mistake]:
    same = {s.key: s for s in predicted.spans}
    for s in gold.spans:
        other = same.get(s.key)
        if other is None:
            continue
        for name in ("value", *ATTRIBUTES):
            a, b = getattr(s.attrs, name), getattr(other.attrs, name)
            if a != b and not (name == "value" and same_value(s, other)):
                yield _mistake(gold, "attribute", s, f"{name} {a}", f"{name} {b}")


def _relation_mistakes(gold: Annotations, predicted: Annotations) -> Iterator[Mistake]:
    known = {relation_key(r) for r in gold.relations}
    claimed = {relation_key(r) for r in predicted.relations}
    for r in gold.relations:
        if relation_key(r) not in claimed:
            yield _relation_mistake(gold, "relation missed", r)
    for r in predicted.relations:
        if relation_key(r) not in known:
            yield _relation_mistake(gold, "relation spurious", r)


def _relation_mistake(annotations: Annotations, kind: str, r: Relation) -> Mistake:
    said = f"{_short(annotations.text(r.head))} → {_short(annotations.text(r.tail))}"
    side = "gold" if kind == "relation missed" else "predicted"
    found = _mistake(annotations, kind, r.head, **{side: said})
    return Mistake(
        found.kind,
        found.document,
        r.type,
        found.start,
        found.end,
        found.context,
        found.gold,
        found.predicted,
    )


def _fact_mistakes(gold: Annotations, predicted: Annotations) -> Iterator[Mistake]:
    facts, claimed = facts_of(gold), facts_of(predicted)
    right = pair(facts, claimed, same_fact)
    missed = [s for s in facts if all(s is not g for g, _ in right)]
    spurious = [s for s in claimed if all(s is not p for _, p in right)]
    wrong = pair(missed, spurious, lambda a, b: True)
    for g, p in wrong:
        kind = "fact code" if same_value(g, p) else "fact value"
        yield _mistake(gold, kind, g, _say_fact(g), _say_fact(p))
    for s in missed:
        if all(s is not g for g, _ in wrong):
            yield _mistake(gold, "fact missed", s, gold=_say_fact(s))
    for s in spurious:
        if all(s is not p for _, p in wrong):
            yield _mistake(gold, "fact spurious", s, predicted=_say_fact(s))


def _mistake(
    annotations: Annotations, kind: str, span: Span, gold: str = "", predicted: str = ""
) -> Mistake:
    text = annotations.document.text
    before = text[max(0, span.start - 15) : span.start]
    after = text[span.end : span.end + 15]
    context = f"{before}[{_short(annotations.text(span))}]{after}"
    return Mistake(
        kind,
        annotations.document.name,
        span.label,
        span.start,
        span.end,
        " ".join(context.split()),
        gold,
        predicted,
    )


def _say(annotations: Annotations, span: Span) -> str:
    return f"{span.label} {_short(annotations.text(span))}"


def _say_fact(span: Span) -> str:
    value = span.attrs.value
    return f"{span.attrs.indicator} {'?' if value is None else format(value, '.15g')}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:19]}…{text[-20:]}"
