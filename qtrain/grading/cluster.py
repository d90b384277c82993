"""Work spread by Dask over the workers of a scheduler, on any number of machines."""

from __future__ import annotations

import atexit
import contextlib
import gc
import logging
import os
import time
import warnings
from collections.abc import Iterable, Iterator

import dask
from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from qtrain.grading.errors import GradingError

ASK_EVERY_S = 5.0
AGAIN = 5  # times that a submission whose workers were lost is given to others
_SETTINGS = {
    "distributed.scheduler.allowed-failures": 5,  # workers that may die over one submission before it is given up
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    # Dask's logs for developers hold each submission's bytes; ten thousand of them would be most of the memory.
    "distributed.admin.log-length": 50,
    "distributed.admin.low-level-log-length": 20,
    "distributed.admin.system-monitor.log-length": 50,
    "distributed.admin.large-graph-warning-threshold": "1GB",
    "distributed.comm.timeouts.connect": "5s",
}


# Python's last collections would walk through all of Dask's objects, which takes longer than grading a notebook.
atexit.register(gc.freeze)


@contextlib.contextmanager
def connected(scheduler: str):
    """A client of the scheduler at this address."""
    with dask.config.set(_SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="distributed")
        logging.getLogger("distributed").setLevel(logging.ERROR)
        try:
            client = Client(scheduler, set_as_default=False)
        except (OSError, ValueError) as error:
            raise GradingError(
                f"there is no scheduler at {scheduler} ({error}): start one with 'dask scheduler', "
                "and workers with 'dask worker ADDRESS'"
            ) from None
        with client:
            yield client


def slots(client: Client) -> int:
    """How many submissions the cluster can work on at a time."""
    return max(1, sum(client.nthreads().values()))


def spread(client: Client, function, jobs: Iterable[tuple], per_slot: int) -> Iterator[tuple]:
    """Yield (what came with the job, its result, None) or (…, None, the exception) as they get done.

    So many jobs are under way for each slot.

    A job whose worker is lost is done again by another, a few times.
    """
    jobs, under_way = iter(jobs), {}
    done = as_completed(with_results=True, raise_errors=False, loop=client.loop)
    room, asked = 0, 0.0

    def begin(told, job, tries: int) -> None:
        future = client.submit(function, job, key=f"submission-{os.urandom(12).hex()}", pure=False)
        under_way[future.key] = (future, told, job, tries)
        done.add(future)

    def fill():
        nonlocal room, asked
        if time.monotonic() - asked > ASK_EVERY_S:  # workers may come and go
            room, asked = per_slot * slots(client), time.monotonic()
        while len(under_way) < room:
            try:
                told, job = next(jobs)
            except StopIteration:
                return
            begin(told, job, 1)

    try:
        fill()
        while under_way:
            future, result = next(done)
            _, told, job, tries = under_way.pop(future.key)
            lost, outcome = _outcome(client, future, result)
            future.release()
            if lost and tries < AGAIN:
                begin(told, job, tries + 1)
            else:
                yield (told, *outcome)
            fill()
    finally:
        for future, *_ in under_way.values():
            with contextlib.suppress(Exception):  # the scheduler may be gone, which is why this ends
                future.cancel()


def _outcome(client: Client, future, result) -> tuple[bool, tuple]:
    """Whether it was lost with its worker, and (result, error)."""
    if future.status == "finished":
        return False, (result, None)
    if client.status != "running":
        raise GradingError("the scheduler was lost; what is graded is kept: start it and run the same command again")
    error = future.exception() if future.status == "error" else None
    if error is not None and not isinstance(error, KilledWorker):
        return False, (None, error)
    lost = GradingError("its workers died again and again")
    lost.only_this = True
    return True, (None, lost)
