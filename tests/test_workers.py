from __future__ import annotations

import json

import pytest
from reports import Deadly, write_reports

from ie.errors import ModelError, UsageError
from ie.predict import Source
from ie.workers import Alone, Job, Outcome, Workers

RULES = Job("rules")


def names(outcomes: list[Outcome]) -> list[str]:
    return [json.loads(o.data)["source"]["name"] for o in outcomes if not o.error]


def test_workers_find_what_one_process_finds_in_the_same_order(tmp_path):
    sources = write_reports(tmp_path, 40)
    (tmp_path / "007.txt").write_text("")
    with Workers(RULES, 2) as readers:
        assert readers.info().name == "rules"
        together = list(readers.outcomes(sources))
    alone = list(Alone(RULES).outcomes(sources))
    assert [(o.data, o.sha256, str(o.error)) for o in together] == [
        (o.data, o.sha256, str(o.error)) for o in alone
    ]
    assert [i for i, o in enumerate(together) if o.error] == [7]
    assert len(names(together)) == 39


def test_a_worker_that_dies_is_replaced_and_its_file_read_again(tmp_path):
    sources = write_reports(tmp_path, 30)
    mixed = [*sources[:9], Deadly("once.txt", tmp_path / "mark"), *sources[9:]]
    with Workers(RULES, 2) as readers:
        found = list(readers.outcomes(mixed))
    assert names(found) == [s.name for s in mixed]


def test_a_file_over_which_workers_die_is_a_bad_file(tmp_path):
    sources = write_reports(tmp_path, 12)
    mixed = [sources[0], Deadly("bad.txt"), *sources[1:], Deadly("worse.txt")]
    with Workers(RULES, 2) as readers:
        found = list(readers.outcomes(mixed))
    assert names(found) == [s.name for s in sources]
    assert [str(o.error) for o in found if o.error] == [
        f"{name}: the process that read it died twice; "
        "it was killed or ran out of memory; try --workers 1"
        for name in ("bad.txt", "worse.txt")
    ]


def test_what_is_wrong_with_an_extractor_is_said_as_without_workers(tmp_path):
    with Workers(Job("magic"), 2) as readers, pytest.raises(UsageError, match="extractor magic"):
        readers.info()
    lost = Job("model", tmp_path / "nowhere")
    with Workers(lost, 2) as readers, pytest.raises(ModelError, match=r"model.json: no such file"):
        readers.info()


def test_a_file_that_is_not_there_costs_no_other(tmp_path):
    sources = [*write_reports(tmp_path, 2), Source(tmp_path / "none.txt", "none.txt")]
    with Workers(RULES, 2) as readers:
        found = list(readers.outcomes(sources))
    assert [str(o.error) for o in found[2:]] == [f"{tmp_path / 'none.txt'}: no such file"]
