"""COUNT and RATE: number, approximator and unit are one span; names that hold digits are none."""

import pytest
from found import marked, surfaces
from hypothesis import given
from hypothesis import strategies as st

from ie.rules.quantities import UNITS, find_counts, find_rates


def counts(text: str) -> list[tuple[str, float, str | None, str | None]]:
    found = find_counts(text, lambda start, end: False)
    return [
        (text[s.start : s.end], s.attrs.value, s.attrs.unit, s.attrs.approx)
        for s in found
        if s.attrs.value is not None
    ]


@pytest.mark.parametrize(
    ("surface", "value", "unit", "approx"),
    [
        ("642条", 642, "条", None),
        ("29219条", 29219, "条", None),
        ("１２件", 12, "件", None),
        ("１，２３４条", 1234, "条", None),
        ("12,345份", 12345, "份", None),
        ("30 件", 30, "件", None),
        ("三千二百零五件", 3205, "件", None),
        ("一万二千条", 12_000, "条", None),
        ("三个", 3, "个", None),
        ("16.4万条", 164_000, "条", None),
        ("３.5万元", 35_000, "元", None),
        ("254.15亿元", 25_415_000_000, "元", None),
        ("5千份", 5000, "份", None),
        ("600人次", 600, "人次", None),
        ("35人（次）", 35, "人次", None),
        ("24小时", 24, "小时", None),
        ("15个工作日", 15, "工作日", None),
        ("488.77亩", 488.77, "亩", None),
        ("13县", 13, "县", None),
        ("4大", 4, "大", None),
        # approximators inside
        ("2900多条", 2900, "条", "more"),
        ("10730余条", 10730, "条", "more"),
        ("400多平方米", 400, "平方米", "more"),
        ("两百多条", 200, "条", "more"),
        ("十余次", 10, "次", "more"),
        ("百余次", 100, "次", "more"),
        ("3万多份", 30_000, "份", "more"),
        ("18754万余条", 187_540_000, "条", "more"),
        ("20来人", 20, "人", "about"),
        # before
        ("约300条", 300, "条", "about"),
        ("近3万人次", 30_000, "人次", "about"),
        ("接近200件", 200, "件", "about"),
        ("超过50份", 50, "份", "more"),
        ("逾2000次", 2000, "次", "more"),
        ("至少6场", 6, "场", "more"),
        ("不足100件", 100, "件", "less"),
        ("不到90人", 90, "人", "less"),
        # after
        ("10件以上", 10, "件", "more"),
        ("20项以下", 20, "项", "less"),
        ("1000人左右", 1000, "人", "about"),
        # ranges
        ("3000-4000条", 3000, "条", "about"),
        ("5～8件", 5, "件", "about"),
        ("三至五名", 3, "名", "about"),
    ],
)
def test_a_count_is_one_span(surface, value, unit, approx):
    text = f"全县共有{surface}。"
    assert counts(text) == [(surface, value, unit, approx)]
    assert surfaces(text, "COUNT") == [surface]


@given(st.integers(1, 10**9), st.sampled_from(["条", "件", "份", "元", "人次", "篇", "亩"]))
def test_any_number_keeps_its_value_and_place(n, unit):
    for surface in (f"{n}{unit}", f"{n:,}{unit}"):
        assert counts(f"𠮷共{surface}，") == [(surface, n, unit, None)]


@pytest.mark.parametrize("unit", UNITS.values(), ids=lambda u: u.surface)
def test_every_unit_of_the_table_ends_its_span(unit):
    assert counts(f"共计37{unit.surface}。") == [(f"37{unit.surface}", 37, unit.unit, None)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("微博粉丝数54373，", ["54373"]),
        ("总浏览量536万，", ["536万"]),
        ("视频播放超3170万。", ["超3170万"]),
        ("设23个大类、120个小类", ["23个", "120个"]),
        ("每周一期", ["一期"]),
        ("整合到一个系统", ["一个"]),
    ],
)
def test_counts_with_no_unit_and_real_ones(text, found):
    assert surfaces(text, "COUNT") == found


@pytest.mark.parametrize(
    "text",
    [
        "依照第15条办理",
        "第一时间公开",
        "第三次会议",
        "（二）加强领导",
        "一是健全机制，二是强化监督",
        "１．组织领导",
        "联系电话：0518-6688123",
        "传真（0518）66881234",
        "邮政编码：222400",
        "手机：13800001111",
        "开通12345热线",
        "拨打12345、96001平台",
        "邮箱a12@yunxi.cn",
        "网址http://www.yunxi.cn/2013/12.html",
        "地址：人民路18号",
        "上午8:30至17：30开放",
        "上午8时30分开放",
        "三公经费公开",
        "落实五公开",
        "推行双随机、一公开",
        "建立三级审核制度",
        "两馆开放",
        "一网通办",
        "坚持三重一大决策",
        "发布一批、一系列信息",
        "每一封来信",
        "没有发生一起诉讼",
        "千方百计拓宽",
        "位列第3位",
        "全县排名前5位",
        "2015年6月",
        "国务院令第492号",
        "云政发〔2015〕18号",
        "《2015年工作要点100条》",
        "共1234567890123456789012条",
        "A3条",
        "13\n 27 \n0.5\n",
    ],
)
def test_digits_that_count_nothing(text):
    assert surfaces(f"县政府：\n{text}。", "COUNT") == []


@pytest.mark.parametrize(
    ("surface", "value", "unit", "approx"),
    [
        ("96.85%", 0.9685, "%", None),
        ("１００％", 1, "%", None),
        ("98.5 %", 0.985, "%", None),
        ("95%以上", 0.95, "%", "more"),
        ("50%左右", 0.5, "%", "about"),
        ("超过90%", 0.9, "%", "more"),
        ("近40%", 0.4, "%", "about"),
        ("3‰", 0.003, "‰", None),
        ("3.2个百分点", 0.032, "个百分点", None),
        ("1.5倍", 1.5, "倍", None),
        ("百分之四十", 0.4, None, None),
        ("百分之十二点五", 0.125, None, None),
        ("百分之95", 0.95, None, None),
        ("千分之三", 0.003, None, None),
        ("三分之二", round(2 / 3, 10), None, None),
    ],
)
def test_a_rate_is_one_span(surface, value, unit, approx):
    text = f"办结率为{surface}。"
    (rate,) = find_rates(text)
    assert text[rate.start : rate.end] == surface
    assert (rate.attrs.value, rate.attrs.unit, rate.attrs.approx) == (value, unit, approx)
    assert surfaces(text, "RATE") == [surface]
    assert surfaces(text, "COUNT") == []


@given(st.integers(0, 10_000))
def test_percentages_are_exact(hundredths):
    surface = f"{hundredths / 100:.2f}%"
    assert [r.attrs.value for r in find_rates(f"为{surface}")] == [round(hundredths / 10_000, 10)]


def test_counts_and_rates_of_one_sentence():
    a = marked("全县办结申请两百多件，占百分之四十，是上年的1.5倍。")
    found = [(a.text(s), s.label) for s in a.spans if s.label in ("COUNT", "RATE")]
    assert found == [("两百多件", "COUNT"), ("百分之四十", "RATE"), ("1.5倍", "RATE")]
