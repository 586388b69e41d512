"""The model backend as Label Studio itself asks it: predictions, suggestions, a training."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, start
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from ie.annotation.label_studio import sync
from ie.annotation.label_studio.client import Project, Server
from ie.annotation.label_studio.convert import annotations_of, result_of
from ie.annotation.store import write_store
from ie.document import Annotations, Document
from ie.rules import annotate

TOKEN = "s3cret-token"
TEXTS = {
    "hard.txt": "𠮷县２０１５年报告\r\n"
    "　　主动公开政府信息１２３条，  其中政务微博公开 ４５  条🀄。\r\n",
    "plain.txt": "县政府网站主动公开政府信息642条。\n没有发生行政复议。\n",
    "nothing.txt": "本报告没有数字。\n",
}


def wait(condition: Callable[[], Any], seconds: float) -> Any:
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it never came"
        time.sleep(0.3)
    return found


@pytest.fixture
def sdk(label_studio: Any) -> LabelStudio:
    return LabelStudio(base_url=label_studio.url, api_key=label_studio.token)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A training that takes seconds and learns nothing."""
    gold = annotate(Document("公开信息5条。", name="corpus.txt"))
    write_store(tmp_path / "corpus.jsonl", [(gold, {})], text=True)
    corpus, encoder = str(tmp_path / "corpus.jsonl"), str(ROOT / "models/encoder")
    stage = {"name": "all", "epochs": 1, "encoder_rate": 1e-6, "head_rate": 1e-6}
    values = {
        "name": "small",
        "data": {"corpus": [corpus], "dev": [corpus]},
        "network": {"encoder": encoder, "layers": 1, "random": True, "width": 16, "pair": 8},
        "training": {"precision": "fp32", "stages": [stage]},
    }
    path = tmp_path / "small.yaml"  # which JSON is too
    path.write_text(json.dumps(values).replace("1e-06", "1.0e-6"))
    return path


@pytest.fixture
def backend(config: Path, tmp_path: Path, settings: None) -> Iterator[str]:
    """The address of ``ie serve`` with the rules, which trains when it is asked to."""
    command = ("serve", "--label-studio", "-e", "rules", "--port", 0, "--token", TOKEN)
    training = ("--train", config, "--after", 2, "-o", tmp_path / "runs")
    log = tmp_path / "serve.log"
    with log.open("w") as output:
        process = start(*command, *training, stdout=subprocess.DEVNULL, stderr=output)
    try:
        yield wait(lambda: re.search(r"http://\S+", log.read_text()), 60).group()
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def project(server: Server) -> Project:
    """A project with three documents and no pre-annotations."""
    opened = sync.open_project(server, f"backend {time.time_ns() % 10**9}")
    documents = [Document(text, name=name) for name, text in TEXTS.items()]
    assert all(isinstance(s, sync.Sent) for s in sync.push(server, opened, documents, None))
    return opened


def register(sdk: LabelStudio, project: Project, backend: str, token: str = TOKEN) -> Any:
    return sdk.ml.create(
        project=project.id,
        url=backend,
        title="ie",
        auth_method="BASIC_AUTH",
        basic_auth_user="ie",
        basic_auth_pass=token,
        is_interactive=True,
    )


def read(task: Any, result: Any) -> Annotations:
    return annotations_of(Document(task.data["text"]), result, f"task {task.id}")


def places(annotations: Annotations) -> tuple[list[Any], list[Any]]:
    links = [(r.type, r.head.key, r.tail.key) for r in annotations.relations]
    return [(*s.key, annotations.text(s)) for s in annotations.spans], links


def test_a_wrong_token_is_not_registered(sdk: LabelStudio, project: Project, backend: str) -> None:
    with pytest.raises(ApiError, match="authentication parameters"):
        register(sdk, project, backend, "wrong-token")


def test_another_labelling_interface_is_not_registered(sdk: LabelStudio, backend: str) -> None:
    other = sdk.projects.create(title=f"other {time.time_ns() % 10**9}")
    with pytest.raises(ApiError, match="422"):
        register(sdk, Project(other.id, "", "", None), backend)


def test_predictions_come_back_through_label_studio(
    sdk: LabelStudio, server: Server, project: Project, backend: str
) -> None:
    registered = register(sdk, project, backend)
    assert sdk.ml.get(registered.id).state == "CO"
    assert sdk.ml.get(registered.id).model_version.startswith("rules-")
    assert sdk.ml.list_model_versions(registered.id).versions == [
        sdk.ml.get(registered.id).model_version
    ]
    for listed in server.tasks(project):
        task = sdk.tasks.get(str(listed.id))  # as when it is opened
        assert task.data["text"] == TEXTS[task.data["name"]]
        (prediction,) = task.predictions
        assert prediction.model_version.startswith("rules-")
        found = annotate(Document(task.data["text"]))
        assert places(read(task, prediction.result)) == places(found)
        assert bool(prediction.result) == (task.data["name"] != "nothing.txt")


def test_a_drawn_region_gets_its_attributes_through_label_studio(
    label_studio: Any, sdk: LabelStudio, server: Server, project: Project, backend: str
) -> None:
    registered = register(sdk, project, backend)
    listed = next(t for t in server.tasks(project) if t.data["name"] == "hard.txt")
    start = listed.data["text"].index("１２３条")
    value = {"start": start, "end": start + 4, "text": "１２３条", "labels": ["COUNT"]}
    drawn = {"id": "q1", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
    # The SDK asks for this too, but gives nothing back.
    request = urllib.request.Request(
        f"{label_studio.url}/api/ml/{registered.id}/interactive-annotating",
        json.dumps({"task": listed.id, "context": {"result": [drawn]}}).encode(),
        {
            "Authorization": f"Token {label_studio.legacy_token}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        data = json.load(answer)["data"]
    assert {row["id"] for row in data["result"]} == {"q1"}
    (count,) = annotations_of(Document(listed.data["text"]), data["result"], "task").spans
    assert (count.start, count.attrs.value, count.attrs.unit) == (start, 123, "条")


def test_annotations_start_a_training_whose_model_predicts(
    sdk: LabelStudio, server: Server, project: Project, backend: str, tmp_path: Path
) -> None:
    for _ in range(2):  # twice is as once
        server.add_backend(project, backend, TOKEN)
    (registered,) = sdk.ml.list(project=project.id)
    (webhook,) = sdk.webhooks.list(project=str(project.id))
    assert webhook.url == f"{backend}/webhook"
    tasks = server.tasks(project)
    for task in tasks[:2]:
        result = result_of(annotate(Document(task.data["text"])))
        sdk.annotations.create(task.id, result=result)
    runs = tmp_path / "runs"
    wait((runs / "current").exists, 240)
    assert [path.name for path in runs.iterdir() if path.is_dir()] == ["0001"]
    manifest = json.loads((runs / "0001" / "run" / "manifest.json").read_text())
    assert manifest["documents"]["train"] == 1 + 2
    version = sdk.ml.get(registered.id).model_version
    assert version.startswith("small-")
    assert sdk.ml.list_model_versions(registered.id).versions[-1] == version
    task = sdk.tasks.get(str(tasks[2].id))
    assert [p.model_version for p in task.predictions] == [version]
    # The button under Settings, Model starts another one.
    sdk.ml.train(registered.id)
    wait((runs / "0002").exists, 30)
