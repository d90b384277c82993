"""The class service beside the hub: takes hand-ins and progress from learners' servers, shows its teachers the class.

Who asks is told by the hub alone: a learner's server by its token, a teacher's browser by its sign-in; by no request.
Nothing here waits for the disk or for a client while others want something.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlparse

from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets, bind_unix_socket

from .database import ClassDatabase
from .errors import ClassroomError
from .hand_ins import HandIns
from .handlers import KINDS, Asset, Beat, Collect, Copy, Do, HandIn, Page, State
from .live import Live
from .people import People
from .releases import Releases

MOST = 1_000_000  # bytes of a request that is no hand-in
_SLOW_S = 120  # a client that takes longer for its request is let go
_LOOK_S = 2.0


class Room:
    """What the handlers share: the class's files, and a signal that something changed."""

    def __init__(self, folder: Path, teachers: Iterable[str]):
        self.folder = Path(folder)
        self.people = People(self.folder, teachers)
        self.database = ClassDatabase(self.folder)
        self.releases = Releases(self.folder, self.database)
        self.hand_ins = HandIns(self.folder, self.database, self.releases)
        self.live = Live(self.database, self.releases, self.people)
        self.offered: list[dict] = []
        self.dirty, self.changed = asyncio.Event(), asyncio.Condition()
        self.preparing, self.reading = asyncio.Lock(), asyncio.Semaphore(4)

    def learn(self) -> None:
        """What the course calls its exercises, and which problem sets it offers. Not for the event loop."""
        from qtrain.course import CourseError, load

        try:
            for document in load().documents:
                self.live.titles[document.id] = document.called
                self.live.titles |= {name: cells.title for name, cells in document.cells.items()}
                if document.is_problem_set:
                    self.offered.append({"module": document.id, "title": document.called})
        except CourseError as error:  # ids stand for themselves
            logging.getLogger("qtrain").warning("the course can't be read: %s", error)

    async def watch(self) -> None:
        """Look what is new, when something was said and every few seconds: who went away says nothing."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.dirty.wait(), _LOOK_S)
            self.dirty.clear()
            try:
                changed = await asyncio.to_thread(self.live.refresh)
                await asyncio.to_thread(self.live.keep)
            except ClassroomError as error:  # said again at the next look, and mended by then or not
                logging.getLogger("qtrain").error("%s", error)
                changed = False
            if changed:
                async with self.changed:
                    self.changed.notify_all()
            await asyncio.sleep(0.5)  # whatever the class does, the page changes twice a second at most


def make(room: Room, hub_auth: HubOAuth) -> web.Application:
    """The service's application, below the prefix that the hub knows it by."""
    prefix = hub_auth.base_url
    name = r"([A-Za-z0-9][A-Za-z0-9._-]{0,63})"
    return web.Application(
        [
            (prefix, Page),
            (prefix + "state", State),
            (prefix + "do", Do),
            (prefix + "collect/" + name, Collect),
            (prefix + f"({'|'.join(map(_quoted, KINDS))})", Asset),
            (prefix + "oauth_callback", HubOAuthCallbackHandler),
            (prefix + "beat", Beat),
            (prefix + "releases/" + name, Copy),
            (prefix + "hand-in", HandIn),
        ],
        room=room,
        prefix=prefix,
        # The same after a restart: nobody signs in again.
        cookie_secret=hmac.new(hub_auth.api_token.encode(), b"cookies of the class service", hashlib.sha256).digest(),
    )


def _quoted(name: str) -> str:
    return name.replace(".", r"\.")


def listen(server: HTTPServer, url: str) -> None:
    """Listen where the hub and its proxy look for the service."""
    place = urlparse(url)
    if place.scheme == "http+unix":
        # Learners' servers connect to it: what they may do is told by their tokens.
        server.add_socket(bind_unix_socket(unquote(place.netloc), mode=0o666, backlog=512))
    else:
        server.add_sockets(bind_sockets(place.port or 80, place.hostname))


async def serve(folder: Path, teachers: Iterable[str], url: str, hub_auth: HubOAuth) -> None:
    """Serve until this process is told to end."""
    room = await asyncio.to_thread(Room, folder, teachers)
    await asyncio.to_thread(lambda: room.hand_ins.recover(room.people.roster()))
    await asyncio.to_thread(room.live.refresh)
    server = HTTPServer(
        make(room, hub_auth),
        xheaders=True,
        max_body_size=MOST,
        body_timeout=_SLOW_S,
        idle_connection_timeout=_SLOW_S,
        max_header_size=32_768,
    )
    listen(server, url)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    work = [asyncio.create_task(room.watch()), asyncio.create_task(asyncio.to_thread(room.learn))]
    await ended.wait()
    server.stop()
    work[0].cancel()
    await asyncio.to_thread(room.live.keep, True)


def main() -> None:
    """The service as the class's supervisor starts it; its environment says where everything is."""
    from . import settings

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    folder = Path(os.environ["QTRAIN_CLASS"])
    hub_auth = HubOAuth.instance(cache_max_age=60, cookie_options={"samesite": "Lax"})
    asyncio.run(serve(folder, settings.load(folder).teachers, os.environ["JUPYTERHUB_SERVICE_URL"], hub_auth))


if __name__ == "__main__":
    main()
