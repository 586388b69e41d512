from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from reports import write_reports

from ie.errors import WriteError
from ie.parquet import to_reports
from ie.shards import Plan, write_shards
from ie.workers import Job, Outcome

RULES = Job("rules")


def written(sources, folder: Path | str, job: Job = RULES, size: int = 5) -> list[Outcome]:
    told: list[Outcome] = []
    write_shards(Plan(sources, job, size), str(folder), 1, told.append)
    return told


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


@pytest.fixture
def sources(tmp_path):
    """Twelve files, two of them bad."""
    found = write_reports(tmp_path / "texts", 12)
    for i in (4, 11):
        found[i].path.write_text("")
    return found


def test_shards_hold_the_reports_in_order_and_errors_the_rest(tmp_path, sources):
    told = written(sources, tmp_path / "out")
    shards = ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]
    assert list(contents(tmp_path / "out")) == ["errors.jsonl", *shards]
    tables = [parquet.read_table(tmp_path / "out" / name) for name in shards]
    assert [t.num_rows for t in tables] == [4, 5, 1]
    reports = to_reports(pa.concat_tables(tables))
    assert [r.source.name for r in reports] == [o.source.name for o in told if not o.error]
    errors = (tmp_path / "out" / "errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(e)["source"] for e in errors] == ["004.txt", "011.txt"]
    assert "an empty file" in errors[0]


def test_what_is_finished_is_not_made_again_and_the_end_is_the_same(tmp_path, sources):
    out = tmp_path / "out"
    written(sources, out)
    before = contents(out)
    (out / "part-00001.parquet").unlink()
    (out / ".part-00001.parquet.1234.partial").write_bytes(b"half")
    told = written(sources, out)
    assert [o.kept for o in told] == [i not in (4, 5, 6, 7, 8, 9, 11) for i in range(12)]
    assert [i for i, o in enumerate(told) if o.error] == [4, 11]
    assert contents(out) == before


def test_a_shard_whose_files_have_changed_is_made_again(tmp_path, sources):
    out = tmp_path / "out"
    written(sources, out)
    sources[11].path.write_text("公开5条。", encoding="utf-8")
    told = written(sources, out)
    assert [o.kept for o in told][5:] == [True] * 5 + [False] * 2
    assert [i for i, o in enumerate(told) if o.error] == [4]
    told = written(sources, out, Job("rules", with_annotations=True))
    assert not any(o.kept for o in told)


def test_shards_of_an_earlier_run_do_not_stay_beside_the_new(tmp_path, sources):
    out = tmp_path / "out"
    written(sources, out)
    written(sources[:4], out, size=2)
    assert list(contents(out)) == ["part-00000.parquet", "part-00001.parquet"]


def test_a_parquet_file_of_somebody_else_is_not_replaced(tmp_path, sources):
    (tmp_path / "out").mkdir()
    theirs = tmp_path / "out" / "part-00000.parquet"
    parquet.write_table(pa.table({"a": [1]}), theirs)
    before = theirs.read_bytes()
    with pytest.raises(WriteError, match=r"part-00000.parquet: not of this package.*choose"):
        written(sources, tmp_path / "out")
    assert theirs.read_bytes() == before
