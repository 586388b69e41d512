"""Gold files: what is written is read again, and what does not fit its text is refused."""

import codecs
import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import planted

from ie.annotation.store import (
    read_gold,
    read_gold_folder,
    read_store,
    write_gold,
    write_store,
)
from ie.document import Annotations, Document
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


# Stores

TEXTS = st.text('公开信息5，。 \t\r\n\u2028\x85\u3000😀𠮷"\\', min_size=1, max_size=30)
DOCUMENTS = st.lists(TEXTS, min_size=1, max_size=4).flatmap(
    lambda texts: st.tuples(*[st.tuples(st.just(t), st.integers(0, len(t) - 1)) for t in texts])
)


def store(path, documents, text=True):
    write_store(path, [(a, {"source": "planted"}) for a in documents], text=text)
    return path


@pytest.fixture
def two(tmp_path):
    """Two documents, and a store of them."""
    documents = [
        planted(ODD, "c measures i", "c by a", name="odd.txt"),
        planted("[网站|CHANNEL type=website]\r\n没有[申请|INDICATOR]", name="second.txt"),
    ]
    return documents, store(tmp_path / "store.jsonl", documents)


def altered(path, change):
    """The store with the second line changed."""
    first, second = path.read_text(encoding="utf-8").split("\n")[:2]
    row = json.loads(second)
    change(row)
    path.write_text(f"{first}\n{json.dumps(row)}\n", encoding="utf-8")
    return path


def refused_second(path, texts=None) -> str:
    """What is said of the second line, when the first was read."""
    rows = read_store(path, texts)
    next(rows)
    with pytest.raises(AnnotationError) as error:
        next(rows)
    assert "\n" not in str(error.value)
    start = f"{path} line 2"
    assert str(error.value).startswith(start)
    return str(error.value).removeprefix(start)


def test_a_store_is_read_as_it_was_written(two):
    documents, path = two
    assert list(read_store(path)) == documents
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    assert [row["doc"] for row in rows] == ["odd", "second"]
    assert {row["provenance"]["source"] for row in rows} == {"planted"}
    assert list(rows[0]) == ["doc", "sha256", "chars", "provenance", "text", "spans", "relations"]


@given(DOCUMENTS)
@settings(max_examples=50, deadline=None)
def test_offsets_survive_a_store_whatever_the_text(tmp_path_factory, drawn):
    documents = []
    for number, (text, start) in enumerate(drawn):
        document = Document(text, name=f"{number}.txt")
        documents.append(Annotations(document, (document.span(start, len(text), "AGENCY"),)))
    path = store(tmp_path_factory.getbasetemp() / "any.jsonl", documents)
    assert list(read_store(path)) == documents
    assert path.read_bytes().count(b"\n") == len(documents)


def test_half_a_surrogate_survives_a_store(tmp_path):
    a = planted("公\ud800开[信息|INDICATOR]", name="half.txt")
    assert list(read_store(store(tmp_path / "half.jsonl", [a]))) == [a]


def test_an_empty_store_holds_nothing(tmp_path):
    (tmp_path / "empty.jsonl").write_bytes(b"")
    assert list(read_store(tmp_path / "empty.jsonl")) == []


def test_a_store_without_texts_holds_none_of_their_words_and_finds_them(two, tmp_path):
    documents, _ = two
    path = store(tmp_path / "off.jsonl", documents, text=False)
    written = path.read_text(encoding="utf-8")
    assert not any(word in written for word in ("市政府", "公开", "网站", "申请"))
    for a in documents:
        (tmp_path / a.document.name).write_bytes(a.document.text.encode())
    assert list(read_store(path, tmp_path)) == documents
    (tmp_path / "second.txt").unlink()
    rows = read_store(path, tmp_path)
    assert next(rows) == documents[0]
    with pytest.raises(ReadError, match=r"second\.txt: no such file"):
        next(rows)


def test_a_store_without_texts_needs_their_folder(two, tmp_path):
    path = store(tmp_path / "off.jsonl", two[0], text=False)
    with pytest.raises(AnnotationError) as error:
        list(read_store(path))
    expected = "no text; expected a store with texts, or their folder"
    assert str(error.value) == f"{path} line 1: {expected}"


def shift(row):
    row["spans"][0]["text"] = "网站"
    row["spans"][0]["start"] += 1
    row["spans"][0]["end"] += 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            shift,
            " span s1: text '网站' but '站\\r' at [1, 3); "
            "expected the text of the document at these offsets",
        ),
        (
            lambda row: row["spans"][0].update(label="PLACE"),
            " span s1: span [0, 2): label 'PLACE'; expected one of COUNT, RATE",
        ),
        (
            lambda row: row["spans"][1].update(end=99),
            " span s2: second.txt: span INDICATOR [6, 99); expected an end of at most 8",
        ),
        (
            lambda row: row["spans"][0].update(start=2),
            " span s1: span CHANNEL: [2, 2); expected 0 <= start < end",
        ),
        (
            lambda row: row["spans"][0]["attrs"].update(type="pigeon"),
            " span s1: attribute type: 'pigeon'; expected one of website",
        ),
        (lambda row: row.update(sha256="0" * 64), f": sha256 {'0' * 64} but "),
        (lambda row: row.update(text=row["text"].replace("\r\n", "\n")), ": sha256 "),
        (lambda row: row.update(chars=7), ": chars 7 but 8 in second.txt; "),
        (lambda row: row.pop("text"), ": no text; expected a store with texts, or their folder"),
        (lambda row: row.update(text=5), ": text 5; expected the name of a text, and the text"),
        (lambda row: row.pop("doc"), ": no doc; expected the name of a text, and the text"),
        (lambda row: row.update(doc=5), ": doc 5; expected the name of a text"),
        (lambda row: row.pop("relations"), ": no relations; expected doc, sha256, chars, spans"),
    ],
)
def test_a_line_that_does_not_fit_is_refused_with_its_number(two, change, message):
    assert refused_second(altered(two[1], change)).startswith(message)


@pytest.mark.parametrize("line", ["{", "", "[]", "5", '"spans relations"', "\xff"])
def test_a_line_that_is_no_object_is_refused_with_its_number(two, line):
    _, path = two
    first = path.read_bytes().split(b"\n")[0]
    path.write_bytes(first + b"\n" + line.encode("latin-1") + b"\n")
    assert refused_second(path)


def test_all_that_is_wrong_in_a_store_is_named_with_its_lines(two):
    _, path = two
    first, second = (json.loads(line) for line in path.read_bytes().splitlines())
    first["spans"][0]["label"] = "PLACE"
    first["relations"][0]["type"] = "via"
    first["relations"].append({"type": "by", "head": "s3", "tail": first["spans"][0]["id"]})
    second["spans"] += [{"id": "s3", "label": "CHANNEL", "start": 1, "end": 3}, 5]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in (first, second)) * 2)
    with pytest.raises(AnnotationError) as error:
        list(read_store(path))
    said = str(error.value)
    assert said.startswith(f"{path}: 4 problems: line 1: 2 problems: span s1: ")
    for line in (1, 3):  # the relations of a span that is named already are not
        assert f"line {line}: 2 problems: span s1" in said
    assert said.count("'PLACE'") == said.count("COUNT → INDICATOR; expected") == 2
    for line in (2, 4):
        assert f"line {line}: 2 problems: 5 as row 4 of spans" in said
    assert said.count("CHANNEL [1, 3) over [0, 2)") == 2
    assert "\n" not in said


def test_a_store_that_is_not_there_is_a_read_error(tmp_path):
    with pytest.raises(ReadError, match=r"none\.jsonl: no such file"):
        list(read_store(tmp_path / "none.jsonl"))


def test_a_store_that_fails_midway_leaves_the_old_one(two):
    documents, path = two
    before = path.read_bytes()

    def rows():
        yield documents[1], {}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_store(path, rows(), text=True)
    assert path.read_bytes() == before
    assert list(read_store(path.with_name("store.jsonl.partial"))) == [documents[1]]
