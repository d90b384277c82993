"""The direct runner: cells in a warm, confined child, nbformat outputs back, without the Jupyter protocol."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from qtrain.kernels import client, scratch
from qtrain.kernels.own_time import OwnTime
from qtrain.kernels.policy import UNLIMITED, Confinement, KernelError, Limits, Request, missing
from qtrain.kernels.protocol import Closed, PipeChannel, SocketChannel, TooLong, close_all

GRACE_S = 1.0  # of its own time, to stop when asked to
TICK_S = 0.01  # less is not waited for again
SLACK = 1 << 20
MAX_STRAY = 10_000  # messages that answer nothing


@dataclass
class Result:
    """What came of one `Session.execute` or `Session.request`.

    Attributes
    ----------
    status : str
        "ok", "error" (the cell raised), "timeout" (interrupted or killed), or "died" (the child is gone).
    reason : str
        One sentence on what went wrong, "" where nothing did.
    outputs : list of dict
        The cell's outputs as nbformat stores them.
    reply : object
        What the function returned, for a request.
    seconds : float
        How long it took, by the wall clock.
    """

    status: str
    reason: str = ""
    outputs: list = field(default_factory=list)
    reply: object = None
    seconds: float = 0.0


class Session:
    """A fresh child in which one notebook's cells run.

    Parameters
    ----------
    folder : path
        The working folder. A confined child gets a copy of its files and writes only into that copy, which is gone
        at the end; an unconfined one works in the folder itself.
    limits : Limits, optional
        Default: `Limits()` for a confined child, no limits for an unconfined one.
    confine : bool or Confinement
        Whether to fence the child in; `Confinement(required=True)` refuses to run without every fence.
    environment : dict, optional
        Variables to set for the child besides those it has anyway.
    imports : tuple of str
        Modules that the server has ready; empty: the course's own list.

    Attributes
    ----------
    fences : tuple of str
        Which fences hold; the keys of `qtrain.kernels.FENCES`.
    alive : bool
        Whether the child can still be asked.
    """

    def __init__(
        self,
        folder=".",
        *,
        limits: Limits | None = None,
        confine: bool | Confinement = True,
        environment: dict | None = None,
        imports: tuple[str, ...] = (),
    ):
        self.confinement = (Confinement() if confine else None) if isinstance(confine, bool) else confine
        self.limits = limits or (Limits() if self.confinement else UNLIMITED)
        self._folder = Path(folder).resolve()
        if not self._folder.is_dir():
            raise KernelError(f"{self._folder} is not a folder")
        self._environment = dict(environment or {})
        self._imports = tuple(imports)
        self._displays: dict[str, list[dict]] = {}
        self._end = None
        self.alive = False
        self.fences: tuple[str, ...] = ()
        self._start()
        self._until = None if self.limits.wall is None else time.monotonic() + self.limits.wall

    def _start(self) -> None:
        if client.available():
            try:
                self._process = _Forked(self)
            except KernelError as error:
                if self.confinement:  # this system has fences, so nothing runs without
                    raise
                warnings.warn(f"{error}; an ordinary process runs the cells", stacklevel=4)
                self._process = _Ordinary(self)
        else:
            if not os.environ.get("QTRAIN_KERNELS"):
                warnings.warn("no warm kernels on this system: an ordinary process runs the cells", stacklevel=4)
            self._process = _Ordinary(self)
        self.fences = self._process.fences
        self.alive = True
        if self.confinement and self.confinement.required and (open_ := missing(self.fences, self.limits)):
            self.close()
            raise KernelError(f"confinement is required, and on this system there is no fence for: {', '.join(open_)}")

    def execute(self, source: str, timeout: float | None = None) -> Result:
        """Run one cell.

        Parameters
        ----------
        source : str
            The cell.
        timeout : float, optional
            Seconds after which it is interrupted and, if it doesn't stop, killed; see `OwnTime`. The session's wall
            time holds too.
        """
        result = Result("died")
        limit = None if self.limits.output is None else self.limits.output * 2 + SLACK
        self._ask({"source": source, "output": self.limits.output}, timeout, limit, result)
        return result

    def request(self, function: str, payload=None, timeout: float | None = None) -> Result:
        """Call ``function(user_namespace, payload)`` in the child; what it returns, as JSON, is `Result.reply`.

        The reply is the learner's to forge, so it can be trusted no more than any other answer of theirs.

        Parameters
        ----------
        function : str
            "package.module:name".
        payload : object
            JSON-able.
        """
        result = Result("died")
        self._ask({"function": function, "payload": payload}, timeout, self.limits.reply, result)
        return result

    def _ask(self, message: dict, timeout: float | None, limit: int | None, result: Result) -> None:
        if not self.alive:
            result.reason = self._end or "the session has ended"
            return
        began = time.monotonic()
        mark = secrets.token_hex(16)  # replies that were not asked for, or came before, don't know it
        own = OwnTime(self._process.pid, timeout, self._until)
        try:
            self._process.channel.send({"id": mark, **message}, own.deadline())
            self._listen(mark, own, limit, result)
        except TimeoutError:
            self._out_of_time(mark, limit, result, own.had())
        except TooLong:
            self._kill(result, "died", f"it sent more than is allowed ({limit} bytes)")
        except (ValueError, KeyError, TypeError, AttributeError):
            self._kill(result, "died", "it sent something that is not an answer")
        except Closed:
            self._died(result)
        result.seconds = time.monotonic() - began

    def _listen(self, mark: str, own: OwnTime, limit: int | None, result: Result) -> None:
        clear, received, stray = False, 0, 0
        while True:
            frame = self._received(own, limit)
            if frame is None:
                raise Closed
            if frame.get("id") != mark:
                stray += 1
                if stray > MAX_STRAY:
                    raise TooLong
                continue
            if "output" in frame:
                received += len(str(frame))
                if limit is not None and received > 2 * limit:
                    raise TooLong
                if clear:
                    result.outputs.clear()
                    clear = False
                self._add(frame, result.outputs)
            elif "clear" in frame:
                clear = bool(frame["clear"])
                if not clear:
                    result.outputs.clear()
            elif "done" in frame:
                result.status = "ok" if frame["done"] == "ok" else "error"
                errors = [o for o in result.outputs if o["output_type"] == "error"]
                if result.status == "error" and errors:
                    result.reason = f"{errors[-1]['ename']}: {errors[-1]['evalue']}".strip(": ")
                return
            elif "reply" in frame:
                result.status, result.reply = "ok", frame["reply"]
                return
            elif "failed" in frame:
                result.status, result.reason = "error", str(frame["failed"])[:2000]
                return

    def _received(self, own: OwnTime, limit: int | None) -> dict | None:
        """The next frame, or None where the child has ended; `TimeoutError` when its own time is over."""
        while True:
            deadline = own.deadline()
            try:
                return self._process.channel.receive(deadline, limit, self._process.also)
            except TimeoutError:
                if own.deadline() < deadline + TICK_S:  # else it was kept waiting meanwhile
                    raise

    def _add(self, frame: dict, outputs: list) -> None:
        output = _checked(frame["output"])
        name = frame.get("display_id")
        if frame.get("update"):
            for shown in self._displays.get(str(name), ()):
                shown["data"], shown["metadata"] = output["data"], output["metadata"]
            return
        if name is not None:
            self._displays.setdefault(str(name), []).append(output)
        last = outputs[-1] if outputs else {}
        if output["output_type"] == "stream" == last.get("output_type") and output["name"] == last["name"]:
            last["text"] += output["text"]
        else:
            outputs.append(output)

    def _out_of_time(self, mark: str, limit: int | None, result: Result, seconds: float) -> None:
        self._process.interrupt()
        reason = f"it did not end within {seconds:.0f} seconds" if seconds >= 1 else "its time was used up"
        try:
            self._listen(mark, OwnTime(self._process.pid, GRACE_S), limit, result)
            result.status, result.reason = "timeout", reason
        except (TimeoutError, TooLong, ValueError, KeyError, TypeError, AttributeError, Closed):
            self._kill(result, "timeout", f"{reason} and did not stop when asked to")
        if self._until is not None and time.monotonic() >= self._until:
            self._kill(result, "timeout", f"the {self.limits.wall:g} seconds for the whole notebook are used up")

    def _kill(self, result: Result, status: str, reason: str) -> None:
        result.status, result.reason, self._end = status, reason, reason
        self.close()

    def _died(self, result: Result) -> None:
        code, reason = self._process.ended()
        if not reason:
            if code < 0:
                name = signal.Signals(-code).name if -code in iter(signal.Signals) else f"signal {-code}"
                reason = f"its process was ended by {name}"
                if -code in (getattr(signal, "SIGXCPU", None), getattr(signal, "SIGKILL", None)) and self.limits.cpu:
                    reason += ", as when the processor time is used up"
            else:
                reason = f"it ended its own process (exit code {code})"
        self._kill(result, "died", reason)

    def close(self) -> None:
        """End the child and everything that it started."""
        if self.alive:
            self.alive = False
            self._process.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_) -> None:
        self.close()


_FIELDS = {
    "stream": ("name", "text"),
    "display_data": ("data", "metadata"),
    "error": ("ename", "evalue", "traceback"),
    "execute_result": ("data", "metadata", "execution_count"),
}


def _checked(output: dict) -> dict:
    """The output with its own fields only; raises `KeyError` or `TypeError` where it is not one."""
    kind = output["output_type"]
    clean = {"output_type": kind} | {name: output[name] for name in _FIELDS[kind]}
    texts = {"stream": ("name", "text"), "error": ("ename", "evalue")}.get(kind, ())
    bundles = [clean[name] for name in ("data", "metadata") if name in clean]
    if not all(isinstance(clean[name], str) for name in texts) or not all(isinstance(b, dict) for b in bundles):
        raise TypeError("not an output")
    if kind == "stream" and clean["name"] not in ("stdout", "stderr"):
        raise TypeError("not a stream")
    return clean


class _Forked:
    """A child of the fork server."""

    def __init__(self, session: Session):
        ours, theirs = socket.socketpair()
        files = [os.open(os.devnull, os.O_WRONLY), os.open(os.devnull, os.O_WRONLY), theirs.fileno()]
        try:
            if confined := session.confinement is not None:
                environment = session.confinement.environment | session._environment
                files.insert(2, scratch.pack(session._folder, session.limits.files))
            else:
                environment = {**os.environ, **session._environment}
            request = Request("direct", str(session._folder), environment, session.limits, confined)
            self._child = client.Child.start(request, files, session._imports)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            close_all(files[:-1])
        self.channel, self.fences, self.also = SocketChannel(ours), self._child.fences, (self._child.fileno(),)
        self.pid = self._child.pid

    def interrupt(self) -> None:
        self._child.signal(signal.SIGINT)

    def ended(self) -> tuple[int, str]:
        code = self._child.poll(5.0)
        return (-9 if code is None else code), self._child.reason

    def close(self) -> None:
        self._child.close()
        self.channel.close()


class _Ordinary:
    """An ordinary Python process that runs the same loop: slower to start, and without fences."""

    fences: tuple[str, ...] = ()
    also: tuple[int, ...] = ()

    def __init__(self, session: Session):
        if session.confinement and session.confinement.required:
            raise KernelError("confinement is required, and on this system a child can't be fenced in")
        environment = {**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline", **session._environment}
        extra = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "qtrain.kernels.direct"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=session._folder,
            env=environment,
            **extra,
        )
        self.channel = PipeChannel(self._process.stdout, self._process.stdin)
        self.pid = self._process.pid

    def interrupt(self) -> None:
        stop = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)
        with contextlib.suppress(OSError):
            self._process.send_signal(stop)

    def ended(self) -> tuple[int, str]:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(5.0), ""
        return -9, ""

    def close(self) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self.channel.close()
