"""What a copied web page leaves around a report counts nothing and names nobody."""

import pytest
from found import cut, marked

from ie.document import Span
from ie.rules.chrome import find_addresses, find_counters, find_navigation


def found(text: str, intervals: list[tuple[int, int]]) -> list[str]:
    return cut(text, [Span(start, end, "DATE") for start, end in intervals])


@pytest.mark.parametrize(
    "line",
    [
        "首页 > 政务公开 > 县政府办",
        "您的位置：首页>公开",
        "当前位置： 首页 » 年报",
        "公开 > 县教育局 > 年报",
    ],
)
def test_navigation_is_a_whole_line(line):
    text = f"云溪县\n{line}\n正文。"
    assert found(text, find_navigation(text)) == [line]


@pytest.mark.parametrize("line", ["首页改版完成。", "金额 > 5万元", "县政府办公开信息。"])
def test_other_lines_are_not(line):
    assert find_navigation(f"{line}\n正文。") == []


@pytest.mark.parametrize(
    ("text", "counters"),
    [
        ("浏览次数：1234次 打印", ["浏览次数：1234次"]),
        ("点击量: 56", ["点击量: 56"]),
        ("阅读：[ 789", ["阅读：[ 789"]),
        ("字体：大 中 小", ["字体：大 中 小"]),
        ("申请\n 13 \n0.5\n13件", [" 13 ", "0.5"]),
        ("访问量达1234次", []),
    ],
)
def test_counters_and_table_cells(text, counters):
    assert found(text, find_counters(text)) == counters


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("网址http://www.yunxi.gov.cn/2015/01.html。", ["http://www.yunxi.gov.cn/2015/01.html"]),
        ("邮箱yx12@yunxi.cn，", ["yx12@yunxi.cn"]),
        ("咨询电话：0518-6688123，", ["电话：0518-6688123"]),
        ("0518-66881234转", ["0518-66881234"]),
        ("8:30至17：30", ["8:30", "17：30"]),
        ("8时30分", ["8时30分"]),
        ("人民路18号", ["18号"]),
        ("公开18件", []),
    ],
)
def test_addresses_and_clock_times(text, addresses):
    assert found(text, find_addresses(text)) == addresses


def test_only_date_and_source_of_a_page_head_are_marked():
    a = marked(
        "首页 > 县教育局 > 2014年年报\n浏览次数：1234次 字体：大 中 小\n"
        "发布日期：2015-03-02 来源：云溪县政府办\n一、概述\n公开信息5条。"
    )
    assert [(s.label, a.text(s)) for s in a.spans] == [
        ("DATE", "2015-03-02"),
        ("AGENCY", "云溪县政府办"),
        ("INDICATOR", "公开信息"),
        ("COUNT", "5条"),
    ]
