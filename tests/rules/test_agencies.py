"""AGENCY: named bodies, full, short and coordinated; generic ones, posts and channels are none."""

import pytest
from found import surfaces

from ie.rules.places import learn_places


def agencies(text: str) -> list[str]:
    return surfaces(text, "AGENCY")


@pytest.mark.parametrize(
    "name",
    [
        "国务院办公厅",
        "省政府",
        "县委",
        "县政府办",
        "州政府办公室",
        "新疆维吾尔自治区人民政府办公厅",
        "县委宣传部",
        "县公安局交警大队",
        "县文化广电和旅游局",
        "省发展和改革委员会",
        "市总工会",
        "团县委",
        "县妇联",
        "县纪委",
        "县人民法院",
        "区管委会",
        "监察局",
        "法制办",
        "住建局",
        "省（市）政府",
        "政府信息公开办公室",
        "县党务政务公开领导小组",
        # shared heads are one span
        "省、市政府",
        "国家、省、市政府",
        "州、县政府办公室",
    ],
)
def test_a_named_body_is_one_span(name):
    assert agencies(f"信息由{name}审核。") == [name]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("县委、县政府高度重视", ["县委", "县政府"]),
        ("市委市政府印发", ["市委", "市政府"]),
        ("县人大、政协监督", ["县人大", "政协"]),
        ("县政府办、县监察局、法制办检查", ["县政府办", "县监察局", "法制办"]),
        ("由市委、市政府办公室牵头", ["市委", "市政府办公室"]),
        ("县政府各组成部门公开", ["县政府"]),
        ("我县政府办公室发文", ["政府办公室"]),
        ("县教育局局长出席", ["县教育局"]),
        ("文化广电和旅游局发文", ["文化广电和旅游局"]),
    ],
)
def test_lists_and_neighbours(text, found):
    assert agencies(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "各部门、各单位均已落实",
        "有关部门公开",
        "我办、我县、本机关、本局均已落实",
        "各县政府、部分县政府、13县政府公开",
        "各乡镇人民政府公开",
        "全县各乡镇政府公开",
        "监察、保密等部门检查",
        "县委书记出席，市长讲话",
        "县委常委出席",
        "政府信息公开工作",
        "政府网站建设",
        "云溪县地处山区",
        "教育、卫生领域公开",
        "委托办理",
        "法院受理案件",
        # inside a title or a channel
        "印发《县政府信息公开办法》",
        "登录县政府网站查询",
        "县教育局微信公众号发布",
        "首页 > 县政府办 > 公开年报",
    ],
)
def test_generic_words_posts_titles_and_channels(text):
    assert agencies(text) == []


def test_places_are_learnt_from_the_bodies_that_they_name():
    text = "公开年报\n德胜街道办事处设立窗口。青山镇人民政府和白石镇人民政府公布信息。"
    assert {"德胜街道", "青山镇"} <= set(learn_places(text))
    assert agencies(text)[:2] == ["德胜街道办事处", "青山镇人民政府"]


def test_a_place_that_a_long_text_names_once_is_not_learnt():
    introduction = "本报告按要求编写。" * 80
    once = f"{introduction}，青山镇人民政府公布信息。"
    assert learn_places(once) == ()
    assert learn_places(once * 2) == ("青山镇",)


@pytest.mark.parametrize(
    "text", ["各乡镇人民政府", "本县人民政府", "有关县区人民政府", "推进街道办事处"]
)
def test_generic_places_are_not_learnt(text):
    assert learn_places(text) == ()
