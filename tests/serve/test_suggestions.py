"""What a drawn region brings back: its attributes, and more of the same, never what was deleted."""

from __future__ import annotations

from typing import Any

from planted import planted

from ie.annotation.label_studio.convert import result_of
from ie.serve.suggestions import suggestions

TEXT = "[县政府|AGENCY]与[县政府|AGENCY]，[县委|AGENCY]；[网站|CHANNEL type=website]；县政府"


def nothing(_: str) -> list[dict[str, Any]]:
    return []


def drawn(start: int, end: int, text: str, label: str, id: str = "X") -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text, "labels": [label]}
    return {"id": id, "from_name": "label", "to_name": "text", "type": "labels", "value": value}


def places(result: list[dict[str, Any]]) -> list[tuple[str, int, int, str]]:
    return [
        (row["from_name"], row["value"]["start"], row["value"]["end"], row["id"]) for row in result
    ]


def test_the_same_words_are_marked_too_where_they_were_found() -> None:
    suggested = suggestions(
        [drawn(0, 3, "县政府", "AGENCY")], result_of(planted(TEXT)), [], nothing
    )
    assert places(suggested) == [("label", 4, 7, "AGENCY-4-7")]


def test_what_the_annotator_deleted_stays_away() -> None:
    found = result_of(planted(TEXT))
    assert suggestions([drawn(0, 3, "县政府", "AGENCY")], found, [found], nothing) == []


def test_what_stands_there_is_not_doubled_nor_overlapped() -> None:
    found = result_of(planted(TEXT))
    regions = [drawn(0, 3, "县政府", "AGENCY"), drawn(5, 8, "政府，", "AGENCY", "Y")]
    assert suggestions(regions, found, [], nothing) == []


def test_a_region_gets_the_attributes_of_the_span_in_its_place() -> None:
    suggested = suggestions(
        [drawn(11, 13, "网站", "CHANNEL")], result_of(planted(TEXT)), [], nothing
    )
    assert places(suggested) == [("label", 11, 13, "X"), ("type", 11, 13, "X")]
    assert suggested[1]["value"]["choices"] == ["website"]


def test_a_region_that_was_not_found_is_read_alone() -> None:
    read = {"网站": result_of(planted("[网站|CHANNEL type=website]"))}
    suggested = suggestions([drawn(40, 42, "网站", "CHANNEL")], [], [], read.__getitem__)
    assert places(suggested) == [("label", 40, 42, "X"), ("type", 40, 42, "X")]


def test_only_the_whole_of_it_counts_when_it_is_read_alone() -> None:
    read = {"县网站": result_of(planted("县[网站|CHANNEL type=website]"))}
    assert suggestions([drawn(40, 43, "县网站", "CHANNEL")], [], [], read.__getitem__) == []


def test_what_the_annotator_said_is_left_alone() -> None:
    region = drawn(11, 13, "网站", "CHANNEL")
    value = {"start": 11, "end": 13, "text": "网站", "choices": ["app"]}
    said = region | {"from_name": "type", "type": "choices", "value": value}
    assert suggestions([region, said], result_of(planted(TEXT)), [], nothing) == []


def test_nothing_of_what_was_given_is_changed() -> None:
    found = result_of(planted(TEXT))
    regions = [drawn(0, 3, "县政府", "AGENCY")]
    before = repr((found, regions))
    suggestions(regions, found, [], nothing)
    assert repr((found, regions)) == before
