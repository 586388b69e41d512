"""via and by: through which channel a count came, and whose figure it is."""

import pytest
from found import HEADER, links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("通过县政府网站公开信息50条。", [("50条", "县政府网站")]),
        ("县电视台播发新闻6条。", [("6条", "县电视台")]),
        (
            "通过县政府网站公开信息50条，县电视台播发新闻6条。",
            [("50条", "县政府网站"), ("6条", "县电视台")],
        ),
        (
            "通过县政府网站、政务微信发布信息50条。",
            [("50条", "县政府网站"), ("50条", "政务微信")],
        ),
        # carried to the next count of the sentence
        (
            "在县政府网站发布信息20条，刊登公告5条。",
            [("20条", "县政府网站"), ("5条", "县政府网站")],
        ),
        # not to parts, to the next sentence, or to what comes through no channel
        ("县政府网站发布信息50条，其中文件20条。", [("50条", "县政府网站")]),
        ("县政府网站发布信息50条。发布公告3条。", [("50条", "县政府网站")]),
        ("县政府网站发布信息50条，举办培训2期。", [("50条", "县政府网站")]),
        ("县政府网站发布信息50条；受理行政复议3件。", [("50条", "县政府网站")]),
        ("县长信箱收到来信30件。", [("30件", "县长信箱")]),
        ("接听12345热线来电560个。", [("560个", "12345热线")]),
        # a channel that is what is counted
        ("召开新闻发布会3次。", []),
    ],
)
def test_via(text, found):
    assert links(text, "via") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("县教育局公开信息12条。", [("12条", "县教育局")]),
        (
            "公开信息21条，其中县教育局12条，县卫生局9条。",
            [("12条", "县教育局"), ("9条", "县卫生局")],
        ),
        ("县教育局累计公开信息12条。", [("12条", "县教育局")]),
        # the reporter itself, a body that does something else, another sentence
        ("县政府公开信息12条。", []),
        ("县政府办公室公开信息12条。", []),
        ("县教育局局长讲话，公开信息12条。", []),
        ("县教育局带头。公开信息12条。", []),
    ],
)
def test_by(text, found):
    assert links(HEADER + text, "by") == found


def test_by_leaves_out_the_body_that_the_header_names():
    text = "县教育局政府信息公开报告\n县教育局公开信息12条，县卫生局公开信息9条。"
    assert ("12条", "县教育局") not in links(text, "by")
