"""A checkpoint becomes a model folder that finds the same, or none at all."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import pytest
import small
import torch

from ie.annotation.markup import parse_markup
from ie.annotation.store import read_store
from ie.document import Annotations
from ie.errors import ModelError
from ie.evaluate import evaluate
from ie.neural import export as exporting
from ie.neural.annotate import read
from ie.neural.checkpoint import TorchForward, load
from ie.neural.export import export
from ie.neural.model import Model
from ie.neural.network import Network
from ie.neural.train import train


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.workplace(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def trained(workplace: Path) -> Path:
    return train(small.configuration(workplace), workplace / "run")


@pytest.fixture(scope="module")
def gold(workplace: Path) -> list[Annotations]:
    return list(read_store(workplace / "store.jsonl"))


@pytest.fixture(scope="module")
def exported(workplace: Path, trained: Path, gold: list[Annotations]) -> Path:
    # So small a network loses more to 8 bits than the shipped one may.
    patch = pytest.MonkeyPatch()
    patch.setattr("ie.neural.export.LOSS", 0.5)
    export(trained, workplace / "model", gold)
    patch.undo()
    return workplace / "model"


def test_the_exported_model_finds_the_same(exported: Path, gold: list[Annotations]) -> None:
    model = Model(exported)
    pooled = evaluate([(g, model.annotate(g.document)) for g in gold], bootstrap=0).pooled
    assert (pooled["spans.all"].f1 or 0) > 0.9
    assert (pooled["relations.all"].f1 or 0) > 0.8


@pytest.mark.parametrize(
    "damage", ["other bytes", "no such file", "other labels", "graphs of version 1"]
)
def test_a_damaged_model_is_refused(exported: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(exported, folder)
    graph = folder / "windows.onnx"
    if damage == "other bytes":
        graph.write_bytes(graph.read_bytes()[:-1] + b"\0\0")
    elif damage == "no such file":
        graph.unlink()
    else:
        description = json.loads((folder / "model.json").read_text())
        if damage == "other labels":
            description["labels"].append("PERSON")
        else:
            del description["version"]  # as before there were versions
        (folder / "model.json").write_text(json.dumps(description))
    with pytest.raises(ModelError, match=damage) as caught:
        Model(folder)
    assert "ie export-model" in str(caught.value)  # what to do about it
    assert "\n" not in str(caught.value)


def test_an_empty_document_has_no_annotations(exported: Path) -> None:
    found = Model(exported).annotate(parse_markup("\n").document)
    assert (found.spans, found.relations) == ((), ())


def test_in_32_bits_it_says_what_pytorch_says(
    trained: Path, tmp_path: Path, gold: list[Annotations]
) -> None:
    scores = export(trained, tmp_path / "model", gold, bits=32)
    assert scores.keys() == {"float32"}
    model = Model(tmp_path / "model")
    network, reader, _ = load(trained)
    network.eval()
    for each in gold:
        found = model.annotate(each.document)
        expected = read(each.document, reader, TorchForward(network))
        assert [s.key for s in found.spans] == [s.key for s in expected.spans]
        assert found.spans


def test_a_convolution_as_one_product_is_the_same() -> None:
    torch.manual_seed(1)
    convolution = torch.nn.Conv1d(6, 4, 5, padding=2)
    for length in (1, 3, 20):
        x = torch.randn(2, 6, length)
        torch.testing.assert_close(exporting._Unfolded(convolution)(x), convolution(x))


def test_graphs_that_find_other_spans_are_refused(
    trained: Path, tmp_path: Path, gold: list[Annotations], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = exporting._write_graphs

    def write_another(folder: Path, network: Network) -> None:
        other = copy.deepcopy(network)
        with torch.no_grad():
            other.tags.weight.zero_()
        write(folder, other)

    monkeypatch.setattr(exporting, "_write_graphs", write_another)
    with pytest.raises(ModelError, match=r"other spans in r0\.txt than PyTorch's"):
        export(trained, tmp_path / "model", gold)
    assert list((tmp_path / "model").iterdir()) == []


def test_8_bits_that_cost_too_much_leave_what_stood_there(
    trained: Path, exported: Path, gold: list[Annotations], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {f.name: f.read_bytes() for f in exported.iterdir()}
    monkeypatch.setattr(exporting, "LOSS", -1.0)
    with pytest.raises(ModelError, match=r"8 bits: .* span F1 less; expected at most -1"):
        export(trained, exported, gold)
    assert {f.name: f.read_bytes() for f in exported.iterdir()} == before
    assert list(exported.parent.glob("tmp*")) == []


def test_the_card_holds_what_was_measured(exported: Path) -> None:
    card = (exported / "README.md").read_text(encoding="utf-8")
    description = json.loads((exported / "model.json").read_text())
    for name, digest in description["files"].items():
        size = (exported / name).stat().st_size
        assert f"| `{name}` | {size:,} | `{digest}` |" in card
    lost = description["dev"]["float32"]["spans"] - description["dev"]["int8"]["spans"]
    assert f"| lost by 8 bits | {lost:.4f} |" in card
