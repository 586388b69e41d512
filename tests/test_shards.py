from __future__ import annotations

import gc
import json
import os
import resource
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from reports import write_reports

from ie.errors import WriteError
from ie.parquet import to_reports
from ie.predict import Source
from ie.shards import Plan, write_shards
from ie.storage import Folder
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


def test_a_file_of_another_encoding_is_another_one(tmp_path, sources):
    out = tmp_path / "out"
    written(sources, out)
    text = sources[7].path.read_text(encoding="utf-8")
    sources[7].path.write_text(text, encoding="gb18030")
    told = written(sources, out)
    assert [o.kept for o in told if not o.error] == [True] * 4 + [False] * 5 + [True]
    reports = to_reports(parquet.read_table(out / "part-00001.parquet"))
    assert reports[2].source.encoding == "gb18030"


def test_a_list_of_failures_that_is_not_ours_stays(tmp_path, sources):
    out = tmp_path / "out"
    out.mkdir()
    (out / "errors.jsonl").write_bytes(b'{"error": "of another program"}\n')
    with pytest.raises(WriteError, match=r"errors.jsonl: not of this package.*choose"):
        written(sources, out)
    assert list(contents(out)) == ["errors.jsonl"]


def test_a_file_that_fails_otherwise_is_listed_so(tmp_path, sources):
    out = tmp_path / "out"
    written(sources, out)
    sources[4].path.write_bytes(b"\x7fELF\x00\x01")
    written(sources, out)
    first, second = (out / "errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert "looks like a program" in first
    assert "an empty file" in second


@pytest.mark.parametrize(
    ("job", "expected"),
    [(Job("rules", with_annotations=True), "rules .* with annotations"), (Job("model"), "model")],
)
def test_shards_that_were_made_otherwise_are_not_replaced(tmp_path, sources, job, expected):
    out = tmp_path / "out"
    written(sources, out)
    before = contents(out)
    message = f"out: holds reports by rules 0.1.0; expected reports by {expected}.*; remove it, or"
    with pytest.raises(WriteError, match=message):
        written(sources[:2], out, job)
    assert contents(out) == before


def test_without_a_file_that_can_be_read_all_stays_as_it_was(tmp_path, sources):
    out = tmp_path / "out"
    written(sources, out)
    before = contents(out)
    for bad in ([], [Source(tmp_path / "mistyped", "mistyped")], [sources[4]]):
        told = written(bad, out)
        assert [bool(o.error) for o in told] == [True] * len(bad)
        assert contents(out) == before


def test_shards_of_an_earlier_run_do_not_stay_beside_the_new(tmp_path, sources):
    out = tmp_path / "out"
    written(sources, out)
    written(sources[:4], out, size=2)
    assert list(contents(out)) == ["part-00000.parquet", "part-00001.parquet"]


@pytest.mark.parametrize("name", ["part-00000.parquet", "part-00099.parquet"])
def test_a_parquet_file_of_somebody_else_is_not_replaced(tmp_path, sources, name):
    (tmp_path / "out").mkdir()
    theirs = tmp_path / "out" / name
    parquet.write_table(pa.table({"a": [1]}), theirs)
    before = theirs.read_bytes()
    with pytest.raises(WriteError, match=rf"{name}: not of this package.*choose"):
        written(sources, tmp_path / "out")
    assert contents(tmp_path / "out") == {name: before}


@pytest.mark.parametrize("place", [100, -20])  # in a column, in the footer
def test_a_damaged_shard_is_named(tmp_path, sources, place):
    out = tmp_path / "out"
    written(sources, out)
    data = bytearray((out / "part-00001.parquet").read_bytes())
    data[place : place + 12 if place > 0 else None] = b"\xff" * (12 if place > 0 else -place)
    (out / "part-00001.parquet").write_bytes(data)
    with pytest.raises(WriteError, match=r"part-00001.parquet: damaged: .*remove it") as caught:
        written(sources, out)
    assert "\n" not in str(caught.value)
    (out / "part-00001.parquet").unlink()
    (out / "part-00001.parquet").mkdir()
    with pytest.raises(WriteError, match=r"part-00001.parquet: damaged: Is a directory; .*remove"):
        written(sources, out)


def test_an_empty_file_is_no_shard(tmp_path, sources):
    out = tmp_path / "out"
    written(sources, out)
    before = contents(out)
    for name in ("part-00001.parquet", "part-00007.parquet"):  # as after a power cut
        (out / name).write_bytes(b"")
    written(sources, out)
    assert contents(out) == before


def test_a_name_that_is_not_utf8_costs_nothing(tmp_path, sources):
    bad = os.fsdecode("报.txt".encode("gbk"))
    paths = [tmp_path / "texts" / f"{name}{bad}" for name in ("empty", "full")]
    paths[0].write_text("")
    paths[1].write_bytes(sources[0].path.read_bytes())
    out = tmp_path / os.fsdecode(b"\xff")
    out.mkdir()
    (out / bad).write_text("another")
    mixed = [*sources[:3], *(Source(path, path.name) for path in paths)]
    for kept in (False, True):
        told = written(mixed, out)
        assert [o.kept for o in told] == [kept] * 3 + [False, kept]
    (error,) = (out / "errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(error)["source"] == "empty\ufffd\ufffd.txt"
    table = parquet.read_table(pa.py_buffer((out / "part-00000.parquet").read_bytes()))
    assert to_reports(table)[3].source.name == "full\ufffd\ufffd.txt"


def test_two_runs_do_not_write_to_one_folder(tmp_path, sources):
    out = tmp_path / "out"
    refused = []

    def tell(_: Outcome) -> None:
        with pytest.raises(WriteError, match=r"out: another run is writing it; wait") as caught:
            written(sources, out)
        refused.append(caught.value)

    write_shards(Plan(sources, RULES, 5), str(out), 1, tell)
    assert len(refused) == 12
    assert ".lock" not in contents(out)
    (out / ".lock").touch()  # as a run leaves it that was killed
    written(sources, out)
    assert ".lock" not in contents(out)


def test_a_run_that_is_broken_off_leaves_no_half_shard_and_says_nothing(
    tmp_path, sources, monkeypatch
):
    ignored = []
    monkeypatch.setattr("sys.unraisablehook", lambda raised: ignored.append(raised.exc_value))

    def stop(outcome: Outcome) -> None:
        if outcome.source.name == "007.txt":
            raise KeyboardInterrupt

    for location in (str(tmp_path / "out"), "memory://broken-off"):
        with pytest.raises(KeyboardInterrupt):
            write_shards(Plan(sources, RULES, 5), location, 1, stop)
        gc.collect()
        assert Folder(location).names() == ["part-00000.parquet"]
    assert ignored == []


def test_a_disk_that_is_full_is_one_line(tmp_path, sources, monkeypatch):
    ignored = []
    monkeypatch.setattr("sys.unraisablehook", lambda raised: ignored.append(raised.exc_value))
    (tmp_path / "out").mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(WriteError, match=r"part-00000.parquet: .*File too large"):
            written(sources, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    gc.collect()
    assert (contents(tmp_path / "out"), ignored) == ({}, [])
