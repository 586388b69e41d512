"""A step is the same step, however many batches and processes it is made of."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small
import torch

from ie.annotation.store import read_store
from ie.neural.annotate import Reader
from ie.neural.batches import Collator, Windows
from ie.neural.checkpoint import TorchForward, build, load
from ie.neural.configuration import Configuration, parse_configuration
from ie.neural.encode import alphabet_of, collate
from ie.neural.learner import Learner, counts_of
from ie.neural.train import train

ROOT = Path(__file__).parents[2]
EPOCHS = 6


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.workplace(tmp_path_factory.mktemp("processes"))


def changed(workplace: Path, **training: Any) -> Configuration:
    values = small.configuration(workplace, epochs=EPOCHS).model_dump()
    values["training"] |= training
    return parse_configuration(values, "test")


def logits(workplace: Path, best: Path) -> Any:
    """What a checkpoint says of the tags of all documents."""
    network, reader, _ = load(best)
    network.eval()
    encoded = []
    for gold in read_store(workplace / "store.jsonl"):
        encoded += reader.encode(gold.document, reader.windows(gold.document))
    return TorchForward(network).windows(collate(encoded, reader.padding))[0]


@pytest.fixture(scope="module")
def alone(workplace: Path) -> Path:
    """One process, four windows a step."""
    return train(changed(workplace, batch=4), workplace / "alone")


def same(workplace: Path, first: Path, second: Path) -> None:
    scores = [json.loads((best / "scores.json").read_text()) for best in (first, second)]
    assert scores[0] == scores[1]
    assert scores[0]["mean"] > 0
    # Adam makes much of the sign of a gradient that is zero but for rounding.
    np.testing.assert_allclose(logits(workplace, first), logits(workplace, second), atol=0.02)


def rows_of(workplace: Path) -> tuple[Learner, Reader, list[dict[str, Any]]]:
    options = changed(workplace)
    gold = list(read_store(workplace / "store.jsonl"))
    torch.manual_seed(1)
    network, reader = build(options, alphabet_of([g.document.text for g in gold]))
    rows = Windows(gold, reader, "rows", workplace / "cache")
    return Learner(network), reader, [rows[i] for i in range(len(rows))]


def gradients(learner: Learner, batches: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    counts = torch.stack([counts_of(batch) for batch in batches]).sum(0).clamp(min=1)
    learner.zero_grad()
    for batch in batches:
        learner(**batch, counts=counts)["loss"].backward()
    return {name: p.grad.clone() for name, p in learner.named_parameters()}


def test_small_batches_add_up_to_the_gradient_of_a_great_one(workplace: Path) -> None:
    learner, reader, rows = rows_of(workplace)
    learner.eval()
    collator = Collator(reader.padding, 0.0)
    whole = gradients(learner, [collator(rows)])
    parts = gradients(learner, [collator(rows[:1]), collator(rows[1:])])
    for name, gradient in whole.items():
        torch.testing.assert_close(gradient, parts[name], rtol=1e-3, atol=1e-5, msg=name)


def test_every_weight_has_a_gradient_where_nothing_is_marked(workplace: Path) -> None:
    learner, reader, rows = rows_of(workplace)
    empty = dict(rows[0])
    empty["tags"] = np.zeros_like(empty["tags"])
    for name in ("spans", "pairs", "features", "related"):
        empty[name] = empty[name][:0]
    found = gradients(learner, [Collator(reader.padding, 0.0)([empty])])
    assert found.keys() == {name for name, _ in learner.named_parameters()}
    assert all(torch.isfinite(g).all() for g in found.values())


def test_accumulated_batches_train_as_a_great_one(workplace: Path, alone: Path) -> None:
    found = train(changed(workplace, batch=2, accumulate=2), workplace / "accumulated")
    same(workplace, alone, found)


def test_two_processes_train_as_one_and_go_on_after_a_cut(
    workplace: Path,
    alone: Path,
) -> None:
    path = workplace / "two.yaml"
    path.write_text(changed(workplace, batch=2).to_yaml(), encoding="utf-8")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    script = [str(ROOT / "scripts" / "train.py"), "--config", str(path)]
    command = [*launch, "--nproc-per-node", "2", *script, "--output", str(workplace / "two")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    best = workplace / "two" / "0-all" / "best"
    same(workplace, alone, best)
    manifest = json.loads((workplace / "two" / "manifest.json").read_text())
    assert manifest["processes"] == 2

    # As if it had been cut off after the epoch before the last: the end is the same.
    scores = (best / "scores.json").read_text()
    (best.parent / "done").unlink()
    last = best.parent / f"checkpoint-{EPOCHS}"
    weights = (last / "model.safetensors").read_bytes()
    (last / "model.safetensors").unlink()
    last.rename(last.with_name("lost"))
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (last / "model.safetensors").read_bytes() == weights
    assert (best / "scores.json").read_text() == scores
