"""Many files at once: every core busy, results in order, a worker that dies replaced.

The processes are those of :mod:`concurrent.futures`. Each loads the extractor once, hands back
bytes, and ends with the process that started it, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final, Protocol, TypeVar

from ie import extractors, report
from ie.document import Document
from ie.errors import IeError, WorkerError
from ie.formats import Format, formatted
from ie.predict import STDIN, predict, unexpected

T = TypeVar("T")

AHEAD: Final = 8
"""Files a worker that are read ahead of the one whose turn it is."""


class Readable(Protocol):
    """What a document comes from, such as :class:`ie.predict.Source`; it can be pickled."""

    @property
    def name(self) -> str:
        """Of the document."""

    @property
    def where(self) -> str:
        """What to call it in errors."""

    def read(self) -> Document:
        """The document.

        Raises:
            ReadError: there is none.
        """


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with each file; it can be pickled.

    Args:
        extractor, model: see :func:`ie.extractors.load`.
        with_annotations: keep the spans and relations in the report.
        form: of the bytes.
        terminal: whether tables go to a terminal.
    """

    extractor: str = "model"
    model: Path | None = None
    with_annotations: bool = False
    form: Format = Format.jsonl
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: the bytes of its report, or the error that stood in its way.

    Args:
        source: the file.
        data: the report; none where it failed, or where an earlier run has written it.
        characters: of the text; 0 where it could not be read.
        sha256: of the text; none where it could not be read.
        error: why there is no report.
        kept: an earlier run has written the report.
    """

    source: Readable
    data: bytes = b""
    characters: int = 0
    sha256: str | None = None
    error: IeError | None = None
    kept: bool = False


class Reader:
    """One extractor that makes outcomes of files, one after the other.

    Args:
        job: what is to be done.
        threads: see :func:`ie.extractors.load`.

    Raises:
        UsageError, ModelError: see :func:`ie.extractors.load`.
    """

    def __init__(self, job: Job, threads: int | None = None) -> None:
        self.job = job
        self._extractor = extractors.load(job.extractor, job.model, threads)

    @property
    def info(self) -> report.Extractor:
        """The name and version of the extractor."""
        return self._extractor.info

    def read(self, source: Readable) -> Outcome:
        """The outcome of one file; a bad one costs no other, whatever is bad about it."""
        characters, sha256 = 0, None
        try:
            document = source.read()
            characters, sha256 = len(document.text), document.sha256
            annotated = self.job.with_annotations
            made = predict(document, self._extractor, with_annotations=annotated)
            data = formatted(made, self.job.form, terminal=self.job.terminal)
        except IeError as error:
            return Outcome(source, b"", characters, sha256, error)
        except Exception as error:
            # A flaw of ours that one odd file brings to light must not cost the others.
            return Outcome(source, b"", characters, sha256, unexpected(source.where, error))
        return Outcome(source, data, characters, sha256)


class Crew(Protocol):
    """Those who read; use as a context manager."""

    def __enter__(self) -> Crew: ...

    def __exit__(self, *_: object) -> None: ...

    def info(self) -> report.Extractor:
        """The name and version of the extractor.

        Raises:
            UsageError, ModelError: see :func:`ie.extractors.load`.
        """

    def outcomes(self, sources: Iterable[Readable]) -> Iterator[Outcome]:
        """What becomes of each file, in their order."""


def crew(job: Job, workers: int) -> Crew:
    """Those who do a job: this process alone, or so many others."""
    return Alone(job) if workers <= 1 else Workers(job, workers)


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Alone:
    """This process, with all cores for one file at a time."""

    def __init__(self, job: Job) -> None:
        self._reader = Reader(job)

    def __enter__(self) -> Alone:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def info(self) -> report.Extractor:
        """See :class:`Crew`."""
        return self._reader.info

    def outcomes(self, sources: Iterable[Readable]) -> Iterator[Outcome]:
        """See :class:`Crew`."""
        return map(self._reader.read, sources)


@dataclass(slots=True)
class _Waiting:
    """A file, and the result that is to come; none where the worker died over it."""

    source: Readable
    future: Future[Outcome] | None = field(repr=False)


class Workers:
    """Processes with one core each.

    At most :data:`AHEAD` files a worker are under way, so that memory stays flat and a long
    file holds up nobody for long. Where a worker dies, all others are replaced too, and the
    files that were under way are read once more, each alone; only one over which a worker dies
    again is a bad file.

    Args:
        job: what is to be done.
        count: of the processes.
    """

    def __init__(self, job: Job, count: int) -> None:
        self._job = job
        self._count = count
        # Not forked from this process, which has threads; without them where there is no fork.
        methods = multiprocessing.get_all_start_methods()
        method = "forkserver" if "forkserver" in methods else "spawn"
        self._context = multiprocessing.get_context(method)
        if method == "forkserver":
            modules = ["ie.workers"] + ["ie.neural.model"] * (job.extractor == "model")
            self._context.set_forkserver_preload(modules)
        self._pool: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *raised: object) -> None:
        self._dismiss(at_once=any(raised))

    def info(self) -> report.Extractor:
        """See :class:`Crew`."""
        for _ in range(2):
            try:
                return self._start(_info).result()
            except BrokenExecutor:
                self._dismiss(at_once=True)
        raise _died("a worker")

    def outcomes(self, sources: Iterable[Readable]) -> Iterator[Outcome]:
        """See :class:`Crew`."""
        left = iter(sources)
        waiting: deque[_Waiting] = deque()
        while True:
            # Nothing new is begun until it is known over which file a worker has died.
            while len(waiting) < self._count * AHEAD and all(w.future for w in waiting):
                source = next(left, None)
                if source is None:
                    break
                waiting.append(_Waiting(source, self._submit(source)))
            if not waiting:
                return
            first = waiting.popleft()
            try:
                yield first.future.result() if first.future else self._once_more(first.source)
            except BrokenExecutor:
                self._dismiss(at_once=True)
                for other in waiting:
                    if not _has_come(other.future):
                        other.future = None
                waiting.appendleft(_Waiting(first.source, None))

    def _submit(self, source: Readable) -> Future[Outcome] | None:
        if getattr(source, "path", None) == STDIN:  # the workers have no standard input
            source = _Given.of(source)
        try:
            return self._start(_read, source)
        except BrokenExecutor:
            return None

    def _once_more(self, source: Readable) -> Outcome:
        future = self._submit(source)
        try:
            if future is not None:
                return future.result()
        except BrokenExecutor:
            pass
        self._dismiss(at_once=True)
        return Outcome(source, error=_died(source.where))

    def _start(self, what: Callable[..., T], *arguments: object) -> Future[T]:
        if self._pool is None:
            receiver, self._lifeline = self._context.Pipe(duplex=False)
            self._pool = ProcessPoolExecutor(
                self._count, self._context, _prepare, (self._job, receiver)
            )
        with _without_interrupts():  # Ctrl-C is for this process; the others inherit the mask
            return self._pool.submit(what, *arguments)

    def _dismiss(self, *, at_once: bool) -> None:
        pool, lifeline = self._pool, self._lifeline
        self._pool = self._lifeline = None
        if pool is None or lifeline is None:
            return
        if at_once:
            lifeline.close()
        pool.shutdown(wait=True, cancel_futures=True)
        lifeline.close()


def _died(where: str) -> WorkerError:
    fix = "it was killed or ran out of memory; try --workers 1"
    return WorkerError(where, "the process that read it died twice", fix=fix)


def _has_come(future: Future[Outcome] | None) -> bool:
    return bool(future and future.done() and not future.cancelled() and not future.exception())


@dataclass(frozen=True, slots=True)
class _Given:
    """A file that was read where it could be: the document, or the error."""

    name: str
    where: str
    found: Document | IeError

    @classmethod
    def of(cls, source: Readable) -> _Given:
        try:
            return cls(source.name, source.where, source.read())
        except IeError as error:
            return cls(source.name, source.where, error)

    def read(self) -> Document:
        if isinstance(self.found, IeError):
            raise self.found
        return self.found


@contextmanager
def _without_interrupts() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# In the worker

_reader: Reader | IeError | None = None


def _prepare(job: Job, lifeline: Connection) -> None:
    global _reader
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    try:
        _reader = Reader(job, threads=1)
    except IeError as error:  # said when it is asked for: a pool knows no error of its workers
        _reader = error


def _end_with(lifeline: Connection) -> None:
    """End as soon as the process at the other end lets go of the line, or is no more."""
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(1)


def _ready() -> Reader:
    if not isinstance(_reader, Reader):
        raise _reader or RuntimeError("not prepared")
    return _reader


def _info() -> report.Extractor:
    return _ready().info


def _read(source: Readable) -> Outcome:
    return _ready().read(source)
