"""Sentence frames: mark-up with alternatives and slots, and the reporter that fills them.

A frame file has a topic a heading (``## topic``) and a frame a line. ``<a/b/>`` is one of its
alternatives, ``{slot}`` or ``{slot:size}`` what a :class:`Reporter` says there; a backslash
lets the next character stand for itself.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_ID: Final = re.compile(r"(?<=#)(\w+)|(?<=[a-z]:)(\w+)")
_TAG: Final = re.compile(r"(?<!\\)\|[^\]]*\]")
_DIGITS: Final = "零一二三四五六七八九"

Frames = dict[str, list[str]]
"""Topic → its frames."""


def read_frames(folder: Path) -> Frames:
    """All frames of a folder's ``*.txt`` files."""
    frames: Frames = {}
    for path in sorted(folder.glob("*.txt")):
        topic = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                topic = line[3:].strip()
            elif line.strip() and not line.startswith("//"):
                frames.setdefault(topic, []).append(line.strip())
    return frames


def expand(frame: str, rng: random.Random, slot: Callable[[str], str]) -> str:
    """One sentence of mark-up: alternatives chosen, slots filled."""
    out, at = _expand(frame, 0, rng, slot, "")
    if at != len(frame):
        raise ValueError(f"unbalanced > or / at {frame[at : at + 20]!r}")
    return out


def _expand(
    frame: str, at: int, rng: random.Random, slot: Callable[[str], str], stop: str
) -> tuple[str, int]:
    out: list[str] = []
    while at < len(frame):
        c = frame[at]
        if c in stop:
            break
        if c == "\\":
            keep = "" if frame[at + 1] in "/<>{}" else "\\"
            out.append(keep + frame[at + 1])
            at += 2
        elif c == "<":
            choices = []
            while True:
                text, at = _expand(frame, at + 1, rng, slot, "/>")
                choices.append(text)
                if at >= len(frame):
                    raise ValueError(f"< without > in {frame[:30]!r}")
                if frame[at] == ">":
                    break
            out.append(rng.choice(choices))
            at += 1
        elif c == "|":
            close = frame.index("]", at)
            out.append(frame[at : close + 1])
            at = close + 1
        elif c == "{":
            close = frame.index("}", at)
            out.append(slot(frame[at + 1 : close]))
            at = close + 1
        else:
            out.append(c)
            at += 1
    return "".join(out), at


def renamed(markup: str, suffix: str) -> str:
    """The same mark-up with all its ids made the frame's own."""
    return _TAG.sub(lambda tag: _ID.sub(lambda m: m.group() + suffix, tag.group()), markup)


@dataclass
class Facts:
    """Names and numbers of the world: regions, titles, document numbers, fields of government."""

    counties: list[str]
    cities: list[str]
    towns: list[str]
    provinces: list[str]
    titles: list[str]
    numbers: list[str]
    central: list[str]
    fields: list[str]

    @classmethod
    def read(cls, data: Path, fields: Path) -> Facts:
        """Read the tables of a data folder, and the fields that departments are named for."""
        by_level: dict[str, list[str]] = {}
        with (data / "regions.tsv").open(encoding="utf-8") as lines:
            for row in csv.reader(lines, delimiter="\t"):
                by_level.setdefault(row[2], []).append(row[1])
        rows = (data / "document_titles.tsv").read_text(encoding="utf-8").splitlines()
        titles = [
            t
            for r in rows
            if 6 <= len(t := r.split("\t")[0]) <= 42 and not set(t) & set("《》[]|\\/")
        ]
        rows = (data / "document_numbers.tsv").read_text(encoding="utf-8").splitlines()
        central = (data / "central_agencies.txt").read_text(encoding="utf-8").splitlines()
        return cls(
            [n for n in by_level["county"] if len(n) <= 5 and n[-1] in "县市区旗"],
            [n for n in by_level["city"] if n.endswith(("市", "州"))],
            [n for n in by_level["town"] if n.endswith(("镇", "乡", "街道")) and len(n) <= 5],
            by_level["province"],
            titles,
            [n for r in rows if not set(n := r.split("\t")[0]) & set("[]|")],
            [c for c in central if 3 <= len(c) <= 12 and c.endswith(_BODY)],
            [
                line.split("\t")[1]
                for line in fields.read_text(encoding="utf-8").splitlines()
                if line.startswith("topic\t")
            ],
        )


_INVENTED: Final = (
    "云岭溪河江湖山泉石林松柏梅兰竹桂阳阴安宁平乐康泰丰盛兴隆昌荣永长清白青紫金银玉龙"
    "凤鹤虎马羊牛东南西北中上下大小新古望桥渡关城堡寨沟坪坝塘洲岛滩岩峰谷川原甸屯店集"
)
_CHANNELS: Final = {
    "website": [
        "“中国{root}”<门户/政府门户/>网站",
        "{root}政府网",
        "{place}政府门户网站",
        "{level}政府<门户/>网站",
        "{place}人民政府网站",
        "{root}党政网",
        "政府信息公开网",
        "{root}新闻网",
        "{place}政务网",
        "“{root}在线”网站",
        "{root}公众信息网",
        "{level}政府信息公开<网站/平台/专栏>",
    ],
    "weibo": [
        "<新浪/腾讯/官方/政务/>微博",
        "“{root}发布”<政务/官方/>微博",
        "新浪微博“@{root}发布”",
        "@{root}发布",
        "政务微博",
    ],
    "wechat": [
        "<政务/官方/>微信<公众号/公众平台/>",
        "“{root}发布”微信公众号",
        "微信公众号“{root}微事”",
        "“微{root}”微信平台",
        "“{root}政务”微信<公众号/订阅号>",
    ],
    "app": [
        "“<智慧/掌上/爱/>{root}”<手机/>APP",
        "<手机/移动>客户端",
        "“今日{root}”客户端",
        "{root}政务APP",
    ],
    "newspaper": [
        "{root}<日报/报/晚报/时报>",
        "{root}<日报/报/晚报>",
        "今日{root}",
        "<省级/市级/地方>报纸",
        "今日{root}",
        "党报",
    ],
    "bulletin": [
        "<政务信息/{root}信息/工作简报/政务公开简报/{root}政务>",
        "<工作/政务公开/信息公开>简报",
        "信息专报",
        "{root}<要情/动态/快讯>",
        "政务信息",
    ],
    "gazette": ["<{level}/>政府公报", "{place}人民政府公报", "{root}政报", "{root}政报"],
    "tv": [
        "{place}电视台",
        "<{level}/区县/>电视台",
        "<有线/数字>电视",
        "{root}电视台新闻综合频道",
        "{place}广播电视台",
        "“{root}新闻”栏目",
    ],
    "radio": [
        "{place}人民广播电台",
        "<{level}/>广播电台",
        "<村村通/农村/应急/>广播",
        "“政风行风热线”<栏目/直播节目/>",
        "“{root}之声”",
    ],
    "hotline": [
        "<12345/>政府服务热线",
        "12345<市民/便民/政务>服务热线",
        "{level}长热线",
        "“12345”热线",
        "<12319/12315/12333/12369>热线",
        "<政务公开/咨询/举报>热线",
        "行风热线",
    ],
    "mailbox": [
        "{level}长信箱",
        "“{level}长信箱”",
        "<书记/局长/领导/网上>信箱",
        "电子<信箱/邮箱>",
        "意见箱",
        "“在线来信”栏目",
    ],
    "archive": ["{place}档案馆", "<{level}/国家/>档案馆", "{level}档案局<查阅中心/>"],
    "library": ["{place}图书馆", "<{level}/公共/>图书馆"],
    "reading_room": [
        "<政府信息/信息/>公开查阅<室/点/场所/中心>",
        "查阅中心",
        "<政府信息/>资料查阅室",
        "<农家书屋/阅览室>",
    ],
    "notice_board": [
        "<政务/村务/党务/厂务/校务/院务>公开栏",
        "公示栏",
        "<宣传/公告>栏",
        "<政务/信息>公开墙",
        "公开栏",
    ],
    "screen": [
        "<LED/电子/>显示屏",
        "LED电子屏",
        "电子<触摸屏/滚动屏/屏>",
        "触摸<查询/>屏",
        "<户外/>大屏幕",
    ],
    "service_hall": [
        "{level}政务服务中心",
        "<{level}/>行政<服务/审批>中心",
        "政务<服务/>大厅",
        "<便民/为民>服务<中心/大厅>",
        "办事<服务/>大厅",
    ],
    "press_conference": [
        "<新闻/政府新闻/>发布会",
        "新闻通气会",
        "媒体<吹风/见面>会",
        "<政策/例行>吹风会",
    ],
    "interview": [
        "<在线/网上/>访谈",
        "“<{level}长/局长>在线”访谈",
        "网络问政",
        "<嘉宾/领导>在线访谈",
        "电视问政",
    ],
    "platform": [
        "政府信息公开<统一/发布/>平台",
        "<网上/>政务服务平台",
        "<公共资源/农村产权>交易平台",
        "政民互动平台",
        "<短信/移动>发布平台",
    ],
}

_BODY: Final = ("部", "委员会", "局", "署", "院", "厅", "银行", "办公室", "总会", "会")
"""How the names of central bodies end; the list has headings and places too."""

_SHORT: Final = {
    "press": "press_conference",
    "hall": "service_hall",
    "paper": "newspaper",
    "board": "notice_board",
}


@dataclass
class Reporter:
    """Who writes a report: a place and an office, with names and habits kept throughout.

    Args:
        rng: decides everything.
        facts: to draw names from.
    """

    rng: random.Random
    facts: Facts
    year: int = field(init=False)
    level: str = field(init=False)
    place: str = field(init=False)
    root: str = field(init=False)
    kind: str = field(init=False)

    def __post_init__(self) -> None:
        rng, facts = self.rng, self.facts
        self.year = rng.choice(
            [2008, 2009, 2011, 2013, 2014, 2015, 2016, 2018, 2019, 2020, 2021, 2022]
        )
        self.kind = rng.choices(["county", "city", "township", "department"], weights=[5, 2, 2, 3])[
            0
        ]
        names = {"county": facts.counties, "city": facts.cities, "township": facts.towns}
        self.place = rng.choice(names.get(self.kind, facts.counties + facts.cities))
        if rng.random() < 0.4:
            suffix = {"city": "市", "township": rng.choice(["镇", "乡", "街道"])}
            self.place = "".join(rng.sample(_INVENTED, 2)) + suffix.get(
                self.kind, rng.choice("县县县区市旗")
            )
        self.root = re.sub(r"(?:自治)?[县市区州旗镇乡]$|街道$", "", self.place)
        self.level = "街道" if self.place.endswith("街道") else self.place[-1]
        self.province = rng.choice(facts.provinces)
        self.fullwidth = rng.random() < 0.06
        self.commas = rng.random() < 0.15
        self.words = rng.random() < 0.1  # small numbers in Chinese numerals
        self.myriads = rng.random() < 0.5
        self.rounding = rng.choice([0.0, 0.05, 0.15, 0.35])
        self.brackets = rng.choices(
            ["〔〕", "[]", "（）", "()", "【】", "﹝﹞"], [8, 3, 2, 2, 1, 1]
        )[0]
        self.own_field = rng.choice(facts.fields)
        if self.kind == "department":
            self.level_self = rng.choice(["局", "局", "局", "委", "中心", "办"])
        else:
            self.level_self = self.level
        self._choices: dict[str, list[str]] = {}

    @property
    def name(self) -> str:
        """The reporting body's name, as in the title of the report."""
        if self.kind == "department":
            return f"{self.place}{self.own_field}{self.level_self}"
        return self.place

    def slot(self, name: str) -> str:
        """What stands in a slot.

        Raises:
            ValueError: there is none of this name.
        """
        name, _, size = name.partition(":")
        name = _SHORT.get(name, name)
        if name in _CHANNELS:
            return self._channel(name)
        if name == "n":
            return self.number(size or "mid")
        try:
            fill = getattr(self, f"_{name}")
        except AttributeError:
            raise ValueError(f"slot {name!r} unknown") from None
        return str(fill())

    def _channel(self, kind: str) -> str:
        if kind not in self._choices:
            # A report calls a channel by the same name or two; they are the place's own.
            frames = self.rng.sample(_CHANNELS[kind], k=min(2, len(_CHANNELS[kind])))
            self._choices[kind] = [expand(f, self.rng, self._of_place) for f in frames]
        return self.rng.choice(self._choices[kind])

    def _of_place(self, name: str) -> str:
        return {"root": self.root, "place": self.place, "level": self.level}[name]

    # Numbers and dates

    def number(self, size: str) -> str:
        """A number of a size in the report's style, approximators included."""
        rng = self.rng
        low, high = {
            "small": (1, 30),
            "mid": (20, 900),
            "big": (1000, 90_000),
            "huge": (10**5, 9 * 10**7),
        }[size]
        value = int(low * (high / low) ** rng.random())
        if rng.random() < self.rounding and value >= 20:
            return self._rounded(value)
        if size == "small" and (self.words or rng.random() < 0.03) and value < 100:
            return chinese(value) if value != 2 else "两"
        if size == "huge" and self.myriads:
            places = rng.choice([0, 1, 2])
            return f"{value / 10_000:.{places}f}万" if value < 10**8 else f"{value / 10**8:.2f}亿"
        if size == "big" and self.myriads and value >= 10_000 and rng.random() < 0.3:
            return f"{value / 10_000:.{rng.choice([1, 2])}f}万"
        return self._digits(value)

    def _digits(self, value: int) -> str:
        text = f"{value:,}" if self.commas else str(value)
        if self.fullwidth:
            return text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
        return text

    def _rounded(self, value: int) -> str:
        size = 10 ** (len(str(value)) - self.rng.choice([1, 2] if value >= 100 else [1]))
        value = value // size * size
        number = (
            f"{value // 10_000}万"
            if value >= 10_000 and value % 10_000 == 0
            else self._digits(value)
        )
        style = self.rng.random()
        if style < 0.5:
            return (
                number.replace("万", f"{self.rng.choice('余多')}万", 1)
                if "万" in number and self.rng.random() < 0.5
                else number + self.rng.choice("余多")
            )
        return self.rng.choice(["近", "约", "超过", "逾", "超", "不少于", "至少", "将近"]) + number

    def _p(self) -> str:
        value = self.rng.choice([100.0, self.rng.uniform(60, 100), self.rng.uniform(1, 60)])
        return f"{value:.{self.rng.choice([0, 0, 1, 2])}f}"

    def _m(self) -> str:
        value = self.rng.choice([self.rng.randint(1, 99), self.rng.uniform(0.5, 300)])
        number = str(value) if isinstance(value, int) else f"{value:.{self.rng.choice([1, 2])}f}"
        return number + self.rng.choice(["万元"] * 6 + ["亿元", "元", "余万元"])

    def _year(self) -> str:
        return f"{self.year}年"

    def _date(self) -> str:
        month, day = self.rng.randint(1, 12), self.rng.randint(1, 28)
        return self.rng.choice(
            [
                f"{self.year}年{month}月{day}日",
                f"{month}月{day}日",
                f"{month}月",
                f"{self.year}年{month}月",
                f"{month}月份",
                f"今年{month}月",
            ]
        )

    def _asof(self) -> str:
        return self.rng.choice(
            [
                f"{self.year}年12月31日",
                f"{self.year}年12月底",
                "12月31日",
                f"{self.year}年底",
                f"{self.year}年末",
                "12月底",
            ]
        )

    def _period(self) -> str:
        dash = self.rng.choice(["至", "到", "—", "-", "起至"])
        again = self.rng.choice([f"{self.year}年", ""])
        return f"{self.year}年1月1日{dash}{again}12月31日"

    def _date_in(self) -> str:
        rng = self.rng
        return rng.choice(
            [
                f"[{self.year}年|D]",
                f"[{self.year}年度|D]" if rng.random() < 0.2 else f"[{self.year}年|D]",
                f"截至[{self._asof()}|D]",
                f"截止[{self._asof()}|D]",
                f"[{self._period()}|D]",
                f"[{self.year}年|D]全年",
            ]
        )

    # The reporter and others

    def _level(self) -> str:
        return self.level_self

    def _place(self) -> str:
        return self.name if self.kind == "department" and self.rng.random() < 0.6 else self.place

    def _root(self) -> str:
        return self.root

    def _gov(self) -> str:
        if self.kind == "department":
            return self.rng.choice(
                [
                    f"{self.level}政府",
                    f"{self.place}{self.own_field}{self.level_self}",
                    f"{self.level}{self.own_field}{self.level_self}",
                ]
            )
        return self.rng.choice(
            [
                f"{self.level}政府",
                f"{self.level}政府",
                f"{self.place}人民政府",
                f"{self.level}人民政府",
                f"{self.place}政府",
            ]
        )

    def _office(self) -> str:
        base = self.rng.choice(
            [
                f"{self.level}政府",
                f"{self.level}政府",
                f"{self.place}人民政府",
                f"{self.level}人民政府",
                f"{self.place}政府",
            ]
        )
        return base + self.rng.choice(
            [
                "办公室",
                "办公室",
                "办",
                "办公室信息公开科",
                "信息公开办公室",
                "政务公开办公室",
                "法制办公室",
                "电子政务中心",
            ]
        )

    def _dept(self) -> str:
        rng = self.rng
        topic = rng.choice(self.facts.fields)
        end = rng.choices(
            ["局", "委", "办", "中心", "委员会", "大队", "支队", "科"],
            [14, 2, 2, 1, 1, 0.3, 0.3, 0.3],
        )[0]
        start = rng.choices([self.level, self.place, "", "省", "市"], [6, 3, 2, 0.6, 1])[0]
        return f"{start}{topic}{end}"

    def _town(self) -> str:
        town = self._some_town()
        return town + (
            self.rng.choice(["办事处", "办", ""])
            if town.endswith("街道")
            else self.rng.choice(["人民政府", "政府", "人民政府"])
        )

    def _town_short(self) -> str:
        return self._some_town()

    def _some_town(self) -> str:
        if self.rng.random() < 0.5:
            return self.rng.choice(self.facts.towns)
        return "".join(self.rng.sample(_INVENTED, 2)) + self.rng.choice(["镇", "乡", "街道", "镇"])

    def _upper(self) -> str:
        rng = self.rng
        city = rng.choice(self.facts.cities)
        return rng.choice(
            [
                "国务院",
                "国务院办公厅",
                "省政府",
                "省政府办公厅",
                "市政府",
                "市政府办公室",
                "省、市政府",
                "省人民政府",
                f"{self.province}人民政府",
                f"{city}人民政府",
                f"{city}政府",
                "市政府办公厅",
                rng.choice(self.facts.central),
                "省委",
            ]
        )

    def _group(self) -> str:
        rng = self.rng
        topic = rng.choice(
            [
                "政务公开",
                "政府信息公开",
                "政府信息公开工作",
                "政务公开工作",
                "党务政务公开",
                "政务公开和政务服务",
                "电子政务",
                "网站建设",
                "权力公开透明运行",
                "办事公开",
            ]
        )
        return (
            rng.choice([self.level, self.place, ""])
            + topic
            + rng.choice(
                [
                    "领导小组",
                    "领导小组办公室",
                    "工作领导小组",
                    "协调小组",
                    "联席会议",
                    "办公室",
                    "领导组",
                ]
            )
        )

    def _party(self) -> str:
        return self.level + self.rng.choice(
            [
                "委",
                "委",
                "委办公室",
                "委办",
                "委宣传部",
                "纪委",
                "委组织部",
                "人大",
                "政协",
                "人大常委会",
                "纪委监委",
                "直机关工委",
                "委党校",
                "总工会",
                "编办",
                "委网信办",
            ]
        )

    def _title(self) -> str:
        rng = self.rng
        if rng.random() < 0.4:
            scope = rng.choice(
                [self.place, self.name, "", f"{self.year}年", f"{self.year}年{self.place}"]
            )
            topic = rng.choice(
                [
                    "政府信息公开",
                    "政务公开",
                    "政府信息依申请公开",
                    "政府信息公开保密审查",
                    "政府网站管理",
                    "政务信息工作",
                    "政府信息主动公开",
                    "政务服务",
                    "新闻发布",
                    "信息公开责任追究",
                    "政府信息公开社会评议",
                    "重点领域信息公开",
                    "政务公开目标考核",
                    "政策解读",
                ]
            )
            end = rng.choice(
                [
                    "办法",
                    "制度",
                    "工作制度",
                    "实施方案",
                    "实施意见",
                    "工作要点",
                    "规定",
                    "暂行办法",
                    "管理办法",
                    "指南",
                    "目录",
                    "考核细则",
                    "实施细则",
                    "通知",
                    "若干规定",
                ]
            )
            return scope + topic + end
        if rng.random() < 0.2:
            return rng.choice(
                [
                    "条例",
                    "中华人民共和国政府信息公开条例",
                    "政府信息公开条例",
                    "目录",
                    "指南",
                    "中华人民共和国保守国家秘密法",
                    "政府信息公开指南",
                    "政府信息公开目录",
                    "通知",
                    "意见",
                    "办法",
                ]
            )
        return rng.choice(self.facts.titles)

    def _number(self) -> str:
        rng = self.rng
        if rng.random() < 0.55:
            number = rng.choice(self.facts.numbers)
        else:
            head = rng.choice([self.root[0], self.root[:2], self.province[0]])
            number = (
                head
                + rng.choice(
                    [
                        "政办发",
                        "政发",
                        "府办发",
                        "府发",
                        "政办",
                        "办发",
                        "政公开办",
                        "委发",
                        "发",
                        "政办函",
                        "府办函",
                        "公开办",
                        "纪发",
                    ]
                )
                + f"〔{self.year - rng.choice([0, 0, 0, 1, 2])}〕{rng.randint(1, 280)}号"
            )
        escaped = "".join("\\" + c if c in "[]" else c for c in self.brackets)
        left, right = (escaped[:2], escaped[2:]) if len(escaped) == 4 else escaped
        return number.replace("〔", left).replace("〕", right)


def chinese(value: int) -> str:
    """A number below a hundred in Chinese numerals."""
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")
