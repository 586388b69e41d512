"""The endpoints, each as Label Studio 1.23 calls it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import planted
from serving import client, extractor, nothing, task

import ie
from ie.annotation.label_studio.convert import annotations_of
from ie.annotation.label_studio.interface import labelling_interface
from ie.document import Annotations, Document
from ie.errors import AnnotationError
from ie.extractors import load
from ie.serve.versions import Versions

RULES = f"rules-{ie.__version__}"
REPORT = "全年主动公开政府信息642条，\r\n其中🏮政府网站公开３００条  。"


def predict(tasks: Any, versions: Versions | None = None, **params: Any) -> Any:
    body = {"tasks": tasks, "project": "1.17", "label_config": "<View/>", "params": params}
    answer = client(versions).post("/predict", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["model_version"]
    return answer.json()["results"]


def test_health_and_setup_and_versions_name_the_version() -> None:
    backend = client()
    assert backend.get("/health").json() == {"status": "UP", "model_version": RULES}
    assert backend.get("/").json() == backend.get("/health").json()
    asked = {
        "project": "1.17",
        "schema": labelling_interface(),
        "hostname": "",
        "access_token": "x",
        "extra_params": None,
    }
    assert backend.post("/setup", json=asked).json() == {"model_version": RULES}
    assert backend.get("/versions").json() == {"versions": [RULES]}


@pytest.mark.parametrize(
    ("damage", "lacking"),
    [
        (lambda xml: "<View></View>", "<Text name=text>"),
        (lambda xml: "no XML", "no XML"),
        (lambda xml: "", "no XML"),
        (lambda xml: xml.replace('alias="COUNT"', 'alias="NUMBER"'), "COUNT in <Labels"),
        (lambda xml: xml.replace('name="unit"', 'name="units"'), "<TextArea name=unit>"),
    ],
)
def test_setup_refuses_an_interface_that_cannot_hold_predictions(damage: Any, lacking: str) -> None:
    answer = client().post("/setup", json={"schema": damage(labelling_interface())})
    assert answer.status_code == 422
    assert lacking in answer.json()["error"]


def test_an_interface_with_more_than_ours_is_accepted() -> None:
    ours = labelling_interface().replace('alias="COUNT"', 'title="a count" alias="COUNT"')
    more = ours.removesuffix("</View>\n") + '<Rating name="quality" toName="text" /></View>'
    assert client().post("/setup", json={"schema": more}).status_code == 200


def test_a_prediction_reads_back_as_what_the_extractor_found() -> None:
    (prediction,) = predict([task(REPORT)])
    document = Document(REPORT)
    found = load("rules").annotate(document)
    assert {s.label for s in found.spans} >= {"COUNT", "INDICATOR", "CHANNEL"}
    back = annotations_of(document, prediction["result"], "task 1")
    assert [s.key for s in back.spans] == [s.key for s in found.spans]
    assert [(r.type, r.head.key, r.tail.key) for r in back.relations] == [
        (r.type, r.head.key, r.tail.key) for r in found.relations
    ]
    assert prediction["model_version"] == RULES


def test_every_task_has_one_prediction_in_order_the_empty_ones_too() -> None:
    texts = ["", REPORT, " \r\n\u3000", "没有数字。", REPORT]
    results = predict([task(text, number) for number, text in enumerate(texts)])
    assert len(results) == len(texts)
    assert [bool(r["result"]) for r in results] == [False, True, False, False, True]
    assert results[1] == results[4]


def test_no_tasks_have_no_predictions() -> None:
    assert predict([]) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_texts_have_as_many_predictions(texts: list[str]) -> None:
    results = predict([task(text) for text in texts])
    assert len(results) == len(texts)
    for text, prediction in zip(texts, results, strict=True):
        annotations_of(Document(text), prediction["result"], "any")


def test_half_a_surrogate_pair_breaks_no_answer() -> None:
    body = '{"tasks": [{"id": 1, "data": {"text": "公开\\ud83c5条。"}}]}'
    answer = client().post("/predict", content=body)
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 1


@pytest.mark.parametrize("bad", [None, "text", {}, {"id": 7}, {"id": 7, "data": []}, task(5)])
def test_a_bad_task_costs_no_other(bad: Any) -> None:
    first, second = predict([bad, task(REPORT)])
    # Without a result Label Studio stores nothing for this task.
    assert "result" not in first
    assert "no text" in first["error"]
    assert second["result"]


def test_a_flaw_of_an_extractor_costs_no_other_task() -> None:
    def flawed(document: Document) -> Annotations:
        if "甲" in document.text:
            raise KeyError("甲")
        if "乙" in document.text:
            raise AnnotationError("here", "this")
        return nothing(document)

    results = predict([task(t) for t in "甲乙丙"], Versions(extractor("1", flawed)))
    assert ["result" in r for r in results] == [False, False, True]
    assert results[0]["error"].startswith("task 1: KeyError")


@pytest.mark.parametrize("path", ["/predict", "/setup", "/webhook", "/train", "/job_status"])
@pytest.mark.parametrize("body", ["", "{", "[]", "5", "null", '"x"', "[" * 100_000, "\xff"])
def test_what_is_no_object_is_refused(path: str, body: str) -> None:
    answer = client().post(path, content=body.encode("latin-1"))
    assert answer.status_code == 400
    assert "\n" not in answer.json()["error"]


@pytest.mark.parametrize("tasks", [None, {}, "x", 5])
def test_tasks_must_be_a_list(tasks: Any) -> None:
    assert client().post("/predict", json={"tasks": tasks}).status_code == 400


def test_other_paths_and_methods_are_refused_as_json() -> None:
    backend = client()
    assert backend.get("/nowhere").status_code == 404
    assert backend.get("/predict").status_code == 405
    assert backend.get("/predict").json() == {"error": "Method Not Allowed"}


def test_a_prediction_under_way_keeps_its_model() -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(document: Document) -> Annotations:
        started.set()
        assert go_on.wait(30)
        return nothing(document)

    versions = Versions(extractor("old", slow))
    backend = client(versions)
    answers = []

    def ask() -> None:
        answers.append(backend.post("/predict", json={"tasks": [task("一"), task("二")]}).json())

    asking = threading.Thread(target=ask)
    asking.start()
    assert started.wait(30)
    # Others are answered meanwhile.
    assert backend.get("/health").json()["model_version"] == "rules-old"
    versions.take_over(extractor("new", nothing))
    assert backend.post("/predict", json={"tasks": []}).json()["model_version"] == "rules-new"
    go_on.set()
    asking.join(30)
    assert answers[0]["model_version"] == "rules-old"
    assert [r["model_version"] for r in answers[0]["results"]] == ["rules-old"] * 2
    assert backend.get("/versions").json() == {"versions": ["rules-old", "rules-new"]}


def test_while_an_annotator_draws_attributes_come_back_under_the_same_id() -> None:
    expected = planted("公开[信息|INDICATOR][642条|COUNT value=642 unit=条]。")
    text = expected.document.text
    start = text.index("642条")
    value = {"start": start, "end": start + 4, "text": "642条", "labels": ["COUNT"]}
    drawn = {"id": "Ab3", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
    asked = task(text) | {"drafts": [{"id": 1, "result": [drawn]}]}
    (suggested,) = predict([asked], context={"result": [drawn]})
    rows = {row["from_name"]: row for row in suggested["result"]}
    assert rows.keys() >= {"label", "value", "unit", "indicator"}
    assert {row["id"] for row in rows.values()} == {"Ab3"}
    assert rows["value"]["value"]["text"] == ["642"]
    (count,) = annotations_of(Document(text), suggested["result"], "task").spans
    assert count.key == expected.of("COUNT")[0].key


@pytest.mark.parametrize("context", [None, {}, {"result": []}, {"result": None}, "x", []])
def test_a_context_without_regions_asks_for_the_whole_text(context: Any) -> None:
    assert predict([task(REPORT)], context=context) == predict([task(REPORT)])


@pytest.mark.parametrize("row", [{}, {"id": 1, "value": {}}, {"from_name": "label"}, 5])
def test_regions_of_no_use_suggest_nothing(row: Any) -> None:
    (suggested,) = predict([task(REPORT)], context={"result": [row]})
    assert suggested.get("result", []) == []
