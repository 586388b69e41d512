"""Many reports as a folder of Parquet files, each of which is made again or left as a whole.

Shard k holds the reports of the files [k·N, (k+1)·N), in order. Its footer says what made it
and over which files that failed, so that a shard knows by itself whether it still holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from ie import report
from ie.errors import IeError, WriteError
from ie.parquet import SCHEMA, to_batch
from ie.storage import Folder
from ie.workers import Job, Outcome, Readable, crew

SHARD: Final = 1000
"""Files of a shard, unless another number is asked for."""

ROWS: Final = 100
"""Reports of a row group: so many are held in memory."""

ERRORS: Final = "errors.jsonl"
_NAME: Final = re.compile(r"part-(\d{5,})\.parquet")
_KEY: Final = b"ie.shard"
_COLUMNS: Final = ["source"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of files.

    Args:
        sources: the files.
        job: what is to be done with each; its form is a line of JSON.
        size: files of a shard.
    """

    sources: Sequence[Readable]
    job: Job
    size: int = SHARD

    def __len__(self) -> int:
        return -(-len(self.sources) // self.size)

    def files(self, number: int) -> Sequence[Readable]:
        """Those of one shard."""
        return self.sources[number * self.size : (number + 1) * self.size]


@dataclass(frozen=True, slots=True)
class Shard:
    """What a finished shard says of itself.

    Args:
        made_by: the extractor and the settings.
        failures: index of the file, its name, the sha256 of its text where it has one, and
            the error in words.
    """

    made_by: dict[str, Any]
    failures: list[dict[str, Any]] = field(default_factory=list)


def name_of(number: int) -> str:
    """The name of a shard's file."""
    return f"part-{number:05}.parquet"


def made_by(info: report.Extractor, job: Job) -> dict[str, Any]:
    """What shards must agree in to stand side by side."""
    return {**asdict(info), "annotations": job.with_annotations}


def write_shard(
    folder: Folder, number: int, outcomes: Iterable[Outcome], kind: dict[str, Any]
) -> Shard:
    """Write the shard of outcomes, under another name until it is whole.

    Raises:
        WriteError: the folder is not writable or the disk full.
    """
    failures: list[dict[str, Any]] = []
    with folder.writing(name_of(number)) as stream:
        writer = parquet.ParquetWriter(stream, SCHEMA, compression="zstd")
        rows = []
        for i, outcome in enumerate(outcomes):
            if outcome.error is not None:
                failures.append(
                    {
                        "index": i,
                        "name": outcome.source.name,
                        "sha256": outcome.sha256,
                        "error": str(outcome.error),
                    }
                )
                continue
            rows.append(to_batch(outcome.data))
            if len(rows) == ROWS:
                writer.write_table(pa.Table.from_batches(rows))
                rows = []
        if rows:
            writer.write_table(pa.Table.from_batches(rows))
        shard = Shard(kind, failures)
        writer.add_key_value_metadata({_KEY: json.dumps(asdict(shard), ensure_ascii=False)})
        writer.close()
    return shard


def read_shard(folder: Folder, number: int) -> tuple[Shard, list[tuple[str, str]]]:
    """What a shard says of itself, and name and sha256 of the text of each of its reports.

    Raises:
        WriteError: a file of its name was not written by this package.
        OSError: it cannot be read.
    """
    name = name_of(number)
    with folder.read(name) as stream:
        try:
            file = parquet.ParquetFile(stream)
            shard = Shard(**json.loads((file.metadata.metadata or {})[_KEY]))
        except (pa.ArrowInvalid, KeyError, ValueError, TypeError) as error:
            raise WriteError(
                folder.where(name),
                "not of this package",
                "a shard of reports",
                "choose another folder",
            ) from error
        rows = file.read(columns=_COLUMNS)["source"].to_pylist()
    return shard, [(row["name"], row["sha256"]) for row in rows]


def finished(
    folder: Folder, number: int, sources: Sequence[Readable], kind: dict[str, Any]
) -> Shard | None:
    """The shard, if it is there and holds what it would hold if it were written now.

    A file over which it failed, and that has not changed since, counts as done.

    Raises:
        WriteError: see :func:`read_shard`.
    """
    try:
        shard, rows = read_shard(folder, number)
    except FileNotFoundError:
        return None
    if shard.made_by != kind:
        return None
    failed = {f["index"]: (f["name"], f["sha256"]) for f in shard.failures}
    left = iter(rows)
    for i, source in enumerate(sources):
        known = failed.get(i) or next(left, None)
        try:
            document = source.read()
            now: tuple[str, str | None] = document.name, document.sha256
        except IeError:
            now = source.name, None
        if i in failed:
            now = source.name, now[1]
        if now != known:
            return None
    return shard if next(left, None) is None else None


def write_shards(plan: Plan, location: str, workers: int, tell: Callable[[Outcome], None]) -> None:
    """Write the shards that are not there yet, on this machine.

    Args:
        plan: what is to become of the files.
        location: the folder for the shards, and for ``errors.jsonl`` where files failed.
        workers: processes that read; 1 is this one.
        tell: hears of each file, in order.

    Raises:
        UsageError, ModelError: see :func:`ie.extractors.load`.
        WriteError: the folder is not writable, or holds what is not of this package.
    """
    folder = Folder(location)
    prepare(folder)
    with crew(plan.job, min(workers, len(plan.sources))) as readers:
        kind = made_by(readers.info(), plan.job)
        done = {k: finished(folder, k, plan.files(k), kind) for k in range(len(plan))}
        left = [k for k, shard in done.items() if shard is None]
        # One stream over the shards, so that no worker waits at the end of each.
        outcomes = readers.outcomes(source for k in left for source in plan.files(k))
        for k, shard in done.items():
            files = plan.files(k)
            if shard is None:
                made = map(_told(tell), islice(outcomes, len(files)))
                done[k] = write_shard(folder, k, made, kind)
            else:
                for outcome in outcomes_of(files, shard):
                    tell(outcome)
    finish(folder, [shard for shard in done.values() if shard])


def _told(tell: Callable[[Outcome], None]) -> Callable[[Outcome], Outcome]:
    def hand_on(outcome: Outcome) -> Outcome:
        tell(outcome)
        return outcome

    return hand_on


def outcomes_of(files: Sequence[Readable], shard: Shard) -> Iterator[Outcome]:
    """What a finished shard says has become of its files."""
    failed = {f["index"]: IeError(*f["error"].split(": ", 1)) for f in shard.failures}
    for i, source in enumerate(files):
        yield Outcome(source, error=failed.get(i), kept=i not in failed)


def prepare(folder: Folder) -> None:
    """Remove what a run that was killed has left half written."""
    for name in folder.names():
        if name.startswith(".part-") and name.endswith(".partial"):
            folder.delete(name)


def finish(folder: Folder, shards: Sequence[Shard]) -> None:
    """List the failures of all shards, and remove shards of an earlier run that are too many.

    Raises:
        WriteError: the folder is not writable.
    """
    for name in folder.names():
        found = _NAME.fullmatch(name)
        if found and int(found[1]) >= len(shards):
            folder.delete(name)
    failures = [(k, failure) for k, shard in enumerate(shards) for failure in shard.failures]
    if failures:
        with folder.writing(ERRORS) as stream:
            for k, failure in failures:
                line = {"shard": name_of(k), "source": failure["name"], "error": failure["error"]}
                stream.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    elif ERRORS in folder.names():
        folder.delete(ERRORS)
