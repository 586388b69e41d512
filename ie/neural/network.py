"""The network: everything that is said of a window, in one pass.

An encoder gives a vector to each piece. Each character takes that of the piece that covers it,
with small vectors of its own (itself, its neighbours, its place in the piece, the window's
place in the document); on the characters stand a tag sequence for each label, the attributes,
and a vector from which pairs of spans are judged.

Dimensions in comments: B windows, P pieces, C characters, S spans, N pairs, D width.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from ie.neural.configuration import NetworkOptions
from ie.neural.decode import FEATURES
from ie.neural.encode import DEPTH
from ie.neural.vocabulary import ATTRIBUTES, LABELS, RELATIONS, TAGS

PLACES = 10


class Network(nn.Module):
    """Encoder, character layer and heads.

    Args:
        encoder: any Hugging Face encoder: ``last_hidden_state`` out of ``input_ids``.
        alphabet: number of character ids.
        options: widths and dropout.
    """

    def __init__(self, encoder: Any, alphabet: int, options: NetworkOptions) -> None:
        super().__init__()
        self.encoder = encoder
        self.options = options
        hidden = encoder.config.hidden_size
        width, small = options.width, options.character
        self.character = nn.Embedding(alphabet, small, padding_idx=0)
        self.inside = nn.Embedding(DEPTH, 8)
        self.place = nn.Embedding(PLACES, 8)
        self.mix = nn.Linear(hidden + 3 * small + 16, width)
        self.near = nn.Conv1d(width, width, 5, padding=2)
        self.norm = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.dropout = nn.Dropout(options.dropout)
        self.tags = nn.Linear(width, len(LABELS) * TAGS)
        self.attributes = nn.Linear(width, len(ATTRIBUTES))
        self.pair = nn.Linear(width, options.pair)
        self.judge = PairJudge(options.pair, options.dropout)

    def forward(
        self,
        pieces: Tensor,
        mask: Tensor | None,
        cover: Tensor,
        inside: Tensor,
        characters: Tensor,
        place: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Say everything of a batch of windows.

        Args:
            pieces, mask: (B, P) piece ids, and 1 where there is one; without mask, everywhere.
            cover, inside, characters: (B, C), see :class:`ie.neural.encode.Encoded`.
            place: (B,) in tenths of the document.

        Returns:
            tag logits (B, C, labels, tags), attribute logits (B, C, attributes), and the
            vectors for pairs (B, C, pair).
        """
        states = self.encoder(input_ids=pieces, attention_mask=mask).last_hidden_state  # B P H
        index = cover.unsqueeze(-1).expand(-1, -1, states.shape[-1])
        own = self.character(characters)  # B C small
        x = torch.cat(
            [
                states.gather(1, index),
                own,
                F.pad(own, (0, 0, 0, 1))[:, 1:],
                F.pad(own, (0, 0, 1, 0))[:, :-1],
                self.inside(inside),
                self.place(place).unsqueeze(1).expand(-1, cover.shape[1], -1),
            ],
            dim=-1,
        )
        x = self.norm(F.gelu(self.mix(self.dropout(x))))  # B C D
        x = x * (characters > 0).unsqueeze(-1)
        x = self.norm2(x + F.gelu(self.near(x.transpose(1, 2)).transpose(1, 2)))
        x = self.dropout(x)
        tags = self.tags(x).unflatten(-1, (len(LABELS), TAGS))
        return tags, self.attributes(x), self.pair(x)


class PairJudge(nn.Module):
    """How likely each relation is between two spans.

    Args:
        size: of the vectors of the spans.
        dropout: on the features.
    """

    def __init__(self, size: int, dropout: float) -> None:
        super().__init__()
        self.features = nn.ModuleList(nn.Embedding(n, 16) for n in FEATURES.values())
        self.first = nn.Linear(4 * size + 16 * len(FEATURES), 2 * size)
        self.second = nn.Linear(2 * size, len(RELATIONS))
        self.dropout = nn.Dropout(dropout)

    def forward(self, head: Tensor, tail: Tensor, between: Tensor, features: Tensor) -> Tensor:
        """Relation logits (N, relations).

        Args:
            head, tail: (N, pair) mean vectors of the spans.
            between: (N, pair) mean vector of what stands between them.
            features: (N, features) see :data:`ie.neural.decode.FEATURES`.
        """
        known = [table(features[:, i]) for i, table in enumerate(self.features)]
        x = torch.cat([head, tail, head * tail, between, *known], dim=-1)
        logits: Tensor = self.second(self.dropout(F.gelu(self.first(x))))
        return logits
