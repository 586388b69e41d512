"""The rows of the network's outputs: what each number stands for."""

from __future__ import annotations

from typing import Final

from ie.labels import CHANNEL_TYPES, INDICATORS, SPAN_LABELS
from ie.labels import RELATIONS as RELATION_TYPES

LABELS: Final = tuple(SPAN_LABELS)
"""Labels in the order of the tag sequences."""

OUTSIDE, BEGIN, INSIDE, END, SINGLE = range(5)
TAGS: Final = 5
"""IOBES for each label: with ends of their own, a span that stops in the middle of a word is
seldom the best sequence."""

CODES: Final = tuple(INDICATORS)
TYPES: Final = tuple(CHANNEL_TYPES)
ATTRIBUTES: Final = (*CODES, *TYPES, "stated")
"""Attribute logits: indicator codes, then channel types, then a zero said in words."""

RELATIONS: Final = tuple(RELATION_TYPES)


def fingerprint() -> dict[str, list[str]]:
    """What a checkpoint must agree with to be read."""
    return {
        "labels": list(LABELS),
        "attributes": list(ATTRIBUTES),
        "relations": list(RELATIONS),
    }
