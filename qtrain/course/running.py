"""Run a notebook in a kernel, cell by cell: the one place where the code of a notebook is run."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

LOOK_S = 0.5
PATIENCE_S = 120  # for one cell; a lesson's budget is far below
QUIET = "--log-level=ERROR"
# Whose answers these are and who grades them is nothing that a run for everybody may depend on.
PERSONAL = ("QTRAIN_LEARNER", "NBGRADER_EXECUTION")


@dataclass(frozen=True)
class Ran:
    """A code cell that ran.

    Attributes
    ----------
    number : int
        Its place among all cells, counted from 1 as a reader counts.
    source : str
    outputs : list of dict
        In the notebook format.
    seconds : float
    ended : str
        Why no cell can run after it; ``""`` when one can.
    """

    number: int
    source: str
    outputs: list[dict]
    seconds: float
    ended: str = ""

    @property
    def error(self) -> str:
        """What it raised, ``""`` when it raised nothing."""
        raised = (output for output in self.outputs if output["output_type"] == "error")
        return next((f"{output['ename']}: {output['evalue']}" for output in raised), "")


def default_kernel() -> str:
    """The warm kernel where it is installed, else Python's own."""
    from jupyter_client.kernelspec import KernelSpecManager

    return "qtrain" if "qtrain" in KernelSpecManager().find_kernel_specs() else "python3"


def environment_for(course: Path) -> dict[str, str]:
    """This process's environment for a kernel that runs a lesson of a course for everybody."""
    own = {name: value for name, value in os.environ.items() if name not in PERSONAL}
    return own | {"QTRAIN_COURSE": str(course)}


def look_again(channel) -> None:
    """Have a channel of Jupyter's client look for a message twice a second, and not only when it is woken up.

    What is sent while a reply arrives, as for a widget, can take the socket's only sign away: the client then slept
    until the cell's time was over, with the reply before its door.
    """
    wait = channel.get_msg

    async def get_msg(timeout: float | None = None):
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return await wait(timeout=min(LOOK_S, max(0.0, end - time.monotonic())))
            except Empty:
                if time.monotonic() >= end:
                    raise

    channel.get_msg = get_msg


def run_cells(
    notebook: dict,
    folder: Path,
    *,
    kernel: str = "",
    timeout: float = PATIENCE_S,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Ran]:
    """Run the code cells of a notebook, also those after one that raises; whoever reads may stop at any.

    Parameters
    ----------
    notebook : dict
        As `qtrain.course.cells.parse_notebook` gives it; not changed.
    folder : Path
        Where it runs.
    kernel : str
        The kernel's name; `default_kernel` when left out.
    timeout : float
        Seconds for one cell.
    environment : mapping of str to str, optional
        Of the kernel; this process's when left out.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    node = nbformat.from_dict(notebook)
    client = NotebookClient(
        node,
        kernel_name=kernel or default_kernel(),
        timeout=timeout,
        allow_errors=True,
        record_timing=False,
        extra_arguments=[QUIET],
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel(env=dict(os.environ if environment is None else environment)):
        for channel in (client.kc.shell_channel, client.kc.iopub_channel):
            look_again(channel)
        for place, cell in enumerate(node.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs, ended, begun = [], "", time.perf_counter()
            try:
                client.execute_cell(cell, place)
            except CellTimeoutError:
                ended = f"ran longer than {timeout} s and was stopped."
            except DeadKernelError:
                ended = "ended the kernel: what it did cannot go on."
            seconds = round(time.perf_counter() - begun, 3)
            yield Ran(place + 1, cell.source, [dict(output) for output in cell.outputs], seconds, ended)
            if ended:
                return
