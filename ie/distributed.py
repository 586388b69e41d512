"""Shards on many machines, by Ray Data: the same files, byte for byte, as on one.

Each actor loads the extractor once and turns whole shards into files, which it reads and
writes itself; only their names travel. Ray Data holds back shards until an actor is free. What
is left where actors die is handed out anew; as a shard is made as a whole, or found finished,
nothing is lost or doubled.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import ray
from ray.data import ActorPoolStrategy, DataContext
from ray.exceptions import RayError

from ie.errors import WorkerError
from ie.shards import (
    Plan,
    Shard,
    finish,
    finished,
    made_by,
    name_of,
    outcomes_of,
    prepare,
    write_shard,
)
from ie.storage import Folder, is_uri, packed, unpacked
from ie.workers import Job, Outcome, Reader

ROUNDS: Final = 3
"""So often in a row nothing more may come of handing out what is left. Without a limit a file
that kills its reader would go round for ever."""


class _ShardMaker:
    """An actor: rows that name a shard and its files → rows that say what became of them."""

    def __init__(self, job: Job, location: str) -> None:
        self._folder = Folder(location)
        self._reader = Reader(job, threads=1)
        self._kind = made_by(self._reader.info, job)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        made = [
            json.dumps(asdict(self._shard(int(number), files)))
            for number, files in zip(batch["shard"], batch["files"], strict=True)
        ]
        return {"shard": batch["shard"], "made": np.array(made, dtype=object)}

    def _shard(self, number: int, files: str) -> Shard:
        sources = unpacked(files)
        done = finished(self._folder, number, sources, self._kind)
        if done is not None:
            return done
        outcomes = map(self._reader.read, sources)
        return write_shard(self._folder, number, outcomes, self._kind)


def _no_restarts() -> dict[str, Any]:
    # An actor whose machine is gone would wait for a core that the others hold, and the shards
    # given to it with it, for ever. So it fails, and they are handed out once more.
    return {"max_restarts": 0, "max_task_retries": 0}


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
        workers: actors, one core each; without it as many as there are cores.
        tell: hears of each file when its shard is done, in any order; and of each shard that
            could not be made as of a failure of its first file.

    Raises:
        UsageError, ModelError: see :func:`ie.extractors.load`.
        WriteError: the folder is not writable, or holds what is not of this package.
    """
    folder = Folder(location if is_uri(location) else str(Path(location).absolute()))
    prepare(folder)
    # The folder in which another machine runs is another one.
    job = replace(plan.job, model=plan.job.model and plan.job.model.absolute())
    Reader(job)  # what is wrong with the extractor is said here, in one line
    if not ray.is_initialized():
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1  # a shard that cannot be made costs no other
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
            _ShardMaker,
            fn_constructor_args=(job, folder.location),
            batch_size=1,
            # An actor takes one shard at a time, so that none waits behind it for another.
            compute=ActorPoolStrategy(min_size=1, max_size=most, max_tasks_in_flight_per_actor=1),
            num_cpus=1,
            ray_remote_args_fn=_no_restarts,
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
