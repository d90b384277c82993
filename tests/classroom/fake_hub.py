"""What the class service needs of a hub, on loopback: whose token it is, and sign-in; and the service beside it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from urllib.parse import quote, unquote

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

SCOPES = ["access:services!service=class"]
SERVE = """
import asyncio, os, sys
from pathlib import Path
from jupyterhub.services.auth import HubOAuth
from qtrain.classroom.service import serve
auth = HubOAuth.instance(cache_max_age=1, cookie_options={"samesite": "Lax"})
asyncio.run(serve(Path(sys.argv[1]), ["teacher"], os.environ["JUPYTERHUB_SERVICE_URL"], auth))
"""


class User(web.RequestHandler):
    def get(self):
        hub, token = self.settings["hub"], self.request.headers.get("Authorization", "").removeprefix("token ")
        hub.asked += 1
        if token not in hub.tokens:
            raise web.HTTPError(403)
        self.write(hub.tokens[token])


class Authorize(web.RequestHandler):
    def get(self):
        hub = self.settings["hub"]
        self.redirect(f"{self.get_argument('redirect_uri')}?code={hub.signed_in}&state={self.get_argument('state')}")


class Token(web.RequestHandler):
    def post(self):
        self.write({"access_token": self.settings["hub"].sign_in(self.get_argument("code"))})


class Front(web.RequestHandler):
    """What the proxy does: a browser sees hub and service under one address."""

    async def prepare(self):
        import aiohttp
        from jupyterhub.httpclient import fetch

        url, sent = f"{self.settings['hub'].behind}{self.request.uri}", self.request.body or None
        headers = {k: v for k, v in self.request.headers.get_all() if k not in ("Connection", "Content-Length")}
        try:
            reply = await fetch(
                url,
                method=self.request.method,
                data=sent,
                headers=headers,
                allow_redirects=False,
                raise_for_status=False,
            )
            body = await reply.read()
        except (OSError, aiohttp.ClientError):
            self.set_status(503)
            self.finish("not there")
            return
        self.set_status(reply.status)
        self._headers.clear()
        for name, value in reply.headers.items():
            if name not in ("Content-Length", "Transfer-Encoding", "Connection", "Date"):
                self.add_header(name, value)
        self.finish(body if reply.status not in (204, 304) else None)


class Hub:
    """A hub whose users are whoever has a token."""

    def __init__(self):
        self.tokens, self.signed_in, self.behind, self.asked = {}, "teacher", "", 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def sign_in(self, name, kind="user", scopes=SCOPES):
        token = f"token-of-{quote(name)}-{len(self.tokens)}"
        self.tokens[token] = {"name": name, "kind": kind, "scopes": list(scopes), "admin": False, "groups": []}
        return token

    async def _serve(self):
        pages = [("/hub/api/user", User), ("/hub/api/oauth2/authorize", Authorize), ("/hub/api/oauth2/token", Token)]
        pages += [("/services/class/.*", Front)]
        server, sockets = HTTPServer(web.Application(pages, hub=self)), bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        self.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._end.wait()
        from jupyterhub.httpclient import JupyterHubHTTPClient

        await JupyterHubHTTPClient.loop_instance().close()

    def close(self):
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(10)


def until(condition, seconds=20):
    """Wait until it holds; its value then."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def answers(url):
    """Whether somebody listens there."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        return probe.connect_ex(unquote(url.removeprefix("http+unix://"))) == 0


@contextmanager
def service(folder, hub, url, **environment):
    """The class service in a process of its own, beside this hub."""
    told = {
        "JUPYTERHUB_API_URL": f"{hub.url}/hub/api",
        "JUPYTERHUB_API_TOKEN": "the service's own token",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_SERVICE_NAME": "class",
        "JUPYTERHUB_SERVICE_PREFIX": "/services/class/",
        "JUPYTERHUB_SERVICE_URL": url,
        "JUPYTERHUB_CLIENT_ID": "service-class",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps(SCOPES),
    }
    hub.behind = url
    log = open(folder / "service.log", "ab")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder)], env={**os.environ, **told, **environment}, stderr=log, stdout=log
    )
    try:
        until(lambda: process.poll() is not None or answers(url), 60)
        assert process.poll() is None, (folder / "service.log").read_text()
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            log.close()
