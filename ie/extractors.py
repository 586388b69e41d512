"""The extractors by name: each turns a document into annotations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import ie
from ie import report
from ie.document import Annotations, Document
from ie.errors import UsageError

NAMES: Final = ("rules",)


@dataclass(frozen=True, slots=True)
class Extractor:
    """One way from a document to its annotations.

    Args:
        info: its name and version, as the report records them.
        annotate: what does it.
    """

    info: report.Extractor
    annotate: Callable[[Document], Annotations]


def load(name: str) -> Extractor:
    """The extractor of a name; only its own code is imported.

    Raises:
        UsageError: there is none of this name.
    """
    if name == "rules":
        from ie.rules import annotate

        return Extractor(report.Extractor("rules", ie.__version__), annotate)
    raise UsageError(f"extractor {name}", "unknown", f"one of {', '.join(NAMES)}")
