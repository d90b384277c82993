"""What is asked of the class service, by learners' servers and by a teacher's browser, and who may ask it."""

from __future__ import annotations

import asyncio
import json
import tempfile
from base64 import b64encode
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import cast
from urllib.parse import urlparse

from jupyterhub.services.auth import HubOAuthenticated
from tornado import web
from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from qtrain.grading.collect import MAX_BYTES
from qtrain.grading.roster import Learner

from . import pages
from .beats import attempts, place
from .errors import ClassroomError

_PAGE = Path(__file__).with_name("page")
KINDS = {"class.css": "text/css", "class.js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HUB_S = 8.0
_POLL_S = 20.0


class Handler(HubOAuthenticated, web.RequestHandler):
    """What learners' and teachers' requests have in common."""

    @property
    def room(self):
        return self.settings["room"]

    def set_default_headers(self) -> None:
        for name, value in (
            ("Content-Security-Policy", _POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ):
            self.set_header(name, value)
        self.clear_header("Server")

    def get_current_user(self):
        """Only `prepare` asks the hub, without making others wait."""
        return None

    def write_error(self, status_code, **kwargs) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, ClassroomError):
            self.set_status(409)
            self.finish({"error": str(error)})
        else:
            told = error.log_message if isinstance(error, web.HTTPError) else None
            self.finish({"error": told or self._reason})

    def log_exception(self, kind, value, trace) -> None:
        if not isinstance(value, ClassroomError):
            super().log_exception(kind, value, trace)

    async def from_the_hub(self, question) -> dict | None:
        """The hub's answer; where it is away, nobody waits long, and nobody is let in."""
        try:
            return await asyncio.wait_for(question, _HUB_S)
        except (TimeoutError, web.HTTPError):
            raise web.HTTPError(503, "the hub does not answer just now: try again in a moment") from None

    def allowed(self, model: dict | None) -> str:
        """The name of a user whom the hub lets use this service; "" for nobody."""
        if not model or model.get("kind", "user") != "user" or not isinstance(model.get("name"), str):
            return ""
        scopes = self.hub_auth.access_scopes
        return model["name"] if not scopes or self.hub_auth.check_scopes(scopes, model) else ""

    def told(self) -> dict:
        """The request's JSON object."""
        try:
            found = json.loads(self.request.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise web.HTTPError(400, "the request is no JSON object")
        return found


class LearnersHandler(Handler):
    """A learner's server, by the token that the hub gave it; a browser's cookie counts nothing here."""

    learner: Learner

    def check_xsrf_cookie(self) -> None:
        """No cookie counts, so no other page can send one along."""

    async def prepare(self) -> None:
        token = self.hub_auth.get_token(self, in_cookie=False)
        model = await self.from_the_hub(self.hub_auth.user_for_token(token, sync=False)) if token else None
        if token and model is None:
            raise web.HTTPError(401, "the hub does not know this token")
        name = self.allowed(model)
        learner = self.room.people.roster().get(name) if name else None
        if learner is None:
            raise web.HTTPError(403, "only a learner of this class, from their own server")
        self.learner = learner


class Beat(LearnersHandler):
    """ "I am here, this is open, this was tried": answered with the releases that there are."""

    async def post(self) -> None:
        told = self.told()
        rows = attempts(told.get("rows", []))
        if "here" in told:  # a server alone is nobody: its page may have been closed
            self.room.live.heard(self.learner.id, *place(told["here"]))
        if rows:
            await asyncio.to_thread(self.room.database.add_attempts, self.learner.id, rows)
        self.room.dirty.set()
        self.write({"releases": await asyncio.to_thread(self.room.releases.seen_by, self.learner.id)})


class Copy(LearnersHandler):
    """The learner's own copy of a release."""

    async def get(self, name: str) -> None:
        files = await asyncio.to_thread(self.room.releases.copy, name, self.learner.id)
        if not files:
            raise web.HTTPError(404, "there is no such release for you")
        self.write({"files": {path: b64encode(data).decode() for path, data in files.items()}})


@web.stream_request_body
class HandIn(LearnersHandler):
    """A notebook comes in piece by piece, into a file: a slow sender holds nobody and no memory."""

    async def prepare(self) -> None:
        await super().prepare()
        if int(self.request.headers.get("Content-Length") or 0) > MAX_BYTES:
            raise web.HTTPError(413, f"this notebook has more than the {MAX_BYTES / 1e6:,.0f} MB that are graded")
        cast(HTTP1Connection, self.request.connection).set_max_body_size(MAX_BYTES)
        self.file = tempfile.TemporaryFile()

    def data_received(self, chunk: bytes) -> None:
        self.file.write(chunk)

    async def post(self) -> None:
        async with self.room.reading:
            self.write(asdict(await asyncio.to_thread(self._take)))
        self.room.dirty.set()

    def _take(self):
        self.file.seek(0)
        return self.room.hand_ins.take(self.learner, self.file.read(), self.room.people.roster())

    def on_finish(self) -> None:
        if hasattr(self, "file"):
            self.file.close()


class TeachersHandler(Handler):
    """A teacher's browser, signed in at the hub. Tokens count nothing: a notebook's code has one in its hands."""

    async def prepare(self) -> None:
        if self.hub_auth.get_token(self, in_cookie=False):
            raise web.HTTPError(403, "the teacher's page is for a browser")
        self.check_site()
        model = await self.from_the_hub(self.hub_auth.get_user(self, sync=False))
        if model is None and isinstance(self, Page):
            self.redirect(self.get_login_url())
            return
        name = self.allowed(model)
        if name not in self.room.people.teachers:
            raise web.HTTPError(403, "It is for the teacher of this class.")
        self.current_user = model

    def check_site(self) -> None:
        """Other sites' pages, and other pages of this one, ask for nothing in a teacher's name."""
        origin, host = self.request.headers.get("Origin"), self.request.host
        if origin is not None and urlparse(origin).netloc != host:
            raise web.HTTPError(403, "only the class's own page can ask for this")
        referer = urlparse(self.request.headers.get("Referer", ""))
        if self.request.method == "POST" and not referer.path.startswith(self.settings["prefix"]):
            raise web.HTTPError(403, "only the class's own page can ask for this")


class Page(TeachersHandler):
    """The teacher's page."""

    def write_error(self, status_code, **kwargs) -> None:
        """A page to read, with the style in it."""
        error = kwargs.get("exc_info", (None, None))[1]
        told = error.log_message if isinstance(error, web.HTTPError) else ""
        self.set_header("Content-Security-Policy", _POLICY.replace("style-src 'self'", "style-src 'unsafe-inline'"))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(pages.render("error.html", status_code=status_code, message=told, status_message=self._reason))

    async def get(self) -> None:
        _ = self.xsrf_token  # sets the cookie that the page's own requests show
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write((_PAGE / "class.html").read_bytes())


class State(TeachersHandler):
    """What changed, as soon as it does; after a while nothing, and the page asks again."""

    async def get(self) -> None:
        after = self.get_query_argument("after", "")
        found = self.room.live.changes(after)
        if not found["all"] and found["state"] == after:
            with suppress(TimeoutError):
                async with self.room.changed:
                    await asyncio.wait_for(self.room.changed.wait(), _POLL_S)
            found = self.room.live.changes(after)
        if found["all"]:
            found |= {"titles": self.room.live.titles, "offered": self.room.offered}
        self.write(found)


class Do(TeachersHandler):
    """What a teacher's button does: each says in a sentence what was done."""

    async def post(self) -> None:
        told = self.told()
        action = told.pop("action", None)
        if action not in ("give", "close", "extend") or not all(isinstance(value, str) for value in told.values()):
            raise web.HTTPError(400, "there is no such action")
        said = await getattr(self, action)(
            **{k: told.get(k, "") for k in ("release", "module", "due", "zone", "learner")}
        )
        self.room.dirty.set()
        self.write({"said": said})

    async def give(self, release, module, due, zone, **_) -> str:
        async with self.room.preparing:
            found = (await asyncio.to_thread(self.room.releases.all)).get(release)
            ids = [learner.id for learner in self.room.people.roster().learners]
            if found is None or module or set(ids) - found.manifest.variants.keys():
                await asyncio.to_thread(self.room.releases.prepare, release, module, due, zone)
        await asyncio.to_thread(self.room.releases.open, release)
        return f"{release} is on its way: it appears in everybody's lab within 15 seconds."

    async def close(self, release, **_) -> str:
        await asyncio.to_thread(self.room.releases.close, release)
        return f"{release} is closed: it takes hand-ins only from those who have an extension."

    async def extend(self, release, learner, due, zone, **_) -> str:
        until = await asyncio.to_thread(self.room.releases.extend, release, learner, due)
        person = self.room.people.get(learner)
        name = person.shown if person else learner
        return f"{name} has time until {until:%Y-%m-%d %H:%M} UTC." if until else f"{name} has no extension any more."


class Collect(TeachersHandler):
    """All that was handed in to a release, as a zip."""

    async def get(self, name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "all.zip"
            await asyncio.to_thread(self.room.hand_ins.pack, name, path)
            self.set_header("Content-Type", "application/zip")
            self.set_header("Content-Disposition", f'attachment; filename="{name}.zip"')
            self.set_header("Content-Length", str(path.stat().st_size))
            with open(path, "rb") as file, suppress(StreamClosedError):
                while data := await asyncio.to_thread(file.read, 1 << 20):
                    self.write(data)
                    await self.flush()


class Asset(Handler):
    """The page's own style and script: no secret."""

    async def get(self, name: str) -> None:
        self.set_header("Content-Type", f"{KINDS[name]}; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.write((_PAGE / name).read_bytes())
        self.set_etag_header()
