"""Make the stores of ``annotations/`` from the marked-up reports, and from gold files.

    python scripts/build_store.py annotations/authored -o annotations/authored.jsonl
    python scripts/build_store.py --gold GOLD --texts TEXTS -o annotations/real.jsonl

The first holds whole reports of our own; the second is stand-off, with no word of the texts.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from ie.annotation.markup import parse_markup
from ie.annotation.store import read_gold_folder, write_store
from ie.document import Annotations
from ie.errors import AnnotationError, IeError

_HEAD = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)


def read_marked_up(path: Path) -> tuple[Annotations, dict[str, Any]]:
    """A marked-up report and what its front matter says of it.

    Raises:
        AnnotationError: there is no front matter, or the mark-up is wrong.
    """
    raw = path.read_text(encoding="utf-8")
    head = _HEAD.match(raw)
    if head is None:
        raise AnnotationError(str(path), "no front matter", "--- and lines of key: value")
    pairs = (line.partition(":") for line in head[1].splitlines())
    provenance = {"source": "authored", **{k.strip(): v.strip() for k, _, v in pairs}}
    return parse_markup(raw[head.end() :], path.stem), provenance


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", help="of marked-up reports (*.txt)")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        if arguments.gold:
            gold = read_gold_folder(arguments.gold, arguments.texts)
            write_store(arguments.output, ((g, {"source": "real"}) for g in gold), text=False)
        else:
            paths = sorted(arguments.folder.glob("*.txt"))
            write_store(arguments.output, [read_marked_up(p) for p in paths], text=True)
    except IeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
