"""A tiny training from end to end: it must learn its few documents by heart, relations included."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from ie.annotation.markup import parse_markup
from ie.annotation.store import read_store, write_store
from ie.errors import ConfigError, ModelError
from ie.evaluate import evaluate
from ie.neural import train as training
from ie.neural.annotate import read
from ie.neural.checkpoint import TorchForward, load
from ie.neural.configuration import Configuration, parse_configuration
from ie.neural.export import export
from ie.neural.model import Model
from ie.neural.train import train

REPORTS = (
    "[县政府办|A]通过[县政府网站|H#w website]公开[信息|I][642条|C disclosed m< via:w]。",
    "全年[收到申请|I][12件|C#t requests_received m<]，"
    "其中[网上申请|I][3件|C requests_online m< of:t]。",
    "印发《[考核办法|T no>]》（[云政办发〔2014〕9号|N]），"
    "[市教育局|A][办结率|I]为[98%|R completion_rate m<]。",
    "[2014年|D][没有发生行政复议|I reviews none]，[召开会议|I][5次|C meetings m<]。",
)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of planted reports and a random encoder of two layers."""
    folder = tmp_path_factory.mktemp("training")
    gold = [parse_markup(f"一、概述\n{r}\n", f"r{i}") for i, r in enumerate(REPORTS)]
    write_store(folder / "store.jsonl", [(g, {}) for g in gold], text=True)
    characters = sorted({c for g in gold for c in g.document.text if not c.isspace()})
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", *characters, "政府", "信息"]
    tokenizer = Tokenizer(models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("政府|信息|."), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>"
    ).save_pretrained(folder / "encoder")
    shape = BertConfig(
        vocab_size=len(pieces),
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=96,
        pad_token_id=1,
    )
    BertModel(shape).save_pretrained(folder / "encoder")
    return folder


def configuration(workplace: Path, **changes: Any) -> Configuration:
    stage = {"name": "all", "epochs": 40, "encoder_rate": 2e-3, "head_rate": 6e-3}
    values: dict[str, Any] = {
        "data": {
            "corpus": [str(workplace / "store.jsonl")],
            "dev": [str(workplace / "store.jsonl")],
        },
        "windows": {"size": 64, "overlap": 8, "path": 8},
        "network": {"encoder": str(workplace / "encoder"), "width": 64, "pair": 32, "dropout": 0.0},
        "training": {
            "batch": 2,
            "precision": "fp32",
            "unknown": 0.0,
            "stages": [{**stage, **changes}],
        },
    }
    return parse_configuration(values, "test")


@pytest.fixture(scope="module")
def trained(workplace: Path) -> Path:
    return train(configuration(workplace), workplace / "run")


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
        best = train(configuration(workplace, epochs=8), workplace / run)
        scores.append((best / "scores.json").read_text())
    assert scores[0] == scores[1]
    assert json.loads(scores[0])["mean"] > 0


def test_a_training_that_was_cut_off_comes_to_the_same_end(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(configuration(workplace, epochs=6), workplace / "whole")
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
            train(configuration(workplace, epochs=6), workplace / "cut")
    resumed = train(configuration(workplace, epochs=6), workplace / "cut")
    ends = [
        load_file(workplace / run / "0-all" / "checkpoint-12" / "model.safetensors")
        for run in ("whole", "cut")
    ]
    assert ends[0].keys() == ends[1].keys()
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
    assert (whole / "scores.json").read_text() == (resumed / "scores.json").read_text()


def test_a_run_of_another_configuration_is_not_overwritten(workplace: Path, trained: Path) -> None:
    with pytest.raises(ConfigError, match="another configuration or other data"):
        train(configuration(workplace, epochs=1), workplace / "run")


def test_a_missing_encoder_is_one_line(workplace: Path, tmp_path: Path) -> None:
    values = configuration(workplace).model_dump()
    values["network"]["encoder"] = str(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"nowhere: .*expected an encoder's folder") as caught:
        train(parse_configuration(values, "test"), tmp_path / "run")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", ["cut", "foreign labels", "no description"])
def test_a_damaged_checkpoint_is_refused(trained: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "checkpoint"
    shutil.copytree(trained, folder)
    if damage == "cut":
        weights = folder / "network.safetensors"
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "foreign labels":
        description = json.loads((folder / "network.json").read_text())
        description["labels"] = description["labels"][:-1]
        (folder / "network.json").write_text(json.dumps(description))
    else:
        (folder / "network.json").unlink()
    with pytest.raises(ModelError, match="expected") as caught:
        load(folder)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def exported(workplace: Path, trained: Path) -> Path:
    gold = list(read_store(workplace / "store.jsonl"))
    # So small a network loses more to 8 bits than the shipped one may.
    patch = pytest.MonkeyPatch()
    patch.setattr("ie.neural.export.LOSS", 0.5)
    export(trained, workplace / "model", gold)
    patch.undo()
    return workplace / "model"


def test_the_exported_model_finds_the_same(workplace: Path, exported: Path) -> None:
    gold = list(read_store(workplace / "store.jsonl"))
    model = Model(exported)
    pooled = evaluate([(g, model.annotate(g.document)) for g in gold], bootstrap=0).pooled
    assert (pooled["spans.all"].f1 or 0) > 0.9
    assert (pooled["relations.all"].f1 or 0) > 0.8


@pytest.mark.parametrize("damage", ["other bytes", "no such file", "other labels"])
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
        description["labels"].append("PERSON")
        (folder / "model.json").write_text(json.dumps(description))
    with pytest.raises(ModelError, match=damage):
        Model(folder)


def test_an_empty_document_has_no_annotations(exported: Path) -> None:
    found = Model(exported).annotate(parse_markup("\n").document)
    assert (found.spans, found.relations) == ((), ())
