"""Document numbers in every bracket, titles in 《》, and what links them."""

import pytest
from found import cut, links, surfaces

from ie.doc_numbers import find_numbers
from ie.rules.titles import find_quoted

BRACKETS = ("〔〕", "[]", "()", "（）", "【】", "﹝﹞", "「」", "〖〗", "［］")


def numbers(text: str) -> list[str]:
    return cut(text, find_numbers(text))


@pytest.mark.parametrize("brackets", BRACKETS)
@pytest.mark.parametrize(
    "form", ["云政办发{}2013{}154号", "云府函{} 2016 {}第 39 号", "国发{}２０１６{}３号"]
)
def test_a_document_number_in_any_brackets(form, brackets):
    surface = form.format(*brackets)
    assert numbers(f"《公开办法》（{surface}）施行") == [surface]
    assert numbers(f"根据{surface}文件") == [surface]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("国务院令第492号公布", ["国务院令第492号"]),
        ("国务院令第 711 号公布", ["国务院令第 711 号"]),
        ("国务院令（第711号）公布", ["国务院令（第711号）"]),
        ("《条例》（国务院令第492号）", ["国务院令第492号"]),
        ("《条例》（国务院令第492号）施行", ["国务院令第492号"]),
        ("根据国务院第711号令修订", ["国务院第711号令"]),
        ("省政府第18号令、国务院令第2号", ["省政府第18号令", "国务院令第2号"]),
        ("云政令〔2009〕第5号", ["云政令〔2009〕第5号"]),
        ("省国务院令第1号国务院令第2号", ["省国务院令第1号", "国务院令第2号"]),
        ("国务院令第711号和云政发〔2014〕3号", ["国务院令第711号", "云政发〔2014〕3号"]),
        ("见国务院第492号令", ["国务院第492号令"]),
        ("国务院令（第711号）", ["国务院令（第711号）"]),
        ("国办发〔二〇二〇〕五号", ["国办发〔二〇二〇〕五号"]),
        ("主动公开〔2020〕1号文件", []),
    ],
)
def test_orders(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    "before", ["根据", "按照", "依据", "贯彻", "转发的", "印发", "落实", "文件以", "（"]
)
def test_words_before_an_issuer_code_stay_out(before):
    assert numbers(f"县政府{before}云政办发〔2015〕19号") == ["云政办发〔2015〕19号"]


def test_numbers_in_a_list_and_with_a_sub_number():
    text = "有云政发〔2015〕18号、云政办发〔2015〕19号，云政函〔2015〕20-1号和政发〔2014〕7号。"
    assert numbers(text)[:3] == [
        "云政发〔2015〕18号",
        "云政办发〔2015〕19号",
        "云政函〔2015〕20-1号",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "〔2015〕19号",
        "《通知》（2015）",
        "云政发〔2015〕",
        "（2015年）第3号楼",
        "人民路18号",
        "下发令人满意",
    ],
)
def test_what_is_no_document_number(text):
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("学习《条例》和《公开目录》", ["条例", "公开目录"]),
        ("印发《关于转发〈条例〉的通知》", ["关于转发〈条例〉的通知"]),
        ("印发《关于贯彻《公开条例》的意见》后", ["关于贯彻《公开条例》的意见"]),
        ("印发《甲《乙《丙》办法》通知》后", ["甲《乙《丙》办法》通知"]),
        ("印发《 公开办法　》后", ["公开办法"]),
        ("印发《关于做好公开的通知（云政发〔2013〕9号），各地", ["关于做好公开的通知"]),
        ("印发《要求各地落实。《办法》施行", ["办法"]),
        ("制定《实施意见(云政发〔2011〕2号)》", ["实施意见"]),
        ("印发《落实云政发〔2011〕2号文件的通知》", ["落实云政发〔2011〕2号文件的通知"]),
        ("》空《》、《 》和没有完的《", []),
        ("不带书名号的公开条例", []),
    ],
)
def test_titles(text, titles):
    assert surfaces(text, "DOC_TITLE") == titles


def test_a_quoted_name_says_where_its_closing_mark_is():
    text = "《甲《乙》》，《丙（云发〔2013〕9号）"
    assert [(text[q.start : q.end], q.close) for q in find_quoted(text)] == [
        ("甲《乙》", 6),
        ("丙", 9),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("《公开办法》（云政发〔2009〕5号）", [("公开办法", "云政发〔2009〕5号")]),
        ("《公开办法》(国务院令第492号)", [("公开办法", "国务院令第492号")]),
        ("《公开办法》云政发〔2009〕5号", [("公开办法", "云政发〔2009〕5号")]),
        ("《公开办法(云政发〔2009〕5号)》", [("公开办法", "云政发〔2009〕5号")]),
        ("《公开办法（云政发〔2009〕5号），", [("公开办法", "云政发〔2009〕5号")]),
        (
            "《方案》《要点》（云政发〔2009〕5号）和《目录》（云政发〔2009〕6号）",
            [("要点", "云政发〔2009〕5号"), ("目录", "云政发〔2009〕6号")],
        ),
        (
            "《印发云政发〔2011〕2号文件的通知》（云政发〔2012〕4号）",
            [("印发云政发〔2011〕2号文件的通知", "云政发〔2012〕4号")],
        ),
        ("《公开办法》，见云政发〔2009〕5号", []),
    ],
)
def test_has_number(text, found):
    assert links(text, "has_number") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("县政府办公室印发了《公开办法》", [("公开办法", "县政府办公室")]),
        ("县政府办公室2015年3月印发《公开办法》", [("公开办法", "县政府办公室")]),
        ("市政府的《公开办法》规定", [("公开办法", "市政府")]),
        ("县政府办《公开办法》", [("公开办法", "县政府办")]),
        (
            "县监察局、县政府办联合制定了《考核办法》",
            [("考核办法", "县监察局"), ("考核办法", "县政府办")],
        ),
        ("县政府办公室组织学习《公开办法》", []),
        ("县政府重视，《公开办法》施行", []),
        ("《县政府公开办法》由各单位印发", []),
    ],
)
def test_issued_by(text, found):
    assert links(text, "issued_by") == found
