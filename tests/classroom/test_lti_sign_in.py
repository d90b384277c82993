"""Signing in from the platform: who is let in as whom, and every answer that is not to be trusted is refused."""

import base64
import hashlib
import hmac
import html
import json
import os
import re
import threading
import time
from dataclasses import replace

import pytest

pytest.importorskip("jwt", reason="the classroom needs the extra [hub]")
pytest.importorskip("ltiauthenticator", reason="the classroom needs the extra [hub]")

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from qtrain.classroom import codes
from qtrain.classroom.database import ClassDatabase
from qtrain.classroom.lti import launch
from qtrain.classroom.lti.errors import LtiError

from .fake_platform import Browser, hub_for, running, settings

CLAIM, TEACHES = launch.CLAIM, launch.INSTRUCTOR
ROSTER = """id,name,email,number
s17,Ada Lovelace,Ada@x.org,N17
s18,Bob,bob@x.org,N18
5,Fives,five@x.org,
Carl,C,c@x.org,
"""
PEOPLE = {
    "u17": {"email": "ada@x.org", "name": "Ada Lovelace"},
    "u18": {"email": "bob@x.org"},
    "tina": {"email": "tina@x.org", CLAIM + "roles": [TEACHES]},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    (folder / "roster.csv").write_text(ROSTER)
    with running(folder) as platform:
        teachers = {"Tina@x.org": "teacher"}
        (folder / "lti.json").write_text(json.dumps(settings(platform, teachers=teachers)))
        with hub_for(folder) as (hub, application):
            yield platform, hub, application.settings["authenticator"]


@pytest.fixture
def browser(place):
    platform, hub, ours = place
    platform.people = dict(PEOPLE)
    for learner in ("s17", "s18", "5", "Carl"):
        ours.ledger.forget(learner)
    kept = ours.platform
    yield Browser(platform, hub)
    ours.platform = kept


@pytest.fixture
def ours(place):
    return place[2]


def another(browser):
    return Browser(browser.platform, browser.hub)


def said(answer):
    """The sentence on the hub's error page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_learner_comes_to_the_lesson(browser):
    answer = browser.launch(**{CLAIM + "custom": {"lesson": "1.4"}})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/hub/user-redirect/lab/tree/1_qubits/1_4_measurement.ipynb"
    assert browser.name() == "s17"


def test_without_a_wish_they_come_to_the_hub(browser):
    assert browser.launch().headers["Location"] == "/hub/"


@pytest.mark.parametrize("wish", [{"lesson": "77.1"}, {"release": "ps1"}, {"release": "../hub"}, {"release": ".."}])
def test_a_link_to_nothing_says_so(browser, wish):
    answer = browser.launch(**{CLAIM + "custom": wish})
    assert answer.status_code == 404
    assert next(iter(wish.values())) in said(answer)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": "ADA@x.org"}, "s17"),
        ({"email": None, CLAIM + "lis": {"person_sourcedid": "N18"}}, "s18"),
        ({"email": None, CLAIM + "lis": {"person_sourcedid": "s18"}}, "s18"),
        ({"email": "c@x.org"}, "Carl"),  # the roster's ids keep their case
    ],
)
def test_found_in_the_roster(browser, claims, name):
    assert browser.launch("someone", **claims).status_code == 302
    assert browser.name() == name


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "eve@x.org", "name": "Ada Lovelace"},  # names do not count
        {"email": "ada@y.org"},  # nor does what stands before the @
        {"email": "s17"},  # nor an id that comes as an address
        {"name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace"},
        {"sub": "5"},  # the platform's numbers are not the roster's
        {CLAIM + "custom": {"email": "ada@x.org", "learner": "s17", "username": "s17"}},
        {"email": ["ada@x.org"]},
        {"email": "ada@x.org", CLAIM + "lis": {"person_sourcedid": "N18"}},  # two at once
    ],
)
def test_strangers_are_refused_with_a_sentence(browser, claims):
    answer = browser.launch("stranger", **claims)
    assert answer.status_code == 403
    assert "ask your teacher" in said(answer)
    assert browser.name() == ""


def test_numbers_and_names_of_the_platform_count_where_the_class_says_so(browser, ours):
    ours.platform = replace(ours.platform, match=["sub", "username"])
    assert browser.launch("5").status_code == 302
    assert browser.name() == "5"
    other = another(browser)
    assert other.launch("u1", **{CLAIM + "ext": {"user_username": "s18"}}).status_code == 302
    assert other.name() == "s18"
    assert another(browser).launch("u17").status_code == 403  # the address no longer counts


def test_who_changes_their_address_does_not_become_somebody_else(browser, ours):
    assert browser.launch("u17").status_code == 302
    assert another(browser).launch("u18").status_code == 302
    thief = another(browser)
    answer = thief.launch("u18", email="ada@x.org")
    assert answer.status_code == 403
    assert "s18" in said(answer)
    answer = thief.launch("u19", email="ada@x.org")
    assert answer.status_code == 403
    assert thief.name() == ""
    assert ours.ledger.forget("s17")
    assert another(browser).launch("u19", email="ada@x.org").status_code == 302


def test_a_new_roster_gives_a_person_another_id(browser, ours):
    ours.ledger.know(ours.platform.platform, "u17", "gone", {"gone"})
    assert browser.launch("u17").status_code == 302
    assert browser.name() == "s17"
    assert not ours.ledger.forget("gone")


# --- replayed, stolen ---------------------------------------------------------------------------------------------


def test_an_answer_counts_once(browser):
    state, nonce = browser.click()
    token, cookies = browser.platform.signed(browser.platform.message("u17", nonce)), list(browser.http.cookies.jar)
    assert browser.post(state, token).status_code == 302
    assert browser.post(state, token).status_code == 400  # the cookie is gone
    again = another(browser)
    for cookie in cookies:  # with all that the browser had before
        again.http.cookies.jar.set_cookie(cookie)
    answer = again.post(state, token)
    assert answer.status_code == 400
    assert "used before" in said(answer)
    assert again.name() == ""


def test_two_at_once_with_the_same_answer(browser):
    """Whatever the order, one of them alone is let in."""
    state, nonce = browser.click()
    token = browser.platform.signed(browser.platform.message("u17", nonce))
    both, got = [another(browser), another(browser)], []
    for one in both:
        for cookie in list(browser.http.cookies.jar):
            one.http.cookies.jar.set_cookie(cookie)
    threads = [threading.Thread(target=lambda one=one: got.append(one.post(state, token).status_code)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [302, 400]


def test_an_answer_is_for_the_browser_that_asked(browser):
    state, nonce = browser.click()
    token = browser.platform.signed(browser.platform.message("u17", nonce))
    thief = another(browser)
    assert thief.post(state, token).status_code == 400  # without a cookie
    own_state, _ = thief.click("u18")
    assert thief.post(own_state, token).status_code == 400  # with its own cookie: the nonce is another one's
    assert thief.post(state, token).status_code == 400  # with its own cookie and the stolen state
    mixed = f"qtrain-lti-{state}"
    own = thief.http.cookies.get(f"qtrain-lti-{thief.click('u18')[0]}")
    thief.http.cookies.set(mixed, own, domain="127.0.0.1", path="/hub/lti13")
    assert thief.post(state, token).status_code == 400  # its own cookie under the stolen name
    assert thief.name() == ""
    assert browser.post(state, token).status_code == 302  # none of that used it up


@pytest.mark.parametrize("state", ["", "x", "x" * 32, "a b;c" * 7, "é" * 32, "../" * 20])
def test_a_state_that_nobody_gave(browser, state):
    _, nonce = browser.click()
    token = browser.platform.signed(browser.platform.message("u17", nonce))
    assert browser.post(state, token).status_code in (400, 401)
    assert browser.name() == ""


def test_two_tabs_sign_in_at_once(browser):
    (first, one), (second, two) = browser.click(), browser.click()
    message = browser.platform.message
    assert browser.post(second, browser.platform.signed(message("u17", two))).status_code == 302
    assert browser.post(first, browser.platform.signed(message("u17", one))).status_code == 302


def test_the_next_at_a_shared_computer_gets_a_session_of_their_own(browser):
    browser.launch("u17")
    before = browser.http.cookies["jupyterhub-session-id"]
    browser.launch("u18")
    assert browser.name() == "s18"
    assert browser.http.cookies["jupyterhub-session-id"] != before
    before = browser.http.cookies["jupyterhub-session-id"]
    browser.launch("u18")
    assert browser.name() == "s18"
    assert browser.http.cookies["jupyterhub-session-id"] == before


# --- forged -------------------------------------------------------------------------------------------------------


def unsigned(claims, _):
    return jwt.encode(claims, None, "none")


def by_another_key(claims, platform):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, stranger, "RS256", headers={"kid": platform.key.id})


def by_a_key_that_it_brings(claims, _):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(stranger.public_key()))
    return jwt.encode(claims, stranger, "RS256", headers={"kid": "mine", "jwk": public})


def by_the_public_key_as_a_secret(claims, platform):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    header = {"typ": "JWT", "alg": "HS256", "kid": platform.key.id}
    message = part(json.dumps(header).encode()) + b"." + part(json.dumps(claims).encode())
    digest = hmac.new(platform.key.public_text().encode(), message, hashlib.sha256).digest()
    return (message + b"." + part(digest)).decode()


def with_claims_changed_after_signing(claims, platform):
    head, _, signature = platform.signed({**claims, "email": "bob@x.org"}).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        by_another_key,
        by_a_key_that_it_brings,
        by_the_public_key_as_a_secret,
        with_claims_changed_after_signing,
        lambda claims, platform: "no.token.at-all",
        lambda claims, platform: "",
    ],
)
def test_forged_signatures_are_refused(browser, forge):
    state, nonce = browser.click()
    token = forge(browser.platform.message("u17", nonce), browser.platform)
    assert browser.post(state, token).status_code == 401
    assert browser.name() == ""


NOW = time.time


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"aud": "another-tool"}, 401),
        ({"aud": ["the-class", "another-tool"]}, 401),  # without azp nobody knows whom it is for
        ({"aud": ["the-class", "another-tool"], "azp": "another-tool"}, 401),
        ({"aud": None}, 401),
        ({"iss": "https://moodle.example"}, 401),
        ({"iss": None}, 401),
        ({CLAIM + "deployment_id": "2"}, 403),
        ({CLAIM + "deployment_id": None}, 401),
        ({"exp": lambda: NOW() - 300, "iat": lambda: NOW() - 400}, 401),
        ({"exp": None}, 401),
        ({"iat": lambda: NOW() - 1000, "exp": lambda: NOW() + 600}, 401),  # too old, however long it says it holds
        ({"iat": lambda: NOW() + 1000, "exp": lambda: NOW() + 2000}, 401),
        ({"nonce": "0" * 64}, 400),
        ({"nonce": None}, 401),
        ({"sub": None}, 403),
        ({"sub": ""}, 403),
        ({CLAIM + "message_type": "LtiSubmissionReviewRequest"}, 401),
        ({CLAIM + "version": "1.1"}, 401),
        ({CLAIM + "roles": None}, 401),
    ],
)
def test_what_is_signed_and_not_meant_for_here_is_refused(browser, claims, status):
    claims = {name: int(value()) if callable(value) else value for name, value in claims.items()}
    answer = browser.launch("u17", **claims)
    assert answer.status_code == status
    assert browser.name() == ""


def test_clocks_may_differ_by_a_minute(browser):
    assert browser.launch("u17", iat=int(NOW()) + 60, exp=int(NOW()) + 660).status_code == 302
    assert browser.launch("u17", iat=int(NOW()) - 660, exp=int(NOW()) - 60).status_code == 302


def test_courses_that_may_launch(browser, ours):
    ours.platform = replace(ours.platform, courses=["course-1"])
    assert browser.launch("u17").status_code == 302
    assert another(browser).launch("u17", **{CLAIM + "context": {"id": "course-2"}}).status_code == 403
    assert another(browser).launch("u17", **{CLAIM + "context": None}).status_code == 403


# --- who teaches --------------------------------------------------------------------------------------------------


def test_a_teacher_is_whom_platform_and_class_call_one(browser):
    assert browser.launch("tina").headers["Location"] == "/services/class/"
    assert browser.name() == "teacher"


@pytest.mark.parametrize(
    "claims",
    [
        {CLAIM + "custom": {"role": TEACHES, "roles": TEACHES, "teacher": "teacher", "email": "tina@x.org"}},
        {"roles": [TEACHES], "role": "Instructor"},
        {CLAIM + "roles": TEACHES},
        {CLAIM + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner#Instructor"]},
        {CLAIM + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]},
        {CLAIM + "custom": {CLAIM + "roles": [TEACHES]}, CLAIM + "ext": {"roles": [TEACHES]}},
    ],
)
def test_a_learner_who_says_that_they_teach_is_a_learner(browser, claims):
    assert browser.launch("u17", **claims).status_code == 302
    assert browser.name() == "s17"
    # Even with the teacher's address in their profile:
    assert another(browser).launch("u99", email="tina@x.org", **claims).status_code == 403


def test_who_teaches_something_else_on_the_platform_is_nobody_here(browser):
    answer = browser.launch("other", email="other@x.org", **{CLAIM + "roles": [TEACHES]})
    assert answer.status_code == 403
    assert "'teachers'" in said(answer)
    assert browser.name() == ""


# --- the way to the platform ----------------------------------------------------------------------------------------


def test_the_way_in_is_for_the_platform_alone(browser):
    for wrong in ({"iss": "https://evil.example"}, {"client_id": "another"}, {"iss": ""}):
        told = {"iss": browser.platform.address, "login_hint": "u17", "target_link_uri": "x", **wrong}
        answer = browser.http.post(f"{browser.hub}/hub/lti13/oauth_login", data=told)
        assert answer.status_code == 400
        assert browser.platform.address in said(answer)
    assert set(dict(browser.http.cookies)) <= {"_xsrf"}


def test_the_client_may_be_left_out(browser):
    browser.click(client_id="")


def test_where_the_link_leads_is_signed(browser):
    """What stands beside the sign-in, and anybody can write, leads nowhere."""
    state, nonce = browser.click(target_link_uri="https://evil.example/", next="//evil.example")
    answer = browser.post(state, browser.platform.signed(browser.platform.message("u17", nonce)))
    assert answer.headers["Location"] == "/hub/"


def test_cookies_hold_over_tls_in_another_sites_frame(browser):
    told = {"iss": browser.platform.address, "login_hint": "u17", "target_link_uri": "x"}
    place, plain = f"{browser.hub}/hub/lti13/oauth_login", {"X-Forwarded-Proto": "http"}
    over_tls = browser.http.post(place, data=told, headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"].lower()
    assert "samesite=none" in over_tls and "secure" in over_tls and "httponly" in over_tls
    without = browser.http.post(place, data=told, headers=plain).headers["set-cookie"].lower()
    assert "samesite" not in without and "secure" not in without and "httponly" in without


def test_the_platform_may_frame_it_and_nobody_else(browser):
    policy = browser.launch().headers["content-security-policy"]
    assert f"frame-ancestors 'self' {browser.platform.address};" in policy


def test_a_slow_platform_holds_up_nobody_else(browser):
    state, nonce = browser.click()
    token = browser.platform.signed(browser.platform.message("u17", nonce))
    browser.platform.asking = 0
    browser.platform.hold_keys.set()
    got = []
    waiting = threading.Thread(target=lambda: got.append(browser.post(state, token).status_code))
    waiting.start()
    try:
        assert browser.platform.asked(1)
        assert another(browser).http.get(f"{browser.hub}/hub/health", timeout=10).status_code == 200
        assert not got
    finally:
        browser.platform.hold_keys.clear()
        waiting.join(30)
    assert got == [302]


def test_a_platform_without_keys_is_a_sentence(browser):
    state, nonce = browser.click()
    token = browser.platform.signed(browser.platform.message("u17", nonce))
    browser.platform.no_keys = True
    try:
        assert browser.post(state, token).status_code == 401
    finally:
        browser.platform.no_keys = False


def test_what_the_hub_tells_of_its_key_is_public(browser, ours):
    told = browser.http.get(f"{browser.hub}/hub/lti13/jwks").json()
    (key,) = told["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
    signed = ours.key.signed({"iss": "x"})
    assert jwt.decode(signed, jwt.PyJWK(key).key, ["RS256"])["iss"] == "x"
    assert jwt.get_unverified_header(signed)["kid"] == key["kid"]


# --- beside slips -------------------------------------------------------------------------------------------------

BOTH = "beside_slips.RosterOrPlatformAuthenticator"


@pytest.fixture
def slips(place, tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER)
    (tmp_path / "lti.json").write_text(json.dumps(settings(place[0], teachers={"tina@x.org": "teacher"})))
    place[0].people = dict(PEOPLE)
    return tmp_path


def test_slips_and_launches_mean_the_same_learner(place, slips):
    code = codes.new_code()
    codes.give(ClassDatabase(slips), "s17", code)
    with hub_for(slips, BOTH) as (hub, _):
        launched, typed = Browser(place[0], hub), Browser(place[0], hub)
        page = typed.http.get(hub + "/hub/login")
        assert page.status_code == 200  # the hub's own page, and no way round by the platform
        form = {"username": "s17", "password": code, "_xsrf": typed.http.cookies["_xsrf"]}
        assert typed.http.post(hub + "/hub/login", data=form).status_code == 302
        assert launched.launch("u17").status_code == 302
        assert typed.name() == launched.name() == "s17"
        teacher = Browser(place[0], hub)
        assert teacher.launch("tina").status_code == 302
        assert teacher.name() == "teacher"
        # A form like a launch's is no launch on the page for slips:
        claims = place[0].message("u18", "x")
        stranger = Browser(place[0], hub)
        stranger.http.get(hub + "/hub/login")
        told = {
            "_xsrf": stranger.http.cookies["_xsrf"],
            "id_token": place[0].signed(claims),
            "state": "x" * 32,
            **claims,
        }
        answer = stranger.http.post(hub + "/hub/login", data={name: str(value) for name, value in told.items()})
        assert answer.status_code in (400, 403)
        assert stranger.name() == ""


def test_who_leaves_the_roster_cannot_launch_any_more(place, slips):
    with hub_for(slips, BOTH) as (hub, application):
        (slips / "roster.csv").write_text("id,email\ns18,bob@x.org\n")
        hour_ago = time.time() - 3600
        os.utime(slips / "roster.csv", (hour_ago, hour_ago))
        assert application.settings["authenticator"].people.get("s17") is None
        assert Browser(place[0], hub).launch("u17").status_code == 403
        assert Browser(place[0], hub).launch("u18").status_code == 302


def test_a_launch_with_a_new_slip_outlives_what_the_lost_one_opened(place, slips):
    database = ClassDatabase(slips)
    with hub_for(slips, BOTH) as (hub, _):
        before, now = Browser(place[0], hub), Browser(place[0], hub)
        assert before.launch("u17").status_code == 302
        codes.give(database, "s17", codes.new_code())
        assert now.launch("u17").status_code == 302
        end = time.monotonic() + 30
        while database.renewed_codes() and time.monotonic() < end:
            time.sleep(0.05)
        assert not database.renewed_codes()
        assert now.name() == "s17"
        assert before.name() == ""


def test_a_learner_who_is_called_like_the_teacher_is_nobody(place, slips):
    """The roster that says so is not taken, whichever way they come."""
    (slips / "roster.csv").write_text("id,email\nteacher,bob@x.org\n")
    (slips / "lti.json").write_text(json.dumps(settings(place[0])))
    with hub_for(slips, BOTH) as (hub, _):
        browser = Browser(place[0], hub)
        assert browser.launch("u18").status_code == 403
        assert browser.name() == ""


def test_a_teacher_whom_the_class_does_not_have(place, slips):
    (slips / "lti.json").write_text(json.dumps(settings(place[0], teachers={"tina@x.org": "someone"})))
    with pytest.raises(LtiError, match="someone"), hub_for(slips, BOTH):
        pass
