"""Whatever breaks off a run, the next one comes to the same end as one that was not broken off."""

from __future__ import annotations

from pathlib import Path

import pytest
from reports import Deadly, write_reports

from ie.batch import write_reports as run
from ie.errors import WriteError
from ie.output import ResumableOutput
from ie.predict import Source
from ie.workers import Job, Outcome

RULES = Job("rules")


def written(sources, target: Path, job: Job = RULES, workers: int = 1) -> list[Outcome]:
    told: list[Outcome] = []
    run(sources, job, ResumableOutput(target), workers, told.append)
    return told


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


@pytest.fixture
def whole(tmp_path):
    """Sources with a bad file among them, and the output of an unbroken run."""
    sources = write_reports(tmp_path / "texts", 12)
    (tmp_path / "texts" / "004.txt").write_text("")
    written(sources, tmp_path / "whole.jsonl")
    return sources, (tmp_path / "whole.jsonl").read_bytes()


@pytest.mark.parametrize("cut", [0, 1, 700, 2000, 4000, -1])
def test_a_run_goes_on_from_wherever_it_was_cut_off(tmp_path, whole, cut):
    sources, data = whole
    (tmp_path / "out.jsonl.partial").write_bytes(data[:cut])
    told = written(sources, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == data
    assert not (tmp_path / "out.jsonl.partial").exists()
    assert [o.source for o in told] == sources
    assert sum(o.kept for o in told) == data[:cut].count(b"\n")
    assert [i for i, o in enumerate(told) if o.error] == [4]


def test_workers_write_the_same(tmp_path, whole):
    sources, data = whole
    (tmp_path / "out.jsonl.partial").write_bytes(data[:3000])
    written(sources, tmp_path / "out.jsonl", workers=2)
    assert (tmp_path / "out.jsonl").read_bytes() == data


def test_a_text_that_has_changed_is_read_again_and_all_behind_it(tmp_path, whole):
    sources, data = whole
    (tmp_path / "out.jsonl.partial").write_bytes(data)
    path = sources[3].path
    path.write_text(path.read_text(encoding="utf-8") + "二、其他\n", encoding="utf-8")
    told = written(sources, tmp_path / "out.jsonl")
    assert [o.kept for o in told] == [True] * 3 + [False] * 9
    new = lines_of(tmp_path / "out.jsonl")
    old = data.splitlines(keepends=True)
    assert [a == b for a, b in zip(new, old, strict=True)] == [True] * 3 + [False] + [True] * 7


def test_a_file_that_has_come_or_gone_is_noticed(tmp_path, whole):
    sources, data = whole
    for changed in (sources[:2] + sources[3:], sources[1:] + sources[:1], sources[:5]):
        (tmp_path / "out.jsonl.partial").write_bytes(data)
        written(changed, tmp_path / "out.jsonl")
        written(changed, tmp_path / "anew.jsonl")
        assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "anew.jsonl").read_bytes()


def test_a_bad_file_that_can_be_read_is_tried_again_and_costs_no_finished_report(tmp_path):
    sources = [*write_reports(tmp_path / "texts", 3), Deadly("bad.txt")]
    sources += write_reports(tmp_path / "more", 3)
    written(sources, tmp_path / "whole.jsonl", workers=2)
    data = (tmp_path / "whole.jsonl").read_bytes()
    (tmp_path / "out.jsonl.partial").write_bytes(b"".join(data.splitlines(keepends=True)[:5]))
    fine = [*sources[:3], Deadly("bad.txt", tmp_path), *sources[4:]]  # the mark is there: it lives
    told = written(fine, tmp_path / "out.jsonl")
    assert [o.kept for o in told] == [True] * 3 + [False] * 4
    assert len(lines_of(tmp_path / "out.jsonl")) == 7


def test_garbage_behind_finished_lines_is_cut(tmp_path, whole):
    sources, data = whole
    first = data.splitlines(keepends=True)[0]
    (tmp_path / "out.jsonl.partial").write_bytes(first + b"\0\0\0\n" + data)
    written(sources, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == data


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (Job("rules", with_annotations=True), "holds reports by rules 0.1.0; expected .* with ann"),
        (Job("model"), r"holds reports by rules 0.1.0; expected reports by model .*; remove it"),
    ],
)
def test_what_was_made_otherwise_is_not_gone_on_with(tmp_path, whole, job, message):
    sources, data = whole
    partial = tmp_path / "out.jsonl.partial"
    partial.write_bytes(data[:3000])
    with pytest.raises(WriteError, match=message) as caught:
        written(sources, tmp_path / "out.jsonl", job)
    assert "\n" not in str(caught.value)
    assert partial.read_bytes() == data[:3000]


@pytest.mark.parametrize("notes", [b"my notes\n", b"[" * 200_000 + b"\n"])
def test_what_is_no_report_stays(tmp_path, whole, notes):
    partial = tmp_path / "out.jsonl.partial"
    partial.write_bytes(notes)
    with pytest.raises(WriteError, match="holds no reports"):
        written(whole[0], tmp_path / "out.jsonl")
    assert partial.read_bytes() == notes


def test_without_a_file_that_can_be_read_all_stays_as_it_was(tmp_path, whole):
    partial = tmp_path / "out.jsonl.partial"
    partial.write_bytes(whole[1][:3000])
    for sources in ([], [Source(tmp_path / "mistyped", "mistyped")]):
        told = written(sources, tmp_path / "out.jsonl")
        assert [bool(o.error) for o in told] == [True] * len(sources)
        assert partial.read_bytes() == whole[1][:3000]
        assert not (tmp_path / "out.jsonl").exists()
