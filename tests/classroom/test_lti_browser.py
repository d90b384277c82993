"""The way through a real browser, with a platform on another site: what cookies, forms and frames do there."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("ltiauthenticator", reason="the classroom needs the extra [hub]")

import httpx
import jwt

from qtrain.classroom.lti import launch

from .fake_platform import hub_for, running, settings

CLAIM, LINKS = launch.CLAIM, launch.DEEP_LINK


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    (folder / "roster.csv").write_text("id,email\ns17,ada@x.org\n")
    with running(folder) as found:
        (folder / "lti.json").write_text(json.dumps(settings(found, teachers={"tina@x.org": "teacher"})))
        with hub_for(folder) as (hub, _):
            # Another name is another site, and so are two computers of a network to each other.
            found.hub = hub.replace("127.0.0.1", "localhost")
            choosing = {"accept_types": ["ltiResourceLink"], "deep_link_return_url": found.address + "/links"}
            found.people = {
                "u17": {"email": "ada@x.org", CLAIM + "custom": {"lesson": "1.4"}},
                "tina": {
                    "email": "tina@x.org",
                    CLAIM + "roles": [launch.INSTRUCTOR],
                    CLAIM + "message_type": "LtiDeepLinkingRequest",
                    LINKS + "deep_linking_settings": choosing,
                },
            }
            yield found


@pytest.fixture
def window(browser):
    context = browser.new_context(viewport={"width": 360, "height": 640})
    context.set_default_timeout(60_000)
    yield context
    context.close()


def test_a_click_in_the_course_opens_the_lesson(window, platform):
    page = window.new_page()
    page.goto(f"{platform.address}/course?who=u17&target=_blank")
    with window.expect_page() as opened:
        page.click("button")
    lesson = opened.value
    lesson.get_by_text("No servers run here").wait_for()
    where = urlsplit(lesson.url)
    assert where.path == "/hub/spawn/s17"
    assert parse_qs(where.query)["next"] == ["/user/s17/lab/tree/1_qubits/1_4_measurement.ipynb"]
    lesson.goto(platform.hub + "/hub/home")
    assert lesson.evaluate("window.jhdata.user") == "s17"


def test_a_teacher_chooses(window, platform, axe):
    page = window.new_page()
    page.goto(f"{platform.address}/course?who=tina")
    page.click("button")
    page.get_by_label("1.4 ·").check()
    page.add_script_tag(content=axe)
    assert page.evaluate("axe.run().then(found => found.violations.map(one => one.id + ': ' + one.help))") == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Link").click()
    page.wait_for_url(platform.address + "/links")
    keys = jwt.PyJWKSet.from_dict(httpx.get(platform.hub + "/hub/lti13/jwks").json()).keys
    claims = jwt.decode(platform.links[-1], keys[0].key, ["RS256"], audience=platform.address)
    assert [item["custom"] for item in claims[LINKS + "content_items"]] == [{"lesson": "1.4"}]


def test_in_a_frame_of_another_site_a_sentence_says_what_to_do(window, platform):
    """Without TLS a browser keeps no cookie there: nobody is signed in, and nothing is left blank."""
    page = window.new_page()
    page.goto(f"{platform.address}/course?who=u17&target=frame")
    page.click("button")
    page.frame_locator("iframe").get_by_role("heading", name="let your teacher have it open in a new window").wait_for()
