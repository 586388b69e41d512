"""Dates and periods that hold a numeral; a range is one span."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.rules.dates import find_dates

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def dates(text: str) -> list[str]:
    return [text[start:end] for start, end in find_dates(text)]


STYLES = ("{y}年{m}月{d}日", "{y}年 {m} 月 {d} 日", "{y}年{m}月", "{m}月{d}日", "{y}年", "{y}年度")


@given(
    st.dates(),
    st.sampled_from(STYLES),
    st.booleans(),
    st.sampled_from(["𠮷", "于", "，", "\r\n"]),
)
def test_a_date_in_any_style_is_one_span(date, style, wide, before):
    surface = style.format(y=2000 + date.year % 30, m=date.month, d=date.day)
    surface = surface.translate(FULL_WIDTH) if wide else surface
    assert dates(f"全县{before}{surface}，县政府印发") == [surface]


@given(st.dates(), st.sampled_from("-/."))
def test_dates_in_digits(date, mark):
    surface = mark.join((str(2000 + date.year % 30), f"{date.month:02}", f"{date.day:02}"))
    assert dates(f"发布日期：{surface} 来源") == [surface]


@pytest.mark.parametrize(
    "surface",
    [
        "2016年1月1日到12月31日",
        "2016年1月1日至2016年12月31日",
        "2014年10月起至2015年3月",
        "2014—2016年",
        "2013年至2015年",
        "2015年1至6月",
        "2015年1-11月",
        "1至10月",
        "3月5日至6月2日",
        "3月5日至8日",
        "1月至10月",
        "今年4月",
        "去年12月底",
        "上年11月28日",
        "6月份",
        "12月",
        "5月上旬",
        "2015年底",
        "2014年第三季度",
        "二〇一五年三月二日",
        "二○一六年",
        "十月底",
        "２０１６年度",
    ],
)
def test_dates_and_ranges(surface):
    assert dates(f"县政府于{surface}印发通知") == [surface]


@pytest.mark.parametrize(
    "text",
    [
        "年初部署，近期完成，全年公开",
        "每季度公开，每月更新",
        "第3个月完成",
        "第5月例会",
        "历时12个月",
        "版本2015.36.80",
        "增长12.5%",
        "共2015件",
        "今年以来",
        "2年以上工作经验",
    ],
)
def test_what_holds_no_date(text):
    assert dates(text) == []


def test_dates_follow_one_another():
    text = "2013年和2014年，5月、9月各一次；2015-06-30、2015/7/1"
    assert dates(text) == ["2013年", "2014年", "5月", "9月", "2015-06-30", "2015/7/1"]
