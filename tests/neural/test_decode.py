"""Decoding: legal tags, their spans, the pairs that may be related, and annotations of both."""

from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ie.annotation.markup import parse_markup
from ie.document import Document
from ie.labels import RELATIONS as RELATION_TYPES
from ie.neural.decode import (
    FEATURES,
    RANKS,
    REACH,
    Found,
    assembled,
    candidates,
    greedy,
    links_of,
    runs,
    viterbi,
)
from ie.neural.vocabulary import (
    ATTRIBUTES,
    BEGIN,
    CODES,
    END,
    INSIDE,
    LABELS,
    OUTSIDE,
    RELATIONS,
    SINGLE,
    TAGS,
    TYPES,
)


def logits(most_windows=2, most_characters=6, most_labels=2):
    """Whole numbers, so that sums of them are exact."""
    shape = st.tuples(
        st.integers(1, most_windows), st.integers(0, most_characters), st.integers(1, most_labels)
    )
    return shape.flatmap(
        lambda s: arrays(np.float32, (*s, TAGS), elements=st.integers(-9, 9).map(float))
    )


AFTER_CLOSED = {OUTSIDE, BEGIN, SINGLE}
FOLLOWS = {
    OUTSIDE: AFTER_CLOSED,
    END: AFTER_CLOSED,
    SINGLE: AFTER_CLOSED,
    BEGIN: {INSIDE, END},
    INSIDE: {INSIDE, END},
}


def is_legal(tags) -> bool:
    """Whether a window of these tags could be written by hand: all that opens is closed."""
    tags = (OUTSIDE, *tags, OUTSIDE)
    return all(after in FOLLOWS[before] for before, after in pairwise(tags))


@cache
def legal_sequences(length):
    return [t for t in product(range(TAGS), repeat=length) if is_legal(t)]


def score(tags, columns) -> float:
    return float(sum(column[tag] for tag, column in zip(tags, columns, strict=True)))


@given(logits(most_characters=5))
@settings(max_examples=100, deadline=None)
def test_viterbi_finds_the_best_of_all_legal_sequences(values):
    tags = viterbi(values)
    for w, k in product(range(values.shape[0]), range(values.shape[2])):
        columns = values[w, :, k]
        best = max(score(t, columns) for t in legal_sequences(len(columns)))
        found = tags[w, :, k].tolist()
        assert is_legal(found)
        assert score(found, columns) == best


@given(logits(3, 20, 3))
@settings(max_examples=100, deadline=None)
def test_runs_of_viterbi_say_all_that_the_tags_say(values):
    tags = viterbi(values)
    again = np.zeros_like(tags)
    for w, k, start, end in zip(*runs(tags), strict=True):
        assert 0 <= start < end <= tags.shape[1]
        assert not again[w, start:end, k].any()
        inner = [INSIDE] * (end - start - 2)
        again[w, start:end, k] = [SINGLE] if end - start == 1 else [BEGIN, *inner, END]
    assert (again == tags).all()


@given(logits(3, 20, 3))
@settings(max_examples=100, deadline=None)
def test_runs_of_any_tags_hold_each_tagged_character_once(values):
    tags = greedy(values)
    assert (tags == values.argmax(axis=-1)).all()
    held = np.zeros_like(tags)
    for w, k, start, end in zip(*runs(tags), strict=True):
        held[w, start:end, k] += 1
        run = tags[w, start:end, k].tolist()
        assert not {BEGIN, SINGLE} & set(run[1:])
        assert not {END, SINGLE} & set(run[:-1])
    assert (held == (tags != OUTSIDE)).all()


def one_label(rows):
    return np.array(rows, dtype=np.float32)[None, :, None]


def test_viterbi_opens_and_closes_a_span_that_single_characters_would_not():
    values = one_label([[5, 4, 0, 0, 0], [0, 0, 9, 0, 0], [0, 0, 9, 8, 0]])
    assert viterbi(values)[0, :, 0].tolist() == [BEGIN, INSIDE, END]
    assert greedy(values)[0, :, 0].tolist() == [OUTSIDE, INSIDE, INSIDE]


def test_viterbi_leaves_no_span_open_at_the_end_of_a_window():
    assert viterbi(one_label([[0, 9, 0, 0, 1]]))[0, :, 0].tolist() == [SINGLE]
    assert viterbi(one_label([[0, 9, 0, 0, -1]]))[0, :, 0].tolist() == [OUTSIDE]


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("", []),
        ("O", []),
        ("BIE", [(0, 3)]),
        ("BEBES", [(0, 2), (2, 4), (4, 5)]),
        ("SSO", [(0, 1), (1, 2)]),
        ("OIIO", [(1, 3)]),  # from here on not legal
        ("BIBI", [(0, 2), (2, 4)]),
        ("BES", [(0, 2), (2, 3)]),
        ("EEI", [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_runs(tags, found):
    numbers = ["OBIES".index(t) for t in tags]
    window, label, starts, ends = runs(np.array(numbers, dtype=np.int8)[None, :, None])
    assert list(zip(starts, ends, strict=True)) == found
    assert not window.any()
    assert not label.any()


# Pairs

RANDOM_SPANS = st.lists(
    st.tuples(st.integers(0, 480), st.integers(1, 30), st.integers(0, len(LABELS) - 1)),
    max_size=RANKS - 1,
    unique=True,
).map(lambda rows: sorted((start, start + length, label) for start, length, label in rows))


def as_rows(text, spans):
    """(relation, head, tail) → its features by name."""
    pairs = candidates(text, spans)
    rows = {}
    for h, t, row in zip(pairs.head.tolist(), pairs.tail.tolist(), pairs.features, strict=True):
        features = dict(zip(FEATURES, row.tolist(), strict=True))
        rows[RELATIONS[features["relation"]], h, t] = features
    assert len(rows) == len(pairs.head)  # no pair twice
    return rows


@given(RANDOM_SPANS)
@settings(max_examples=100, deadline=None)
def test_candidates_are_all_pairs_with_legal_labels_that_are_near_enough(spans):
    near = set()
    for (h, head), (t, tail) in product(enumerate(spans), repeat=2):
        gap = max(head[0], tail[0]) - min(head[1], tail[1])
        for name, kind in RELATION_TYPES.items():
            legal = LABELS[head[2]] in kind.heads and LABELS[tail[2]] in kind.tails
            if legal and h != t and gap <= REACH:
                near.add((name, h, t))
    rows = as_rows("公" * 510, spans)
    assert set(rows) == near
    for (name, h, _), features in rows.items():
        assert RELATIONS.index(name) == features["relation"]
        assert features["head"] == spans[h][2]
        assert all(0 <= value < FEATURES[key] for key, value in features.items())


@given(st.lists(st.integers(0, 600), unique=True, max_size=40), st.integers(0, 600))
@settings(max_examples=50, deadline=None)
def test_a_head_looks_at_the_nearest_tails_on_either_side(places, at):
    head = (at, at + 1, LABELS.index("COUNT"))
    tails = [(p, p + 1, LABELS.index("INDICATOR")) for p in places]
    spans = sorted([head, *tails])
    before = [s for s in sorted(tails) if s[0] < at][-RANKS:]
    after = [s for s in sorted(tails) if s[0] >= at][:RANKS]
    near = [s for s in (*before, *after) if max(s[0], at) - min(s[1], at + 1) <= REACH]
    rows = as_rows("公" * 700, spans)
    assert sorted(spans[t] for _, _, t in rows) == sorted(near)
    ranks = {spans[t]: features["rank"] for (_, _, t), features in rows.items()}
    assert all(ranks[s] == RANKS - i for i, s in enumerate(reversed(before), 1) if s in ranks)
    assert all(ranks[s] == RANKS + i for i, s in enumerate(after) if s in ranks)


@pytest.mark.parametrize(("gap", "pairs"), [(REACH, 1), (REACH + 1, 0)])
@pytest.mark.parametrize("form", ["[访问|I]{}[5次|C]", "[5次|C]{}[访问|I]"])
def test_a_relation_reaches_so_far_and_no_farther(form, gap, pairs):
    a = parse_markup(form.format("的" * gap))
    assert len(as_rows(a.document.text, places(a))) == pairs


@pytest.mark.parametrize(
    ("between", "strongest"),
    [("", 0), ("共", 0), ("、", 1), ("、，", 2), (":", 2), ("；、", 3), ("。", 4), ("。\r\n、", 5)],
)
@pytest.mark.parametrize("form", ["[访问|I]{}[5次|C]", "[5次|C]{}[访问|I]"])
def test_the_strongest_punctuation_between_two_spans(form, between, strongest):
    a = parse_markup("。\n" + form.format(between) + "。\n")
    (features,) = as_rows(a.document.text, places(a)).values()
    assert features["break"] == strongest


def test_the_gap_says_side_and_distance():
    def gap(markup):
        a = parse_markup(markup)
        (features,) = as_rows(a.document.text, places(a)).values()
        return features["gap"]

    after = [gap(f"[5次|C]{'的' * n}[访问|I]") for n in (0, 1, 5, 30, 200)]
    before = [gap(f"[访问|I]{'的' * n}[5次|C]") for n in (0, 1, 5, 30, 200)]
    assert after == sorted(set(after))
    assert before == sorted(set(before))
    assert not set(after) & set(before)
    assert gap("[[5次|C]访问|I]") != gap("[5次|C][访问|I]")
    assert gap("[访问[5次|C]|I]") == 0


def test_heads_between_are_counted_to_three():
    a = parse_markup("[1次|C][2次|C][3次|C][4次|C][5次|C][访问|I]")
    rows = as_rows(a.document.text, places(a))
    found = [rows["measures", h, 5]["heads between"] for h in range(5)]
    assert found == [3, 3, 2, 1, 0]


def test_heads_between_are_counted_on_the_left_too():
    a = parse_markup("[访问|I][1次|C][2次|C][3次|C][4次|C][5次|C]")
    rows = as_rows(a.document.text, places(a))
    found = [rows["measures", h, 0]["heads between"] for h in range(1, 6)]
    assert found == [0, 1, 2, 3, 3]


def test_features_are_whole_numbers_though_one_relation_has_no_pair():
    a = parse_markup("[信息|I][5条|C]")  # no second COUNT to be a part of
    pairs = candidates(a.document.text, places(a))
    assert pairs.features.dtype == pairs.head.dtype == pairs.tail.dtype == np.int64


def test_a_text_of_one_label_or_of_none_has_no_pairs():
    for markup in ("", "公开", "[访问|I]和[点击|I]", "[网站|H][2015年|D]"):
        a = parse_markup(markup)
        assert as_rows(a.document.text, places(a)) == {}


# Annotations

REPORT = (
    "[县政府😀|A#a]公开[信息|I#i][5条|C#c disclosed m:i via:w by:a]，\r\n"
    "其中[网站|H#w website][约３条|C disclosed of:c m:i]，[及时率|I][98%|R completion_rate m<]。"
    "[未收到申请|I requests_received none]。《[办法|T no> from:a]》（[云政发〔2015〕3号|N]）"
)


def places(a):
    return [(s.start, s.end, LABELS.index(s.label)) for s in a.spans]


def perfect(a):
    """What a network that is right would say of annotations."""
    rows = np.zeros((len(a.spans), len(ATTRIBUTES)), dtype=np.float32)
    for row, span in zip(rows, a.spans, strict=True):
        row[CODES.index(span.attrs.indicator or "other")] = 1
        row[len(CODES) + TYPES.index(span.attrs.type or "other")] = 1
        row[ATTRIBUTES.index("stated")] = 1 if span.is_zero else -1
    found = Found(places(a), np.ones(len(a.spans), dtype=np.float32), rows)
    pairs = candidates(a.document.text, found.places)
    gold = {(r.type, r.head.key, r.tail.key) for r in a.relations}
    logits = np.full((len(pairs.head), len(RELATIONS)), 9, dtype=np.float32)
    for i, (h, t) in enumerate(zip(pairs.head, pairs.tail, strict=True)):
        name = RELATIONS[pairs.features[i, 0]]
        if (name, a.spans[h].key, a.spans[t].key) not in gold:
            logits[i, RELATIONS.index(name)] = -9
    return found, pairs, logits


def read_perfectly(a):
    found, pairs, logits = perfect(a)
    return assembled(a.document, found, links_of(pairs, logits))


def linked(a):
    return sorted((r.type, a.text(r.head), a.text(r.tail)) for r in a.relations)


def test_right_logits_give_the_gold_annotations():
    gold = parse_markup(REPORT)
    read = read_perfectly(gold)
    assert [(s.key, s.attrs) for s in read.spans] == [(s.key, s.attrs) for s in gold.spans]
    assert linked(read) == linked(gold)
    assert len(gold.relations) == 8
    assert {s.score for s in read.spans} == {1.0}
    assert all(r.score > 0.99 for r in read.relations)


def test_a_document_without_spans_has_empty_annotations():
    gold = parse_markup("没有数据。")
    assert read_perfectly(gold) == gold


def test_a_figure_that_cannot_be_read_is_left_out_with_its_relations():
    gold = parse_markup("[信息|I][若干条|C value=3 m<]，[图片|I][5张|C m<]")
    read = read_perfectly(gold)
    assert [read.text(s) for s in read.spans] == ["图片", "5张"]
    assert linked(read) == [("measures", "5张", "图片")]


def test_a_phrase_that_no_figure_measures_is_left_out_unless_it_states_a_zero():
    gold = parse_markup("[维持|I]，[未收费|I fees_collected none]，[网站|I][网站|H website]")
    read = read_perfectly(gold)
    assert [(read.text(s), s.label) for s in read.spans] == [
        ("未收费", "INDICATOR"),
        ("网站", "CHANNEL"),
    ]


@pytest.mark.parametrize(
    ("figure", "phrase", "together"),
    [
        ({"letters": 1}, {"visits": 9}, "visits"),
        ({"letters": 9}, {"visits": 1}, "letters"),
        ({"letters": 3, "visits": 2}, {"visits": 3, "meetings": 2}, "visits"),
    ],
)
def test_a_figure_and_what_it_measures_are_two_witnesses_of_its_code(figure, phrase, together):
    gold = parse_markup("[访问|I][5次|C m<]，[图片|I][5张|C letters m<]")
    found, pairs, logits = perfect(gold)
    for row, said in zip(found.attributes[:2], (phrase, figure), strict=True):
        row[: len(CODES)] = 0
        for code, logit in said.items():
            row[CODES.index(code)] = logit
    first, second = assembled(gold.document, found, links_of(pairs, logits)).of("COUNT")
    assert first.attrs.indicator == together
    assert second.attrs.indicator == "letters"  # of another phrase it hears nothing


def chosen(markup: str, relation: str, probabilities: list[float]) -> list[tuple[str, str, str]]:
    """The relations of marked-up text whose pairs of one type have these probabilities."""
    a = parse_markup(markup)
    found, pairs, logits = perfect(a)
    logits[:] = -9
    number = RELATIONS.index(relation)
    p = np.array(probabilities)
    logits[pairs.features[:, 0] == number, number] = np.log(p / (1 - p))
    return linked(assembled(a.document, found, links_of(pairs, logits)))


@pytest.mark.parametrize(
    ("markup", "relation", "probabilities", "found"),
    [
        ("[文章|I][信息|I][5条|C]", "measures", [0.1, 0.3], ["信息"]),
        ("[文章|I][信息|I][5条|C]", "measures", [0.1, 0.15], []),
        ("[文章|I][信息|I][5条|C]", "measures", [0.6, 0.7], ["信息", "文章"]),
        ("[5条|C][网站|H][微博|H]", "via", [0.6, 0.7], ["微博", "网站"]),
        ("[5条|C][网站|H][微博|H]", "via", [0.3, 0.4], []),
        ("[办法|T][1号令|N][2号令|N]", "has_number", [0.6, 0.7], ["2号令"]),
        ("[办法|T][1号令|N][2号令|N]", "has_number", [0.3, 0.4], []),
        ("[办法|T][甲局|A][乙局|A]", "issued_by", [0.6, 0.7], ["乙局", "甲局"]),
    ],
)
def test_relations_by_their_probabilities(markup, relation, probabilities, found):
    assert [tail for _, _, tail in chosen(markup, relation, probabilities)] == found


def test_a_part_has_one_total():
    # 3条 of 9条, 3条 of 5条; 5条 of 9条, 5条 of 3条; 9条 of the others
    a = parse_markup("[9条|C][5条|C][3条|C]")
    found, pairs, logits = perfect(a)
    ends = list(zip(pairs.head.tolist(), pairs.tail.tolist(), strict=True))
    sure = {(2, 0): 2.0, (2, 1): 1.0, (1, 0): 3.0}
    logits[:, RELATIONS.index("part_of")] = [sure.get(e, -9.0) for e in ends]
    read = assembled(a.document, found, links_of(pairs, logits))
    assert linked(read) == [("part_of", "3条", "9条"), ("part_of", "5条", "9条")]


def test_attributes_are_the_likeliest_of_their_kind():
    document = Document("网站5条信息")
    rows = np.zeros((3, len(ATTRIBUTES)), dtype=np.float32)
    rows[:, CODES.index("letters")] = 1
    rows[:, len(CODES) + TYPES.index("radio")] = 2
    rows[2, ATTRIBUTES.index("stated")] = 0.1
    spans = [(0, 2, "CHANNEL"), (2, 4, "COUNT"), (4, 6, "INDICATOR")]
    found = Found(
        [(s, e, LABELS.index(k)) for s, e, k in spans], np.full(3, 0.123456, np.float32), rows
    )
    pairs = candidates(document.text, found.places)
    logits = np.full((len(pairs.head), len(RELATIONS)), -9, dtype=np.float32)
    logits[:, RELATIONS.index("measures")] = 9
    read = assembled(document, found, links_of(pairs, logits))
    assert [s.attrs.to_dict() for s in read.spans] == [
        {"type": "radio"},
        {"indicator": "letters", "value": 5.0, "unit": "条"},
        {"indicator": "letters", "value": 0.0, "stated": "none"},
    ]
    assert {s.score for s in read.spans} == {0.1235}
    rows[2, ATTRIBUTES.index("stated")] = -0.1
    assert assembled(document, found, links_of(pairs, logits)).spans[2].attrs.to_dict() == {}
