"""Gold files: what is written is read again, and what does not fit its text is refused."""

import json

import pytest
from planted import planted

from ie.annotation.store import read_gold, read_gold_folder, write_gold
from ie.errors import AnnotationError, ReadError, WriteError

ODD = "全角１２条\r\n😀[市政府|AGENCY#a]\u3000[公开|INDICATOR#i][１２条|COUNT#c value=12 unit=条]\n"


@pytest.fixture
def stored(tmp_path):
    a = planted(ODD, "c measures i", "c by a", name="odd.txt")
    (tmp_path / "odd.txt").write_bytes(a.document.text.encode())
    write_gold(a, tmp_path / "odd.json")
    return a, tmp_path


def test_written_gold_is_read_again(stored):
    a, folder = stored
    assert read_gold(folder / "odd.json", folder) == a
    assert read_gold(folder / "odd.json", folder / "odd.txt") == a
    assert read_gold_folder(folder, folder) == [a]


def test_one_entry_stands_on_one_line(stored):
    a, folder = stored
    lines = (folder / "odd.json").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 2 * 2 + len(a.spans) + len(a.relations)


def test_another_text_is_refused(stored):
    _, folder = stored
    text = folder / "odd.txt"
    text.write_bytes(text.read_bytes().replace(b"\r\n", b"\n"))
    with pytest.raises(AnnotationError, match="sha256"):
        read_gold(folder / "odd.json", folder)


def test_a_shifted_span_is_refused(stored):
    _, folder = stored
    data = json.loads((folder / "odd.json").read_text(encoding="utf-8"))
    data["spans"][0]["start"] += 1
    (folder / "odd.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(AnnotationError, match="at these offsets"):
        read_gold(folder / "odd.json", folder)


def test_what_is_missing_or_no_gold_is_named(stored):
    _, folder = stored
    with pytest.raises(ReadError, match="nothing"):
        read_gold(folder / "nothing.json", folder)
    with pytest.raises(ReadError, match=r"no \*.json"):
        read_gold_folder(folder / "nowhere", folder)
    (folder / "odd.txt").rename(folder / "other.txt")
    with pytest.raises(ReadError, match=r"odd\.txt"):
        read_gold(folder / "odd.json", folder)
    for content in ("{", "[]", '{"doc": "odd"}', b"\xff\xfe{}"):
        data = content if isinstance(content, bytes) else content.encode()
        (folder / "bad.json").write_bytes(data)
        with pytest.raises(AnnotationError, match=r"bad\.json"):
            read_gold(folder / "bad.json", folder)


def test_a_failed_write_leaves_the_old_file(stored):
    a, folder = stored
    with pytest.raises(WriteError):
        write_gold(a, folder / "no such folder" / "odd.json")
    assert sorted(p.name for p in folder.iterdir()) == ["odd.json", "odd.txt"]
