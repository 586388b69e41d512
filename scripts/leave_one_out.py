"""Leave one real report out: train without it, test on it, for each in turn; beside the rules.

    python scripts/leave_one_out.py --config base.yaml --start runs/base/0-corpus/best

The first stages of a configuration that read no real report are the same for all, so they
are trained once (or taken from ``--start``); the others are trained for each report anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ie.annotation.store import read_store
from ie.cli import find_config
from ie.document import Annotations
from ie.errors import IeError
from ie.evaluate import evaluate
from ie.neural.annotate import read
from ie.neural.checkpoint import TorchForward, load
from ie.neural.configuration import Configuration, read_configuration
from ie.neural.train import train
from ie.rules.annotate import annotate

MEASURES = (
    "spans.all",
    "spans.core",
    "spans.DOC_NUMBER",
    "spans.INDICATOR",
    "spans.AGENCY",
    "spans.CHANNEL",
    "values",
    "facts.all",
    "facts.coded",
    "relations.all",
)


def folds(configuration: Configuration, start: Path | None, output: Path) -> dict[str, Annotations]:
    """Document → what a model that never saw it says of it."""
    stages = configuration.training.stages
    first = next((i for i, s in enumerate(stages) if s.real), len(stages))
    data = configuration.data
    gold = [g for path in data.real for g in read_store(Path(path), Path(data.texts or "."))]
    if first and start is None:
        start = train(_only(configuration, slice(0, first)), output / "corpus")
    found = {}
    for g in gold:
        name = Path(g.document.name).stem
        checkpoint = start
        if first < len(stages):
            checkpoint = train(
                _only(configuration, slice(first, None)), output / name, start=start, leave_out=name
            )
        network, reader, _ = load(checkpoint)
        network.eval()
        found[name] = read(g.document, reader, TorchForward(network))
        print(name, "done", file=sys.stderr)
    return found


def _only(configuration: Configuration, stages: slice) -> Configuration:
    training = configuration.training
    kept = training.model_copy(update={"stages": training.stages[stages]})
    return configuration.model_copy(update={"training": kept})


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=Path("base.yaml"))
    parser.add_argument("--set", dest="overrides", action="append", default=[])
    parser.add_argument("--start", type=Path, help="checkpoint of the stages without real reports")
    parser.add_argument("--output", type=Path, default=Path("runs/leave-one-out"))
    arguments = parser.parse_args()
    try:
        configuration = read_configuration(find_config(arguments.config), arguments.overrides)
        found = folds(configuration, arguments.start, arguments.output)
    except IeError as error:
        sys.exit(f"leave_one_out: {error}")
    data = configuration.data
    gold = [g for path in data.real for g in read_store(Path(path), Path(data.texts or "."))]
    by = {
        "model": evaluate([(g, found[Path(g.document.name).stem]) for g in gold], bootstrap=0),
        "rules": evaluate([(g, annotate(g.document)) for g in gold], bootstrap=0),
    }
    table = Table(title="F1, strict; model: never saw the report; rules: written with it in view")
    table.add_column("measure")
    for g in gold:
        table.add_column(Path(g.document.name).stem, justify="right")
    for column in ("mean", "pooled", "mean, rules", "pooled, rules", "difference of means"):
        table.add_column(column, justify="right")
    rows = {}
    for m in MEASURES:
        single = [s[m].f1 for _, s in by["model"].documents]
        means = {k: e.macro(m) or 0.0 for k, e in by.items()}
        pooled = {k: e.pooled[m].f1 or 0.0 for k, e in by.items()}
        rows[m] = {"documents": single, "mean": means, "pooled": pooled}
        cells = ["–" if f is None else f"{f:.3f}" for f in single]
        table.add_row(
            m,
            *cells,
            *(
                f"{x:.3f}"
                for x in (
                    means["model"],
                    pooled["model"],
                    means["rules"],
                    pooled["rules"],
                    means["model"] - means["rules"],
                )
            ),
        )
    Console(width=200).print(table)
    (arguments.output / "scores.json").write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
