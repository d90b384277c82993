"""Slips to print: for everybody on the roster, once, readable by the teacher alone."""

import os
import re
import stat
from urllib.parse import parse_qs, urlsplit

import pytest

from qtrain.classroom import codes, slips
from qtrain.classroom.database import ClassDatabase
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.people import People

LONG = "a-learner-with-a-very-long-name-for-signing-in@a-school-with-a-long-name.example"
ROSTER = f"""id,name,email
ayesha,Ayesha Siddiqui,ayesha@school.example
u2,محمد علی,
李小龙,,
{LONG},Dr Wolfeschlegelsteinhausenbergerdorff zu Hohenlohe-Waldenburg,
x<b>,<script>alert(1)</script>,
"""
ADDRESS = "http://192.168.1.10:8000"


@pytest.fixture
def people(tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    os.utime(tmp_path / "roster.csv", (1_700_000_000, 1_700_000_000))
    return People(tmp_path, ["Ms Khan"])


def on_paper(folder):
    page = (folder / "slips.html").read_text("utf-8")
    names = re.findall(r"<dt>Name</dt><dd><bdi>(.*?)</bdi>", page)
    return page, dict(zip(names, re.findall(r'class="code" dir="ltr">([a-z-]+)<', page), strict=True))


def test_everybody_gets_a_slip_once(tmp_path, people):
    names = slips.hand_out(tmp_path, people, ADDRESS)
    assert names == ["Ms Khan", *(learner.id for learner in people.roster().learners)]
    page, printed = on_paper(tmp_path)
    assert len(printed) == 6 and page.index("Ms Khan") < page.index("ayesha"), "the teacher's first"
    database = ClassDatabase(tmp_path)
    for name, code in printed.items():
        assert codes.right(database, name.replace("&lt;", "<").replace("&gt;", ">"), code)
    assert page.count(f">{ADDRESS}<") == 6 and "<script>" not in page
    assert stat.S_IMODE((tmp_path / "slips.html").stat().st_mode) == 0o600
    assert slips.hand_out(tmp_path, people, ADDRESS) == []
    assert on_paper(tmp_path) == (page, printed), "what may not be printed yet stays"
    for path in tmp_path.glob("class.sqlite*"):
        assert not any(code.encode() in path.read_bytes() for code in printed.values())


def test_a_lost_code_is_renewed_and_the_others_stay(tmp_path, people):
    slips.hand_out(tmp_path, people, ADDRESS)
    _, before = on_paper(tmp_path)
    assert slips.hand_out(tmp_path, people, ADDRESS, ["siddiqui AYESHA", "ayesha"]) == ["ayesha"]
    page, after = on_paper(tmp_path)
    assert set(after) == {"ayesha"} and "Keep this one" not in page
    database = ClassDatabase(tmp_path)
    assert codes.right(database, "ayesha", after["ayesha"]) and not codes.right(database, "ayesha", before["ayesha"])
    assert codes.right(database, "u2", before["u2"])
    [older] = tmp_path.glob("slips-*.html")
    assert before["u2"] in older.read_text("utf-8")


def test_a_new_learner_gets_one(tmp_path, people):
    slips.hand_out(tmp_path, people, ADDRESS)
    (tmp_path / "roster.csv").write_text(ROSTER + "dawud,Dawud,\n", "utf-8")
    os.utime(tmp_path / "roster.csv", (1_700_000_001, 1_700_000_001))
    assert slips.hand_out(tmp_path, people, ADDRESS) == ["dawud"]


@pytest.mark.parametrize("renew, said", [(["ayesha", "mallory"], "mallory"), ([""], "no code was changed")])
def test_a_name_that_is_nobodys_changes_nothing(tmp_path, people, renew, said):
    slips.hand_out(tmp_path, people, ADDRESS)
    _, before = on_paper(tmp_path)
    with pytest.raises(ClassroomError, match=said):
        slips.hand_out(tmp_path, people, ADDRESS, renew)
    assert on_paper(tmp_path)[1] == before
    assert codes.right(ClassDatabase(tmp_path), "ayesha", before["ayesha"])


def test_a_learner_called_like_the_teacher_gets_no_code(tmp_path, people):
    (tmp_path / "roster.csv").write_text("id,name\nms khan,Mallory\n", "utf-8")
    os.utime(tmp_path / "roster.csv", (1_700_000_001, 1_700_000_001))
    with pytest.raises(ClassroomError, match="teacher's page"):
        slips.hand_out(tmp_path, people, ADDRESS)
    assert not (tmp_path / "slips.html").exists()


def test_while_the_slips_cannot_be_written_the_old_codes_count(tmp_path, people, monkeypatch):
    slips.hand_out(tmp_path, people, ADDRESS)
    _, before = on_paper(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(slips, "page", full)
    with pytest.raises(OSError):
        slips.hand_out(tmp_path, people, ADDRESS, ["ayesha"])
    assert on_paper(tmp_path)[1] == before
    assert codes.right(ClassDatabase(tmp_path), "ayesha", before["ayesha"])


def test_the_qr_code_opens_the_form_with_the_name_and_holds_no_code(tmp_path, people, monkeypatch):
    import segno

    held = []
    made = segno.make_qr
    monkeypatch.setattr(segno, "make_qr", lambda text, **how: held.append(text) or made(text, **how))
    slips.hand_out(tmp_path, people, ADDRESS)
    _, printed = on_paper(tmp_path)
    names = [parse_qs(urlsplit(text).query)["username"] for text in held]
    assert names[0] == ["Ms Khan"] and ["李小龙"] in names
    assert all(text.startswith(f"{ADDRESS}/hub/login?") for text in held)
    assert not any(codes.plain(code) in codes.plain(text) for code in printed.values() for text in held)


def test_the_file_is_the_callers_of_sudo(tmp_path, people, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    monkeypatch.setenv("SUDO_UID", "12345")
    monkeypatch.setenv("SUDO_GID", "12346")
    slips.hand_out(tmp_path, people, ADDRESS)
    told = (tmp_path / "slips.html").stat()
    assert (told.st_uid, told.st_gid) == (12345, 12346)


def test_they_fit_their_paper_and_ask_nobody(tmp_path, people, browser):
    (tmp_path / "roster.csv").write_text(ROSTER + "".join(f"l{n},Learner {n},\n" for n in range(20)), "utf-8")
    os.utime(tmp_path / "roster.csv", (1_700_000_001, 1_700_000_001))
    slips.hand_out(tmp_path, people, ADDRESS)
    page = browser.new_page(viewport={"width": 794, "height": 1123})  # A4 at 96 dots per inch
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "slips.html").as_uri())
    page.emulate_media(media="print")
    assert all(url.startswith("file:") for url in asked)
    wide = page.evaluate(
        "[...document.querySelectorAll('article, article :is(h2, p, dd)')].filter(one =>"
        " one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1).map(one => one.innerText)"
    )
    assert not wide
    from pypdf import PdfReader

    (tmp_path / "slips.pdf").write_bytes(page.pdf(prefer_css_page_size=True))
    pages = [one.extract_text() for one in PdfReader(tmp_path / "slips.pdf").pages]
    assert len(pages) == 4 and "teacher's page" in pages[0] and "ayesha" not in pages[0], "10 slips on a page"
    page.close()
