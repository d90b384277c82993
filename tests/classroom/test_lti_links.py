"""Deep linking: the teacher chooses lessons and releases, and the platform gets a signed answer; launches come back."""

import json
import threading
from types import SimpleNamespace

import httpx
import pytest

pytest.importorskip("jwt", reason="the classroom needs the extra [hub]")
pytest.importorskip("ltiauthenticator", reason="the classroom needs the extra [hub]")

import jwt

from qtrain.classroom.database import ClassDatabase
from qtrain.classroom.lti import launch, places
from qtrain.grading import manifest
from qtrain.grading.late_policy import Rules
from qtrain.grading.manifest import Asked, Manifest

from .fake_platform import CLIENT, DEPLOYMENT, Browser, hub_for, running, settings

CLAIM, LINKS = launch.CLAIM, launch.DEEP_LINK
TEACHER = {"email": "tina@x.org", CLAIM + "roles": [launch.INSTRUCTOR]}
RELEASES = {
    "ps1": ("Sheet <1> & more", [2.0, 3.5]),
    "practice": ("Nothing to grade", []),
    "later": ("Next week", [1.0]),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    (folder / "roster.csv").write_text("id,email\ns17,ada@x.org\n")
    for name, (title, points) in RELEASES.items():
        exercises = [Asked(f"1.P.{number}", "A problem", one) for number, one in enumerate(points)]
        released = Manifest(f"{name}-id", title, "1.P", "problem_set", "ab", "2026-01-01", Rules(), {}, exercises)
        manifest.save(folder / "releases" / name / manifest.NAME, released)
        if name != "later":
            ClassDatabase(folder).open(name)
    (folder / "releases" / "broken").mkdir()
    (folder / "releases" / "broken" / manifest.NAME).write_text("{")
    with running(folder) as platform:
        platform.people = {"tina": TEACHER, "u17": {"email": "ada@x.org"}}
        (folder / "lti.json").write_text(json.dumps(settings(platform, teachers={"tina@x.org": "teacher"})))
        with hub_for(folder) as (hub, application):
            yield SimpleNamespace(platform=platform, hub=hub, ours=application.settings["authenticator"])


@pytest.fixture
def browser(place):
    return Browser(place.platform, place.hub)


def asks(browser, person="tina", claims=(), **settings):
    told = {
        "deep_link_return_url": browser.platform.address + "/links?id=7&x=1",
        "accept_types": ["link", "ltiResourceLink"],
        "accept_presentation_document_targets": ["window"],
        "accept_multiple": True,
        "data": "op=321&v=44<>",
        **settings,
    }
    told = {name: value for name, value in told.items() if value is not None}
    message = {CLAIM + "message_type": "LtiDeepLinkingRequest", LINKS + "deep_linking_settings": told}
    return browser.launch(person, **message, **{CLAIM + "resource_link": None}, **dict(claims))


def chooses(browser, page, *keys, **changed):
    """Tick these on the page and send it; returns the hub's page with the answer."""
    action, fields = browser.form(page)
    sealed = dict(fields)["asked"]
    for key in keys:
        if not changed:
            assert f'value="{key}"' in page
    return browser.http.post(browser.hub + action, data={"asked": sealed, "chosen": list(keys), **changed})


def answered(browser, page):
    """Where the answer goes, and its claims as the platform reads them with the hub's public key."""
    action, fields = browser.form(page.text)
    token = dict(fields)["JWT"]
    keys = jwt.PyJWKSet.from_dict(httpx.get(browser.hub + "/hub/lti13/jwks").json())
    key = keys[jwt.get_unverified_header(token)["kid"]].key
    must = {"require": ["iss", "aud", "exp", "iat", "nonce"]}
    claims = jwt.decode(token, key, ["RS256"], audience=browser.platform.address, issuer=CLIENT, options=must)
    return action, claims


def test_choice_comes_back_signed(browser):
    page = asks(browser)
    assert page.status_code == 200
    assert "Sheet &lt;1&gt; &amp; more" in page.text and "<1>" not in page.text
    assert "broken" not in page.text
    action, claims = answered(browser, chooses(browser, page.text, "release=ps1", "lesson=1.4"))
    assert action == browser.platform.address + "/links?id=7&x=1"
    assert claims[CLAIM + "message_type"] == "LtiDeepLinkingResponse"
    assert claims[CLAIM + "version"] == "1.3.0"
    assert claims[CLAIM + "deployment_id"] == DEPLOYMENT
    assert claims[LINKS + "data"] == "op=321&v=44<>"
    release, lesson = claims[LINKS + "content_items"]
    assert release == {
        "type": "ltiResourceLink",
        "title": "Sheet <1> & more",
        "url": browser.hub + "/hub/user-redirect/lab/tree/released/ps1/problem_set.ipynb",
        "custom": {"release": "ps1"},
        "lineItem": {"label": "Sheet <1> & more", "scoreMaximum": 5.5, "resourceId": "release=ps1"},
    }
    assert lesson["custom"] == {"lesson": "1.4"} and lesson["title"].startswith("1.4 · ")
    assert "lineItem" not in lesson


def test_what_is_linked_opens_when_it_is_clicked(browser):
    page = chooses(browser, asks(browser).text, "release=ps1", "lesson=2.1", "release=practice")
    for item in answered(browser, page)[1][LINKS + "content_items"]:
        learner = Browser(browser.platform, browser.hub)
        answer = learner.launch("u17", **{CLAIM + "custom": item["custom"]})
        assert browser.hub + answer.headers["Location"] == item["url"]


def test_every_answer_is_new(browser):
    page = asks(browser).text
    first, second = (answered(browser, chooses(browser, page, "lesson=1.4"))[1] for _ in range(2))
    assert first["nonce"] != second["nonce"]


def test_nothing_chosen_is_an_answer(browser):
    assert answered(browser, chooses(browser, asks(browser).text))[1][LINKS + "content_items"] == []


def test_what_is_not_graded_brings_no_column(browser):
    (item,) = answered(browser, chooses(browser, asks(browser).text, "release=practice"))[1][LINKS + "content_items"]
    assert "lineItem" not in item
    page = asks(browser, accept_lineitem=False)
    assert "column" not in page.text
    (item,) = answered(browser, chooses(browser, page.text, "release=ps1"))[1][LINKS + "content_items"]
    assert "lineItem" not in item


def test_without_data_none_comes_back(browser):
    claims = answered(browser, chooses(browser, asks(browser, data=None).text, "lesson=1.4"))[1]
    assert LINKS + "data" not in claims


def test_one_link_where_one_is_taken(browser):
    page = asks(browser, accept_multiple=False).text
    assert 'type="radio"' in page and 'type="checkbox"' not in page
    answer = chooses(browser, page, "lesson=1.4", "release=ps1")
    assert answer.status_code == 400
    assert "JWT" not in answer.text
    assert len(answered(browser, chooses(browser, page, "lesson=1.4"))[1][LINKS + "content_items"]) == 1


@pytest.mark.parametrize(
    ("person", "claims"),
    [
        ("u17", {}),
        ("u17", {CLAIM + "custom": {"roles": launch.INSTRUCTOR}}),
        ("tina", {CLAIM + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]}),
        ("else", {"email": "else@x.org", CLAIM + "roles": [launch.INSTRUCTOR]}),
    ],
)
def test_only_a_teacher_of_the_class_chooses(browser, person, claims):
    answer = asks(browser, person, claims)
    assert answer.status_code == 403
    assert 'name="asked"' not in answer.text


def test_choosing_signs_nobody_in(browser):
    assert asks(browser).status_code == 200
    assert browser.name() == ""


@pytest.mark.parametrize(
    "settings",
    [
        {"deep_link_return_url": "javascript:alert(1)"},
        {"deep_link_return_url": None},
        {"accept_types": ["file"]},
        {"accept_types": None},
    ],
)
def test_a_request_that_cannot_be_answered(browser, settings):
    assert asks(browser, **settings).status_code == 403


@pytest.mark.parametrize("chosen", ["lesson=99.9", "release=../../hub", "release=none", "release=broken", "page=1", ""])
def test_only_what_is_there_can_be_chosen(browser, chosen):
    answer = chooses(browser, asks(browser).text, chosen=chosen)
    assert answer.status_code == 400
    assert "JWT" not in answer.text


def test_a_page_that_is_not_ours(browser, place):
    page = asks(browser).text
    sealed = dict(browser.form(page)[1])["asked"]
    own = json.dumps({"deployment": "1", "back": "https://evil.example", "data": None, "several": True, "graded": True})
    for wrong in ("", own, sealed[:-1] + ("0" if sealed[-1] != "0" else "1"), sealed[:80] + "A" + sealed[81:]):
        answer = chooses(browser, page, asked=wrong, chosen="lesson=1.4")
        assert answer.status_code == 400
        assert "JWT" not in answer.text
    # What the hub has sealed for another purpose does not count here either:
    browser.launch("u17")
    session = browser.http.cookies["jupyterhub-hub-login"].strip('"')
    assert chooses(browser, page, asked=session, chosen="lesson=1.4").status_code == 400


def test_the_same_request_twice(browser):
    state, nonce = browser.click("tina")
    told = {"deep_link_return_url": "https://x.example/", "accept_types": ["ltiResourceLink"]}
    more = {CLAIM + "message_type": "LtiDeepLinkingRequest", LINKS + "deep_linking_settings": told}
    token = browser.platform.signed(browser.platform.message("tina", nonce, **more))
    kept = list(browser.http.cookies.jar)
    assert browser.post(state, token).status_code == 200
    for cookie in kept:
        browser.http.cookies.jar.set_cookie(cookie)
    assert browser.post(state, token).status_code == 400


def test_a_learners_launch_opens_the_column(browser, place):
    column = {launch.GRADES: browser.platform.column("ps1")}
    assert browser.launch("u17", **{CLAIM + "custom": {"release": "ps1"}}, **column).status_code == 302
    (found,) = place.ours.ledger.columns(browser.platform.address, "ps1")["s17"]
    assert (found.subject, found.address) == ("u17", browser.platform.address + "/column/ps1?type=lti")
    assert found.scopes == (launch.SCORE, launch.RESULT)
    without = {launch.GRADES: browser.platform.column("other", scopes=[launch.RESULT])}
    browser.launch("u17", **{CLAIM + "custom": {"release": "practice"}}, **without)
    assert place.ours.ledger.columns(browser.platform.address, "practice") == {}


def test_a_release_is_linked_before_it_is_handed_out_and_opens_then(browser):
    (item,) = answered(browser, chooses(browser, asks(browser).text, "release=later"))[1][LINKS + "content_items"]
    answer = browser.launch("u17", **{CLAIM + "custom": item["custom"]})
    assert answer.status_code == 404
    assert "Next week is not handed out yet" in answer.text


def test_a_platform_that_does_not_answer_holds_up_nobody_else(browser):
    """However many wait for it."""
    page = asks(browser).text
    launches = []
    for _ in range(40):
        one = Browser(browser.platform, browser.hub)
        state, nonce = one.click()
        launches.append((one, state, browser.platform.signed(browser.platform.message("u17", nonce))))
    got = []
    browser.platform.asking = 0
    browser.platform.hold_keys.set()
    threads = [
        threading.Thread(
            target=lambda one=one, state=state, token=token: got.append(one.post(state, token).status_code)
        )
        for one, state, token in launches
    ]
    try:
        for thread in threads:
            thread.start()
        assert browser.platform.asked(8)  # as many as ask at a time
        assert chooses(browser, page, "lesson=1.4").status_code == 200
        assert not got
    finally:
        browser.platform.hold_keys.clear()
        for thread in threads:
            thread.join(60)
    assert got == [302] * 40


def test_a_release_lies_where_the_learners_server_puts_it():
    from qtrain.classroom import extension

    assert places.RELEASED == extension.PLACE
