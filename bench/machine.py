"""How fast the machine multiplies matrices, and how much of that the model makes use of.

``python bench/machine.py --model DIR`` prints one line of JSON: multiply-adds a second of one
matrix product of the model's shapes, by ONNX Runtime, numpy and PyTorch; how many the model
takes for a report, counted in its graphs as they run; and where its time goes.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from texts import report

SHAPES = ((2048, 384, 1536), (2048, 1536, 384), (2048, 384, 384))
"""Rows, inner and columns: what a batch of windows is to an encoder layer."""

INT8, FP32 = "int8", "fp32"


def rates(threads: int, seconds: float) -> dict[str, float]:
    """Multiply-adds a second of each way to multiply, the mean over the shapes.

    Args:
        threads: of each product.
        seconds: to spend on each; its best run counts, for what is asked is the limit.
    """
    ways: dict[str, Callable[[int, int, int], Callable[[], object]]] = {
        INT8: lambda m, k, n: _onnx(m, k, n, threads, int8=True),
        FP32: lambda m, k, n: _onnx(m, k, n, threads, int8=False),
        "numpy fp32": _numpy,
    }
    try:
        import torch
    except ModuleNotFoundError:
        pass
    else:
        torch.set_num_threads(threads)
        ways["torch fp32"] = lambda m, k, n: _torch(m, k, n, torch.float32)
        ways["torch bf16"] = lambda m, k, n: _torch(m, k, n, torch.bfloat16)
    work = sum(m * k * n for m, k, n in SHAPES)
    return {
        name: work / sum(_best(way(*shape), seconds) for shape in SHAPES)
        for name, way in ways.items()
    }


def _best(run: Callable[[], object], seconds: float) -> float:
    run()
    best, end = math.inf, time.perf_counter() + seconds
    while True:
        started = time.perf_counter()
        run()
        over = time.perf_counter()
        best = min(best, over - started)
        if over > end:
            return best


def _onnx(m: int, k: int, n: int, threads: int, *, int8: bool) -> Callable[[], object]:
    random = np.random.default_rng(0)
    if int8:  # the nodes that dynamic quantisation writes
        nodes = [
            helper.make_node("DynamicQuantizeLinear", ["a"], ["q", "scale", "zero"]),
            helper.make_node("MatMulInteger", ["q", "b", "zero", "none"], ["sums"]),
            helper.make_node("Cast", ["sums"], ["floats"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["scale", "scales"], ["both"]),
            helper.make_node("Mul", ["floats", "both"], ["c"]),
        ]
        weights = {
            "b": random.integers(-127, 127, (k, n), dtype=np.int8),
            "none": np.zeros(n, dtype=np.int8),
            "scales": np.full(n, 0.01, dtype=np.float32),
        }
    else:
        nodes = [helper.make_node("MatMul", ["a", "b"], ["c"])]
        weights = {"b": random.standard_normal((k, n), dtype=np.float32)}
    graph = helper.make_graph(
        nodes,
        "product",
        [helper.make_tensor_value_info("a", TensorProto.FLOAT, [m, k])],
        [helper.make_tensor_value_info("c", TensorProto.FLOAT, [m, n])],
        [onnx.numpy_helper.from_array(w, name) for name, w in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    feed = {"a": random.standard_normal((m, k), dtype=np.float32)}
    return lambda: session.run(None, feed)


def _numpy(m: int, k: int, n: int) -> Callable[[], object]:
    a, b = np.ones((m, k), dtype=np.float32), np.ones((k, n), dtype=np.float32)
    return lambda: a @ b


def _torch(m: int, k: int, n: int, dtype: Any) -> Callable[[], object]:
    import torch

    a, layer = torch.ones((m, k), dtype=dtype), torch.nn.Linear(k, n, bias=False, dtype=dtype)

    def run() -> object:
        with torch.inference_mode():
            return layer(a)

    return run


class _Recorded(onnxruntime.InferenceSession):  # type: ignore[misc]
    """A session that remembers what it was fed and how long it took."""

    made: ClassVar[list[_Recorded]] = []
    profiles: ClassVar[str | None] = None

    def __init__(self, graph: str | bytes, options: Any = None, **more: Any) -> None:
        if self.profiles:
            options.enable_profiling = True
            options.profile_file_prefix = f"{self.profiles}/{len(self.made)}"
        super().__init__(graph, options, **more)
        self.graph, self.feeds, self.seconds = graph, [], 0.0
        self.made.append(self)

    def run(self, *arguments: Any, **options: Any) -> Any:
        """Run, and remember."""
        started = time.perf_counter()
        results = super().run(*arguments, **options)
        self.seconds += time.perf_counter() - started
        self.feeds.append(arguments[1])
        return results


@dataclass(frozen=True)
class _Reading:
    """One report read by a model that was warm: seconds, and the sessions it went through."""

    seconds: float
    sessions: list[_Recorded]


def profile(folder: Path, length: int) -> dict[str, Any]:
    """Where the time of one report goes, on one thread.

    Returns:
        ``chars``; ``macs`` by arithmetic; ``seconds`` of the whole, ``graphs`` (seconds in each
        graph, by its first output) and ``nodes`` (share of each kind of node in their time).
    """
    text = report(0, length)
    best = min((_read(folder, text) for _ in range(5)), key=lambda reading: reading.seconds)
    macs: Counter[str] = Counter()
    for session in best.sessions:
        for feed in session.feeds:
            macs += multiply_adds(session.graph, feed)
    nodes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as profiles:
        for session in _read(folder, text, profiles).sessions:
            for event in json.loads(Path(session.end_profiling()).read_text()):
                if event.get("cat") == "Node":
                    nodes[event["args"].get("op_name", "")] += event["dur"]
    total = nodes.total() or 1
    return {
        "chars": len(text),
        "macs": dict(macs),
        "seconds": best.seconds,
        "graphs": {s.get_outputs()[0].name: s.seconds for s in best.sessions},
        "nodes": {name: spent / total for name, spent in nodes.most_common(8)},
    }


def _read(folder: Path, text: str, profiles: str | None = None) -> _Reading:
    from ie.document import Document
    from ie.extractors import load
    from ie.predict import predict

    _Recorded.made, _Recorded.profiles = [], profiles
    usual = onnxruntime.InferenceSession
    onnxruntime.InferenceSession = _Recorded
    try:
        extractor = load("model", folder, threads=1)
        predict(Document(text), extractor)
    finally:
        onnxruntime.InferenceSession = usual
    for session in _Recorded.made:
        session.feeds, session.seconds = [], 0.0
    started = time.perf_counter()
    predict(Document(text), extractor)
    return _Reading(time.perf_counter() - started, _Recorded.made)


def multiply_adds(graph: str | bytes, feed: dict[str, Any]) -> Counter[str]:
    """The multiply-adds of one run of a graph, by arithmetic; padding counts.

    Every product's factors and result are made outputs, so that their shapes can be seen.
    """
    model = onnx.load(graph) if isinstance(graph, str) else onnx.load_from_string(graph)
    products = [n for n in model.graph.node if n.op_type in _COUNTED]
    fixed = {w.name: tuple(w.dims) for w in model.graph.initializer}
    given = {value.name for value in (*model.graph.input, *model.graph.output)}
    wanted = {name for n in products for name in (*n.input[:2], n.output[0])} - fixed.keys() - given
    model.graph.output.extend(map(helper.make_empty_tensor_value_info, sorted(wanted)))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    shapes = {name: np.shape(a) for name, a in zip(names, session.run(None, feed), strict=True)}
    shapes |= {name: np.shape(a) for name, a in feed.items()} | fixed
    count: Counter[str] = Counter()
    for node in products:
        first, second, result = (shapes[name] for name in (*node.input[:2], node.output[0]))
        if node.op_type == "MultiHeadAttention":  # scores, and values by scores
            inner = 2 * second[1]
        else:
            inner = math.prod(second[1:]) if node.op_type.startswith("Conv") else first[-1]
        count[_COUNTED[node.op_type]] += math.prod(result) * inner
    return count


_COUNTED = {
    **dict.fromkeys(("MatMul", "Gemm", "Conv", "MultiHeadAttention"), FP32),
    **dict.fromkeys(("MatMulInteger", "ConvInteger"), INT8),
}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--model", type=Path, help="count and profile this model folder, too")
    parser.add_argument("--length", type=int, default=5_000, help="characters of the report")
    parser.add_argument("--seconds", type=float, default=0.5, help="for each product")
    arguments = parser.parse_args()
    result: dict[str, Any] = {"rates": rates(arguments.threads, arguments.seconds)}
    if arguments.model:
        result["profile"] = profile(arguments.model, arguments.length)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
