"""The tables of the rules: no entry twice, each one readable, each list of use."""

import re
from collections import Counter
from importlib import resources

import pytest

from ie.labels import CHANNEL_TYPES
from ie.rules.lexicon import either, find_words, read_table, region_before
from ie.rules.quantities import UNITS

PACKAGE = resources.files("ie.rules")
TABLES = [p.name for p in PACKAGE.iterdir() if p.name.endswith(".tsv")]
REGIONS = PACKAGE.joinpath("regions.txt").read_text(encoding="utf-8").split()
PATTERNS = read_table("patterns.tsv")
LISTS = sorted({name for name, _ in PATTERNS})


def twice(words) -> list:
    return [word for word, times in Counter(words).items() if times > 1]


def entries(name: str) -> list[str]:
    return [entry for n, cell in PATTERNS if n == name for entry in cell.split(" ")]


def test_tables_are_those_that_the_code_reads():
    code = "".join(p.read_text("utf-8") for p in PACKAGE.iterdir() if p.name.endswith(".py"))
    assert set(TABLES) == set(re.findall(r'read_table\(\s*"([a-z_.]+)"', code))
    assert set(LISTS) == set(re.findall(r"""either\(["'](\w+)["']\)""", code))


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_as_wide_as_their_header(table):
    lines = PACKAGE.joinpath(table).read_text(encoding="utf-8").splitlines()
    (header, *_) = (line for line in lines if line and not line.startswith("#"))
    assert {len(row) for row in read_table(table)} == {len(header.split("\t"))}


def test_no_entry_stands_twice():
    assert twice(word for word, *_ in read_table("channels.tsv")) == []
    assert twice(surface for surface, *_ in read_table("units.tsv")) == []
    assert twice(read_table("indicator_codes.tsv")) == []
    assert twice(REGIONS) == []
    for name in ("agency_cut", *(n for n in LISTS if n.startswith("phrase_"))):
        assert twice(entries(name)) == []


@pytest.mark.parametrize("name", LISTS)
def test_patterns_compile_and_have_no_groups(name):
    for entry in entries(name):
        assert entry
        assert re.compile(entry).groups == 0
    assert re.compile(either(name)).groups == 0


def test_a_list_that_is_not_there_is_refused():
    with pytest.raises(KeyError):
        either("no_such_list")


def test_words_of_tables_are_those_that_the_rules_know():
    assert {kind for kind, _ in read_table("agencies.tsv")} == {"topic", "body", "short", "group"}
    assert {type_ for _, type_, _ in read_table("channels.tsv")} <= set(CHANNEL_TYPES)
    assert {need for *_, need in read_table("channels.tsv")} <= {"free", "name", "quoted"}
    assert {u.kind for u in UNITS.values()} == {"measure", "noun", "time", "space", "money"}


def test_every_unit_that_a_code_is_only_for_is_one_that_numbers_can_have():
    known = {u.unit for u in UNITS.values()} | {"", "%", "‰", "倍", "个百分点"}
    for code, _, _, cell, *_ in read_table("indicator_codes.tsv"):
        units = {unit.lstrip("!") for unit in cell.split("|")}
        assert units & known, code


@pytest.mark.parametrize("name", ["body", "short", "group", "channel"])
def test_every_word_is_found_where_it_stands(name):
    channels = [word for word, *_ in read_table("channels.tsv")]
    bodies = [word for kind, word in read_table("agencies.tsv") if kind == name]
    words = channels if name == "channel" else bodies
    text = "，".join(["", *words, ""])
    hits = find_words(text)
    assert all(text[h.start : h.end] == h.row[0] for h in hits.of(name))
    assert {h.row[0] for h in hits.of(name)} == set(words)


def test_regions_are_known_by_their_longest_name():
    assert all(region_before(f"在{region}", len(region) + 1) == len(region) for region in REGIONS)
    assert region_before("由北京市人民政府印发", 4) == len("北京市")
    assert region_before("由北京市人民政府印发", 5) == 0
    assert region_before("", 0) == 0
