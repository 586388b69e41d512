"""The document and what is marked in it.

Text is never altered. An interval is half-open, ``[start, end)``, in Unicode code
points of the text as read; ``text[start:end]`` is the only truth about a span.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from ie.errors import AnnotationError, DocumentError, IeError
from ie.labels import (
    APPROXIMATIONS,
    CHANNEL_TYPES,
    INDICATORS,
    NUMERIC_LABELS,
    RELATIONS,
    SPAN_LABELS,
)
from ie.sections import Section, find_sections


@dataclass(frozen=True)
class Document:
    """One report as read.

    Args:
        text: the whole text, exactly as decoded.
        name: where it came from, for messages and for the report.
        media_type: of the source file.
        encoding: with which the source was decoded.
    """

    text: str
    name: str = "document"
    media_type: str = "text/plain"
    encoding: str = "utf-8"

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the text's UTF-8 bytes: the identity of a document."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The outline of the report: its sections in text order, see :mod:`ie.sections`."""
        return find_sections(self.text)

    def span(self, start: int, end: int, label: str, **attributes: Any) -> Span:
        """A span of this document, checked against the length of its text.

        Raises:
            DocumentError: the interval leaves the text, or the span is invalid in itself.
        """
        span = Span(start, end, label, Attributes(**attributes) if attributes else NO_ATTRIBUTES)
        self.check(span)
        return span

    def check(self, span: Span) -> None:
        """Raise :class:`DocumentError` where the span leaves the text."""
        if span.end > len(self.text):
            raise DocumentError(
                self.name,
                f"span {span.label} [{span.start}, {span.end})",
                f"an end of at most {len(self.text)}, the length of the text",
            )


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a span says beyond its place; every field is optional.

    ``indicator``, ``value`` (in base units), ``unit`` and ``approx`` belong to COUNT and
    RATE, ``type`` to CHANNEL, and ``indicator``, ``value`` 0 and ``stated`` ``none`` to an
    INDICATOR that says a zero in words.
    """

    indicator: str | None = None
    value: float | None = None
    unit: str | None = None
    approx: str | None = None
    stated: str | None = None
    type: str | None = None

    def __post_init__(self) -> None:
        for name, allowed in _ALLOWED.items():
            value = getattr(self, name)
            if value is not None and value not in allowed:
                raise AnnotationError(
                    f"attribute {name}", f"{value!r}", f"one of {', '.join(allowed)}"
                )

    def to_dict(self) -> dict[str, str | float]:
        """Only the fields that are set, in the order of the guide."""
        return {k: v for k in self.__slots__ if (v := getattr(self, k)) is not None}


_ALLOWED: dict[str, Any] = {
    "indicator": INDICATORS,
    "approx": APPROXIMATIONS,
    "stated": ("none",),
    "type": CHANNEL_TYPES,
}

NO_ATTRIBUTES = Attributes()


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled half-open interval ``[start, end)`` of code points.

    Raises:
        DocumentError: the interval is empty, reversed or negative, or the label unknown.
    """

    start: int
    end: int
    label: str
    attrs: Attributes = NO_ATTRIBUTES
    score: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise DocumentError(
                f"span {self.label}", f"[{self.start}, {self.end})", "0 <= start < end"
            )
        if self.label not in SPAN_LABELS:
            raise DocumentError(
                f"span [{self.start}, {self.end})",
                f"label {self.label!r}",
                f"one of {', '.join(SPAN_LABELS)}",
            )

    def __hash__(self) -> int:
        # Place and label are identity enough, and several times cheaper than all fields.
        return hash((self.start, self.end, self.label))

    @property
    def key(self) -> tuple[int, int, str]:
        """What identifies a span within its document: spans of one label never overlap."""
        return self.start, self.end, self.label

    @property
    def is_zero(self) -> bool:
        """Whether this INDICATOR says a zero in words."""
        return self.label == "INDICATOR" and self.attrs.stated == "none"


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed link from a head span to a tail span.

    Raises:
        AnnotationError: the type is unknown or its ends are not legal.
    """

    type: str
    head: Span
    tail: Span
    score: float | None = None

    def __post_init__(self) -> None:
        kind = RELATIONS.get(self.type)
        if kind is None:
            raise AnnotationError("relation", repr(self.type), f"one of {', '.join(RELATIONS)}")
        if self.head.label not in kind.heads or self.tail.label not in kind.tails:
            raise AnnotationError(
                f"relation {self.type} at {self.head.start}",
                f"{self.head.label} → {self.tail.label}",
                f"{'/'.join(sorted(kind.heads))} → {'/'.join(sorted(kind.tails))}",
            )


@dataclass(frozen=True)
class Annotations:
    """The spans of one document, in text order, and the relations between them.

    Raises:
        DocumentError: a span leaves the text.
        AnnotationError: two spans of one label overlap, or a relation has an end that is
            not among the spans.
    """

    document: Document
    spans: tuple[Span, ...]
    relations: tuple[Relation, ...] = field(default=())

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.spans, key=_place))
        object.__setattr__(self, "spans", ordered)
        object.__setattr__(self, "relations", tuple(self.relations))
        for span in ordered:
            self.document.check(span)
        for error in _overlaps(self.document, ordered):
            raise error
        keys = {s.key for s in ordered}
        for r in self.relations:
            if r.head.key not in keys or r.tail.key not in keys:
                raise AnnotationError(
                    self.document.name,
                    f"relation {r.type} {r.head.key} → {r.tail.key}",
                    "ends that are among the spans",
                )

    def text(self, span: Span) -> str:
        """The surface of a span."""
        return self.document.text[span.start : span.end]

    def of(self, label: str) -> list[Span]:
        """The spans of one label, in text order."""
        return [s for s in self.spans if s.label == label]

    def to_dict(self) -> dict[str, Any]:
        """The two lists of the gold files: spans with ids, relations by id."""
        ids = {s.key: f"s{i}" for i, s in enumerate(self.spans, 1)}
        spans = []
        for s in self.spans:
            row: dict[str, Any] = {
                "id": ids[s.key],
                "label": s.label,
                "start": s.start,
                "end": s.end,
                "text": self.text(s),
            }
            if attrs := s.attrs.to_dict():
                row["attrs"] = attrs
            if s.score is not None:
                row["score"] = s.score
            spans.append(row)
        relations = []
        for r in self.relations:
            row = {"type": r.type, "head": ids[r.head.key], "tail": ids[r.tail.key]}
            if r.score is not None:
                row["score"] = r.score
            relations.append(row)
        return {"spans": spans, "relations": relations}

    @classmethod
    def from_dict(cls, document: Document, data: dict[str, Any], where: str = "") -> Annotations:
        """Read the two lists of a gold file, checking every ``text`` against the document.

        Args:
            document: what was annotated.
            data: with the lists ``spans`` and ``relations``.
            where: what to call the data in errors; without it the name of the document.

        Raises:
            AnnotationError: a span whose ``text`` is not what stands at its offsets, a
                number without a value, an unknown label, attribute or relation, an id that
                is there twice or not at all, overlaps of one label, or a field of another
                type than it should be; one error names all that there is of them.
        """
        where = where or document.name
        problems: list[AnnotationError] = []
        by_id: dict[str, Span | None] = {}  # None: what is wrong with it is said already
        for number, row in _rows(where, data, "spans", problems):
            with _kept(problems):
                name = _field(row, "id", str, f"{where} span {number}")
                here = f"{where} span {name}"
                if name in by_id:
                    raise AnnotationError(here, "an id that is there twice", "one span an id")
                by_id[name] = None
                with _named(here):
                    by_id[name] = _span(document, row, here)
        relations = []
        for number, row in _rows(where, data, "relations", problems):
            here = f"{where} relation {number}"
            with _kept(problems):
                kind, head, tail = (_field(row, key, str, here) for key in ("type", "head", "tail"))
                here = f"{here} ({head} → {tail})"
                for end in (head, tail):
                    if end not in by_id:
                        raise AnnotationError(here, f"no span {end}", "the ids of two spans")
                first, second = by_id[head], by_id[tail]
                if first is not None and second is not None:
                    with _named(here):
                        score = _field(row, "score", (int, float), here, None)
                        relations.append(Relation(kind, first, second, score))
        spans = tuple(span for span in by_id.values() if span is not None)
        for error in _overlaps(document, sorted(spans, key=_place)):
            with _kept(problems), _named(where):
                raise error
        if problems:
            raise together(where, problems)
        with _named(where):
            return cls(document, spans, tuple(relations))


# Reading one row after the other


_TYPES: Final = {str: "a text", int: "a whole number", dict: "an object", (int, float): "a number"}
"""What a field of a row can be → how errors call it."""


def _rows(
    where: str, data: dict[str, Any], name: str, problems: list[AnnotationError]
) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = data.get(name)
    if not isinstance(rows, list):
        problems.append(AnnotationError(where, f"{name} {_brief(rows)}", "a list"))
        return
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict):
            yield number, row
        else:
            found = f"{_brief(row)} as row {number} of {name}"
            problems.append(AnnotationError(where, found, "an object"))


def _field(row: dict[str, Any], key: str, kind: Any, where: str, *default: Any) -> Any:
    """A field of the wanted type; with a default, one that may be missing or null."""
    value = row.get(key)
    if value is None and default:
        return default[0]
    if not isinstance(value, kind) or isinstance(value, bool):
        found = f"{key} {_brief(value)}" if key in row else f"no {key}"
        raise AnnotationError(where, found, f"{_TYPES[kind]}")
    return value


def _span(document: Document, row: dict[str, Any], where: str) -> Span:
    start, end = (_field(row, key, int, where) for key in ("start", "end"))
    attrs = _field(row, "attrs", dict, where, {})
    known = {}
    for key in attrs:
        if key not in Attributes.__slots__:
            known_keys = ", ".join(Attributes.__slots__)
            raise AnnotationError(where, f"attribute {key}", f"one of {known_keys}")
        kind = (int, float) if key == "value" else str
        known[key] = _field(attrs, key, kind, where, None)
    value = known.get("value")
    if value is not None and not abs(value) <= sys.float_info.max:
        raise AnnotationError(where, f"value {_brief(value)}", "a number that is finite")
    span = Span(
        start,
        end,
        _field(row, "label", str, where),
        Attributes(**known) if known else NO_ATTRIBUTES,
        _field(row, "score", (int, float), where, None),
    )
    document.check(span)
    if span.label in NUMERIC_LABELS and value is None:
        raise AnnotationError(where, f"{span.label} without a value", "the number in base units")
    surface = document.text[start:end]
    if row.get("text", surface) != surface:
        raise AnnotationError(
            where,
            f"text {_brief(row['text'])} but {surface!r} at [{start}, {end})",
            "the text of the document at these offsets",
        )
    return span


def _place(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _overlaps(document: Document, spans: Iterable[Span]) -> Iterator[AnnotationError]:
    """An error for each span, in text order, that lies over one of its label before it."""
    last_of_label: dict[str, Span] = {}
    for span in spans:
        last = last_of_label.get(span.label)
        if last is not None and span.start < last.end:
            yield AnnotationError(
                document.name,
                f"{span.label} [{span.start}, {span.end}) over [{last.start}, {last.end})",
                "spans of one label that do not overlap",
            )
        if last is None or span.end > last.end:
            last_of_label[span.label] = span


# Errors


def together(where: str, problems: Sequence[IeError]) -> IeError:
    """One error that names all problems of a file or document; a single one as it is."""
    first, *others = problems
    if not others:
        return first
    said = (str(problem).removeprefix(where).lstrip(": ") for problem in problems)
    return type(first)(where, f"{len(problems)} problems: {'; '.join(said)}")


@contextmanager
def _kept(problems: list[AnnotationError]) -> Iterator[None]:
    """Put what is wrong with a row to the problems, and go on."""
    try:
        yield
    except AnnotationError as error:
        problems.append(error)


@contextmanager
def _named(where: str) -> Iterator[None]:
    """Put the file and the row in front of what a span or relation says is wrong with it."""
    try:
        yield
    except (AnnotationError, DocumentError) as error:
        if error.where == where:
            raise
        found = f"{error.where}: {error.found}"
        raise AnnotationError(where, found, error.expected, error.fix) from error


def _brief(value: object) -> str:
    shown = "null" if value is None else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


__all__ = [
    "NO_ATTRIBUTES",
    "NUMERIC_LABELS",
    "Annotations",
    "Attributes",
    "Document",
    "Relation",
    "Span",
    "together",
]
