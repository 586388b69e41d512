"""A model folder: checked when it is opened, run by ONNX Runtime."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
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

VERSION: Final = 2
"""Of what goes into the graphs and comes out: 2 has no mask."""

_FIX: Final = "get the folder again, or make it with ie train and ie export-model"


class OnnxForward:
    """The network in ONNX Runtime, as :func:`ie.neural.annotate.read` calls it.

    Each window goes through the graph alone. So none is padded, attention needs no mask, what
    is said of a window depends on no other (8 bits scale by the greatest number of a batch), and
    each core takes its own window.

    Args:
        folder: with the graphs.
        threads: windows at once; without it as many as there are cores.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self.folder = folder
        self.threads = threads or _cores()

    @cached_property
    def _windows(self) -> Any:
        return _session(self.folder / WINDOWS_GRAPH)

    @cached_property
    def _pairs(self) -> Any:
        return _session(self.folder / PAIRS_GRAPH)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads)

    def windows(self, batch: dict[str, Any]) -> tuple[Floats, Floats, Floats]:
        """See :class:`ie.neural.annotate.Forward`."""
        count, length = batch["characters"].shape
        alone = [_row(batch, i) for i in range(count)]
        run = self._windows.run
        if self.threads == 1:
            said = [run(None, row) for row in alone]
        else:
            said = list(self._pool.map(lambda row: run(None, row), alone))
        tags, attributes, vectors = (_stacked(arrays, length) for arrays in zip(*said, strict=True))
        return tags, attributes, vectors

    def pairs(self, head: Floats, tail: Floats, between: Floats, features: Any) -> Floats:
        """See :class:`ie.neural.annotate.Forward`."""
        names = ("head", "tail", "between", "features")
        (logits,) = self._pairs.run(
            None, dict(zip(names, (head, tail, between, features), strict=True))
        )
        return logits  # type: ignore[no-any-return]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _row(batch: dict[str, Any], i: int) -> dict[str, Any]:
    """One window of a batch, without its padding."""
    pieces, characters = int(batch["mask"][i].sum()), int((batch["characters"][i] > 0).sum())
    row = {"pieces": batch["pieces"][i : i + 1, :pieces], "place": batch["place"][i : i + 1]}
    for name in ("cover", "inside", "characters"):
        row[name] = batch[name][i : i + 1, :characters]
    return row


def _stacked(arrays: Sequence[Floats], length: int) -> Floats:
    """(1, C, …) each to (W, length, …), with zeros behind the end."""
    stacked = np.zeros((len(arrays), length, *arrays[0].shape[2:]), dtype=np.float32)
    for row, array in zip(stacked, arrays, strict=True):
        row[: array.shape[1]] = array[0]
    return stacked


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # Both keep memory for the shapes of windows that have been, and hardly two are the same.
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
        if (version := description.get("version", 1)) != VERSION:
            raise ModelError(str(folder), f"graphs of version {version}", f"{VERSION}", _FIX)
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
