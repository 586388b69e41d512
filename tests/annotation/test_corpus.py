"""The stores in ``annotations/`` say what the mark-up beside them says, and hold no errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ie.annotation.audit import ERRORS, audit
from ie.annotation.store import read_store
from ie.neural.edges import settled
from ie.neural.vocabulary import LABELS

ROOT = Path(__file__).parents[2]
ANNOTATIONS = ROOT / "annotations"


@pytest.mark.parametrize(("folder", "store"), [("authored", "authored"), ("authored/dev", "dev")])
def test_the_store_is_made_of_the_mark_up(folder: str, store: str, tmp_path: Path) -> None:
    made = tmp_path / "made.jsonl"
    script = ROOT / "scripts" / "build_store.py"
    subprocess.run([sys.executable, script, ANNOTATIONS / folder, "-o", made], check=True)
    assert made.read_bytes() == (ANNOTATIONS / f"{store}.jsonl").read_bytes()


@pytest.mark.parametrize("store", ["authored", "dev", "generated"])
def test_the_audit_finds_no_errors(store: str) -> None:
    found = audit(list(read_store(ANNOTATIONS / f"{store}.jsonl")))
    assert [f for f in found if f.kind in ERRORS] == []


@pytest.mark.parametrize("store", ["authored", "dev", "generated"])
def test_the_rulings_on_edges_change_nothing_in_it(store: str) -> None:
    for gold in read_store(ANNOTATIONS / f"{store}.jsonl"):
        places = [(s.start, s.end, LABELS.index(s.label)) for s in gold.spans]
        assert settled(gold.document.text, places) == places, gold.document.name


def test_the_dev_reports_are_not_trained_on() -> None:
    stores = {
        name: {g.document.sha256 for g in read_store(ANNOTATIONS / f"{name}.jsonl")}
        for name in ("authored", "generated", "dev")
    }
    assert not stores["dev"] & (stores["authored"] | stores["generated"])


def test_there_are_at_least_150_whole_reports() -> None:
    lengths = [
        len(g.document.text)
        for name in ("authored", "generated", "dev")
        for g in read_store(ANNOTATIONS / f"{name}.jsonl")
    ]
    assert sum(2000 <= n <= 8000 for n in lengths) >= 150
