"""Train a model: ``scripts/train.py --config base.yaml``, the same as ``ie train base.yaml``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ie.cli import run_training
from ie.errors import IeError


def main(
    config: Annotated[Path, typer.Option(help="YAML file; a bare name is looked for in configs/.")],
    output: Annotated[Path | None, typer.Option(help="Folder of the run.")] = None,
    override: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Stronger than the file.")
    ] = None,
) -> None:
    """Train all stages of a configuration; run it again to go on where it was cut off."""
    try:
        run_training(config, output, override or [])
    except IeError as error:
        sys.exit(f"train: {error}")


if __name__ == "__main__":
    typer.run(main)
