"""The network in PyTorch as files: built from an encoder, saved, loaded, and run.

A checkpoint is a folder: ``network.safetensors``, ``network.json`` (configuration, alphabet and
vocabulary), ``tokenizer.json`` and the shape of the encoder. Nothing in it is pickled.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoConfig, AutoModel, AutoTokenizer

from ie.errors import ModelError
from ie.neural.annotate import Reader
from ie.neural.configuration import Configuration, parse_configuration
from ie.neural.encode import Alphabet
from ie.neural.network import Network
from ie.neural.vocabulary import fingerprint

CHECKPOINT = "network.safetensors"
DESCRIPTION = "network.json"
SCORES = "scores.json"


class TorchForward:
    """The network in PyTorch, as :func:`ie.neural.annotate.read` calls it."""

    def __init__(self, network: Network, bf16: bool = False) -> None:
        self.network, self.bf16 = network, bf16

    def windows(self, batch: dict[str, Any]) -> tuple[Any, Any, Any]:
        """See :class:`ie.neural.annotate.Forward`."""
        inputs = ("pieces", "mask", "cover", "inside", "characters", "place")
        tensors = [self._tensor(batch[name]) for name in inputs]
        device = tensors[0].device.type
        with torch.inference_mode(), torch.autocast(device, torch.bfloat16, enabled=self.bf16):
            tags, said, vectors = self.network(*tensors)
        return tuple(x.float().cpu().numpy() for x in (tags, said, vectors))

    def pairs(self, head: Any, tail: Any, between: Any, features: Any) -> Any:
        """See :class:`ie.neural.annotate.Forward`."""
        arrays = [self._tensor(a) for a in (head, tail, between, features)]
        with torch.inference_mode():
            return self.network.judge(*arrays).cpu().numpy()

    def _tensor(self, array: Any) -> Tensor:
        device = next(self.network.parameters()).device
        return torch.from_numpy(np.ascontiguousarray(array)).to(device)


def build(configuration: Configuration, alphabet: Alphabet) -> tuple[Network, Reader]:
    """A network that is yet to be trained, and what reads documents for it.

    Raises:
        ModelError: the encoder cannot be loaded.
    """
    options = configuration.network
    try:
        tokenizer = AutoTokenizer.from_pretrained(options.encoder, use_fast=True)
        shape = AutoConfig.from_pretrained(options.encoder)
        # On a CPU dropout inside the encoder costs a fifth of the time, and it is not missed.
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
            if hasattr(shape, name):
                setattr(shape, name, options.encoder_dropout)
        if options.layers:
            shape.num_hidden_layers = options.layers
        if options.random:
            encoder = AutoModel.from_config(shape)  # type: ignore[no-untyped-call]
        else:
            encoder = AutoModel.from_pretrained(options.encoder, config=shape)
    except (OSError, ValueError) as error:
        problem = str(error).splitlines()[0]
        raise ModelError(
            options.encoder,
            problem,
            "an encoder's folder, or a name on a hub that can be reached",
            "see scripts/build_encoder.py",
        ) from None
    encoder = encoder.float()
    encoder.pooler = None  # nothing reads it
    network = Network(encoder, len(alphabet), options)
    padding = tokenizer.pad_token_id or 0
    return network, _reader(tokenizer.backend_tokenizer, alphabet, configuration, padding)


def _reader(
    tokenizer: Tokenizer, alphabet: Alphabet, configuration: Configuration, padding: int
) -> Reader:
    tokenizer.no_padding()
    tokenizer.no_truncation()
    w = configuration.windows
    constrained = configuration.training.decoding == "constrained"
    return Reader(tokenizer, alphabet, w.size, w.overlap, w.path, padding, constrained)


def save(
    folder: Path,
    network: Network,
    reader: Reader,
    configuration: Configuration,
    scores: dict[str, float],
) -> None:
    """Write a checkpoint: weights (safetensors), description, tokenizer, shape, dev scores.

    A checkpoint that stands there is replaced once the new one is whole.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent))
    _write(made, network, reader, configuration)
    (made / SCORES).write_text(json.dumps(scores), encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    made.rename(folder)


def _write(folder: Path, network: Network, reader: Reader, configuration: Configuration) -> None:
    state = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items()}
    save_file(state, folder / CHECKPOINT)
    reader.tokenizer.save(str(folder / "tokenizer.json"))
    network.encoder.config.save_pretrained(folder / "encoder")
    description = {
        "configuration": configuration.model_dump(),
        "alphabet": reader.alphabet.characters,
        "padding": reader.padding,
        **fingerprint(),
    }
    (folder / DESCRIPTION).write_text(
        json.dumps(description, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def load(folder: Path) -> tuple[Network, Reader, Configuration]:
    """Read a checkpoint that :func:`save` wrote.

    Raises:
        ModelError: a file is missing, damaged, or of another vocabulary.
    """
    try:
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        configuration = parse_configuration(description["configuration"], str(folder))
        for name, expected in fingerprint().items():
            if description[name] != expected:
                raise ModelError(
                    str(folder),
                    f"other {name} than these",
                    "the vocabulary of this version",
                    "train again",
                )
        shape = AutoConfig.from_pretrained(folder / "encoder")
        alphabet = Alphabet(description["alphabet"])
        encoder = AutoModel.from_config(shape).float()  # type: ignore[no-untyped-call]
        encoder.pooler = None
        network = Network(encoder, len(alphabet), configuration.network)
        network.load_state_dict(load_file(folder / CHECKPOINT))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except ModelError:
        raise
    except Exception as error:  # safetensors and tokenizers raise classes of their own
        problem = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        raise ModelError(str(folder), problem, "a checkpoint of ie train", "train again") from None
    return (
        network,
        _reader(tokenizer, alphabet, configuration, description["padding"]),
        configuration,
    )
