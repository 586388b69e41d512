"""Names of places that a document itself uses, learnt where a body's name shows them.

The table of regions holds provinces, cities and counties of today; towns, streets and the
counties of years ago are learnt from 张义镇人民政府 or 德胜街道办事处 in the text.
"""

from __future__ import annotations

import re
from collections import Counter

from ie.rules.lexicon import either

_NAMED = re.compile(
    r"(?:(?<=[\s，,。；;：:、（(由年与经请在“据布的是现对向])|^)((?:[\u4e00-\u9fff]{1,6}?(?:自治[区州县旗]|[省市县区州盟旗镇乡])|[\u4e00-\u9fff]{2,5}街道){1,3})"
    r"(?=人民政府|政府|委(?![员托派])|由|单位|成员|办事处|街道办|行政公署|行署|委员会|[\u4e00-\u9fff、]{2,14}(?:局|委员会|办公室|厅|管委会)|[0-9]{4}年|政府信息公开)"
)
# A report names a few dozen places; the bound keeps concatenated reports linear.
_MOST = 64
_PART = re.compile(
    r"[\u4e00-\u9fff]{1,6}?(?:自治[区州县旗]|[省市县区州盟旗镇乡])|[\u4e00-\u9fff]{2,5}街道"
)
_NOT_NAME = re.compile(either("place_not"))


def learn_places(text: str) -> tuple[str, ...]:
    """Names such as 张义镇, longest first, that name the place of a body at least twice.

    A name in the first 600 characters (title, source line, intro) needs one mention only.
    """
    counts: Counter[str] = Counter()
    early: set[str] = set()
    for m in _NAMED.finditer(text):
        for part in _PART.findall(m.group(1)):
            if len(part) >= 3 and not _NOT_NAME.search(part):
                counts[part] += 1
                if m.start() < 600:
                    early.add(part)
    names = {n for n, k in counts.items() if k >= 2 or n in early}
    common = sorted(names, key=lambda name: -counts[name])[:_MOST]
    return tuple(sorted(common, key=len, reverse=True))
