"""Requests through JupyterHub's proxy to a server on a socket, on a network of their own: see test_proxy.py.

Printed is, as JSON, what came back and how it arrived at the server.
"""

import http.client
import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from pathlib import Path

from qtrain.classroom import proxy
from qtrain.classroom.own_pages import KEY
from qtrain.classroom.settings import Settings, unix_url

PORT = 8000
arrived: list[list] = []  # number of the connection, method, its header Connection, body


class Here(Settings):
    """With its sockets in its own folder."""

    @property
    def run(self) -> Path:
        return self.folder


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    connections = 0


class Handler(socketserver.StreamRequestHandler):
    """Closes a connection as soon as it has answered, where it is asked to."""

    def handle(self):
        self.server.connections += 1
        number = self.server.connections
        while line := self.rfile.readline():
            headers = http.client.parse_headers(self.rfile)
            body = self.rfile.read(int(headers.get("Content-Length", 0)))
            asked = headers.get("Connection", "")
            arrived.append([number, line.split()[0].decode(), asked.lower(), body.decode()])
            if asked.lower() == "upgrade":
                self.wfile.write(
                    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                )
                self.wfile.write(self.rfile.read(5))
                return
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ndone.")
            if asked.lower() == "close":
                return


def ask(method: str, body: bytes = b"", **headers: str) -> list:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
    connection.request(method, "/hub/x", body or None, headers)
    answer = connection.getresponse()
    found = [answer.status, answer.read().decode()]
    connection.close()
    return found


def ask_as_of_old() -> str:
    """HTTP/1.0: all that comes back until the proxy closes the connection."""
    with socket.create_connection(("127.0.0.1", PORT), 20) as own:
        own.sendall(b"GET /hub/x HTTP/1.0\r\n\r\n")
        return own.makefile("rb").read().decode()


def lift() -> list:
    """A connection becomes a web socket: the answer's first line, and what comes back through it."""
    with socket.create_connection(("127.0.0.1", PORT), 20) as own:
        own.sendall(b"GET /hub/x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        said = own.makefile("rb")
        first = said.readline().decode()
        while said.readline().strip():
            continue
        own.sendall(b"hello")
        return [first, said.read(5).decode()]


def main(folder: Path) -> dict:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    server = Server(str(folder / "server.sock"), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = Here(folder, "127.0.0.1", PORT)
    told.socket("proxy").parent.mkdir()
    command = [*proxy.command(told), "--default-target", unix_url(folder / "server.sock")]
    running = subprocess.Popen(command, env=os.environ | {KEY: "k" * 64, "CONFIGPROXY_AUTH_TOKEN": "t"})
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until and running.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", PORT), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        posts = [ask("POST", b"mine", Connection=how) for how in ("keep-alive", "close", "close")]
        old, lifted = ask_as_of_old(), lift()
    finally:
        running.terminate()
        running.wait(20)
    return {"posts": posts, "old": old, "lifted": lifted, "arrived": arrived}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
