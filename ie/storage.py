"""Files and folders wherever they are: on disk, or in an object store by a URI such as s3://….

What pyarrow knows it opens itself; for other kinds of URI whatever fsspec has installed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

import pyarrow
from pyarrow import fs

from ie.document import Document
from ie.errors import IeError, ReadError, WriteError
from ie.output import locked
from ie.predict import Source, find_sources
from ie.reading import as_read_error, read_stream
from ie.workers import Readable

LOCK: Final = ".lock"
"""In a folder on disk, as long as a run writes to it."""

_FAILURES: Final = (OSError, ValueError, ImportError, pyarrow.ArrowException)


def is_uri(location: str) -> bool:
    """Whether a location is a URI and not a path."""
    return "://" in location


def opened(location: str) -> tuple[Any, str]:
    """The file system of a location, and the path within it.

    Raises:
        OSError, ValueError, ImportError: nothing installed can open it.
    """
    if not is_uri(location):
        return fs.LocalFileSystem(), str(Path(location).absolute())
    try:
        return fs.FileSystem.from_uri(location)  # type: ignore[no-any-return]
    except pyarrow.ArrowInvalid:  # a kind that pyarrow does not know
        from fsspec.core import url_to_fs
        from fsspec.implementations.local import LocalFileSystem

        known, path = url_to_fs(location)
        if isinstance(known, LocalFileSystem):
            return fs.LocalFileSystem(), path
        return fs.PyFileSystem(fs.FSSpecHandler(known)), path


def names_a_file(location: str) -> bool:
    """Whether a URI is known to name one file, and no folder."""
    try:
        system, path = opened(location)
        return bool(system.get_file_info(path).type == fs.FileType.File)
    except _FAILURES:
        return False


def said(error: Exception) -> str:
    """What a system or store says has gone wrong."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """One file to read in an object store, and the name of its document.

    Args:
        location: the URI of the file, or of a folder it is in.
        name: of the document.
        within: its path in the folder, as the store has it: joined to the URI, some
            characters would mean something else.
    """

    location: str
    name: str
    within: str = ""

    @property
    def where(self) -> str:
        """What to call it in errors."""
        return f"{self.location.rstrip('/')}/{self.within}" if self.within else self.location

    def read(self) -> Document:
        """The document.

        Raises:
            ReadError: see :func:`ie.reading.read_stream`; or the store does not give it.
        """
        with as_read_error(self.where):
            try:
                system, path = opened(self.location)
                if self.within:
                    path = f"{path.rstrip('/')}/{self.within}"
                with system.open_input_stream(path) as stream:
                    return read_stream(stream, self.where, self.name)
            except (ImportError, pyarrow.ArrowException) as error:
                raise ReadError(self.where, said(error)) from error


def find_remote_sources(location: str) -> tuple[Sequence[Readable], list[IeError]]:
    """The file that a URI names, or the ``*.txt`` beneath it at any depth, sorted by name.

    Hidden ones do not count. See :func:`ie.predict.find_sources`, which finds those on disk.
    """
    try:
        system, root = opened(location)
        if isinstance(system, fs.LocalFileSystem):
            return find_sources([Path(root)])
        if system.get_file_info(root).type == fs.FileType.File:
            return [RemoteSource(location, root.rpartition("/")[2])], []
        found = system.get_file_info(fs.FileSelector(root, recursive=True))
    except _FAILURES as error:
        return [], [ReadError(location, said(error))]
    names = [
        info.path.removeprefix(root).lstrip("/")
        for info in found
        if info.type == fs.FileType.File and info.path.lower().endswith(".txt")
    ]
    shown = sorted(n for n in names if not any(part.startswith(".") for part in n.split("/")))
    if not shown:
        return [], [ReadError(location, "no *.txt file", "a folder of text files")]
    return [RemoteSource(location, name, name) for name in shown], []


def packed(sources: Sequence[Readable]) -> str:
    """Files as a string, for another machine; see :func:`unpacked`."""
    return json.dumps([_packed(s) for s in sources])


def _packed(source: Readable) -> list[str]:
    if isinstance(source, RemoteSource):
        return [source.location, source.name, source.within]
    assert isinstance(source, Source)
    return [str(source.path.absolute()), source.name]


def unpacked(text: str) -> list[Readable]:
    """The files that were packed."""
    return [
        RemoteSource(where, *others) if is_uri(where) else Source(Path(where), *others)
        for where, *others in json.loads(text)
    ]


class Folder:
    """A folder that is written to, made where it is missing.

    On disk it is not left to pyarrow, which takes no name that is not UTF-8.

    Args:
        location: a path or a URI.

    Raises:
        WriteError: here and later, it cannot be made, listed or written to.
    """

    def __init__(self, location: str) -> None:
        self.location = location
        self._path: Path | None = None
        with _as_write_error(location, _FAILURES):
            self._system, self._root = opened(location)
            if isinstance(self._system, fs.LocalFileSystem):
                self._path = Path(self._root)
                self._path.mkdir(parents=is_uri(location), exist_ok=True)
            else:
                self._system.create_dir(self._root, recursive=True)

    def where(self, name: str) -> str:
        """What to call a file in errors."""
        return f"{self.location.rstrip('/')}/{name}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs out, where it is on disk; an object store knows no locks.

        Raises:
            WriteError: another run is writing to it.
        """
        if self._path is None:
            yield
            return
        lock = self._path / LOCK
        with _as_write_error(self.location):
            stream = locked(lock, self.location)
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no open file
                lock.unlink()
            stream.close()  # last, as it lets go of the lock

    def names(self) -> list[str]:
        """Of the files that are there, sorted."""
        with _as_write_error(self.location):
            if self._path is not None:
                return sorted(p.name for p in self._path.iterdir() if p.is_file())
            found = self._system.get_file_info(fs.FileSelector(self._root))
            return sorted(f.base_name for f in found if f.type == fs.FileType.File)

    def read(self, name: str) -> Any:
        """A file opened to be read from any place.

        Raises:
            OSError: it is not there, or cannot be read.
        """
        if self._path is not None:
            return (self._path / name).open("rb")
        return self._system.open_input_file(f"{self._root}/{name}")

    def delete(self, name: str) -> None:
        """Remove a file."""
        with _as_write_error(self.where(name)):
            if self._path is not None:
                (self._path / name).unlink(missing_ok=True)
            else:
                self._system.delete_file(f"{self._root}/{name}")

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """A stream to a file that appears whole or not at all.

        On disk it has another name until the end; an object store is given it only then.
        """
        with _as_write_error(self.where(name)):
            if self._path is not None:
                with _replacing(self._path / name) as stream:
                    yield stream
                return
            with TemporaryFile() as made:
                yield made
                made.seek(0)
                with self._system.open_output_stream(f"{self._root}/{name}") as target:
                    shutil.copyfileobj(made, target)


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    made = target.with_name(f".{target.name}.{os.urandom(4).hex()}.partial")
    try:
        with made.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())  # else a power cut may leave the name without the content
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


@contextmanager
def _as_write_error(
    where: str, failures: tuple[type[Exception], ...] = (OSError, pyarrow.ArrowException)
) -> Iterator[None]:
    try:
        yield
    except failures as error:
        raise WriteError(where, said(error)) from error
