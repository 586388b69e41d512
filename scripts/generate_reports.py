"""Compose training reports from the frames of ``annotations/grammar``.

    python scripts/generate_reports.py --data ../shared/data -o annotations/generated.jsonl

A report is a reporter (place, level, habits of number and punctuation), an outline drawn from
the outlines below, and for each part of it frames of its topics between frames of plain prose.
The same seed gives the same reports.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from frames import Facts, Frames, Reporter, expand, read_frames, renamed

from ie.annotation.markup import parse_markup
from ie.annotation.store import write_store
from ie.document import Annotations
from ie.errors import IeError

PARTS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "organisation": (
        "organisation",
        ("leadership", "rules", "offices_staff_budget", "meetings", "trainings", "inspection"),
    ),
    "overview": (
        "overview",
        (
            "leadership",
            "rules",
            "disclosed",
            "channels_prose",
            "meetings",
            "achievements",
            "inspection",
        ),
    ),
    "proactive": (
        "proactive",
        (
            "disclosed",
            "disclosed_by_category",
            "disclosed_by_channel",
            "disclosed_by_agency",
            "normative_docs",
            "interpretations",
            "catalogue",
            "later_style",
        ),
    ),
    "channels": (
        "channels",
        (
            "channels_prose",
            "gazette_bulletin",
            "websites_accounts",
            "visits",
            "other_media",
            "press_conferences",
            "interviews",
            "reading_points",
            "disclosed_by_channel",
        ),
    ),
    "requests": (
        "requests",
        (
            "requests_received",
            "requests_outcomes",
            "requests_2019",
            "requests_zero",
            "completion_rates",
        ),
    ),
    "consultations": (
        "consultations",
        ("consultations", "letters", "hotline", "responses", "surveys", "proposals"),
    ),
    "service": (
        "service",
        (
            "service_hall",
            "cases_handled",
            "matters",
            "rates",
            "village_affairs",
            "public_resources",
            "achievements",
        ),
    ),
    "fees": ("fees", ("fees",)),
    "reviews": ("reviews", ("reviews", "lawsuits", "complaints", "secrecy")),
    "problems": ("problems", ("problems", "problems", "plans")),
    "plans": ("plans", ("plans", "plans", "problems")),
}
"""Part of a report → the topic of its headings, and the topics that its sentences come from."""

OUTLINES: Final = (
    "overview proactive requests fees reviews problems",
    "organisation proactive channels requests reviews problems",
    "overview proactive channels consultations requests fees reviews problems plans",
    "organisation proactive service consultations problems",
    "proactive requests fees reviews organisation problems",
    "overview channels service requests problems",
    "requests reviews fees proactive channels organisation plans",
    "overview proactive consultations requests fees reviews plans",
    "organisation service channels proactive requests problems",
    "proactive channels requests consultations reviews problems",
    "service proactive organisation requests plans",
    "overview organisation proactive channels consultations service requests fees reviews plans",
)
FEWER: Final = {"fees": 1, "reviews": 2, "problems": 3, "plans": 3}
NUMERALS: Final = "一二三四五六七八九十"
HALF_WIDTH: Final = str.maketrans("，；：（）！？", ",;:()!?")


@dataclass
class Composer:
    """Writes reports out of frames."""

    frames: Frames
    facts: Facts
    used: Counter[str] = field(default_factory=Counter)
    report_frames: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        everything = (frame for topic in sorted(self.frames) for frame in self.frames[topic])
        self.numbers = {frame: i for i, frame in enumerate(everything)}

    def compose(self, number: int, seed: int) -> tuple[Annotations, dict[str, Any]]:
        """One report and where it comes from."""
        rng = random.Random(seed * 1_000_003 + number)
        while True:
            self.report_frames.clear()
            reporter = Reporter(rng, self.facts)
            outline = rng.choice(OUTLINES).split()
            if rng.random() < 0.3:
                rng.shuffle(outline)
            markup = self._report(reporter, rng, outline)
            annotations = parse_markup(markup, f"generated-{number:03}")
            if 2000 <= len(annotations.document.text) <= 8000:
                break
        return annotations, {
            "source": "generated",
            "seed": seed,
            "kind": reporter.kind,
            "year": reporter.year,
            "outline": " ".join(outline),
            "frames": sorted(self.report_frames),
        }

    def _report(self, reporter: Reporter, rng: random.Random, outline: list[str]) -> str:
        style = _Style(rng)
        title = rng.choice(
            [
                "政府信息公开工作年度报告",
                "政府信息公开年度报告",
                "政务公开工作年度报告",
                "政府信息公开工作情况报告",
                "信息公开工作年度报告",
                "政务公开工作总结",
            ]
        )
        year = f"[{reporter.year}年|D]"
        order = rng.random()
        name = reporter.titled()
        lines = [f"{name}{year}{title}" if order < 0.6 else f"{year}{name}{title}"]
        if rng.random() < 0.2:  # pages print it twice
            lines *= 2
        if rng.random() < 0.4:
            lines = [self._one("chrome", reporter, rng) for _ in range(rng.randint(1, 3))] + lines
        lines += [self._one("intro", reporter, rng) for _ in range(rng.choice([0, 1, 1, 2]))]
        prose = rng.choice([0.0, 0.4, 0.8, 1.2, 1.6])  # plain sentences to one of its topic
        dense = rng.choice([2, 3, 4, 5])
        for at, name in enumerate(outline):
            heading, topics = PARTS[name]
            lines.append(style.heading(at, self._one(f"heading {heading}", reporter, rng)))
            lines += self._part(name, topics, reporter, rng, style, prose, dense)
        lines += [self._one("closing", reporter, rng)] if rng.random() < 0.4 else []
        return style.finish(lines)

    def _part(
        self,
        name: str,
        topics: tuple[str, ...],
        reporter: Reporter,
        rng: random.Random,
        style: _Style,
        prose: float,
        dense: int,
    ) -> list[str]:
        paragraphs = []
        count = min(FEWER.get(name, 9), rng.randint(1, 1 + dense))
        chosen = rng.sample(topics, k=min(len(topics), count))
        for at, topic in enumerate(chosen):
            sentences = []
            for _ in range(rng.randint(1, 2)):
                for _ in range(int(prose + rng.random())):
                    sentences.append(self._one("prose", reporter, rng))
                sentences.append(self._one(topic, reporter, rng))
            paragraphs.append(style.paragraph(at, len(chosen), sentences))
        return paragraphs

    def _one(self, topic: str, reporter: Reporter, rng: random.Random) -> str:
        frames = self.frames[topic]
        # Of three, the one used least, so that all frames come up.
        frame = min(rng.sample(frames, k=min(3, len(frames))), key=lambda f: self.used[f])
        self.used[frame] += 1
        self.report_frames.add(self.numbers[frame])
        # Numbers are drawn one by one; a part that is greater than its total is drawn again.
        drawn = [expand(frame, rng, reporter.slot)]
        while _odd_parts(drawn[-1]) and len(drawn) < 12:
            drawn.append(expand(frame, rng, reporter.slot))
        return renamed(min(drawn, key=_odd_parts), f"x{sum(self.used.values())}")


def _odd_parts(markup: str) -> int:
    if "of:" not in markup and "of<" not in markup and "of>" not in markup:
        return 0
    relations = parse_markup(markup).relations
    ends = (
        (r.head.attrs.value or 0, r.tail.attrs.value or 0) for r in relations if r.type == "part_of"
    )
    return sum(part > total for part, total in ends)


class _Style:
    """How a report sets its headings, paragraphs and punctuation."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.headings = rng.choice(
            ["一、", "一、", "一、", "（一）", "(一)", "第一部分 ", "1.", "1、", "【】", ""]
        )
        self.items = rng.choice(["", "", "（一）", "(一)", "1.", "1、", "一是", "①", "●"])
        self.half = rng.random() < 0.2
        self.run_on = rng.random() < 0.15
        self.indent = rng.choice(["", "", "　　", "  "])
        self.gap = rng.choice(["\n", "\n", "\n\n"])

    def heading(self, at: int, title: str) -> str:
        if self.headings == "【】":
            return f"【{title}】"
        mark = self.headings.replace("一", NUMERALS[at % 10]).replace("1", str(at + 1))
        return f"{mark}{title}"

    def paragraph(self, at: int, of: int, sentences: list[str]) -> str:
        mark = ""
        if self.items and of > 1:
            mark = (
                self.items.replace("一", NUMERALS[at])
                .replace("1", str(at + 1))
                .replace("①", chr(0x2460 + at))
            )
        return self.indent + mark + "".join(sentences)

    def finish(self, lines: list[str]) -> str:
        text = self.gap.join(line for line in lines if line)
        if self.run_on:
            # A site that lost some of its line breaks.
            text = re.sub(r"\n+", lambda m: m.group() if self.rng.random() < 0.4 else "", text)
        if self.half:
            text = text.translate(HALF_WIDTH)
        return text + "\n"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of real names and titles")
    parser.add_argument("--grammar", type=Path, default=Path("annotations/grammar"))
    parser.add_argument("--fields", type=Path, default=Path("ie/rules/agencies.tsv"))
    parser.add_argument("--reports", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    frames = read_frames(arguments.grammar)
    words = arguments.grammar / "words.yaml"
    composer = Composer(frames, Facts.read(arguments.data, arguments.fields, words))
    try:
        rows = [composer.compose(i, arguments.seed) for i in range(arguments.reports)]
        write_store(arguments.output, rows, text=True)
    except (IeError, ValueError) as error:
        sys.exit(str(error))
    total = sum(map(len, frames.values()))
    print(f"{len(rows)} reports, {len(composer.used)} of {total} frames used")


if __name__ == "__main__":
    main()
