"""Work spread by Dask: an embedded cluster in this process, or the scheduler that is given. One way for both."""

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
from distributed import Client, LocalCluster, as_completed
from distributed.scheduler import KilledWorker

from qtrain.grading.errors import GradingError

ASK_EVERY_S = 5.0
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


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def connected(scheduler: str | None = None, workers: int | None = None):
    """A client of the scheduler at this address, or of an embedded cluster with that many workers.

    The embedded one is threads of this process, without any network port: its work waits for fenced children anyway.
    """
    with dask.config.set(_SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="distributed")
        logging.getLogger("distributed").setLevel(logging.ERROR)
        if scheduler:
            try:
                client = Client(scheduler, set_as_default=False)
            except (OSError, ValueError) as error:
                raise GradingError(
                    f"there is no scheduler at {scheduler} ({error}): start one with 'dask scheduler', "
                    "and workers with 'dask worker ADDRESS'"
                ) from None
            with client:
                yield client
            return
        with (
            LocalCluster(
                n_workers=1,
                threads_per_worker=workers or cores() + 1,
                processes=False,
                memory_limit=0,
                dashboard_address=None,
                worker_dashboard_address=None,
                protocol="inproc://",
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client


def slots(client: Client) -> int:
    """How many submissions the cluster can work on at a time."""
    return max(1, sum(client.nthreads().values()))


def spread(client: Client, function, jobs: Iterable[tuple[object, dict]], *, per_slot: int = 3) -> Iterator[tuple]:
    """Yield (what came with the job, its result, None) or (…, None, the exception) as they get done.

    Only a few jobs per slot are under way at a time, so this process stays the same size however many there are. A
    job whose worker is lost is done again by another.
    """
    jobs, under_way = iter(jobs), {}
    done = as_completed(with_results=True, raise_errors=False, loop=client.loop)
    number, room, asked = 0, 0, 0.0

    def fill():
        nonlocal number, room, asked
        if time.monotonic() - asked > ASK_EVERY_S:  # workers may come and go
            room, asked = per_slot * slots(client), time.monotonic()
        while len(under_way) < room:
            try:
                told, job = next(jobs)
            except StopIteration:
                return
            number += 1
            future = client.submit(function, job, key=f"submission-{number}-{os.urandom(6).hex()}", pure=False)
            under_way[future.key] = (future, told)
            done.add(future)

    try:
        fill()
        while under_way:
            future, result = next(done)
            _, told = under_way.pop(future.key)
            yield _outcome(future, result, told)
            future.release()
            fill()
    finally:
        for future, _ in under_way.values():
            with contextlib.suppress(Exception):  # the scheduler may be gone, which is why this ends
                future.cancel()


def _outcome(future, result, told) -> tuple:
    if future.status == "finished":
        return told, result, None
    if future.status in ("cancelled", "lost"):
        raise GradingError("the scheduler was lost; what is graded is kept: start it and run the same command again")
    error = future.exception()
    if isinstance(error, KilledWorker):
        error = GradingError("its workers died again and again")
        error.only_this = True
    return told, None, error
