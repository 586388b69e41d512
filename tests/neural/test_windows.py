"""Windows: they cover the text, their cores divide it, and they end where a reader would stop."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.document import Document
from ie.neural.windows import make_windows

PIECES = [
    "公开信息",
    "县政府办公室",
    "，",
    "、",
    "。",
    "；",
    "\n",
    "\r\n",
    "\n\n",
    "\t",
    " ",
    "　",
    "😀",
    "𠮷",
    "１２",
    "e\u0301",
    "一、概述\n",
    "（一）渠道\n",
    "2015年",
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=120).map("".join), st.text(max_size=300)
)
SHAPES = st.tuples(st.integers(32, 90), st.integers(0, 128))
"""Size and overlap, as far as a configuration may set them, at sizes of small documents."""

REPORT = (
    "云溪县2015年政府信息公开工作年度报告\n"
    + "现公布本报告。" * 5
    + "\n一、主动公开政府信息情况\n"
    + "公开信息若干条。" * 8
    + "\n（一）公开的渠道和形式\n"
    + "通过网站公开。" * 8
    + "\n二、存在的问题\n"
    + "人手不足。" * 8
)


@given(TEXTS, SHAPES)
@settings(max_examples=100, deadline=None)
def test_every_character_is_in_exactly_one_core(text, shape):
    size, overlap = shape
    cores = [
        at
        for w in make_windows(Document(text), size, overlap, 16)
        for at in range(w.core_start, w.core_end)
    ]
    assert cores == list(range(len(text)))


@given(TEXTS, SHAPES)
@settings(max_examples=100, deadline=None)
def test_windows_cover_the_text_hold_their_cores_and_keep_their_size(text, shape):
    size, overlap = shape
    windows = make_windows(Document(text), size, overlap, 16)
    start = end = 0
    for i, w in enumerate(windows):
        assert w.start <= w.core_start < w.core_end <= w.end
        assert 0 < w.end - w.start <= size
        assert (w.start == 0) if i == 0 else (start < w.start <= end <= w.end)
        assert end - w.start <= overlap
        start, end = w.start, w.end
    assert end == len(text)


@given(TEXTS, st.integers(32, 90))
@settings(max_examples=50, deadline=None)
def test_however_great_the_overlap_a_window_begins_in_the_second_half_of_the_last(text, size):
    windows = make_windows(Document(text), size, 128, 16)
    for last, w in pairwise(windows):
        assert w.start - last.start >= (last.end - last.start) / 2


@given(TEXTS, SHAPES)
@settings(max_examples=50, deadline=None)
def test_places_are_tenths_of_the_text_that_never_fall(text, shape):
    windows = make_windows(Document(text), *shape, 16)
    places = [w.place for w in windows]
    assert places == sorted(places)
    assert all(w.place == min(9, 10 * w.start // len(text)) for w in windows)


@given(st.text("\u3000\n。公", max_size=300), st.integers(0, 40))
@settings(max_examples=50, deadline=None)
def test_the_heading_path_is_cut_to_its_limit(middle, limit):
    text = f"一、主动公开的情况和统计数据的说明\n{middle}\n（一）公开的渠道和形式的说明\n正文。"
    for w in make_windows(Document(text), 32, 8, limit):
        assert len(w.path) <= limit + 1  # the space between two titles


def test_an_empty_document_has_no_window():
    assert make_windows(Document(""), 64, 16, 16) == []


def test_a_document_that_fits_is_one_window():
    (window,) = make_windows(Document("公开信息5条。"), 64, 16, 16)
    assert (window.start, window.core_start, window.core_end, window.end) == (0, 0, 7, 7)
    assert window.place == 0


@pytest.mark.parametrize(
    ("strong", "weak"), [("\n", "。"), ("。", "，"), ("；", "、"), ("，", "字"), ("　", "字")]
)
def test_a_window_ends_behind_the_strongest_break_of_its_second_half(strong, weak):
    text = "字" * 19 + strong + ("字" * 4 + weak) * 4
    first = make_windows(Document(text), 32, 8, 16)[0]
    assert first.end == 20


def test_a_break_in_the_first_half_ends_no_window():
    text = "字" * 10 + "\n" + "字" * 60
    assert make_windows(Document(text), 32, 8, 16)[0].end == 32


def test_a_window_begins_behind_a_sentence_within_the_overlap():
    text = "字" * 28 + "，字。" + "字" * 8 + "，" + "字" * 9 + "\n" + "字" * 60
    first, second = make_windows(Document(text), 50, 24, 16)[:2]
    assert (first.end, second.start) == (50, 31)


def test_half_of_what_two_windows_share_is_in_the_core_of_each():
    first, second = make_windows(Document("字" * 60), 40, 10, 16)
    assert (first.end, second.start) == (40, 30)
    assert first.core_end == second.core_start == 35


def test_a_window_knows_the_headings_above_its_core():
    windows = make_windows(Document(REPORT), 40, 8, 32)
    above = {}  # where a core begins → its path
    for w in windows:
        above[w.core_start] = w.path
    place = REPORT.index
    for at, path in above.items():
        if at < place("一、"):
            assert path == ""
        elif at < place("（一）"):
            assert path == "主动公开政府信息情况"
        elif at < place("二、"):
            assert path == "主动公开政府信息情况 公开的渠道和形式"
        else:
            assert path == "存在的问题"
    assert len(set(above.values())) == 4


def test_two_headings_share_the_limit_of_the_path():
    windows = make_windows(Document(REPORT), 40, 8, 8)
    assert "主动公开 公开的渠" in [w.path for w in windows]
