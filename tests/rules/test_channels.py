"""CHANNEL: a kind noun with its name and operator; bare generic nouns are none."""

import pytest
from found import marked, surfaces


@pytest.mark.parametrize(
    ("surface", "type_"),
    [
        ("县政府网站", "website"),
        ("云溪县人民政府门户网站", "website"),
        ("省、市政府门户网站", "website"),
        ("“魅力云溪”政府门户网站", "website"),
        ("政府信息公开专栏", "website"),
        ("“回应关切”栏目", "website"),
        ("新浪微博", "weibo"),
        ("政务微信", "wechat"),
        ("“阳光村务”微信平台", "wechat"),
        ("县教育局微信公众号", "wechat"),
        ("云溪政务服务移动APP", "app"),
        ("手机客户端", "app"),
        ("云溪日报", "newspaper"),
        ("信息专报", "bulletin"),
        ("政府公报", "gazette"),
        ("县电视台", "tv"),
        ("广播电台", "radio"),
        ("12345政府服务热线", "hotline"),
        ("市长公开电话", "hotline"),
        ("县长信箱", "mailbox"),
        ("市档案馆", "archive"),
        ("县图书馆", "library"),
        ("公共阅览室", "reading_room"),
        ("政务公开栏", "notice_board"),
        ("LED显示屏", "screen"),
        ("电子触摸屏", "screen"),
        ("新闻发布会", "press_conference"),
        ("在线访谈", "interview"),
        ("政务服务大厅", "service_hall"),
        ("便民服务中心", "service_hall"),
        ("依申请公开系统", "platform"),
        ("政务服务平台", "platform"),
        ("政务新媒体", "other"),
    ],
)
def test_a_channel_with_its_type(surface, type_):
    a = marked(f"全县通过{surface}公开信息。")
    assert [(a.text(s), s.attrs.type) for s in a.of("CHANNEL")] == [(surface, type_)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("通过县政府网站、政务微信和县电视台发布", ["县政府网站", "政务微信", "县电视台"]),
        ("开通新浪微博@云溪发布、政务微信", ["新浪微博@云溪发布", "政务微信"]),
        ("登录我县门户网站查询", ["门户网站"]),
        ("建设全县政务新媒体", ["政务新媒体"]),
        ("建好各级门户网站", ["门户网站"]),
        # quotes stay where a kind noun follows, and go where they hold the whole name
        ("建立“阳光村务”微信平台", ["“阳光村务”微信平台"]),
        ("关注“云溪发布”。", ["云溪发布"]),
        ("开通“县长信箱”。", ["县长信箱"]),
        ("2015年县政府网站改版", ["县政府网站"]),
        ("设5个政务公开栏", ["政务公开栏"]),
        ("市档案馆、县图书馆设查阅点", ["市档案馆", "县图书馆", "查阅点"]),
    ],
)
def test_where_a_name_begins_and_ends(text, found):
    assert surfaces(text, "CHANNEL") == found


@pytest.mark.parametrize(
    "text",
    [
        "拓宽渠道，搭建平台，丰富载体",
        "利用网络、媒体、网站和栏目公开",
        "建设网站和系统",
        "设立专栏和专题",
        "接入电子监察系统",
        "使用OA办公系统",
        "使用行政审批监察平台",
        "建成数据共享交换平台",
        "全县政府系统开展学习",
        "推广广播体操",
        "开展专题培训",
        "打击新闻乱象",
        "学习《县政府网站管理办法》",
        "首页 > 县政府网站 > 公开年报",
    ],
)
def test_generic_nouns_internal_systems_and_titles(text):
    assert surfaces(text, "CHANNEL") == []
