"""What each part of the model is worth: the same training without it, side by side.

    python scripts/ablations.py --base models/unadapted --seeds 1 2 3 -o runs/ablations

``--base`` is the encoder as ``build_encoder.py`` made it, before it was adapted. Every variant is
tested on the real reports, which it has not seen: those that train on real reports leave one
out at a time. ``--reports`` and ``--epochs`` make it a smaller experiment, the same for all; a
variant and seed that are trained are not trained again.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ie.annotation.store import read_store
from ie.cli import find_config
from ie.document import Annotations
from ie.errors import IeError
from ie.evaluate import evaluate
from ie.neural.annotate import read
from ie.neural.checkpoint import TorchForward, load
from ie.neural.configuration import Configuration, parse_configuration, read_configuration
from ie.neural.train import train

MEASURES = ("spans.all", "spans.core", "facts.all", "facts.coded", "relations.all")


def variants(base: str | None, layers: list[int]) -> dict[str, dict[str, Any]]:
    """Name → what differs from the whole: network, decoding, stages, reports."""
    real_only = [{"name": "real", "corpus": 0.0, "real": 3, "epochs": 4}]
    found: dict[str, dict[str, Any]] = {
        "whole": {},
        "corpus alone": {"stages": "corpus"},
        "real reports alone": {"stages": real_only},
        "random encoder": {"network": {"random": True}, "stages": "corpus"},
        "greedy decoding": {"of": "corpus alone", "constrained": False, "stages": "corpus"},
        "no generated reports": {"corpus": 1, "stages": "corpus"},
    }
    for number in layers:
        found[f"{number} layers"] = {"network": {"layers": number}, "stages": "corpus"}
    if base:
        found["encoder not adapted"] = {"network": {"encoder": base}, "stages": "corpus"}
    return found


def curve(counts: list[int]) -> dict[str, dict[str, Any]]:
    """The learning curve: so many authored reports alone, and all as many steps as the most."""
    return {
        f"{n} authored reports": {
            "reports": n,
            "corpus": 1,
            "stages": "corpus",
            "longer": max(counts) / n,
        }
        for n in counts
    }


def configured(
    base: Configuration, change: dict[str, Any], seed: int, epochs: int, reports: int | None
) -> Configuration:
    """The configuration of a variant."""
    values = base.model_dump()
    values["training"] |= {"seed": seed}
    values["data"]["reports"] = change.get("reports", reports)
    values["network"] |= change.get("network", {})
    if "corpus" in change:
        values["data"]["corpus"] = values["data"]["corpus"][: change["corpus"]]
    stages = values["training"]["stages"]
    stages[0]["epochs"] = round(epochs * change.get("longer", 1))
    if change.get("stages") == "corpus":
        values["training"]["stages"] = stages[:1]
    elif "stages" in change:
        values["training"]["stages"] = change["stages"]
    return parse_configuration(values, "ablation")


def scores(
    configuration: Configuration,
    gold: list[Annotations],
    folder: Path,
    constrained: bool,
) -> dict[str, float]:
    """Pooled F1 on the real reports, none of which its model has seen."""
    training = configuration.training
    first = [s for s in training.stages if not s.real]
    later = [s for s in training.stages if s.real]
    start = None
    if first:
        start = train(_with(configuration, first), folder / "corpus")
    pairs = []
    for g in gold:
        name = Path(g.document.name).stem
        best = start
        if later:
            run = _with(configuration, later)
            best = train(run, folder / name, start=start, leave_out=name)
        if best is None:
            raise ValueError("a variant without stages")
        network, reader, _ = load(best)
        network.eval()
        reader = replace(reader, constrained=constrained)
        pairs.append((g, read(g.document, reader, TorchForward(network))))
    pooled = evaluate(pairs, bootstrap=0).pooled
    return {m: pooled[m].f1 or 0.0 for m in MEASURES}


def _with(configuration: Configuration, stages: list[Any]) -> Configuration:
    training = configuration.training.model_copy(update={"stages": stages})
    return configuration.model_copy(update={"training": training})


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=Path("base.yaml"))
    parser.add_argument("--base", help="the encoder before adaptation")
    parser.add_argument("--layers", type=int, nargs="*", default=[2, 6], help="other depths")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=4, help="of the corpus stage")
    parser.add_argument("--reports", type=int, help="of the corpus; all without it")
    parser.add_argument(
        "--curve", type=int, nargs="*", default=[], help="numbers of authored reports"
    )
    parser.add_argument("--only", nargs="*", help="names of variants")
    parser.add_argument("-o", "--output", type=Path, default=Path("runs/ablations"))
    arguments = parser.parse_args()
    changes = variants(arguments.base, arguments.layers) | curve(arguments.curve)
    chosen = {n: c for n, c in changes.items() if not arguments.only or n in arguments.only}
    table = Table(title="F1 on the real reports, pooled; mean of the seeds (lowest–highest)")
    table.add_column("variant")
    table.add_column("seeds", justify="right")
    for m in MEASURES:
        table.add_column(m, justify="right")
    try:
        base = read_configuration(find_config(arguments.config))
        data = base.data
        gold = [g for path in data.real for g in read_store(Path(path), Path(data.texts or "."))]
        for name, change in chosen.items():
            rows = []
            for seed in arguments.seeds:
                configuration = configured(base, change, seed, arguments.epochs, arguments.reports)
                trained = change.get("of", name).replace(" ", "-")
                folder = arguments.output / f"{trained}-{seed}"
                constrained = change.get("constrained", True)
                rows.append(scores(configuration, gold, folder, constrained))
                print(name, seed, rows[-1], file=sys.stderr, flush=True)
            cells = []
            for m in MEASURES:
                values = [r[m] for r in rows]
                spread = f" ({min(values):.3f}–{max(values):.3f})" if len(values) > 1 else ""
                cells.append(f"{statistics.mean(values):.3f}{spread}")
            table.add_row(name, str(len(rows)), *cells)
    except IeError as error:
        sys.exit(f"ablations: {error}")
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
