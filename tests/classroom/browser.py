"""A browser without a screen: cookies, forms and JSON, as a learner's browser sends them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import urlencode


class Browser:
    """Keeps cookies, follows redirects.

    Parameters
    ----------
    address : str
        Where the class is, as ``http://127.0.0.1:801``.
    """

    def __init__(self, address: str):
        self.address = address
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def cookie(self, name: str, path: str = "/") -> str:
        """The value of a cookie; "" where there is none."""
        found = [c for c in self.cookies if c.name == name and path.startswith(c.path.rstrip("/"))]
        return max(found, key=lambda c: len(c.path)).value if found else ""

    def ask(self, path: str, data: bytes | None = None, method: str | None = None, timeout: float = 60, **headers):
        """The answer's status, address, and content, whatever the status is."""
        url = self.address + path
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, data, told, method=method)
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                return answer.status, answer.url, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.url, error.read()

    def sign_in(self, name: str, code: str):
        """Sign in with a name and a code; returns the status and the address where it led."""
        self.ask("/hub/login")
        form = urlencode({"username": name, "password": code, "_xsrf": self.cookie("_xsrf", "/hub/")}).encode()
        return self.ask("/hub/login", form)[:2]

    def api(self, path: str, value=None, method: str | None = None):
        """JSON from one's own server; `value` is sent as JSON."""
        user = path.split("/")[2]
        data = None if value is None else json.dumps(value).encode()
        token = self.cookie("_xsrf", f"/user/{user}/")
        status, _, content = self.ask(
            path,
            data,
            method,
            X_XSRFToken=token,
            Content_Type="application/json",
            Referer=f"{self.address}/user/{user}/lab",
        )
        try:
            return status, json.loads(content) if content else None
        except ValueError:
            raise ValueError(f"{method or 'GET'} {path}: {status}, and no JSON: {content[:3000]!r}") from None
