"""Documents and annotations as Label Studio keeps them, and back.

A task holds the text as it is. A *result* is a flat list: one row for each region with its
label, one for each of its attributes under the same ``id``, and one for each relation,
which has ``from_id`` and ``to_id`` in the place of an id and a value.

The ``text`` of every region is compared with the document, see
:mod:`ie.annotation.label_studio.offsets`.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Final

from ie.annotation.label_studio.interface import (
    APPROX,
    INDICATOR,
    INDICATOR_GROUPS,
    LABEL,
    LABELS_WITH,
    STATED,
    TEXT,
    TYPE,
    UNIT,
    VALUE,
)
from ie.annotation.label_studio.offsets import Claim, Place, places_of
from ie.document import NO_ATTRIBUTES, Annotations, Attributes, Document, Relation, Span
from ie.errors import AnnotationError
from ie.figures import read_figure
from ie.labels import NUMERIC_LABELS, RELATIONS, SPAN_LABELS

_KINDS: Final = {
    INDICATOR: "taxonomy",
    VALUE: "textarea",
    UNIT: "textarea",
    APPROX: "choices",
    TYPE: "choices",
    STATED: "choices",
}
"""Control → the type of its rows."""

_KEYS: Final = {
    "taxonomy": "taxonomy",
    "textarea": "text",
    "choices": "choices",
}
"""Type of a row → the key of its value."""

_GROUPS: Final = {code: group for group, codes in INDICATOR_GROUPS.items() for code in codes}

_NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")

_AROUND: Final = 12
"""How many characters of context a problem is shown with, on either side."""


def task_of(document: Document) -> dict[str, Any]:
    """The task of a document; :func:`document_of` reads it back."""
    data = {TEXT: document.text, "name": document.name, "sha256": document.sha256}
    return {"data": data}


def document_of(task: dict[str, Any], where: str) -> Document:
    """The document of a task that :func:`task_of` made.

    Raises:
        AnnotationError: the task has no text, or one that was edited since it was made.
    """
    data = task.get("data")
    text = data.get(TEXT) if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(text, str):
        raise AnnotationError(where, f"no {TEXT} in its data", "a task that ie made")
    document = Document(text, name=str(data.get("name") or where))
    if data.get("sha256") != document.sha256:
        found = f"a text with sha256 {document.sha256:.12}…, made with {data.get('sha256')!s:.12}…"
        fix = "it was edited since; push the document again and annotate the new task"
        raise AnnotationError(where, found, "the text as it was pushed", fix)
    return document


def result_of(annotations: Annotations) -> list[dict[str, Any]]:
    """The result of annotations: regions in text order, each before its attributes; relations.

    Scores of spans go with their regions. An attribute that the interface has for no span of
    that label is left out; by the guide there is none.
    """
    ids = {span.key: f"s{number}" for number, span in enumerate(annotations.spans, 1)}
    result: list[dict[str, Any]] = []
    for span in annotations.spans:
        place = {"start": span.start, "end": span.end, "text": annotations.text(span)}
        row = _row(LABEL, "labels", ids[span.key], place | {"labels": [span.label]})
        result.append(row if span.score is None else row | {"score": span.score})
        for name, value in span.attrs.to_dict().items():
            if span.label in LABELS_WITH[name]:
                kind = _KINDS[name]
                saved = place | {_KEYS[kind]: _saved(kind, value)}
                result.append(_row(name, kind, ids[span.key], saved))
    for relation in annotations.relations:
        result.append(
            {
                "type": "relation",
                "from_id": ids[relation.head.key],
                "to_id": ids[relation.tail.key],
                "direction": "right",
                "labels": [relation.type],
            }
        )
    return result


def _row(control: str, kind: str, region: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": region, "from_name": control, "to_name": TEXT, "type": kind, "value": value}


def _saved(kind: str, value: str | float) -> Any:
    if not isinstance(value, str):
        value = repr(float(value)).removesuffix(".0")
    return [[_GROUPS[value], value]] if kind == "taxonomy" else [value]


def prediction_of(annotations: Annotations, model_version: str) -> dict[str, Any]:
    """A prediction; its score is the mean of the spans' scores, absent where there are none."""
    scores = [span.score for span in annotations.spans if span.score is not None]
    score = {"score": sum(scores) / len(scores)} if scores else {}
    return {"model_version": model_version, **score, "result": result_of(annotations)}


def choose(
    annotations: Iterable[dict[str, Any]], annotator: str | None = None
) -> dict[str, Any] | None:
    """The one annotation of a task that counts: the ground truth, else the newest.

    Args:
        annotations: of one task, as the API or a raw export gives them. Cancelled ones
            (tasks that were skipped) do not count.
        annotator: only this one's count: the number of the user, or the e-mail address where
            the export names it.
    """
    counted = [
        a
        for a in annotations
        if not a.get("was_cancelled") and (annotator is None or annotator in _names(a))
    ]
    return max(counted, key=lambda a: (bool(a.get("ground_truth")), _time(a)), default=None)


def _names(annotation: dict[str, Any]) -> set[str]:
    who = annotation.get("completed_by")
    return {str(who.get("id")), str(who.get("email"))} if isinstance(who, dict) else {str(who)}


def _time(annotation: dict[str, Any]) -> tuple[datetime, int]:
    """When it was last changed; among those of one moment the later number is the newer."""
    stamp = annotation.get("updated_at") or annotation.get("created_at")
    number = annotation.get("id")
    try:
        time = datetime.fromisoformat(str(stamp).replace("Z", "+00:00"))
    except ValueError:
        time = datetime.min
    aware = time if time.tzinfo else time.replace(tzinfo=timezone.utc)
    return aware, number if isinstance(number, int) else 0


# Reading a result


@dataclass(slots=True)
class _Region:
    """A region as saved: its offsets as they were counted, and the rows of its attributes."""

    name: str
    start: int
    end: int
    text: str
    label: str
    attributes: dict[str, Any] = field(default_factory=dict)
    place: Place = (0, 0)

    def __str__(self) -> str:
        return f"{self.label} {_brief(self.text)} [{self.start}, {self.end})"


def annotations_of(document: Document, result: list[dict[str, Any]], where: str) -> Annotations:
    """The annotations that a result says of a document.

    The ``text`` of every region must stand at its offsets, white space aside, which browsers
    do not keep. Where it does not, the offsets of the task are counted anew, in UTF-16 units
    or with line ends normalised; they are taken so if one way of counting fits more regions
    than all others. What then does not fit is refused.

    A COUNT or RATE with no value gets that of its words, with unit and approximator; a zero
    stated in words the value 0. Scores are not read: what a person has looked at has none.

    Args:
        document: the text of the task.
        result: of one annotation.
        where: what to call the task in the error.

    Raises:
        AnnotationError: one that names all that is wrong in the task, each with the words
            around it: text that stands elsewhere, unknown labels, relations or choices,
            figures without a value, overlaps of one label, missing or illegal ends.
    """
    problems: list[str] = []
    regions, links = _rows(result, problems)
    spans = {}
    for region in _located(document, regions, problems):
        attributes, wrong = _attributes(region, document.text[slice(*region.place)])
        if wrong:
            context = _context(document, *region.place)
            problems.extend(f"{region}: {what} in {context}" for what in wrong)
        else:
            spans[region.name] = Span(*region.place, region.label, attributes)
    _refuse_overlaps(document, spans.values(), problems)
    known = {str(row.get("id")) for row in result if isinstance(row, dict)}
    relations: dict[Relation, None] = {}  # two arrows may say the same
    for link in links:
        relations |= dict.fromkeys(_relations(document, link, spans, known, problems))
    if problems:
        count = f"{len(problems)} problems: " if len(problems) > 1 else ""
        raise AnnotationError(where, count + "; ".join(problems), fix="correct it in Label Studio")
    return Annotations(document, tuple(spans.values()), tuple(relations))


def _rows(
    result: list[dict[str, Any]], problems: list[str]
) -> tuple[list[_Region], list[dict[str, Any]]]:
    """The regions with their attributes, and the rows of relations."""
    regions: dict[str, _Region] = {}
    attributes: dict[str, dict[str, Any]] = defaultdict(dict)
    links = []
    refused = set()
    for number, row in enumerate(result, 1):
        if not isinstance(row, dict):
            problems.append(f"row {number}: {_brief(row)} is no object")
            continue
        if row.get("type") == "relation":
            links.append(row)
            continue
        name, control = str(row.get("id")), str(row.get("from_name"))
        value = row.get("value")
        if not isinstance(value, dict):
            problems.append(f"region {name}: {control} with no value")
        elif control == LABEL:
            region = _region(name, value)
            if isinstance(region, str):
                problems.append(f"region {name}: {region}")
                refused.add(name)
            elif name in regions:
                problems.append(f"region {name}: two labels")
            else:
                regions[name] = region
        elif control not in _KINDS:
            problems.append(f"region {name}: {control} is no control of the interface")
        elif row.get("type") != _KINDS[control]:
            # A control of another kind keeps what it says elsewhere: it must not get lost.
            found = f"{control} of type {row.get('type')}, expected {_KINDS[control]}"
            problems.append(f"region {name}: {found}")
        elif control in attributes[name]:
            problems.append(f"region {name}: {control} twice")
        else:
            attributes[name][control] = value.get(_KEYS[_KINDS[control]])
    for name, values in attributes.items():
        if name in regions:
            regions[name].attributes = values
        elif name not in refused:
            problems.append(f"region {name}: {', '.join(values)}, but no label")
    return list(regions.values()), links


def _region(name: str, value: dict[str, Any]) -> _Region | str:
    """The region, or what is wrong with it."""
    start, end, text = (value.get(key) for key in ("start", "end", "text"))
    labels = value.get("labels")
    shown = _brief(text)
    if not isinstance(labels, list) or len(labels) != 1:
        return f"labels {_brief(labels)} of {shown}, expected one"
    if not isinstance(labels[0], str) or labels[0] not in SPAN_LABELS:
        return f"unknown label {_brief(labels[0])} of {shown}"
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        return f"{labels[0]} {shown} at {_brief(start)} to {_brief(end)}, expected 0 <= start < end"
    if not isinstance(text, str):
        return f"{labels[0]} [{start}, {end}) with no text to compare with the document"
    return _Region(name, start, end, text, labels[0])


def _located(document: Document, regions: list[_Region], problems: list[str]) -> list[_Region]:
    """The regions whose text is found, with their places in the document."""
    claims = {region.name: Claim(region.start, region.end, region.text) for region in regions}
    places, doubtful = places_of(document.text, claims)
    located = []
    for region in regions:
        if region.name in places:
            region.place = places[region.name]
            located.append(region)
        elif region.name in doubtful:
            problems.append(f"{region} fits at several places, by how its offsets are counted")
        else:
            stands = _context(document, region.start, region.end)
            problems.append(f"{region} is not what stands there: {stands}")
    return located


# Attributes, overlaps, relations


def _attributes(region: _Region, surface: str) -> tuple[Attributes, list[str]]:
    """The attributes of a region, and what is wrong with them."""
    known: dict[str, Any] = {}
    wrong = []
    for name, given in region.attributes.items():
        try:
            value: Any = _given(name, given)
            if value is None:
                continue
            if region.label not in LABELS_WITH[name]:
                raise AnnotationError(name, repr(value), f"none at {region.label}")
            Attributes(**{name: value})
        except AnnotationError as error:
            wrong.append(f"{name} {error.found}, expected {error.expected}")
        else:
            known[name] = value
    if known.get(STATED):
        known[VALUE] = 0.0
    if region.label in NUMERIC_LABELS and VALUE not in known and not wrong:
        try:
            figure = read_figure(surface, region.label)._asdict()
        except ValueError:
            wrong.append("no value, and its words are no number that could be read")
        else:
            known = {name: value for name, value in figure.items() if value is not None} | known
    return (Attributes(**known) if known and not wrong else NO_ATTRIBUTES), wrong


def _given(name: str, given: Any) -> str | float | None:
    """What a control says, ``None`` where it was left or made empty.

    Raises:
        AnnotationError: it says nothing that this attribute can be.
    """
    kind = _KINDS[name]
    if given is None or given == []:
        return None
    only = given[0] if isinstance(given, list) and len(given) == 1 else None
    if kind == "taxonomy" and isinstance(only, list) and only:
        only = only[-1]  # the leaf alone: what is annotated outlives a change of the groups
    if not isinstance(only, str):
        raise AnnotationError(name, _brief(given), "one")
    only = only.strip()
    return _number(only) if name == VALUE and only else only or None


def _number(written: str) -> float:
    # float() alone would take nan, inf and 1_000 too.
    if _NUMBER.fullmatch(written) and math.isfinite(value := float(written)):
        return value
    raise AnnotationError(VALUE, _brief(written), "a number such as 164000 or 0.9685")


def _refuse_overlaps(document: Document, spans: Iterable[Span], problems: list[str]) -> None:
    last: dict[str, Span] = {}
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        before = last.get(span.label)
        if before is not None and span.start < before.end:
            problems.append(
                f"{span.label} [{span.start}, {span.end}) lies over [{before.start}, {before.end})"
                f" in {_context(document, before.start, span.end)}"
            )
        if before is None or span.end > before.end:
            last[span.label] = span


def _relations(
    document: Document,
    row: dict[str, Any],
    spans: dict[str, Span],
    known: set[str],
    problems: list[str],
) -> list[Relation]:
    """The relations of one arrow; it may have several names."""
    ends = [str(row.get(key)) for key in ("from_id", "to_id")]
    labels, direction = row.get("labels") or [], row.get("direction") or "right"
    names = labels if isinstance(labels, list) else [labels]
    # Its words tell an annotator more than the number of a region, which no one sees.
    words = [
        _brief(document.text[spans[end].start : spans[end].end]) if end in spans else end
        for end in ends
    ]
    shown = f"relation {'/'.join(map(str, names)) or 'without a name'} {' → '.join(words)}"
    if missing := [end for end in ends if end not in known]:
        problems.append(f"{shown}: no region {', '.join(missing)}")
        return []
    if any(end not in spans for end in ends):
        return []  # what is wrong with that region is said already
    if direction not in ("left", "right"):
        problems.append(f"{shown}: direction {_brief(direction)}, expected one way")
        return []
    first, second = (spans[end] for end in ends)
    head, tail = (first, second) if direction == "right" else (second, first)
    if not names:
        legal = [
            k.name for k in RELATIONS.values() if head.label in k.heads and tail.label in k.tails
        ]
        problems.append(
            f"{shown}: {head.label} → {tail.label}, expected {'/'.join(legal) or 'no relation'}"
        )
    relations = []
    for name in names:
        try:
            relations.append(Relation(str(name), head, tail))
        except AnnotationError as error:
            problems.append(f"{shown}: {error.found}, expected {error.expected}")
    return relations


def _context(document: Document, start: int, end: int) -> str:
    """The words around a place, on one line."""
    shown = document.text[max(0, start - _AROUND) : end + _AROUND]
    return f"…{shown}…".replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎")


def _brief(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
