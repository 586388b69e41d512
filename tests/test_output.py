from __future__ import annotations

import os
from pathlib import Path

import pytest

from ie.errors import WriteError
from ie.output import Output, ResumableOutput

FIRST, SECOND = "甲\n".encode(), "乙\n".encode()


def begun(folder: Path, data: bytes) -> ResumableOutput:
    (folder / "out.jsonl.partial").write_bytes(data)
    return ResumableOutput(folder / "out.jsonl")


def test_a_run_goes_on_behind_what_it_keeps(tmp_path):
    with begun(tmp_path, FIRST + SECOND + b"torn") as out:
        assert list(out.finished()) == [FIRST, SECOND]
        out.cut(len(FIRST), 1)
        assert out.partial.read_bytes() == FIRST
        out.write(SECOND)
        assert out.pieces == 2
    assert (tmp_path / "out.jsonl").read_bytes() == FIRST + SECOND
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


def test_without_a_cut_all_begins_anew(tmp_path):
    with begun(tmp_path, SECOND + SECOND) as out:
        out.write(FIRST)
    assert (tmp_path / "out.jsonl").read_bytes() == FIRST


def test_what_was_not_looked_at_yet_stays_whole(tmp_path):
    out = begun(tmp_path, FIRST + b"torn")
    with pytest.raises(KeyboardInterrupt), out:
        raise KeyboardInterrupt
    assert out.kept == tmp_path / "out.jsonl.partial"
    assert out.kept.read_bytes() == FIRST + b"torn"


def test_half_a_piece_does_not_stay(tmp_path):
    out = begun(tmp_path, FIRST + SECOND)

    def stop() -> None:
        out.cut(len(FIRST), 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), out:
        stop()
    assert out.kept is not None
    assert out.kept.read_bytes() == FIRST


def test_nothing_stays_of_nothing(tmp_path):
    with ResumableOutput(tmp_path / "out.jsonl"):
        pass
    with begun(tmp_path, FIRST) as out:
        out.cut(0, 0)
    assert list(tmp_path.iterdir()) == []


def test_two_runs_do_not_write_to_one_file(tmp_path):
    with ResumableOutput(tmp_path / "out.jsonl") as out:
        out.write(FIRST)
        with (
            pytest.raises(WriteError, match=r"out.jsonl.partial: another run is writing it"),
            ResumableOutput(tmp_path / "out.jsonl"),
        ):
            pass
    assert (tmp_path / "out.jsonl").read_bytes() == FIRST


def test_a_device_knows_no_resuming():
    with ResumableOutput(Path("/dev/null")) as out:
        assert list(out.finished()) == []
        out.cut(0, 0)
        out.write(FIRST)
        out.write(SECOND)
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("kind", [Output, ResumableOutput])
def test_a_pipe_gets_all_pieces(tmp_path, kind):
    reading, writing = os.pipe()  # its link in /dev/fd leads to what has no name
    os.mkfifo(tmp_path / "pipe")
    named = os.open(tmp_path / "pipe", os.O_RDWR)
    for target, end in ((Path(f"/dev/fd/{writing}"), reading), (tmp_path / "pipe", named)):
        with kind(target) as out:
            out.write(FIRST)
            out.write(SECOND)
        assert os.read(end, 100) == FIRST + SECOND
    for handle in (reading, writing, named):
        os.close(handle)
    assert [p.name for p in tmp_path.iterdir()] == ["pipe"]


def test_a_partial_file_that_cannot_be_opened_is_named(tmp_path):
    (tmp_path / "out.jsonl.partial").mkdir()
    with (
        pytest.raises(WriteError, match=r"out.jsonl.partial: Is a directory"),
        ResumableOutput(tmp_path / "out.jsonl"),
    ):
        pass
