"""What the rules must reach on each real report; skipped where those are not at hand."""

from pathlib import Path

import pytest

from ie.annotation.store import read_gold
from ie.document import Annotations
from ie.evaluate import evaluate
from ie.rules import annotate

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
REPORTS = sorted((SHARED / "gold").glob("*.json"))
FLOORS = {
    "values": 0.95,
    "facts.all": 0.75,
    "facts.coded": 0.70,
    "spans.core": 0.85,
    "spans.all": 0.80,
    "relations.all": 0.65,
}


def below_floors(gold: Annotations) -> dict[str, float | None]:
    """The measures that miss their floor, with what was reached."""
    scores = evaluate([(gold, annotate(gold.document))], bootstrap=0).pooled
    found = {name: scores[name].f1 for name in FLOORS}
    numbers = scores["spans.DOC_NUMBER"]
    if numbers.gold or numbers.predicted:
        found["spans.DOC_NUMBER"] = numbers.f1
    floors = FLOORS | {"spans.DOC_NUMBER": 1.0}
    return {name: f1 for name, f1 in found.items() if f1 is None or f1 < floors[name]}


@pytest.mark.skipif(not REPORTS, reason="the real reports are not at hand")
@pytest.mark.parametrize("path", REPORTS, ids=[p.stem for p in REPORTS])
def test_the_floors_hold_on_each_real_report(path):
    assert below_floors(read_gold(path, SHARED / "seeds")) == {}


def test_the_floors_hold_on_the_example():
    example = ROOT / "examples" / "yunxi-2015.gold.json"
    assert below_floors(read_gold(example, example.with_name("yunxi-2015.txt"))) == {}
