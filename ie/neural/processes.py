"""One training by several processes, as ``torchrun`` and ``accelerate launch`` start them.

Each process learns from its share of every step; only the first one scores and writes. Where
there is but one process, it is the first, and nothing here waits for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import torch
from accelerate import PartialState
from torch import Tensor, distributed

Found = TypeVar("Found")


def join() -> None:
    """Meet the other processes, if the environment says that there are any."""
    PartialState(cpu=not torch.cuda.is_available())


def number() -> int:
    """Of this process, from 0."""
    return distributed.get_rank() if _several() else 0


def count() -> int:
    """How many processes there are."""
    return distributed.get_world_size() if _several() else 1


def first_finds(work: Callable[[], Found]) -> Found:
    """What the first process finds out or does, for all; the others wait.

    Raises:
        SystemExit: in the others, where it failed: one message is enough.
    """
    if not _several():
        return work()
    box: list[Any] = [False, None]
    try:
        if number() == 0:
            box = [True, work()]
    finally:
        distributed.broadcast_object_list(box, src=0)
    if not box[0]:
        raise SystemExit(1)
    found: Found = box[1]
    return found


def first_goes_ahead() -> AbstractContextManager[None]:
    """What stands under it is done by the first process, then by the others."""
    turns: AbstractContextManager[None] = PartialState().main_process_first()
    return turns


def summed(values: Tensor) -> Tensor:
    """The sum over all processes, for all."""
    if _several():
        values = values.clone()
        distributed.all_reduce(values)
    return values


def _several() -> bool:
    return distributed.is_available() and distributed.is_initialized()
