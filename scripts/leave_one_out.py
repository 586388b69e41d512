"""Leave one real report out: train without it, test on it, for each in turn; beside the rules.

    python scripts/leave_one_out.py --config base.yaml --start runs/base/0-corpus/best

The first stages of a configuration, which read no real report, are the same for all: they are
trained once (or taken from ``--start``); the others are trained for each report anew. What is
trained is not trained again, so that the reports may be shared out over several processes
(``--documents``) and put together by a last one.
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
from ie.evaluate import Evaluation, evaluate
from ie.neural.annotate import read
from ie.neural.checkpoint import TorchForward, load
from ie.neural.configuration import Configuration, read_configuration
from ie.neural.train import train
from ie.rules import annotate

MEASURES = (
    "spans.all",
    "spans.core",
    "spans.AGENCY",
    "spans.CHANNEL",
    "spans.INDICATOR",
    "spans.DOC_NUMBER",
    "values",
    "facts.all",
    "facts.coded",
    "relations.all",
)


def with_stages(configuration: Configuration, *, real: bool) -> Configuration:
    """The same configuration with only the stages that read real reports, or only the others."""
    stages = [s for s in configuration.training.stages if bool(s.real) == real]
    training = configuration.training.model_copy(update={"stages": stages})
    return configuration.model_copy(update={"training": training})


def fold(
    configuration: Configuration, start: Path | None, gold: Annotations, output: Path
) -> Annotations:
    """What a model that never saw a report says of it."""
    name = Path(gold.document.name).stem
    later = with_stages(configuration, real=True)
    checkpoint = start
    if later.training.stages:
        checkpoint = train(later, output / name, start=start, leave_out=name)
    if checkpoint is None:
        raise ValueError("a configuration without stages")
    network, reader, _ = load(checkpoint)
    network.eval()
    return read(gold.document, reader, TorchForward(network))


def table_of(evaluations: dict[str, Evaluation], names: list[str]) -> Table:
    """One row a measure: the model by document, then means of all extractors."""
    table = Table(
        title="F1, strict; the model never saw the report, the rules were written with it"
    )
    table.add_column("measure")
    for name in names:
        table.add_column(name, justify="right", overflow="fold")
    for name in evaluations:
        table.add_column(f"mean, {name}", justify="right")
    for name in evaluations:
        table.add_column(f"pooled, {name}", justify="right")
    for m in MEASURES:
        single = [scores[m].f1 for _, scores in evaluations["model"].documents]
        means = [e.macro(m) for e in evaluations.values()]
        pooled = [e.pooled[m].f1 for e in evaluations.values()]
        cells = ("–" if f is None else f"{f:.3f}" for f in (*single, *means, *pooled))
        table.add_row(m, *cells)
    return table


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=Path("base.yaml"))
    parser.add_argument("--set", dest="overrides", action="append", default=[])
    parser.add_argument("--start", type=Path, help="checkpoint of the stages without real reports")
    parser.add_argument("--documents", nargs="+", help="only these")
    parser.add_argument("-o", "--output", type=Path, default=Path("runs/leave-one-out"))
    arguments = parser.parse_args()
    try:
        configuration = read_configuration(find_config(arguments.config), arguments.overrides)
        data = configuration.data
        texts = Path(data.texts or ".")
        gold = [
            g
            for path in data.real
            for g in read_store(Path(path), texts)
            if not arguments.documents or Path(g.document.name).stem in arguments.documents
        ]
        start = arguments.start
        first = with_stages(configuration, real=False)
        if first.training.stages and start is None:
            start = train(first, arguments.output / "corpus")
        found = [fold(configuration, start, g, arguments.output) for g in gold]
    except IeError as error:
        sys.exit(f"leave_one_out: {error}")
    evaluations = {
        "model": evaluate(list(zip(gold, found, strict=True)), bootstrap=0),
        "rules": evaluate([(g, annotate(g.document)) for g in gold], bootstrap=0),
    }
    names = [Path(g.document.name).stem for g in gold]
    Console(width=220).print(table_of(evaluations, names))
    scores = {
        name: {m: {"mean": e.macro(m), "pooled": e.pooled[m].f1} for m in MEASURES}
        for name, e in evaluations.items()
    }
    (arguments.output / "scores.json").write_text(json.dumps(scores, indent=1))


if __name__ == "__main__":
    main()
