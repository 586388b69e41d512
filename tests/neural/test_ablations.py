"""The ablations: every variant is a training that can be begun, and one runs from end to end."""

from __future__ import annotations

import sys
from pathlib import Path

import ablations
import pytest
import small
import yaml

from ie.neural.configuration import read_configuration

ROOT = Path(__file__).parents[2]


def test_every_variant_is_a_valid_configuration() -> None:
    base = read_configuration(ROOT / "configs" / "base.yaml")
    changes = ablations.variants("models/unadapted", [2, 6]) | ablations.curve([20, 40, 160])
    for change in changes.values():
        made = ablations.configured(base, change, seed=2, epochs=3, reports=40)
        assert made.training.seed == 2
        assert made.data.reports == change.get("reports", 40)
    shown = {
        change["reports"]: ablations.configured(base, change, 1, 3, None).training.stages[0].epochs
        for change in ablations.curve([20, 40, 160]).values()
    }
    assert shown == {20: 24, 40: 12, 160: 3}  # as many steps for each


def test_a_table_from_end_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    values = small.configuration(small.workplace(tmp_path)).model_dump()
    values["data"]["real"] = [str(tmp_path / "store.jsonl")]
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(values))
    options = ["--config", str(tmp_path / "small.yaml"), "-o", str(tmp_path / "runs")]
    only = ["--only", "corpus alone", "greedy decoding", "2 authored reports"]
    sizes = ["--seeds", "1", "2", "--epochs", "8", "--curve", "2", "4"]
    monkeypatch.setattr(sys, "argv", ["ablations.py", *options, *only, *sizes])
    ablations.main()
    printed = capsys.readouterr().out
    for name in only[1:]:
        assert name in printed
    trained = {folder.name for folder in (tmp_path / "runs").iterdir()}
    assert trained == {f"{n}-{s}" for n in ("corpus-alone", "2-authored-reports") for s in (1, 2)}
