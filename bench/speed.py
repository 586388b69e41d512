"""How fast an extractor is, how time and memory grow with the text, what the worst input costs.

Run as ``python bench/speed.py``, with ``--large`` for a file of 50 MB too, and with
``--extractor model`` for the model, on fewer and shorter texts. Every row is
measured in a process of its own, bound to one core: ``read`` is from disk to the decoded
text, ``annotate`` and ``assemble`` are the two halves of predicting, ``json`` makes the
text to print. ``chars/s`` is over annotate and assemble, ``all`` over all four. ``peak`` is
the resident memory of the process at its highest, and in brackets what is beyond an idle
process, as a multiple of the file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "examples" / "yunxi-2015.txt"
REAL = sorted((ROOT.parent / "shared" / "seeds").glob("*.txt"))
"""Real reports, where they are at hand; they hold half as many figures as the example."""

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
"""Characters of the report, repeated as often as needed."""

LARGE_BYTES = 50 * 2**20
PATHOLOGICAL = ("7", "《", "第", "（", "一", "、", "万", "市政府", "其中", "(一", "其中5件")
"""Each repeated to a million characters."""

LIMIT = 120
"""Seconds after which a row is given up; at the speed aimed at the longest takes 60."""


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="a file of 50 MB too")
    parser.add_argument("--extractor", choices=("rules", "model"), default="rules")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    chosen = arguments.extractor
    if arguments.one:
        print(json.dumps(measure(arguments.one, chosen)))
        return

    slow = chosen == "model"
    table = Table(title=f"ie predict, {chosen}, one core of {_machine()}", box=SIMPLE_HEAD)
    table.add_column("input", no_wrap=True)
    for heading in ("chars", "read s", "annotate s", "assemble s", "json s", "chars/s", "all"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("peak MB (× file)", justify="right", no_wrap=True)
    report = REPORT.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        idle = _measured("一", Path(folder), chosen)["peak"]
        for size in SIZES[:3] if slow else SIZES:
            _add(table, "report", _measured(_repeat(report, size), Path(folder), chosen), idle)
        if REAL:
            real = "\n".join(path.read_text(encoding="utf-8") for path in REAL)
            for copies in (1,) if slow else (1, 40):
                name = f"{len(REAL)} real reports × {copies}"
                _add(table, name, _measured(real * copies, Path(folder), chosen), idle)
            report = real
        if arguments.large:
            copies = LARGE_BYTES // len(report.encode("utf-8"))
            _add(table, "50 MB", _measured(report * copies, Path(folder), chosen, 900), idle)
        table.add_section()
        for unit in PATHOLOGICAL:
            hostile = _repeat(unit, 20_000 if slow else 1_000_000)
            _add(table, f"{unit} …", _measured(hostile, Path(folder), chosen), idle)
    Console(width=120).print(table)
    command = f"ie predict -e {chosen} {REPORT.name}"
    print(f"cold start of `{command}`, all cores: {_cold_start(chosen):.2f} s (median of 7)")


def measure(path: Path, name: str) -> dict[str, float]:
    """Seconds of every stage for one file, in this process, on one core; peak in bytes.

    A short text is predicted several times, once before the clock runs: what is loaded on
    first use belongs to the cold start.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from ie.assemble import assemble
    from ie.document import Document
    from ie.extractors import load
    from ie.reading import read_document

    extractor = load(name)
    assemble(extractor.annotate(Document("公开5条。")), extractor.info).to_json()
    started = time.perf_counter()
    text = read_document(path).text
    seconds = {"read": time.perf_counter() - started, "annotate": 0.0, "assemble": 0.0, "json": 0.0}
    rounds = max(1, min(50, (500_000 if name == "rules" else 20_000) // len(text)))
    for _ in range(rounds):
        document = Document(text)
        clock = [time.perf_counter()]
        annotations = extractor.annotate(document)
        clock.append(time.perf_counter())
        report = assemble(annotations, extractor.info)
        clock.append(time.perf_counter())
        report.to_json()
        clock.append(time.perf_counter())
        for i, stage in enumerate(("annotate", "assemble", "json")):
            seconds[stage] += (clock[i + 1] - clock[i]) / rounds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scale = 1 if sys.platform == "darwin" else 1024  # Linux counts in kibibytes
    return {**seconds, "chars": len(text), "bytes": path.stat().st_size, "peak": peak * scale}


def _measured(text: str, folder: Path, name: str, limit: int = LIMIT) -> dict[str, float]:
    path = folder / "input.txt"
    path.write_bytes(text.encode("utf-8"))
    command = [sys.executable, __file__, "--extractor", name, "--one", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"chars": len(text)}
    if done.returncode:
        sys.exit(done.stderr)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _repeat(unit: str, characters: int) -> str:
    return (unit * (characters // len(unit) + 1))[:characters]


def _add(table: Table, name: str, row: dict[str, float], idle: float) -> None:
    if "peak" not in row:
        table.add_row(name, f"{row['chars']:,.0f}", "", f"over {LIMIT}")
        return
    predicting = row["annotate"] + row["assemble"]
    everything = predicting + row["read"] + row["json"]
    table.add_row(
        name,
        f"{row['chars']:,.0f}",
        *(f"{row[stage]:.3f}" for stage in ("read", "annotate", "assemble", "json")),
        f"{row['chars'] / predicting:,.0f}",
        f"{row['chars'] / everything:,.0f}",
        f"{row['peak'] / 2**20:,.0f} ({(row['peak'] - idle) / row['bytes']:,.1f}×)",
    )


def _cold_start(name: str) -> float:
    """Seconds from the shell to the printed report, interpreter and imports included."""
    call = ["predict", "-e", name, str(REPORT)]
    command = [sys.executable, "-c", "from ie.cli import main; main()", *call]
    times = []
    for _ in range(7):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _machine() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "this machine"
    name = next((line.partition(":")[2] for line in lines if line.startswith("model name")), "")
    return " ".join(name.split()) or "this machine"


if __name__ == "__main__":
    main()
