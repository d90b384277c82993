"""The class service over its Unix socket, beside a hub on loopback: who may what, whatever is sent."""

import base64
import hashlib
import json
import socket
import threading
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from fake_hub import service, until
from in_class import ADA, ALI, ORLA, WEI, answered, files_below, run

pytest.importorskip("jupyterhub", reason="needs JupyterHub: pip install 'qtrain[hub]'")
if not hasattr(socket, "AF_UNIX"):
    pytest.skip("needs Unix sockets", allow_module_level=True)


class Client:
    """Requests to the service as learners' servers and browsers send them."""

    def __init__(self, url):
        self.url = url + "/services/class/"

    def __call__(self, path, sent=None, token="", **headers):
        return run(self._ask(path, sent, token, headers))

    async def _ask(self, path, sent, token, headers):
        import aiohttp
        from jupyterhub.httpclient import _HTTPUnixConnector

        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"Authorization": f"token {token}"} if token else {}
        data = json.dumps(sent).encode() if isinstance(sent, (dict, list)) else sent
        async with aiohttp.ClientSession(connector=_HTTPUnixConnector()) as session:
            method = "GET" if sent is None else "POST"
            async with session.request(
                method, self.url + path, data=data, headers=headers, allow_redirects=False
            ) as reply:
                body = await reply.read()
                told = json.loads(body) if reply.content_type == "application/json" and body else body
                return SimpleNamespace(status=reply.status, told=told, headers=reply.headers, body=body)


@pytest.fixture
def served(room, hub, tmp_path):
    """The service of a class to which ps1 was given, with a token for everybody."""
    room.releases.prepare("ps1", "1")
    room.releases.open("ps1")
    url = f"http+unix://{quote(str(tmp_path / 's.sock'), safe='')}"
    with service(room.folder, hub, url) as process:
        tokens = {name: hub.sign_in(name) for name in (ADA, ALI, WEI, ORLA, "teacher", "mallory")}
        yield SimpleNamespace(ask=Client(url), tokens=tokens, hub=hub, room=room, url=url, process=process)


TRIED = ["1.2.a", "2026-01-01T10:00:00+00:00", "wrong", 0.0, "inverse", ""]


def test_a_learner_works_through_a_release(served):
    ask, token = served.ask, served.tokens[ALI]
    told = ask("beat", {"here": {"document": "1.2", "exercise": "1.2.a"}, "rows": [TRIED]}, token).told
    assert list(told["releases"]) == ["ps1"] and told["releases"]["ps1"]["title"] == "Problem set 1"
    files = ask("releases/ps1", token=token).told["files"]
    own = served.room.folder / "releases" / "ps1" / ALI
    assert {name: base64.b64decode(data) for name, data in files.items()} == {
        path.name: path.read_bytes() for path in own.iterdir()
    }
    data = answered(served.room, "ps1", ALI)
    receipt = ask("hand-in", data, token).told
    kept = next((served.room.folder / "submissions" / "ps1").glob("*/problem_set.ipynb"))
    assert kept.read_bytes() == data and receipt["digest"] == hashlib.sha256(data).hexdigest()
    assert receipt["learner"] == ALI and kept.parent.name.startswith(f"{ALI}+ps1+")
    again = ask("beat", {"rows": [TRIED, TRIED]}, token)
    assert again.status == 200 and len(served.room.database.attempts()) == 1


def test_who_it_is_says_the_token_alone(served):
    ask, data = served.ask, answered(served.room, "ps1", ADA)
    for path, sent in (("beat", {}), ("releases/ps1", None), ("hand-in", data)):
        assert ask(path, sent).status == 403
        for token in ("wrong", "x" * 5000, served.tokens["teacher"], served.tokens["mallory"], "token-of-ada-00"):
            assert ask(path, sent, token).status in (401, 403), (path, token)
        service_token = served.hub.sign_in(ADA, kind="service")
        without = served.hub.sign_in(ADA, scopes=["read:users"])
        assert ask(path, sent, service_token).status == ask(path, sent, without).status == 403
    forged = {"X-Forwarded-User": WEI, "Remote-User": WEI, "Cookie": f"service-class={served.tokens[WEI]}"}
    told = ask(f"hand-in?learner={WEI}&token={served.tokens[WEI]}", data, served.tokens[ADA], **forged).told
    assert told["learner"] == ADA
    beat = {"learner": WEI, "user": WEI, "here": {"learner": WEI, "document": "1.2"}, "rows": [TRIED]}
    assert ask("beat", beat, served.tokens[ADA]).status == 200
    assert {learner for _, learner, _ in served.room.database.attempts()} == {ADA}


def test_a_learner_never_sees_the_teachers_page(served):
    ask, learner, teacher = served.ask, served.tokens[ADA], served.tokens["teacher"]
    for path, sent in (
        ("", None),
        ("state", None),
        ("collect/ps1", None),
        ("do", {"action": "close", "release": "ps1"}),
    ):
        for token in (learner, teacher):  # a token lies in every notebook's hands, a teacher's, too
            assert ask(path, sent, token).status == 403
            assert ask(f"{path}?token={token}", sent).status in (302, 403)
        for cookie in (
            f"service-class={teacher}",
            "service-class=2|1:0|10:1|13:service-class|8:dGVhY2hlcg==|00",
            "x" * 9000,
        ):
            assert ask(path, sent, Cookie=cookie).status in (302, 403, 400), (path, cookie[:40])
            assert ask(path, sent, Cookie=cookie, Sec_Fetch_Mode="cors").status in (302, 403, 400)
    assert served.room.database.opened() == {"ps1": ""}


def sign_in(served, name):
    """A browser's cookies after the way to the hub and back."""
    served.hub.signed_in = name
    first = served.ask("")
    assert first.status == 302 and first.headers["Location"].startswith("/hub/api/oauth2/authorize")
    state = first.headers["Location"].rpartition("state=")[2].split("&")[0]
    cookies = {}
    keep(cookies, first)
    keep(cookies, served.ask(f"oauth_callback?code={name}&state={state}", Cookie=jar(cookies)))
    return cookies


def keep(cookies, reply):
    for line in reply.headers.getall("Set-Cookie", []):
        name, _, value = line.split(";")[0].partition("=")
        cookies[name] = value


def jar(cookies):
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def test_a_teacher_signs_in_and_a_signed_in_learner_is_refused(served):
    cookies = sign_in(served, "teacher")
    page = served.ask("", Cookie=jar(cookies))
    assert page.status == 200 and b"<h1>The class</h1>" in page.body
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    keep(cookies, page)
    told = served.ask("state", Cookie=jar(cookies)).told
    assert [line["id"] for line in told["lines"]] == [ADA, ALI, WEI, ORLA]
    other = sign_in(served, ADA)
    for path in ("", "state", "collect/ps1"):
        assert served.ask(path, Cookie=jar(other)).status == 403
    other["_xsrf"] = cookies["_xsrf"]
    sent = {"action": "close", "release": "ps1"}
    said = served.ask("do", sent, Cookie=jar(other), X_XSRFToken=cookies["_xsrf"], Referer="http://x/services/class/")
    assert said.status == 403 and served.room.database.opened() == {"ps1": ""}


def test_buttons_answer_to_the_page_alone(served):
    cookies = sign_in(served, "teacher")
    keep(cookies, served.ask("", Cookie=jar(cookies)))
    own = {"Cookie": jar(cookies), "X_XSRFToken": cookies["_xsrf"], "Referer": "http://class.local/services/class/"}
    sent = {"action": "close", "release": "ps1"}
    for change in (
        {"X_XSRFToken": ""},
        {"X_XSRFToken": "wrong"},
        {"Referer": ""},
        {"Referer": "http://class.local/user/ada/lab"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ):
        headers = {name: value for name, value in (own | change).items() if value}
        assert served.ask("do", sent, **headers).status == 403, change
    assert served.room.database.opened() == {"ps1": ""}
    assert served.ask("do", sent, **own).told["said"].startswith("ps1 is closed")
    refused = served.ask("hand-in", answered(served.room, "ps1", ADA), served.tokens[ADA])
    assert refused.status == 409 and "was closed on" in refused.told["error"]
    until_when = {"action": "extend", "release": "ps1", "learner": ADA, "due": "2099-01-01T00:00:00Z"}
    assert "time until 2099-01-01" in served.ask("do", until_when, **own).told["said"]
    assert served.ask("hand-in", answered(served.room, "ps1", ADA), served.tokens[ADA]).status == 200
    assert served.ask("do", {"action": "give", "release": "ps1"}, **own).status == 200
    made = served.ask("do", {"action": "give", "release": "ps2", "module": "1.P", "zone": "Asia/Karachi"}, **own)
    assert made.status == 200, made.told
    assert set(served.ask("beat", {}, served.tokens[WEI]).told["releases"]) == {"ps1", "ps2"}
    for wrong, words in (
        ({"action": "give", "release": "../x", "module": "1"}, "will not do as a name"),
        ({"action": "close", "release": "../ps1"}, "no release"),
        ({"action": "extend", "release": "ps1", "learner": "mallory", "due": ""}, "has no copy"),
    ):
        said = served.ask("do", wrong, **own)
        assert said.status == 409 and words in said.told["error"]
    for wrong in ({"action": "__init__"}, {"action": "prepare"}, {"action": "close", "release": ["ps1"]}, []):
        assert served.ask("do", wrong, **own).status == 400
    zipped = served.ask("collect/ps1", Cookie=jar(cookies))
    assert zipped.status == 200 and zipped.body[:2] == b"PK" and zipped.headers["Content-Type"] == "application/zip"
    assert served.ask("collect/ps9", Cookie=jar(cookies)).status == 409


def test_the_state_waits_for_a_change_and_survives_a_restart(served, tmp_path):
    cookies = sign_in(served, "teacher")
    ask = lambda after: served.ask(f"state?after={after}", Cookie=jar(cookies)).told  # noqa: E731
    now = datetime.now(UTC).isoformat(timespec="seconds")
    first = ask("")
    found, begun = [], time.monotonic()
    waiting = threading.Thread(target=lambda: found.append(ask(first["state"])))
    waiting.start()
    rows = [["1.2.a", now, "wrong", 0.0, "inverse", ""], ["1.2.a", now, "wrong", 0.5, "bit-flip", ""]]
    for learner in (ADA, WEI):
        served.ask("beat", {"here": {"document": "1.2", "exercise": "1.2.a"}, "rows": rows}, served.tokens[learner])
    waiting.join(30)
    assert not waiting.is_alive() and time.monotonic() - begun < 15
    full = until(lambda: (told := ask(""))["summary"]["here"] == 2 and told["summary"]["hard"] and told)
    lines = {line["id"]: line for line in full["lines"]}
    assert lines[ADA]["here"] and lines[ADA]["exercise"] == "1.2.a" and lines[ADA]["wrong"] == 2
    assert lines[ALI] == {**lines[ALI], "here": False, "seen": 0, "tried": 0}
    assert full["summary"]["hard"] == [{"exercise": "1.2.a", "title": "A square", "stuck": 2, "tries": 4, "done": 0}]
    words = {one["words"]: one["learners"] for one in full["summary"]["mistakes"]}
    assert words == {"the inverse of what was asked": 2, "0 and 1 exchanged": 2}
    # Only what changed travels.
    state = full["state"]
    served.ask("hand-in", answered(served.room, "ps1", ADA), served.tokens[ADA])
    part = until(lambda: (told := ask(state))["lines"] and told)
    assert [line["id"] for line in part["lines"]] == [ADA] and not part["all"]
    served.process.kill()
    served.process.wait()
    with service(served.room.folder, served.hub, served.url):
        again = ask(part["state"])  # with the cookie of before
        assert again["all"] and len(again["lines"]) == 4
        assert {line["id"]: line for line in again["lines"]}[ADA]["handed"]["ps1"]["times"] == 1


def test_where_they_were_is_kept_when_the_service_ends(served):
    served.ask("beat", {"here": {"document": "1.2", "exercise": ""}}, served.tokens[ORLA])
    served.process.terminate()
    served.process.wait(20)
    assert served.room.database.seen()[ORLA].document == "1.2"


NO_BEATS = [
    b"",
    b"[]",
    b"{",
    b"[" * 90_000,
    {"rows": [TRIED] * 501},
    {"rows": "x"},
    {"rows": [TRIED[:-1]]},
    {"rows": [["../x y", *TRIED[1:]]]},
    {"rows": [[*TRIED[:3], 7.0, *TRIED[4:]]]},
    {"rows": [[*TRIED[:1], "yesterday", *TRIED[2:]]]},
    {"rows": [[*TRIED[:2], "<b>", *TRIED[3:]]]},
    {"rows": [TRIED, None]},
]


def test_what_is_no_beat_is_refused_and_nothing_of_it_counts(served):
    for sent in NO_BEATS:
        assert served.ask("beat", sent, served.tokens[ADA]).status in (400, 409), str(sent)[:80]
    assert served.room.database.attempts() == []


def test_sizes_are_bounded(served):
    assert served.ask("beat", b" " * 1_500_000, served.tokens[ADA]).status in (400, 413)
    assert served.ask("hand-in", b" " * 31_000_000, served.tokens[ADA]).status == 413
    assert not (served.room.folder / "submissions").exists()
    large = json.loads(answered(served.room, "ps1", ADA))
    large["metadata"]["padding"] = "x" * 9_000_000
    assert served.ask("hand-in", large, served.tokens[ADA]).told["size"] > 9_000_000


def test_no_path_comes_from_a_name(served):
    for name in ("..%2f..%2froster.csv", "../ps1", "ps1%2F..", "ps1/ada", "%00", ".hidden", "x" * 300):
        assert served.ask(f"releases/{name}", token=served.tokens[ADA]).status in (400, 403, 404)
    for name in ("class.py", "../service.py", "..%2fservice.py", "class.html"):
        assert served.ask(name).status == 404
    assert served.ask("class.js").status == 200


def test_a_slow_client_holds_nobody(served, tmp_path):
    head = "POST /services/class/hand-in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
    head += f"Authorization: token {served.tokens[WEI]}\r\n\r\n{{"
    slow = []
    for _ in range(40):
        one = socket.socket(socket.AF_UNIX)
        one.connect(str(tmp_path / "s.sock"))
        one.sendall(head.encode())
        slow.append(one)
    begun = time.monotonic()
    assert served.ask("hand-in", answered(served.room, "ps1", ADA), served.tokens[ADA]).status == 200
    assert time.monotonic() - begun < 5
    for one in slow:
        one.close()


def test_when_the_hub_is_away_nobody_is_let_in_and_nothing_lost(served):
    served.hub.close()
    until(lambda: served.ask("beat", {}, served.tokens[ALI]).status >= 500)
    assert served.ask("beat", {}).status == 403


def test_twenty_five_hand_in_at_once(room, hub, tmp_path):
    names = [f"s{k:02}" for k in range(25)]
    (room.folder / "roster.csv").write_text("id\n" + "\n".join(names), encoding="utf-8")
    room.releases.prepare("ps1", "1")
    room.releases.open("ps1")
    url = f"http+unix://{quote(str(tmp_path / 's.sock'), safe='')}"
    with service(room.folder, hub, url):
        ask, gate, receipts = Client(url), threading.Barrier(25), {}

        def work(name, token, data):
            gate.wait()
            reply = ask("hand-in", data, token)
            receipts[name] = (reply.status, reply.told.get("digest"), hashlib.sha256(data).hexdigest())

        threads = [
            threading.Thread(target=work, args=(name, hub.sign_in(name), answered(room, "ps1", name))) for name in names
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert len(receipts) == 25 and all(status == 200 and told == sent for status, told, sent in receipts.values())
    kept = {hashlib.sha256(path.read_bytes()).hexdigest() for path in room.folder.glob("submissions/ps1/*/*.ipynb")}
    assert kept == {sent for *_, sent in receipts.values()}, files_below(room.folder / "submissions")
