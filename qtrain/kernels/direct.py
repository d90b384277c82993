"""The child's side of a `Session`: read a request, run it, send what came of it, until the other end closes.

What this sends is in the learner's hands (any cell can replace any of it), so the other end treats it as data.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from importlib import import_module

from qtrain.kernels.protocol import Closed
from qtrain.kernels.shell import make_shell


class Direct:
    """Serves one channel until it closes."""

    def __init__(self, channel):
        self._channel = channel
        self._current = None
        self._owner = os.getpid()
        self._lock = threading.RLock()
        self._running = self._sending = self._interrupted = False
        for name in ("SIGINT", "SIGBREAK"):  # the second: Windows
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._interrupt)
        self.shell = make_shell(self._emit)

    def _interrupt(self, signum, frame) -> None:
        # An interrupt must neither cut a frame in two nor hit the loop between two cells.
        if self._sending:
            self._interrupted = True
        elif self._running:
            raise KeyboardInterrupt

    def _emit(self, message: dict) -> None:
        if os.getpid() != self._owner:  # a process that a cell forked must not speak for the cell
            return
        with self._lock:
            self._sending = True
            try:
                self._channel.send({"id": self._current, **message})
            finally:
                self._sending = False
        if self._interrupted and threading.current_thread() is threading.main_thread():
            self._interrupted = False
            if self._running:
                raise KeyboardInterrupt

    def serve(self) -> None:
        """Answer requests until the channel closes."""
        while True:
            try:
                message = self._channel.receive()
                self._current = message["id"]
                answer = self._execute(message) if "source" in message else self._call(message)
                self._emit(answer)
            except Closed:
                return

    def _execute(self, message: dict) -> dict:
        shell = self.shell
        shell.outputs.begin(message.get("output"))
        try:
            self._running = True
            status = shell.run(message["source"])
        except KeyboardInterrupt:
            status = "error"
        finally:
            self._running = False
            if os.getpid() != self._owner:
                os._exit(0)  # a process that the cell forked has come to the cell's end
        self._drain()
        shell.outputs.flush()
        return {"done": status}

    def _drain(self) -> None:
        """Add what C libraries and child processes wrote to the descriptors themselves."""
        captured = self.shell.captured
        if captured.seekable():
            size = os.fstat(captured.fileno()).st_size
            if size:
                captured.seek(0)
                text = captured.read(min(size, 1 << 24)).decode("utf-8", "replace")
                captured.seek(0)
                os.ftruncate(captured.fileno(), 0)
                self.shell.outputs.write("stdout", text)

    def _call(self, message: dict) -> dict:
        self.shell.outputs.begin(0)  # what a learner's object prints while it is read is not part of any cell
        try:
            self._running = True
            module, _, name = message["function"].partition(":")
            reply = getattr(import_module(module), name)(self.shell.user_ns, message["payload"])
            json.dumps(reply)
            return {"reply": reply}
        except KeyboardInterrupt:
            return {"failed": "it was interrupted"}
        except BaseException as error:  # whatever a learner's object raises is the answer to the request
            return {"failed": "".join(traceback.format_exception_only(error)).strip()[:2000]}
        finally:
            self._running = False


def main() -> None:
    """Serve standard input and output: the fall-back where processes can't be forked."""
    from qtrain.kernels.protocol import PipeChannel
    from qtrain.kernels.shell import capture_file

    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    capture = capture_file()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(capture, 1)
    os.dup2(capture, 2)
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    sys.path.append("")
    Direct(PipeChannel(reader, writer)).serve()


if __name__ == "__main__":
    main()
