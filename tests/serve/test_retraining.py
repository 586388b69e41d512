"""A webhook, a real training of one epoch, and its model predicts; all but Label Studio itself."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from conftest import ROOT
from planted import planted
from serving import client, extractor, nothing, task

from ie.annotation.store import read_store, write_store
from ie.errors import ConfigError
from ie.serve.retraining import LOG, Retraining, TrainingError
from ie.serve.training import CURRENT, Trainings
from ie.serve.versions import Versions

GOLD = (
    planted("公开[信息|INDICATOR][5条|COUNT value=5 unit=条]。", name="a.txt"),
    planted("召开[会议|INDICATOR][3次|COUNT value=3 unit=次]。", name="b.txt"),
)
START = {"action": "START_TRAINING", "project": {"id": 1, "title": "--年报"}}


class WithStore(Retraining):
    """Takes a store where Label Studio would be asked."""

    def pull(self, project: str, store: Path) -> None:
        assert project == "--年报"
        write_store(store, [(GOLD[1], {})], text=True)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    write_store(tmp_path / "corpus.jsonl", [(GOLD[0], {})], text=True)
    encoder, corpus = (
        json.dumps(str(p)) for p in (ROOT / "models/encoder", tmp_path / "corpus.jsonl")
    )
    (tmp_path / "small.yaml").write_text(
        f"""\
name: small
data: {{corpus: [{corpus}], dev: [{corpus}]}}
network: {{encoder: {encoder}, layers: 1, random: true, width: 16, pair: 8}}
training:
  precision: fp32
  stages: [{{name: all, epochs: 1, encoder_rate: 1.0e-6, head_rate: 1.0e-6}}]
""",
        encoding="utf-8",
    )
    return tmp_path / "small.yaml"


def test_a_webhook_trains_and_the_model_predicts(config: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    versions = Versions(extractor("first", nothing))
    backend = client(versions, Trainings(WithStore(config), versions, runs, after=1))
    job = backend.post("/webhook", json=START).json()["job"]
    state = "started"
    deadline = time.monotonic() + 300
    while state == "started" and time.monotonic() < deadline:
        state = backend.post("/job_status", json={"job": job}).json()["job_status"]
        time.sleep(0.2)
    log = (runs / job / LOG).read_text(encoding="utf-8")
    assert state == "finished", log
    assert [row.document.name for row in read_store(runs / job / "annotations.jsonl")] == ["b.txt"]
    manifest = json.loads((runs / job / "run" / "manifest.json").read_text())
    assert manifest["documents"]["train"] == 2
    first, second = backend.get("/versions").json()["versions"]
    assert first == "rules-first"
    assert second.startswith("small-")
    assert backend.post("/setup", json={"schema": ours()}).json() == {"model_version": second}
    (prediction,) = backend.post("/predict", json={"tasks": [task("公开5条。")]}).json()["results"]
    assert prediction["model_version"] == second
    # After a restart it predicts again.
    assert (runs / CURRENT).read_text() == f"{job}/model\n"
    restarted = Versions(extractor("first", nothing))
    Trainings(WithStore(config), restarted, runs, after=1).resume()
    assert restarted.current.name == second


def ours() -> str:
    from ie.annotation.label_studio.interface import labelling_interface

    return labelling_interface()


def test_a_training_that_fails_says_so_in_one_line(config: Path, tmp_path: Path) -> None:
    config.write_text(config.read_text().replace("models/encoder", "models/nowhere"))
    (tmp_path / "0001").mkdir()
    with pytest.raises(TrainingError, match=r"ie train ended with status 1: ie: ") as caught:
        WithStore(config)("--年报", tmp_path / "0001")
    assert "\n" not in str(caught.value)
    assert caught.value.where.endswith(LOG)


def test_no_server_is_one_line(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "no-key-of-anyone")
    (tmp_path / "0001").mkdir()
    with pytest.raises(TrainingError, match=r"127\.0\.0\.1:9") as caught:
        Retraining(config)("a project", tmp_path / "0001")
    assert "no-key-of-anyone" not in str(caught.value)
    assert "no-key-of-anyone" not in (tmp_path / "0001" / LOG).read_text()


def test_nothing_starts_once_it_is_stopped(config: Path, tmp_path: Path) -> None:
    retraining = WithStore(config)
    retraining.stop()
    with pytest.raises(TrainingError, match="stopped"):
        retraining("--年报", tmp_path)


def test_a_wrong_configuration_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("nmae: x\n")
    with pytest.raises(ConfigError, match="nmae"):
        Retraining(tmp_path / "bad.yaml")
