"""The configuration of a training: a YAML file with typed fields.

Unknown keys and values of a wrong type or range are refused, all at once, each with its path.
``extends`` names another file, relative to this one, whose values hold where this one is silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ie.errors import ConfigError
from ie.reading import as_read_error

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0, lt=1)]


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DataOptions(_Options):
    """What is trained on.

    Args:
        corpus: stores whose documents are invented (JSON lines, see ``annotations/``).
        real: stand-off stores of real reports.
        texts: the folder of the texts of the real reports; without it they are left out.
        dev: stores that are never trained on and choose the best checkpoint.
        reports: at most so many corpus documents are used, the same ones whatever the seed;
            all where null.
    """

    corpus: list[str] = []
    real: list[str] = []
    texts: str | None = None
    dev: list[str] = []
    reports: Positive | None = None


class WindowOptions(_Options):
    """How documents are cut, in characters; see :func:`ie.neural.windows.make_windows`."""

    size: Annotated[int, Field(ge=32, le=400)] = 256
    overlap: Annotated[int, Field(ge=0, le=128)] = 48
    path: Annotated[int, Field(ge=0, le=64)] = 32


class NetworkOptions(_Options):
    """The network.

    Args:
        encoder: a folder or a hub name, for ``AutoModel.from_pretrained``.
        layers: of the encoder, from the first; all where null.
        random: start the encoder from random weights (for comparison).
        character: dimensions of a character's own vector.
        width: dimensions of the character layer.
        pair: dimensions of the vectors from which relations are judged.
        dropout: in the layers after the encoder.
        encoder_dropout: inside the encoder.
    """

    encoder: str = "models/encoder"
    layers: Positive | None = None
    random: bool = False
    character: Positive = 48
    width: Positive = 320
    pair: Positive = 128
    dropout: Share = 0.15
    encoder_dropout: Share = 0.0


class Stage(_Options):
    """One pass of training over one choice of data.

    Args:
        name: of its folder.
        corpus: share of the corpus windows that is read in each epoch.
        real: how often each real window is read in each epoch.
        epochs: at most so many.
        encoder_rate, head_rate: highest learning rates, of the encoder and of the rest.
        warmup: share of the steps in which the rates rise.
        patience: end after so many epochs without a better dev score; never where null.
    """

    name: str
    corpus: Share = 1.0
    real: Annotated[int, Field(ge=0)] = 0
    epochs: Positive = 4
    encoder_rate: Rate = 3e-4
    head_rate: Rate = 1e-3
    warmup: Share = 0.1
    patience: Positive | None = None


class TrainingOptions(_Options):
    """How the network is trained.

    Args:
        seed: of everything random.
        batch: windows that go through the network at once, in each process.
        accumulate: batches whose gradients are added up. A step learns from ``batch ×
            accumulate × processes`` windows, and the same from however they are divided.
        precision: of the arithmetic; bf16 is nearly twice as fast where the processor has it.
        unknown: share of the characters that are read as unknown, so that the unknown is known.
        decoding: constrained (Viterbi) or greedy.
        stages: one after the other.
    """

    seed: Annotated[int, Field(ge=0)] = 1
    batch: Positive = 8
    accumulate: Positive = 1
    precision: Literal["fp32", "bf16"] = "bf16"
    unknown: Share = 0.03
    decoding: Literal["constrained", "greedy"] = "constrained"
    stages: Annotated[list[Stage], Field(min_length=1)] = [Stage(name="corpus")]


class Configuration(_Options):
    """Everything that decides what a training gives, but for the code and the data."""

    name: str = "base"
    output: str = "runs"
    data: DataOptions = DataOptions()
    windows: WindowOptions = WindowOptions()
    network: NetworkOptions = NetworkOptions()
    training: TrainingOptions = TrainingOptions()

    def to_yaml(self) -> str:
        """The whole configuration, defaults included; reads back as the same."""
        text: str = yaml.safe_dump(self.model_dump(), allow_unicode=True, sort_keys=False)
        return text


def read_configuration(path: Path, overrides: Sequence[str] = ()) -> Configuration:
    """Read a YAML file.

    Args:
        path: the file.
        overrides: ``path.to.key=value`` each, the value as YAML, stronger than the file.

    Raises:
        ReadError: a file cannot be read.
        ConfigError: something in it is wrong; the message names all that is.
    """
    values = _read(path, ())
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise ConfigError(override, "no =", "path.to.key=value")
        _put(values, key.split("."), _load(value, override), override)
    return parse_configuration(values, str(path))


def parse_configuration(values: dict[str, Any], where: str) -> Configuration:
    """A configuration out of plain values.

    Raises:
        ConfigError: something in it is wrong; the message names all that is.
    """
    try:
        return Configuration.model_validate(values)
    except ValidationError as error:
        problems = [_problem(e) for e in error.errors()]
        raise ConfigError(where, "; ".join(problems), "the fields of configs/base.yaml") from None


def _problem(error: Any) -> str:
    path = ".".join(map(str, error["loc"])) or "the file"
    if error["type"] == "extra_forbidden":
        return f"{path}: unknown key"
    return f"{path}: {error['input']!r}, {error['msg'][0].lower()}{error['msg'][1:]}"


def _read(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    with as_read_error(str(path)):
        text = path.read_text(encoding="utf-8")
    values = _load(text, str(path))
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ConfigError(str(path), f"a {type(values).__name__}", "keys and values")
    parent = values.pop("extends", None)
    if parent is None:
        return values
    base = (path.parent / str(parent)).resolve()
    if base in seen:
        raise ConfigError(str(path), f"extends {parent}, which extends it", "no circle")
    return _merged(_read(base, (*seen, path.resolve())), values)


def _load(text: str, where: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date like 2015-13-45
        raise ConfigError(where, str(error), "YAML") from None
    except RecursionError:
        raise ConfigError(where, "YAML nested too deeply", "keys and values") from None


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _put(values: dict[str, Any], path: list[str], value: Any, where: str) -> None:
    for key in path[:-1]:
        inner = values.setdefault(key, {})
        if not isinstance(inner, dict):
            raise ConfigError(where, f"{key} holds no keys", "path.to.key=value")
        values = inner
    values[path[-1]] = value
