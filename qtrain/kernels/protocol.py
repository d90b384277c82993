"""Messages between client, server and child: JSON in datagrams (with file descriptors) or in length-prefixed frames."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import socket
import struct
import threading
import time
from array import array

MAX_REQUEST = 4 * 1024 * 1024
# For who must not wait, also where somebody else with the same open socket has made it one that waits.
AT_ONCE = getattr(socket, "MSG_DONTWAIT", 0)
_HEAD = struct.Struct(">I")
_CREDENTIALS = struct.Struct("3i")


class Closed(Exception):
    """The other end is gone."""


class TooLong(ValueError):
    """A message or frame is longer than allowed."""


def send_message(sock: socket.socket, message: dict, fds=(), flags: int = 0) -> None:
    """Send one message, and open files with it, over a SOCK_SEQPACKET socket."""
    files = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", fds))] if fds else []
    sock.sendmsg([json.dumps(message).encode()], files, flags)  # `socket.send_fds` forgets the flags


def receive_message(sock: socket.socket, max_fds: int = 8, flags: int = 0) -> tuple[dict, list[int], int]:
    """Receive one message: its content, the files that came with it, and the process that sent it (0: not told).

    Raises `Closed` at the end, and `ValueError` (or `TooLong`) for what is no message; files are closed then.
    """
    room = socket.CMSG_LEN(max_fds * 4) + socket.CMSG_SPACE(_CREDENTIALS.size)
    flags |= getattr(socket, "MSG_CMSG_CLOEXEC", 0)
    data, ancillary, flags, _ = sock.recvmsg(MAX_REQUEST, room, flags)
    fds, sender = [], 0
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds += struct.unpack(f"{len(content) // 4}i", content[: len(content) // 4 * 4])
        elif level == socket.SOL_SOCKET and kind == getattr(socket, "SCM_CREDENTIALS", None):
            sender = _CREDENTIALS.unpack(content[: _CREDENTIALS.size])[0]
    try:
        if not data:
            raise Closed
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise TooLong("the message is longer, or brings more open files, than allowed")
        return _parse(data), fds, sender
    except (Closed, ValueError):
        close_all(fds)
        raise


def close_all(fds) -> None:
    """Close each of `fds`."""
    for fd in fds:
        os.close(fd)


def _parse(body: bytes):
    try:
        return json.loads(body)
    except RecursionError as error:  # the writer may be hostile
        raise ValueError("nested too deeply") from error


class SocketChannel:
    """Frames over a stream socket, with deadlines. Never reads more than `limit` bytes into one frame."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self._buffer = bytearray()

    def fileno(self) -> int:
        return self.sock.fileno()

    def send(self, message: dict, deadline: float | None = None) -> None:
        """Send one frame; a peer that doesn't read until `deadline` (`time.monotonic`) is a TimeoutError."""
        body = json.dumps(message, default=str).encode()
        self.sock.settimeout(None if deadline is None else max(0.01, deadline - time.monotonic()))
        try:
            self.sock.sendall(_HEAD.pack(len(body)) + body)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed from error
        finally:
            self.sock.settimeout(None)

    def receive(self, deadline: float | None = None, limit: int | None = None, also=()) -> dict | None:
        """The next frame, or None when one of `also` (file descriptors) became readable with no frame waiting.

        Raises `TimeoutError`, `Closed`, `TooLong`, or `ValueError` when the frame is not JSON.
        """
        while True:
            if len(self._buffer) >= _HEAD.size:
                size = _HEAD.unpack_from(self._buffer)[0]
                if limit is not None and size > limit:
                    raise TooLong
                if len(self._buffer) >= _HEAD.size + size:
                    body = bytes(self._buffer[_HEAD.size : _HEAD.size + size])
                    del self._buffer[: _HEAD.size + size]
                    return _parse(body)
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                raise TimeoutError
            poll = select.poll()
            for fd in (self.fileno(), *also):
                poll.register(fd, select.POLLIN)
            ready = {fd for fd, _ in poll.poll(None if remaining is None else remaining * 1000)}
            if not ready:
                raise TimeoutError
            if self.fileno() not in ready:
                return None
            try:
                data = self.sock.recv(1 << 18)
            except ConnectionResetError as error:
                raise Closed from error
            if not data:
                raise Closed
            self._buffer += data

    def close(self) -> None:
        self.sock.close()


class PipeChannel:
    """The same frames over two pipes, for systems whose pipes can't be waited for with a timeout: a thread reads."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        self._frames: queue.Queue = queue.Queue(maxsize=1024)
        self.limit = None
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self) -> None:
        while True:
            head = self._read(_HEAD.size)
            size = _HEAD.unpack(head)[0] if head else 0
            if not head or (self.limit is not None and size > self.limit):
                self._frames.put(TooLong if head else Closed)
                return
            body = self._read(size)
            self._frames.put(Closed if body is None else body)
            if body is None:
                return

    def _read(self, size: int) -> bytes | None:
        with contextlib.suppress(OSError, ValueError):  # closed by us at the end
            data = self._reader.read(size)
            return data if len(data) == size else None
        return None

    def send(self, message: dict, deadline: float | None = None) -> None:
        """Send one frame."""
        body = json.dumps(message, default=str).encode()
        try:
            self._writer.write(_HEAD.pack(len(body)) + body)
            self._writer.flush()
        except (OSError, ValueError) as error:
            raise Closed from error

    def receive(self, deadline: float | None = None, limit: int | None = None, also=()) -> dict | None:
        """The next frame; see `SocketChannel.receive`."""
        self.limit = limit
        try:
            frame = self._frames.get(timeout=None if deadline is None else max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(frame, type):
            self._frames.put(frame)
            raise frame
        return _parse(frame)

    def close(self) -> None:
        for stream in (self._writer, self._reader):
            with contextlib.suppress(OSError):
                stream.close()
