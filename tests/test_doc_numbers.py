"""Document numbers: in every bracket, with their issuer code, and nothing that only looks alike."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ie.doc_numbers import NUMBER_CORE, ORDER, find_numbers

BRACKETS = ("〔〕", "[]", "()", "（）", "【】", "﹝﹞", "「」", "〖〗", "［］")


def numbers(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find_numbers(text)]


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
        ("国家税务总局公告2014年第67号", ["国家税务总局公告2014年第67号"]),
        ("按照市交通局公告第3号", ["市交通局公告第3号"]),
        ("本年度发布公告第3号", []),
        ("2009年5月1日公安部令第106号", ["公安部令第106号"]),
        ("原国家环保总局令2007年第35号", ["国家环保总局令2007年第35号"]),
    ],
)
def test_orders(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    "before",
    [
        "根据",
        "按照",
        "依据",
        "贯彻",
        "转发的",
        "印发",
        "落实",
        "文件以",
        "（",
        "同时废止",
        "以下简称",
        "原",
    ],
)
def test_words_before_an_issuer_code_stay_out(before):
    assert numbers(f"县政府{before}云政办发〔2015〕19号") == ["云政办发〔2015〕19号"]


@pytest.mark.parametrize("code", ["云财综〔2014〕3号", "云人社发〔2014〕3号"])
@pytest.mark.parametrize("body", ["县财政局", "县人民政府办公室", "4月2日"])
def test_the_name_of_a_body_or_a_date_that_runs_into_a_code_stays_out(body, code):
    assert numbers(f"{body}{code}") == [code]


@pytest.mark.parametrize(
    "code", ["原政发", "日政办发", "云区委办", "教办厅函", "云财局函", "和政发", "区政府办发"]
)
def test_codes_that_begin_like_other_words(code):
    assert numbers(f"《办法》（{code}〔2014〕3号）") == [f"{code}〔2014〕3号"]


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


PIECES = [
    "云政发〔2015〕3号",
    "国务院令第492号",
    "第711号令",
    "国办发（二〇二〇）五号",
    "〔2013〕4号",
    "（",
    "）",
    "和",
    "根据",
    "、",
    "。\r\n",
    "《公开办法》",
    "县政府",
    "😀",
    " ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
@example("云政发〔2015〕3号 第711号令")
@settings(max_examples=100, deadline=None)
def test_spans_lie_in_text_order_do_not_overlap_and_hold_one_number_each(text):
    end = 0
    for span in find_numbers(text):
        surface = text[span.start : span.end]
        assert span.label == "DOC_NUMBER"
        assert end <= span.start < span.end <= len(text)
        found = [*NUMBER_CORE.finditer(surface), *ORDER.finditer(surface)]
        assert found
        assert surface == surface.strip()
        end = span.end


@given(st.sampled_from(["，", "。\r\n", "；😀", "见"]), st.integers(1, 5), st.integers(1, 99_999))
@settings(max_examples=50, deadline=None)
def test_every_number_of_a_list_is_found_where_it_stands(between, count, serial):
    surface = f"云政办发〔2015〕{serial}号"
    text = between + between.join([surface] * count)
    step = len(between + surface)
    starts = [len(between) + i * step for i in range(count)]
    assert [(s.start, s.end) for s in find_numbers(text)] == [
        (start, start + len(surface)) for start in starts
    ]
