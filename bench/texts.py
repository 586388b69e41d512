"""The texts that every subject reads: cut out of real reports where they are at hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"
EXAMPLE = ROOT / "examples" / "yunxi-2015.txt"
DEV = ROOT / "annotations" / "dev.jsonl"

STRIDE = 7_919
"""A prime: report i begins so many characters after report i - 1, so that no two are alike."""


def source() -> str:
    """What the texts are made of, in words."""
    real = len(list(SEEDS.glob("*.txt")))
    return f"{real} real reports" if real else "the example and annotations/dev.jsonl"


@cache
def _pool() -> str:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    if not texts:
        rows = DEV.read_text(encoding="utf-8").splitlines()
        texts = [EXAMPLE.read_text(encoding="utf-8"), *(json.loads(row)["text"] for row in rows)]
    return "\n".join(texts)


def report(number: int, length: int) -> str:
    """A text of exactly so many characters, another one for every number."""
    pool = _pool()
    start = number * STRIDE % len(pool)
    turned = pool[start:] + pool[:start]
    head = f"政府信息公开工作年度报告（{number}）\n"
    return (head + turned * (length // len(pool) + 1))[:length]


def reports(first: int, stop: int, step: int, length: int) -> list[str]:
    """The texts of ``range(first, stop, step)``."""
    return [report(number, length) for number in range(first, stop, step)]
