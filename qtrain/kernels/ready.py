"""A kernel client that knows when its kernel is ready from what the kernel says, instead of by waiting."""

from __future__ import annotations

import time
from contextlib import suppress
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_core.utils import ensure_async, run_sync

PATIENCE_S = 0.2


async def _wait_for_ready(self, timeout: float | None = None) -> None:
    """Return when the kernel has answered and its output channel is connected.

    The answer's own "idle" on the output channel is the last message of the exchange, so nothing need be waited for
    after it; the stock client listens until 200 ms have passed in silence.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        asked = self.kernel_info()
        with suppress(Empty):  # not up yet: ask again
            reply = await ensure_async(self.shell_channel.get_msg(timeout=1))
            if reply["msg_type"] == "kernel_info_reply" and await _idle(self, asked):
                self._handle_kernel_info_reply(reply)
                return
        if not await self._async_is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if deadline is not None and time.monotonic() > deadline:
            raise RuntimeError(f"Kernel didn't respond in {timeout:.0f} seconds")


async def _idle(client, asked: str) -> bool:
    """Whether the output channel says that the kernel is done with the request `asked`."""
    while True:
        message = await ensure_async(client.iopub_channel.get_msg(timeout=PATIENCE_S))
        if (
            message["parent_header"].get("msg_id") == asked
            and message["msg_type"] == "status"
            and message["content"]["execution_state"] == "idle"
        ):
            return True


def quicker(base: type) -> type:
    """`base`, a client class, with that way of waiting; for the manager of one kernel, not for all."""
    if getattr(base, "_qtrain_ready", False):
        return base
    wait = _wait_for_ready if issubclass(base, AsyncKernelClient) else run_sync(_wait_for_ready)
    return type(
        base.__name__,
        (base,),
        {"wait_for_ready": wait, "_qtrain_ready": True, "__module__": base.__module__, "__doc__": base.__doc__},
    )
