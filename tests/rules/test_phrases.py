"""INDICATOR phrases: before or after their number, borrowed, asserted, in any clause."""

import pytest
from found import links


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        # before the number
        ("全年主动公开政府信息642条。", "主动公开政府信息"),
        ("全市累计主动公开政府信息56条。", "主动公开政府信息"),
        ("我局发布信息56条。", "发布信息"),
        ("（一）主动公开信息56条", "主动公开信息"),
        ("截至12月底，收到申请共计3件。", "收到申请"),
        ("2015年，受理行政复议案件17起。", "受理行政复议案件"),
        ("点击量达16.4万次以上。", "点击量"),
        ("按时办结率为96.85%。", "按时办结率"),
        ("全年群众满意率达98%以上。", "群众满意率"),
        ("微博粉丝数54373，", "粉丝数"),
        ("通过县政府网站发布信息50条。", "发布信息"),
        ("县教育局公开信息12条。", "公开信息"),
        ("发放宣传册（含折页）300份。", "发放宣传册"),
        ("全年召开新闻发布会3次。", "召开新闻发布会"),
        ("信息发布量由2013年的1128条增加。", "信息发布量"),
        ("公开信息同比增长12%。", "同比增长"),
        # after it
        ("共有27个单位。", "单位"),
        ("设置23个大类。", "大类"),
        ("全县78个项目开工建设。", "项目开工建设"),
        ("共有65家单位签订了责任书。", "单位签订了责任书"),
        ("建立三个工作小组。", "工作小组"),
        ("整合到一个系统。", "系统"),
        # what is counted is itself a channel
        ("开展在线访谈10期。", "在线访谈"),
        ("信息公开查阅点5个。", "信息公开查阅点"),
        ("编发《公开简报》12期。", "公开简报"),
    ],
)
def test_what_a_number_counts(text, phrase):
    assert [tail for _, tail in links(text, "measures")] == [phrase]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "举办培训2期，参训人员80人次。",
            [("2期", "举办培训"), ("80人次", "参训人员")],
        ),
        # borrowed: a part with no phrase of its own counts what its total counts
        (
            "全年编发信息60期，其中市级48期。",
            [("60期", "编发信息"), ("48期", "编发信息")],
        ),
        (
            "县卫生局公开信息21条，县教育局9条。",
            [("21条", "公开信息"), ("9条", "公开信息")],
        ),
        (
            "信息发布量由2013年的1128条增加到2014年的1500条。",
            [("1128条", "信息发布量"), ("1500条", "信息发布量")],
        ),
        # but not what only modifies it
        ("设23个大类，共56个。", [("23个", "大类")]),
        # shared with the number after it
        ("共有13县、27个单位。", [("13县", "单位"), ("27个", "单位")]),
        # a noun of its own for each
        (
            "全县46个部门以及13个乡镇公开了目录。",
            [("46个", "部门"), ("13个", "乡镇")],
        ),
        ("设23个大类、120个小类。", [("23个", "大类"), ("120个", "小类")]),
    ],
)
def test_numbers_of_one_sentence(text, found):
    assert links(text, "measures") == found


@pytest.mark.parametrize(
    "text", ["其中，市级48期。", "2014年的1500条。", "全县各镇共12件。", "达5000份。"]
)
def test_a_number_may_count_nothing_that_is_named(text):
    assert links(text, "measures") == []


def test_nothing_is_borrowed_over_the_end_of_a_sentence():
    text = "公开信息21条。市级9条。"
    assert links(text, "measures") == [("21条", "公开信息")]
