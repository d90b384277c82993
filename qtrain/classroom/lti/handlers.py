"""The hub's pages that a platform calls (LTI 1.3): those of the library for it, and what they leave open.

The library checks signature, issuer, audience, times and required claims. Here is added: an answer counts once, only
in the browser that asked, only for a deployment that the class knows; several tabs may sign in at the same time; the
platform's keys are fetched without holding up the hub; who comes is on the roster; where the link leads stands in the
signed message and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.handlers import BaseHandler
from jupyterhub.utils import url_path_join
from ltiauthenticator.lti13.constants import LTI13_GENERAL_OPTIONAL_CLAIMS
from ltiauthenticator.lti13.error import ValidationError
from ltiauthenticator.lti13.handlers import (
    LTI13CallbackHandler,
    LTI13LoginInitHandler,
    get_nonce,
    make_nonce_state,
)
from ltiauthenticator.lti13.validator import LTI13LaunchValidator
from tornado import web

from . import deep_link, launch, places
from .errors import LtiError, Refused
from .launch import CLAIM, Launch

_STATE = re.compile(r"[\w-]{32}", re.ASCII)  # goes into a cookie's name
_COOKIE, _CHOICE = "qtrain-lti-", "qtrain-lti-choice"
_PATIENCE = 1 / 24  # of a day, from the click on the link to the platform's answer
_LEEWAY = 120  # seconds that the clocks may differ


class _Validator(LTI13LaunchValidator):
    """The library's checks, less strict in one place: of a deep link it asks what the standard leaves open (azp, …)."""

    def validate_id_token(self, id_token: dict) -> None:
        super().validate_id_token({**dict.fromkeys(LTI13_GENERAL_OPTIONAL_CLAIMS), **id_token})


class _Handler(BaseHandler):
    """What all of them share; a platform may show them in a frame of its own pages."""

    _ours: Any = None

    def initialize(self, ours) -> None:
        self._ours = ours
        self.clear()  # the headers once more, now that it is known who may frame the page

    @property
    def authenticator(self):
        """The `PlatformAuthenticator`, which may stand beside the hub's own."""
        return self._ours

    @property
    def content_security_policy(self) -> str:
        if self._ours is None:
            return super().content_security_policy
        split = urlsplit(self._ours.platform.platform)
        framed = f"frame-ancestors 'self' {split.scheme}://{split.netloc}"
        return super().content_security_policy.replace("frame-ancestors 'none'", framed)

    def check_xsrf_cookie(self) -> None:
        """Requests come from the platform's pages; what they carry is checked instead."""

    def cookie(self, state: str, value: str | None = None) -> str:
        """What this browser keeps of a sign-in that has begun: set, or taken back."""
        name, path = _COOKIE + state, url_path_join(self.hub.base_url, "lti13")
        if value is not None:
            # The answer is posted from the platform's site. Without TLS browsers refuse SameSite=None; what they do
            # where nothing is said lets a whole page through for two minutes, though not a frame.
            over_tls = self.authenticator.get_uri_scheme(self.request) == "https"
            same_site = {"samesite": "None", "secure": True} if over_tls else {}
            self._set_cookie(name, value, expires_days=_PATIENCE, path=path, **same_site)
            return value
        found = self.get_secure_cookie(name, max_age_days=_PATIENCE) or b""
        self.clear_cookie(name, path=path)
        return found.decode()


class LoginHandler(_Handler, LTI13LoginInitHandler):
    """The platform says that somebody clicked on a link: their browser is sent there to be told who it is."""

    def post(self) -> None:
        platform = self.authenticator.platform
        if not self.get_argument("iss", ""):
            raise web.HTTPError(400, f"sign in from your course: click on the link there, on {platform.platform}")
        for name, own in (("iss", platform.platform), ("client_id", platform.client_id)):
            said = self.get_argument(name, own)
            if said != own:
                raise web.HTTPError(
                    400, f"this hub knows the platform {platform.platform} as {platform.client_id}, not {name} {said!r}"
                )
        super().post()

    get = post

    def generate_state(self) -> str:
        self._state = secrets.token_urlsafe(24)
        return self._state

    def generate_nonce(self) -> str:
        return get_nonce(self.cookie(self._state, make_nonce_state()))

    def authorize_redirect(self, *args, client_id=None, **kwargs) -> None:
        super().authorize_redirect(*args, client_id=client_id or self.authenticator.platform.client_id, **kwargs)


class CallbackHandler(_Handler, LTI13CallbackHandler):
    """The platform's answer: who it is, and what they want."""

    async def post(self) -> None:
        asked = Launch(await self.answer())
        try:
            if asked.asks_for_links:
                who = launch.teacher(asked, self.authenticator.platform)
                if not who:
                    raise Refused("only a teacher of this class, named in its lti.json, chooses what to link")
                await self.offer(deep_link.Asked.by(asked))
                return
            before = self.get_current_user_cookie()
            user = await self.login_user(asked.claims)
            if user is None:
                raise Refused("this hub does not let you in: ask your teacher")
            if before is not None and before.id != user.id:
                self.end_session_of_another(user)
            self.redirect(await asyncio.to_thread(self.target, asked))
        except LtiError as error:
            self.log.warning("A launch was refused: %s", error)
            raise web.HTTPError(403 if isinstance(error, Refused) else 404, str(error)) from None

    def target(self, asked: Launch) -> str:
        """Where the link leads."""
        kind, name = asked.wish
        if not kind and launch.teacher(asked, self.authenticator.platform):
            return url_path_join(self.base_url, "services", "class/")
        if not kind:
            return self.hub.base_url
        place = places.find(self.authenticator.place, kind, name)
        if not place.opened:
            raise LtiError(f"{place.title} is not handed out yet: come again when your teacher says so")
        return places.address(place, self.hub.base_url)

    async def offer(self, asked: deep_link.Asked) -> None:
        """Let the teacher choose what to link. Nobody is signed in for that: the page holds what the choice needs."""
        sealed = self.create_signed_value(_CHOICE, json.dumps(asdict(asked))).decode()
        action = url_path_join(self.hub.base_url, "lti13", "choice")
        self.finish(await asyncio.to_thread(deep_link.page, self.authenticator.place, asked, action, sealed))

    def end_session_of_another(self, user) -> None:
        """On a shared computer, whoever comes next does not find the servers open of who was there before."""
        self.clear_login_cookie()
        self.set_session_cookie()
        self.set_login_cookie(user)

    async def answer(self) -> dict:
        """The claims of the answer, when all is right with it.

        Raises
        ------
        tornado.web.HTTPError
        """
        validator = _Validator(parent=self.app, time_leeway=_LEEWAY)
        ours = self.authenticator
        state, encoded = self.get_body_argument("state", ""), self.get_body_argument("id_token", "")
        try:
            validator.validate_auth_response({"state": state, "id_token": encoded})
            nonce_state = self.cookie(state) if _STATE.fullmatch(state) else ""
            if not nonce_state:
                raise web.HTTPError(
                    400,
                    "this browser did not ask for that sign-in, or more than an hour ago: click on the link in your "
                    "course again, and if that does not help, let your teacher have it open in a new window",
                )
            claims = await asyncio.get_running_loop().run_in_executor(
                ours.pool,
                validator.verify_and_decode_jwt,
                encoded,
                ours.issuer,
                ours.client_id,
                ours.jwks_endpoint,
                ours.jwks_algorithms,
            )
            validator.validate_id_token(claims)
            validator.validate_azp_claim(claims, ours.client_id)
        except (ValidationError, ValueError) as error:
            raise web.HTTPError(
                401, f"the platform's answer cannot be trusted ({error}); are the clocks of both computers right?"
            ) from None
        if not secrets.compare_digest(str(claims["nonce"]), get_nonce(nonce_state)):
            raise web.HTTPError(400, "that answer belongs to another sign-in: click on the link in your course again")
        self.known(Launch(claims))
        if not await asyncio.to_thread(ours.ledger.use, claims["nonce"]):
            raise web.HTTPError(400, "that answer was used before: click on the link in your course again")
        return claims

    def known(self, asked: Launch) -> None:
        """Refuse what comes from elsewhere on the platform, or from nobody."""
        platform, deployment = self.authenticator.platform, asked.claims[CLAIM + "deployment_id"]
        if deployment not in platform.deployments:
            raise web.HTTPError(403, f"lti.json does not name the deployment {deployment!r}: ask your teacher")
        if platform.courses and asked.course not in platform.courses:
            raise web.HTTPError(403, f"lti.json does not name the course {asked.course!r}: ask your teacher")
        if not asked.subject:
            raise web.HTTPError(403, "the platform does not say who you are: its message has no sub")


class KeysHandler(_Handler):
    """The hub's public key, for the platform."""

    def get(self) -> None:
        self.finish(self.authenticator.key.jwks())


class ChoiceHandler(_Handler):
    """A teacher has chosen what to link."""

    async def post(self) -> None:
        ours = self.authenticator
        sealed = self.get_secure_cookie(_CHOICE, self.get_body_argument("asked", ""), max_age_days=deep_link.PATIENCE)
        if sealed is None:
            raise web.HTTPError(400, "that page is too old, or not from here: begin again in your course")
        asked = deep_link.Asked(**json.loads(sealed))
        named = [key.partition("=") for key in self.get_body_arguments("chosen")]
        try:
            chosen = [await asyncio.to_thread(places.find, ours.place, kind, name) for kind, _, name in named]
            hub = f"{ours.get_uri_scheme(self.request)}://{self.request.host}{self.hub.base_url}"
            signed = deep_link.answer(asked, chosen, ours.platform, ours.key, hub)
        except LtiError as error:
            raise web.HTTPError(400, str(error)) from None
        self.finish(deep_link.answer_page(asked, signed))
