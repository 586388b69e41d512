"""Files and folders wherever they are: on disk, or in an object store by a URI such as s3://….

What pyarrow knows it opens itself; for other kinds of URI whatever fsspec has installed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import fs

from ie.document import Document
from ie.errors import IeError, ReadError, WriteError
from ie.predict import Source
from ie.reading import as_read_error, read_stream
from ie.workers import Readable


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

        known, path = url_to_fs(location)
        return fs.PyFileSystem(fs.FSSpecHandler(known)), path


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """One file to read in an object store, and the name of its document."""

    where: str
    name: str

    def read(self) -> Document:
        """The document.

        Raises:
            ReadError: see :func:`ie.reading.read_stream`; or the store does not give it.
        """
        with as_read_error(self.where):
            try:
                system, path = opened(self.where)
                with system.open_input_stream(path) as stream:
                    return read_stream(stream, self.where, self.name)
            except (ImportError, pyarrow.ArrowException) as error:
                raise ReadError(self.where, _said(error)) from error


def find_remote_sources(location: str) -> tuple[list[Readable], list[IeError]]:
    """The file that a URI names, or the ``*.txt`` beneath it at any depth, sorted by name.

    Hidden ones do not count. See :func:`ie.predict.find_sources`.
    """
    try:
        system, root = opened(location)
        if system.get_file_info(root).type == fs.FileType.File:
            return [RemoteSource(location, root.rpartition("/")[2])], []
        found = system.get_file_info(fs.FileSelector(root, recursive=True))
    except (OSError, ValueError, ImportError, pyarrow.ArrowException) as error:
        return [], [ReadError(location, _said(error))]
    names = [
        info.path.removeprefix(root).lstrip("/")
        for info in found
        if info.type == fs.FileType.File and info.path.lower().endswith(".txt")
    ]
    base = location.rstrip("/")
    shown = sorted(n for n in names if not any(part.startswith(".") for part in n.split("/")))
    if not shown:
        return [], [ReadError(location, "no *.txt file", "a folder of text files")]
    return [RemoteSource(f"{base}/{name}", name) for name in shown], []


def packed(sources: Sequence[Readable]) -> str:
    """Files as a string, for another machine; see :func:`unpacked`."""
    return json.dumps([[_path(s), s.name] for s in sources])


def _path(source: Readable) -> str:
    return str(source.path.absolute()) if isinstance(source, Source) else source.where


def unpacked(text: str) -> list[Readable]:
    """The files that were packed."""
    return [
        RemoteSource(where, name) if is_uri(where) else Source(Path(where), name)
        for where, name in json.loads(text)
    ]


class Folder:
    """A folder that is written to, made where it is missing.

    Args:
        location: a path or a URI.

    Raises:
        WriteError: it cannot be made.
    """

    def __init__(self, location: str) -> None:
        self.location = location
        try:
            self._system, self._root = opened(location)
            self._system.create_dir(self._root, recursive=is_uri(location))
        except (OSError, ValueError, ImportError, pyarrow.ArrowException) as error:
            raise WriteError(location, _said(error)) from error
        self._local = isinstance(self._system, fs.LocalFileSystem)

    def where(self, name: str) -> str:
        """What to call a file in errors."""
        return f"{self.location.rstrip('/')}/{name}"

    def names(self) -> list[str]:
        """Of the files that are there, sorted."""
        found = self._system.get_file_info(fs.FileSelector(self._root))
        return sorted(f.base_name for f in found if f.type == fs.FileType.File)

    def read(self, name: str) -> Any:
        """A file opened to be read from any place."""
        return self._system.open_input_file(f"{self._root}/{name}")

    def delete(self, name: str) -> None:
        """Remove a file."""
        self._system.delete_file(f"{self._root}/{name}")

    @contextmanager
    def writing(self, name: str) -> Iterator[Any]:
        """A stream to a file that appears whole or not at all.

        On disk it has another name until the end; an object store shows it only then.

        Raises:
            WriteError: the disk is full, or the like.
        """
        target = f"{self._root}/{name}"
        made = f"{self._root}/.{name}.{os.urandom(4).hex()}.partial" if self._local else target
        try:
            with self._system.open_output_stream(made) as stream:
                yield stream
            if self._local:
                Path(made).replace(target)
        except (OSError, pyarrow.ArrowException) as error:
            raise WriteError(self.where(name), _said(error)) from error
        finally:
            if self._local:
                Path(made).unlink(missing_ok=True)
