"""A tiny training from end to end: it must learn its few documents by heart, relations included."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import small
import torch
from safetensors.torch import load_file

from ie.annotation.store import read_store
from ie.errors import ConfigError, ModelError
from ie.evaluate import evaluate
from ie.neural import train as training
from ie.neural.annotate import read
from ie.neural.checkpoint import TorchForward, load
from ie.neural.configuration import parse_configuration
from ie.neural.train import train


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.workplace(tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def trained(workplace: Path) -> Path:
    return train(small.configuration(workplace), workplace / "run")


def test_it_learns_its_documents_by_heart(workplace: Path, trained: Path) -> None:
    network, reader, _ = load(trained)
    network.eval()
    gold = list(read_store(workplace / "store.jsonl"))
    pairs = [(g, read(g.document, reader, TorchForward(network))) for g in gold]
    pooled = evaluate(pairs, bootstrap=0).pooled
    for name in ("spans.all", "facts.all", "relations.all"):
        assert pooled[name].f1 == 1.0, name


def test_the_manifest_says_what_was_done(trained: Path) -> None:
    manifest = json.loads((trained.parent.parent / "manifest.json").read_text())
    assert manifest["documents"] == {"train": 4, "dev": 4, "real": []}
    assert manifest["dev"]["all"]["spans"] == 1.0
    assert manifest["configuration"]["network"]["width"] == 64
    assert manifest["versions"]["torch"]


def test_the_same_seed_gives_the_same_scores(workplace: Path) -> None:
    scores = []
    for run in ("first", "second"):
        best = train(small.configuration(workplace, epochs=8), workplace / run)
        scores.append((best / "scores.json").read_text())
    assert scores[0] == scores[1]
    assert json.loads(scores[0])["mean"] > 0


def test_a_training_that_was_cut_off_comes_to_the_same_end(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(small.configuration(workplace, epochs=6), workplace / "whole")
    offers = 0
    offer = training._KeepBest.offer

    def cut_off(self: Any, scores: dict[str, float]) -> None:
        nonlocal offers
        offers += 1
        if offers == 4:
            raise KeyboardInterrupt
        offer(self, scores)

    with monkeypatch.context() as patch:
        patch.setattr(training._KeepBest, "offer", cut_off)
        with pytest.raises(KeyboardInterrupt):
            train(small.configuration(workplace, epochs=6), workplace / "cut")
    resumed = train(small.configuration(workplace, epochs=6), workplace / "cut")
    ends = [
        load_file(workplace / run / "0-all" / "checkpoint-12" / "model.safetensors")
        for run in ("whole", "cut")
    ]
    assert ends[0].keys() == ends[1].keys()
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
    assert (whole / "scores.json").read_text() == (resumed / "scores.json").read_text()


def test_a_run_of_another_configuration_is_not_overwritten(workplace: Path, trained: Path) -> None:
    with pytest.raises(ConfigError, match="another configuration or other data"):
        train(small.configuration(workplace, epochs=1), workplace / "run")


def test_a_missing_encoder_is_one_line(workplace: Path, tmp_path: Path) -> None:
    values = small.configuration(workplace).model_dump()
    values["network"]["encoder"] = str(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"nowhere: .*expected an encoder's folder") as caught:
        train(parse_configuration(values, "test"), tmp_path / "run")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", ["cut", "pickle", "foreign labels", "no description"])
def test_a_damaged_checkpoint_is_refused(trained: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "checkpoint"
    shutil.copytree(trained, folder)
    if damage == "cut":
        weights = folder / "network.safetensors"
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "pickle":
        torch.save({"network": torch.zeros(3)}, folder / "network.safetensors")
    elif damage == "foreign labels":
        description = json.loads((folder / "network.json").read_text())
        description["labels"] = description["labels"][:-1]
        (folder / "network.json").write_text(json.dumps(description))
    else:
        (folder / "network.json").unlink()
    with pytest.raises(ModelError, match="expected") as caught:
        load(folder)
    assert "\n" not in str(caught.value)
