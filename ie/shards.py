"""Many reports as a folder of Parquet files, each of which is made again or left as a whole.

Shard k holds the reports of the files [k·N, (k+1)·N), in order. Its footer says what made it
and over which files that failed, so that a shard knows by itself whether it still holds.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from ie import report, resume
from ie.errors import IeError, WriteError
from ie.parquet import SCHEMA, to_batch
from ie.storage import Folder, said
from ie.workers import Crew, Job, Outcome, Readable, crew

SHARD: Final = 1000
"""Files of a shard, unless another number is asked for."""

ROWS: Final = 100
"""Reports of a row group: so many are held in memory."""

ERRORS: Final = "errors.jsonl"
_NAME: Final = re.compile(r"part-(\d{5,})\.parquet")
_OURS: Final = b'{"shard": "part-'
"""How each of its lines begins."""
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
    with folder.writing(name_of(number)) as stream, _writer(stream) as writer:
        rows = []
        for i, outcome in enumerate(outcomes):
            if outcome.error is not None:
                failures.append(
                    {
                        "index": i,
                        "name": _shown(outcome.source.name),
                        "sha256": outcome.sha256,
                        "error": _shown(str(outcome.error)),
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
    return shard


@contextmanager
def _writer(stream: Any) -> Iterator[Any]:
    writer = parquet.ParquetWriter(stream, SCHEMA, compression="zstd")
    try:
        yield writer
        writer.close()
    except BaseException:
        # Left open, it would write to a stream that is closed when it is collected.
        with suppress(Exception):
            writer.close()
        writer.is_open = False
        raise


def _shown(text: str) -> str:
    """Text with the name of a file, which may hold bytes of GBK, as reports and errors show it."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def read_shard(
    folder: Folder, name: str, *, with_rows: bool = True
) -> tuple[Shard, list[tuple[str, ...]]] | None:
    """What a shard says of itself, and name, sha256 and encoding of the text of each report.

    Nothing where it is missing, or empty, as a power cut may leave it.

    Raises:
        WriteError: a file of its name was not written by this package, or is damaged.
    """
    try:
        with folder.read(name) as stream:
            if not stream.seek(0, os.SEEK_END):
                return None
            file = parquet.ParquetFile(stream)
            noted = (file.metadata.metadata or {}).get(_KEY)
            shard = Shard(**json.loads(noted)) if noted else None
            rows = file.read(_COLUMNS)["source"].to_pylist() if shard and with_rows else []
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise WriteError(
            folder.where(name),
            f"damaged: {said(error)}",
            "a shard of reports",
            "remove it, and the same command makes it again",
        ) from error
    if shard is None:
        found, fix = "not of this package", "choose another folder"
        raise WriteError(folder.where(name), found, "a shard of reports", fix)
    return shard, [(row["name"], row["sha256"], row["encoding"]) for row in rows]


def finished(
    folder: Folder, number: int, sources: Sequence[Readable], kind: dict[str, Any]
) -> Shard | None:
    """The shard, if it is there and holds what it would hold if it were written now.

    A file over which it failed, and that has not changed since, counts as done.

    Raises:
        WriteError: see :func:`read_shard`.
    """
    found = read_shard(folder, name_of(number))
    if found is None or found[0].made_by != kind:
        return None
    shard, rows = found
    failed = {f["index"]: f for f in shard.failures}
    left = iter(rows)
    for i, source in enumerate(sources):
        if i in failed:
            holds = _still_fails(source, failed[i])
        else:
            row = next(left, None)
            holds = row is not None and _is_of(row, source)
        if not holds:
            return None
    return shard if next(left, None) is None else None


def _is_of(row: tuple[str, ...], source: Readable) -> bool:
    try:
        document = source.read()
    except IeError:
        return False
    return row == (document.name, document.sha256, document.encoding)


def _still_fails(source: Readable, failure: dict[str, Any]) -> bool:
    try:
        # Where the text can be read, only its content says whether the error would be the same.
        sha256, words = source.read().sha256, failure["error"]
    except IeError as error:
        sha256, words = None, _shown(str(error))
    now = (_shown(source.name), sha256, words)
    return now == (failure["name"], failure["sha256"], failure["error"])


def write_shards(plan: Plan, location: str, workers: int, tell: Callable[[Outcome], None]) -> None:
    """Write the shards that are not there yet, on this machine.

    Args:
        plan: what is to become of the files.
        location: the folder for the shards, and for ``errors.jsonl`` where files failed.
        workers: processes that read; 1 is this one.
        tell: hears of each file, in order.

    Raises:
        UsageError, ModelError: see :func:`ie.extractors.load`.
        WriteError: the folder is not writable, another run is writing to it, or it holds what
            is not of this package or was made otherwise.
    """
    with crew(plan.job, min(workers, len(plan.sources))) as readers:
        kind = made_by(readers.info(), plan.job)
        if not any_readable(plan, tell):
            return
        with ready(location, kind) as folder:
            _write(folder, plan, kind, readers, tell)


def _write(
    folder: Folder, plan: Plan, kind: dict[str, Any], readers: Crew, tell: Callable[[Outcome], None]
) -> None:
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


def any_readable(plan: Plan, tell: Callable[[Outcome], None]) -> bool:
    """Whether there is a file that can be read; else ``tell`` hears what is wrong with each.

    Shards without a report must not replace those of an earlier run, say for a mistyped name.
    """
    failed = []
    for source in plan.sources:
        try:
            source.read()
        except IeError as error:
            failed.append(Outcome(source, error=error))
        else:
            return True
    for outcome in failed:
        tell(outcome)
    return False


@contextmanager
def ready(location: str, kind: dict[str, Any]) -> Iterator[Folder]:
    """The folder for shards, closed to other runs, without what a killed one left half written.

    Raises:
        WriteError: another run is writing to it; a file has the name of a shard and is none of
            this package, or one of another kind; or there is another ``errors.jsonl``.
    """
    folder = Folder(location)
    with folder.alone():
        for name in folder.names():
            if _NAME.fullmatch(name):
                found = read_shard(folder, name, with_rows=False)
                if found and found[0].made_by != kind:
                    raise WriteError(
                        location,
                        f"holds reports by {_words(found[0].made_by)}",
                        f"reports by {_words(kind)}",
                        resume.FIX,
                    )
        _refuse_foreign_errors(folder)
        _tidy(folder)
        yield folder


def _refuse_foreign_errors(folder: Folder) -> None:
    if ERRORS not in folder.names():
        return
    try:
        with folder.read(ERRORS) as stream:
            begins = stream.read(len(_OURS))
    except OSError as error:
        raise WriteError(folder.where(ERRORS), said(error), "a list of failures") from error
    if begins not in (b"", _OURS):
        found, fix = "not of this package", "choose another folder"
        raise WriteError(folder.where(ERRORS), found, "a list of failures", fix)


def _tidy(folder: Folder) -> None:
    """Remove what a run or a worker that was killed has left half written."""
    for name in folder.names():
        if name.startswith(".part-") and name.endswith(".partial"):
            folder.delete(name)


def _words(made_by: dict[str, Any]) -> str:
    return resume.kind(made_by, made_by.get("annotations", False))


def finish(folder: Folder, shards: Sequence[Shard]) -> None:
    """List the failures of all shards; remove what is half written, and shards that are too many.

    Raises:
        WriteError: the folder is not writable; or such a shard is not of this package.
    """
    for name in folder.names():
        found = _NAME.fullmatch(name)
        if found and int(found[1]) >= len(shards):
            read_shard(folder, name, with_rows=False)  # refuses what has come meanwhile
            folder.delete(name)
    _tidy(folder)
    failures = [(k, failure) for k, shard in enumerate(shards) for failure in shard.failures]
    if failures:
        with folder.writing(ERRORS) as stream:
            for k, failure in failures:
                line = {"shard": name_of(k), "source": failure["name"], "error": failure["error"]}
                stream.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    elif ERRORS in folder.names():
        folder.delete(ERRORS)
