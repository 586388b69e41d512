"""A checkpoint as the folder that predicts: two ONNX graphs, without PyTorch.

``windows.onnx`` is the network up to its outputs by character, ``pairs.onnx`` judges pairs of
spans. Weights of matrices and tables are quantised to 8 bits, activations as they come
(dynamic quantisation); nothing is pickled. ``model.json`` says what the folder holds, with
the sha256 of every file, and the model's card repeats it for people.

A model is written only if its graphs, before they are quantised, find the very spans that
PyTorch finds, and 8 bits cost next to nothing.
"""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from transformers import AttentionInterface, AttentionMaskInterface

from ie.document import Annotations
from ie.errors import ModelError
from ie.neural.annotate import Reader, read
from ie.neural.card import write_card
from ie.neural.checkpoint import TorchForward, load
from ie.neural.configuration import Configuration
from ie.neural.decode import FEATURES
from ie.neural.model import (
    DESCRIPTION,
    PAIRS_GRAPH,
    VERSION,
    WINDOWS_GRAPH,
    OnnxForward,
    load_model,
)
from ie.neural.network import Network
from ie.neural.train import scores_of
from ie.neural.vocabulary import fingerprint

OPSET: Final = 17
TOKENIZER: Final = "tokenizer.json"
LOSS: Final = 0.005
"""8 bits may cost at most so much span F1 on the documents that are shown."""

KEPT: Final = ((), ("/near/",), ("/near/", "layer.0/"))
"""Parts of the network that stay in 32 bits: tried in this order, the first that costs little
enough is taken. The first layer reads the embeddings, whose few great values 8 bits coarsen."""


def export(
    checkpoint: Path, output: Path, dev: Sequence[Annotations], *, bits: Literal[8, 32] = 8
) -> dict[str, Any]:
    """Write the model folder of a checkpoint.

    Args:
        checkpoint: of :mod:`ie.neural.train`.
        output: the folder; files of the same names are replaced, of a card only the figures.
        dev: documents on which the graphs are compared with PyTorch.
        bits: of the weights. With 32 the folder is four times as large and slower, and says
            what PyTorch says: something to compare with.

    Returns:
        The scores of both, as ``model.json`` holds them.

    Raises:
        ModelError: the checkpoint cannot be read, the graphs find other spans than PyTorch, or
            8 bits cost more than :data:`LOSS`.
    """
    network, reader, configuration = load(checkpoint)
    network.eval()
    output.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that what stands there stays until the new model has passed.
    with tempfile.TemporaryDirectory(dir=output.parent) as scratch:
        whole, small = Path(scratch) / "whole", Path(scratch) / "small"
        description = _write_whole(whole, network, reader, configuration, dev)
        made = whole
        if bits == 8:
            description = _write_small(small, whole, description, dev)
            made = small
        for file in made.iterdir():
            file.replace(output / file.name)
    write_card(output, description)
    scores: dict[str, Any] = description["dev"]
    return scores


def _write_whole(
    folder: Path,
    network: Network,
    reader: Reader,
    configuration: Configuration,
    dev: Sequence[Annotations],
) -> dict[str, Any]:
    """The model in 32 bits; its description."""
    folder.mkdir()
    reader.tokenizer.save(str(folder / TOKENIZER))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _write_graphs(folder, network)
    description = {
        "name": configuration.name,
        "version": VERSION,
        "windows": configuration.windows.model_dump(),
        "padding": reader.padding,
        "alphabet": reader.alphabet.characters,
        **fingerprint(),
    }
    _describe(folder, description)
    found = _found(folder, dev)
    for gold, graphs in zip(dev, found, strict=True):
        torches = read(gold.document, reader, TorchForward(network))
        if {s.key for s in graphs.spans} != {s.key for s in torches.spans}:
            raise ModelError(
                f"the graphs of {configuration.name}",
                f"other spans in {gold.document.name} than PyTorch's",
                "the same",
                "please report it",
            )
    return _describe(folder, {**description, "dev": {"float32": scores_of(dev, found)}})


def _write_small(
    folder: Path, whole: Path, description: dict[str, Any], dev: Sequence[Annotations]
) -> dict[str, Any]:
    """The model in 8 bits; its description."""
    folder.mkdir()
    shutil.copy(whole / TOKENIZER, folder)
    exact = description["dev"]["float32"]
    for kept in KEPT:
        for name in (WINDOWS_GRAPH, PAIRS_GRAPH):
            _quantize(whole / name, folder / name, kept)
        description = _describe(folder, {**description, "float32": list(kept)})
        coarse = scores_of(dev, _found(folder, dev))
        lost = exact["spans"] - coarse["spans"]
        if lost <= LOSS:
            return _describe(folder, {**description, "dev": {"float32": exact, "int8": coarse}})
    name = description["name"]
    raise ModelError(f"{name} in 8 bits", f"{lost:.4f} span F1 less", f"at most {LOSS}")


def _found(folder: Path, dev: Sequence[Annotations]) -> list[Annotations]:
    """What a model folder finds in documents, by the code that predicts."""
    reader, forward = load_model(folder)[0], OnnxForward(folder)
    return [read(gold.document, reader, forward) for gold in dev]


def _write_graphs(folder: Path, network: Network) -> None:
    network = copy.deepcopy(network)
    AttentionInterface.register(_FUSED, _attention)
    AttentionMaskInterface.register(_FUSED, lambda **_: None)
    network.encoder.set_attn_implementation(_FUSED if _can_fuse(network.encoder) else "eager")
    network.add_module("near", _Unfolded(network.near))
    for name, module, inputs, axes, outputs in _graphs(network):
        torch.onnx.export(
            module,
            inputs,
            str(folder / name),
            input_names=list(axes)[: len(inputs)],
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            custom_opsets={"com.microsoft": 1},
            dynamo=False,
        )


_FUSED: Final = "onnxruntime"


def _can_fuse(encoder: Any) -> bool:
    """Whether the attention can be exchanged, and every piece looks at every other in it."""
    near = ("sliding_window", "local_attention")
    exchangeable = getattr(encoder, "_supports_attention_backend", False)
    return exchangeable and not any(getattr(encoder.config, name, None) for name in near)


def _attention(
    layer: Any, query: Tensor, key: Tensor, value: Tensor, _: Any, scaling: float, **more: Any
) -> tuple[Tensor, None]:
    """Attention of (B, heads, P, D) as transformers asks for it: (B, P, heads, D)."""
    heads, size = int(query.shape[1]), int(query.shape[3])
    rows = (x.transpose(1, 2).flatten(2) for x in (query, key, value))
    result = _Attention.apply(*rows, heads, scaling)  # type: ignore[no-untyped-call]
    return result.reshape(*result.shape[:2], heads, size), None


class _Attention(torch.autograd.Function):
    """Attention without a mask, in the graph one node of ONNX Runtime's own.

    As separate nodes it takes two fifths of the graph's time.
    """

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, heads: int, scale: float
    ) -> Tensor:
        """(B, P, heads · D) of three such."""
        split = (*query.shape[:2], heads, -1)
        q, k, v = (x.reshape(split).transpose(1, 2) for x in (query, key, value))
        return F.scaled_dot_product_attention(q, k, v, scale=scale).transpose(1, 2).flatten(2)

    @staticmethod
    def symbolic(g: Any, query: Any, key: Any, value: Any, heads: int, scale: float) -> Any:
        """The node."""
        name = "com.microsoft::MultiHeadAttention"
        node = g.op(name, query, key, value, num_heads_i=heads, scale_f=scale)
        node.setType(query.type())
        return node


class _Alone(nn.Module):
    """The network for windows without padding, which need no mask."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, pieces: Tensor, *others: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See :meth:`Network.forward`, without the mask."""
        said: tuple[Tensor, Tensor, Tensor] = self.network(pieces, None, *others)
        return said


class _Unfolded(nn.Module):
    """A convolution along characters as one product, because only products become 8-bit.

    Args:
        convolution: of odd width, padded so that it keeps the length.
    """

    def __init__(self, convolution: nn.Conv1d) -> None:
        super().__init__()
        weight = convolution.weight  # out in width
        self.width = weight.shape[2]
        self.product = nn.Linear(weight.shape[1] * self.width, weight.shape[0])
        with torch.no_grad():
            self.product.weight.copy_(weight.permute(0, 2, 1).flatten(1))
            if convolution.bias is not None:
                self.product.bias.copy_(convolution.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(B, D, C) to (B, D, C)."""
        around = self.width // 2
        rows = F.pad(x.transpose(1, 2), (0, 0, around, around))
        ends = [i - self.width + 1 or None for i in range(self.width)]
        shifted = torch.cat([rows[:, i:end] for i, end in enumerate(ends)], dim=-1)
        product: Tensor = self.product(shifted)
        return product.transpose(1, 2)


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


def _describe(folder: Path, description: dict[str, Any]) -> dict[str, Any]:
    """Write the description, with the hashes of the files as they are; return it."""
    files = (WINDOWS_GRAPH, PAIRS_GRAPH, TOKENIZER)
    hashes = {f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in files}
    description = {**description, "files": hashes}
    text = json.dumps(description, ensure_ascii=False, indent=1)
    (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8")
    return description


def _graphs(network: Network) -> list[Any]:
    batch, pieces, characters = 2, 12, 9
    long = torch.long
    windows = (
        torch.zeros(batch, pieces, dtype=long),
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
            _Alone(network),
            windows,
            {
                "pieces": {0: "windows", 1: "pieces"},
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
