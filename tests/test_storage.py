from __future__ import annotations

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
    lost = unpacked('[["memory://texts/lost.txt", "lost.txt"]]')[0]
    with pytest.raises(ReadError, match=r"memory://texts/lost.txt"):
        lost.read()


def test_sources_travel_as_a_string(store, tmp_path):
    sources, _ = find_remote_sources("memory://texts")
    assert unpacked(packed(sources)) == list(sources)
