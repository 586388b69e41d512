"""What annotators read beside a task: the annotation guide in short, in Chinese.

It is HTML of the few tags that Label Studio keeps. That every label, attribute and relation
is in it is tested against :mod:`ie.labels`.
"""

from __future__ import annotations

from typing import Final

from ie.labels import RELATIONS, SPAN_LABELS

MARKS: Final[dict[str, tuple[str, str]]] = {
    "COUNT": (
        "数词连同量词或单位：<code>29219条</code>、<code>16.4万条</code>、<code>2900多条</code>、"
        "<code>5万元</code>。紧邻其前的约、近、超过、不足等标在内；"
        "“23个大类”只标<code>23个</code>",
        "日期、时刻、电话、邮编、序数、列表序号、文号中的数字，“三公经费”“双随机”等固定名称",
    ),
    "RATE": (
        "百分比、倍数、成数：<code>96.85%</code>、<code>百分之四十</code>、<code>1.5倍</code>。"
        "紧随其后的以上、以下、左右标在内（数量亦同）",
        "",
    ),
    "DOC_NUMBER": (
        "发文字号，括号形式不限：<code>国办公开办函〔2019〕60号</code>",
        "外面的圆括号",
    ),
    "DOC_TITLE": (
        "《》内的法规、规章、通知、方案、目录等名称，书名号不标，嵌套时取最外层",
        "没有《》的名称；报纸、简报、期刊（标渠道）",
    ),
    "AGENCY": (
        "有名称的机关、单位及其内设机构、领导小组，全称简称均可；"
        "并列的逐个标，共用中心语的（<code>市、县政府</code>）标一个",
        "各部门、有关部门、我办、本机关等泛称；单独的地名；文件名之内的机构；企业和媒体",
    ),
    "CHANNEL": (
        "发布信息或服务公众的媒介、场所，连同名称和主办者：<code>区政府网站</code>、"
        "<code>政务公开栏</code>、<code>新闻发布会</code>。并列的逐个标",
        "单独的渠道、平台、载体、媒体、网络；OA 等内部系统",
    ),
    "INDICATOR": (
        "说明数量或比率所计何物的短语，以意思完整的最短者为限：<code>行政复议案件</code>（17起）、"
        "<code>按时办结率</code>（96.85%）。所计之物本身是渠道时，同一处既标指标又标渠道",
        "有、达、产生等虚动词",
    ),
    "DATE": (
        "含有数字的日期或时段：<code>2013年</code>、<code>6月份</code>；起止时段标一个",
        "年初、近期、全年、每季度；文号和文件名之内的年份",
    ),
}
"""Label → what to mark, and what not."""

READINGS: Final = {
    "measures": "所计的指标",
    "via": "经由的渠道（仅数量）",
    "by": "句中指明的、比报告主体更具体的机构",
    "part_of": "“其中”的部分 → 其总数",
    "has_number": "文件名 → 与之同现的文号",
    "issued_by": "文件名或文号 → 句中（文件名之外）指明的印发机构",
}
"""Relation → what it says."""

_INTRODUCTION: Final = """\
<h3>怎样标</h3>
<ul>
<li>按数字键选标签，再选取文字。首尾不含空格、引号和括号；不同标签可以嵌套或重叠，同一标签不得重叠。</li>
<li>选中一处标注，右栏出现它的属性；预标注须逐一核对。</li>
<li>网页的导航、分享按钮等不标。数字照原文标，是否合理由校验程序判断。</li>
</ul>
"""

_ATTRIBUTES: Final = """\
<h3>属性</h3>
<ul>
<li><b>数量、比率</b>：选指标代码，都不合适时选 <code>other</code>。\
数值留空时，数值、单位和约数都按文字计算；\
填写时数值用基本单位（<code>16.4万条</code> 填 164000，\
<code>96.85%</code> 填 0.9685）。\
改动一处标注的起止之后，请核对它的数值。</li>
<li><b>渠道</b>：选渠道类型。</li>
<li><b>用文字表示的零</b>（<code>没有受理依申请公开</code>、<code>均未收费</code>）：\
把否定短语标为指标，选“零”和指标代码。“不发生……事故”之类的目标不是零。</li>
</ul>
"""

_RELATIONS: Final = """\
<h3>关系</h3>
<p>选中起点，按 Alt+R，再点终点，然后在关系列表中选名称。箭头从起点指向终点，\
方向反了就在列表中点箭头改正；不要用双向箭头。每条关系都要有名称。</p>
"""


def instructions() -> str:
    """The instructions for annotators, as HTML."""
    labels = [
        f"<li><b>{chinese}</b> {name}：{marked}。" + (f"不标：{left}。" if left else "") + "</li>"
        for name, chinese in SPAN_LABELS.items()
        for marked, left in [MARKS[name]]
    ]
    relations = [
        f"<li><code>{name}</code>：{_ends(kind.heads)} → {_ends(kind.tails)}，{READINGS[name]}</li>"
        for name, kind in RELATIONS.items()
    ]
    return (
        f"{_INTRODUCTION}<h3>标签</h3>\n{_list(labels)}{_ATTRIBUTES}{_RELATIONS}{_list(relations)}"
    )


def _ends(labels: frozenset[str]) -> str:
    return "或".join(chinese for name, chinese in SPAN_LABELS.items() if name in labels)


def _list(items: list[str]) -> str:
    return "<ul>\n" + "\n".join(items) + "\n</ul>\n"
