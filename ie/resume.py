"""How much of what an earlier run has written still holds.

A line holds where the next file in order has the same name, content and encoding, and the same
extractor and settings made it. A report of another extractor or other settings ends it: a file
must not hold two kinds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from ie import report
from ie.document import Document
from ie.errors import IeError, WriteError
from ie.output import ResumableOutput
from ie.workers import Outcome, Readable

FIX: Final = "remove it, or go on with the options it was begun with"
"""What to do about reports of another kind."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A place among the files, and in the file of their reports.

    Args:
        sources: so many files are settled.
        lines, offset: so many reports of them there are, and so many bytes those take.
    """

    sources: int
    lines: int
    offset: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What an earlier run has left.

    Args:
        end: up to here all holds.
        missing: files before it that have no report though they can be read, and where they
            stand: the earlier run has failed over them, or they are new.
        failures: what stands in the way of other files before it, by their place.
    """

    end: Stop
    missing: list[Stop]
    failures: dict[int, Outcome]


def standing(
    output: ResumableOutput,
    sources: Sequence[Readable],
    info: report.Extractor,
    *,
    with_annotations: bool,
) -> Standing:
    """Compare the finished lines with the files, in order.

    Args:
        output: with the lines.
        sources: the files.
        info: what shall have made the reports.
        with_annotations: whether they shall hold their annotations.

    Raises:
        WriteError: what stands there is no report, or one that something else has made.
    """
    lines = output.finished()
    line = next(lines, None)
    end = Stop(0, 0, 0)
    missing: list[Stop] = []
    failures: dict[int, Outcome] = {}
    lost: list[Stop] = []  # as ``missing``, since the last line that holds
    for i, source in enumerate(sources):
        if line is None:
            break
        made = _parsed(line)
        if made is None:
            if not end.lines:
                raise _refusal(output, "no reports", "those of an earlier run")
            break
        _check(output, made, info, with_annotations=with_annotations)
        try:
            document = source.read()
        except IeError as error:
            failures[i] = Outcome(source, error=error)
            continue
        if _is_of(made, document):
            missing += lost
            lost = []
            end = Stop(i + 1, end.lines + 1, end.offset + len(line))
            line = next(lines, None)
        else:
            lost.append(Stop(i, end.lines, end.offset))
    return Standing(end, missing, {i: f for i, f in failures.items() if i < end.sources})


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        made = json.loads(line)
        return made if made["source"]["sha256"] and made["extractor"]["name"] else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _check(
    output: ResumableOutput, made: dict[str, Any], info: report.Extractor, *, with_annotations: bool
) -> None:
    wanted = kind(asdict(info), with_annotations)
    found = kind(made["extractor"], "annotations" in made)
    if found != wanted:
        raise _refusal(output, f"reports by {found}", f"reports by {wanted}")


def kind(extractor: dict[str, Any], annotated: bool) -> str:
    """What reports of one output must agree in, in words."""
    model = str(extractor.get("model_sha256") or "")[:8]
    words = (extractor["name"], extractor.get("version"), extractor.get("model"), model)
    return " ".join(str(w) for w in words if w) + " with annotations" * annotated


def _refusal(output: ResumableOutput, found: str, expected: str) -> WriteError:
    return WriteError(str(output.partial), f"holds {found}", expected, FIX)


def _is_of(made: dict[str, Any], document: Document) -> bool:
    source = made["source"]
    expected = (document.name, document.sha256, document.encoding)
    return (source.get("name"), source["sha256"], source.get("encoding")) == expected
