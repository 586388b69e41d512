"""Sentence frames: mark-up with alternatives and slots, and the reporter that fills them.

A frame file has a topic a heading (``## topic``) and a frame a line. ``<a/b/>`` is one of its
alternatives, ``{slot}`` or ``{slot:size}`` what a :class:`Reporter` says there; a backslash
lets the next character stand for itself. What slots may say stands in ``words.yaml`` beside the
frames, in the same notation.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

_ID: Final = re.compile(r"(?<=#)(\w+)|(?<=[a-z]:)(\w+)")
_TAG: Final = re.compile(r"(?<!\\)\|[^\]]*\]")
_DIGITS: Final = "零一二三四五六七八九"

Frames = dict[str, list[str]]
"""Topic → its frames."""


def read_frames(folder: Path) -> Frames:
    """All frames of a folder's ``*.txt`` files."""
    frames: Frames = {}
    for path in sorted(folder.glob("*.txt")):
        topic = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                topic = line[3:].strip()
            elif line.strip() and not line.startswith("//"):
                frames.setdefault(topic, []).append(line.strip())
    return frames


def expand(frame: str, rng: random.Random, slot: Callable[[str], str]) -> str:
    """One sentence of mark-up: alternatives chosen, slots filled."""
    out, at = _expand(frame, 0, rng, slot, "")
    if at != len(frame):
        raise ValueError(f"unbalanced > or / at {frame[at : at + 20]!r}")
    return out


def _expand(
    frame: str, at: int, rng: random.Random, slot: Callable[[str], str], stop: str
) -> tuple[str, int]:
    out: list[str] = []
    while at < len(frame):
        c = frame[at]
        if c in stop:
            break
        if c == "\\":
            keep = "" if frame[at + 1] in "/<>{}" else "\\"
            out.append(keep + frame[at + 1])
            at += 2
        elif c == "<":
            choices = []
            while True:
                text, at = _expand(frame, at + 1, rng, slot, "/>")
                choices.append(text)
                if at >= len(frame):
                    raise ValueError(f"< without > in {frame[:30]!r}")
                if frame[at] == ">":
                    break
            out.append(rng.choice(choices))
            at += 1
        elif c == "|":
            close = frame.index("]", at)
            out.append(frame[at : close + 1])
            at = close + 1
        elif c == "{":
            close = frame.index("}", at)
            out.append(slot(frame[at + 1 : close]))
            at = close + 1
        else:
            out.append(c)
            at += 1
    return "".join(out), at


def renamed(markup: str, suffix: str) -> str:
    """The same mark-up with all its ids made the frame's own."""
    return _TAG.sub(lambda tag: _ID.sub(lambda m: m.group() + suffix, tag.group()), markup)


@dataclass
class Facts:
    """Names and numbers of the world, and the words that go with them.

    Args:
        counties, cities, towns, provinces: names of regions.
        titles, numbers: of documents.
        central: bodies of the centre.
        fields: of government, which departments are named for.
        words: ``words.yaml``, see there.
    """

    counties: list[str]
    cities: list[str]
    towns: list[str]
    provinces: list[str]
    titles: list[str]
    numbers: list[str]
    central: list[str]
    fields: list[str]
    words: dict[str, Any]

    @classmethod
    def read(cls, data: Path, fields: Path, words: Path) -> Facts:
        """Read the tables of a data folder, a table of fields, and a file of words."""
        said = yaml.safe_load(words.read_text(encoding="utf-8"))
        by_level: dict[str, list[str]] = {}
        with (data / "regions.tsv").open(encoding="utf-8") as lines:
            for row in csv.reader(lines, delimiter="\t"):
                by_level.setdefault(row[2], []).append(row[1])
        rows = (data / "document_titles.tsv").read_text(encoding="utf-8").splitlines()
        titles = [
            t
            for r in rows
            if 6 <= len(t := r.split("\t")[0]) <= 42 and not set(t) & set("《》[]|\\/")
        ]
        rows = (data / "document_numbers.tsv").read_text(encoding="utf-8").splitlines()
        central = (data / "central_agencies.txt").read_text(encoding="utf-8").splitlines()
        return cls(
            [n for n in by_level["county"] if len(n) <= 5 and n[-1] in "县市区旗"],
            [n for n in by_level["city"] if n.endswith(("市", "州"))],
            [n for n in by_level["town"] if n.endswith(("镇", "乡", "街道")) and len(n) <= 5],
            by_level["province"],
            titles,
            [n for r in rows if not set(n := r.split("\t")[0]) & set("[]|")],
            [c for c in central if 3 <= len(c) <= 12 and c.endswith(tuple(said["bodies"]))],
            [
                line.split("\t")[1]
                for line in fields.read_text(encoding="utf-8").splitlines()
                if line.startswith("topic\t")
            ],
            said,
        )


_SIZES: Final = {
    "small": (1, 30),
    "mid": (20, 900),
    "big": (1000, 90_000),
    "huge": (10**5, 9 * 10**7),
}
"""Size of a number → its lowest and highest."""

_SHORT: Final = {
    "press": "press_conference",
    "hall": "service_hall",
    "paper": "newspaper",
    "board": "notice_board",
}


@dataclass
class Reporter:
    """Who writes a report: a place and an office, with names and habits kept throughout.

    Args:
        rng: decides everything.
        facts: to draw names and words from.
    """

    rng: random.Random
    facts: Facts
    year: int = field(init=False)
    where: str = field(init=False)
    region: str = field(init=False)
    kind: str = field(init=False)

    def __post_init__(self) -> None:
        rng, facts = self.rng, self.facts
        self.year = rng.choice([*range(2008, 2023), 2024, 2025])
        self.kind = rng.choices(["county", "city", "township", "department"], [5, 2, 2, 3])[0]
        names = {"county": facts.counties, "city": facts.cities, "township": facts.towns}
        self.where = rng.choice(names.get(self.kind, facts.counties + facts.cities))
        if rng.random() < 0.4:
            suffix = {"city": "市", "township": rng.choice(["镇", "乡", "街道"])}
            self.where = self._invented() + suffix.get(self.kind, rng.choice("县县县区市旗"))
        self.root = re.sub(r"(?:自治)?[县市区州旗镇乡]$|街道$", "", self.where)
        self.region = "街道" if self.where.endswith("街道") else self.where[-1]
        self.province = rng.choice(facts.provinces)
        self.fullwidth = rng.random() < 0.06
        self.commas = rng.random() < 0.15
        self.words = rng.random() < 0.1  # small numbers in Chinese numerals
        self.myriads = rng.random() < 0.5
        self.rounding = rng.choice([0.0, 0.05, 0.15, 0.35])
        brackets = ["〔〕", "[]", "（）", "()", "【】", "﹝﹞"]
        self.brackets = rng.choices(brackets, [8, 3, 2, 2, 1, 1])[0]
        of_department = rng.choice(facts.fields), rng.choice(["局", "局", "局", "委", "中心", "办"])
        self.own = "".join(of_department) if self.kind == "department" else ""
        self._kept: dict[str, list[str]] = {}

    @property
    def name(self) -> str:
        """The reporting body's name in full."""
        return self.where + self.own

    def titled(self) -> str:
        """The name as the title of a report has it, marked up; a place alone is no agency."""
        if self.own:
            return self._body()
        body = self.rng.choice(["", "", "", "人民政府", "人民政府", "人民政府办公室"])
        return f"[{self.name}{body}|A]" if body else self.name

    def slot(self, name: str) -> str:
        """What stands in a slot.

        Raises:
            ValueError: there is none of this name.
        """
        name, _, size = name.partition(":")
        name = _SHORT.get(name, name)
        slots: dict[str, list[str]] = self.facts.words["slots"]
        if name in self.facts.words["channels"]:
            return self._channel(name)
        if f"{name} of a department" in slots and self.own:
            name = f"{name} of a department"
        if name in slots:
            return expand(self.rng.choice(slots[name]), self.rng, self.slot)
        if name == "n":
            return self.number(size or "mid")
        try:
            fill = getattr(self, f"_{name}")
        except AttributeError:
            raise ValueError(f"slot {name!r} unknown") from None
        return str(fill())

    def _channel(self, kind: str) -> str:
        if kind not in self._kept:
            # A report calls a channel by the same name or two; they are the place's own.
            frames = self.facts.words["channels"][kind]
            some = self.rng.sample(frames, k=min(2, len(frames)))
            self._kept[kind] = [expand(f, self.rng, self.slot) for f in some]
        return self.rng.choice(self._kept[kind])

    # Numbers

    def number(self, size: str) -> str:
        """A number of a size in the report's style, approximators included."""
        rng = self.rng
        low, high = _SIZES[size]
        value = int(low * (high / low) ** rng.random())
        if rng.random() < self.rounding and value >= 20:
            return self._rounded(value)
        if size == "small" and (self.words or rng.random() < 0.03) and value < 100:
            return chinese(value) if value != 2 else "两"
        if size == "huge" and self.myriads:
            places = rng.choice([0, 1, 2])
            return f"{value / 10_000:.{places}f}万" if value < 10**8 else f"{value / 10**8:.2f}亿"
        if size == "big" and self.myriads and value >= 10_000 and rng.random() < 0.3:
            return f"{value / 10_000:.{rng.choice([1, 2])}f}万"
        return self._digits(value)

    def _digits(self, value: int) -> str:
        text = f"{value:,}" if self.commas else str(value)
        if self.fullwidth:
            return text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
        return text

    def _rounded(self, value: int) -> str:
        size = 10 ** (len(str(value)) - self.rng.choice([1, 2] if value >= 100 else [1]))
        value = value // size * size
        whole = value >= 10_000 and value % 10_000 == 0
        number = f"{value // 10_000}万" if whole else self._digits(value)
        if self.rng.random() < 0.5:
            more = self.rng.choice("余多")
            if whole and self.rng.random() < 0.5:
                return number.replace("万", f"{more}万")
            return number + more
        return self.rng.choice(["近", "约", "超过", "逾", "超", "不少于", "至少", "将近"]) + number

    def _p(self) -> str:
        value = self.rng.choice([100.0, self.rng.uniform(60, 100), self.rng.uniform(1, 60)])
        return f"{value:.{self.rng.choice([0, 0, 1, 2])}f}"

    def _m(self) -> str:
        value = self.rng.choice([self.rng.randint(1, 99), self.rng.uniform(0.5, 300)])
        number = str(value) if isinstance(value, int) else f"{value:.{self.rng.choice([1, 2])}f}"
        return number + self.rng.choice(["万元"] * 6 + ["亿元", "元", "余万元"])

    # Words that words.yaml is made of

    def _year(self) -> str:
        return f"{self.year}年"

    def _month(self) -> int:
        return self.rng.randint(1, 12)

    def _day(self) -> int:
        return self.rng.randint(1, 28)

    def _level(self) -> str:
        return "中心" if self.own.endswith("中心") else self.own[-1:] or self.region

    def _region(self) -> str:
        return self.region

    def _place(self) -> str:
        return self.rng.choice([self.name, self.name, self.where])

    def _body(self) -> str:
        return f"[{self.name}|A]" if self.own else self.where

    def _where(self) -> str:
        return self.where

    def _name(self) -> str:
        return self.name

    def _own(self) -> str:
        return self.own

    def _root(self) -> str:
        return self.root

    def _letters(self) -> str:
        return self.rng.choice([self.root[0], self.root[:2], self.province[0]])

    def _field(self) -> str:
        return self.rng.choice(self.facts.fields)

    def _province(self) -> str:
        return self.province

    def _city(self) -> str:
        return self.rng.choice(self.facts.cities)

    def _central(self) -> str:
        return self.rng.choice(self.facts.central)

    def _real_title(self) -> str:
        return self.rng.choice(self.facts.titles)

    def _invented(self) -> str:
        return "".join(self.rng.sample(self.facts.words["invented"], 2))

    def _town_short(self) -> str:
        if self.rng.random() < 0.5:
            return self.rng.choice(self.facts.towns)
        return self._invented() + self.rng.choice(["镇", "乡", "街道", "镇"])

    def _town(self) -> str:
        town = self._town_short()
        return town + self.rng.choice(
            ["办事处", "办", ""] if town.endswith("街道") else ["人民政府", "政府", "人民政府"]
        )

    def _number(self) -> str:
        number = self.rng.choice(self.facts.numbers)
        if self.rng.random() < 0.45:
            year, n = self.year - self.rng.choice([0, 0, 0, 1, 2]), self.rng.randint(1, 280)
            number = f"{self.slot('letters of a number')}〔{year}〕{n}号"
        left, right = ("\\" + c if c in "[]" else c for c in self.brackets)
        return number.replace("〔", left).replace("〕", right)


def chinese(value: int) -> str:
    """A number below a hundred in Chinese numerals."""
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")
