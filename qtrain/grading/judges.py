"""The processes that judge: warm, without fences, holding the targets; a handle on each, and a pool of handles."""

from __future__ import annotations

import atexit
import contextlib
import queue
import tempfile
import threading

from qtrain.grading.messages import encode
from qtrain.kernels import Limits, Session

JUDGE_S = 20.0
JUDGE_AT_MOST = 300  # submissions, after which a judge is replaced, so that what it gathers cannot grow
_judges: queue.SimpleQueue = queue.SimpleQueue()


class Judge:
    """A warm process that holds the targets; a new one takes its place when it had to be stopped."""

    def __init__(self):
        self._session: Session | None = None
        self.submissions = 0

    def ask(self, function: str, payload, seconds: float = JUDGE_S):
        """What the function of `qtrain.grading.judge` returns to this message, or None and the reason."""
        try:
            return self._ask(function, encode(payload), seconds)
        except (RecursionError, MemoryError, UnicodeError) as problem:  # an answer that cannot even be passed on
            self.close()
            return None, type(problem).__name__

    def _ask(self, function: str, payload: dict, seconds: float):
        if self._session is None or not self._session.alive:
            limits = Limits(
                memory=4 * 1024**3,
                cpu=None,
                wall=None,
                output=10_000,
                processes=None,
                files=None,
                reply=64 * 1024 * 1024,
            )
            self._session = Session(tempfile.gettempdir(), limits=limits, confine=False)
        result = self._session.request(f"qtrain.grading.judge:{function}", payload, seconds)
        if result.status == "ok":
            return result.reply, ""
        if result.status in ("timeout", "died"):
            self.close()
        return None, result.reason or result.status

    def close(self) -> None:
        """End the process."""
        if self._session is not None:
            self._session.close()
            self._session = None


def warm(root: str | None) -> threading.Thread:
    """Have the first judge start in the background, and with it the server of warm kernels."""

    def start():
        with contextlib.suppress(Exception), borrowed() as judge:  # what is wrong is told when the judge is needed
            judge.ask("ready", {"root": root}, 120.0)

    thread = threading.Thread(target=start, daemon=True)
    thread.start()
    return thread


@contextlib.contextmanager
def borrowed():
    """A judge of this process that nobody else uses now."""
    try:
        judge = _judges.get_nowait()
    except queue.Empty:
        judge = Judge()
    try:
        yield judge
    finally:
        judge.submissions += 1
        if judge.submissions >= JUDGE_AT_MOST:
            judge.close()
            judge = Judge()
        _judges.put(judge)


@atexit.register
def close_all() -> None:
    """End the judges of this process."""
    with contextlib.suppress(queue.Empty):
        while True:
            _judges.get_nowait().close()
