"""A training so small that it ends in seconds: four planted reports, an encoder of two layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from ie.annotation.markup import parse_markup
from ie.annotation.store import write_store
from ie.neural.configuration import Configuration, parse_configuration

REPORTS = (
    "[县政府办|A]通过[县政府网站|H#w website]公开[信息|I][642条|C disclosed m< via:w]。",
    "全年[收到申请|I][12件|C#t requests_received m<]，"
    "其中[网上申请|I][3件|C requests_online m< of:t]。",
    "印发《[考核办法|T no>]》（[云政办发〔2014〕9号|N]），"
    "[市教育局|A][办结率|I]为[98%|R completion_rate m<]。",
    "[2014年|D][没有发生行政复议|I reviews none]，[召开会议|I][5次|C meetings m<]。",
)


def workplace(folder: Path) -> Path:
    """Put into a folder a store of planted reports and a random encoder of two layers."""
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
