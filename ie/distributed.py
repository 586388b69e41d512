"""Shards on many machines, by Ray Data: the same files, byte for byte, as on one.

Each worker process loads the extractor once and turns whole shards into files, which it reads
and writes itself; only their names travel. Ray Data holds back shards until a core is free, and
Ray hands a shard to another worker where one dies; as a shard is made as a whole, or found
finished, nothing is lost or doubled.

The workers are those of Ray's tasks, not a pool of actors: when a machine is lost, its actors
wait, with the shards given to them, for cores that idle actors of the same pool hold (Ray 2.60
stands still then), while a task needs only some core that becomes free.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import ray
from ray.data import DataContext, TaskPoolStrategy
from ray.exceptions import RayError

from ie.errors import WorkerError
from ie.shards import (
    Plan,
    Shard,
    any_readable,
    finish,
    finished,
    made_by,
    name_of,
    outcomes_of,
    ready,
    write_shard,
)
from ie.storage import Folder, is_uri, packed, unpacked
from ie.workers import Job, Outcome, Reader

ROUNDS: Final = 3
"""So often in a row nothing more may come of handing out what is left. Without a limit a file
that kills its reader would go round for ever."""


class _ShardMaker:
    """What a worker process keeps: the extractor, and the folder it writes to."""

    def __init__(self, job: Job, location: str) -> None:
        self._folder = Folder(location)
        self._reader = Reader(job, threads=1)
        self._kind = made_by(self._reader.info, job)

    def make(self, number: int, files: str) -> Shard:
        sources = unpacked(files)
        done = finished(self._folder, number, sources, self._kind)
        if done is not None:
            return done
        outcomes = map(self._reader.read, sources)
        return write_shard(self._folder, number, outcomes, self._kind)


_maker = cache(_ShardMaker)


def _make(batch: dict[str, Any], job: Job, location: str) -> dict[str, Any]:
    """Rows that name a shard and its files → rows that say what became of them."""
    maker = _maker(job, location)
    made = [
        json.dumps(asdict(maker.make(int(number), files)))
        for number, files in zip(batch["shard"], batch["files"], strict=True)
    ]
    return {"shard": batch["shard"], "made": np.array(made, dtype=object)}


def write_shards_on_ray(
    plan: Plan,
    location: str,
    address: str | None,
    workers: int | None,
    tell: Callable[[Outcome], None],
) -> None:
    """Write the shards that are not there yet, on a Ray cluster.

    Args:
        plan: what is to become of the files.
        location: the folder, which every machine must reach under this name, as the files.
        address: of the cluster; without it that of RAY_ADDRESS, else one is started here.
        workers: that work at once, one core each; without it as many as there are cores.
        tell: hears of each file when its shard is done, in any order; and of each shard that
            could not be made as of a failure of its first file.

    Raises:
        UsageError, ModelError: see :func:`ie.extractors.load`.
        WriteError: see :func:`ie.shards.write_shards`.
    """
    # The folder in which another machine runs is another one.
    location = location if is_uri(location) else str(Path(location).absolute())
    job = replace(plan.job, model=plan.job.model and plan.job.model.absolute())
    kind = made_by(Reader(job).info, job)  # what is wrong with it is said here, in one line
    if not any_readable(plan, tell):
        return
    with ready(location, kind) as folder:
        _start(address)
        _write(folder, replace(plan, job=job), workers, tell)


def _start(address: str | None) -> None:
    if not ray.is_initialized():
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1  # a shard that cannot be made costs no other


def _write(
    folder: Folder, plan: Plan, workers: int | None, tell: Callable[[Outcome], None]
) -> None:
    most = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    most = max(1, min(most, len(plan)))
    done: dict[int, Shard] = {}
    fruitless = 0
    while len(done) < len(plan) and fruitless < ROUNDS:
        before = len(done)
        rows = [
            {"shard": k, "files": packed(plan.files(k))} for k in range(len(plan)) if k not in done
        ]
        results = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            _make,
            fn_kwargs={"job": plan.job, "location": folder.location},
            batch_size=1,
            compute=TaskPoolStrategy(size=most),
            num_cpus=1,
        )
        # What else goes wrong in Ray costs this round; what it has made is found by the next.
        with suppress(RayError):
            for row in results.iter_rows():
                number, shard = int(row["shard"]), Shard(**json.loads(row["made"]))
                done[number] = shard
                for outcome in outcomes_of(plan.files(number), shard):
                    tell(outcome)
        fruitless = fruitless + 1 if len(done) == before else 0
    missing = [k for k in range(len(plan)) if k not in done]
    for k in missing:
        fix = "see the log of Ray; the same command tries again"
        error = WorkerError(folder.where(name_of(k)), "not made", "a shard", fix)
        tell(Outcome(plan.files(k)[0], error=error))
    if not missing:
        finish(folder, [done[k] for k in range(len(plan))])
