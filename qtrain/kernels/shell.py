"""The IPython shell of a direct child: cells in, nbformat outputs out, no Jupyter protocol between."""

from __future__ import annotations

import base64
import builtins
import io
import os
import sys
import tempfile

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

FLUSH_AT = 1 << 15
MAX_OUTPUTS = 1000


class Outputs:
    """Collects the outputs of one cell, keeps them within bounds, and hands each to `emit` as soon as it is whole."""

    def __init__(self, emit):
        self._emit = emit
        self.begin(None)

    def begin(self, limit: int | None) -> None:
        """Start a new cell whose outputs may take `limit` bytes."""
        self._left, self._count, self._said = limit, 0, False
        self._name, self._text, self._size = None, [], 0

    def write(self, name: str, text: str) -> None:
        """Add text to the stream `name`."""
        if name != self._name:
            self.flush()
            self._name = name
        self._text.append(text)
        self._size += len(text)
        if self._size >= FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        """Hand on the text that was gathered."""
        text, self._text, self._size = "".join(self._text), [], 0
        if text and (kept := self._within(text)):
            self._emit({"output": {"output_type": "stream", "name": self._name, "text": kept}})

    def add(self, output: dict, **extra) -> None:
        """Add a display, a result or an error."""
        self.flush()
        size = sum(len(str(value)) for value in output.values())
        if self._left is not None and (size > self._left or self._count >= MAX_OUTPUTS):
            self._stop()
            if output["output_type"] != "error":
                return
            output = {**output, "evalue": output["evalue"][:1000], "traceback": []}
        self._count += 1
        if self._left is not None:
            self._left -= size
        self._emit({"output": output, **extra})

    def clear(self, wait: bool) -> None:
        """Forget what the cell has shown so far."""
        self.flush()
        self._emit({"clear": bool(wait)})

    def _within(self, text: str) -> str:
        if self._left is None:
            return text
        kept = text[: self._left]
        self._left -= len(kept)
        if len(kept) < len(text):
            self._stop()
        return kept

    def _stop(self) -> None:
        if not self._said:
            self._said, self._left = True, 0
            self._emit(
                {
                    "output": {
                        "output_type": "stream",
                        "name": "stderr",
                        "text": "\n[the rest of this cell's output was dropped: it is over the limit]\n",
                    }
                }
            )


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of the cells."""

    encoding, errors = "utf-8", "strict"

    def __init__(self, name: str, outputs: Outputs, fd: int):
        self.name, self._outputs, self._fd = f"<{name}>", outputs, fd
        self._stream = name

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.write(self._stream, text)
        return len(text)

    def flush(self) -> None:
        self._outputs.flush()


def _plain(data: dict) -> dict:
    """A MIME bundle as nbformat stores it: bytes as base64."""
    return {
        mime: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for mime, value in data.items()
    }


class _Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **kwargs):
        output = {"output_type": "display_data", "data": _plain(data), "metadata": metadata or {}}
        self.shell.outputs.add(output, display_id=(transient or {}).get("display_id"), update=bool(update))

    def clear_output(self, wait=False):
        self.shell.outputs.clear(wait)


class _Hook(DisplayHook):
    def write_output_prompt(self):
        self._bundle = ({}, {})

    def write_format_data(self, format_dict, md_dict=None):
        self._bundle = (format_dict, md_dict or {})

    def finish_displayhook(self):
        data, metadata = self._bundle
        if data:
            self.shell.outputs.add(
                {
                    "output_type": "execute_result",
                    "execution_count": self.prompt_count,
                    "data": _plain(data),
                    "metadata": metadata,
                }
            )

    def quiet(self):
        # As in a notebook kernel; IPython's own hook looks at the history, which is off here.
        source = self.shell.current_source.rstrip()
        return source.endswith(";") and "#" not in source.splitlines()[-1]


class DirectShell(InteractiveShell):
    """A shell whose displays, results and errors go to `outputs`."""

    display_pub_class = _Publisher
    displayhook_class = _Hook
    current_source = ""

    def _showtraceback(self, etype, evalue, stb):
        self.outputs.add(
            {
                "output_type": "error",
                "ename": str(etype.__name__),
                "evalue": str(evalue),
                "traceback": [str(line) for line in stb],
            }
        )

    def enable_gui(self, gui=None):
        """There is no event loop to integrate with."""

    def run(self, source: str) -> str:
        """Run one cell: "ok" or "error"."""
        self.current_source = source
        result = self.run_cell(source, store_history=True)
        return "ok" if result.success else "error"


def _no_input(prompt=""):
    raise StdinNotImplementedError("nobody is there to answer input(): this notebook runs by itself")


def make_shell(emit) -> DirectShell:
    """Create the shell of this process and point standard output and error at `emit`."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autoindent = False
    DirectShell._instance = None
    shell = DirectShell.instance(config=config, user_ns={})
    shell.outputs = Outputs(emit)
    captured = os.fdopen(os.dup(1), "rb", closefd=True)
    sys.stdout = sys.__stdout__ = Stream("stdout", shell.outputs, 1)
    sys.stderr = sys.__stderr__ = Stream("stderr", shell.outputs, 2)
    sys.stdin = io.StringIO("")
    builtins.input = _no_input
    shell.captured = captured
    if "matplotlib_inline.backend_inline" in sys.modules:
        from matplotlib_inline.backend_inline import _enable_matplotlib_integration

        _enable_matplotlib_integration()  # it ran at import too, in the template, where there was no shell yet
    return shell


def capture_file() -> int:
    """A file that the descriptors 1 and 2 can be pointed at, so that output of C libraries is not lost."""
    if hasattr(os, "memfd_create"):
        import fcntl

        fd = os.memfd_create("output")
        fcntl.fcntl(fd, fcntl.F_SETFL, os.O_APPEND)  # it is cut to nothing after each cell
        return fd
    with tempfile.TemporaryFile(mode="ab+") as file:
        return os.dup(file.fileno())
