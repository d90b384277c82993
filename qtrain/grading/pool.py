"""Who does the work: threads of this process, which wait for fenced children anyway, or a Dask scheduler's workers."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator

from qtrain.grading.errors import GradingError

PER_SLOT = 3  # jobs under way for each that is worked on, so that no slot ever waits for the coordinator
Spread = Callable[[Callable, Iterable[tuple]], Iterator[tuple]]


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def opened(scheduler: str | None = None, workers: int | None = None) -> Iterator[Spread]:
    """A function that spreads work: of (function, [(told, job), …]) it makes (told, result, error) as they get done.

    Only a few jobs are under way at a time, so this process stays the same size however many there are.
    """
    if scheduler:
        from qtrain.grading import cluster

        with cluster.connected(scheduler) as client:
            yield lambda function, jobs: cluster.spread(client, function, jobs, PER_SLOT)
        return
    yield lambda function, jobs: _spread(workers or cores() + 1, function, jobs)


def _spread(workers: int, function, jobs: Iterable[tuple]) -> Iterator[tuple]:
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    done: queue.SimpleQueue = queue.SimpleQueue()

    def work():
        while (one := waiting.get()) is not None:
            told, job = one
            try:
                done.put((told, function(job), None))
            except BaseException as error:  # the coordinator decides what it means
                done.put((told, None, error))

    # Daemons: a run that is stopped does not wait for a cell that sleeps; its child ends with this process.
    for number in range(workers):
        threading.Thread(target=work, name=f"grading-{number}", daemon=True).start()
    jobs, under_way, more = iter(jobs), 0, True
    try:
        while under_way or more:
            while more and under_way < PER_SLOT * workers:
                one = next(jobs, None)
                more = one is not None
                if more:
                    waiting.put(one)
                    under_way += 1
            if under_way:
                yield done.get()
                under_way -= 1
    finally:
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.get_nowait()
        for _ in range(workers):
            waiting.put(None)


def refuse_without_fences(scheduler: str | None) -> None:
    """Say at once, before anything runs, that submissions cannot be fenced in here.

    Raises
    ------
    GradingError
    """
    if scheduler:  # its workers may run on other systems: each refuses for itself
        return
    from qtrain.kernels import KernelError, Session, client
    from qtrain.kernels.policy import FENCES

    reason = "" if client.available() else f"this system has no fences for them: none for {', '.join(FENCES)}"
    if not reason:
        import tempfile

        from qtrain.kernels import Confinement

        try:
            with tempfile.TemporaryDirectory(prefix="qtrain-grading-") as folder:
                Session(folder, confine=Confinement(required=True)).close()
        except KernelError as error:
            reason = str(error)
    if reason:
        raise GradingError(
            f"submissions are other people's programs, and {reason}. Nothing was run. Grade on Linux, in WSL or in a "
            "container (see the instructor's guide); or, for your own notebooks only, add --trust-submissions"
        )
