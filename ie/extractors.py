"""The extractors by name: each turns a document into annotations."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ie
from ie import report
from ie.document import Annotations, Document
from ie.errors import UsageError

NAMES: Final = ("model", "rules")

_HERE: Final = Path(ie.__file__).parent


def shipped_model() -> Path:
    """The folder of the model that ships: in an installed package, else beside it in a clone."""
    installed = _HERE / "models" / "base"
    return installed if installed.is_dir() else _HERE.parent / "models" / "base"


@dataclass(frozen=True, slots=True)
class Extractor:
    """One way from a document to its annotations.

    Args:
        info: its name and version, as the report records them.
        annotate: what does it.
    """

    info: report.Extractor
    annotate: Callable[[Document], Annotations]


def load(name: str, folder: Path | None = None, threads: int | None = None) -> Extractor:
    """The extractor of a name; only its own code is imported.

    Args:
        name: model or rules.
        folder: the model's; without it that of the environment variable IE_MODEL, else the
            one that ships.
        threads: on which the model runs; without it as many as there are cores.

    Raises:
        UsageError: there is none of this name.
        ModelError: the model's folder is missing or damaged.
    """
    if name == "model":
        from ie.neural.model import Model

        folder = folder or Path(os.environ.get("IE_MODEL") or shipped_model())
        model = Model(folder, threads)
        info = report.Extractor("model", ie.__version__, model.description["name"], model.sha256)
        return Extractor(info, model.annotate)
    if name == "rules":
        from ie.rules import annotate

        return Extractor(report.Extractor("rules", ie.__version__), annotate)
    raise UsageError(f"extractor {name}", "unknown", f"one of {', '.join(NAMES)}")
