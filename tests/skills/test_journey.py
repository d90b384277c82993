"""From a roster to a badge that somebody else checks and that is revoked, by the command line as people use it."""

import json
import re
import socket
import sys

import pytest
from classroom import TOTAL, Classroom

from qtrain import cli

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="grading needs fences, which are Linux's")


@pytest.fixture(scope="module")
def graded(small_keys, tmp_path_factory):
    """A class of four: all right, just enough, not enough, and nothing handed in."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("class")
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(folder / "home"))
        room = Classroom(folder, ("anna", "bob", "cy", "dora"))
        room.hand_in("anna/problem_set.ipynb", room.solved("anna"))
        room.hand_in("bob/problem_set.ipynb", room.solved("bob", p2="square = 1"))  # 4 of 6
        room.hand_in("cy/problem_set.ipynb", room.solved("cy", p2="square = 1", p1="cat = None"))  # 3 of 6
        room.hand_in("eve/problem_set.ipynb", room.solved("anna"))  # in no roster, with a copy of somebody else's
        room.grade("--require-confinement")
    return room


@pytest.fixture
def shell(graded, tmp_path, monkeypatch, capsys, no_network):
    """Run a command; gives what it says, after its exit code was looked at."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    def run(*words, code=0):
        assert cli.main([str(word) for word in words]) == code, capsys.readouterr()
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return told.out + told.err

    return run


def test_the_whole_way(graded, shell, tmp_path):
    folder, keys = graded.output, tmp_path / "keys"
    # The institution makes its keys, once.
    said = shell("badge", "key", keys, "--name", "University of Testing")
    fingerprint = re.search(r"(?:[A-Z2-7]{5}-){7}[A-Z2-7]{5}", said)[0]
    # A transcript and badges from the gradebook.
    said = shell("transcript", folder, "--keys", keys, "-o", "transcripts", "--names")
    assert "3 transcripts" in said and "dora has handed in nothing" in said and "eve" in said
    said = shell("badge", "issue", folder, "--keys", keys, "-o", "badges", "--names")
    assert "2 badges" in said
    assert re.search(r"no badge: cy has 3 of 6 points, and 60 % are needed", said)
    assert "no badge: ?eve is not in the roster" in said and "dora has handed in nothing" in said
    # Whoever checks takes the card in, compares the fingerprint, and takes the status list.
    shell("verify", "--add", keys / "issuer.json", "--fingerprint", fingerprint)
    shell("verify", "--add", keys / "status.jwt")
    [anna] = (tmp_path / "badges" / "anna").iterdir()
    [transcript] = (tmp_path / "transcripts" / "cy").iterdir()
    files = [anna / f"badge.{kind}" for kind in ("json", "jwt", "svg", "png")]
    said = shell("verify", *files, transcript / "badge.png")
    assert said.count("VALID AND TRUSTED") == 5 and "To: Anna Example" in said and "To: Cy Example" in said
    assert "who sat at the keyboard" in said and f"{TOTAL} of {TOTAL}" in said and "3 of 6" in said
    # What it says is what was graded.
    told = json.loads((anna / "badge.json").read_text("utf-8"))
    grades = graded.grades()
    assert grades["anna"]["digest"] in told["evidence"][0]["description"]
    from qtrain.grading.provenance import this_grader

    assert this_grader() in told["evidence"][0]["narrative"]
    # The learner shows that it is theirs.
    code = re.search(r"--code (\w+)", (anna / "profiles.txt").read_text("utf-8"))[1]
    assert "is about the learner" in shell("verify", files[0], "--holder", "anna", "--code", code)
    assert "NOT about the learner" in shell("verify", files[0], "--holder", "bob", "--code", code, code=1)
    # It is revoked, and whoever has the new list knows.
    said = shell("badge", "revoke", keys, told["id"], "--why", "handed in for somebody else")
    assert "Anna" not in said and "anna" in said
    shell("verify", files[0])  # the checker has not heard of it yet
    shell("verify", "--add", keys / "status.jwt")
    for path in files:
        assert "REVOKED" in shell("verify", path, code=1)
    said = shell("badge", "list", keys)
    assert "revoked" in said and "handed in for somebody else" in said and "5 issued, 1 of them revoked" in said
    told = json.loads(shell("verify", "--json", files[1], code=1))
    assert told["standing"] == "revoked"


def test_a_stolen_and_a_lost_key_by_the_command_line(graded, shell, tmp_path, monkeypatch):
    from qtrain.skills.keys import PASSPHRASE

    def fingerprint(said):
        return re.search(r"(?:[A-Z2-7]{5}-){7}[A-Z2-7]{5}", said)[0]

    monkeypatch.setenv(PASSPHRASE, "correct horse")
    said = shell("badge", "key", "keys", "--name", "U", "--url", "https://uni.example/badges", "--passphrase")
    assert "did.json" in said and b"ENCRYPTED" in (tmp_path / "keys" / "private" / "k1-rsa.pem").read_bytes()
    shell("verify", "--add", "keys/issuer.json", "--fingerprint", fingerprint(said))
    issue = ("badge", "issue", graded.output, "--keys", "keys", "-o", "out", "--learner", "anna")
    shell(*issue)
    [badge] = (tmp_path / "out" / "anna").glob("*/badge.png")
    said = shell("badge", "key", "keys", "--stolen")
    assert (
        "issue … --again" in said
        and len(json.loads((tmp_path / "keys" / "did.json").read_text())["assertionMethod"]) == 2
    )
    shell("verify", "--add", "keys/issuer.json", "--fingerprint", fingerprint(said))
    shell("verify", "--add", "keys/status.jwt")
    assert "REVOKED" in shell("verify", badge, code=1)
    assert "stolen" in shell(*issue) and "REVOKED" in shell("verify", badge, code=1)
    shell(*issue, "--again")
    shell("verify", "--add", "keys/status.jwt")
    assert "VALID AND TRUSTED" in shell("verify", badge)
    for path in (tmp_path / "keys" / "private").glob("k2-*.pem"):
        path.unlink()
    assert "put it back from your backup" in shell("badge", "status", "keys", code=1)
    said = shell("badge", "key", "keys", "--lost")
    assert "compare it" in shell("verify", "--add", "keys/issuer.json", code=2)
    shell("verify", "--add", "keys/issuer.json", "--fingerprint", fingerprint(said))
    shell("verify", "--add", "keys/status.jwt")
    assert "VALID AND TRUSTED" in shell("verify", badge)


def test_a_badge_is_written_again_and_never_doubled(graded, shell, tmp_path):
    shell("badge", "key", "keys", "--name", "U")
    shell("badge", "issue", graded.output, "--keys", "keys", "-o", "out")
    [first] = (tmp_path / "out" / "anna").glob("*/badge.json")
    before = first.read_bytes()
    assert "Anna" not in before.decode() and "anna" not in before.decode()
    first.unlink()
    said = shell("badge", "issue", graded.output, "--keys", "keys", "-o", "out", "--learner", "anna")
    assert first.read_bytes() == before and "issued before, and is written again" in said
    said = shell("badge", "issue", graded.output, "--keys", "keys", "-o", "out", "--learner", "anna", "--names", code=1)
    assert first.read_bytes() == before and "--again revokes that one" in said and "0 badges" in said
    shell("badge", "issue", graded.output, "--keys", "keys", "-o", "out", "--learner", "anna", "--names", "--again")
    assert b"Anna Example" in first.read_bytes()
    said = shell("badge", "issue", graded.output, "--keys", "keys", "-o", "out", "--pass", "100", "--names")
    assert "1 badge in" in said and re.search("bob has 4 of 6 .* stays valid until you revoke it: urn:uuid:", said)


def test_points_that_a_person_set_are_told(graded, shell, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(graded.output, copy)
    told = json.loads((copy / "gradebook.json").read_text())
    (copy / "gradebook.json").write_text(json.dumps({**told, "database": str(copy / "gradebook.sqlite")}))
    shell("badge", "key", "keys", "--name", "U")
    shell("grade", "-o", copy, "--points", "cy", "1.P.2", "2", "--author", "Ada", "--new")
    shell("badge", "issue", copy, "--keys", "keys", "-o", "out")
    said = shell("verify", "out/cy/module-1/badge.png", "--trust", "keys")
    assert "5 of 6" in said and "A person set some of the points." in said
    assert "A person" not in shell("verify", "out/anna/module-1/badge.png", "--trust", "keys")


def test_every_mistake_gets_one_sentence(graded, shell, tmp_path):
    shell("badge", "key", "keys", "--name", "U")
    out = ("--keys", "keys", "-o", "out")
    (tmp_path / "empty").mkdir()
    for words, said, code in (
        (("badge", "key", "keys", "--name", "U"), "made once", 1),
        (("badge", "key", "other"), "--name", 1),
        (("badge", "key", "keys", "--rotate", "--name", "V"), "said once", 1),
        (("badge", "issue", "nowhere", *out), "no gradebook in nowhere", 1),
        (("badge", "issue", "empty", *out), "no gradebook in empty", 1),
        (("badge", "issue", graded.output, "--keys", "empty", "-o", "out"), "holds no keys", 1),
        (("badge", "issue", graded.output, *out, "--learner", "zoe"), "there is no learner 'zoe'", 1),
        (("badge", "issue", graded.output, *out, "--pass", "0"), "a percentage", 1),
        (("badge", "issue", graded.output, *out, "--pass", "nan"), "are numbers", 1),
        (("badge", "issue", graded.output, *out, "--years", "-1"), "0 (no end)", 1),
        (("badge", "issue", graded.output, *out, "--role", "wizard"), "There is no role 'wizard'", 1),
        (("badge", "issue", graded.output, *out, "--role", "trainer"), "no performance task yet", 1),
        (("badge", "revoke", "keys", "urn:uuid:none", "--why", "x"), "no badge of yours", 1),
        (("badge", "status", "empty"), "holds no keys", 1),
        (("transcript", graded.output), "needs gradebooks, --keys KEYS and -o OUT", 1),
        (("transcript", "--course", graded.root), "begin with  qtrain learn", 1),
        (("verify",), "give the badge", 2),
        (("verify", "nothing.json"), "cannot be read", 2),
        (("verify", graded.roster), "no badge", 2),
        (("verify", "--holder", "anna", graded.roster), "belong together", 2),
        (("verify", "--fingerprint", "ABC", graded.roster), "one --add issuer.json", 2),
        (("verify", "--trust", "nowhere", graded.roster), "there is no nowhere", 2),
        (("verify", "--add", graded.roster), "no status list", 2),
        (("verify", "--status", "nothing.jwt", graded.roster), "cannot be read", 2),
    ):
        told = shell(*words, code=code)
        assert said in told, (words, told)
        assert len(told.strip().splitlines()) == 1, told


def test_hidden_names_and_grading_without_fences_give_no_badge(graded, shell, tmp_path):
    import shutil

    from sqlalchemy import update

    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.models import Grading

    shell("badge", "key", "keys", "--name", "U")
    copy = tmp_path / "copy"
    shutil.copytree(graded.output, copy)
    told = json.loads((copy / "gradebook.json").read_text())
    (copy / "gradebook.json").write_text(json.dumps({**told, "database": str(copy / "gradebook.sqlite")}))
    book = Gradebook(copy / "gradebook.sqlite")
    with book.session() as session:
        session.execute(update(Grading).values(fences=["network"]))
        session.commit()
    book.close()
    said = shell("badge", "issue", copy, "--keys", "keys", "-o", "out")
    assert "0 badges" in said and "a submission could have changed its own result" in said
    said = shell("transcript", copy, "--keys", "keys", "-o", "out")
    assert "0 transcripts" in said and "graded without fences" in said
    (copy / "gradebook.sqlite").unlink()
    assert "put it back from your backup" in shell("badge", "issue", copy, "--keys", "keys", "-o", "out", code=1)
    assert not (copy / "gradebook.sqlite").exists()


def test_a_learners_own_record_gives_a_page_and_no_badge(shell, tmp_path, small, monkeypatch):
    """Whatever stands in it: the page is not signed, and no command makes a badge of it."""
    from qtrain.checking import Verdict
    from qtrain.skills.record import Record

    monkeypatch.chdir(tmp_path)
    (tmp_path / ".qtrain").mkdir(exist_ok=True)
    with Record(tmp_path) as record:
        for exercise in ("1.2.a", "1.2.b", "1.P.1"):
            record.add(exercise, Verdict(True, 1.0))
    said = shell("transcript", "-o", "own.html")
    page = (tmp_path / "own.html").read_text("utf-8")
    assert "nobody has signed" in said and "Nobody has signed this page" in page and "3 of 3 exercises" in page
    shell("badge", "key", "keys", "--name", "U")
    assert "no gradebook" in shell("badge", "issue", ".", "--keys", "keys", "-o", "out", code=1)
    assert "this is a page" in shell("verify", "own.html", code=2)


def test_the_page_needs_nothing_from_anywhere_and_its_code_holds_the_badge(graded, shell, tmp_path):
    from qtrain.skills.forms import pack, unpack

    shell("badge", "key", "keys", "--name", "Ünïversity <of> & 大学 جامعہ")
    shell("badge", "issue", graded.output, "--keys", "keys", "-o", "out", "--learner", "anna")
    [folder] = (tmp_path / "out" / "anna").iterdir()
    page, document = (folder / "badge.html").read_text("utf-8"), (folder / "badge.json").read_text("utf-8")
    outside = re.findall(r'(?:src|href|url\()\s*=?\s*["\']?(?!#|data:)[a-z]+:', page)
    assert outside == [] and "default-src 'none'" in page and "<script" not in page
    assert "&lt;of&gt; &amp; 大学" in page and "<of>" not in page
    assert page.count("<svg") == 2 and "does not prove who sat at the keyboard" in page
    text = pack(document)
    assert unpack(text) == document and set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    (tmp_path / "scanned.txt").write_text(text + "\n")
    shell("verify", tmp_path / "scanned.txt", "--trust", "keys")
    profile = (folder / "profiles.txt").read_text("utf-8")
    assert "LinkedIn" in profile and "Europass" in profile and json.loads(document)["id"] in profile


def test_no_network_is_blocked_for_these_tests(no_network):
    with pytest.raises(AssertionError, match="a connection was tried"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
