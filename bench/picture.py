"""What ``compare.py`` measured, as one picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")  # no screen is needed

from matplotlib import pyplot
from verdicts import percentile, rate_of_many, rate_of_one


def draw(result: dict[str, Any], path: Path) -> None:
    """Write a picture; its kind is the suffix of the path."""
    present = [s for s in result["subjects"] if not s["absent"]]
    names = [s["name"] for s in present]
    figure, axes = pyplot.subplots(2, 2, figsize=(12, 8), layout="constrained")
    speed, latency, reports, characters = axes.flat

    places = range(len(names))
    high = [p - 0.2 for p in places]
    low = [p + 0.2 for p in places]
    many = [rate_of_many(s, result) for s in present]
    speed.barh(high, many, 0.4, label=f"{result['batch']} reports")
    speed.barh(low, [rate_of_one(s, result) for s in present], 0.4, label="one report")
    speed.set(title=f"speed, {result['threads']} threads", xlabel="characters a second")

    median = [percentile(s["each"], 0.5) * 1e3 for s in present]
    latency.barh(high, median, 0.4, label="p50")
    latency.barh(low, [percentile(s["each"], 0.99) * 1e3 for s in present], 0.4, label="p99")
    latency.set(title=f"one report of {result['length']:,} characters", xlabel="ms")
    for axis in (speed, latency):
        axis.set_yticks(places, names)
        axis.invert_yaxis()
        axis.set_xscale("log")
        axis.legend()

    for axis, what, title in (
        (reports, "by_reports", "reports of 1,000 characters"),
        (characters, "by_characters", "characters of one report"),
    ):
        for subject in present:
            known = {int(n): s for n, s in subject[what].items() if s is not None}
            axis.plot(known.keys(), known.values(), marker="o", label=subject["name"])
        axis.set(title=f"growth with the {title}", xlabel=title, ylabel="seconds")
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.legend()
    figure.savefig(path, dpi=130)
    pyplot.close(figure)
