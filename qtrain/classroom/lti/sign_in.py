"""Signing in by a launch from the platform: whom of the class it means; and what grades need is remembered."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ltiauthenticator.lti13.auth import LTI13Authenticator
from traitlets import Unicode

from qtrain.classroom.people import People

from . import keys, launch, ledger
from .handlers import CallbackHandler, ChoiceHandler, KeysHandler, LoginHandler
from .launch import Launch
from .platform import Platform, read


class PlatformAuthenticator(LTI13Authenticator):
    """Who launches from the class's platform, and is on its roster or one of its teachers, is signed in."""

    login_service = "your course"

    folder = Unicode(config=True, help="The class's folder.")

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.allow_all = True  # whoever is signed in is on the roster
        # Threads of its own: a platform that does not answer must not take those that others wait for.
        self.pool = ThreadPoolExecutor(8, thread_name_prefix="platform")
        self.place = Path(self.folder)
        self.platform: Platform = read(self.place)
        self.ledger, self.key = ledger.of(self.place), keys.of(self.place)
        self.people = People(self.place, self.platform.teachers.values())
        self.issuer, self.client_id = self.platform.platform, {self.platform.client_id}
        self.authorize_url, self.jwks_endpoint = self.platform.authorize, self.platform.keys

    def get_handlers(self, app) -> list:
        handlers = {
            self.login_url(""): LoginHandler,
            self.callback_url(""): CallbackHandler,
            "/lti13/jwks": KeysHandler,
            "/lti13/choice": ChoiceHandler,
        }
        return [(path, handler, {"ours": self}) for path, handler in handlers.items()]

    def normalize_username(self, username: str) -> str:
        """The roster's ids keep their case."""
        return username

    async def authenticate(self, handler, data) -> dict:
        """Whom a launch means."""
        name = await asyncio.to_thread(self.admit, Launch(data))
        await self.entering(name)
        return {"name": name}

    async def entering(self, name: str) -> None:
        """What has to be done before somebody is signed in."""

    def admit(self, asked: Launch) -> str:
        """The name on the hub of whoever launched; what grades need is remembered.

        Raises
        ------
        Refused
        """
        kind, name = asked.wish
        who = launch.teacher(asked, self.platform)
        if not who:
            roster = self.people.roster()
            who = launch.learner(asked, self.platform, roster).id
            self.ledger.know(self.platform.platform, asked.subject, who, {one.id for one in roster.learners})
            self.ledger.enrol(who, asked.course)
        if kind == "release" and asked.line_item:
            self.ledger.open_column(asked.course, name, asked.line_item, asked.scopes)
        return who
