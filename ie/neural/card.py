"""The part of a model's card that a machine can write: files, hashes, sizes, scores.

The rest of ``README.md`` (what the model is, what it was made of, its licence, its limits) is
written by hand, and stays as it is when a model is exported into its folder again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

CARD: Final = "README.md"
BEGIN: Final = "<!-- ie export-model writes from here -->"
END: Final = "<!-- to here -->"

_NEW: Final = """\
# {name}

A model for `ie predict --model DIR`. Say here what it was trained on, and under which licence it
may be used.
"""

_COLUMNS: Final = {
    "spans": "spans",
    "core": "core labels",
    "facts": "facts",
    "coded": "facts with a code",
    "relations": "relations",
}


def write_card(folder: Path, description: Mapping[str, Any]) -> None:
    """Write the figures of a model into its card, or a new card where there is none.

    Args:
        folder: of the model, all files in place.
        description: what ``model.json`` holds.
    """
    path = folder / CARD
    text = path.read_text(encoding="utf-8") if path.exists() else _NEW.format(**description)
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        before, after = f"{text.rstrip()}\n\n", "\n"
    figures = "\n".join(_figures(folder, description))
    path.write_text(f"{before}{BEGIN}\n{figures}\n{END}{after}", encoding="utf-8")


def _figures(folder: Path, description: Mapping[str, Any]) -> list[str]:
    sizes = {name: (folder / name).stat().st_size for name in description["files"]}
    scores = description["dev"]
    lines = [
        "| file | bytes | sha256 |",
        "|---|---|---|",
        *(f"| `{n}` | {sizes[n]:,} | `{d}` |" for n, d in description["files"].items()),
        f"| together | {sum(sizes.values()):,} | |",
        "",
        f"| F1 on dev | {' | '.join(_COLUMNS.values())} |",
        f"|---|{'---|' * len(_COLUMNS)}",
        *(_row(name, values) for name, values in scores.items()),
    ]
    if "int8" in scores:
        lost = {c: scores["float32"][c] - scores["int8"][c] for c in _COLUMNS}
        lines.append(_row("lost by 8 bits", lost))
    return lines


def _row(name: str, values: Mapping[str, float]) -> str:
    return f"| {name} | {' | '.join(f'{values[c]:.4f}' for c in _COLUMNS)} |"
