"""Reports go to standard output, or to a file that replaces its target once it is whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TextIO

from ie.errors import WriteError

try:
    import fcntl
except ImportError:  # Windows has no such lock; there two runs at once are not told apart
    fcntl = None  # type: ignore[assignment]


class Output:
    """A file in the making that replaces its target when it is finished.

    Until then all goes to a new file beside the target, whole pieces only. Where the work
    breaks off, by an error, a full disk or Ctrl-C, the target stays as it was and the pieces
    finished so far stay in ``TARGET.partial``; or, where that name is taken, say by the
    pieces of an earlier run, in a file of a new name. :attr:`kept` says in which. A target
    to which nothing was written stays as it was. A target that is no regular file, such as a
    pipe or ``/dev/null``, is written to as it is.

    Use as a context manager.

    Raises:
        WriteError: on entering, where the target is a folder or its folder is missing;
            later, where the folder is not writable or the disk full.
    """

    resumable = False
    """Whether another run goes on with what this one leaves."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.pieces = 0
        self.kept: Path | None = None
        self._real = Path(os.path.realpath(target))  # a link stays, what it points to changes
        self._partial = Path(f"{self._real}.partial")
        self._temporary = Path(f"{self._real}.{os.urandom(4).hex()}.partial")
        self._direct = False
        self._written = 0
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Output:
        try:
            if self._real.is_dir():
                raise WriteError(str(self.target), "a folder", "the name of a file")
            # Asked of the target: what /dev/stdout points to may have no name.
            self._direct = self.target.exists() and not self.target.is_file()
            if not self._direct and not self._real.parent.is_dir():
                raise WriteError(str(self.target), f"there is no folder {self._real.parent}")
        except OSError as error:
            raise self._failure(error) from error
        return self

    def write(self, *parts: bytes) -> None:
        """Add one piece, such as a line, in parts so that none need be copied.

        Raises:
            WriteError: the disk is full, or the like.
        """
        written = self._written
        try:
            stream = self._open()
            for part in parts:
                data = memoryview(part)
                written += len(data)
                while data:
                    data = data[stream.write(data) :]
        except OSError as error:
            self._break_off()
            raise self._failure(error) from error
        self._written = written
        self.pieces += 1

    def _open(self) -> BinaryIO:
        if self._stream is None:
            path, mode = (self.target, "wb") if self._direct else (self._temporary, "xb")
            # Unbuffered, so that what was written is on disk at every moment.
            self._stream = path.open(mode, buffering=0)  # type: ignore[assignment]
        assert self._stream is not None
        return self._stream

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish()
        else:
            self._break_off()

    def _finish(self) -> None:
        if self._stream is None:
            return
        try:
            if self._direct:
                self._stream.close()
                return
            os.fsync(self._stream.fileno())  # a disk may say that it is full only now
            if self._real.exists():
                shutil.copymode(self._real, self._temporary)
            self._put_in_place(self._stream)
        except OSError as error:
            self._break_off()
            raise self._failure(error) from error

    def _put_in_place(self, stream: BinaryIO) -> None:
        stream.close()
        self._temporary.replace(self._real)

    def _break_off(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        with contextlib.suppress(OSError):  # the error under way says more
            if not self._direct and not stream.closed:
                stream.truncate(self._written)  # half a piece is of no use
            stream.close()
        if self._direct:
            return
        with contextlib.suppress(OSError):
            if not self.pieces:
                self._temporary.unlink()
                return
            self.kept = self._temporary
            if not self._partial.exists():
                self._temporary.rename(self._partial)
                self.kept = self._partial

    def _failure(self, error: OSError) -> WriteError:
        kept = f"{self.kept} holds the {self.pieces} finished before" if self.kept else ""
        return WriteError(str(self.target), error.strerror or str(error), fix=kept)


class ResumableOutput(Output):
    """Lines in the making, with which the next run goes on where this one stopped.

    All goes to ``TARGET.partial``, and whatever ends the run, a killed process or a power cut
    too, what that file holds is the start of the next one: :meth:`finished` reads its lines,
    :meth:`cut` drops those that are of no use. The file is locked while it is written, so that
    no two runs write to it. A target that is no regular file knows no resuming.

    Raises:
        WriteError: as :class:`Output`; on entering too where another run holds the lock.
    """

    resumable = True

    def __init__(self, target: Path) -> None:
        super().__init__(target)
        self._temporary = self._partial
        self._settled = False  # whether it is known how much of the file stays

    def __enter__(self) -> ResumableOutput:
        super().__enter__()
        if self._direct:
            return self
        try:
            self._stream = locked(self._partial, str(self._partial))
        except OSError as error:
            raise WriteError(str(self._partial), error.strerror or str(error)) from error
        return self

    @property
    def partial(self) -> Path:
        """Where the lines are until the last one is there."""
        return self._partial

    def finished(self) -> Iterator[bytes]:
        """The whole lines that an earlier run left, each with its end; a torn last one is none."""
        if self._direct:
            return
        with self._partial.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    yield line

    def cut(self, offset: int, pieces: int) -> None:
        """Keep the first so many bytes, which are so many pieces, and go on behind them.

        Raises:
            WriteError: the file cannot be cut.
        """
        if self._stream is None:
            return
        try:
            self._stream.truncate(offset)
            self._stream.seek(offset)
        except OSError as error:
            raise self._failure(error) from error
        self._written, self.pieces, self._settled = offset, pieces, True

    def _open(self) -> BinaryIO:
        if not (self._direct or self._settled):
            self.cut(0, 0)
        return super()._open()

    def _break_off(self) -> None:
        stream = self._stream
        if self._direct or stream is None or stream.closed:
            super()._break_off()
            return
        self._stream = None
        with contextlib.suppress(OSError):  # the error under way says more
            if self._settled:
                stream.truncate(self._written)
            if os.fstat(stream.fileno()).st_size:
                self.kept = self._partial
            else:
                self._partial.unlink()
            stream.close()  # last, as it lets go of the lock

    def _put_in_place(self, stream: BinaryIO) -> None:
        if not self.pieces:
            self._break_off()
        elif fcntl:
            self._temporary.replace(self._real)  # the lock is held until it has its name
            stream.close()
        else:
            super()._put_in_place(stream)


def locked(path: Path, what: str) -> BinaryIO:
    """A file, made where it is missing, and open for this run alone until it is closed.

    Args:
        path: of the file.
        what: another run that has it open is said to be writing.

    Raises:
        WriteError: another run has it open.
        OSError: it cannot be opened.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        stream = os.fdopen(handle, "r+b", buffering=0)
        try:
            if fcntl:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The run that held the lock may have renamed the file just before it let go.
            if os.path.samestat(os.fstat(stream.fileno()), path.stat()):
                return stream
        except BlockingIOError:
            stream.close()
            raise WriteError(what, "another run is writing it", fix="wait for its end") from None
        except FileNotFoundError:
            pass
        stream.close()


class StandardOutput:
    """Standard output with the interface of :class:`Output`: every piece is flushed."""

    kept = None
    resumable = False

    def __init__(self) -> None:
        self.pieces = 0

    def __enter__(self) -> StandardOutput:
        return self

    def write(self, *parts: bytes) -> None:
        """Print one piece.

        Raises:
            WriteError: standard output is closed, what it leads to is full, or the like.
            BrokenPipeError: nobody reads on, as after ``| head``.
        """
        if sys.stdout is None:
            raise WriteError("standard output", "closed")
        try:
            for part in parts:
                sys.stdout.buffer.write(part)
            sys.stdout.flush()
        except OSError as error:
            abandon(sys.stdout)
            if isinstance(error, BrokenPipeError):
                raise
            raise WriteError("standard output", error.strerror or str(error)) from error
        self.pieces += 1

    def __exit__(self, *_: object) -> None:
        pass


def abandon(stream: TextIO) -> None:
    """Lead a stream that cannot be written to nowhere.

    Python flushes the standard streams once more as it ends, and would fail once more, with
    a traceback.
    """
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
