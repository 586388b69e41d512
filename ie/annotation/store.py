"""Gold annotations on disk: one JSON file a document, stand-off, checked against its text.

A gold file holds ``doc`` (the name of the text without its suffix), ``sha256`` (of the
text's UTF-8 bytes), ``chars`` (its length in code points), and the two lists ``spans`` and
``relations`` of :meth:`ie.document.Annotations.to_dict`, one entry a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, cast

from ie.document import Annotations, Document, together
from ie.errors import AnnotationError, IeError, ReadError
from ie.output import Output
from ie.reading import as_read_error, read_bytes, read_document


def read_gold(path: Path, texts: Path) -> Annotations:
    """Read one gold file with its text.

    Args:
        path: the gold file.
        texts: the text itself, or the folder where it lies as ``DOC.txt``.

    Raises:
        ReadError: a file is missing or cannot be read.
        AnnotationError: see :func:`parse_gold`.
    """
    return parse_gold(read_bytes(path), str(path), texts)


def parse_gold(data: bytes, where: str, texts: Path | Document) -> Annotations:
    """Gold annotations out of the bytes of a gold file.

    Args:
        data: the JSON, in UTF-8.
        where: the gold file, for errors.
        texts: the text itself, as a document or a file, or the folder where it lies.

    Raises:
        ReadError: the text is missing or cannot be read.
        AnnotationError: these are no gold annotations, their hash or length are those of
            another text, or a span does not stand where it says.
    """
    gold = _parse(data, where)
    if isinstance(texts, Document):
        document = texts
    else:
        name = f"{gold.get('doc', Path(where).stem)}.txt"
        with as_read_error(str(texts)):
            path = texts / name if texts.is_dir() else texts
        document = read_document(path)
    for field, actual in (("sha256", document.sha256), ("chars", len(document.text))):
        if gold.get(field, actual) != actual:
            raise AnnotationError(
                where,
                f"{field} {gold[field]} but {actual} in {document.name}",
                "annotations of this very text",
                "find the text that was annotated, or align the annotations anew",
            )
    return Annotations.from_dict(document, gold, where)


def read_gold_folder(gold: Path, texts: Path) -> list[Annotations]:
    """Read every ``*.json`` of a folder, in the order of their names.

    Raises:
        ReadError: a folder is missing, or holds no gold file; see also :func:`read_gold`.
        AnnotationError: see :func:`read_gold`.
    """
    for folder in (gold, texts):
        with as_read_error(str(folder)):
            if not folder.is_dir():
                found = "a file" if folder.exists() else "no such folder"
                raise ReadError(str(folder), found, "a folder")
    with as_read_error(str(gold)):
        paths = sorted(p for p in gold.iterdir() if p.match("*.json"))
    if not paths:
        raise ReadError(str(gold), "no *.json file", "a folder of gold annotations")
    if pipe := next((p for p in paths if p.is_fifo()), None):
        raise ReadError(str(pipe), "a pipe, which might never end", "a gold file")
    return [read_gold(path, texts) for path in paths]


def write_gold(annotations: Annotations, path: Path) -> None:
    """Write one gold file, replacing what stood there only once all is written.

    Raises:
        WriteError: the folder is missing, read-only or full.
    """
    document = annotations.document
    head = {
        "doc": Path(document.name).stem,
        "sha256": document.sha256,
        "chars": len(document.text),
    }
    lists = annotations.to_dict()
    lines = json.dumps(head, ensure_ascii=False)[:-1] + ",\n"
    for name in ("spans", "relations"):
        rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in lists[name])
        lines += f'"{name}": [\n{rows}\n]' + (",\n" if name == "spans" else "}\n")
    with Output(path) as output:
        output.write(lines.encode("utf-8"))


def _parse(data: bytes, where: str) -> dict[str, Any]:
    try:
        gold = json.loads(data.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise AnnotationError(where, f"{error}", "JSON in UTF-8") from error
    except RecursionError as error:
        raise AnnotationError(where, "JSON nested too deeply", "gold annotations") from error
    for name in ("spans", "relations"):
        if not isinstance(gold, dict) or name not in gold:
            raise AnnotationError(where, f"no {name}", "doc, sha256, chars, spans, relations")
    if not isinstance(gold.get("doc", ""), str):
        raise AnnotationError(where, f"doc {gold['doc']!r}", "the name of a text")
    return cast("dict[str, Any]", gold)


# Stores: many documents in one file, a JSON object a line

_NO_TEXT: Final = "no text"


def read_store(path: Path, texts: Path | None = None) -> Iterator[Annotations]:
    """Read a store, one document after the other.

    A line holds ``doc``, ``sha256``, ``chars``, ``spans``, ``relations``, ``provenance``, and
    ``text`` unless the text is not ours to carry; then it is looked for as ``DOC.txt``.

    Args:
        path: the store (JSON lines).
        texts: the folder of the texts that are not in it.

    Raises:
        ReadError: the store or a text is missing or cannot be read.
        AnnotationError: see :func:`parse_gold`; after the documents before it, and for all
            that is wrong in the store at once, each with its line.
    """
    problems: dict[str, IeError] = {}  # by what they say: a folder is missing once
    for number, line in enumerate(read_bytes(path).splitlines(), 1):
        try:
            annotations = _parse_row(line, f"{path} line {number}", texts)
        except (AnnotationError, ReadError) as error:
            problems.setdefault(str(error), error)
            if error.found == _NO_TEXT:
                break  # those after it have none either
        else:
            if not problems:
                yield annotations
    if problems:
        raise together(str(path), list(problems.values()))


def _parse_row(line: bytes, where: str, texts: Path | None) -> Annotations:
    row = _parse(line, where)
    text = row.get("text")
    if text is None and texts is None:
        raise AnnotationError(where, _NO_TEXT, "a store with texts, or their folder")
    if not isinstance(text, (str, type(None))) or "doc" not in row:
        found = "no doc" if "doc" not in row else f"text {text!r:.60}"
        raise AnnotationError(where, found, "the name of a text, and the text")
    document = Document(text, name=f"{row['doc']}.txt") if text is not None else texts
    return parse_gold(line, where, cast("Document | Path", document))


def write_store(path: Path, rows: Iterable[tuple[Annotations, dict[str, Any]]], text: bool) -> None:
    """Write a store, replacing what stood there only once all is written.

    Args:
        rows: annotations with their provenance.
        text: whether the texts go with them; without, surfaces stay out too (stand-off).

    Raises:
        WriteError: the folder is missing, read-only or full.
    """
    with Output(path) as output:
        for annotations, provenance in rows:
            document = annotations.document
            lists = annotations.to_dict()
            for span in lists["spans"]:
                del span["text"]
            row: dict[str, Any] = {
                "doc": Path(document.name).stem,
                "sha256": document.sha256,
                "chars": len(document.text),
                "provenance": provenance,
            }
            if text:
                row["text"] = document.text
            line = json.dumps(row | lists, ensure_ascii=False, separators=(",", ":"))
            output.write(line.encode("utf-8", "surrogatepass") + b"\n")
