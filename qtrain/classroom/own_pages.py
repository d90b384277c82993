"""A learner's pages are for their own browser: what a program of theirs serves never runs in another's.

All pages of a class have one origin, so a page of one learner's could act as whoever opens it: another learner, or a
teacher. The proxy therefore wants a sign with each request for ``/user/NAME/``, which it can check and nobody can make:
an HMAC of whose pages they are and of the browser's session. The hub gives it to the one whose pages they are.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from urllib.parse import unquote

from jupyterhub.handlers import BaseHandler
from tornado import web

COOKIE = "qtrain-own-pages"
KEY = "QTRAIN_PAGES_KEY"  # the variable with the key, for proxy and hub
GATE = Path(__file__).with_name("own_pages.mjs")  # the proxy's part


def sign(name: str, session: str) -> str:
    """The sign of one browser for the pages of `name`."""
    return hmac.new(os.environ[KEY].encode(), f"/user/{name}\n{session}".encode(), hashlib.sha256).hexdigest()


class OwnPages(BaseHandler):
    """Where the proxy sends who comes without the sign: gives it to the one whose pages they are."""

    @web.authenticated
    async def get(self):
        user, wanted = self.current_user, self.get_query_argument("next", "")
        own = f"/user/{user.name}"
        path = unquote(wanted.partition("?")[0])
        if path != own and not path.startswith(own + "/"):
            raise web.HTTPError(403, "These are somebody else's pages. Yours are where your own sign-in leads.")
        session = self.get_session_cookie() or self.set_session_cookie()
        secure = self.request.protocol == "https"
        self.set_cookie(COOKIE, sign(user.name, session), path="/user/", httponly=True, samesite="Lax", secure=secure)
        self.redirect(wanted if path != own else user.url)


async def forget(authenticator, handler, authentication):
    """At each sign-in the sign of whoever sat here before goes: JupyterHub keeps a browser's session."""
    handler.clear_cookie(COOKIE, path="/user/")
    return authentication
