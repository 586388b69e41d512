"""What holds of one member of an enumeration holds of the others.

通过政府网站、政务微博和公报公开信息642条 says of all three channels that the 642 came through
them. Only where each member has a figure of its own (县档案馆、县图书馆分别接待76人次、184人次) are
they told apart.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ie.document import Relation, Span
from ie.labels import RELATIONS

SHARED: Final = ("via", "by", "issued_by")
"""Relations in which one head may have many tails, all of them meant alike."""

KINDS_OF: Final = {
    "letters": ("mailbox",),
    "hotline_calls": ("hotline",),
    "followers": ("weibo", "wechat", "app", "other", "website"),
    "visits": ("website", "weibo", "wechat", "app"),
}
"""Indicator → the channel types that its figures belong to, wherever those were last spoken of."""

_BETWEEN: Final = re.compile(
    r"[”’\"'》〉]?(?:[（(][^（()）\n]{0,40}[)）])?(?:、|[、，,]?(?:和|及|与|以及))[“‘\"'《〈]?"
)
"""What stands between two members, an address in brackets included."""

_STOP: Final = re.compile("[。！？；;\n]")


def shared(text: str, spans: Sequence[Span], relations: Sequence[Relation]) -> list[Relation]:
    """The relations with those that the members of enumerations share.

    Of an enumeration of spans of one label, where all heads that are related to any member are
    related to the same members, they are related to all that stand in their sentence; further
    off, a figure takes up one of many (网站、热线…。拨打900次), and letters come through the
    mailbox of any list. What is added has no score.

    Args:
        text: of the document.
        spans: its spans, in text order.
        relations: between them.
    """
    stops = [m.start() for m in _STOP.finditer(text)]
    added: list[Relation] = []
    for kind in SHARED:
        heads: defaultdict[Span, list[Span]] = defaultdict(list)  # tail → its heads
        for relation in relations:
            if relation.type == kind:
                heads[relation.tail].append(relation.head)
        for members in _enumerations(text, [s for s in spans if s.label in RELATIONS[kind].tails]):
            claims = [frozenset(heads.get(m, ())) for m in members]
            if len({c for c in claims if c}) == 1:
                of_all = max(claims, key=len)
                added += [
                    Relation(kind, head, member)
                    for member, own in zip(members, claims, strict=True)
                    for head in sorted(of_all - own, key=lambda s: s.start)
                    if _fits(head, member) and _together(stops, head, member)
                ]
    return [*relations, *added]


def _fits(head: Span, member: Span) -> bool:
    kinds = KINDS_OF.get(head.attrs.indicator or "")
    return not kinds or member.label != "CHANNEL" or member.attrs.type in kinds


def _together(stops: list[int], one: Span, other: Span) -> bool:
    # By bisection: a list of thousands is not searched anew for each of its members.
    low = min(one.end, other.end)
    return bisect_left(stops, low) == bisect_left(stops, max(low, one.start, other.start))


def _enumerations(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    """Runs of two or more spans, given in text order, that nothing but a 、 or an *and* parts."""
    runs = [list(spans[:1])]
    for before, span in pairwise(spans):
        if _BETWEEN.fullmatch(text, before.end, span.start):
            runs[-1].append(span)
        else:
            runs.append([span])
    return [run for run in runs if len(run) > 1]
