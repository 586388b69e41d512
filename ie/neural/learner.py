"""What the network should learn: the losses of tags, attributes and relations."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from ie.neural.examples import UNSAID
from ie.neural.network import Network
from ie.neural.vocabulary import CODES, TYPES


class Learner(nn.Module):
    """The network with its loss, as the Trainer wants it."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, **batch: Tensor) -> dict[str, Tensor]:
        """The sum of the losses of tags, attributes and relations.

        Each is divided by its one of ``counts``, which are those of the whole step, however
        many batches and processes it is made of: see :func:`counts_of`.
        """
        inputs = ("pieces", "mask", "cover", "inside", "characters", "place")
        tags, said, vectors = self.network(*(batch[name] for name in inputs))
        gold = batch["tags"]
        loss = F.cross_entropy(
            tags.float().flatten(0, 2), gold.flatten(), ignore_index=UNSAID, reduction="sum"
        )
        loss = loss / batch["counts"][0]
        # Even where there are none: processes that share a step must use the same weights.
        return {"loss": loss + self._of_spans(said, vectors, batch)}

    def _of_spans(self, said: Tensor, vectors: Tensor, batch: dict[str, Tensor]) -> Tensor:
        window, start, end, code, kind, stated = batch["spans"].unbind(1)
        rows = _means(said.float(), window, start, end)  # S attributes
        kinds = rows[:, len(CODES) : len(CODES) + len(TYPES)]
        zeros = rows[:, -1]
        counts = batch["counts"]
        loss = (
            _sum_where(F.cross_entropy, rows[:, : len(CODES)], code) / counts[1]
            + _sum_where(F.cross_entropy, kinds, kind) / counts[2]
            + _sum_where(F.binary_cross_entropy_with_logits, zeros, stated) / counts[3]
        )
        head, tail = batch["pairs"].unbind(1)
        vectors = vectors.float()
        own = _means(vectors, window, start, end)
        low = torch.minimum(end[head], end[tail])
        high = torch.maximum(low, torch.maximum(start[head], start[tail]))
        between = _means(vectors, window[head], low, high)
        logits = self.network.judge(own[head], own[tail], between, batch["features"])
        chosen = logits.gather(1, batch["features"][:, :1]).squeeze(1)
        related = batch["related"].float()
        wrong = F.binary_cross_entropy_with_logits(chosen, related, reduction="sum")
        return loss + wrong / counts[4]


def counts_of(batch: dict[str, Tensor]) -> Tensor:
    """(5,) what the losses of a batch are means over.

    Marked places, spans with a code, channels, spans that may be a zero, and relations. Those of
    tags and relations are positives, not places and pairs: nearly all tags are outside, and a mean
    over them learns nothing.
    """
    return torch.stack(
        [
            (batch["tags"] > 0).sum(),
            *((batch["spans"][:, 3:] != UNSAID).sum(0)),
            batch["related"].sum(),
        ]
    ).float()


def _sum_where(loss: Any, logits: Tensor, target: Tensor) -> Tensor:
    """The sum of the losses of the spans that have a target; zero where none has."""
    asked = target != UNSAID
    if not asked.any():
        return logits.sum() * 0
    chosen = target[asked]
    chosen = chosen if logits.ndim > 1 else chosen.float()
    value: Tensor = loss(logits[asked], chosen, reduction="sum")
    return value


def _means(values: Tensor, window: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """(S, D) means of intervals of (B, C, D) values; zeros for an empty interval."""
    sums = F.pad(values.cumsum(1), (0, 0, 1, 0))
    length = (end - start).clamp(min=1).unsqueeze(1)
    return (sums[window, end] - sums[window, start]) / length
