"""A checkpoint as what the subjects need: ``python bench/prepare.py SUBJECT FOLDER``.

For ``fp32`` the model without quantisation. For ``pipeline`` what
``pipeline("token-classification")`` takes: the encoder as it is, and on it one linear layer with
the tags of all labels in one sequence. That layer is fitted to the dev reports in closed form: a
random one would find a name at every piece, and the time to gather them would count against it.

All this is no part of ``compare.py``, because a command that it started would have its memory
counted from what it holds itself.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch
from texts import DEV, ROOT
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedTokenizerFast,
)

from ie.annotation.store import read_store
from ie.document import Annotations
from ie.labels import SPAN_LABELS

ENCODER = ROOT / "models" / "encoder"
WINDOW = 256
"""Pieces."""

RIDGE = 1.0


def write_whole_model(checkpoint: Path, folder: Path) -> None:
    """Export a checkpoint in 32 bits."""
    from ie.neural.batches import read_corpus
    from ie.neural.checkpoint import load
    from ie.neural.export import export

    export(checkpoint, folder, read_corpus(load(checkpoint)[2]).dev, bits=32)


def write_token_classifier(checkpoint: Path | None, folder: Path) -> None:
    """Write the folder of a token classifier.

    Args:
        checkpoint: of ``ie train``; without one, the first layers of the encoder that ships,
            which take as long.
        folder: what is written.
    """
    if checkpoint:
        from ie.neural.checkpoint import load

        network, reader, _ = load(checkpoint)
        encoder = network.encoder
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=reader.tokenizer,
            pad_token=reader.tokenizer.id_to_token(reader.padding),
        )
    else:
        shape = AutoConfig.from_pretrained(ENCODER)
        shape.num_hidden_layers = 4
        encoder = AutoModel.from_pretrained(ENCODER, config=shape).float()
        tokenizer = AutoTokenizer.from_pretrained(ENCODER, use_fast=True)
    tags = ["O", *(f"{p}-{label}" for label in SPAN_LABELS for p in "BI")]
    shape = encoder.config
    shape.num_labels = len(tags)
    shape.id2label, shape.label2id = dict(enumerate(tags)), {t: i for i, t in enumerate(tags)}
    model = AutoModelForTokenClassification.from_config(shape).float().eval()
    prefix = model.base_model_prefix
    model.load_state_dict(
        {f"{prefix}.{name}": w for name, w in encoder.state_dict().items() if "pooler" not in name},
        strict=False,
    )
    states, wanted = _states(model.base_model, tokenizer, tags)
    ones = torch.cat([states, torch.ones(len(states), 1)], dim=1)
    gold = torch.nn.functional.one_hot(wanted, len(tags)).float()
    fitted = torch.linalg.solve(
        ones.T @ ones + RIDGE * torch.eye(ones.shape[1]), ones.T @ gold
    )  # H+1 tags
    with torch.no_grad():
        model.classifier.weight.copy_(fitted[:-1].T)
        model.classifier.bias.copy_(fitted[-1])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _states(encoder: torch.nn.Module, tokenizer: Any, tags: list[str]) -> tuple[torch.Tensor, ...]:
    """(pieces, H) the states of all pieces of the dev reports, and (pieces,) their tags."""
    states, wanted = [], []
    for gold in read_store(DEV):
        encoded = tokenizer(
            gold.document.text,
            truncation=True,
            max_length=WINDOW,
            padding=True,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        real = encoded["attention_mask"].bool()
        with torch.inference_mode():
            inputs = {"input_ids": encoded["input_ids"], "attention_mask": real.long()}
            states.append(encoder(**inputs).last_hidden_state[real].clone())
        by_character = _tags(gold)
        wanted += [
            tags.index(by_character.get(start, "O") if start < end else "O")
            for start, end in encoded["offset_mapping"][real].tolist()
        ]
    return torch.cat(states), torch.tensor(wanted)


def _tags(gold: Annotations) -> dict[int, str]:
    """Character → its tag; where spans overlap, the last one's."""
    tags = {}
    for span in gold.spans:
        tags |= dict.fromkeys(range(span.start, span.end), f"I-{span.label}")
        tags[span.start] = f"B-{span.label}"
    return tags


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subject", choices=("fp32", "pipeline"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    arguments = parser.parse_args()
    write = write_whole_model if arguments.subject == "fp32" else write_token_classifier
    write(arguments.checkpoint, arguments.folder)


if __name__ == "__main__":
    main()
