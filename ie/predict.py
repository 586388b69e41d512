"""Files become reports: text by an extractor, one by one, so that a bad one costs no other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import ValidationError

import ie
from ie import extractors, report
from ie.annotation.store import parse_gold
from ie.assemble import assemble
from ie.document import Document
from ie.errors import AnnotationError, IeError, ReadError
from ie.extractors import Extractor
from ie.reading import MAX_BYTES, as_read_error, read_bytes, read_document, read_stream
from ie.report import Agency, Channel, CitedDocument, Report

STDIN: Final = Path("-")
"""Stands for standard input where a file is asked for."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read, and the name of its document: below a folder, the path within it."""

    path: Path
    name: str

    @property
    def where(self) -> str:
        """What to call it in errors."""
        return str(self.path)

    def read(self) -> Document:
        """The document.

        Raises:
            ReadError: see :func:`ie.reading.read_document`.
        """
        if self.path != STDIN:
            return read_document(self.path, self.name)
        if sys.stdin is None:
            raise ReadError("standard input", "closed", "the text of a report")
        with as_read_error("standard input"):
            data = BytesIO(_all_of(sys.stdin.buffer))
            return read_stream(data, "standard input", self.name)


@cache
def _all_of(stream: BinaryIO) -> bytes:
    """What a stream gives, kept: a run that goes on, or a worker that dies, asks for it twice."""
    return stream.read(MAX_BYTES + 1)


def source_of(path: Path) -> Source:
    """The one file that a path names, ``-`` being standard input."""
    return Source(path, "stdin" if path == STDIN else path.name)


def find_sources(paths: Iterable[Path]) -> tuple[list[Source], list[IeError]]:
    """The files that paths name: each once, the files of a folder sorted by name.

    Args:
        paths: files as they are, ``-`` for standard input, and folders, in which every
            ``*.txt`` counts, at any depth, but for hidden ones and what lies in folders that
            are links, which may go round in a circle.

    Returns:
        The files, which may not exist, and an error for each folder that cannot be listed
        or holds no such file, and for each pipe or device in a folder: it might never end.
    """
    sources: dict[str, Source] = {}
    errors: list[IeError] = []
    for path in paths:
        if not is_folder(path):
            key = str(path) if path == STDIN else os.path.realpath(path)
            sources.setdefault(key, source_of(path))
            continue
        unlisted: list[OSError] = []
        files = _text_files(path, unlisted)
        errors += [ReadError(str(e.filename), e.strerror or str(e)) for e in unlisted]
        if not files and not unlisted:
            errors.append(ReadError(str(path), "no *.txt file", "a folder of text files"))
        for file in files:
            if _is_special(file):
                errors.append(ReadError(str(file), "a pipe or device", "a text file"))
                continue
            name = file.relative_to(path).as_posix()
            sources.setdefault(os.path.realpath(file), Source(file, name))
    return list(sources.values()), errors


def is_folder(path: Path) -> bool:
    """Whether this is known to be a folder; reading says why it may not be known."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_special(path: Path) -> bool:
    try:
        return path.exists() and not path.is_file()
    except OSError:
        return False


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
            yield unexpected(source.where, error)


def report_of(document: Document, which: str) -> Report:
    """One report of a document, to be compared with another.

    Args:
        document: the text.
        which: the name of an extractor, or a JSON file with a report or gold annotations.

    Raises:
        UsageError: it is no extractor and not the name of a file.
        ReadError: the JSON file cannot be read.
        AnnotationError: the JSON file is neither, or is of another text.
    """
    if which in extractors.NAMES or not _names_a_file(which):
        return predict(document, extractors.load(which))
    data = read_bytes(Path(which))
    if b'"schema_version"' not in data:
        info = report.Extractor("gold", ie.__version__)
        return assemble(parse_gold(data, which, document), info)
    try:
        found = Report.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "JSON"
        raise AnnotationError(which, f"{place}: {first['msg']}", "one report") from error
    _check_places(found, document, which)
    return found


def _names_a_file(which: str) -> bool:
    path = Path(which)
    return bool(which) and (path.suffix != "" or len(path.parts) > 1 or path.exists())


def _check_places(found: Report, document: Document, where: str) -> None:
    if found.source.sha256 != document.sha256:
        raise AnnotationError(
            where,
            f"a report of {found.source.name}, sha256 {found.source.sha256[:8]}…",
            f"a report of {document.name}, sha256 {document.sha256[:8]}…",
        )
    for name, start, end, text in _places(found):
        surface = document.text[start:end]
        if not 0 <= start <= end <= len(document.text) or text not in (None, surface):
            raise AnnotationError(
                where,
                f"{name} {text or ''} at [{start}, {end})",
                f"what stands in {document.name}: {surface!r}",
            )


def _places(found: Report) -> Iterator[tuple[str, int, int, str | None]]:
    """All that a report says to stand somewhere, and the text where it repeats it."""
    for section in found.sections:
        yield f"section {section.title}", section.start, section.end, None
    for fact in found.facts:
        yield f"fact {fact.id}", fact.evidence.start, fact.evidence.end, fact.evidence.text
    entries: list[CitedDocument | Agency | Channel]
    entries = [*found.documents, *found.agencies, *found.channels]
    for entry in entries:
        for mention in entry.mentions:
            yield f"mention of {entry.id}", mention.start, mention.end, None
    for span in found.annotations.spans if found.annotations else ():
        yield f"span {span.id}", span.start, span.end, span.text


def unexpected(where: str, error: Exception) -> IeError:
    """An error of the package itself, in one line."""
    return IeError(where, f"unexpected {type(error).__name__}: {error}", fix="please report it")
