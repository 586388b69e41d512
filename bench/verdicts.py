"""What ``compare.py`` measured, as tables, and which targets are reached."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

MB = 1e6

Subject = dict[str, Any]


def rate_of_many(subject: Subject, result: dict[str, Any]) -> float:
    """Characters a second, many reports at once."""
    return float(result["batch"] * result["length"] / statistics.median(subject["batch"]))


def rate_of_one(subject: Subject, result: dict[str, Any]) -> float:
    """Characters a second, a report at a time."""
    return float(result["length"] / statistics.median(subject["each"]))


def percentile(seconds: list[float], share: float) -> float:
    """The smallest of the seconds that at least this share of them do not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(result: dict[str, Any]) -> None:
    """Print the tables and the verdicts."""
    console = Console(width=150)
    present = [s for s in result["subjects"] if not s["absent"]]
    console.print(_main_table(result, present))
    for subject in result["subjects"]:
        if subject["absent"]:
            console.print(f"{subject['name']}: not available: {subject['absent']}", markup=False)
        elif subject["many"]:
            ways = f"many {subject['many']}, one {subject['one']}"
            console.print(f"{subject['name']}: best manners: {ways}", markup=False, highlight=False)
    reports, characters = "by_reports", "by_characters"
    console.print(_growth(present, reports, "seconds by number of reports of 1,000 characters"))
    console.print(_growth(present, characters, "seconds by characters of one report"))
    console.print(_growth(present, "peak_by_characters", "peak memory, MB", scale=MB))
    _show_machine(console, result, present)
    for line in verdicts(result, present):
        console.print(line, markup=False, highlight=False)


def _main_table(result: dict[str, Any], present: list[Subject]) -> Table:
    title = f"{result['threads']} threads, {result['texts']}, reports of {result['length']:,}"
    table = Table(title=f"{title} characters", box=SIMPLE_HEAD)
    table.add_column("subject", no_wrap=True)
    columns: dict[str, Callable[[Subject], str]] = {
        f"chars/s, {result['batch']} reports": lambda s: f"{rate_of_many(s, result):,.0f}",
        "chars/s, one": lambda s: f"{rate_of_one(s, result):,.0f}",
        "p50 ms": lambda s: f"{statistics.median(s['each']) * 1e3:,.1f}",
        "p99 ms": lambda s: f"{percentile(s['each'], 0.99) * 1e3:,.1f}",
        "cold s": lambda s: f"{statistics.median(s['cold']):.2f}",
        "peak MB, one": lambda s: f"{s['peak_one'] / MB:,.0f}",
        "peak MB, many": lambda s: f"{s['peak_many'] / MB:,.0f}",
        "on disk MB": lambda s: f"{s['size'] / MB:,.1f}",
    }
    for heading in columns:
        table.add_column(heading, justify="right")
    for subject in present:
        table.add_row(subject["name"], *(cell(subject) for cell in columns.values()))
    return table


def _growth(present: list[Subject], what: str, title: str, scale: float = 1.0) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD)
    table.add_column("subject", no_wrap=True)
    sizes = sorted({size for s in present for size in s[what]}, key=int)
    for size in sizes:
        table.add_column(f"{int(size):,}", justify="right")
    for subject in present:
        values = (subject[what].get(size) for size in sizes)
        cells = ("over the limit" if v is None else f"{v / scale:,.2f}" for v in values)
        table.add_row(subject["name"], *cells)
    return table


def _show_machine(console: Console, result: dict[str, Any], present: list[Subject]) -> None:
    rates, profile = result["rates"], result["profile"]
    words = ", ".join(f"{name} {rate / 1e9:,.0f}" for name, rate in rates.items())
    console.print(f"10⁹ multiply-adds a second in one matrix product: {words}")
    chars, macs = profile["chars"], profile["macs"]
    words = ", ".join(f"{name} {count / chars / 1e6:.2f}" for name, count in macs.items())
    console.print(f"10⁶ multiply-adds a character, padding and overlap included: {words}")
    least = sum(count / rates[kind] for kind, count in macs.items())
    line = f"products alone, at the machine's rate: {chars / least:,.0f} chars/s"
    for subject in present:
        if subject["name"] == "int8":
            many = rate_of_many(subject, result) * least / chars
            one = rate_of_one(subject, result) * least / chars
            line += f"; int8 reaches {many:.0%} of that at many reports, {one:.0%} at one"
    console.print(line)
    graphs = profile["graphs"]
    parts = {**{f"graph of {n}": s for n, s in graphs.items()}}
    parts["Python"] = profile["seconds"] - sum(graphs.values())
    words = ", ".join(f"{name} {s / profile['seconds']:.0%}" for name, s in parts.items())
    console.print(f"time of one report on one thread: {words}")
    words = ", ".join(f"{name} {share:.0%}" for name, share in profile["nodes"].items())
    console.print(f"time of the graphs by node: {words}")


def verdicts(result: dict[str, Any], present: list[Subject]) -> list[str]:
    """A line for each target."""
    by_name = {s["name"]: s for s in present}
    ours = by_name.get("int8")
    if not ours:
        return []
    lines = []
    rate = rate_of_many(ours, result)
    for name, target in (("pipeline", 3.0), ("pipeline-bf16", 3.0), ("lac", 1.0)):
        if name in by_name:
            ratio = rate / rate_of_many(by_name[name], result)
            words = f"int8 / {name}, characters per second, many reports: {ratio:.2f}"
            lines.append(_verdict(ratio >= target, f"{words} (target ≥ {target:g})"))
        else:
            lines.append(f"not measured: int8 / {name}")
    cold = statistics.median(ours["cold"])
    lines.append(_verdict(cold < 2, f"cold ie predict: {cold:.2f} s (target < 2 s)"))
    peak = max(ours["peak_one"], ours["peak_many"]) / MB
    lines.append(_verdict(peak < 400, f"peak memory, all processes: {peak:.0f} MB (target < 400)"))
    size = ours["size"] / MB
    lines.append(_verdict(size <= 40, f"model folder: {size:.1f} MB (target ≤ 40)"))
    return lines


def _verdict(reached: bool, words: str) -> str:
    return f"{'reached' if reached else 'NOT REACHED'}: {words}"
