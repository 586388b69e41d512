"""What to suggest while an annotator draws (interactive pre-annotation).

Label Studio tells of all regions of the label that was just drawn, and puts what is suggested
into the annotation at once, under the label that is chosen at that moment; so nothing of
another label is suggested. Everything here is counted as Label Studio counts.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ie.annotation.label_studio.interface import LABEL

Result = list[dict[str, Any]]


@dataclass(slots=True)
class _Region:
    """One span with the rows of its attributes; the interval is half-open."""

    id: str
    label: str
    start: int
    end: int
    text: str
    row: dict[str, Any]
    attributes: Result = field(default_factory=list)

    def overlaps(self, other: _Region) -> bool:
        return self.label == other.label and self.start < other.end and other.start < self.end

    def stands_like(self, other: _Region) -> bool:
        return (self.label, self.start, self.end) == (other.label, other.start, other.end)


def suggestions(
    drawn: Result, found: Result, known: Iterable[Result], read: Callable[[str], Result]
) -> Result:
    """Attributes for the regions that have none, and more of what was drawn.

    A region without attributes gets those of the same span in ``found``, else those that its
    text has when it is read alone. Spans in ``found`` with the label and the text of a region
    are added where nothing of their label stands yet.

    Args:
        drawn: the regions of the context, with the attributes that they have.
        found: the result of the whole text.
        known: further results of the task, such as its predictions: a region that stands
            there but is not drawn was deleted by the annotator, and does not come back.
        read: gives the result of a text that stands alone.

    Returns:
        A result. A region of ``drawn`` keeps its id, so that it is filled in, not doubled.
    """
    regions = list(_regions(drawn))
    everything = list(_regions(found))
    suggested: Result = []
    for region in regions:
        if not region.attributes:
            attributes = _attributes(region, everything, read)
            suggested += [region.row, *attributes] if attributes else []
    taken = [*regions, *(r for result in known for r in _regions(result))]
    like = {(r.label, r.text) for r in regions}
    for region in everything:
        if (region.label, region.text) in like and not any(map(region.overlaps, taken)):
            suggested += _moved([region.row, *region.attributes], region, _id_of(region))
    return suggested


def _attributes(
    region: _Region, everything: list[_Region], read: Callable[[str], Result]
) -> Result:
    same = next(filter(region.stands_like, everything), None)
    if same is None:
        length = region.end - region.start
        alone = (r for r in _regions(read(region.text)) if r.label == region.label)
        same = next((r for r in alone if (r.start, r.end) == (0, length)), None)
    return _moved(same.attributes, region, region.id) if same else []


def _moved(rows: Result, region: _Region, id: str) -> Result:
    """Copies of rows that belong to a region of this id and place."""
    moved = copy.deepcopy(rows)
    for row in moved:
        row["id"] = id
        row["value"] |= {"start": region.start, "end": region.end}
        if isinstance(row["value"].get("text"), str):  # else it is what a text field says
            row["value"]["text"] = region.text
    return moved


def _id_of(region: _Region) -> str:
    # By its place: ids of another prediction may already stand for other regions.
    return f"{region.label}-{region.start}-{region.end}"


def _regions(result: Result) -> Iterator[_Region]:
    """The labelled spans of a result; what else stands there is left out."""
    regions: dict[str, _Region] = {}
    others = []
    for row in result:
        value = row.get("value")
        if not isinstance(value, dict) or not {"start", "end"} <= value.keys():
            continue
        if row.get("from_name") != LABEL:
            others.append(row)
            continue
        labels = value.get("labels") or [""]
        place = value["start"], value["end"], value.get("text") or ""
        regions[row["id"]] = _Region(row["id"], labels[0], *place, row)
    for row in others:
        if region := regions.get(row["id"]):
            region.attributes.append(row)
    yield from regions.values()
