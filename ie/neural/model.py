"""A model folder: checked when it is opened, run by ONNX Runtime."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import onnxruntime
from tokenizers import Tokenizer

from ie.document import Annotations, Document
from ie.errors import ModelError
from ie.neural.annotate import Reader, read
from ie.neural.decode import Floats
from ie.neural.encode import Alphabet
from ie.neural.vocabulary import fingerprint

DESCRIPTION: Final = "model.json"
WINDOWS_GRAPH: Final = "windows.onnx"
PAIRS_GRAPH: Final = "pairs.onnx"

_FIX: Final = "get the folder again, or make it with ie train and ie export-model"


class OnnxForward:
    """The network in ONNX Runtime, as :func:`ie.neural.annotate.read` calls it.

    Args:
        folder: with the graphs.
        threads: that work at one batch; without it as many as there are cores.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self.folder = folder
        self.threads = threads

    @cached_property
    def _windows(self) -> Any:
        return _session(self.folder / WINDOWS_GRAPH, self.threads)

    @cached_property
    def _pairs(self) -> Any:
        return _session(self.folder / PAIRS_GRAPH, self.threads)

    def windows(self, batch: dict[str, Any]) -> tuple[Floats, Floats, Floats]:
        """See :class:`ie.neural.annotate.Forward`."""
        tags, said, vectors = self._windows.run(None, batch)
        return tags, said, vectors

    def pairs(self, head: Floats, tail: Floats, between: Floats, features: Any) -> Floats:
        """See :class:`ie.neural.annotate.Forward`."""
        names = ("head", "tail", "between", "features")
        (logits,) = self._pairs.run(
            None, dict(zip(names, (head, tail, between, features), strict=True))
        )
        return logits  # type: ignore[no-any-return]


def _session(path: Path, threads: int | None) -> Any:
    options = onnxruntime.SessionOptions()
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    options.intra_op_num_threads = threads
    # Both keep memory for the shapes of batches that have been, and hardly two are the same.
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def load_model(folder: Path) -> tuple[Reader, dict[str, Any]]:
    """Open a model folder.

    Returns:
        What reads documents for it, and its description.

    Raises:
        ModelError: a file is missing or not the one that was written, or the model speaks of
            other labels than this version.
    """
    try:
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        expected = description["files"]
        for name, digest in expected.items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                raise ModelError(str(folder / name), "other bytes", f"sha256 {digest}", _FIX)
        for name, rows in fingerprint().items():
            if description[name] != rows:
                raise ModelError(
                    str(folder), f"other {name}", "the labels and codes of this version", _FIX
                )
        w = description["windows"]
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        alphabet = Alphabet(description["alphabet"])
        sizes = w["size"], w["overlap"], w["path"]
        reader = Reader(tokenizer, alphabet, *sizes, description["padding"])
    except FileNotFoundError as error:
        raise ModelError(str(error.filename), "no such file", "a model folder", _FIX) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(str(folder), f"{error}", "a model folder", _FIX) from None
    return reader, description


class Model:
    """A model folder that annotates.

    Args:
        folder: of the model.
        threads: see :class:`OnnxForward`.

    Raises:
        ModelError: see :func:`load_model`.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self.reader, self.description = load_model(folder)
        self.sha256 = hashlib.sha256((folder / DESCRIPTION).read_bytes()).hexdigest()
        self._forward = OnnxForward(folder, threads)

    def annotate(self, document: Document) -> Annotations:
        """All labels, attributes and relations of a document."""
        return read(document, self.reader, self._forward)
