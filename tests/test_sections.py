from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.document import Document
from ie.sections import Section, find_sections, find_title, kind_of


def outline(text: str) -> list[tuple[int, str, str]]:
    return [(s.level, s.number, s.title) for s in find_sections(text)]


REPORT = """2016年青河县政府信息公开工作年度报告
根据条例编制。
一、概述
2016年，我县认真贯彻条例。
（一）加强领导。县政府成立领导小组。
1.明确分工。由办公室负责。
(1)办公室。
(2)档案馆。
2、完善制度
（二）拓宽渠道
二、主动公开政府信息情况
一是公开文件2.5万条，为上年的1.5倍。
三、依申请公开政府信息办理情况
无。
"""


def test_outline_with_intervals():
    sections = find_sections(REPORT)
    assert [(s.level, s.number, s.title, s.kind) for s in sections] == [
        (1, "一", "概述", "overview"),
        (2, "一", "加强领导", "overview"),
        (3, "1", "明确分工", "overview"),
        (4, "1", "办公室", "overview"),
        (4, "2", "档案馆", "overview"),
        (3, "2", "完善制度", "overview"),
        (2, "二", "拓宽渠道", "proactive"),
        (1, "二", "主动公开政府信息情况", "proactive"),
        (1, "三", "依申请公开政府信息办理情况", "requests"),
    ]
    for section in sections:
        assert REPORT[section.start :].startswith((section.number, "(", "（"))
    overview, proactive = sections[0], sections[7]
    assert overview.end == proactive.start == REPORT.index("二、主动")
    assert sections[1].end == sections[6].start
    assert sections[6].end == proactive.start
    assert sections[-1].end == len(REPORT)
    assert Document(REPORT).sections == sections


@pytest.mark.parametrize(
    ("line", "number", "title"),
    [
        ("一、概述", "一", "概述"),
        ("　　一、概述", "一", "概述"),
        ("一 、 概述", "一", "概述"),
        ("一．概述", "一", "概述"),
        ("一，概述", "一", "概述"),
        ("第一部分　概述", "一", "概述"),
        ("第一章 概述", "一", "概述"),
        ("第一、概述", "一", "概述"),
        ("十二、其他需要报告的事项", "十二", "其他需要报告的事项"),
        ("( 一 )组织领导", "一", "组织领导"),
        ("﹙一﹚组织领导", "一", "组织领导"),
        ("【一】组织领导", "一", "组织领导"),
        ("㈠组织领导", "一", "组织领导"),
        ("（一）、组织领导", "一", "组织领导"),
        ("1.组织领导", "1", "组织领导"),
        ("１．组织领导", "1", "组织领导"),
        ("⒈组织领导", "1", "组织领导"),
        ("1 、组织领导", "1", "组织领导"),
        ("（1）组织领导", "1", "组织领导"),
        ("1）组织领导", "1", "组织领导"),
        ("（二）加强组织领导。县委成立小组。", "二", "加强组织领导"),
        ("（二）工作机制：县委成立小组。", "二", "工作机制"),
        ("一、概述……………1", "一", "概述"),
        ("三、三公经费公开情况", "三", "三公经费公开情况"),
        ("一、第一时间公开疫情", "一", "第一时间公开疫情"),
        ("四、不予公开政府信息情况", "四", "不予公开政府信息情况"),
    ],
)
def test_mark_at_the_start_of_a_line(line, number, title):
    assert outline(line) == outline(f"前言\r\n{line}\r\n正文。") == [(1, number, title)]


@pytest.mark.parametrize(
    "line",
    [
        "一是健全机制。",
        "1.5倍于上年。",
        "2.5万条信息。",
        "2016年主动公开。",
        "16、17日召开会议。",
        "一、二级单位全部公开。",
        "（一）项规定的信息。",
        "第二十条第（一）项",
        "第一，加强领导。",
        "十，其中三件。",
        "1.",
        "一、",
        "一、2016",
        "您当前的位置:首页 > 政府信息公开 > 年报",
        "字号:[大 中 小] 分享到:",
        "扫一扫在手机打开当前页",
    ],
)
def test_what_is_no_heading(line):
    assert outline(line) == outline(f"前言\n{line}\n") == []


def test_run_on_text_without_line_breaks():
    text = (
        "首页 > 信息公开年报 2014年白水县政府信息公开工作年度报告 时间:2015-03-01 "
        "现将有关情况报告如下:一、概述2014年,我县认真贯彻条例。(一)组织领导。成立小组,"
        "一是健全机制。(二)制度建设。修订制度3项。二、主动公开政府信息的情况全县公开信息"
        "2.5万条。其中:1.网站100条;2.微博200条。三、依申请公开政府信息情况2014年收到3件。"
        "四、政府信息公开收费及减免情况未收费。五、信息公开引起的行政复议、行政诉讼情况"
        "无。六、存在的主要问题及改进措施(一)存在问题。不够及时。(二)改进措施。加强培训。"
    )
    assert outline(text) == [
        (1, "一", "概述"),
        (2, "一", "组织领导"),
        (2, "二", "制度建设"),
        (1, "二", "主动公开政府信息的情况"),
        (1, "三", "依申请公开政府信息情况"),
        (1, "四", "政府信息公开收费及减免情况"),
        (1, "五", "信息公开引起的行政复议、行政诉讼情况"),
        (1, "六", "存在的主要问题及改进措施"),
        (2, "一", "存在问题"),
        (2, "二", "改进措施"),
    ]


@pytest.mark.parametrize(
    "contents",
    [
        "目录\n一、概述………1\n二、主动公开情况\t2\n三、收费情况 3\n\n前言。\n",
        "全文包括:一、概述;二、主动公开情况;三、收费情况。",
    ],
)
def test_a_table_of_contents_is_no_section(contents):
    text = f"{contents}\n一、概述\n正文。\n二、主动公开情况\n正文。\n三、收费情况\n无。\n"
    sections = find_sections(text)
    assert [s.title for s in sections] == ["概述", "主动公开情况", "收费情况"]
    assert sections[0].start == text.rindex("一、")


def test_a_report_that_stands_twice_keeps_its_sections():
    sections = find_sections(REPORT + REPORT)
    assert len(sections) == 2 * len(find_sections(REPORT))


def test_rows_of_the_standard_table_are_no_headings():
    text = (
        "三、收到和处理政府信息公开申请情况\n一、本年新收政府信息公开申请数量\n9\n"
        "二、上年结转政府信息公开申请数量\n0\n三、本年度办理结果\n（一）予以公开\n3\n"
        "（三）不予公开\n1.属于国家秘密\n（七）总计\n四、结转下年度继续办理\n0\n"
        "四、政府信息公开行政复议、行政诉讼情况\n"
    )
    assert [s.kind for s in find_sections(text)] == ["requests", "reviews"]


FORM_OF_2019 = """青河县水务局2021年政府信息公开工作年度报告
一、总体情况
2021年，青河县水务局认真贯彻《条例》。
（一）主动公开。全年发布信息120条。
（二）依申请公开。收到申请3件。
二、主动公开政府信息情况
第二十条第（一）项
信息内容 制发件数 废止件数 现行有效
行政规范性文件 2 1 12
第二十条第（八）项
行政事业性收费 72.3
三、收到和处理政府信息公开申请情况
（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）
一、本年新收政府信息公开申请数量 3 0 0 0 0 0 3
二、上年结转政府信息公开申请数量 0 0 0 0 0 0 0
三、本年度办理结果
（一）予以公开 3 0 0 0 0 0 3
（三）不予公开
1.属于国家秘密 0 0 0 0 0 0 0
（五）不予处理
2.重复申请 0 0 0 0 0 0 0
（六）其他处理
3.其他 0 0 0 0 0 0 0
（七）总计 3 0 0 0 0 0 3
四、结转下年度继续办理 0 0 0 0 0 0 0
四、政府信息公开行政复议、行政诉讼情况
结果维持 结果纠正 其他结果 尚未审结 总计
0 0 0 0 0
五、存在的主要问题及改进情况
（一）存在问题。公开不够及时。
（二）改进情况。加强培训。
六、其他需要报告的事项
本年度未收取信息处理费。
"""


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "", " ", "\u2028", "\v", "\f"])
@pytest.mark.parametrize("cell_break", [" ", "\t", "\n", ""])
def test_the_form_of_2019_whatever_parts_its_lines_and_cells(line_break, cell_break):
    text = FORM_OF_2019.replace(" ", cell_break).replace("\n", line_break)
    assert outline(text) == [
        (1, "一", "总体情况"),
        (2, "一", "主动公开"),
        (2, "二", "依申请公开"),
        (1, "二", "主动公开政府信息情况"),
        (1, "三", "收到和处理政府信息公开申请情况"),
        (1, "四", "政府信息公开行政复议、行政诉讼情况"),
        (1, "五", "存在的主要问题及改进情况"),
        (2, "一", "存在问题"),
        (2, "二", "改进情况"),
        (1, "六", "其他需要报告的事项"),
    ]


def test_headings_within_a_line_after_one_that_is_lost():
    text = (
        "一、总体情况全年公开信息9条。（一）主动公开方面。略。（二）监督保障方面。略。"
        "（一）2021年工作中存在的主要问题。略。（二）改进情况。略。六、其他需要报告的事项无。"
    )
    assert [(s.number, s.kind) for s in find_sections(text)] == [
        ("一", "overview"),
        ("一", "proactive"),
        ("二", "overview"),
        ("一", "problems"),
        ("二", "problems"),
        ("六", "other"),
    ]


def test_the_styles_in_use_make_the_levels():
    assert outline("（一）主动公开方面。全年\n（二）依申请公开方面。全年\n") == [
        (1, "一", "主动公开方面"),
        (1, "二", "依申请公开方面"),
    ]
    deep = "第一部分 总述\n一、概述\n（一）领导\n1.制度\n（1）培训\n"
    assert [s.level for s in find_sections(deep)] == [1, 2, 3, 4, 4]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("总体情况", "overview"),
        ("主动公开政府信息的情况", "proactive"),
        ("政府信息公开情况", "proactive"),
        ("收到和处理政府信息公开申请情况", "requests"),
        ("依申请公开政府信息收费及减免情况", "fees"),
        ("因政府信息公开申请行政复议、提起行政诉讼的情况", "reviews"),
        ("咨询处理情况", "consultations"),
        ("政府信息公开工作存在的主要问题及改进情况", "problems"),
        ("其他需要报告的事项", "other"),
    ],
)
def test_kind_of_a_title(title, kind):
    assert kind_of(title) == kind


def test_plans_stay_with_the_problems():
    text = "五、存在的问题和改进措施\n（一）加大主动公开力度\n六、其他事项\n（一）收费情况\n"
    assert [s.kind for s in find_sections(text)] == ["problems", "problems", "other", "fees"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (REPORT, "2016年青河县政府信息公开工作年度报告"),
        (
            "当前位置: 首页 > 信息公开年报\r\n青河县2016年政府信息公开年报\r\n发布时间",
            "青河县2016年政府信息公开年报",
        ),
        (
            "首页 > 信息公开年报 2014年白水县政府信息公开工作年度报告 时间:2015-03-01 根据",
            "2014年白水县政府信息公开工作年度报告",
        ),
        (
            "2014年白水县政府信息公开工作年度报告根据条例编制。",
            "2014年白水县政府信息公开工作年度报告",
        ),
        ("根据条例,现公布《2014年白水县政府信息公开工作年度报告》。", None),
        (
            "青河县水务局2013年度信息公开工作\n年度报告\n一、概述",
            "青河县水务局2013年度信息公开工作\n年度报告",
        ),
        (
            "首页政务公开2016年青河州政府信息公开工作年度报告根据",
            "2016年青河州政府信息公开工作年度报告",
        ),
        (
            "区政府白水市青河区人民政府2013年政府信息公开工作年度报告时间",
            "白水市青河区人民政府2013年政府信息公开工作年度报告",
        ),
        ("市政府2016年政府信息公开年度报告根据", "市政府2016年政府信息公开年度报告"),
        ("政府信息公开2016年度报告根据", "政府信息公开2016年度报告"),
        ("关于2016年政府信息公开工作的报告 一、", "关于2016年政府信息公开工作的报告"),
        ("关于报送青河县2016年政府信息公开年报的函", "青河县2016年政府信息公开年报"),
        ("《关于报送〈2014年白水县政府信息公开工作年度报告〉的函》收悉。", None),
        ("（一）主动公开方面。全年公开信息3条。", None),
        ("", None),
    ],
)
def test_title_line(text, title):
    found = find_title(text)
    assert (found and text[slice(*found)]) == title


def check(text: str, sections: tuple[Section, ...]) -> None:
    assert [s.start for s in sections] == sorted({s.start for s in sections})
    for i, section in enumerate(sections):
        assert 0 <= section.start < section.end <= len(text)
        assert 1 <= section.level <= 4
        assert section.number
        assert section.title in text[section.start : section.end]
        closing = (s.start for s in sections[i + 1 :] if s.level <= section.level)
        assert section.end == next(closing, len(text))


MARKS = [
    "一",
    "二",
    "十",
    "第",
    "部分",
    "、",
    ".",
    "．",
    "(",
    "（",
    ")",
    "）",
    "1",
    "２",
    "㈠",
    "⒈",
]
WORDS = ["概述", "主动公开情况", "问题", "2014年", "截至", "我县", "公开", "年度报告", "《", "》"]
SPACES = [
    " ",
    "\u3000",
    "\n",
    "\r\n",
    "\u2028",
    "\x00",
    "\ud800",
    "。",
    "：",
    "，",
    "😀",
    "々",
    "𠮷",
]
PIECES = st.sampled_from([*MARKS, *WORDS, *SPACES])


@given(st.lists(PIECES | st.text(max_size=3), max_size=60).map("".join))
def test_any_text_has_an_ordered_outline(text):
    check(text, find_sections(text))
    title = find_title(text)
    assert title is None or (0 <= title[0] < title[1] <= len(text))


@pytest.mark.parametrize("piece", ["第", "《", "1", "一", "(", "一、", "第一部分", "一、概述", " "])
def test_a_megabyte_of_one_thing(piece):
    # Quadratic time would take hours here, and the test with it.
    text = piece * (2**20 // len(piece))
    check(text, find_sections(text))
    find_title(text)
