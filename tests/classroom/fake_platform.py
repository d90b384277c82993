"""A learning platform on loopback: enough of LTI 1.3 to launch, to take links and to keep grades; and a hub to launch.

It compares time stamps as Moodle does: in whole seconds, and refuses what is not newer (409).
"""

import asyncio
import contextlib
import html
import json
import re
import threading
import time
import uuid
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from tornado import httpserver, netutil, web

from qtrain.classroom.lti import keys, launch

CLIENT, DEPLOYMENT = "the-class", "1"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


@contextlib.contextmanager
def served(make):
    """Serve the application that the coroutine `make` returns, on loopback in a thread; yields (address, itself)."""
    loop, sockets = asyncio.new_event_loop(), netutil.bind_sockets(0, "127.0.0.1")
    ready, made = threading.Event(), {}

    async def run():
        try:
            made["ended"] = asyncio.Event()
            made["application"] = await make()
            server = httpserver.HTTPServer(made["application"])
            server.add_sockets(sockets)
        except BaseException as error:  # told to whoever waits
            made["error"] = error
            return
        finally:
            ready.set()
        await made["ended"].wait()
        server.stop()
        await server.close_all_connections()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        if "error" in made:
            raise made["error"]
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}", made["application"]
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(made["ended"].set)
        thread.join(30)
        loop.close()
        for socket in sockets:
            socket.close()


class FakePlatform:
    """Its people, its key, what it was sent; a test changes what it says.

    Attributes
    ----------
    hub : str
        Where its pages link to.
    links : list of str
        The answers of teachers who chose what to link.
    people : dict
        From login hint to the claims that a person adds to every message.
    scores : dict
        From (column, user) to the score that counts.
    posted : list
        Every score that came, with the status that it got.
    hold_keys : threading.Event
        While it is set nobody gets the platform's public keys.
    asking : int
        How often somebody wanted them.
    no_keys : bool
        It has no page of public keys.
    lose : int
        So many scores are taken and the answer is kept back: who sends them learns nothing, or with a `gateway` before
        it that it took too long.
    """

    def __init__(self, folder):
        self.key = keys.key(folder / "platform.pem")
        self.address, self.hub, self.links = "", "", []
        self.people, self.tool_keys = {}, {"keys": []}
        self.scores, self.posted, self.tokens, self.token_requests = {}, [], set(), []
        self.lose, self.gateway, self.fail_with, self.no_keys = 0, False, None, False
        self.hold_keys, self.asking = threading.Event(), 0

    def message(self, person, nonce, /, **more):
        """The claims about a person; what is None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": person,
            "iat": now,
            "exp": now + 600,
            "nonce": nonce,
            launch.CLAIM + "message_type": "LtiResourceLinkRequest",
            launch.CLAIM + "version": "1.3.0",
            launch.CLAIM + "deployment_id": DEPLOYMENT,
            launch.CLAIM + "target_link_uri": "http://hub.example/",
            launch.CLAIM + "roles": [LEARNER],
            launch.CLAIM + "resource_link": {"id": "link-1"},
            launch.CLAIM + "context": {"id": "course-1", "label": "QC"},
            **self.people.get(person, {}),
            **more,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def signed(self, claims):
        return jwt.encode(claims, self.key.private, "RS256", headers={"kid": self.key.id})

    def asked(self, times):
        """Wait until its keys were wanted so often since `asking` was set to 0."""
        end = time.monotonic() + 60
        while self.asking < times and time.monotonic() < end:
            time.sleep(0.01)
        return self.asking >= times

    def column(self, name, scopes=(launch.SCORE, launch.RESULT)):
        """The claim that says where a link's grades go."""
        return {"scope": list(scopes), "lineitem": f"{self.address}/column/{name}?type=lti"}

    async def application(self):
        platform = self

        class Keys(web.RequestHandler):
            async def get(self):
                platform.asking += 1
                while platform.hold_keys.is_set():
                    await asyncio.sleep(0.01)
                self.finish("nothing" if platform.no_keys else platform.key.jwks())

        class Token(web.RequestHandler):
            def post(self):
                ours = jwt.PyJWKSet.from_dict(platform.tool_keys)
                said = self.get_body_argument("client_assertion")
                try:
                    public = ours[jwt.get_unverified_header(said)["kid"]].key
                    told = jwt.decode(said, public, ["RS256"], audience=platform.address + "/token")
                except (jwt.PyJWTError, KeyError) as error:
                    self.set_status(400)
                    self.finish({"error": "invalid_client", "error_description": str(error)})
                    return
                assert told["iss"] == told["sub"] == CLIENT
                platform.token_requests.append(self.get_body_argument("scope").split())
                token = uuid.uuid4().hex
                platform.tokens.add(token)
                self.write({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

        class Column(web.RequestHandler):
            def prepare(self):
                if self.request.headers.get("Authorization", "").removeprefix("Bearer ") not in platform.tokens:
                    raise web.HTTPError(401)
                assert self.get_query_argument("type") == "lti"

        class Scores(Column):
            async def post(self, name):
                score = json.loads(self.request.body)
                if platform.fail_with:
                    self.set_status(platform.fail_with)
                    return self.finish("no")
                kept = platform.scores.get((name, score["userId"]))
                newer = kept is None or _second(score) > _second(kept)
                platform.posted.append((name, score, 200 if newer else 409))
                if newer:
                    platform.scores[name, score["userId"]] = score
                if platform.lose:
                    platform.lose -= 1
                    if platform.gateway:
                        self.set_status(504)
                        return self.finish("the gateway waited long enough")
                    self.request.connection.stream.close()
                    return None
                self.set_status(200 if newer else 409)
                return self.finish()

        class Results(Column):
            def get(self, name):
                kept = platform.scores.get((name, self.get_query_argument("user_id")))
                results = []
                if kept:
                    results = [
                        {
                            "userId": kept["userId"],
                            "resultScore": kept["scoreGiven"],
                            "resultMaximum": kept["scoreMaximum"],
                        }
                    ]
                self.finish(json.dumps(results))

        class Course(web.RequestHandler):
            def get(self):
                """A page of the course, with a link to the hub: in a window of its own, or in a frame."""
                told = {"iss": platform.address, "login_hint": self.get_query_argument("who"), "target_link_uri": "x"}
                fields = "".join(f'<input type="hidden" name="{name}" value="{told[name]}">' for name in told)
                target = self.get_query_argument("target", "")
                self.finish(
                    f'<!doctype html><form method="post" target="{target}" '
                    f'action="{platform.hub}/hub/lti13/oauth_login">'
                    f'{fields}<button>Open</button></form><iframe name="frame" width="600" height="400"></iframe>'
                )

        class SignIn(web.RequestHandler):
            def get(self):
                """Tells the hub who it is, by a form that sends itself."""
                asked = self.get_query_argument
                token = platform.signed(platform.message(asked("login_hint"), asked("nonce")))
                self.finish(
                    f'<!doctype html><form method="post" action="{html.escape(asked("redirect_uri"))}">'
                    f'<input type="hidden" name="id_token" value="{token}">'
                    f'<input type="hidden" name="state" value="{html.escape(asked("state"))}"></form>'
                    "<script>document.forms[0].submit()</script>"
                )

        class Links(web.RequestHandler):
            def post(self):
                platform.links.append(self.get_body_argument("JWT"))
                self.finish("<!doctype html><p>Linked</p>")

        return web.Application(
            [
                ("/course", Course),
                ("/auth", SignIn),
                ("/links", Links),
                ("/keys", Keys),
                ("/token", Token),
                (r"/column/(\w+)/scores", Scores),
                (r"/column/(\w+)/results", Results),
            ]
        )


def _second(score):
    return int(datetime.fromisoformat(score["timestamp"]).timestamp())


@contextlib.contextmanager
def running(folder):
    """The platform, until the block ends."""
    platform = FakePlatform(folder)
    with served(platform.application) as (platform.address, _):
        yield platform


def settings(platform, **more):
    """What a teacher writes into lti.json for it."""
    return {
        "platform": platform.address,
        "client_id": CLIENT,
        "deployments": [DEPLOYMENT],
        "authorize": platform.address + "/auth",
        "keys": platform.address + "/keys",
        "token": platform.address + "/token",
        **more,
    }


@contextlib.contextmanager
def hub_for(folder, authenticator="sign_in.PlatformAuthenticator"):
    """A JupyterHub without proxy and servers whose people come from the platform; yields (its address, itself)."""
    from jupyterhub.app import JupyterHub
    from traitlets.config import Config

    nothing = folder / "jupyterhub_config.py"
    nothing.write_text("")

    async def make():
        config = Config()
        config.JupyterHub.update(
            authenticator_class=f"qtrain.classroom.lti.{authenticator}",
            db_url=f"sqlite:///{folder}/hub.sqlite",
            cookie_secret=b"0" * 32,
            config_file=str(nothing),
            log_level="WARN",
        )
        config.ConfigurableHTTPProxy.auth_token = "unused"
        config.PlatformAuthenticator.folder = config.RosterAuthenticator.folder = str(folder)
        config.RosterAuthenticator.look_every = 1.0
        config.Spawner.options_form = "<p>No servers run here</p>"  # a page in place of a server
        app = JupyterHub(config=config)
        await app.initialize([])
        return app.tornado_application

    with served(make) as found:
        yield found


class Browser:
    """A browser with its cookies, between the platform and the hub."""

    def __init__(self, platform, hub):
        self.platform, self.hub = platform, hub
        self.http = httpx.Client(timeout=30)

    def click(self, person="u17", **asked):
        """Click on a link: returns state and nonce as the platform's sign-in page gets them."""
        told = {
            "iss": self.platform.address,
            "login_hint": person,
            "target_link_uri": "x",
            "client_id": CLIENT,
            **asked,
        }
        answer = self.http.post(f"{self.hub}/hub/lti13/oauth_login", data={k: v for k, v in told.items() if v})
        assert answer.status_code == 302, answer.text
        where = urlsplit(answer.headers["Location"])
        query = {name: values[0] for name, values in parse_qs(where.query).items()}
        assert f"{where.scheme}://{where.netloc}{where.path}" == self.platform.address + "/auth"
        assert query["client_id"] == CLIENT and query["redirect_uri"] == f"{self.hub}/hub/lti13/oauth_callback"
        return query["state"], query["nonce"]

    def post(self, state, id_token):
        """Bring the platform's answer to the hub."""
        return self.http.post(f"{self.hub}/hub/lti13/oauth_callback", data={"state": state, "id_token": id_token})

    def launch(self, person="u17", /, **more):
        """Click, be told who one is, and come back."""
        state, nonce = self.click(person)
        return self.post(state, self.platform.signed(self.platform.message(person, nonce, **more)))

    def name(self):
        """Who is signed in here; "" for nobody."""
        answer = self.http.get(f"{self.hub}/hub/home", follow_redirects=True)
        found = re.search(r'user: "([^"]*)"', answer.text)
        return found[1] if found else ""

    def form(self, page):
        """Action and hidden fields of the form on a page."""
        fields = re.findall(r'name="(\w+)" value="([^"]*)"', page)
        return html.unescape(re.search(r'action="([^"]+)"', page)[1]), [(k, html.unescape(v)) for k, v in fields]
