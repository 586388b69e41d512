"""Gold annotations on disk: one JSON file a document, stand-off, checked against its text.

A gold file holds ``doc`` (the name of the text without its suffix), ``sha256`` (of the
text's UTF-8 bytes), ``chars`` (its length in code points), and the two lists ``spans`` and
``relations`` of :meth:`ie.document.Annotations.to_dict`, one entry a line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ie.document import Annotations
from ie.errors import AnnotationError, ReadError
from ie.output import Output
from ie.reading import read_document


def read_gold(path: Path, texts: Path) -> Annotations:
    """Read one gold file with its text.

    Args:
        path: the gold file.
        texts: the text itself, or the folder where it lies as ``DOC.txt``.

    Raises:
        ReadError: a file is missing or cannot be read.
        AnnotationError: the file is not gold annotations, its hash or length are those of
            another text, or a span does not stand where it says.
    """
    data = _read_json(path)
    name = f"{data.get('doc', path.stem)}.txt"
    document = read_document(texts / name if texts.is_dir() else texts)
    for field, actual in (("sha256", document.sha256), ("chars", len(document.text))):
        if data.get(field, actual) != actual:
            raise AnnotationError(
                str(path),
                f"{field} {data[field]} but {actual} in {document.name}",
                "annotations of this very text",
                "find the text that was annotated, or align the annotations anew",
            )
    return Annotations.from_dict(document, data)


def read_gold_folder(gold: Path, texts: Path) -> list[Annotations]:
    """Read every ``*.json`` of a folder, in the order of their names.

    Raises:
        ReadError: the folder is missing or holds no gold file; see also :func:`read_gold`.
        AnnotationError: see :func:`read_gold`.
    """
    paths = sorted(gold.glob("*.json"))
    if not paths:
        raise ReadError(str(gold), "no *.json file", "a folder of gold annotations")
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
        output.write(lines)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ReadError(str(path), error.strerror or str(error), "a gold file") from error
    except ValueError as error:
        raise AnnotationError(str(path), f"{error}", "JSON in UTF-8") from error
    if not isinstance(data, dict) or "spans" not in data:
        raise AnnotationError(str(path), "no spans", "doc, sha256, chars, spans, relations")
    return data
