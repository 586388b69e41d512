"""Gold files: what is written is read again, and what does not fit its text is refused."""

import codecs
import json
import os

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
    (folder / "empty").mkdir()
    with pytest.raises(ReadError, match=r"no \*.json"):
        read_gold_folder(folder / "empty", folder)
    for gold, texts in ((folder / "nowhere", folder), (folder, folder / "nowhere")):
        with pytest.raises(ReadError, match=r"nowhere: no such folder"):
            read_gold_folder(gold, texts)
    with pytest.raises(ReadError, match=r"odd.json: a file; expected a folder"):
        read_gold_folder(folder / "odd.json", folder)
    os.mkfifo(folder / "empty" / "pipe.json")
    with pytest.raises(ReadError, match=r"pipe.json: a pipe"):
        read_gold_folder(folder / "empty", folder)
    (folder / "odd.txt").rename(folder / "other.txt")
    with pytest.raises(ReadError, match=r"odd\.txt"):
        read_gold(folder / "odd.json", folder)
    deep = '{"spans": ' + "[" * 100_000
    without = '{"doc": "odd", "spans": []}'
    unnamed = '{"doc": 1, "spans": [], "relations": []}'
    for content in ("{", "[]", '{"doc": "odd"}', b"\xff\xfe{}", deep, without, unnamed):
        data = content if isinstance(content, bytes) else content.encode()
        (folder / "bad.json").write_bytes(data)
        with pytest.raises(AnnotationError, match=r"bad\.json"):
            read_gold(folder / "bad.json", folder)


def test_a_byte_order_mark_is_no_fault(stored):
    a, folder = stored
    gold = folder / "odd.json"
    gold.write_bytes(codecs.BOM_UTF8 + gold.read_bytes())
    assert read_gold(gold, folder) == a


def test_what_is_wrong_names_the_gold_file(stored):
    _, folder = stored
    gold = folder / "odd.json"
    data = json.loads(gold.read_text(encoding="utf-8"))
    data["relations"][0]["type"] = "counts"
    gold.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(AnnotationError) as error:
        read_gold(gold, folder)
    assert str(error.value).startswith(f"{gold} relation 1 (")


def test_a_failed_write_leaves_the_old_file(stored):
    a, folder = stored
    with pytest.raises(WriteError):
        write_gold(a, folder / "no such folder" / "odd.json")
    assert sorted(p.name for p in folder.iterdir()) == ["odd.json", "odd.txt"]
