"""Files become reports: text by an extractor, one by one, so that a bad one costs no other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

import ie
from ie import extractors, report
from ie.annotation.store import read_gold
from ie.assemble import assemble
from ie.document import Document
from ie.errors import AnnotationError, IeError, ReadError
from ie.extractors import Extractor
from ie.reading import read_document, read_stream
from ie.report import Report

STDIN: Final = Path("-")
"""Stands for standard input where a file is asked for."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read, and the name of its document: below a folder, the path within it."""

    path: Path
    name: str

    def read(self) -> Document:
        """The document.

        Raises:
            ReadError: see :func:`ie.reading.read_document`.
        """
        if self.path == STDIN:
            return read_stream(sys.stdin.buffer, "standard input", self.name)
        return read_document(self.path, self.name)


def find_sources(paths: Iterable[Path]) -> tuple[list[Source], list[ReadError]]:
    """The files that paths name: each once, the files of a folder sorted by name.

    Args:
        paths: files as they are, ``-`` for standard input, and folders, in which every
            ``*.txt`` counts, at any depth, but for hidden ones.

    Returns:
        The files, which may not exist, and an error for each folder that cannot be listed
        or holds no such file.
    """
    sources: dict[str, Source] = {}
    errors: list[ReadError] = []
    for path in paths:
        if not path.is_dir():
            name = "stdin" if path == STDIN else path.name
            sources.setdefault(os.path.realpath(path), Source(path, name))
            continue
        unlisted: list[OSError] = []
        files = _text_files(path, unlisted)
        errors += [ReadError(str(e.filename), e.strerror or str(e)) for e in unlisted]
        if not files and not unlisted:
            errors.append(ReadError(str(path), "no *.txt file", "a folder of text files"))
        for file in files:
            name = file.relative_to(path).as_posix()
            sources.setdefault(os.path.realpath(file), Source(file, name))
    return list(sources.values()), errors


def _text_files(folder: Path, unlisted: list[OSError]) -> list[Path]:
    found = []
    for parent, folders, files in os.walk(folder, onerror=unlisted.append):
        folders[:] = [f for f in folders if not f.startswith(".")]
        found += [
            Path(parent, file)
            for file in files
            if file.lower().endswith(".txt") and not file.startswith(".")
        ]
    return sorted(found)


def predict(document: Document, extractor: Extractor, *, with_annotations: bool = False) -> Report:
    """The report of one document."""
    annotations = extractor.annotate(document)
    return assemble(annotations, extractor.info, with_annotations=with_annotations)


def predict_all(
    sources: Sequence[Source], extractor: Extractor, *, with_annotations: bool = False
) -> Iterator[Report | IeError]:
    """A report, or the error that stood in its way, for each source in turn."""
    for source in sources:
        try:
            yield predict(source.read(), extractor, with_annotations=with_annotations)
        except IeError as error:
            yield error
        except Exception as error:
            # A flaw of ours that one odd file brings to light must not cost the others.
            yield unexpected(str(source.path), error)


def report_of(file: Path, which: str) -> Report:
    """One report of a file, to be compared with another.

    Args:
        file: the text.
        which: the name of an extractor, or a JSON file with a report or gold annotations.

    Raises:
        UsageError: it is neither.
        ReadError: a file cannot be read.
        AnnotationError: the JSON file is neither, or is of another text.
    """
    path = Path(which)
    if which in extractors.NAMES or not path.is_file():
        return predict(read_document(file), extractors.load(which))
    data = path.read_bytes()
    if b'"schema_version"' not in data:
        info = report.Extractor("gold", ie.__version__)
        return assemble(read_gold(path, file), info)
    try:
        return Report.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise AnnotationError(which, f"{where}: {first['msg']}", "one report") from error


def unexpected(where: str, error: Exception) -> IeError:
    """An error of the package itself, in one line."""
    return IeError(where, f"unexpected {type(error).__name__}: {error}", fix="please report it")
