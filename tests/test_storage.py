from __future__ import annotations

import os

import fsspec
import pytest

from ie.errors import ReadError
from ie.shards import Plan, write_shards
from ie.storage import Folder, find_remote_sources, packed, unpacked
from ie.workers import Job

TEXT = "2016年青河县政府信息公开工作年度报告\n主动公开政府信息642条。\n"


@pytest.fixture
def store():
    """An object store in memory with two reports among other things."""
    memory = fsspec.filesystem("memory")
    for name in ("b.txt", "a/c.TXT", "a/notes.md", ".hidden/x.txt"):
        memory.pipe(f"/texts/{name}", TEXT.encode("gb18030"))
    yield memory
    memory.rm("/", recursive=True)


def test_an_object_store_is_read_and_written_like_a_folder(store):
    sources, errors = find_remote_sources("memory://texts")
    assert errors == []
    assert [s.name for s in sources] == ["a/c.TXT", "b.txt"]
    assert sources[0].read().text == TEXT
    kept = []
    for _ in range(2):
        told = []
        write_shards(Plan(sources, Job("rules"), 1), "memory://out/deep", 1, told.append)
        kept.append([o.kept for o in told])
    assert kept == [[False, False], [True, True]]
    assert Folder("memory://out/deep").names() == ["part-00000.parquet", "part-00001.parquet"]


def test_one_file_of_a_store_is_one_source(store):
    ((source,), _) = find_remote_sources("memory://texts/b.txt")
    assert source.name == "b.txt"
    assert source.read().encoding == "gb18030"


def test_what_is_not_in_a_store_is_one_line(store):
    for location in ("memory://nowhere", "nonsense://texts"):
        sources, (error,) = find_remote_sources(location)
        assert sources == []
        assert isinstance(error, ReadError)
        assert str(error).startswith(f"{location}: ")
    lost = unpacked('[["memory://texts", "lost.txt", "lost.txt"]]')[0]
    with pytest.raises(ReadError, match=r"memory://texts/lost.txt"):
        lost.read()


NAMES = ["a#b.txt", "a%20b.txt", "a?b.txt"]


def test_a_name_may_hold_what_means_something_in_a_uri(store, tmp_path):
    for name in NAMES:
        store.pipe(f"/odd/{name}", TEXT.encode())
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    for location in ("memory://odd", tmp_path.as_uri()):
        sources, errors = find_remote_sources(location)
        assert (errors, [s.name for s in sources]) == ([], NAMES)
        assert [s.read().name for s in unpacked(packed(sources))] == NAMES


def test_a_folder_on_disk_is_listed_as_without_a_uri(tmp_path):
    name = os.fsdecode("报.txt".encode("gbk"))
    (tmp_path / name).write_text(TEXT, encoding="utf-8")
    for location in (tmp_path.as_uri(), f"local://{tmp_path}"):
        ((source,), errors) = find_remote_sources(location)
        assert errors == []
        assert source.where == str(tmp_path / name)
        assert source.read().text == TEXT


def test_sources_travel_as_a_string(store, tmp_path):
    sources, _ = find_remote_sources("memory://texts")
    assert unpacked(packed(sources)) == list(sources)
