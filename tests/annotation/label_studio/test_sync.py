"""Exports without a server; the loop with one is driven in tests/label_studio."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import planted

from ie.annotation.label_studio.convert import result_of, task_of
from ie.annotation.label_studio.sync import convert_export, read_export
from ie.document import Annotations
from ie.errors import AnnotationError, IeError, ReadError

FOUND = planted(
    "公开[信息|INDICATOR#i][5条|COUNT#c value=5 unit=条 indicator=disclosed]。",
    "c measures i",
    name="a.txt",
)


def exported(number: int = 1, found: Annotations = FOUND, **more: Any) -> dict[str, Any]:
    """A task of a raw JSON export with one annotation, by user 7."""
    annotation = {
        "id": number * 10,
        "completed_by": 7,
        "result": result_of(found),
        "was_cancelled": False,
        "ground_truth": False,
        "updated_at": "2026-01-01T00:00:00Z",
    }
    annotations = [annotation]
    task = task_of(found.document) | {"id": number, "annotations": annotations, "drafts": []}
    return task | more


@pytest.fixture
def export(tmp_path) -> Path:
    return tmp_path / "export.json"


def test_an_exported_file_gives_annotations_and_where_they_are_from(export):
    export.write_text(json.dumps([exported()]), encoding="utf-8")
    pulled = read_export(export)
    [(found, provenance)] = pulled.rows
    assert found == FOUND
    assert provenance == {
        "source": "label-studio",
        "from": str(export),
        "task": 1,
        "annotation": 10,
        "annotator": 7,
        "updated": "2026-01-01T00:00:00Z",
    }
    assert (pulled.failures, pulled.drafts, pulled.cancelled, pulled.unlabelled) == ([], [], 0, 0)


def test_a_byte_order_mark_is_no_obstacle(export):
    export.write_text(json.dumps([exported()]), encoding="utf-8-sig")
    assert len(read_export(export).rows) == 1


@given(st.integers(min_value=0))
def test_an_export_cut_short_is_one_line(tmp_path_factory, cut):
    whole = json.dumps([exported()], ensure_ascii=False).encode()
    path = tmp_path_factory.mktemp("cut") / "export.json"
    path.write_bytes(whole[: cut % len(whole)])
    with pytest.raises(AnnotationError) as raised:
        read_export(path)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[1]",
        "null",
        '[{"id": 1, "text": "公开", "label": []}]',  # JSON-MIN
        '[{"id": 1, "data": {}, "annotations": [[]]}, {"data": {}, "annotations": []}]',
        "[" * 100_000,
    ],
)
def test_another_file_says_what_to_export(export, content):
    export.write_text(content, encoding="utf-8")
    with pytest.raises(AnnotationError, match="export again, as JSON"):
        read_export(export)


def test_a_file_that_is_not_there_is_said_so(export):
    with pytest.raises(ReadError, match="no such file"):
        read_export(export)


def test_an_address_stands_for_a_number_where_it_is_known():
    [(_, provenance)] = convert_export([exported()], "x", users={7: "a@example.org"}).rows
    assert provenance["annotator"] == "a@example.org"
    for who in ("7", "a@example.org"):
        assert convert_export([exported()], "x", who, {7: "a@example.org"}).rows
    assert convert_export([exported()], "x", "8", {7: "a@example.org"}).unlabelled == 1


def test_a_bad_task_costs_no_other():
    edited = exported(2)
    edited["data"]["text"] += "!"
    shifted = exported(3, planted("另有[5条|COUNT value=5]"))
    for row in shifted["annotations"][0]["result"]:
        row["value"]["start"] -= 1
        row["value"]["end"] -= 1
    pulled = convert_export([exported(), edited, shifted, {"id": 4}], "p")
    assert [p["task"] for _, p in pulled.rows] == [1]
    assert [f.where for f in pulled.failures] == ["p task 2", "p task 3", "p"]
    assert all(isinstance(f, IeError) for f in pulled.failures)


def test_one_text_in_two_tasks_is_taken_once_and_reported():
    pulled = convert_export([exported(1), exported(2)], "p")
    assert [p["task"] for _, p in pulled.rows] == [1]
    [failure] = pulled.failures
    assert str(failure) == "p task 2: the text of task 1 once more; delete one of the two"


def test_skipped_tasks_and_tasks_without_annotations_are_counted():
    skipped = exported(2)
    skipped["annotations"][0]["was_cancelled"] = True
    pulled = convert_export([exported(1), skipped, exported(3, annotations=[])], "p")
    assert (len(pulled.rows), pulled.cancelled, pulled.unlabelled) == (1, 1, 1)
    assert pulled.failures == []


@pytest.mark.parametrize(
    ("drafts", "said"),
    [
        ([{"user": "b", "annotation": None}], ["p task 1: a draft by b, never submitted"]),
        ([{"user": "b", "annotation": 10}], ["p task 1: changes by b that were never submitted"]),
        ([{"user": "b", "annotation": 9}], []),  # of an annotation that is not taken
        ([3], ["p task 1: a draft, never submitted"]),
        ([], []),
    ],
)
def test_drafts_are_said(drafts, said):
    pulled = convert_export([exported(drafts=drafts)], "p")
    assert pulled.drafts == said
    assert len(pulled.rows) == 1
