"""Small reports as files, each with figures of its own, and files that are none."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from ie.document import Document
from ie.predict import Source

TEXT = "{year}年青河县政府信息公开工作年度报告\n一、概述\n主动公开政府信息{count}条。\n"


def write_reports(folder: Path, count: int) -> list[Source]:
    """So many reports, and the sources that read them."""
    folder.mkdir(exist_ok=True)
    sources = []
    for i in range(count):
        path = folder / f"{i:03}.txt"
        path.write_text(TEXT.format(year=2008 + i % 10, count=642 + i), encoding="utf-8")
        sources.append(Source(path, path.name))
    return sources


@dataclass(frozen=True)
class Deadly:
    """A file over which the process that reads it dies; only once, if a mark is given."""

    name: str
    mark: Path | None = None

    @property
    def where(self) -> str:
        return self.name

    def read(self) -> Document:
        if self.mark is None or not self.mark.exists():
            if self.mark:
                self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return Document(TEXT.format(year=2008, count=5), name=self.name)
