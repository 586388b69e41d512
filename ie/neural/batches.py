"""Stores → windows with their targets → batches of tensors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ie.annotation.store import read_store
from ie.document import Annotations
from ie.errors import ConfigError
from ie.neural.annotate import Reader
from ie.neural.configuration import Configuration
from ie.neural.decode import FEATURES
from ie.neural.encode import Encoded, collate
from ie.neural.examples import UNSAID, targets


@dataclass(frozen=True)
class Corpus:
    """Gold annotations by what they are for."""

    train: tuple[Annotations, ...]
    dev: tuple[Annotations, ...]
    real: tuple[Annotations, ...]

    @property
    def sha256(self) -> str:
        """Of all texts and annotations: two runs with the same one saw the same data."""
        digest = hashlib.sha256()
        for part in (self.train, self.dev, self.real):
            for gold in part:
                rows = json.dumps(gold.to_dict(), ensure_ascii=False, sort_keys=True)
                digest.update((gold.document.sha256 + rows).encode())
        return digest.hexdigest()


def read_corpus(configuration: Configuration, leave_out: str | None = None) -> Corpus:
    """Read the stores of a configuration.

    Args:
        leave_out: the name of a real document that must not be seen.

    Raises:
        ReadError, AnnotationError: a store is missing or wrong.
    """
    data = configuration.data
    documents = [gold for path in data.corpus for gold in read_store(Path(path))]
    # In the order of their hashes, so that fewer reports are a fair sample of all.
    train = sorted(documents, key=lambda gold: gold.document.sha256)[: data.reports]
    dev = [gold for path in data.dev for gold in read_store(Path(path))]
    texts = Path(data.texts) if data.texts else None
    real: list[Annotations] = []
    if texts and texts.is_dir():
        real = [gold for path in data.real for gold in read_store(Path(path), texts)]
    left = [gold for gold in real if Path(gold.document.name).stem != leave_out]
    if leave_out and len(left) == len(real):
        raise ConfigError(f"leave out {leave_out}", "no such real report", "one of data.real")
    return Corpus(tuple(train), tuple(dev), tuple(left))


class Windows(Dataset[dict[str, Any]]):
    """Encoded windows with their targets, cached by ``datasets``.

    Args:
        gold: the documents.
        reader: cuts and encodes them.
        key: names the cache; equal keys must mean equal windows.
    """

    def __init__(self, gold: Sequence[Annotations], reader: Reader, key: str, cache: Path) -> None:
        self.rows = datasets.Dataset.from_generator(
            _rows,
            gen_kwargs={"gold": gold, "reader": reader},
            cache_dir=str(cache),
            fingerprint=hashlib.sha256(key.encode()).hexdigest()[:32],
        ).with_format("numpy")

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        row: dict[str, Any] = self.rows[index]
        return row


def _rows(gold: Sequence[Annotations], reader: Reader) -> Iterator[dict[str, Any]]:
    for each in gold:
        windows = reader.windows(each.document)
        encoded = reader.encode(each.document, windows)
        for e, t in zip(encoded, targets(each, windows), strict=True):
            yield {
                "pieces": e.pieces,
                "cover": e.cover,
                "inside": e.inside,
                "characters": e.characters,
                "place": e.place,
                "tags": t.tags.ravel(),
                "spans": t.spans.ravel(),
                "pairs": t.pairs.ravel(),
                "features": t.features.ravel(),
                "related": t.related,
            }


class Collator:
    """Rows to one batch of tensors.

    ``spans`` (S, 6) begin with the number of their window; ``pairs`` (N, 2) count through all
    spans of the batch.

    Args:
        padding: piece id that fills up.
        unknown: share of the characters that are made unknown.
    """

    def __init__(self, padding: int, unknown: float) -> None:
        self.padding, self.unknown = padding, unknown

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Tensor]:
        """One batch."""
        encoded = [
            Encoded(
                r["pieces"],
                r["cover"],
                r["inside"],
                r["characters"],
                int(r["place"]),
            )
            for r in rows
        ]
        batch = collate(encoded, self.padding)
        characters = batch["characters"]
        # With the random state that the Trainer keeps in its checkpoints.
        chance = torch.rand(characters.shape).numpy()
        hidden = (chance < self.unknown) & (characters > 0)
        batch["characters"] = np.where(hidden, 1, characters)
        labels = len(rows[0]["tags"]) // len(rows[0]["characters"])
        tags = np.full((*characters.shape, labels), UNSAID)
        spans, pairs, features, count = [], [], [], 0
        for i, r in enumerate(rows):
            tags[i, : len(r["characters"])] = r["tags"].reshape(-1, labels)
            own = r["spans"].reshape(-1, 5).astype(np.int64)
            spans.append(np.concatenate([np.full((len(own), 1), i), own], axis=1))
            pairs.append(r["pairs"].reshape(-1, 2).astype(np.int64) + count)
            features.append(r["features"].reshape(-1, len(FEATURES)).astype(np.int64))
            count += len(own)
        related = np.concatenate([r["related"] for r in rows]).astype(np.int64)
        batch |= {
            "tags": tags,
            "spans": np.concatenate(spans),
            "pairs": np.concatenate(pairs),
            "features": np.concatenate(features),
            "related": related,
        }
        return {name: torch.from_numpy(np.ascontiguousarray(v)) for name, v in batch.items()}
