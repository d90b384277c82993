"""The teacher's page in a browser: a class of 300 with names in many scripts, live, on a phone and at a desk."""

import json
import socket
import urllib.request
from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from fake_hub import service
from in_class import answered

pytest.importorskip("jupyterhub", reason="needs JupyterHub: pip install 'qtrain[hub]'")
if not hasattr(socket, "AF_UNIX"):
    pytest.skip("needs Unix sockets", allow_module_level=True)

NAMES = [
    "Ada Lovelace",
    "علی رضا خان",
    "张伟",
    "Órla O'Neil",
    "<b>Bobby</b> \u202eTables",
    "Wolfeschlegelsteinhausenberger" * 2,
]
MANY = 300


@pytest.fixture
def crowd(room, hub, tmp_path):
    """A class of 300 to which ps1 was given, its teacher's browser address, and a way for learners to send."""
    lines = [f'l{k:03},"{NAMES[k % len(NAMES)]} {k}"' for k in range(MANY)]
    (room.folder / "roster.csv").write_text("id,name\n" + "\n".join(lines), encoding="utf-8")
    room.releases.prepare("ps1", "1")
    room.releases.open("ps1")
    url = f"http+unix://{quote(str(tmp_path / 's.sock'), safe='')}"
    tokens = {}

    def send(learner, path, sent):
        token = tokens.setdefault(learner, None) or tokens.__setitem__(learner, hub.sign_in(learner)) or tokens[learner]
        data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        asked = urllib.request.Request(f"{hub.url}/services/class/{path}", data, {"Authorization": f"token {token}"})
        with urllib.request.urlopen(asked, timeout=30) as reply:
            return json.loads(reply.read())

    with service(room.folder, hub, url) as process:
        page = f"{hub.url}/services/class/"
        yield SimpleNamespace(room=room, hub=hub, send=send, page=page, url=url, process=process)


def beat(crowd, learner, exercise="1.2.a", wrong=2):
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [[exercise, now, "wrong", k / 10, ("inverse", None)[k % 2], ""] for k in range(wrong)]
    crowd.send(learner, "beat", {"here": {"document": "1.2", "exercise": exercise}, "rows": rows})


def test_a_class_of_300_live(crowd, browser, axe):
    page = browser.new_page(viewport={"width": 1200, "height": 900}, bypass_csp=True)
    asked, troubles = [], []
    page.on("request", lambda one: asked.append(one.url))
    page.on("pageerror", lambda one: troubles.append(str(one)))
    page.on("console", lambda one: one.type == "error" and "503" not in one.text and troubles.append(one.text))
    page.goto(crowd.page)
    page.wait_for_function("document.querySelectorAll('#lines tr').length === 300")
    # Names are text, whatever is in them, and turn nothing around.
    assert page.locator("#lines b").count() == 0
    assert page.locator("#lines th bdi").nth(1).text_content() == "علی رضا خان 1"
    page.evaluate(
        "[first, last] = [document.querySelector('#lines').firstChild, document.querySelector('#lines').lastChild]"
    )
    page.evaluate(
        "window.seen = 0; new MutationObserver(all => { for (const one of all) seen += one.addedNodes.length; })"
        ".observe(document.getElementById('lines'), {childList: true, subtree: true})"
    )
    beat(crowd, "l000")
    beat(crowd, "l001", wrong=3)
    page.wait_for_function("document.querySelector('#lines tr').textContent.includes('● here')", timeout=60_000)
    assert "1.2.a · A square" in page.locator("#lines tr").first.text_content()
    assert "2 tries without success" in page.locator("#lines tr").first.text_content()
    page.wait_for_function("document.getElementById('count').textContent === 'Here: 2 of 300 learners'")
    assert "2 learners are stuck after 5 tries" in page.locator("#hard").text_content()
    assert "the inverse of what was asked (2 learners)" in page.locator("#mistakes").text_content()
    assert "inverse (" not in page.locator("#mistakes").text_content()
    crowd.send("l000", "hand-in", answered(crowd.room, "ps1", "l000"))
    page.wait_for_function("document.querySelector('#lines tr').textContent.includes('ps1: ')", timeout=60_000)
    # Rows are the same elements; only a few nodes came.
    assert page.evaluate(
        "document.querySelector('#lines').firstChild === first && document.querySelector('#lines').lastChild === last"
    )
    assert page.evaluate("seen") < 40
    # The service ends and comes back: so does the page, by itself.
    crowd.process.kill()
    crowd.process.wait()
    page.wait_for_function("document.getElementById('said').textContent.includes('does not answer')", timeout=30_000)
    with service(crowd.room.folder, crowd.hub, crowd.url):
        page.wait_for_function("document.getElementById('said').textContent.includes('answers again')", timeout=30_000)
        beat(crowd, "l002", wrong=0)
        page.wait_for_function(
            "document.querySelectorAll('#lines tr')[2].textContent.includes('● here')", timeout=60_000
        )
        # Found by name, by keyboard.
        page.locator("#find").fill("张伟 2")
        assert page.locator("#lines tr:visible").count() == len(
            [k for k in range(MANY) if k % 6 == 2 and str(k).startswith("2")]
        )
        page.locator("#find").fill("")
        page.locator("#order").select_option("stuck")
        assert "علی" in page.locator("#lines tr").first.text_content()
    assert all(url.startswith(crowd.hub.url) or url.startswith("data:") for url in asked), set(asked)
    assert not troubles
    page.close()


def test_buttons_give_out_close_extend_and_collect(crowd, browser):
    page = browser.new_page(viewport={"width": 1200, "height": 900}, timezone_id="Asia/Karachi", bypass_csp=True)
    page.goto(crowd.page)
    said = page.locator("#said")

    def done(words):
        page.wait_for_function(
            f"document.getElementById('said').textContent.includes({json.dumps(words)})", timeout=60_000
        )

    page.get_by_role("button", name="More time: ps1").click()
    page.locator("#whom").select_option("l001")
    page.locator("#until").fill("2099-03-01T17:00")
    page.get_by_role("button", name="Give more time").click()
    done("has time until 2099-03-01 12:00 UTC")
    assert ("ps1", "l001") in crowd.room.database.extensions()
    page.locator("#releases code", has_text="--extend l001 2099-03-01T12:00:00.000Z").wait_for()
    page.get_by_role("button", name="Close: ps1").click()
    page.get_by_role("button", name="Not now").locator("visible=true").click()
    page.get_by_role("button", name="Close: ps1").click()
    assert crowd.room.database.opened()["ps1"] == ""
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Close it").press("Enter")
    done("ps1 is closed")
    page.get_by_text("Closed since").wait_for()
    page.get_by_role("button", name="Open again: ps1").click()
    done("ps1 is on its way")
    page.get_by_role("button", name="Give out a problem set").click()
    assert page.locator("#name").input_value() == "ps1"
    page.locator("#name").fill("ps2")
    page.locator("#due").fill("2099-03-01T23:59")
    page.get_by_role("button", name="Give out", exact=True).locator("visible=true").click()
    done("ps2 is on its way")
    rules = crowd.room.releases.one("ps2").manifest.rules
    assert rules.due == "2099-03-01T23:59:00+05:00" and rules.timezone == "Asia/Karachi"
    crowd.send("l000", "hand-in", answered(crowd.room, "ps1", "l000"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Collect: ps1").click()
    assert download.value.suggested_filename == "ps1.zip"
    assert said.text_content()
    page.close()


def test_the_page_keeps_to_its_own_policy(crowd, browser):
    page = browser.new_page()
    troubles = []
    page.on("console", lambda one: one.type == "error" and troubles.append(one.text))
    page.goto(crowd.page)
    page.locator("#lines tr").nth(MANY - 1).wait_for(state="attached")
    page.get_by_role("button", name="More time: ps1").click()
    page.get_by_role("button", name="Not now").locator("visible=true").click()
    assert not troubles
    page.close()


def test_a_learner_sees_a_refusal(crowd, browser):
    crowd.hub.signed_in = "l000"
    context = browser.new_context()
    page = context.new_page()
    assert page.goto(crowd.page).status == 403
    assert "for the teacher of this class" in page.locator("main").inner_text()
    context.close()


def test_anybody_can_use_it(crowd, browser, axe, tmp_path):
    for k in range(12):
        beat(crowd, f"l{k:03}", ("1.2.a", "1.2.b", "1.P.1")[k % 3], wrong=k % 4)
    for k in range(5):
        crowd.send(f"l{k:03}", "hand-in", answered(crowd.room, "ps1", f"l{k:03}"))
    crowd.room.releases.extend("ps1", "l001", "2099-01-01")
    page = browser.new_page(bypass_csp=True)
    page.goto(crowd.page)
    page.wait_for_function("document.querySelectorAll('#lines tr').length === 300")
    page.locator("#releases", has_text="has time until").wait_for()
    page.evaluate(axe)
    for width, scheme in product((360, 1200), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        for dialog in ("", "give", "extend", "sure"):
            if dialog:
                page.evaluate(f"document.getElementById('{dialog}').showModal()")
            where = f"#{dialog}" if dialog else "html"
            found = page.evaluate("where => axe.run(where, {resultTypes: ['violations']})", where)["violations"]
            assert not found, (
                width,
                scheme,
                dialog,
                [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found],
            )
            page.screenshot(path=tmp_path / f"{width}-{scheme}-{dialog}.png")
            if dialog:
                page.evaluate(f"document.getElementById('{dialog}').close()")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("#lines tr").nth(3).scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / f"{width}-{scheme}-rows.png")
        page.evaluate("scrollTo(0, 0)")
    page.close()
