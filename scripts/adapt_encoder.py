"""Adapt an encoder to the language of government by masked-language modelling.

    python scripts/adapt_encoder.py models/encoder TEXT.txt[.xz] STORE.jsonl … -o models/adapted

A text file holds a paragraph a line and a blank line between documents; of a store of
annotations the texts are taken. Documents that speak of disclosure (its words and figures, per
character) are read first; training stops after ``--minutes``, its learning rate falling to zero
by then.
"""

from __future__ import annotations

import argparse
import lzma
import random
import re
import time
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModel,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from ie.annotation.store import read_store

LIKE_REPORTS = re.compile(
    r"公开|政务|网站|办理|受理|信息|服务|发布|县|区政府|市政府|热线|办结|会议|培训|[0-9]+[余多]?[条件项个次万]"
)
WINDOW = 300  # characters; about 230 pieces


def read_documents(paths: list[Path]) -> list[str]:
    """The documents of all files, those most like reports first."""
    documents = []
    for path in paths:
        if path.suffix == ".jsonl":
            documents += [gold.document.text for gold in read_store(path)]
            continue
        data = path.read_bytes()
        text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8")
        documents += text.split("\n\n")
    documents = [d for d in documents if len(d) >= WINDOW]
    return sorted(documents, key=lambda d: -len(LIKE_REPORTS.findall(d)) / len(d))


def windows(documents: list[str], limit: int, seed: int) -> list[str]:
    """Slices of at most WINDOW characters, ``limit`` of them, in random order."""
    slices: list[str] = []
    for document in documents:
        slices += [document[i : i + WINDOW] for i in range(0, len(document), WINDOW)]
        if len(slices) >= limit:
            break
    random.Random(seed).shuffle(slices)
    return slices[:limit]


class MaskedLanguageModel(torch.nn.Module):
    """An encoder with a head over its own word table, computed at masked places only."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        hidden = encoder.config.hidden_size
        self.transform = torch.nn.Sequential(
            torch.nn.Linear(hidden, hidden), torch.nn.GELU(), torch.nn.LayerNorm(hidden)
        )
        self.bias = torch.nn.Parameter(torch.zeros(encoder.config.vocab_size))

    def forward(self, input_ids: Any, attention_mask: Any, labels: Any) -> dict[str, Any]:
        """Loss of one batch; all three are (windows, pieces), labels -100 where not masked."""
        states = self.encoder(input_ids, attention_mask=attention_mask).last_hidden_state
        masked = labels != -100
        table = self.encoder.get_input_embeddings().weight
        logits = self.transform(states[masked]) @ table.T + self.bias
        return {"loss": torch.nn.functional.cross_entropy(logits.float(), labels[masked])}


class Deadline(TrainerCallback):
    """Stops after some minutes; the schedule is told the share of time that is gone."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.start = time.monotonic()

    @property
    def progress(self) -> float:
        """Share of the time that is gone, 0 to 1."""
        return min(1.0, (time.monotonic() - self.start) / self.seconds)

    def on_train_begin(self, args, state, control, **kwargs):  # type: ignore[no-untyped-def]
        """Start the clock."""
        self.start = time.monotonic()

    def on_step_end(self, args, state, control, **kwargs):  # type: ignore[no-untyped-def]
        """Ask for the end when time is up."""
        control.should_training_stop |= self.progress >= 1


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("encoder", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--layers", type=int, help="keep only so many, the first ones")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=5e-4, help="highest learning rate")
    parser.add_argument("--batch", type=int, default=16, help="windows a step")
    parser.add_argument("--windows", type=int, default=40_000, help="at most so many are read")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    torch.manual_seed(arguments.seed)
    tokenizer = AutoTokenizer.from_pretrained(arguments.encoder)
    # On a CPU dropout and the backward pass of fused attention take half of a step's time; and
    # a text that is read once or twice is not learnt by heart.
    attention = "sdpa" if torch.cuda.is_available() else "eager"
    depth = {"num_hidden_layers": arguments.layers} if arguments.layers else {}
    encoder = AutoModel.from_pretrained(
        arguments.encoder,
        add_pooling_layer=False,
        attn_implementation=attention,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        **depth,
    )
    model = MaskedLanguageModel(encoder.float())
    texts = windows(read_documents(arguments.texts), arguments.windows, arguments.seed)
    encoded = [
        tokenizer(t.replace("\n", " "), truncation=True, return_token_type_ids=False) for t in texts
    ]
    deadline = Deadline(arguments.minutes * 60)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=arguments.rate, weight_decay=0.01, fused=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / 100, 1.05 - deadline.progress)
    )
    trainer = Trainer(
        model,
        TrainingArguments(
            output_dir=str(arguments.output / "trainer"),
            per_device_train_batch_size=arguments.batch,
            num_train_epochs=100,
            logging_steps=50,
            save_strategy="no",
            report_to=[],
            use_cpu=not torch.cuda.is_available(),
            bf16=arguments.bf16,
            seed=arguments.seed,
        ),
        train_dataset=encoded,
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15),
        optimizers=(optimizer, schedule),
        callbacks=[deadline],
    )
    trainer.train()
    model.encoder.half().save_pretrained(arguments.output)
    tokenizer.save_pretrained(arguments.output)


if __name__ == "__main__":
    main()
