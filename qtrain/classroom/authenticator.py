"""Sign-in with the name of the roster and the code on the slip: no network, no e-mail, no accounts of the system."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import os
import secrets
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from jupyterhub import orm
from jupyterhub.auth import Authenticator
from tornado import web
from traitlets import Float, List, Unicode, default

from qtrain.classroom import codes
from qtrain.classroom.database import ClassDatabase
from qtrain.classroom.own_pages import OwnPages
from qtrain.classroom.people import People
from qtrain.classroom.throttle import Throttle
from qtrain.grading.roster import plain

DEVICE_COOKIE = "qtrain-device"
_DEVICE_DAYS = 400


class RosterAuthenticator(Authenticator):
    """Lets in whoever is on the class's roster, or its teacher, by the code of theirs.

    A roster or code that changes counts at once: nothing has to be restarted, and who is no longer on the roster is
    signed out and their server stopped.
    """

    folder = Unicode(help="The class's folder.").tag(config=True)
    teachers = List(Unicode(), ["teacher"], help="Names of the teachers.").tag(config=True)
    look_every = Float(5.0, help="Seconds between two looks for people and codes that are gone.").tag(config=True)

    @default("allow_all")
    def _whoever_signs_in_is_allowed(self):
        return True

    # Asked of the roster file's date, so that it costs nothing; a server's own token counts no longer than its learner.
    auth_refresh_age = 5
    auth_refresh_strict = True
    refresh_pre_spawn = True

    @cached_property
    def people(self) -> People:
        """Roster and teachers."""
        return People(Path(self.folder), self.teachers)

    @cached_property
    def database(self) -> ClassDatabase:
        """The class's database, for its codes."""
        return ClassDatabase(Path(self.folder))

    @cached_property
    def _closing(self) -> asyncio.Lock:
        return asyncio.Lock()

    @cached_property
    def throttle(self) -> Throttle:
        """Slows wrong tries."""
        return Throttle()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        # As many hashes at a time as there are processors: more would only need more memory.
        return ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="codes")

    def normalize_username(self, username):
        """The roster's ids keep their case."""
        return username

    async def authenticate(self, handler, data):
        """Compare name and code; every refusal is a sentence, the same whether there is such a name or not."""
        typed, code = str(data.get("username") or "")[:200], str(data.get("password") or "")[:400]
        if not plain(typed) or not codes.plain(code):
            raise web.HTTPError(403, "Type the name and the code that stand on your slip.")
        found = self.people.find(typed)
        if self.people.trouble:
            self.log.warning("The roster was not read again: %s", self.people.trouble)
        name = found.name if found else None
        asked = f"={name}" if found else plain(typed)
        address, device = address_of(handler.request), self._device(handler, name)
        if wait := self.throttle.wait(asked, address, device):
            self.log.warning("Too many wrong codes from %s: the next try is possible in %.0f s", address, wait)
            raise web.HTTPError(429, f"That was wrong too often. Wait {_seconds(wait)}, then try again.")
        loop = asyncio.get_running_loop()
        # Also for a name that nobody has: an answer tells by its time no more than by its words.
        right = await loop.run_in_executor(self._pool, codes.right, self.database, name, code)
        if name is None or not right:
            raise web.HTTPError(
                403,
                "This name and this code do not belong together. Type the name as it stands on your slip. "
                + codes.hint(code),
            )
        self.throttle.right(asked, address, device)
        await self.begin_with_new_code(name)
        if not device:
            self._remember(handler, name)
        return {"name": name}

    async def refresh_user(self, user, handler=None):
        """Whether they still belong to the class."""
        return not self.people.left(user.name)

    def get_handlers(self, app):
        """Gives learners' browsers the sign for their own pages; begins to look for people who are gone."""
        self._app = app
        self._looking = asyncio.get_running_loop().create_task(self._look())
        return [*super().get_handlers(app), ("/own-pages", OwnPages)]

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self.look_every)
            try:
                await self.look()
            except Exception:  # the next look is another try
                self.log.exception("Could not look for people who are gone")

    async def look(self) -> None:
        """Sign out who left the roster, and who has a new code because the old one was lost."""
        for name in [name for (name,) in self._app.db.query(orm.User.name) if self.people.left(name)]:
            if await sign_out(self._app, name):
                self.log.warning("%s is no longer on the roster, and was signed out", name)
        for name in await asyncio.to_thread(self.database.renewed_codes):
            await self.begin_with_new_code(name)

    async def begin_with_new_code(self, name: str) -> None:
        """Close what was opened with the code before, once: whoever has signed in with the new one since stays."""
        async with self._closing:
            if name in await asyncio.to_thread(self.database.renewed_codes):
                await sign_out(self._app, name)
                await asyncio.to_thread(self.database.code_in_use, name)

    def _device(self, handler, name: str | None) -> str:
        """The device's own mark, if this person signed in there before."""
        kept = handler.get_secure_cookie(DEVICE_COOKIE, max_age_days=_DEVICE_DAYS)
        mark, _, whose = (kept or b"").decode("utf-8", "replace").partition(" ")
        return mark if name is not None and whose == name else ""

    def _remember(self, handler, name: str) -> None:
        handler._set_cookie(
            DEVICE_COOKIE,
            f"{secrets.token_hex(8)} {name}",
            path=handler.hub.base_url,
            expires_days=_DEVICE_DAYS,
            samesite="Lax",
        )


async def sign_out(app, name: str) -> bool:
    """End all that somebody has open: sessions in the hub, tokens, and their server. Their files stay.

    Parameters
    ----------
    app : JupyterHub
    name : str
        Of the user.

    Returns
    -------
    bool
        Whether anything was open.
    """
    row = orm.User.find(app.db, name)
    if row is None:
        return False
    user = app.users[row]
    servers = [server for server, spawner in user.spawners.items() if spawner.active]
    was_open = bool(servers or row.api_tokens)
    row.cookie_id = orm.new_token()
    for token in list(row.api_tokens):
        app.db.delete(token)
    app.db.commit()
    for server in servers:
        if not user.spawners[server].pending:  # one that just starts or stops is found by the next look
            await app.proxy.delete_user(user, server)
            await user.stop(server)
    return was_open


def address_of(request) -> str:
    """Where a request comes from, as our own proxy says it: the last address that is told, for a browser may tell any.

    An IPv6 network of 64 bits counts as one address, as one device has as many of them as it likes.
    A learner's program can ask the hub without the proxy, and say what it likes: all of one user's count as one.
    """
    if (user := _user_at_socket(request)) not in (None, os.geteuid()):
        return f"user {user}"
    told = request.headers.get_list("X-Forwarded-For")
    last = told[-1].split(",")[-1].strip() if told else request.remote_ip or ""
    try:
        address = ipaddress.ip_address(last.partition("%")[0])
    except ValueError:
        return "unknown"
    if address.version == 6 and (mapped := address.ipv4_mapped):
        return str(mapped)
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _user_at_socket(request) -> int | None:
    """The user at the other end of the hub's own socket: the hub's where it is the proxy; None for a network's."""
    link = getattr(getattr(getattr(request, "connection", None), "stream", None), "socket", None)
    if link is None or link.family != socket.AF_UNIX:
        return None
    return struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]


def _seconds(wait: float) -> str:
    whole = max(1, math.ceil(wait))
    return "one second" if whole == 1 else f"{whole} seconds"
