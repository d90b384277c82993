"""What a learner waits for in JupyterLab: from opening a lesson to its first cell's output, warm against ordinary.

A part of ``benchmarks/kernels.py``. `qtrain learn` serves a copy of the course; a kernel is asked of that server over
HTTP and talked to over its WebSocket, which is what the page does, and the first cell of lesson 1.4 is run. "At once":
as soon as the address is printed, which no page is quick enough for. "Later": further lessons, with the first one open.
Memory is what the kernel's process shares with no other.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

import websocket

LESSON = "1_qubits/1_4_measurement.ipynb"
AIMS = "aim: 0.5 s after the lab is up, 60 MB"


class Lab:
    """A running `qtrain learn`."""

    def __init__(self, folder: Path, kernels: str):
        environment = {**os.environ, "QTRAIN_NO_BROWSER": "1", "HOME": str(folder), "QTRAIN_KERNELS": kernels}
        start = time.perf_counter()
        self.server = subprocess.Popen(
            [sys.executable, "-m", "qtrain", "learn", str(folder / "copy")],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        address = next(line.split()[-1] for line in self.server.stdout if "http://" in line)
        self.up = time.perf_counter() - start
        self.base, _, query = address.partition("/lab")
        self.token = query.partition("token=")[2]
        notebook = json.loads((folder / "copy" / LESSON).read_text(encoding="utf-8"))
        self.cell = "".join(next(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"))

    def open(self) -> tuple[float, float, float]:
        """Open a lesson and run its first cell: seconds to a kernel that answers, to the output, and MB."""
        start = time.perf_counter()
        told = {"kernel": {"name": "python3"}, "name": "n", "path": f"{uuid.uuid4().hex}.ipynb", "type": "notebook"}
        request = urllib.request.Request(
            f"{self.base}/api/sessions?token={self.token}",
            json.dumps(told).encode(),
            {"Content-Type": "application/json"},
        )
        kernel = json.loads(urllib.request.urlopen(request, timeout=120).read())["kernel"]["id"]
        address = f"{self.base.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?token={self.token}"
        channel = websocket.create_connection(address, timeout=120)
        _ask(channel, "kernel_info_request", {})
        ready = time.perf_counter() - start
        _ask(channel, "execute_request", {"code": self.cell, "silent": False, "store_history": True})
        done = time.perf_counter() - start
        pid = _ask(channel, "execute_request", {"code": "import os; print(os.getpid())", "silent": False})
        return ready, done, unshared(int(pid))

    def stop(self) -> None:
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()


def _ask(channel, kind: str, content: dict) -> str:
    """Send a request and wait for its reply and for what it prints."""
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": "s", "version": "5.3"}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}
    channel.send(json.dumps({**message, "channel": "shell"}))
    printed, replied, idle = "", False, False
    while not (replied and idle):
        got = json.loads(channel.recv())
        if got["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        if got["msg_type"] == kind.replace("request", "reply"):
            replied = True
            if got["content"]["status"] != "ok":
                sys.exit(f"the cell failed: {got['content']}")
        elif got["msg_type"] == "stream":
            printed += got["content"]["text"]
        idle |= got["msg_type"] == "status" and got["content"]["execution_state"] == "idle"
    return printed


def unshared(pid: int) -> float:
    """MB of a process that no other process shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def through_jupyterlab(rounds: int) -> None:
    """Print the table."""
    print(f"through JupyterLab; {AIMS}")
    print(f"{'':<22}{'lab is up':>10}{'kernel':>9}{'first cell':>12}{'MB':>7}")
    for name, kernels in (("ordinary", "ordinary"), ("warm", "")):
        with tempfile.TemporaryDirectory() as home:
            lab = Lab(Path(home), kernels)
            try:
                first, *others = [lab.open() for _ in range(rounds + 1)]
            finally:
                lab.stop()
        _line(f"{name}, at once", lab.up, first)
        _line(f"{name}, later", None, [statistics.median(column) for column in zip(*others, strict=True)])


def _line(label: str, up: float | None, taken) -> None:
    """One line of the table."""
    shown = f"{up:.1f} s" if up is not None else ""
    ready, done, memory = taken
    print(f"{label:<22}{shown:>10}{ready:>7.2f} s{done:>10.2f} s{memory:>7.0f}", flush=True)
