"""Training: stores → windows → batches → the network, with the Hugging Face Trainer beneath.

A run is a folder: ``config.yaml`` (resolved), one folder a stage with the Trainer's
checkpoints, ``best/`` (the checkpoint that scored best on dev) and ``manifest.json``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import platform
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import Dataset, Sampler
from transformers import (
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    EarlyStoppingCallback,
    Trainer,
    TrainingArguments,
)
from transformers.trainer_utils import get_last_checkpoint

from ie.annotation.store import read_store
from ie.document import Annotations
from ie.errors import ConfigError, ModelError
from ie.evaluate import evaluate
from ie.neural.annotate import Reader, read
from ie.neural.configuration import Configuration, Stage, parse_configuration
from ie.neural.encode import Alphabet, Encoded, alphabet_of, collate
from ie.neural.examples import UNSAID, targets
from ie.neural.network import Network
from ie.neural.vocabulary import ATTRIBUTES, CODES, TYPES, fingerprint

CHECKPOINT = "network.safetensors"
DESCRIPTION = "network.json"
PAIRS_PER_STEP = 4096


# Data


@dataclass(frozen=True)
class Corpus:
    """Gold annotations by what they are for."""

    train: tuple[Annotations, ...]
    dev: tuple[Annotations, ...]
    real: tuple[Annotations, ...]

    @property
    def sha256(self) -> str:
        """Of all texts and annotations: two runs with the same one saw the same data."""
        digest = hashlib.sha256()
        for part in (self.train, self.dev, self.real):
            for gold in part:
                rows = json.dumps(gold.to_dict(), ensure_ascii=False, sort_keys=True)
                digest.update((gold.document.sha256 + rows).encode())
        return digest.hexdigest()


def read_corpus(configuration: Configuration, leave_out: str | None = None) -> Corpus:
    """Read the stores of a configuration.

    Args:
        leave_out: the name of a real document that must not be seen.

    Raises:
        ReadError, AnnotationError: a store is missing or wrong.
    """
    data = configuration.data
    documents = [gold for path in data.corpus for gold in read_store(Path(path))]
    ranked = sorted(documents, key=lambda gold: gold.document.sha256)
    held = round(len(ranked) * data.dev)
    train = ranked[held:][: data.reports]
    texts = Path(data.texts) if data.texts else None
    real: list[Annotations] = []
    if texts and texts.is_dir():
        real = [gold for path in data.real for gold in read_store(Path(path), texts)]
    left = [gold for gold in real if Path(gold.document.name).stem != leave_out]
    if leave_out and len(left) == len(real):
        raise ConfigError(f"leave out {leave_out}", "no such real report", "one of data.real")
    return Corpus(tuple(train), tuple(ranked[:held]), tuple(left))


class Windows(Dataset[dict[str, Any]]):
    """Encoded windows with their targets, cached by ``datasets``.

    Args:
        gold: the documents.
        reader: cuts and encodes them.
        key: names the cache; equal keys must mean equal windows.
    """

    def __init__(self, gold: Sequence[Annotations], reader: Reader, key: str, cache: Path) -> None:
        self.rows = datasets.Dataset.from_generator(
            _rows,
            gen_kwargs={"gold": gold, "reader": reader},
            cache_dir=str(cache),
            fingerprint=hashlib.sha256(key.encode()).hexdigest()[:32],
        ).with_format("numpy")

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        row: dict[str, Any] = self.rows[index]
        return row


def _rows(gold: Sequence[Annotations], reader: Reader) -> Iterator[dict[str, Any]]:
    for annotations in gold:
        windows = reader.windows(annotations.document)
        encoded = reader.encode(annotations.document, windows)
        for e, t in zip(encoded, targets(annotations, windows), strict=True):
            yield {
                "pieces": e.pieces,
                "cover": e.cover,
                "inside": e.inside,
                "characters": e.characters,
                "place": e.place,
                "tags": t.tags.ravel(),
                "spans": t.spans.ravel(),
                "pairs": t.pairs.ravel(),
                "features": t.features.ravel(),
                "related": t.related,
            }


class Collator:
    """Rows to one batch of tensors.

    ``spans`` (S, 6) begin with the number of their window; ``pairs`` (N, 2) count through all
    spans of the batch.

    Args:
        padding: piece id that fills up.
        unknown: share of the characters that are made unknown.
    """

    def __init__(self, padding: int, unknown: float) -> None:
        self.padding, self.unknown = padding, unknown

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Tensor]:
        encoded = [
            Encoded(r["pieces"], r["cover"], r["inside"], r["characters"], int(r["place"]))
            for r in rows
        ]
        batch = collate(encoded, self.padding)
        characters = batch["characters"]
        # With the random state that the Trainer keeps in its checkpoints.
        chance = torch.rand(characters.shape).numpy()
        hidden = (chance < self.unknown) & (characters > 0)
        batch["characters"] = np.where(hidden, 1, characters)
        labels = len(rows[0]["tags"]) // len(rows[0]["characters"])
        tags = np.full((*characters.shape, labels), UNSAID)
        spans, pairs, count = [], [], 0
        for i, r in enumerate(rows):
            tags[i, : len(r["characters"])] = r["tags"].reshape(-1, labels)
            own = r["spans"].reshape(-1, 5).astype(np.int64)
            spans.append(np.concatenate([np.full((len(own), 1), i), own], axis=1))
            pairs.append(r["pairs"].reshape(-1, 2).astype(np.int64) + count)
            count += len(own)
        related = np.concatenate([r["related"] for r in rows]).astype(np.int64)
        width = next(
            (r["features"].size // r["related"].size for r in rows if r["related"].size), 1
        )
        features = [r["features"].reshape(-1, width).astype(np.int64) for r in rows]
        batch |= {
            "tags": tags,
            "spans": np.concatenate(spans),
            "pairs": np.concatenate(pairs),
            "features": np.concatenate(features),
            "related": related,
        }
        return {name: torch.from_numpy(np.ascontiguousarray(v)) for name, v in batch.items()}


# Loss


class Learner(nn.Module):
    """The network with its loss, as the Trainer wants it."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, **batch: Tensor) -> dict[str, Tensor]:
        """The sum of the losses of tags, attributes and relations.

        Each is summed and divided by the number of its positives, not of its places: nearly
        all tags are outside, and a mean over them learns nothing.
        """
        inputs = ("pieces", "mask", "cover", "inside", "characters", "place")
        tags, said, vectors = self.network(*(batch[name] for name in inputs))
        gold = batch["tags"]
        positives = (gold > 0).sum().clamp(min=1)
        loss = F.cross_entropy(
            tags.float().flatten(0, 2), gold.flatten(), ignore_index=UNSAID, reduction="sum"
        )
        loss = loss / positives
        if len(batch["spans"]):
            loss = loss + self._of_spans(said, vectors, batch)
        return {"loss": loss}

    def _of_spans(self, said: Tensor, vectors: Tensor, batch: dict[str, Tensor]) -> Tensor:
        window, start, end, code, kind, stated = batch["spans"].unbind(1)
        rows = _means(said.float(), window, start, end)  # S attributes
        parts = [
            F.cross_entropy(rows[:, : len(CODES)], code, ignore_index=UNSAID, reduction="sum"),
            F.cross_entropy(
                rows[:, len(CODES) : len(CODES) + len(TYPES)],
                kind,
                ignore_index=UNSAID,
                reduction="sum",
            ),
        ]
        asked = stated != UNSAID
        parts.append(
            F.binary_cross_entropy_with_logits(
                rows[asked, len(ATTRIBUTES) - 1], stated[asked].float(), reduction="sum"
            )
        )
        loss = torch.stack(parts).sum() / len(window)
        head, tail = batch["pairs"].unbind(1)
        if not len(head):
            return loss
        vectors = vectors.float()
        own = _means(vectors, window, start, end)
        low = torch.minimum(end[head], end[tail])
        high = torch.maximum(low, torch.maximum(start[head], start[tail]))
        between = _means(vectors, window[head], low, high)
        logits = self.network.judge(own[head], own[tail], between, batch["features"])
        chosen = logits.gather(1, batch["features"][:, :1]).squeeze(1)
        related = batch["related"].float()
        wrong = F.binary_cross_entropy_with_logits(chosen, related, reduction="sum")
        return loss + wrong / related.sum().clamp(min=1)


def _means(values: Tensor, window: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """(S, D) means of intervals of (B, C, D) values; zeros for an empty interval."""
    sums = F.pad(values.cumsum(1), (0, 0, 1, 0))
    length = (end - start).clamp(min=1).unsqueeze(1)
    return (sums[window, end] - sums[window, start]) / length


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
        return tuple(x.float().cpu().numpy() for x in (tags, said, vectors))  # type: ignore[return-value]

    def pairs(self, head: Any, tail: Any, between: Any, features: Any) -> Any:
        """See :class:`ie.neural.annotate.Forward`."""
        arrays = [self._tensor(a) for a in (head, tail, between, features)]
        with torch.inference_mode():
            return self.network.judge(*arrays).cpu().numpy()

    def _tensor(self, array: Any) -> Tensor:
        device = next(self.network.parameters()).device
        return torch.from_numpy(np.ascontiguousarray(array)).to(device)


# The model as files


def build(configuration: Configuration, alphabet: Alphabet) -> tuple[Network, Reader]:
    """A network that is yet to be trained, and what reads documents for it.

    Raises:
        ModelError: the encoder cannot be loaded.
    """
    options = configuration.network
    try:
        tokenizer = AutoTokenizer.from_pretrained(options.encoder, use_fast=True)
        shape = AutoConfig.from_pretrained(options.encoder)
        if options.layers:
            shape.num_hidden_layers = options.layers
        if options.random:
            encoder = AutoModel.from_config(shape)
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
    return network, _reader(
        tokenizer.backend_tokenizer, alphabet, configuration, tokenizer.pad_token_id
    )


def _reader(
    tokenizer: Tokenizer, alphabet: Alphabet, configuration: Configuration, padding: int
) -> Reader:
    tokenizer.no_padding()
    tokenizer.no_truncation()
    w = configuration.windows
    constrained = configuration.training.decoding == "constrained"
    return Reader(tokenizer, alphabet, w.size, w.overlap, w.path, padding or 0, constrained)


def save(folder: Path, network: Network, reader: Reader, configuration: Configuration) -> None:
    """Write a checkpoint: weights (safetensors), description, tokenizer, encoder's shape."""
    folder.mkdir(parents=True, exist_ok=True)
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
        encoder = AutoModel.from_config(shape).float()
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


# Training


class _Trainer(Trainer):  # type: ignore[misc]
    """The Trainer with two learning rates, weighted windows and our own evaluation."""

    def __init__(self, stage: Stage, draw: _Draw, dev: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stage, self.draw, self.dev = stage, draw, dev

    def create_optimizer(self, model: Any = None) -> Any:
        """AdamW, the encoder slower than the rest, no decay on biases and norms."""
        if self.optimizer is None:
            groups: dict[tuple[float, float], list[Any]] = {}
            for name, p in self.model.named_parameters():
                rate = (
                    self.stage.encoder_rate if ".encoder." in f".{name}" else self.stage.head_rate
                )
                decay = 0.01 if p.ndim > 1 else 0.0
                groups.setdefault((rate, decay), []).append(p)
            self.optimizer = torch.optim.AdamW(
                [{"params": p, "lr": r, "weight_decay": d} for (r, d), p in groups.items()]
            )
        return self.optimizer

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return self.draw

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Strict scores on dev by the code that predicts."""
        scores = self.dev()
        metrics = {f"eval_{k}": v for k, v in scores.items()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics


def score(gold: Sequence[Annotations], reader: Reader, forward: Any) -> dict[str, float]:
    """Strict F1 of spans, core labels, facts and relations, pooled over documents."""
    predicted = [read(g.document, reader, forward) for g in gold]
    pooled = evaluate(list(zip(gold, predicted, strict=True)), bootstrap=0).pooled
    names = {
        "spans": "spans.all",
        "core": "spans.core",
        "facts": "facts.all",
        "coded": "facts.coded",
        "relations": "relations.all",
    }
    scores = {short: pooled[name].f1 or 0.0 for short, name in names.items()}
    return {**scores, "mean": sum(scores.values()) / len(scores)}


def train(
    configuration: Configuration,
    output: Path,
    *,
    start: Path | None = None,
    leave_out: str | None = None,
) -> Path:
    """Train all stages; go on from the last checkpoint where the run was cut off.

    Args:
        configuration: decides everything but code and data.
        output: folder of the run.
        start: a checkpoint whose weights the first stage begins with.
        leave_out: name of a real report that is not trained on.

    Returns:
        The folder of the best checkpoint of the last stage.

    Raises:
        ReadError, AnnotationError, ConfigError, ModelError: see :func:`read_corpus`,
            :func:`build` and :func:`load`; also where the folder holds a run of another
            configuration.
    """
    transformers.logging.set_verbosity_error()
    datasets.logging.set_verbosity_error()
    datasets.disable_progress_bars()
    transformers.set_seed(configuration.training.seed)
    corpus = read_corpus(configuration, leave_out)
    _claim(output, configuration, corpus)
    if start:
        network, reader, _ = load(start)
    else:
        texts = [g.document.text for g in (*corpus.train, *corpus.real)]
        network, reader = build(configuration, alphabet_of(texts))
    best = output / "best"
    scores: dict[str, dict[str, float]] = {}
    for number, stage in enumerate(configuration.training.stages):
        folder = output / f"{number}-{stage.name}"
        if not (folder / "done").exists():
            if number:
                network, reader, _ = load(best)
            _train_stage(configuration, stage, network, reader, corpus, folder)
            (folder / "done").touch()
        best = folder / "best"
        scores[stage.name] = json.loads((best / "scores.json").read_text())
    _write_manifest(output, configuration, corpus, scores, leave_out)
    return best


def _claim(output: Path, configuration: Configuration, corpus: Corpus) -> None:
    """Make the folder this run's, or find that it is already."""
    resolved = f"# data {corpus.sha256}\n{configuration.to_yaml()}"
    path = output / "config.yaml"
    if path.exists() and path.read_text(encoding="utf-8") != resolved:
        raise ConfigError(
            str(output),
            "a run with another configuration or other data",
            "a new folder, or the same run to go on with",
            "choose another output, or remove it",
        )
    output.mkdir(parents=True, exist_ok=True)
    path.write_text(resolved, encoding="utf-8")


def _train_stage(
    configuration: Configuration,
    stage: Stage,
    network: Network,
    reader: Reader,
    corpus: Corpus,
    folder: Path,
) -> None:
    options = configuration.training
    key = json.dumps(
        [
            corpus.sha256,
            configuration.windows.model_dump(),
            reader.alphabet.characters,
            configuration.network.encoder,
            stage.real > 0,
        ]
    )
    gold = [*corpus.train, *(corpus.real if stage.real else ())]
    rows = Windows(gold, reader, key, folder.parent / "cache")
    invented = sum(len(reader.windows(g.document)) for g in corpus.train)
    draw = _Draw(invented, len(rows) - invented, stage, options.seed)
    if not len(draw):
        raise ConfigError(
            f"stage {stage.name}", "no windows to train on", "data.corpus or data.real"
        )
    forward = TorchForward(network, options.precision == "bf16")
    best = _KeepBest(folder / "best", network, reader, configuration)

    def dev() -> dict[str, float]:
        network.eval()
        scores = score(corpus.dev, reader, forward)
        network.train()
        best.offer(scores)
        return scores

    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=stage.epochs,
        per_device_train_batch_size=options.batch,
        gradient_accumulation_steps=options.accumulate,
        max_grad_norm=1.0,
        lr_scheduler_type="linear",
        warmup_steps=max(
            1, round(stage.warmup * stage.epochs * len(draw) / options.batch / options.accumulate)
        ),
        bf16=options.precision == "bf16",
        use_cpu=not torch.cuda.is_available(),
        seed=options.seed,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        logging_steps=20,
        load_best_model_at_end=False,
        metric_for_best_model="eval_mean",
        remove_unused_columns=False,
        report_to=_reports(),
        dataloader_num_workers=0,
        label_names=["tags"],
    )
    callbacks = [EarlyStoppingCallback(stage.patience)] if stage.patience else []
    trainer = _Trainer(
        stage,
        draw,
        dev,
        model=Learner(network),
        args=arguments,
        train_dataset=rows,
        eval_dataset=rows,
        data_collator=Collator(reader.padding, options.unknown),
        callbacks=callbacks,
    )
    last = get_last_checkpoint(str(folder)) if folder.exists() else None
    trainer.train(resume_from_checkpoint=last)


class _KeepBest:
    """Writes a checkpoint whenever the dev score is higher than ever."""

    def __init__(
        self, folder: Path, network: Network, reader: Reader, configuration: Configuration
    ):
        self.folder, self.network, self.reader = folder, network, reader
        self.configuration = configuration
        record = folder / "scores.json"
        self.best = json.loads(record.read_text())["mean"] if record.exists() else -1.0

    def offer(self, scores: dict[str, float]) -> None:
        """Keep the network as it is now if it scores best."""
        if scores["mean"] <= self.best:
            return
        self.best = scores["mean"]
        save(self.folder, self.network, self.reader, self.configuration)
        (self.folder / "scores.json").write_text(json.dumps(scores))


class _Draw(Sampler[int]):
    """The windows of an epoch: a share of the corpus and each real window several times.

    What is drawn depends on the seed and the number of the epoch alone, so that a training
    that was cut off goes on with the same windows.
    """

    def __init__(self, corpus: int, real: int, stage: Stage, seed: int) -> None:
        self.corpus, self.real, self.stage, self.seed = corpus, real, stage, seed
        self.drawn = round(corpus * stage.corpus)
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the Trainer when an epoch begins."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.drawn + self.real * self.stage.real

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self.seed, self.epoch))
        chosen = random.permutation(self.corpus)[: self.drawn]
        real = np.tile(np.arange(self.corpus, self.corpus + self.real), self.stage.real)
        return iter(random.permutation(np.concatenate([chosen, real])).tolist())


def _reports() -> list[str]:
    """Where to report to: TensorBoard, where it is installed."""
    return ["tensorboard"] if importlib.util.find_spec("tensorboard") else []


def _write_manifest(
    output: Path,
    configuration: Configuration,
    corpus: Corpus,
    scores: dict[str, dict[str, float]],
    leave_out: str | None,
) -> None:
    git = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        commit = None
    manifest = {
        "configuration": configuration.model_dump(),
        "git": commit,
        "data": corpus.sha256,
        "documents": {
            "train": len(corpus.train),
            "dev": len(corpus.dev),
            "real": [g.document.name for g in corpus.real],
        },
        "left_out": leave_out,
        "dev": scores,
        "versions": {
            "python": platform.python_version(),
            **{m.__name__: m.__version__ for m in (torch, transformers, datasets, np)},
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (output / "manifest.json").write_text(text + "\n", encoding="utf-8")
