"""Training, with the Hugging Face Trainer beneath.

A run is a folder: ``config.yaml`` (resolved), one folder a stage with the Trainer's
checkpoints and ``best/`` (the one that scored best on dev), and ``manifest.json``.

Under ``torchrun`` or ``accelerate launch`` several processes train one network: a step is then
``batch × accumulate`` windows of each of them, and what it learns is the same as from one
process with so great a batch. The first process scores and writes, and tells the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import logging
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import torch
import transformers
from torch.utils.data import Sampler
from transformers import EarlyStoppingCallback, Trainer, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from ie.document import Annotations
from ie.errors import ConfigError
from ie.evaluate import evaluate
from ie.neural import processes
from ie.neural.annotate import Reader, read
from ie.neural.batches import Collator, Corpus, Windows, read_corpus
from ie.neural.checkpoint import CHECKPOINT, SCORES, TorchForward, build, load, save
from ie.neural.configuration import Configuration, Stage
from ie.neural.encode import alphabet_of
from ie.neural.examples import lost_relations
from ie.neural.learner import Learner, counts_of
from ie.neural.network import Network


class _Trainer(Trainer):
    """The Trainer with two learning rates, weighted windows and our own evaluation."""

    def __init__(self, stage: Stage, draw: _Draw, dev: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stage, self.draw, self.dev = stage, draw, dev

    def create_optimizer(self, model: Any = None) -> Any:
        """AdamW, the encoder slower than the rest, no decay on biases and norms."""
        if self.optimizer is None:
            groups: dict[tuple[float, float], list[Any]] = {}
            learner: Any = self.model
            stage = self.stage
            for name, p in learner.named_parameters():
                rate = stage.encoder_rate if ".encoder." in name else stage.head_rate
                decay = 0.01 if p.ndim > 1 else 0.0
                groups.setdefault((rate, decay), []).append(p)
            self.optimizer = torch.optim.AdamW(
                [{"params": p, "lr": r, "weight_decay": d} for (r, d), p in groups.items()],
                fused=True,
            )
        return self.optimizer

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return self.draw

    def get_batch_samples(
        self, epoch_iterator: Any, num_batches: int, device: Any
    ) -> tuple[list[Any], Any]:
        """The batches of a step, each with what the losses of the whole step are divided by.

        Batches differ in what is marked in them, so that a mean of their means would not be
        the mean of all.
        """
        batches, items = super().get_batch_samples(epoch_iterator, num_batches, device)
        if batches:
            counts = processes.summed(torch.stack([counts_of(b) for b in batches]).sum(0))
            # The Trainer divides a loss by the batches of the step, and gradients by the processes.
            counts = counts.clamp(min=1) / (len(batches) * processes.count())
            for batch in batches:
                batch["counts"] = counts
        return batches, items

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Strict scores on dev by the code that predicts."""
        scores = processes.first_finds(self.dev)
        metrics = {f"eval_{k}": v for k, v in scores.items()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics


def score(gold: Sequence[Annotations], reader: Reader, forward: Any) -> dict[str, float]:
    """Strict F1 of spans, core labels, facts and relations, pooled over documents."""
    return scores_of(gold, [read(g.document, reader, forward) for g in gold])


def scores_of(gold: Sequence[Annotations], predicted: Sequence[Annotations]) -> dict[str, float]:
    """The scores of what was predicted, see :func:`score`, and their mean."""
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
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    datasets.logging.set_verbosity_error()
    datasets.disable_progress_bars()
    processes.join()
    transformers.set_seed(configuration.training.seed)
    corpus = read_corpus(configuration, leave_out)
    if configuration.data.real and not corpus.real:
        logging.warning("no real reports: %s is missing", configuration.data.texts)
    if start:
        network, reader, _ = load(start)
    else:
        texts = [g.document.text for g in (*corpus.train, *corpus.real)]
        network, reader = build(configuration, alphabet_of(texts))
    processes.first_finds(lambda: _claim(output, configuration, corpus, start))
    best = output / "best"
    scores: dict[str, dict[str, float]] = {}
    for number, stage in enumerate(configuration.training.stages):
        folder = output / f"{number}-{stage.name}"
        done = folder / "done"
        if not processes.first_finds(done.exists):
            if number:
                network, reader, _ = load(best)
            _train_stage(configuration, stage, network, reader, corpus, folder)
            processes.first_finds(done.touch)
        best = folder / "best"
        scores[stage.name] = json.loads((best / SCORES).read_text())
    processes.first_finds(lambda: _write_manifest(output, configuration, corpus, scores, leave_out))
    return best


def _claim(output: Path, configuration: Configuration, corpus: Corpus, start: Path | None) -> None:
    """Make the folder this run's, or find that it is already."""
    resolved = f"# data {corpus.sha256}\n{configuration.to_yaml()}"
    if processes.count() > 1:
        resolved = f"# processes {processes.count()}\n{resolved}"
    if start:
        weights = hashlib.sha256((start / CHECKPOINT).read_bytes()).hexdigest()
        resolved = f"# start {weights}\n{resolved}"
    path = output / "config.yaml"
    if path.exists() and path.read_text(encoding="utf-8") != resolved:
        raise ConfigError(
            str(output),
            "a run with another configuration or other data or another start or more processes",
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
    with processes.first_goes_ahead():  # the others find them in the cache
        rows = Windows(gold, reader, key, folder.parent / "cache")
    invented = sum(len(reader.windows(g.document)) for g in corpus.train)
    draw = _Draw(invented, len(rows) - invented, stage, options.seed)
    if not len(draw):
        raise ConfigError(
            f"stage {stage.name}", "no windows to train on", "data.corpus or data.real"
        )
    if not torch.cuda.is_available():
        # On a CPU the backward pass of fused attention takes two fifths of a step's time.
        network.encoder.set_attn_implementation("eager")
    forward = TorchForward(network, options.precision == "bf16")
    best = _KeepBest(folder / "best", network, reader, configuration)

    def dev() -> dict[str, float]:
        network.eval()
        scores = score(corpus.dev, reader, forward)
        network.train()
        best.offer(scores)
        return scores

    together = options.batch * options.accumulate * processes.count()
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=stage.epochs,
        per_device_train_batch_size=options.batch,
        gradient_accumulation_steps=options.accumulate,
        max_grad_norm=1.0,
        lr_scheduler_type="linear",
        warmup_steps=max(1, round(stage.warmup * stage.epochs * len(draw) / together)),
        bf16=options.precision == "bf16",
        use_cpu=not torch.cuda.is_available(),
        seed=options.seed,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        logging_steps=20,
        load_best_model_at_end=False,
        # With a metric the Trainer would keep its best checkpoint instead of its last one.
        metric_for_best_model="eval_mean" if stage.patience else None,
        remove_unused_columns=False,
        report_to=_reports(),
        dataloader_num_workers=0,
        label_names=["tags"],
        ddp_find_unused_parameters=False,  # the learner uses all
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
    last = get_last_checkpoint(str(folder)) if folder.exists() else None  # type: ignore[no-untyped-call]
    if number := processes.number():
        # The Trainer has given all processes one seed; each drops out units of its own.
        torch.manual_seed(options.seed + number)
    # The Trainer's log lines go to standard output, which is the caller's.
    with contextlib.redirect_stdout(sys.stderr):
        trainer.train(resume_from_checkpoint=last)


class _KeepBest:
    """Writes a checkpoint whenever the dev score is higher than ever."""

    def __init__(
        self, folder: Path, network: Network, reader: Reader, configuration: Configuration
    ):
        self.folder, self.network, self.reader = folder, network, reader
        self.configuration = configuration
        record = folder / SCORES
        self.best = json.loads(record.read_text())["mean"] if record.exists() else -1.0

    def offer(self, scores: dict[str, float]) -> None:
        """Keep the network as it is now if it scores best."""
        if scores["mean"] <= self.best:
            return
        self.best = scores["mean"]
        save(self.folder, self.network, self.reader, self.configuration, scores)


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
    seen = (*corpus.train, *corpus.real)
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
        "processes": processes.count(),
        "relations": sum(len(g.relations) for g in seen),
        "relations_out_of_reach": sum(lost_relations(g) for g in seen),
        "dev": scores,
        "versions": {
            "python": platform.python_version(),
            **{m.__name__: m.__version__ for m in (torch, transformers, datasets, np)},
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (output / "manifest.json").write_text(text + "\n", encoding="utf-8")
