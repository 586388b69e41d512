"""part_of: in lists, in brackets, by exact sums, across sections."""

import pytest
from found import codes, links

ONLINE = "其中网络申请30件，信函申请12件，当面申请10件"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # lists after 其中, in brackets, after a colon, in the next sentence
        (f"收到申请52件，{ONLINE}。", [("30件", "52件"), ("12件", "52件"), ("10件", "52件")]),
        ("收到申请52件（其中网络申请30件、信函申请9件）。", [("30件", "52件"), ("9件", "52件")]),
        ("收到申请52件（网络30件、信函9件），答复率100%。", [("30件", "52件"), ("9件", "52件")]),
        ("公开信息90条：工作动态60条，文件20条。", [("60条", "90条"), ("20条", "90条")]),
        ("公开信息90条。其中，工作动态60条，文件20条。", [("60条", "90条"), ("20条", "90条")]),
        ("收到来信80件，按渠道分，网上40件，邮寄30件。", [("40件", "80件"), ("30件", "80件")]),
        ("编发信息60期，其中专题信息48期。", [("48期", "60期")]),
        # the total that the items add up to, not the nearest
        (
            "公开信息90条，更新信息70条，其中工作动态50条，文件40条。",
            [("50条", "90条"), ("40条", "90条")],
        ),
        # an exact sum needs no word
        ("公开信息100条，工作动态60条，文件40条。", [("60条", "100条"), ("40条", "100条")]),
        ("公开信息100条，工作动态60条，文件30条。", []),
        # received and completed
        ("受理来信32件，办结27件。", [("27件", "32件")]),
        # what ends a list
        (
            "公开信息90条，其中文件20条；另外更新信息50条。",
            [("20条", "90条")],
        ),
        # other kinds of things are no parts
        ("公开信息90条，其中图片30张，文件40条。", [("40条", "90条")]),
        ("公开信息90条，召开会议3次。", []),
        ("公开信息90条。公开信息20条。", []),
        # an exact sum of other things is a coincidence
        ("行政复议5件，行政诉讼3件，举报投诉2件。", []),
        # a part that borrows the phrase of its total
        ("公开信息60期，其中市级48期。", [("48期", "60期")]),
        # a figure out of scale is a part all the same, one only larger is none
        ("公开信息90条，其中文件18754万条。", [("18754万条", "90条")]),
        ("公开信息90条，其中文件120条。", []),
        # a list in a bracket inside a list
        (
            "公开信息90条，其中动态信息60条（含工作动态25条），文件20条。",
            [("60条", "90条"), ("25条", "60条"), ("20条", "90条")],
        ),
    ],
)
def test_part_of(text, found):
    assert links(text, "part_of") == found


def test_parts_in_another_section_that_add_up_to_a_total():
    body = (
        "一、主动公开政府信息情况\n公开政府信息90条。\n二、公开方式\n公开信息{}条，公布信息60条。"
    )
    assert links(body.format(30), "part_of") == [("30条", "90条"), ("60条", "90条")]
    assert links(body.format(31), "part_of") == []


def test_the_code_of_a_part_follows_its_total():
    assert codes(f"收到申请52件，{ONLINE}。") == [
        ("52件", "requests_received"),
        ("30件", "requests_online"),
        ("12件", "requests_letter"),
        ("10件", "requests_in_person"),
    ]
    assert codes("公开信息90条，其中市级20条。")[1] == ("20条", "disclosed")
    assert codes("公开信息90条，其中农业20条。")[1] == ("20条", "disclosed")
    assert codes("农业20条。") == [("20条", "other")]
