"""In a learner's server: releases come, hand-ins go, progress is told, work leaves and comes with its learner.

Where the class's service is away nothing is lost: checks are told later, a hand-in is tried again, then by the learner.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import random
import sqlite3
import tempfile
import time
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from qtrain import atomic
from qtrain.course.identity import HOME
from qtrain.grading.collect import MAX_BYTES
from qtrain.skills.record import FILE as RECORD

from . import beats, belongings
from .errors import ClassroomError
from .releases import SAFE, TOLD, parsed, release_of

URL = "QTRAIN_CLASS_URL"  # of the class's service; where it is not told, this server belongs to no class
PLACE = "released"
LABEXTENSIONS = Path(__file__).with_name("labextension")
EVERY_S = 5
_AWAY_S = 60  # without a word from the page nobody is there
_INSIST_S = 8  # for a hand-in, after it failed first; sent twice it is the same hand-in
_REFUSED = 3  # so often the hub must say that it does not know this server
_NOT_THERE = "The class's computer does not answer. Your work is saved: hand it in again in a while."


class ServiceError(Exception):
    """What the class's service said, and its status; 0 where it was not reached."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


async def ask(path: str, sent: bytes | None = None, patience: float = 20) -> dict:
    """Ask the class's service, as this server.

    Raises
    ------
    ServiceError
    """
    import aiohttp
    from jupyterhub.httpclient import fetch

    try:
        reply = await fetch(
            f"{os.environ[URL]}/{path}",
            method="GET" if sent is None else "POST",
            data=sent,
            headers={"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"},
            timeout=aiohttp.ClientTimeout(total=patience),
            allow_redirects=False,
            raise_for_status=False,
        )
        told = json.loads(await reply.read())
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        raise ServiceError(0, _NOT_THERE) from None
    if reply.status != 200 or not isinstance(told, dict):
        said = str(told.get("error", "")) if isinstance(told, dict) else ""
        raise ServiceError(
            reply.status, said[:1].upper() + said[1:] + "." * (not said.endswith(".")) if said else _NOT_THERE
        )
    return told


class Class:
    """What this server knows of its class.

    Parameters
    ----------
    root : Path
        The learner's copy of the course.
    log
    """

    def __init__(self, root: Path, log):
        self.root, self.log = root, log
        self.releases: dict[str, dict] = {}
        self.refused = 0
        self._here: tuple[float, dict] = (0.0, {})
        self._sent: tuple[tuple | None, int] = (None, 0)  # of which record, up to which row

    def here(self, document: str, exercise: str) -> None:
        """The page says what is open."""
        self._here = (time.monotonic(), {"document": document, "exercise": exercise})

    async def beat(self) -> None:
        """Tell where the learner is and what was tried; fetch what was given out."""
        mark, rows, last = await asyncio.to_thread(self._untold)
        at, open_now = self._here
        told: dict = {"rows": rows}
        if at and time.monotonic() - at < _AWAY_S:
            told["here"] = open_now
        answer = await ask("beat", json.dumps(told).encode())
        self._sent = (mark, last)  # only what was taken is not sent again
        found = answer.get("releases", {})
        for name, about in found.items():
            if SAFE.fullmatch(name) and not await asyncio.to_thread(self._is_here, name, about.get("version", "")):
                files = (await ask(f"releases/{quote(name)}")).get("files", {})
                await asyncio.to_thread(self._put, name, files)
        self.releases = found

    async def follow(self, stop) -> None:
        """Beat for as long as the server lives."""
        while True:
            wait = EVERY_S
            try:
                await self.beat()
                self.refused = 0
            except ServiceError as error:
                if error.status == 403:  # the teacher's own server, or somebody who left the roster
                    wait = 12 * EVERY_S
                self.refused = self.refused + 1 if error.status == 401 else 0
                self.log.warning("class: %s", error)
            except (OSError, sqlite3.Error) as error:  # a full disk, a record that is being repaired: at the next beat
                self.log.warning("class: %s", error)
            if self.refused >= _REFUSED:
                self.log.warning("the hub does not know this server any more; it ends")
                stop()
                return
            await asyncio.sleep(wait * random.uniform(0.8, 1.1))

    async def hand_in(self, path: str) -> dict:
        """Hand in a notebook as it lies on the disk; keeps the receipt beside it.

        Raises
        ------
        ClassroomError, ServiceError
        """
        place = self._inside(path)
        data = await asyncio.to_thread(_read, place)
        release_id = release_of(parsed(data))
        if not release_id:
            raise ClassroomError("this notebook belongs to no problem set that was given out")
        receipt = await self._taken(data)
        if receipt.get("digest") != hashlib.sha256(data).hexdigest():
            raise ClassroomError("what arrived is not what was sent: hand it in again, and tell your teacher")
        kept = place.with_name(f"receipt-{int(receipt['number'])}.json")
        with contextlib.suppress(OSError):  # it is handed in, even where no disk is left for the receipt
            await asyncio.to_thread(atomic.write_json, kept, receipt, durable=True)
        return {**receipt, "kept": kept.name if kept.exists() else ""}

    async def _taken(self, data: bytes) -> dict:
        """The receipt. When a class hands in at once, or the hub begins anew, it is asked again for a moment."""
        until = None
        while True:
            try:
                return await ask("hand-in", data, patience=120)
            except ServiceError as error:
                until = until or time.monotonic() + _INSIST_S
                if error.status not in (0, 502, 503, 504) or time.monotonic() > until:
                    raise
            await asyncio.sleep(random.uniform(0.5, 1.5))

    # --- files ---------------------------------------------------------------------------------------------------

    def _inside(self, path: str) -> Path:
        place = (self.root / path).resolve()
        if not place.is_relative_to(self.root.resolve()) or place.suffix != ".ipynb" or not place.is_file():
            raise ClassroomError(f"there is no notebook {path!r}: save it first")
        return place

    def _is_here(self, name: str, version: str) -> bool:
        told = self.root / PLACE / name / TOLD
        return told.is_file() and hashlib.sha256(told.read_bytes()).hexdigest()[:16] == version

    def _put(self, name: str, files: dict[str, str]) -> None:
        """Write a release; a notebook that is there stays. What says that it is complete comes last."""
        folder = self.root / PLACE / name
        for path, content in sorted(files.items(), key=lambda one: one[0] == TOLD):
            inner = PurePosixPath(path)
            if inner.is_absolute() or ".." in inner.parts:
                raise OSError(f"a release holds the path {path!r}")
            if path == TOLD or not (folder / inner).exists():
                atomic.write(folder / inner, base64.b64decode(content), durable=True)

    def _untold(self) -> tuple[tuple | None, list, int]:
        """Which record it is, its rows that were not told yet, and the last one's number."""
        path = self.root / HOME / RECORD
        try:
            info = path.stat()
        except FileNotFoundError:
            return None, [], 0
        mark = (info.st_dev, info.st_ino)
        last = self._sent[1] if self._sent[0] == mark else 0  # a record that was begun anew counts from the start
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=2)) as record:
            rows = record.execute(
                "SELECT number, exercise, at, status, score, diagnosis, sheet FROM attempt WHERE number > ? "
                "ORDER BY number LIMIT ?",
                (last, beats.MOST_ROWS),
            ).fetchall()
        # A row that the service would not take must not keep all others from it.
        return mark, [list(row[1:]) for row in rows if beats.is_check(row[1:])], rows[-1][0] if rows else last


class Handler(APIHandler):
    """The page asks its own server, which asks the service."""

    @property
    def own(self) -> Class:
        return self.settings["qtrain_class"]

    def refuse(self, error: Exception) -> None:
        status = getattr(error, "status", 409)
        words = str(error)
        self.set_status(status if 400 <= status < 600 else 503)
        self.finish({"message": words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")})


class Here(Handler):
    @web.authenticated
    async def post(self):
        told = self.get_json_body() or {}
        self.own.here(*beats.place(told))
        self.finish({"releases": self.own.releases})


class HandIn(Handler):
    @web.authenticated
    async def post(self):
        try:
            path = (self.get_json_body() or {}).get("path")
            self.finish(await self.own.hand_in(path if isinstance(path, str) else ""))
        except (ClassroomError, ServiceError, OSError) as error:
            self.refuse(error)


class Download(Handler):
    @web.authenticated
    async def get(self):
        with tempfile.TemporaryDirectory(dir=self.own.root / HOME) as folder:
            path = Path(folder) / "all.zip"
            await asyncio.to_thread(belongings.pack, self.own.root, path)
            self.set_header("Content-Type", "application/zip")
            self.set_header("Content-Disposition", 'attachment; filename="my-quantum-course.zip"')
            with open(path, "rb") as file:
                while data := await asyncio.to_thread(file.read, 1 << 20):
                    self.write(data)
                    await self.flush()


class Bring(Handler):
    @web.authenticated
    async def post(self):
        name = self.get_query_argument("name", "")
        try:
            done = await asyncio.to_thread(belongings.bring, self.own.root, name, self.request.body)
            self.finish({"lines": done.lines()})
        except (ClassroomError, OSError) as error:
            self.refuse(error)


def _read(place: Path) -> bytes:
    with open(place, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ClassroomError(
            f"this notebook has more than {MAX_BYTES / 1e6:,.0f} MB: clear the outputs of its large cells "
            "(Edit ▸ Clear Outputs), save it, and hand it in again"
        )
    return data


def _jupyter_server_extension_points():
    return [{"module": "qtrain.classroom.extension"}]


def _link_jupyter_server_extension(serverapp) -> None:
    """JupyterLab finds the buttons in the package: nothing is installed anywhere."""
    for lab in serverapp.extension_manager.extension_apps.get("jupyterlab", ()):
        lab.extra_labextensions_path = [*lab.extra_labextensions_path, str(LABEXTENSIONS)]


def _load_jupyter_server_extension(serverapp) -> None:
    if not os.environ.get(URL):
        return
    own = serverapp.web_app.settings["qtrain_class"] = Class(Path(serverapp.root_dir), serverapp.log)
    base = url_path_join(serverapp.web_app.settings["base_url"], "qtrain", "class")
    pages = (("here", Here), ("hand-in", HandIn), ("download", Download), ("bring", Bring))
    serverapp.web_app.add_handlers(".*$", [(f"{base}/{name}", handler) for name, handler in pages])

    def begin():
        serverapp.web_app.settings["qtrain_class_beats"] = asyncio.ensure_future(own.follow(serverapp.stop))

    serverapp.io_loop.add_callback(begin)
