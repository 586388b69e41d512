"""Many reports: is the output whole and the same whatever breaks off the run, is memory flat?

Run as ``python bench/many.py``; ``--reports 300``, ``--length 1000`` (no more than so many
characters of each) and ``--extractor rules`` for a quicker look. The reports are those of
``examples/`` and ``annotations/`` over and over, each with figures of its own. They are read
once without a break and once with two (SIGKILL to ``ie predict`` after a third and after two
thirds), and the two outputs are compared byte by byte. Throughput is that of the unbroken run,
in characters per second by the reports in its output; memory that of all its processes
together, each page counted once (PSS).
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

ROOT: Final = Path(__file__).parents[1]
STORES: Final = ("dev.jsonl", "generated.jsonl")
EVERY: Final = 0.1
"""Seconds between two looks at a run."""

STEADY: Final = 0.1
"""Throughput at the end may be so much less than at the start, and memory so much more."""

_FIGURE: Final = re.compile(r"(?<![0-9０-９.〔\[（(])[1-9][0-9]{1,4}(?=[条件次人份个])")


@dataclass
class Run:
    """What was seen of one call of ``ie predict``.

    Args:
        looks: seconds since it began, bytes written, bytes of memory of all its processes.
        killed: whether it was.
        words: what it said.
    """

    looks: list[tuple[float, int, int]] = field(default_factory=list)
    killed: bool = False
    words: str = ""


def main() -> None:
    """Make the reports, read them twice, print what was seen; the exit status is 1 if it is bad."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--length", type=int, help="characters that each report has at most")
    parser.add_argument("--extractor", choices=("model", "rules"), default="model")
    parser.add_argument("--workers", type=int, help="as of ie predict")
    arguments = parser.parse_args()
    options = ["-e", arguments.extractor]
    if arguments.workers:
        options += ["--workers", str(arguments.workers)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sizes = write_reports(folder / "texts", arguments.reports, arguments.length)
        whole, broken = folder / "whole.jsonl", folder / "broken.jsonl"
        unbroken = run(folder / "texts", whole, options)
        if not whole.exists():
            sys.exit(unbroken.words)
        size = whole.stat().st_size
        breaks = [run(folder / "texts", broken, options, size * n // 3) for n in (1, 2)]
        last = run(folder / "texts", broken, options)
        names = [json.loads(line)["source"]["name"] for line in whole.open(encoding="utf-8")]
        verdicts = [
            ("killed twice on the way", all(b.killed for b in breaks)),
            ("every report once, in order", names == list(sizes)),
            ("the same as without a break", broken.exists() and _digest(broken) == _digest(whole)),
            ("nothing else left", not last.words and not list(folder.glob("*.partial"))),
        ]
        speeds = throughput(unbroken, whole, sizes)
    first, end = speeds[0], speeds[-1]
    table = Table(
        title=f"{arguments.reports:,} reports of {sum(sizes.values()) // len(sizes):,} characters, "
        f"{arguments.extractor}",
        box=SIMPLE_HEAD,
    )
    for heading in ("tenth", "characters/s", "memory MB"):
        table.add_column(heading, justify="right")
    memory = [max(m) / 2**20 for m in _tenths(unbroken)]
    for n, (speed, peak) in enumerate(zip(speeds, memory, strict=True), 1):
        table.add_row(str(n), f"{speed:,.0f}", f"{peak:,.0f}")
    Console(width=100).print(table)
    verdicts.append((f"throughput steady: {end / first:.2f} ×", end >= (1 - STEADY) * first))
    verdicts.append(
        (f"memory flat: {memory[-1] / memory[1]:.2f} ×", memory[-1] <= (1 + STEADY) * memory[1])
    )
    verdicts.append((f"memory under 400 MB: {max(memory):,.0f}", max(memory) < 400))
    for what, good in verdicts:
        print(f"{'yes' if good else 'NO '}  {what}")
    sys.exit(not all(good for _, good in verdicts))


def write_reports(folder: Path, count: int, length: int | None = None) -> dict[str, int]:
    """So many reports as files, no two of one content; the characters of each by its name."""
    folder.mkdir()
    texts = [p.read_text(encoding="utf-8") for p in sorted((ROOT / "examples").glob("*.txt"))]
    for store in STORES:
        lines = (ROOT / "annotations" / store).read_text(encoding="utf-8").splitlines()
        texts += [text for line in lines if (text := json.loads(line).get("text"))]
    sizes = {}
    for i, text in zip(range(count), itertools.cycle(texts)):
        changed = _FIGURE.sub(lambda m, i=i: str(int(m.group()) + i // len(texts)), text[:length])
        name = f"{i:06}.txt"
        (folder / name).write_text(f"{changed}\n〔{i}〕\n", encoding="utf-8")
        sizes[name] = len(changed) + len(f"\n〔{i}〕\n")
    return sizes


def run(texts: Path, target: Path, options: list[str], enough: int | None = None) -> Run:
    """Call ``ie predict`` and watch it; kill it as soon as so many bytes are written."""
    command = [sys.executable, "-m", "ie", "predict", str(texts), "-o", str(target), *options]
    partial = Path(f"{target}.partial")
    seen = Run()
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    while process.poll() is None:
        written = partial.stat().st_size if partial.exists() else 0
        seen.looks.append((time.monotonic() - started, written, _memory(process.pid)))
        if enough is not None and written >= enough:
            process.send_signal(signal.SIGKILL)
            seen.killed = True
            break
        time.sleep(EVERY if enough is None else EVERY / 5)
    seen.words = process.communicate()[1]
    seen.looks.append(
        (time.monotonic() - started, target.stat().st_size if target.exists() else 0, 0)
    )
    return seen


def throughput(seen: Run, output: Path, sizes: dict[str, int]) -> list[float]:
    """Characters per second of each tenth of the reports, by when their lines were written."""
    ends = list(itertools.accumulate(len(line) for line in output.open("rb")))
    characters = list(itertools.accumulate(sizes.values()))
    begun = next(at for at, written, _ in seen.looks if written)
    speeds, before, known = [], begun, 0
    for n in range(1, 11):
        last = max(0, len(ends) * n // 10 - 1)
        at = next(at for at, written, _ in seen.looks if written >= ends[last])
        speeds.append((characters[last] - known) / max(at - before, EVERY))
        before, known = at, characters[last]
    return speeds


def _tenths(seen: Run) -> list[list[int]]:
    """Memory at the looks of each tenth of the bytes written, all of it in tenths without one."""
    total = max(written for _, written, _ in seen.looks)
    tenths: list[list[int]] = [[] for _ in range(10)]
    for _, written, memory in seen.looks:
        tenths[min(9, written * 10 // max(1, total))].append(memory)
    return [t or [0] for t in tenths]


def _memory(pid: int) -> int:
    """Bytes of a process and all below it; 0 where the system does not say."""
    total, waiting = 0, [pid]
    while waiting:
        at = Path("/proc", str(waiting.pop()))
        try:
            pss = re.search(r"^Pss: *(\d+)", (at / "smaps_rollup").read_text(), re.MULTILINE)
            total += int(pss[1]) * 1024 if pss else 0
            for children in at.glob("task/*/children"):
                waiting += map(int, children.read_text().split())
        except OSError:  # it has ended
            continue
    return total


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as lines:
        for line in lines:
            digest.update(line)
    return digest.hexdigest()


if __name__ == "__main__":
    main()
