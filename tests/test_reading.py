from __future__ import annotations

import codecs
import os

import pytest
from conftest import EXAMPLE
from hypothesis import given
from hypothesis import strategies as st

from ie import reading
from ie.errors import ReadError
from ie.reading import read_document
from ie.reading.text import decode

SIMPLIFIED = EXAMPLE.read_bytes().decode("utf-8")
TRADITIONAL = (
    "白水縣人民政府2014年政府信息公開工作年度報告\n一、概述\n2014年,我縣認真貫徹落實條例,"
    "主動公開政府信息1264條。縣政府門戶網站公開980條,政府公報刊登84條。\n"
    "二、依申請公開政府信息情況\n全年收到申請12件,均已按時答復。\n"
)
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_of_a_report(encoding, newline):
    text = SIMPLIFIED.replace("\n", newline)
    assert decode(text.encode(encoding), "x") == (text, encoding)


@pytest.mark.parametrize("length", [30, 100, 300, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_pieces_of_a_report(encoding, length):
    for start in range(300, len(SIMPLIFIED) - length, 150):
        piece = SIMPLIFIED[start : start + length] + "\n"
        assert decode(piece.encode(encoding), "x") == (piece, encoding)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("big5", TRADITIONAL),
        ("big5hkscs", TRADITIONAL + "縣城裏的公開欄恒久"),
        ("big5hkscs", TRADITIONAL + "啲嘢喺嗰度"),
    ],
)
def test_big5_and_its_extension(encoding, text):
    assert decode(text.encode(encoding), "x") == (text, encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    ["政府信息", "公开、政民互动", "分享到:", "主动公开政府信息的情况", "全年收到申请，均已答复。"],
)
def test_short_utf_16_without_a_mark(encoding, text):
    data = text.encode(encoding)
    assert decode(data, "x") == (text, encoding)


@pytest.mark.parametrize("text", ["5件\r\n6件", "縣政府公開政府信息"])
def test_short_big5_that_makes_no_chinese_of_gb18030(text):
    assert decode(text.encode("big5"), "x") == (text, "big5")


@pytest.mark.parametrize(
    "text", ["件", "5件\r\n6件", "政府信息公开", "1、概述", "——○三年", "东海县"]
)
def test_short_gbk(text):
    assert decode(text.encode("gbk"), "x") == (text, "gb18030")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_control_character_or_two_are_no_fault(encoding):
    text = f"{SIMPLIFIED}\x07\f\x1a"
    assert decode(text.encode(encoding), "x") == (text, encoding)


def test_gbk_and_gb2312_are_read_as_their_superset():
    for encoding in ("gbk", "gb2312"):
        assert decode("二、主动公开政府信息情况".encode(encoding), "x")[1] == "gb18030"


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_text_comes_back_as_it_was(text, encoding):
    text = "县" + text
    assert decode(text.encode(encoding), "x") == (text, encoding)


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_strictly_or_refused(data):
    try:
        text, encoding = decode(data, "x")
    except ReadError:
        return
    assert data.decode(encoding) == text
    assert "\x00" not in text


def test_a_file_becomes_a_document(tmp_path):
    path = tmp_path / "report.txt"
    text = "一、概述\r\n收到申请３件。😀々\r\n"
    path.write_bytes(codecs.BOM_UTF8 + text.encode())
    document = read_document(path)
    assert document.text == text
    assert (document.name, document.encoding) == ("report.txt", "utf-8-sig")
    assert document.media_type == "text/plain"
    assert read_document(path, "2014/report.txt").name == "2014/report.txt"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "an empty file"),
        (" \r\n\u3000\n".encode(), "only white space"),
        (codecs.BOM_UTF8, "an empty file"),
        (b"%PDF-1.7\n...", "looks like a PDF file"),
        (b"PK\x03\x04\x14\x00", "looks like a zip archive or an Office file (docx, xlsx)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "looks like an old Office file"),
        (bytes(range(256)) * 4, "looks binary: a NUL byte at byte 0"),
        (bytes(range(1, 32)) * 4, "looks binary: many control characters"),
        (bytes(range(1, 32)) + "公开政府信息".encode("gbk") * 9, "not decodable"),
        ("公开".encode("utf-32"), "looks binary: a NUL character at character 0"),
        ("公开政府信息3条。".encode() * 40 + b"\xffok", "0xff at byte 1000 is not utf-8"),
        ("公开政府信息3条。".encode("gbk") * 40 + b"\xffok", "0xff at byte 680 is not gb18030"),
        (SIMPLIFIED.encode("utf-16")[:-1], "is not utf-16"),
        (b"ann\xe9e derni\xe8re \xe0 Paris, " * 9, "not decodable"),
    ],
)
def test_what_is_no_text(tmp_path, data, message):
    path = tmp_path / "x.txt"
    path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        read_document(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_at_all(tmp_path):
    with pytest.raises(ReadError, match="no such file"):
        read_document(tmp_path / "missing.txt")
    with pytest.raises(ReadError, match="a folder; expected a text file"):
        read_document(tmp_path)
    with pytest.raises(ReadError, match="Not a directory"):
        read_document(EXAMPLE / "x.txt")
    with pytest.raises(ReadError, match="null"):
        read_document("a\x00b")


def test_a_file_that_is_too_large(tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(reading.MAX_BYTES + 1)  # a hole: it takes no room on the disk
    with pytest.raises(ReadError, match="more than 256 MB"):
        read_document(path)


def test_a_file_name_that_is_not_utf8(tmp_path):
    path = os.fsencode(tmp_path) + "/报告.txt".encode("gbk")
    with open(path, "wb") as file:  # noqa: PTH123 - the name is bytes
        file.write("一、概述".encode())
    name = read_document(os.fsdecode(path)).name
    assert name.endswith(".txt")
    name.encode("utf-8")
