"""Sign-in to a real hub, with a proxy and servers that only pretend."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from in_class import run

from qtrain.classroom import codes
from qtrain.classroom.database import ClassDatabase

aiohttp = pytest.importorskip("aiohttp", reason="the classroom needs the extra [hub]")
pytest.importorskip("jupyterhub", reason="the classroom needs the extra [hub]")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the classroom runs on Linux")
ROOT = Path(__file__).resolve().parents[2]
ROSTER = """id,name,email
ayesha,Ayesha Siddiqui,ayesha@school.example
u2,محمد علی,
Chen,李小龙,
jose,José Núñez,
"""
CONFIG = """
from jupyterhub.proxy import Proxy
from jupyterhub.spawner import Spawner
from tornado import httpserver, netutil, web

class NoProxy(Proxy):
    should_start = False
    routes = dict()
    async def add_route(self, routespec, target, data):
        self.routes[routespec] = dict(routespec=routespec, target=target, data=data)
    async def delete_route(self, routespec):
        self.routes.pop(routespec, None)
    async def get_all_routes(self):
        return dict(self.routes)

class Answers(web.RequestHandler):
    def get(self):
        self.finish("here")

class Pretended(Spawner):
    server_ = None
    async def start(self):
        sockets = netutil.bind_sockets(0, "127.0.0.1")
        self.server_ = httpserver.HTTPServer(web.Application([(".*", Answers)]))
        self.server_.add_sockets(sockets)
        return "127.0.0.1", sockets[0].getsockname()[1]
    async def stop(self, now=False):
        self.server_.stop()
        self.server_ = None
    async def poll(self):
        return None if self.server_ else 0

c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.spawner_class = Pretended
c.JupyterHub.bind_url = "http://127.0.0.1:1"
c.JupyterHub.hub_bind_url = "http+unix://{socket}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.template_paths = ["{templates}"]
c.JupyterHub.authenticator_class = "qtrain.classroom.authenticator.RosterAuthenticator"
c.RosterAuthenticator.folder = "{folder}"
c.RosterAuthenticator.teachers = ["Ms Khan"]
c.RosterAuthenticator.look_every = 0.2
c.JupyterHub.services = [dict(name="test", api_token="0" * 64)]
c.JupyterHub.load_roles = [dict(name="test", services=["test"], scopes=["admin:users", "admin:servers"])]
"""


class Hub:
    """A hub in a folder; a browser's requests go to its socket, as the proxy sends them."""

    def __init__(self, folder: Path):
        self.folder, self.socket = folder, folder / "s"
        self.write_roster(ROSTER)
        self.codes = {}
        for name in ("ayesha", "u2", "Chen", "jose", "Ms Khan"):
            self.new_code(name)
        config = folder / "config.py"
        templates = ROOT / "qtrain" / "classroom" / "templates"
        config.write_text(CONFIG.format(folder=folder, socket=quote(str(self.socket), safe=""), templates=templates))
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(config)],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )

    def new_code(self, name):
        self.codes[name] = codes.new_code()
        codes.give(ClassDatabase(self.folder), name, self.codes[name])

    def write_roster(self, text):
        new = self.folder / "new.csv"
        new.write_text(text, "utf-8")
        os.utime(new, (time.time() - 5, time.time() - 5))  # saved a moment ago
        new.replace(self.folder / "roster.csv")

    @contextlib.asynccontextmanager
    async def browser(self, address="10.0.0.5"):
        jar = aiohttp.CookieJar(unsafe=True)
        connector = aiohttp.UnixConnector(str(self.socket))
        headers = {"X-Forwarded-For": f"1.2.3.4, {address}", "X-Real-Ip": "6.6.6.6", "Host": "class.example"}
        async with aiohttp.ClientSession(connector=connector, cookie_jar=jar, headers=headers) as session:
            yield session

    async def sign_in(self, browser, name, code):
        async with browser.get("http://class.example/hub/logout") as form:  # leads to the form again
            token = re.search(r'name="_xsrf" value="([^"]+)"', await form.text())[1]
        told = {"username": name, "password": code, "_xsrf": token}
        async with browser.post("http://class.example/hub/login", data=told, allow_redirects=False) as answer:
            page = await answer.text()
        alert = re.search(r'role="alert">(.*?)</p>', page, re.DOTALL)
        return SimpleNamespace(status=answer.status, page=page, said=alert and alert[1])

    async def whoami(self, browser):
        async with browser.get("http://class.example/hub/home", allow_redirects=False) as answer:
            found = re.search(r'user: "([^"]*)"', await answer.text())
        return found and found[1]

    async def api(self, method, path):
        headers = {"Authorization": "token " + "0" * 64}
        async with self.browser() as browser:
            async with browser.request(method, f"http://class.example/hub/api{path}", headers=headers) as answer:
                assert answer.status < 400, await answer.text()
                return await answer.json() if answer.content_type == "application/json" else None

    async def until(self, condition, what, seconds=15):
        end = time.monotonic() + seconds
        while not await condition():
            assert time.monotonic() < end, f"not within {seconds} s: {what}\n{self.log.read_text()[-2000:]}"
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    made = Hub(tmp_path_factory.mktemp("class"))

    async def answers():
        assert made.process.poll() is None, made.log.read_text()
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with made.browser() as browser, browser.get("http://class.example/hub/health") as answer:
                return answer.status == 200

    try:
        run(made.until(answers, "the hub answers", 60))
        yield made
    finally:
        made.process.terminate()
        made.process.wait(20)


def test_what_is_not_there_leads_back(hub):
    async def look():
        async with hub.browser() as browser:
            await hub.sign_in(browser, "ayesha", hub.codes["ayesha"])
            async with browser.get("http://class.example/hub/nothing-here") as answer:
                return answer.status, await answer.text()

    status, page = run(look())
    assert status == 404 and "There is nothing here for you" in page and 'href="/"' in page


@pytest.mark.parametrize(
    "typed, name",
    [
        ("ayesha", "ayesha"),
        (" AYESHA ", "ayesha"),
        ("siddiqui ayesha", "ayesha"),
        ("ayesha@school.example", "ayesha"),
        ("علی محمد", "u2"),
        ("李小龙", "Chen"),
        ("ｃｈｅｎ", "Chen"),
        ("nunez, jose", "jose"),
        ("ms khan", "Ms Khan"),
    ],
)
def test_whoever_is_on_the_roster_signs_in(hub, typed, name):
    async def go():
        async with hub.browser() as browser:
            answer = await hub.sign_in(browser, typed, hub.codes[name].upper().replace("-", " "))
            assert answer.status == 302, answer.said
            assert await hub.whoami(browser) == name

    run(go())


def test_a_refusal_is_a_sentence_that_tells_nothing_about_who_is_there(hub):
    async def go():
        said = []
        for name in ("ayesha", "nobody", "Ms Khan"):
            async with hub.browser("10.0.1.1") as browser:
                answer = await hub.sign_in(browser, name, "bado kemi suta ri")
                assert answer.status == 403 and await hub.whoami(browser) is None
                assert f'value="{name}"' in answer.page, "the name need not be typed again"
                said.append(answer.said)
        assert len(set(said)) == 1 and "eight syllables" in said[0] and "14" in said[0]
        async with hub.browser("10.0.1.2") as browser:  # somebody else's code is as wrong
            assert (await hub.sign_in(browser, "ayesha", hub.codes["u2"])).status == 403
            assert (await hub.sign_in(browser, "Ms Khan", hub.codes["u2"])).status == 403
            assert "slip" in (await hub.sign_in(browser, "", "")).said

    run(go())


def test_what_is_typed_is_text(hub):
    async def go():
        async with hub.browser("10.0.1.9") as browser:
            answer = await hub.sign_in(browser, '"><script>alert(1)</script>', "x%sy{}")
            assert answer.status == 403 and "<script>alert" not in answer.page
            async with browser.get('http://class.example/hub/login?username="><script>alert(1)</script>') as page:
                assert "<script>alert" not in await page.text()

    run(go())


def test_guessing_is_slowed_and_locks_nobody_else_out(hub):
    async def go():
        async with hub.browser("10.0.2.1") as guesser, hub.browser("10.0.2.2") as own, hub.browser("10.0.2.1") as near:
            assert (await hub.sign_in(near, "jose", hub.codes["jose"])).status == 302  # signed in behind this router
            answers = [(await hub.sign_in(guesser, "jose", "bado kemi suta rino")).status for _ in range(9)]
            assert answers[:5] == [403] * 5 and answers[6:] == [429] * 3
            late = await hub.sign_in(guesser, "jose", hub.codes["jose"])
            assert late.status == 429 and re.search(r"Wait \w+ second", late.said)
            assert (await hub.sign_in(own, "jose", hub.codes["jose"])).status == 302
            assert (await hub.sign_in(near, "jose", hub.codes["jose"])).status == 302
            assert (await hub.sign_in(guesser, "u2", hub.codes["u2"])).status == 302

    run(go())


def test_a_class_signs_in_at_once_behind_one_router(hub):
    async def one(number):
        name = ("ayesha", "u2", "Chen")[number % 3]
        async with hub.browser("10.0.3.1") as browser:
            return (await hub.sign_in(browser, name, hub.codes[name])).status

    async def go():
        assert await asyncio.gather(*(one(number) for number in range(12))) == [302] * 12

    run(go())


def test_who_leaves_the_roster_is_out_and_comes_back_with_it(hub):
    async def go():
        async with hub.browser() as browser, hub.browser() as other:
            assert (await hub.sign_in(browser, "jose", hub.codes["jose"])).status == 302
            assert (await hub.sign_in(other, "u2", hub.codes["u2"])).status == 302
            for name in ("jose", "u2"):
                await hub.api("POST", f"/users/{name}/server")
            try:
                hub.write_roster(ROSTER.replace("jose,José Núñez,\n", ""))

                async def stopped():
                    return not (await hub.api("GET", "/users/jose"))["servers"]

                await hub.until(stopped, "the server of who left stops")
                assert await hub.whoami(browser) is None
                assert (await hub.sign_in(browser, "jose", hub.codes["jose"])).status == 403
                assert (await hub.api("GET", "/users/u2"))["servers"] and await hub.whoami(other) == "u2"
                hub.write_roster("no,such,headings\n1,2,3\n")
                assert (await hub.sign_in(other, "u2", hub.codes["u2"])).status == 302, "the roster of before counts"
            finally:
                hub.write_roster(ROSTER)
            assert (await hub.sign_in(browser, "jose", hub.codes["jose"])).status == 302

    run(go())


def test_a_new_code_ends_what_was_opened_with_the_lost_one(hub):
    async def go():
        async with hub.browser() as thief, hub.browser() as own:
            assert (await hub.sign_in(thief, "Chen", hub.codes["Chen"])).status == 302
            lost = hub.codes["Chen"]
            hub.new_code("Chen")
            assert (await hub.sign_in(own, "Chen", hub.codes["Chen"])).status == 302
            assert await hub.whoami(thief) is None and await hub.whoami(own) == "Chen"
            assert (await hub.sign_in(thief, "Chen", lost)).status == 403
            hub.new_code("Chen")

            async def out():
                return await hub.whoami(own) is None

            await hub.until(out, "signed out, though nobody signs in with the new code")

    run(go())


def test_who_has_signed_in_with_a_new_code_is_not_signed_out_for_it_again(tmp_path, monkeypatch):
    """The look for new codes takes a while when a whole class has one; they sign in meanwhile."""
    from qtrain.classroom import authenticator

    (tmp_path / "roster.csv").write_text("id\nada\nwei\n", "utf-8")
    database = ClassDatabase(tmp_path)
    for name in ("ada", "wei"):
        codes.give(database, name, codes.new_code())
    made = authenticator.RosterAuthenticator(folder=str(tmp_path))
    made._app = SimpleNamespace(db=SimpleNamespace(query=lambda what: []))
    signed_out, signing_in = [], []

    async def sign_out(app, name):
        signed_out.append(name)
        if len(signed_out) == 1:  # the other one comes just now
            other = "wei" if name == "ada" else "ada"
            signing_in.append(asyncio.create_task(made.begin_with_new_code(other)))
            await asyncio.sleep(0)

    async def go():
        await made.look()
        await asyncio.gather(*signing_in)

    monkeypatch.setattr(authenticator, "sign_out", sign_out)
    run(go())
    assert sorted(signed_out) == ["ada", "wei"] and database.renewed_codes() == set()


def test_no_code_is_in_the_log(hub):
    said = hub.log.read_text()
    assert "Traceback" not in said, said
    for code in hub.codes.values():
        assert code not in said and codes.plain(code) not in said


@pytest.mark.parametrize(
    "told, address",
    [
        (["10.0.0.5"], "10.0.0.5"),
        (["6.6.6.6, 10.0.0.5"], "10.0.0.5"),
        (["6.6.6.6", "7.7.7.7, 10.0.0.5"], "10.0.0.5"),
        (["::ffff:10.0.0.5"], "10.0.0.5"),
        (["fe80::1:2:3:4%eth0"], "fe80::/64"),
        (["rubbish"], "unknown"),
    ],
)
def test_the_address_is_the_one_that_the_proxy_saw(told, address):
    from qtrain.classroom.authenticator import address_of

    headers = SimpleNamespace(get_list=lambda name: told if name == "X-Forwarded-For" else ["6.6.6.6"])
    assert address_of(SimpleNamespace(headers=headers, remote_ip="6.6.6.6")) == address
