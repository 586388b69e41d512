"""Frames: alternatives, slots and ids; a reporter whose figures can be read again."""

import random
from pathlib import Path

import pytest
from frames import Facts, Reporter, chinese, expand, read_frames, renamed
from generate_reports import Composer
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.figures import read_figure
from ie.numbers import parse_chinese

ROOT = Path(__file__).parents[2]
GRAMMAR = ROOT / "annotations" / "grammar"
FIELDS = ROOT / "ie" / "rules" / "agencies.tsv"


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    regions = [("1", "甲县", "county"), ("2", "乙市", "city"), ("3", "丙镇", "town")]
    rows = [*regions, ("4", "丁省", "province")]
    (data / "regions.tsv").write_text("".join("\t".join(r) + "\n" for r in rows))
    (data / "document_titles.tsv").write_text("城镇燃气管理规定\t1\n")
    (data / "document_numbers.tsv").write_text("甲政发〔2015〕3号\t1\n")
    (data / "central_agencies.txt").write_text("国家档案局\n")
    return Facts.read(data, FIELDS, GRAMMAR / "words.yaml")


def expanded(frame, seed=1):
    return expand(frame, random.Random(seed), lambda slot: f"({slot})")


def test_alternatives_and_slots():
    assert {expanded("<甲/乙{n:mid}/>。", seed) for seed in range(30)} == {
        "甲。",
        "乙(n:mid)。",
        "。",
    }
    assert {expanded("<甲<1/2>/乙>", seed) for seed in range(30)} == {"甲1", "甲2", "乙"}


def test_what_is_escaped_stands_for_itself():
    assert expanded(r"\<甲\/乙\>\{n\}") == "<甲/乙>{n}"
    assert expanded(r"\[甲\]") == r"\[甲\]"  # for the mark-up to read
    assert expanded("[网站|H#w website]公开[信息|I][3条|C m< via:w]").endswith("[3条|C m< via:w]")


@pytest.mark.parametrize("frame", ["<甲/乙", "<甲<乙/丙>", "甲<"])
def test_an_unbalanced_frame_is_refused(frame):
    with pytest.raises(ValueError, match=r"unbalanced|without"):
        expanded(frame)


def test_ids_are_made_the_frames_own():
    markup = "[公开|I#i][3条|C#t disclosed m:i]，其中#甲[2条|C of:t m:i]"
    assert renamed(markup, "x7") == (
        "[公开|I#ix7][3条|C#tx7 disclosed m:ix7]，其中#甲[2条|C of:tx7 m:ix7]"
    )


@given(seed=st.integers(0, 10**6), size=st.sampled_from(["small", "mid", "big", "huge"]))
@settings(max_examples=200, deadline=None)
def test_a_number_can_be_read_again(facts, seed, size):
    reporter = Reporter(random.Random(seed), facts)
    surface = reporter.number(size) + "条"
    figure = read_figure(surface, "COUNT")
    assert figure.unit == "条"
    assert 1 <= figure.value <= 10**8


@given(st.integers(0, 99))
def test_chinese_numerals_are_read_again(value):
    assert parse_chinese(chinese(value)) == value


def test_every_slot_of_the_words_can_be_filled(facts):
    for seed in range(40):
        reporter = Reporter(random.Random(seed), facts)
        for name in (*facts.words["slots"], *facts.words["channels"]):
            assert not set(reporter.slot(name)) & set("<>{}")


def test_a_slot_unknown_is_named(facts):
    with pytest.raises(ValueError, match="'nothing'"):
        Reporter(random.Random(1), facts).slot("nothing")


def test_a_composed_report_is_long_enough_and_the_same_for_the_same_seed(facts):
    def composed():
        return Composer(read_frames(GRAMMAR), facts).compose(0, seed=3)

    annotations, provenance = composed()
    assert 2000 <= len(annotations.document.text) <= 8000
    assert provenance["frames"]
    assert composed() == (annotations, provenance)
