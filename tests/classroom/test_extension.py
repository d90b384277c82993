"""A learner's server and the class's service: releases come, checks are told once, hand-ins go, also later."""

import asyncio
import hashlib
import json
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from fake_hub import service, until
from in_class import ADA, answered, files_below
from in_class import run as run_apart

from qtrain.checking import Verdict
from qtrain.skills.record import Record

pytest.importorskip("jupyterhub", reason="needs JupyterHub: pip install 'qtrain[hub]'")
if not hasattr(socket, "AF_UNIX"):
    pytest.skip("needs Unix sockets", allow_module_level=True)


@pytest.fixture
def desk(room, hub, tmp_path, monkeypatch):
    """A learner's server's part of the class; the service is started by the test."""
    from qtrain.classroom.extension import Class

    room.releases.prepare("ps1", "1")
    url = f"http+unix://{quote(str(tmp_path / 's.sock'), safe='')}"
    monkeypatch.setenv("QTRAIN_CLASS_URL", f"{url}/services/class")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", hub.sign_in(ADA))
    root = tmp_path / "desk"
    (root / ".qtrain").mkdir(parents=True)
    return SimpleNamespace(
        root=root, room=room, hub=hub, url=url, new=lambda: Class(root, logging.getLogger("test")),
        serve=lambda: service(room.folder, hub, url),
    )  # fmt: skip


def run(work):
    """On a loop of its own, as long as it takes."""

    async def whole():
        from jupyterhub.httpclient import JupyterHubHTTPClient

        try:
            return await work()
        finally:
            await JupyterHubHTTPClient.loop_instance().close()

    return run_apart(whole())


def tried(desk, *exercises):
    with Record(desk.root) as record:
        for exercise in exercises:
            record.add(exercise, Verdict(False, 0.0, "inverse", "No."))


def worked(desk):
    """A release came and was answered, and the service is away again: the learner's part, the notebook, its bytes."""
    desk.room.releases.open("ps1")
    own, name = desk.new(), "released/ps1/problem_set.ipynb"
    with desk.serve():
        run(own.beat)
    data = answered(desk.room, "ps1", ADA)
    (desk.root / name).write_bytes(data)
    return own, name, data


def told(desk):
    return [(learner, one.exercise) for _, learner, one in desk.room.database.attempts()]


def test_a_release_comes_and_the_learners_work_in_it_stays(desk):
    own = desk.new()
    with desk.serve():
        run(own.beat)
        assert files_below(desk.root) == [] and own.releases == {}
        desk.room.releases.open("ps1")
        run(own.beat)
        assert files_below(desk.root) == ["released/ps1/problem_set.ipynb", "released/ps1/release.json"]
        notebook = desk.root / "released" / "ps1" / "problem_set.ipynb"
        assert notebook.read_bytes() == (desk.room.folder / "releases/ps1/ada/problem_set.ipynb").read_bytes()
        notebook.write_text("my work")
        desk.room.releases.prepare("ps1", due="2099-01-01T12:00", timezone="UTC")
        run(desk.new().beat)
        assert notebook.read_text() == "my work"
        assert "2099" in json.loads(notebook.with_name("release.json").read_text())["due"]
        notebook.with_name("release.json").unlink()
        notebook.unlink()
        run(desk.new().beat)  # thrown away, it comes back as it was
        assert len(files_below(desk.root)) == 2


def test_checks_are_told_once_in_batches_and_after_restarts(desk, monkeypatch):
    monkeypatch.setattr("qtrain.classroom.beats.MOST_ROWS", 3)
    tried(desk, *(f"1.2.{letter}" for letter in "abcdefg"))
    own = desk.new()
    with desk.serve() as process:
        for count in (3, 6, 7, 7):
            run(own.beat)
            assert len(told(desk)) == count
        again = desk.new()
        for _ in range(4):
            run(again.beat)
        assert len(told(desk)) == 7
        process.kill()
        process.wait()
        tried(desk, "1.2.h")
        from qtrain.classroom.extension import ServiceError

        with pytest.raises(ServiceError, match="Your work is saved"):
            run(own.beat)
    with desk.serve():
        run(own.beat)
        assert told(desk)[-1] == (ADA, "1.2.h") and len(told(desk)) == 8
        # A record that was set aside, and a new one begun: its rows count from the start.
        (desk.root / ".qtrain" / "record.sqlite").rename(desk.root / "old.sqlite")
        tried(desk, "1.3.a")
        run(own.beat)
        assert told(desk)[-1] == (ADA, "1.3.a")


def test_a_row_that_is_no_check_keeps_no_other_back(desk):
    tried(desk, "1.2.a", "../../x", "1.2.b")
    with desk.serve():
        run(desk.new().beat)
    assert told(desk) == [(ADA, "1.2.a"), (ADA, "1.2.b")]


def test_a_hand_in_is_asked_for_again_while_the_service_begins_anew(desk, monkeypatch):
    monkeypatch.setattr("qtrain.classroom.extension._INSIST_S", 120)
    own, name, data = worked(desk)
    with ThreadPoolExecutor() as clicked:
        soon = clicked.submit(run, lambda: own.hand_in(name))
        with pytest.raises(TimeoutError):
            soon.result(1)
        with desk.serve():
            assert soon.result(60)["digest"] == hashlib.sha256(data).hexdigest()
    assert len(desk.room.database.hand_ins()) == 1


def test_hand_in_with_receipt_and_when_the_service_is_away(desk, monkeypatch):
    from qtrain.classroom.errors import ClassroomError
    from qtrain.classroom.extension import ServiceError

    own, name, data = worked(desk)
    monkeypatch.setattr("qtrain.classroom.extension._INSIST_S", 0.5)
    with pytest.raises(ServiceError, match=r"does not answer\. Your work is saved"):
        run(lambda: own.hand_in(name))
    assert desk.room.database.hand_ins() == [] and (desk.root / name).read_bytes() == data
    with desk.serve():
        run(own.beat)
        assert desk.room.database.hand_ins() == []  # nobody clicked again
        receipt = run(lambda: own.hand_in(name))
        assert receipt["digest"] == hashlib.sha256(data).hexdigest() and "It is in time." in receipt["message"]
        kept = json.loads((desk.root / "released" / "ps1" / receipt["kept"]).read_text())
        assert kept["digest"] == receipt["digest"] and kept["learner"] == ADA
        assert len(desk.room.database.hand_ins()) == 1
        for wrong in ("", "../class/roster.csv", "/etc/passwd", "nothing.ipynb", ".qtrain"):
            with pytest.raises(ClassroomError, match="no notebook"):
                run(lambda wrong=wrong: own.hand_in(wrong))
        (desk.root / "own.ipynb").write_text('{"cells": [], "metadata": {}}')
        with pytest.raises(ClassroomError, match="belongs to no problem set"):
            run(lambda: own.hand_in("own.ipynb"))
        desk.room.releases.close("ps1")
        (desk.root / name).write_bytes(answered(desk.room, "ps1", ADA, "0"))
        with pytest.raises(ServiceError, match=r"^Problem set 1 was closed on .*\.$"):
            run(lambda: own.hand_in(name))


def test_only_an_open_page_counts_as_being_there(desk):
    own = desk.new()
    with desk.serve() as process:
        run(own.beat)
        own.here("1.2", "1.2.a")
        run(own.beat)
        process.terminate()
        process.wait(20)
    assert desk.room.database.seen()[ADA].exercise == "1.2.a"
    assert set(desk.room.database.seen()) == {ADA}


def test_a_server_that_the_hub_does_not_know_ends(desk, monkeypatch):
    monkeypatch.setattr("qtrain.classroom.extension.EVERY_S", 0.05)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "of a hub that is gone")
    ended = []
    with desk.serve():
        run(lambda: asyncio.wait_for(desk.new().follow(lambda: ended.append(True)), 20))
    assert ended == [True]


def test_a_teachers_own_server_goes_on(desk, monkeypatch):
    monkeypatch.setattr("qtrain.classroom.extension.EVERY_S", 0.02)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", desk.hub.sign_in("teacher"))
    own = desk.new()

    async def for_a_while():
        task = asyncio.ensure_future(own.follow(lambda: pytest.fail("ended")))
        before = desk.hub.asked
        while desk.hub.asked < before + 2:
            await asyncio.sleep(0.05)
        task.cancel()

    with desk.serve():
        run(lambda: asyncio.wait_for(for_a_while(), 30))
    assert until(lambda: own.refused == 0)
