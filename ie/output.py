"""Reports go to standard output, or to a file that replaces its target once it is whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from ie.errors import WriteError


class Output:
    """A text file in the making, UTF-8, that replaces its target when it is finished.

    Until then all goes to ``TARGET.partial``, whole pieces only. Where the work breaks off,
    by an error, a full disk or Ctrl-C, the target stays as it was and the pieces finished
    so far stay in ``TARGET.partial``, to be replaced by the next run. A target that is no
    regular file, such as a pipe or ``/dev/null``, is written to as it is.

    Use as a context manager.

    Raises:
        WriteError: on entering, where the target is a folder, or its folder is missing or
            not writable; later, where the disk is full.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.pieces = 0
        self._real = Path(os.path.realpath(target))  # a link stays, what it points to changes
        self._direct = self._real.exists() and not self._real.is_file()
        self.partial = self._real.with_name(f"{self._real.name}.partial")
        self._written = 0
        self._stream: BinaryIO

    def __enter__(self) -> Output:
        if self._real.is_dir():
            raise WriteError(str(self.target), "a folder", "the name of a file")
        try:
            # Unbuffered, so that what was written is on disk at every moment.
            self._stream = (self._real if self._direct else self.partial).open("wb", buffering=0)
        except OSError as error:
            raise self._failure(error) from error
        return self

    def write(self, piece: str) -> None:
        """Add one piece, such as a line.

        Raises:
            WriteError: the disk is full, or the like.
        """
        data = memoryview(piece.encode("utf-8"))
        end = self._written + len(data)
        try:
            while data:
                data = data[self._stream.write(data) :]
        except OSError as error:
            raise self._failure(error) from error
        self._written = end
        self.pieces += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._direct:
            self._stream.close()
        elif kind is None:
            self._finish()
        else:
            self._break_off()

    def _finish(self) -> None:
        try:
            os.fsync(self._stream.fileno())  # a disk may say that it is full only now
            self._stream.close()
            if self._real.exists():
                shutil.copymode(self._real, self.partial)
            self.partial.replace(self._real)
        except OSError as error:
            self._stream.close()
            raise self._failure(error) from error

    def _break_off(self) -> None:
        with contextlib.suppress(OSError):  # the error under way says more
            self._stream.truncate(self._written)  # half a piece is of no use
            self._stream.close()
            if not self.pieces:
                self.partial.unlink()

    def _failure(self, error: OSError) -> WriteError:
        kept = f"{self.partial} holds the {self.pieces} finished before" if self.pieces else ""
        return WriteError(str(self.target), error.strerror or str(error), fix=kept)


class StandardOutput:
    """Standard output with the interface of :class:`Output`: every piece is flushed."""

    def __init__(self) -> None:
        self.pieces = 0

    def __enter__(self) -> StandardOutput:
        return self

    def write(self, piece: str) -> None:
        """Print one piece.

        Raises:
            WriteError: what standard output leads to is full, or the like.
            BrokenPipeError: nobody reads on, as after ``| head``.
        """
        try:
            sys.stdout.write(piece)
            sys.stdout.flush()
        except OSError as error:
            # Python flushes once more as it ends, and would fail once more, with a traceback.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                raise
            raise WriteError("standard output", error.strerror or str(error)) from error
        self.pieces += 1

    def __exit__(self, *_: object) -> None:
        pass
