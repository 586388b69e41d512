"""A checkpoint as the folder that predicts: two ONNX graphs in 8 bits, without PyTorch.

``windows.onnx`` is the network up to its outputs by character, ``pairs.onnx`` judges pairs of
spans. Weights of matrices and tables are quantised to 8 bits, activations as they come
(dynamic quantisation); nothing is pickled. ``model.json`` says what the folder holds, with
the sha256 of every file.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from ie.document import Annotations
from ie.errors import ModelError
from ie.neural.annotate import Reader
from ie.neural.checkpoint import TorchForward, load
from ie.neural.configuration import Configuration
from ie.neural.decode import FEATURES
from ie.neural.model import DESCRIPTION, PAIRS_GRAPH, WINDOWS_GRAPH, OnnxForward, load_model
from ie.neural.network import Network
from ie.neural.train import score
from ie.neural.vocabulary import fingerprint

OPSET: Final = 17
LOSS: Final = 0.005
"""8 bits may cost at most so much span F1 on the documents that are shown."""

KEPT: Final = ((), ("layer.0/",))
"""Parts of the network that stay in 32 bits: tried in this order, the first that costs little
enough is taken. The first layer reads the embeddings, whose few great values 8 bits coarsen."""


def export(checkpoint: Path, output: Path, dev: Sequence[Annotations]) -> dict[str, Any]:
    """Write the model folder of a checkpoint.

    Args:
        checkpoint: of :mod:`ie.neural.train`.
        output: the folder; files of the same names are replaced.
        dev: documents on which the 8-bit graphs are compared with PyTorch.

    Returns:
        The scores of both, as ``model.json`` holds them.

    Raises:
        ModelError: the checkpoint cannot be read, or 8 bits cost more than :data:`LOSS`.
    """
    network, reader, configuration = load(checkpoint)
    network.eval()
    output.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that what stands there stays until the new model has passed.
    with tempfile.TemporaryDirectory(dir=output.parent) as made:
        scores = _write(Path(made), network, reader, configuration, dev)
        for file in Path(made).iterdir():
            file.replace(output / file.name)
    return scores


def _write(
    output: Path,
    network: Network,
    reader: Reader,
    configuration: Configuration,
    dev: Sequence[Annotations],
) -> dict[str, Any]:
    reader.tokenizer.save(str(output / "tokenizer.json"))
    description = {
        "name": configuration.name,
        "windows": configuration.windows.model_dump(),
        "padding": reader.padding,
        "alphabet": reader.alphabet.characters,
        **fingerprint(),
    }
    exact = score(dev, reader, TorchForward(network))
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _write_graphs(Path(scratch), network)
        for kept in KEPT:
            for name in (WINDOWS_GRAPH, PAIRS_GRAPH):
                _quantize(Path(scratch) / name, output / name, kept)
            written = _with_hashes(output, {**description, "float32": list(kept)})
            _describe(output, written)
            coarse = score(dev, load_model(output)[0], OnnxForward(output))
            lost = exact["spans"] - coarse["spans"]
            if lost <= LOSS:
                scores = {"float32": exact, "int8": coarse}
                _describe(output, {**written, "dev": scores})
                return scores
    raise ModelError(str(output), f"8 bits cost {lost:.4f} span F1", f"at most {LOSS}")


def _with_hashes(folder: Path, description: dict[str, Any]) -> dict[str, Any]:
    files = (WINDOWS_GRAPH, PAIRS_GRAPH, "tokenizer.json")
    hashes = {f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in files}
    return {**description, "files": hashes}


def _write_graphs(folder: Path, network: Network) -> None:
    for name, module, inputs, axes, outputs in _graphs(network):
        torch.onnx.export(
            module,
            inputs,
            str(folder / name),
            input_names=list(axes)[: len(inputs)],
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )


def _quantize(full: Path, target: Path, kept: tuple[str, ...]) -> None:
    """8 bits for the weights of matrices and tables, but for the nodes of the kept parts."""
    names = [n.name for n in onnx.load(full).graph.node]
    quantize_dynamic(
        full,
        target,
        op_types_to_quantize=["MatMul", "Gather", "Gemm"],
        weight_type=QuantType.QInt8,
        per_channel=True,
        nodes_to_exclude=[n for n in names if any(part in n for part in kept)],
        extra_options={"MatMulConstBOnly": True},
    )


def _describe(output: Path, description: dict[str, Any]) -> None:
    text = json.dumps(description, ensure_ascii=False, indent=1)
    (output / DESCRIPTION).write_text(text + "\n", encoding="utf-8")


def _graphs(network: Network) -> list[Any]:
    batch, pieces, characters = 2, 12, 9
    long = torch.long
    windows = (
        torch.zeros(batch, pieces, dtype=long),
        torch.ones(batch, pieces, dtype=long),
        torch.zeros(batch, characters, dtype=long),
        torch.zeros(batch, characters, dtype=long),
        torch.ones(batch, characters, dtype=long),
        torch.zeros(batch, dtype=long),
    )
    size = network.options.pair
    vector = torch.zeros(3, size)
    pairs = (vector, vector, vector, torch.zeros(3, len(FEATURES), dtype=long))
    by_character = {0: "windows", 1: "characters"}
    return [
        (
            WINDOWS_GRAPH,
            network,
            windows,
            {
                "pieces": {0: "windows", 1: "pieces"},
                "mask": {0: "windows", 1: "pieces"},
                "cover": by_character,
                "inside": by_character,
                "characters": by_character,
                "place": {0: "windows"},
                "tags": by_character,
                "attributes": by_character,
                "vectors": by_character,
            },
            ["tags", "attributes", "vectors"],
        ),
        (
            PAIRS_GRAPH,
            network.judge,
            pairs,
            {name: {0: "pairs"} for name in ("head", "tail", "between", "features", "logits")},
            ["logits"],
        ),
    ]
