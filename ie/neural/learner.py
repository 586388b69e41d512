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

        Those of tags and relations are divided by the number of positives, not of places:
        nearly all tags are outside, and a mean over them learns nothing.
        """
        inputs = ("pieces", "mask", "cover", "inside", "characters", "place")
        tags, said, vectors = self.network(*(batch[name] for name in inputs))
        gold = batch["tags"]
        positives = (gold > 0).sum().clamp(min=1)
        loss = F.cross_entropy(
            tags.float().flatten(0, 2), gold.flatten(), ignore_index=UNSAID, reduction="sum"
        )
        loss = loss / positives
        if len(batch["spans"]):
            loss = loss + self._of_spans(said, vectors, batch)
        return {"loss": loss}

    def _of_spans(self, said: Tensor, vectors: Tensor, batch: dict[str, Tensor]) -> Tensor:
        window, start, end, code, kind, stated = batch["spans"].unbind(1)
        rows = _means(said.float(), window, start, end)  # S attributes
        kinds = rows[:, len(CODES) : len(CODES) + len(TYPES)]
        zeros = rows[:, -1]
        loss = (
            _mean_where(F.cross_entropy, rows[:, : len(CODES)], code)
            + _mean_where(F.cross_entropy, kinds, kind)
            + _mean_where(F.binary_cross_entropy_with_logits, zeros, stated)
        )
        head, tail = batch["pairs"].unbind(1)
        if not len(head):
            return loss
        vectors = vectors.float()
        own = _means(vectors, window, start, end)
        low = torch.minimum(end[head], end[tail])
        high = torch.maximum(low, torch.maximum(start[head], start[tail]))
        between = _means(vectors, window[head], low, high)
        logits = self.network.judge(own[head], own[tail], between, batch["features"])
        chosen = logits.gather(1, batch["features"][:, :1]).squeeze(1)
        related = batch["related"].float()
        wrong = F.binary_cross_entropy_with_logits(chosen, related, reduction="sum")
        return loss + wrong / related.sum().clamp(min=1)


def _mean_where(loss: Any, logits: Tensor, target: Tensor) -> Tensor:
    """The mean loss over the spans that have a target; zero where none has."""
    asked = target != UNSAID
    if not asked.any():
        return logits.sum() * 0
    chosen = target[asked]
    value: Tensor = loss(logits[asked], chosen if logits.ndim > 1 else chosen.float())
    return value


def _means(values: Tensor, window: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """(S, D) means of intervals of (B, C, D) values; zeros for an empty interval."""
    sums = F.pad(values.cumsum(1), (0, 0, 1, 0))
    length = (end - start).clamp(min=1).unsqueeze(1)
    return (sums[window, end] - sums[window, start]) / length
