"""A file becomes a :class:`~ie.document.Document`; so far a text file of any Chinese encoding."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from ie.document import Document
from ie.errors import ReadError
from ie.reading.text import decode

MAX_BYTES: Final = 256 * 2**20
"""The largest input that is read, in bytes; the longest real reports are under 1 MB."""


def read_document(path: Path | str, name: str | None = None) -> Document:
    """Read one text file.

    Args:
        path: the file.
        name: of the document; without it the file's own name.

    Returns:
        The document. Its text is the file exactly as decoded, ``\\r\\n`` included, less a
        byte order mark; its encoding is the codec that was used.

    Raises:
        ReadError: the file is missing, a folder, not readable, empty, blank, binary, not
            decodable, or larger than :data:`MAX_BYTES`.
    """
    path = Path(path)
    with as_read_error(str(path)):
        if path.is_dir():
            raise ReadError(str(path), "a folder", "a text file")
        with path.open("rb") as stream:
            # A file name may hold bytes of GBK; in a report, which is UTF-8, they cannot stay.
            shown = os.fsencode(name or path.name).decode("utf-8", "replace")
            return read_stream(stream, str(path), shown)


def read_bytes(path: Path) -> bytes:
    """All bytes of one file, such as JSON, less a UTF-8 byte order mark.

    Raises:
        ReadError: the file is missing, a folder, or not readable.
    """
    with as_read_error(str(path)):
        return path.read_bytes().removeprefix(codecs.BOM_UTF8)


@contextmanager
def as_read_error(where: str) -> Iterator[None]:
    """Raise what the system says against reading as one :class:`ReadError`."""
    try:
        yield
    except FileNotFoundError as error:
        raise ReadError(where, "no such file") from error
    except ValueError as error:  # a NUL inside the path
        raise ReadError(repr(where), str(error)) from error
    except OSError as error:
        raise ReadError(where, error.strerror or str(error)) from error


def read_stream(stream: BinaryIO, where: str, name: str) -> Document:
    """Read one document from an open binary stream, such as standard input.

    Args:
        stream: read to its end, or to one byte beyond :data:`MAX_BYTES`.
        where: what to call the stream in errors.
        name: of the document.

    Raises:
        ReadError: as :func:`read_document`.
        OSError: reading fails.
    """
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ReadError(
            where,
            f"more than {MAX_BYTES // 2**20} MB",
            "one report",
            "split the file at its reports",
        )
    text, encoding = decode(data, where)
    if not text or text.isspace():
        found = "only white space" if text else "an empty file"
        raise ReadError(where, found, "the text of a report")
    return Document(text, name=name, encoding=encoding)


__all__ = ["MAX_BYTES", "as_read_error", "read_bytes", "read_document", "read_stream"]
