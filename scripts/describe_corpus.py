"""How varied the corpus is, and how near to real reports.

    python scripts/describe_corpus.py annotations/authored.jsonl annotations/generated.jsonl \
        --real annotations/real.jsonl --texts ../shared/seeds

Varied: the share of 20-character runs that occur in one document only, and the two documents
that share most. Near: how much of the real reports' character bigrams and trigrams the corpus
has, and labels, relations and figures per thousand characters in both.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from ie.annotation.store import read_store
from ie.document import Annotations
from ie.errors import IeError
from ie.labels import RELATIONS, SPAN_LABELS


def grams(text: str, n: int) -> set[str]:
    """All runs of n characters, white space left out."""
    packed = "".join(text.split())
    return {packed[i : i + n] for i in range(len(packed) - n + 1)}


def variety(store: list[Annotations]) -> Table:
    """Runs of 20 characters: how many, how many in one document only, the nearest two."""
    runs = [grams(g.document.text, 20) for g in store]
    owners = Counter(run for own in runs for run in own)
    alone = sum(n == 1 for n in owners.values())
    pairs = [
        (len(a & b) / max(1, min(len(a), len(b))), i, j)
        for (i, a), (j, b) in combinations(enumerate(runs), 2)
    ]
    table = Table(title="Variety")
    table.add_column("measure")
    table.add_column("value", justify="right")
    lengths = [len(g.document.text) for g in store]
    table.add_row("documents", str(len(store)))
    table.add_row("characters", f"{sum(lengths):,}")
    table.add_row(
        "shortest, median, longest", f"{min(lengths)}, {int(np.median(lengths))}, {max(lengths)}"
    )
    table.add_row("distinct runs of 20 characters", f"{len(owners):,}")
    table.add_row("of these in one document only", f"{alone / len(owners):.1%}")
    if pairs:
        share, i, j = max(pairs)
        names = f"{store[i].document.name}, {store[j].document.name}"
        table.add_row(
            "runs that two documents share, mean", f"{np.mean([p[0] for p in pairs]):.2%}"
        )
        table.add_row(f"the same, of the two nearest ({names})", f"{share:.1%}")
    return table


def frames_used(path: Path) -> int | None:
    """How many frames a generated store came from, as its provenance says."""
    lines = path.read_text(encoding="utf-8").splitlines()
    ids: set[int] = set()
    for line in lines:
        ids.update(json.loads(line)["provenance"].get("frames", ()))
    return len(ids) or None


def nearness(store: list[Annotations], real: list[Annotations]) -> Table:
    """What share of the real reports' n-grams the corpus has, and rates by label."""
    table = Table(title="Nearness")
    table.add_column("measure")
    table.add_column("corpus", justify="right")
    table.add_column("real", justify="right")
    for n in (2, 3, 4):
        own = set().union(*(grams(g.document.text, n) for g in store))
        theirs = Counter(run for g in real for run in grams(g.document.text, n))
        known = sum(c for run, c in theirs.items() if run in own) / max(1, sum(theirs.values()))
        table.add_row(f"real {n}-grams that the corpus has", f"{known:.1%}", "")
    for name in SPAN_LABELS:
        table.add_row(f"{name} per 1,000 characters", *(_rate(s, name) for s in (store, real)))
    for name in RELATIONS:
        table.add_row(f"{name} per 1,000 characters", *(_linked(s, name) for s in (store, real)))
    for name in SPAN_LABELS:
        table.add_row(f"{name}, mean length", *(_length(s, name) for s in (store, real)))
    for name in SPAN_LABELS:
        own = {g.text(s) for g in store for s in g.of(name)}
        said = [g.text(s) for g in real for s in g.of(name)]
        known = sum(t in own for t in said) / max(1, len(said))
        table.add_row(f"{name} surfaces of the real that the corpus has", f"{known:.1%}", "")
    return table


def _rate(store: list[Annotations], label: str) -> str:
    spans = sum(len(g.of(label)) for g in store)
    return f"{1000 * spans / sum(len(g.document.text) for g in store):.1f}"


def _linked(store: list[Annotations], kind: str) -> str:
    links = sum(r.type == kind for g in store for r in g.relations)
    return f"{1000 * links / sum(len(g.document.text) for g in store):.1f}"


def _length(store: list[Annotations], label: str) -> str:
    lengths = [s.end - s.start for g in store for s in g.of(label)]
    return f"{np.mean(lengths):.1f}" if lengths else "–"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stores", type=Path, nargs="+")
    parser.add_argument("--real", type=Path)
    parser.add_argument("--texts", type=Path)
    arguments = parser.parse_args()
    console = Console(width=110)
    try:
        stores = {path: list(read_store(path)) for path in arguments.stores}
        real = list(read_store(arguments.real, arguments.texts)) if arguments.real else []
    except IeError as error:
        sys.exit(f"describe_corpus: {error}")
    for path, store in stores.items():
        console.rule(str(path))
        console.print(variety(store))
        if used := frames_used(path):
            console.print(f"frames used: {used}")
    if real:
        console.print(nearness([g for store in stores.values() for g in store], real))


if __name__ == "__main__":
    main()
