"""What a teacher writes about the platform, the hub's own key, and what a teacher does."""

import json
import os
import stat
import sys
import threading
from types import SimpleNamespace

import pytest

pytest.importorskip("jwt", reason="the classroom needs the extra [hub]")
pytest.importorskip("httpx", reason="the classroom needs the extra [hub]")

import jwt

from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.lti import grades, keys, ledger, moodle, platform
from qtrain.classroom.lti.errors import LtiError

from .fake_platform import DEPLOYMENT, running, settings

TOLD = {"platform": "https://moodle.example.org/", "client_id": "abc", "deployments": ["1"]}


def write(folder, told):
    (folder / "lti.json").write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")


def test_moodle_needs_three_settings(tmp_path):
    assert not platform.there_is(tmp_path)
    write(tmp_path, TOLD)
    assert platform.there_is(tmp_path)
    found = platform.read(tmp_path)
    assert (found.platform, found.client_id, found.deployments) == ("https://moodle.example.org/", "abc", ["1"])
    assert found.authorize == "https://moodle.example.org/mod/lti/auth.php"
    assert found.keys == "https://moodle.example.org/mod/lti/certs.php"
    assert found.token == "https://moodle.example.org/mod/lti/token.php"
    assert (found.match, found.teachers, found.courses) == (["email", "sourcedid"], {}, [])


def test_another_platform_says_where_things_are(tmp_path):
    write(tmp_path, {**TOLD, "keys": "https://sso.example.org/jwks"})
    assert platform.read(tmp_path).keys == "https://sso.example.org/jwks"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[]", "no object"),
        ({**TOLD, "clientid": "x"}, "did you mean 'client_id'"),
        ({**TOLD, "zzz": "x"}, "it knows platform"),
        ({"platform": "https://m.example", "client_id": "x"}, "lacks 'deployments'"),
        ({**TOLD, "client_id": ""}, "lacks 'client_id'"),
        ({**TOLD, "deployments": "1"}, 'like ["1"]; this is "1"'),
        ({**TOLD, "deployments": [1]}, "list of texts"),
        ({**TOLD, "client_id": 7}, "in quotation marks; this is 7"),
        ({**TOLD, "platform": "moodle.example.org"}, "'platform' is an address like https"),
        ({**TOLD, "keys": "file:///etc/passwd"}, "'keys' is an address like https"),
        ({**TOLD, "teachers": ["ada@x.org"]}, '{"ada@example.org": "teacher"}'),
        ({**TOLD, "teachers": {"ada@x.org": ""}}, '{"ada@example.org": "teacher"}'),
        ({**TOLD, "match": ["name"]}, "'match' takes email, sourcedid, username, sub"),
        ({**TOLD, "match": []}, "at least one"),
    ],
)
def test_a_mistake_is_told_with_the_way_out(tmp_path, told, said):
    write(tmp_path, told)
    with pytest.raises(LtiError) as error:
        platform.read(tmp_path)
    assert said in str(error.value)
    assert "lti.json" in str(error.value)


def test_without_a_platform(tmp_path):
    with pytest.raises(LtiError, match=r"write .*lti\.json, like"):
        platform.read(tmp_path)


def test_the_example_is_right(tmp_path):
    write(tmp_path, platform.EXAMPLE)
    assert platform.read(tmp_path).platform == "https://moodle.example.org"


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "lti.json").mkdir()
    with pytest.raises(LtiError, match="cannot be read"):
        platform.read(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="the classroom runs on Linux")
def test_the_hub_takes_launches_where_there_is_a_platform(tmp_path, monkeypatch):
    config = pytest.importorskip("traitlets.config")
    from qtrain import classroom

    monkeypatch.setenv("QTRAIN_CLASS", str(tmp_path))
    for name in ("CONFIGPROXY_AUTH_TOKEN", "QTRAIN_SERVICE_TOKEN", "QTRAIN_KEEPER_TOKEN"):
        monkeypatch.setenv(name, "0" * 64)

    def signs_in():
        told = config.PyFileConfigLoader("jupyterhub_config.py", classroom.__path__[0]).load_config()
        return told.JupyterHub.authenticator_class.rpartition(".")[2]

    assert signs_in() == "RosterAuthenticator"
    write(tmp_path, TOLD)
    assert signs_in() == "RosterOrPlatformAuthenticator"


@pytest.mark.skipif(sys.platform != "linux", reason="the classroom runs on Linux")
def test_what_the_command_line_says(tmp_path, capsys):
    from qtrain import cli

    (tmp_path / "roster.csv").write_text("id\ns17\n")
    address = "https://class.example.org"
    assert cli.main(["hub", str(tmp_path), "moodle", "--address", address]) == 0
    assert address + "/hub/lti13/jwks" in capsys.readouterr().out
    assert cli.main(["hub", str(tmp_path), "moodle"]) == 0
    assert "/hub/lti13/oauth_login" in capsys.readouterr().out
    assert cli.main(["hub", str(tmp_path), "moodle", "--forget", "nobody"]) == 1
    assert "'nobody' has not come" in capsys.readouterr().err
    assert cli.main(["hub", str(tmp_path), "grades", "ps1"]) == 1
    assert "lti.json" in capsys.readouterr().err


# --- the key ------------------------------------------------------------------------------------------------------


def test_the_key_stays_and_is_its_owners_alone(tmp_path):
    path = tmp_path / "hub" / "key.pem"
    first = keys.key(path)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.key(path).id == first.id
    assert [one.name for one in path.parent.iterdir()] == ["key.pem"]


def test_of_two_who_make_it_at_once_one_counts(tmp_path):
    found, start = [], threading.Barrier(4)

    def make():
        start.wait()
        found.append(keys.key(tmp_path / "key.pem").id)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_a_key_that_others_can_read_is_not_used(tmp_path):
    keys.key(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(0o640)
    with pytest.raises(LtiError, match="others on this computer can read"):
        keys.key(tmp_path / "key.pem")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root: gives files to another user")
def test_what_root_makes_belongs_to_the_hub(tmp_path):
    (tmp_path / "hub").mkdir()
    os.chown(tmp_path / "hub", 1234, 1234)
    keys.of(tmp_path)
    ledger.of(tmp_path).use("x")
    owners = {path.name: path.stat().st_uid for path in (tmp_path / "hub").iterdir()}
    assert owners == {"lti_key.pem": 1234, "lti.sqlite": 1234}


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_broken_key(tmp_path, content):
    keys.key(tmp_path / "key.pem")
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(LtiError, match="no private RSA key"):
        keys.key(tmp_path / "key.pem")


def test_its_name_is_the_thumbprint_of_rfc_7638():
    """The example of the standard, section 3.1."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA"
        "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
        "kEgU8awapJzKnqDKgw"
    )
    public = jwt.PyJWK({"kty": "RSA", "n": n, "e": "AQAB"}).key

    class Pair:
        def public_key(self):
            return public

    assert keys.Key(Pair()).id == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


# --- commands --------------------------------------------------------------------------------------------------------


def test_registration_says_what_to_enter(tmp_path):
    lines = moodle.registration(tmp_path, "http://10.0.0.5")
    told = "\n".join(lines)
    for path in ("/hub/lti13/jwks", "/hub/lti13/oauth_login", "/hub/lti13/oauth_callback"):
        assert "http://10.0.0.5" + path in told
    assert keys.of(tmp_path).public_text().strip() in told
    assert "PRIVATE" not in told


def test_forgetting_who_never_came(tmp_path):
    with pytest.raises(LtiError, match="'ada' has not come"):
        moodle.forget(tmp_path, "ada")
    ledger.of(tmp_path).know("p", "u1", "ada", {"ada"})
    moodle.forget(tmp_path, "ada")


@pytest.mark.parametrize("name", ["ps2", "../ps1", "."])
def test_grades_of_a_release_that_is_not_there(tmp_path, name):
    write(tmp_path, TOLD)
    with pytest.raises(ClassroomError, match="there is no release"):
        grades.send(tmp_path, name)


def test_grades_go_from_the_gradebook_to_the_column(tmp_path, small, capsys):
    """All of it as a teacher does it, but grading itself: release, gradebook, launch, grades, twice."""
    from qtrain.grading import release, roster
    from qtrain.grading.gradebook import Gradebook, Received
    from qtrain.grading.messages import Answered, Graded
    from qtrain.grading.settings import Settings

    (tmp_path / "roster.csv").write_text("id,email\ns17,ada@x.org\n")
    people = roster.read(tmp_path / "roster.csv")
    manifest = release.make("1.P", tmp_path / "releases" / "ps1", people, root=small.root)
    folder = tmp_path / "graded" / "ps1"
    Settings(str(folder), str(folder / "gradebook.sqlite")).save()
    book = Gradebook(folder / "gradebook.sqlite")
    book.add_release(manifest)
    book.add_learners(people.learners)
    right = {"status": "right", "score": 1.0, "diagnosis": None, "message": "", "evidence": None}
    answers = {one.id: Answered(right) for one in manifest.exercises}
    book.record(manifest, "s17", Received("0" * 64, "s17"), Graded(answers=answers), "mark")
    book.close()
    with running(tmp_path) as fake:
        write(tmp_path, settings(fake))
        fake.tool_keys = keys.of(tmp_path).jwks()
        book, column = ledger.of(tmp_path), fake.column("ps1")
        book.know(fake.address, "u17", "s17", {"s17"})
        book.enrol("s17", "course-1")
        book.open_column("course-1", "ps1", column["lineitem"], tuple(column["scope"]))
        args = SimpleNamespace(folder=tmp_path, release="ps1", gradebook=None)
        assert grades.run(args) == 0
        assert "sent: 1" in capsys.readouterr().out
        assert grades.send(tmp_path, "ps1", folder).there == ["s17"]
        assert len(fake.posted) == 1
        assert fake.scores["ps1", "u17"]["scoreGiven"] == manifest.of > 0
    assert DEPLOYMENT in platform.read(tmp_path).deployments
