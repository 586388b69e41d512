"""Many files into one output; after a break the same call goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ie.output import Output, ResumableOutput, StandardOutput
from ie.resume import Standing, Stop, standing
from ie.workers import Crew, Job, Outcome, Readable, crew

Tell = Callable[[Outcome], None]
"""Is called with the outcome of each file, in order, once it is written."""


def write_reports(
    sources: Sequence[Readable],
    job: Job,
    out: Output | StandardOutput,
    workers: int,
    tell: Tell,
) -> None:
    """Write the report of each file, in order, whole ones only.

    Into a :class:`~ie.output.ResumableOutput` only those that an earlier run has not written;
    what then stands there is the same, byte for byte, as after an unbroken run.

    Args:
        sources: the files.
        job: what is to be done with each.
        out: where the reports go; it is opened here.
        workers: processes that read; 1 is this one.
        tell: hears of each file.

    Raises:
        UsageError, ModelError: see :func:`ie.extractors.load`.
        WriteError: the output cannot be written, or an earlier run has left what does not fit.
    """
    with crew(job, min(workers, len(sources))) as readers:
        info = readers.info()
        with out:
            begin = 0
            if isinstance(out, ResumableOutput):
                annotated = job.with_annotations
                held = standing(out, sources, info, with_annotations=annotated)
                end = _settled(held, sources, readers)
                if end.lines:  # else what is there stays until there is something better
                    out.cut(end.offset, end.lines)
                for outcome in _kept(held, end, sources):
                    tell(outcome)
                begin = end.sources
            for outcome in readers.outcomes(sources[begin:]):
                if outcome.error is None:
                    out.write(outcome.data)
                tell(outcome)


def _settled(held: Standing, sources: Sequence[Readable], readers: Crew) -> Stop:
    """How much stays: all up to the first file that has a report now and had none before."""
    outcomes = readers.outcomes(sources[stop.sources] for stop in held.missing)
    for stop, outcome in zip(held.missing, outcomes, strict=True):
        if outcome.error is None:
            return stop
        held.failures[stop.sources] = outcome
    return held.end


def _kept(held: Standing, end: Stop, sources: Sequence[Readable]) -> Iterator[Outcome]:
    for i in range(end.sources):
        yield held.failures.get(i) or Outcome(sources[i], kept=True)
