"""Events of Label Studio start trainings: each exactly once, one at a time."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import client, extractor, nothing, task
from starlette.testclient import TestClient

from ie.errors import IeError, ModelError
from ie.serve.training import CURRENT, Trainings
from ie.serve.versions import Versions

PROJECT = {"id": 3, "title": "年报 2015"}


class Steps:
    """A recipe that waits until it is told what to do, and keeps what it was asked."""

    def __init__(self, model: Path | None = None) -> None:
        self.model = model
        self.asked: list[tuple[str, str]] = []
        self.running = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.stopped = False

    def __call__(self, project: str, folder: Path) -> Path:
        assert folder.is_dir()
        self.asked.append((project, folder.name))
        self.running.release()
        assert self.go_on.acquire(timeout=30)
        if self.stopped:
            raise IeError("training", "stopped")
        if self.model is None:
            raise RuntimeError("no such luck")
        shutil.copytree(self.model, folder / "model")
        return folder / "model"

    def stop(self) -> None:
        self.stopped = True
        self.go_on.release()


def event(action: str, *ids: int, **fields: Any) -> dict[str, Any]:
    annotations: Any = [{"id": i, "was_cancelled": False, "result": []} for i in ids]
    if action != "ANNOTATIONS_CREATED":
        annotations = annotations[0]
    return {"action": action, "annotation": annotations, "project": PROJECT, **fields}


Backend = tuple[TestClient, Steps, Trainings]


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    """A backend that trains after three annotations."""
    steps = Steps()
    versions = Versions(extractor("first", nothing))
    trainings = Trainings(steps, versions, tmp_path / "runs", after=3)
    yield client(versions, trainings), steps, trainings
    steps.go_on.release()
    trainings.close()


def wait_for(condition: Callable[[], bool]) -> None:
    ready = threading.Event()
    for _ in range(1000):
        if condition():
            return
        ready.wait(0.02)
    raise AssertionError("it never came")


def test_enough_annotations_start_exactly_one_training(backend: Backend) -> None:
    asking, steps, _ = backend
    for body in (
        event("ANNOTATION_CREATED", 1),
        event("ANNOTATION_UPDATED", 1),  # the same one again
        event("ANNOTATION_UPDATED", 2),
        event("ANNOTATION_CREATED", 9) | {"annotation": {"id": 9, "was_cancelled": True}},
        {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 1}], "project": PROJECT},
        {"action": "TASKS_CREATED", "tasks": [{"id": i} for i in range(9)], "project": PROJECT},
        {"action": "PROJECT_UPDATED", "project": PROJECT},
        event("ANNOTATION_CREATED", 7, project={"id": 4, "title": "another"}),
        {"action": "ANNOTATION_CREATED"},  # a webhook without payload
    ):
        answer = asking.post("/webhook", json=body)
        assert (answer.status_code, answer.json()) == (200, {})
    answer = asking.post("/webhook", json=event("ANNOTATIONS_CREATED", 3, 4, 5))
    assert (answer.status_code, answer.json()) == (201, {"job": "0001"})
    assert steps.running.acquire(timeout=30)
    # What comes while it runs starts nothing, be it an event or the button.
    for number in range(20, 30):
        assert asking.post("/webhook", json=event("ANNOTATION_CREATED", number)).json() == {}
    start = {"action": "START_TRAINING", "project": PROJECT}
    assert asking.post("/webhook", json=start).json() == {"job": "0001"}
    assert asking.post("/train", json=start).json() == {"job": "0001"}
    assert steps.asked == [(PROJECT["title"], "0001")]
    assert asking.post("/job_status", json={"job": "0001"}).json()["job_status"] == "started"


def test_what_came_meanwhile_starts_the_next_one_even_after_a_failure(backend: Backend) -> None:
    asking, steps, trainings = backend
    asking.post("/webhook", json=event("ANNOTATIONS_CREATED", 1, 2, 3))
    assert steps.running.acquire(timeout=30)
    asking.post("/webhook", json=event("ANNOTATIONS_CREATED", 4, 5, 6))
    steps.go_on.release()  # to fail
    assert steps.running.acquire(timeout=30)
    assert trainings.state("0001") == "failed"
    assert [number for _, number in steps.asked] == ["0001", "0002"]
    steps.go_on.release()
    wait_for(lambda: trainings.state("0002") == "failed")
    assert asking.get("/versions").json() == {"versions": ["rules-first"]}
    # Label Studio goes on being served, by the version from before.
    assert asking.post("/predict", json={"tasks": [task("一")]}).status_code == 200


def test_many_events_at_once_start_one_training(backend: Backend) -> None:
    _, steps, trainings = backend
    threads = [threading.Thread(target=trainings.note, args=("p", [i])) for i in range(40)]
    threads += [threading.Thread(target=trainings.start, args=("p",)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert steps.running.acquire(timeout=30)
    assert len(steps.asked) == 1


def test_a_stopped_server_starts_no_other(backend: Backend) -> None:
    asking, steps, trainings = backend
    with asking:
        asking.post("/webhook", json=event("ANNOTATIONS_CREATED", 1, 2, 3))
        assert steps.running.acquire(timeout=30)
        asking.post("/webhook", json=event("ANNOTATIONS_CREATED", 4, 5, 6))
    assert steps.stopped
    assert trainings.state("0001") == "failed"
    assert len(steps.asked) == 1


def test_without_a_configuration_nothing_is_trained() -> None:
    asking = client()
    assert asking.post("/webhook", json=event("ANNOTATIONS_CREATED", *range(99))).json() == {}
    answer = asking.post("/webhook", json={"action": "START_TRAINING", "project": PROJECT})
    assert answer.status_code == 409
    assert "--train" in answer.json()["error"]


@pytest.mark.parametrize("job", ["0009", None, 5, {}])
def test_a_training_that_never_was_is_gone(backend: Backend, job: Any) -> None:
    assert backend[0].post("/job_status", json={"job": job}).status_code == 410
    assert client().post("/job_status", json={"job": job}).status_code == 410


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"action": 5}, 400),
        ({"action": "START_TRAINING"}, 400),
        ({"action": "START_TRAINING", "project": {"title": ["x"]}}, 400),
        ({"action": "ANNOTATION_CREATED", "annotation": [1, "x", None], "project": PROJECT}, 200),
        ({"action": "ANNOTATION_CREATED", "annotation": 5, "project": 3}, 200),
        ({"action": "ANNOTATION_CREATED", "annotation": {"id": []}, "project": PROJECT}, 200),
        ({"action": "SOMETHING_NEW"}, 200),
    ],
)
def test_odd_events(backend: Backend, body: dict[str, Any], status: int) -> None:
    assert backend[0].post("/webhook", json=body).status_code == status
    assert backend[1].asked == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    versions = Versions(extractor("first", nothing))
    trainings = Trainings(Steps(), versions, tmp_path / "file" / "runs", after=1)
    answer = client(versions, trainings).post(
        "/webhook", json={"action": "START_TRAINING", "project": PROJECT}
    )
    assert answer.status_code == 500
    assert "file" in answer.json()["error"]
    assert trainings.state("0001") is None


def test_a_model_that_does_not_open_leaves_the_one_before(tmp_path: Path) -> None:
    versions = Versions(extractor("first", nothing))
    (tmp_path / "model").mkdir()
    with pytest.raises(ModelError):
        versions.publish(tmp_path / "model")
    assert versions.names == [versions.current.name] == ["rules-first"]


def test_a_recorded_model_that_is_gone_is_one_line(tmp_path: Path) -> None:
    trainings = Trainings(Steps(), Versions(extractor("first", nothing)), tmp_path, after=1)
    trainings.resume()
    (tmp_path / CURRENT).write_text("0001/model\n")
    with pytest.raises(ModelError, match="0001"):
        trainings.resume()
