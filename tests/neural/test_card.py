from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ie.neural.card import BEGIN, END, write_card

SCORES = {"spans": 0.9, "core": 0.95, "facts": 0.8, "coded": 0.7, "relations": 0.6}


@pytest.fixture
def description(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "a.onnx").write_bytes(b"x" * 1234)
    coarse = {**SCORES, "spans": 0.897}
    return {"name": "m", "files": {"a.onnx": "abc"}, "dev": {"float32": SCORES, "int8": coarse}}


def test_a_new_card(tmp_path: Path, description: dict[str, Any]) -> None:
    write_card(tmp_path, description)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# m\n")
    assert "| `a.onnx` | 1,234 | `abc` |" in card
    assert "| lost by 8 bits | 0.0030 | 0.0000 |" in card


@pytest.mark.parametrize(
    "card", ["# By hand\n\nMIT.\n", f"# By hand\n\n{BEGIN}\nold\n{END}\n\n## Limits\n\nMIT.\n"]
)
def test_what_is_written_by_hand_stays(
    tmp_path: Path, description: dict[str, Any], card: str
) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    write_card(tmp_path, description)
    once = (tmp_path / "README.md").read_text(encoding="utf-8")
    write_card(tmp_path, description)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == once
    assert once.startswith("# By hand\n\n")
    assert "MIT.\n" in once
    assert "old" not in once
    assert once.count("`abc`") == 1
    assert once.endswith("\n")


def test_32_bits_lose_nothing(tmp_path: Path, description: dict[str, Any]) -> None:
    del description["dev"]["int8"]
    write_card(tmp_path, description)
    assert "lost" not in (tmp_path / "README.md").read_text(encoding="utf-8")
