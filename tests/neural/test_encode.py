"""Encoding: every character is covered by a piece of its own window, whatever the tokenizer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from ie.document import Document
from ie.neural.encode import DEPTH, Alphabet, alphabet_of, collate, encode, normal
from ie.neural.windows import Window, make_windows

ODD = "公开信息5条，。12%AaＡ１ \t\r\n\u3000\u00a0\u200b\u0000😀𠮷é\u0301ﬁ㈠½"
TEXTS = st.one_of(st.text(ODD, max_size=80), st.text(max_size=80))
PATH = "公开 情况"


def unigram() -> Tokenizer:
    """Pieces of several characters; white space is a piece, as in XLM-R."""
    words = ["<s>", "<pad>", "</s>", "<unk>", "▁", "公开", "公", "信息", "5条", "▁公开", "。"]
    tokenizer = Tokenizer(models.Unigram([(w, -float(i)) for i, w in enumerate(words)], 3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return _ended(tokenizer, "<s>", "</s>")


def wordpiece() -> Tokenizer:
    """Pieces within words; white space is dropped, as in BERT."""
    words = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "公", "开", "信", "5", "12", "##3", "a", "##a"]
    vocabulary = {w: i for i, w in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return _ended(tokenizer, "[CLS]", "[SEP]")


def byte_level() -> Tokenizer:
    """A piece is a byte, so several cover one character, as in GPT."""
    symbols = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {c: i for i, c in enumerate(["<s>", "</s>", *symbols])}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return _ended(tokenizer, "<s>", "</s>")


def _ended(tokenizer: Tokenizer, start: str, end: str) -> Tokenizer:
    ids = [(t, tokenizer.token_to_id(t)) for t in (start, end)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", pair=f"{start} $A {end} $B:1 {end}:1", special_tokens=ids
    )
    return tokenizer


TOKENIZERS = {f.__name__: f() for f in (unigram, wordpiece, byte_level)}
every_tokenizer = pytest.mark.parametrize("tokenizer", TOKENIZERS.values(), ids=TOKENIZERS)


def whole(text: str, path: str = "") -> Window:
    return Window(0, len(text), 0, len(text), path, 0)


def encoded(text, tokenizer, path=""):
    (one,) = encode(Document(text), [whole(text, path)], tokenizer, alphabet_of([text], 1))
    return one


@every_tokenizer
@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_every_character_is_covered_by_a_piece_of_the_text(tokenizer, text):
    document = Document(text)
    windows = make_windows(document, 32, 8, 8)
    alphabet = alphabet_of([text], 1)
    for window, e in zip(windows, encode(document, windows, tokenizer, alphabet), strict=True):
        length = window.end - window.start
        assert len(e.cover) == len(e.inside) == len(e.characters) == length
        first = 1 + int(np.flatnonzero(e.pieces == e.pieces[-1])[0])  # behind the separator
        read = len(e.pieces) - 1 - first  # pieces of the text; none where all is white space
        assert (first if read else 0) <= e.cover.min()
        assert e.cover.max() < (first + read if read else 1)
        assert (np.diff(e.cover) >= 0).all()
        assert e.inside.min() >= 0
        assert e.inside.max() < DEPTH
        assert e.place == window.place


@every_tokenizer
@given(TEXTS.filter(bool))
@settings(max_examples=60, deadline=None)
def test_a_covering_piece_stands_where_its_character_stands(tokenizer, text):
    normalized = "".join(map(normal, text))
    encoding = tokenizer.encode(PATH, normalized)
    of_text = {
        i: encoding.offsets[i] for i, sequence in enumerate(encoding.sequence_ids) if sequence == 1
    }
    cover = encoded(text, tokenizer, PATH).cover
    for at, piece in enumerate(cover):
        if any(start <= at < end for start, end in of_text.values()):
            start, end = of_text[int(piece)]
            assert start <= at < end
        elif at:
            assert piece == cover[at - 1]


@given(st.characters(codec=None))
@settings(max_examples=100)
def test_a_normal_character_is_one_character_and_stays_so(c):
    assert len(normal(c)) == 1
    assert normal(normal(c)) == normal(c)


@pytest.mark.parametrize(
    ("character", "becomes"),
    [
        *zip("Ａ１％，（", "A1%,(", strict=True),
        *((c, " ") for c in "\n\r\t\u3000\u00a0\u200b\u0000\ufeff\ud800"),
        *((c, c) for c in "公a。、😀𠮷ﬁ㈠½"),
    ],
)
def test_normal(character, becomes):
    assert normal(character) == becomes


def test_pieces_are_the_path_then_the_text():
    e = encoded("公开信息5条。", TOKENIZERS["unigram"], "公开")
    tokens = [TOKENIZERS["unigram"].id_to_token(i) for i in e.pieces]
    assert tokens == ["<s>", "▁公开", "</s>", "▁公开", "信息", "5条", "。", "</s>"]
    assert e.cover.tolist() == [3, 3, 4, 4, 5, 5, 6]
    assert e.inside.tolist() == [0, 1, 0, 1, 0, 1, 0]


def test_the_mark_before_a_text_does_not_cover_its_first_character():
    e = encoded("信息。", TOKENIZERS["unigram"])
    tokens = [TOKENIZERS["unigram"].id_to_token(i) for i in e.pieces]
    assert tokens == ["<s>", "</s>", "▁", "信息", "。", "</s>"]
    assert e.cover.tolist() == [3, 3, 4]
    assert encoded(" 信息", TOKENIZERS["unigram"]).cover.tolist()[1:] == [3, 3]


def test_dropped_white_space_is_covered_by_the_piece_before_it():
    e = encoded("公\r\n\u3000开 5", TOKENIZERS["wordpiece"])
    tokens = [TOKENIZERS["wordpiece"].id_to_token(i) for i in e.pieces]
    assert tokens == ["[CLS]", "[SEP]", "公", "开", "5", "[SEP]"]
    assert e.cover.tolist() == [2, 2, 2, 2, 3, 3, 4]
    assert encoded("  公", TOKENIZERS["wordpiece"]).cover.tolist() == [2, 2, 2]


def test_of_several_pieces_in_one_character_the_first_covers_it():
    e = encoded("公a😀a", TOKENIZERS["byte_level"])
    assert len(e.pieces) == 2 + 3 + 1 + 4 + 1 + 1
    assert e.cover.tolist() == [2, 5, 6, 10]
    assert not e.inside.any()


def test_places_in_a_piece_are_counted_to_the_last_that_is_told_apart():
    e = encoded("公xyzuvw公", TOKENIZERS["unigram"])
    unknown = e.inside[1:7].tolist()  # the unknown letters are one piece
    assert len(set(e.cover[1:7].tolist())) == 1
    assert unknown == [0, 1, 2, 3, 3, 3]
    assert e.inside[7] == 0


def test_full_width_forms_give_the_pieces_of_their_half_width_ones():
    for tokenizer in TOKENIZERS.values():
        wide, narrow = encoded("公１２３ＡA", tokenizer), encoded("公123AA", tokenizer)
        assert wide.pieces.tolist() == narrow.pieces.tolist()
        assert wide.cover.tolist() == narrow.cover.tolist()


def test_a_window_reads_its_part_of_the_text():
    text = "信信\n公开，５"
    alphabet = Alphabet("公开信,5\n")
    window = Window(2, 7, 2, 7, "", 3)
    (e,) = encode(Document(text), [window], TOKENIZERS["wordpiece"], alphabet)
    assert e.characters.tolist() == alphabet.ids(text)[2:7].tolist() == [7, 2, 3, 5, 6]
    tokens = [TOKENIZERS["wordpiece"].id_to_token(i) for i in e.pieces]
    assert tokens == ["[CLS]", "[SEP]", "公", "开", "[UNK]", "5", "[SEP]"]
    assert e.place == 3


@given(st.text(ODD, max_size=60))
@settings(max_examples=60)
def test_an_alphabet_tells_its_characters_apart_and_knows_padding_and_the_unknown(text):
    alphabet = alphabet_of([text], 1)
    ids = alphabet.ids(text)
    assert len(ids) == len(text)
    assert all(2 <= i < len(alphabet) for i in ids)
    same = [c if c == "\n" else normal(c) for c in text]
    assert len(set(ids.tolist())) == len(set(same)) == len(alphabet) - 2
    assert alphabet.ids("鑫").tolist() == [1]


def test_an_alphabet_leaves_out_what_is_rare():
    assert alphabet_of(["公开公", "开１", "1信"]).characters == "1公开"
    assert alphabet_of(["公开公"], least=3).characters == ""


def test_a_batch_is_padded_to_its_longest_window():
    short, long = (encoded(t, TOKENIZERS["wordpiece"]) for t in ("公开", "公开信5 12"))
    batch = collate([short, long], padding=0)
    assert {k: v.shape for k, v in batch.items()} == {
        "pieces": (2, 8),
        "mask": (2, 8),
        "cover": (2, 7),
        "inside": (2, 7),
        "characters": (2, 7),
        "place": (2,),
    }
    assert batch["mask"].tolist() == [[1] * 5 + [0] * 3, [1] * 8]
    assert batch["pieces"][0].tolist() == [*short.pieces, 0, 0, 0]
    assert batch["cover"][0].tolist() == [*short.cover, 0, 0, 0, 0, 0]
    assert (batch["characters"] == 0).tolist() == [[False] * 2 + [True] * 5, [False] * 7]
    assert batch["pieces"][1].tolist() == long.pieces.tolist()
    assert all(v.dtype == np.int64 for v in batch.values())
    assert collate([short, long], padding=9)["pieces"][0, -1] == 9
