"""Grades to the platform: each counts once, whatever was lost on the way, and the newest one is there in the end."""

import hashlib
import json
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

pytest.importorskip("httpx", reason="the classroom needs the extra [hub]")
pytest.importorskip("jwt", reason="the classroom needs the extra [hub]")
pytest.importorskip("tornado", reason="the classroom needs the extra [hub]")

from qtrain.classroom.lti import keys, launch, ledger, scores
from qtrain.classroom.lti.errors import LtiError, Refused
from qtrain.classroom.lti.ledger import Ledger
from qtrain.classroom.lti.platform import Platform
from qtrain.classroom.lti.scores import Score, Service

from .fake_platform import running, settings


@pytest.fixture(scope="module")
def running_platform(tmp_path_factory):
    with running(tmp_path_factory.mktemp("platform")) as platform:
        yield platform


@pytest.fixture
def platform(running_platform, tmp_path):
    found = running_platform
    found.scores, found.posted, found.tokens, found.token_requests = {}, [], set(), []
    found.lose, found.gateway, found.fail_with = 0, False, None
    found.tool_keys = keys.key(tmp_path / "hub" / "lti_key.pem").jwks()
    return found


@pytest.fixture
def service(platform, tmp_path):
    book = Ledger(tmp_path / "hub" / "lti.sqlite")
    for number in (17, 18):
        book.know(platform.address, f"u{number}", f"s{number}", set())
        book.enrol(f"s{number}", "course-1")
    told = platform.column("ps1")
    book.open_column("course-1", "ps1", told["lineitem"], tuple(told["scope"]))
    ours = keys.key(tmp_path / "hub" / "lti_key.pem")
    with Service(Platform(**settings(platform)), ours, book, timeout=10) as found:
        yield found


def counted(platform, column="ps1", user="u17"):
    """How often a score was taken."""
    return sum(status == 200 for name, score, status in platform.posted if (name, score["userId"]) == (column, user))


def test_a_score_arrives(platform, service):
    report = service.send("ps1", [Score("s17", 17.5, 20, "Well done")])
    assert (report.sent, report.there, report.nowhere, report.failed) == (["s17"], [], [], {})
    score = dict(platform.scores["ps1", "u17"])
    assert score.pop("timestamp").endswith("+00:00")
    assert score == {
        "userId": "u17",
        "scoreGiven": 17.5,
        "scoreMaximum": 20,
        "comment": "Well done",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }
    assert platform.token_requests == [[launch.SCORE, launch.RESULT]]


def test_what_a_person_has_still_to_mark_is_not_final(platform, service):
    service.send("ps1", [Score("s17", 1, 20, final=False)])
    assert platform.scores["ps1", "u17"]["gradingProgress"] == "PendingManual"


def test_sent_twice_it_counts_once(platform, service):
    service.send("ps1", [Score("s17", 17.5, 20)])
    report = service.send("ps1", [Score("s17", 17.5, 20)])
    assert (report.sent, report.there) == ([], ["s17"])
    assert len(platform.posted) == 1


def test_another_process_knows_what_was_sent(platform, service):
    service.send("ps1", [Score("s17", 17.5, 20)])
    with Service(service.platform, service.key, Ledger(service.ledger.path)) as other:
        assert other.send("ps1", [Score("s17", 17.5, 20)]).there == ["s17"]
    assert len(platform.posted) == 1


def test_taken_but_the_answer_was_lost(platform, service):
    platform.lose = 1
    report = service.send("ps1", [Score("s17", 17.5, 20), Score("s18", 3, 20)])
    assert list(report.failed) == ["s17"] and report.sent == ["s18"]
    report = service.send("ps1", [Score("s17", 17.5, 20), Score("s18", 3, 20)])
    assert (report.there, report.failed) == (["s17", "s18"], {})
    assert counted(platform) == 1
    assert [status for _, score, status in platform.posted if score["userId"] == "u17"] == [200, 409]
    stamps = {score["timestamp"] for _, score, _ in platform.posted if score["userId"] == "u17"}
    assert len(stamps) == 1
    service.send("ps1", [Score("s17", 17.5, 20)])  # now it is known to be there
    assert len(platform.posted) == 3


@pytest.mark.parametrize("gateway", [False, True])
def test_lost_again_and_again(platform, service, gateway):
    platform.lose, platform.gateway = 4, gateway
    for _ in range(4):
        service.send("ps1", [Score("s17", 17.5, 20)])
    assert service.send("ps1", [Score("s17", 17.5, 20)]).there == ["s17"]
    assert counted(platform) == 1
    assert len({score["timestamp"] for _, score, _ in platform.posted}) == 1


def test_lost_on_the_way_there(platform, service):
    platform.fail_with = 503
    assert "503" in service.send("ps1", [Score("s17", 17.5, 20)]).failed["s17"]
    platform.fail_with = None
    assert service.send("ps1", [Score("s17", 17.5, 20)]).sent == ["s17"]
    assert counted(platform) == 1


def test_two_at_once_count_once(platform, service):
    def run():
        with Service(service.platform, service.key, Ledger(service.ledger.path)) as other:
            reports.append(other.send("ps1", [Score("s17", 17.5, 20)]))

    reports = []
    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.failed for report in reports] == [{}] * 4
    assert counted(platform) == 1


def test_a_new_grade_replaces_the_old_one_whatever_the_clock_says(platform, service, monkeypatch):
    """Within the same second, and after the clock was set back."""
    for given, clock in ((1, 1_800_000_000), (2, 1_800_000_000), (3, 1_700_000_000), (2, 1_700_000_000)):
        monkeypatch.setattr(ledger, "time", SimpleNamespace(time=lambda clock=clock: clock))
        assert service.send("ps1", [Score("s17", given, 20)]).sent == ["s17"]
        assert platform.scores["ps1", "u17"]["scoreGiven"] == given
    assert counted(platform) == 4


def test_a_grade_that_changes_while_nobody_knows_of_the_first(platform, service):
    """The answer to the first is lost, and the grade changes: the newer one has the later stamp."""
    platform.lose = 1
    service.send("ps1", [Score("s17", 1, 20)])
    assert service.send("ps1", [Score("s17", 2, 20)]).sent == ["s17"]
    assert platform.posted[1][1]["timestamp"] > platform.posted[0][1]["timestamp"]
    assert platform.scores["ps1", "u17"]["scoreGiven"] == 2


def test_a_newer_grade_at_the_platform_is_told_and_not_taken_for_ours(platform, service):
    later = {"userId": "u17", "scoreGiven": 9, "scoreMaximum": 20, "timestamp": "2100-01-01T00:00:00.000+00:00"}
    platform.scores["ps1", "u17"] = later
    for _ in range(2):
        assert "newer grade" in service.send("ps1", [Score("s17", 17.5, 20)]).failed["s17"]
    platform.scores["ps1", "u17"] = {**later, "timestamp": "2000-01-01T00:00:00.000+00:00"}
    assert service.send("ps1", [Score("s17", 17.5, 20)]).sent == ["s17"]


def test_where_one_may_not_look_nothing_is_taken_for_granted(platform, service):
    told = platform.column("ps1", scopes=[launch.SCORE])
    service.ledger.open_column("course-1", "ps1", told["lineitem"], tuple(told["scope"]))
    platform.lose = 1
    service.send("ps1", [Score("s17", 17.5, 20)])
    assert platform.token_requests == [[launch.SCORE]]
    assert "s17" in service.send("ps1", [Score("s17", 17.5, 20)]).failed
    platform.scores["ps1", "u17"]["timestamp"] = "2000-01-01T00:00:00.000+00:00"  # a minute later
    assert service.send("ps1", [Score("s17", 17.5, 20)]).sent == ["s17"]
    assert platform.scores["ps1", "u17"]["scoreGiven"] == 17.5


def test_refused_for_good_it_is_tried_anew(platform, service):
    platform.fail_with = 404
    assert "404" in service.send("ps1", [Score("s17", 17.5, 20)]).failed["s17"]
    platform.fail_with = None
    assert service.send("ps1", [Score("s17", 17.5, 20)]).sent == ["s17"]


def test_who_has_no_column(platform, service):
    service.ledger.know(platform.address, "u19", "s19", set())
    service.ledger.enrol("s19", "another course")
    report = service.send("ps1", [Score("s19", 1, 20), Score("never came", 1, 20), Score("s17", 1, 20)])
    assert (report.nowhere, report.sent) == (["s19", "never came"], ["s17"])
    assert "s19, never came" in " ".join(report.lines())
    assert service.send("ps2", [Score("s17", 1, 20)]).nowhere == ["s17"]


def test_a_column_in_each_course(platform, service):
    service.ledger.enrol("s17", "course-2")
    service.ledger.open_column("course-2", "ps1", platform.column("twin")["lineitem"], (launch.SCORE,))
    service.send("ps1", [Score("s17", 4, 20), Score("s18", 5, 20)])
    assert set(platform.scores) == {("ps1", "u17"), ("twin", "u17"), ("ps1", "u18")}


def test_one_token_for_all_and_a_new_one_when_it_ends(platform, service):
    service.send("ps1", [Score("s17", 1, 20), Score("s18", 1, 20)])
    assert len(platform.token_requests) == 1
    platform.tokens.clear()
    assert service.send("ps1", [Score("s17", 2, 20)]).sent == ["s17"]
    assert len(platform.token_requests) == 2


def test_a_key_that_the_platform_does_not_know(platform, service):
    platform.tool_keys = {"keys": [{**platform.key.jwks()["keys"][0]}]}
    report = service.send("ps1", [Score("s17", 1, 20)])
    assert "public key" in report.failed["s17"]
    assert not platform.posted


def test_another_key_under_our_name(platform, service):
    """Who knows the key's id and not the key gets no token."""
    public = platform.key.jwks()["keys"][0]
    platform.tool_keys = {"keys": [{**public, "kid": service.key.id}]}
    assert "s17" in service.send("ps1", [Score("s17", 1, 20)]).failed
    assert not platform.tokens


def test_a_platform_that_is_not_there(service):
    away = replace(service.platform, token="http://127.0.0.1:9/token")
    with Service(away, service.key, service.ledger, timeout=5) as other:
        assert "s17" in other.send("ps1", [Score("s17", 1, 20)]).failed


def test_no_token_goes_where_everybody_can_read_it(platform, service):
    safe = replace(service.platform, token="https://127.0.0.1:9/token")
    with Service(safe, service.key, service.ledger) as other:
        assert "https" in other.send("ps1", [Score("s17", 1, 20)]).failed["s17"]
    assert not platform.posted


# --- the ledger ---------------------------------------------------------------------------------------------------


def test_an_answer_is_used_once(tmp_path, monkeypatch):
    book = Ledger(tmp_path / "lti.sqlite")
    assert book.use("n") and not book.use("n") and book.use("m")
    assert not Ledger(tmp_path / "lti.sqlite").use("n")
    later = time.time() + 8 * 86400
    monkeypatch.setattr(ledger, "time", SimpleNamespace(time=lambda: later))
    book.use("x")
    assert book.use("n")  # forgotten long after no answer of that time counts any more


def test_a_person_is_one_learner(tmp_path):
    book = Ledger(tmp_path / "lti.sqlite")
    book.know("p", "u1", "a", {"a", "b"})
    book.know("p", "u1", "a", {"a", "b"})
    for subject, learner in (("u1", "b"), ("u2", "a")):
        with pytest.raises(Refused):
            book.know("p", subject, learner, {"a", "b"})
    book.know("another platform", "u2", "a", {"a", "b"})
    assert book.forget("a") and not book.forget("a")
    book.know("p", "u2", "a", {"a", "b"})


# --- from the gradebook -------------------------------------------------------------------------------------------


@pytest.fixture
def gradebook(tmp_path):
    """What qtrain grade left: three learners of the roster, one of whom handed nothing in, and a stranger."""
    from qtrain.grading.gradebook import Gradebook, Received
    from qtrain.grading.late_policy import Rules
    from qtrain.grading.manifest import Asked, Manifest
    from qtrain.grading.messages import Answered, Graded
    from qtrain.grading.roster import Learner
    from qtrain.grading.settings import Settings

    folder = tmp_path / "grades"
    folder.mkdir()
    Settings(str(folder), str(folder / "gradebook.sqlite")).save()
    book = Gradebook(folder / "gradebook.sqlite")
    asked = [Asked("1.P.1", "One", 2.0), Asked("1.P.2", "Two", 3.0)]
    manifest = Manifest("ps1-id", "Sheet 1", "1.P", "problem_set", "ab", "2026-01-01", Rules(), {}, asked)
    book.add_release(manifest)
    book.add_learners([Learner(name) for name in ("s17", "s18", "s19")])
    book.add_learners([Learner("stranger")], known=False)

    def answer(status, score):
        return Answered({"status": status, "score": score, "diagnosis": None, "message": "", "evidence": None})

    for name, second in (("s17", "right"), ("s18", "undecided"), ("stranger", "right")):
        answers = {"1.P.1": answer("right", 1.0), "1.P.2": answer(second, float(second == "right"))}
        digest = hashlib.sha256(name.encode()).hexdigest()
        book.record(manifest, name, Received(digest, name), Graded(answers=answers), "mark")
    yield folder, book
    book.close()


def test_grades_are_what_counts_in_the_gradebook(gradebook):
    from qtrain.grading.history import Said

    folder, book = gradebook
    assert list(scores.graded(folder, "ps1-id")) == [Score("s17", 5, 5), Score("s18", 2, 5, final=False)]
    book.remark("ps1-id", [Said("s18", "1.P.2", points=1.5, comment="half")])
    assert list(scores.graded(folder, "ps1-id"))[1] == Score("s18", 3.5, 5, "half")


def test_hidden_names_are_not_told(gradebook):
    folder, book = gradebook
    book.set_anonymous(True)
    with pytest.raises(LtiError, match="--reveal"):
        list(scores.graded(folder, "ps1-id"))


def test_graded_again_without_a_change_nothing_is_sent(gradebook, platform, service):
    folder, _ = gradebook
    assert service.send("ps1", scores.graded(folder, "ps1-id")).sent == ["s17", "s18"]
    assert service.send("ps1", scores.graded(folder, "ps1-id")).there == ["s17", "s18"]
    assert len(platform.posted) == 2
    assert json.dumps(platform.scores["ps1", "u18"]["gradingProgress"]) == '"PendingManual"'
