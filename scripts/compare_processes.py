"""Two processes and one: the dev scores of both, seed by seed.

Run as ``python scripts/compare_processes.py --config tiny.yaml``. One process trains with
the batch of the configuration, two under ``torchrun`` with half of it each, so that both take
the same steps. With dropout they differ in what is dropped, and may differ as two seeds do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ie.cli import find_config
from ie.errors import IeError
from ie.neural.configuration import read_configuration

ROOT = Path(__file__).parents[1]
PROCESSES = (1, 2)


def train(config: Path, overrides: list[str], processes: int, output: Path) -> dict[str, float]:
    """Train in processes of their own; the dev scores of the last stage."""
    launch = [sys.executable]
    if processes > 1:
        launch += ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
        launch += [str(processes)]
    options = [part for override in overrides for part in ("--set", override)]
    script = [str(ROOT / "scripts" / "train.py"), "--config", str(config)]
    done = subprocess.run([*launch, *script, "--output", str(output), *options], stdout=sys.stderr)
    if done.returncode:
        sys.exit(done.returncode)
    dev = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["dev"]
    scores: dict[str, float] = list(dev.values())[-1]
    return scores


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=Path("tiny.yaml"))
    parser.add_argument("--set", dest="overrides", action="append", default=[])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("-o", "--output", type=Path, default=Path("runs/processes"))
    arguments = parser.parse_args()
    config = find_config(arguments.config)
    try:
        batch = read_configuration(config, arguments.overrides).training.batch
    except IeError as error:
        sys.exit(f"compare_processes: {error}")
    if batch % max(PROCESSES):
        sys.exit(f"compare_processes: training.batch: found {batch}; expected an even number")
    table = Table(title=f"dev F1, {config}, {batch} windows a step")
    for heading in ("seed", "processes", "spans", "core", "facts", "relations", "mean"):
        table.add_column(heading, justify="right")
    means: dict[int, list[float]] = {n: [] for n in PROCESSES}
    for seed in arguments.seeds:
        for n in PROCESSES:
            changes = [f"training.seed={seed}", f"training.batch={batch // n}"]
            output = arguments.output / f"seed-{seed}-processes-{n}"
            scores = train(config, [*arguments.overrides, *changes], n, output)
            cells = (f"{scores[k]:.3f}" for k in ("spans", "core", "facts", "relations", "mean"))
            table.add_row(str(seed), str(n), *cells)
            means[n].append(scores["mean"])
    console = Console(width=100)
    console.print(table)
    one, two = (means[n] for n in PROCESSES)
    apart = statistics.mean(two) - statistics.mean(one)
    console.print(f"mean over seeds: two processes {apart:+.4f} against one")
    if len(one) > 1:
        console.print(
            f"standard deviation among the seeds of one process: {statistics.stdev(one):.4f}"
        )


if __name__ == "__main__":
    main()
