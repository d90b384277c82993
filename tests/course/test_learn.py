"""The learner's copy on disk: nothing that a learner wrote is ever lost, and every trouble is a sentence."""

import contextlib
import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from qtrain import atomic, desk
from qtrain.checking.verdict import right
from qtrain.course import CourseError, learn, load
from qtrain.course.identity import learner, learner_folder
from qtrain.course.jupyterlab import serve
from qtrain.course.learner_files import enrol, fingerprint, stock
from qtrain.course.onward import OVERVIEW, after, link
from qtrain.skills.record import Record

NAME = "1_small/1_2_numbers.ipynb"


@pytest.fixture
def copy(small, tmp_path):
    folder = tmp_path / "my copy"
    learn.renew(folder)
    return folder


def update(small, text="What is the square of the number `p.n`?"):
    """A new version of the course: another task."""
    cells = small.cells()
    cells[3]["source"] = f"#### Exercise 1.2.a · A square\n\n{text}"
    small.write(small.lesson, small.notebook(cells, **small.metadata))


def edit(path, number, source=None, **changes):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    if source is not None:
        changes["source"] = source
    notebook["cells"][number].update(changes)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path.read_bytes()


def test_the_first_time_everything_is_written(copy, capsys):
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert names == {
        "start_here.md",
        NAME,
        "1_small/problem_set.ipynb",
        ".qtrain/learner.json",
        ".qtrain/manifest.json",
    }
    front = (copy / "start_here.md").read_text(encoding="utf-8")
    assert f"[1.2 Numbers]({NAME})" in front and "(1_small/problem_set.ipynb)" in front
    assert "secret" not in (copy / NAME).read_text(encoding="utf-8")


def test_hint_and_solution_are_at_hand_and_the_last_cell_leads_on(small, copy):
    lesson, problems = (
        json.loads((copy / "1_small" / name).read_text(encoding="utf-8"))["cells"]
        for name in ("1_2_numbers.ipynb", "problem_set.ipynb")
    )
    sources = ["".join(cell["source"]) for cell in lesson]
    assert 'check("1.2.a", square)\n\n# hint("1.2.a")\n# solution("1.2.a")' in sources
    assert sources[1] == "from qtrain import check, claim, hint, practice, progress, solution, variant"
    assert (
        sources[-1]
        == "**Next:** [Problems of module 1](../1_small/problem_set.ipynb) · [Overview of the course](../start_here.md)"
    )
    sources = ["".join(cell["source"]) for cell in problems]
    assert 'check("1.P.1", next_one)\n\n# hint("1.P.1")' in sources and "last lesson" in sources[-1]


def test_every_notebook_of_the_course_leads_on(monkeypatch):
    monkeypatch.delenv("QTRAIN_COURSE", raising=False)
    course = load()
    for document in course.documents:
        last = document.notebook["cells"][-1]["source"]
        goal = after(course, document)
        assert f"]({OVERVIEW})" in last, f"{document.id}: run  qtrain refresh --no-run"
        assert goal is None or (document.path.parent / link(document, goal)).is_file()


def test_what_a_lesson_uses_comes_along(small, tmp_path):
    small.write(small.lesson.parent / "data" / "shots.csv", "1,2\n")
    small.write(small.lesson.parent / ".hidden", "x")
    learn.renew(tmp_path / "copy")
    assert (tmp_path / "copy" / "1_small" / "data" / "shots.csv").read_text() == "1,2\n"
    assert not (tmp_path / "copy" / "1_small" / ".hidden").exists()


def test_untouched_files_are_renewed(small, copy, capsys):
    update(small)
    learn.renew(copy)
    assert f"renewed: {NAME}" in capsys.readouterr().out
    assert "the number" in (copy / NAME).read_text(encoding="utf-8")
    assert [path.name for path in copy.rglob("*.new*")] == []


def test_opened_and_saved_is_untouched(small, copy):
    notebook = json.loads((copy / NAME).read_text(encoding="utf-8"))
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.12.1"}
    (copy / NAME).write_text(json.dumps(notebook, indent=4), encoding="utf-8")
    update(small)
    assert learn.renew(copy) is None and "the number" in (copy / NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "touch",
    [
        {"source": "square = 2500"},
        {"outputs": [{"output_type": "stream", "name": "stdout", "text": "my result"}], "execution_count": 3},
    ],
)
def test_touched_files_stay_and_the_new_version_comes_beside(small, copy, touch, capsys):
    mine = edit(copy / NAME, 4, **touch)
    update(small)
    learn.renew(copy)
    assert (copy / NAME).read_bytes() == mine
    beside = copy / "1_small" / "1_2_numbers.new.ipynb"
    assert "the number" in beside.read_text(encoding="utf-8")
    assert f"you have worked in {NAME}" in capsys.readouterr().out
    # Without a further update nothing more is put there, even if the learner threw the new version away.
    beside.unlink()
    learn.renew(copy)
    assert not beside.exists() and (copy / NAME).read_bytes() == mine
    # A further update is offered, over the earlier offer unless somebody worked in that, too.
    update(small, "Third version")
    learn.renew(copy)
    yours = edit(beside, 4, "I began here")
    update(small, "Fourth version")
    learn.renew(copy)
    assert beside.read_bytes() == yours and (copy / NAME).read_bytes() == mine
    assert "Fourth" in (copy / "1_small" / "1_2_numbers.new2.ipynb").read_text(encoding="utf-8")


def test_a_file_thrown_away_comes_back(copy):
    before = (copy / NAME).read_bytes()
    (copy / NAME).unlink()
    learn.renew(copy)
    assert (copy / NAME).read_bytes() == before


def test_a_lost_manifest_costs_nothing(small, copy):
    mine = edit(copy / NAME, 4, "square = 1")
    (copy / ".qtrain" / "manifest.json").write_text("{broken")
    update(small)
    learn.renew(copy)
    assert (copy / NAME).read_bytes() == mine and (copy / "1_small" / "1_2_numbers.new.ipynb").exists()


def test_a_notebook_saved_broken_is_kept(small, copy):
    (copy / NAME).write_text("{half")
    update(small)
    learn.renew(copy)
    assert (copy / NAME).read_text() == "{half" and (copy / "1_small" / "1_2_numbers.new.ipynb").exists()


def test_stopped_in_between_goes_on(small, copy, monkeypatch):
    """Files written before the stop count as untouched at the next, newer, version."""
    update(small)
    written, write = [], atomic.write

    def full(path, content, **more):
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written.append(path)
        write(path, content, **more)

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "write", full)
        small.write(small.problems, small.problems.read_text().replace("Count.", "Count it."))
        small.write(
            small.root / "exercises" / "1_small" / "problem_set.ipynb",
            small.problems.read_text().replace("What comes after", "Which number comes after"),
        )
        with pytest.raises(CourseError, match=r"The disk of .* is full\. Free some space"):
            learn.renew(copy)
    assert len(written) == 2
    update(small, "Third version")
    learn.renew(copy)
    assert "Third" in (copy / NAME).read_text(encoding="utf-8") and not list(copy.rglob("*.new*"))
    assert not list(copy.rglob(".*.new"))


def test_what_left_the_course_is_kept_and_told(small, copy, capsys):
    small.write(small.toc, small.texts["toc"].replace("      - file: exercises/1_small/problem_set\n", ""))
    learn.renew(copy)
    assert (copy / "1_small" / "problem_set.ipynb").exists()
    assert "no longer part of the course, but kept: 1_small/problem_set.ipynb" in capsys.readouterr().out


def test_fingerprints_tell_writing_from_saving():
    one = json.dumps({"cells": [{"cell_type": "code", "source": ["a\n", "b"], "outputs": [], "execution_count": None}]})
    same = json.dumps({"cells": [{"cell_type": "code", "source": "a\nb", "outputs": [], "execution_count": 4}], "x": 1})
    other = json.dumps({"cells": [{"cell_type": "code", "source": "a\nc", "outputs": []}]})
    prints = [fingerprint(text.encode(), "n.ipynb") for text in (one, same, other)]
    assert prints[0] == prints[1] != prints[2]
    assert fingerprint(one.encode(), "n.md") != fingerprint(same.encode(), "n.md")


def test_the_learner_is_made_once(small, copy, monkeypatch):
    first = json.loads((copy / ".qtrain" / "learner.json").read_text())["learner"]
    learn.renew(copy, name="Asma")
    found = json.loads((copy / ".qtrain" / "learner.json").read_text())
    assert found == {"learner": first, "name": "Asma"} and re.fullmatch("[0-9a-f]{16}", first)
    monkeypatch.chdir(copy / "1_small")
    assert learner() == first and learner_folder() == copy
    (copy / "1_small" / "release.json").write_text('{"learner": "reg-17"}')
    assert learner() == "reg-17"
    monkeypatch.setenv("QTRAIN_LEARNER", "env")
    assert learner() == "env"
    (copy / ".qtrain" / "learner.json").write_text("{")
    with pytest.raises(CourseError, match=r"learner\.json is damaged"):
        enrol(copy)


def test_outside_a_copy_everybody_is_the_default_learner(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert learner() == "" and learner_folder() is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "may not write"),
        (errno.EROFS, "may not write"),
        (errno.ENOSPC, "is full"),
        (errno.ENOTDIR, "is a file, not a folder"),
        (errno.EIO, "cannot write"),
    ],
)
def test_troubles_are_sentences_with_a_way_out(small, tmp_path, monkeypatch, number, words, capsys):
    def fail(*args):
        raise OSError(number, os.strerror(number), str(tmp_path / "x"))

    monkeypatch.setattr("qtrain.course.learn.stock", fail)
    assert learn.run(_arguments(folder=tmp_path / "x")) == 1
    told = capsys.readouterr().err
    assert words in told and re.search(r"[Cc]hoose", told)


def test_a_file_in_the_way_and_a_checkout_are_told(small, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert learn.run(_arguments(folder=tmp_path / "file")) == 1
    assert learn.run(_arguments(folder=small.root)) == 1
    told = capsys.readouterr().err
    assert "is a file, not a folder" in told and "is a checkout of the course itself" in told


def test_a_broken_source_notebook_is_named_and_nothing_is_written(small, tmp_path, capsys):
    small.lesson.write_text("{")
    assert learn.run(_arguments(folder=tmp_path / "x")) == 1
    assert "1_2_numbers.ipynb is no valid notebook" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def _arguments(**given):
    import argparse

    return argparse.Namespace(**{"folder": None, "no_lab": True, "port": None, "name": None, "reset": None, **given})


def test_a_lesson_is_brought_back_and_the_learners_kept(small, copy, capsys):
    before = (copy / NAME).read_bytes()
    mine = edit(copy / NAME, 4, "square = 1")
    learn.renew(copy, reset="1.2")
    assert "is kept as 1_2_numbers.old.ipynb" in capsys.readouterr().out
    assert (copy / NAME).read_bytes() == before and (copy / "1_small" / "1_2_numbers.old.ipynb").read_bytes() == mine
    again = edit(copy / NAME, 4, "square = 2")
    learn.renew(copy, reset="1.2")
    assert (copy / "1_small" / "1_2_numbers.old2.ipynb").read_bytes() == again
    assert (copy / "1_small" / "1_2_numbers.old.ipynb").read_bytes() == mine
    with pytest.raises(CourseError, match=r"no lesson '1\.9'"):
        learn.renew(copy, reset="1.9")


def test_the_front_page_is_made_from_the_record(small, copy):
    def page():
        assert desk.run(_arguments(folder=copy)) == 0
        return (copy / "start_here.md").read_text(encoding="utf-8")

    assert f"## Begin with [1.2 Numbers]({NAME}), exercise 1.2.a" in page()
    with Record(copy) as record:
        record.add("1.2.a", right())
    told = page()
    assert f"## Go on with [1.2 Numbers]({NAME}), exercise 1.2.b" in told
    assert f"- `████░░░░` 1 of 2 · [1.2 Numbers]({NAME})" in told and not list(copy.glob("*.new*"))
    with Record(copy) as record:
        record.add("1.2.b", right())
    told = page()
    assert "- ✔ `████████` 2 of 2 · [1.2 Numbers]" in told and "exercise 1.P.1" in told


def test_in_a_hub_no_second_server_is_started(small, tmp_path, monkeypatch, capsys):
    pytest.importorskip("jupyterlab")
    monkeypatch.setenv("JUPYTERHUB_API_URL", "http://hub/api")
    assert desk.run(_arguments(folder=tmp_path / "copy", no_lab=False)) == 0
    assert "Open start_here.md there in the file browser" in capsys.readouterr().out
    assert (tmp_path / "copy" / NAME).is_file()


def test_the_default_folder(small, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert learn.default_folder() == tmp_path / "home" / "qtrain"
    (small.root / "pyproject.toml").write_text("")
    monkeypatch.chdir(small.root / "notebooks")
    assert learn.default_folder() == small.root / "learn"
    (tmp_path / "mine" / ".qtrain").mkdir(parents=True)
    (tmp_path / "mine" / "1_small").mkdir()
    monkeypatch.chdir(tmp_path / "mine" / "1_small")
    assert learn.default_folder() == tmp_path / "mine"


def test_a_port_in_use_is_told(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CourseError, match=f"Port {port} is in use. Choose another one"):
            serve(tmp_path, "start_here.md", port)


def test_jupyterlab_serves_the_copy_at_its_front_page(small, tmp_path):
    """The whole command: the address is printed when it answers, and the pages are there."""
    pytest.importorskip("jupyterlab")
    with socket.socket() as taken:  # the first port is in use: the next free one is taken
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held = False
        with contextlib.suppress(OSError):  # somebody else may hold it, and let go of it at any time
            taken.bind(("127.0.0.1", 8888))
            taken.listen()
            held = True
        environment = {**os.environ, "QTRAIN_NO_BROWSER": "1", "HOME": str(tmp_path), "JUPYTER_TOKEN": "a-token"}
        command = [sys.executable, "-m", "qtrain", "learn", str(tmp_path / "copy")]
        server = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            address = next(line.split()[-1] for line in server.stdout if "http://" in line)
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/lab/tree/start_here\.md\?token=a-token", address)
            assert not held or ":8888/" not in address
            base = address.partition("/lab")[0]
            page = urllib.request.urlopen(address, timeout=30).read().decode()
            assert "jupyter-config-data" in page
            listing = urllib.request.urlopen(f"{base}/api/contents/1_small?token=a-token", timeout=30).read()
            assert {entry["name"] for entry in json.loads(listing)["content"]} == {
                "1_2_numbers.ipynb",
                "problem_set.ipynb",
            }
            # Started once more, it finds the server that runs.
            again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
            assert again.returncode == 0 and "JupyterLab runs already on" in again.stdout and base in again.stdout
            # A notebook's kernel is warm where the system can, under the name that every Jupyter knows.
            spec = json.loads(urllib.request.urlopen(f"{base}/api/kernelspecs/python3?token=a-token").read())["spec"]
            assert "qtrain-provisioner" in str(spec["metadata"]) and "--ext=qtrain.session" in spec["argv"]
            settings = urllib.request.urlopen(
                f"{base}/lab/api/settings/@jupyterlab/apputils-extension:notification?token=a-token", timeout=30
            ).read()
            assert json.loads(settings)["schema"]["properties"]["fetchNews"]["default"] == "false"
        finally:
            server.send_signal(signal.SIGTERM)
            end = time.monotonic() + 30
            while server.poll() is None and time.monotonic() < end:
                time.sleep(0.1)
            server.kill()
            server.stdout.close()


def test_two_that_start_at_once_get_a_port_each(small, tmp_path):
    pytest.importorskip("jupyterlab")
    servers = []
    try:
        for name in ("one", "other"):
            environment = {**os.environ, "QTRAIN_NO_BROWSER": "1", "HOME": str(tmp_path / name)}
            command = [sys.executable, "-m", "qtrain", "learn", str(tmp_path / name / "copy")]
            servers.append(
                subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            )
        found = [next(line.split()[-1] for line in server.stdout if "http://" in line) for server in servers]
        assert len({address.partition("/lab")[0] for address in found}) == 2
        for address in found:
            assert "jupyter-config-data" in urllib.request.urlopen(address, timeout=30).read().decode()
    finally:
        for server in servers:
            server.kill()
            server.wait()
            server.stdout.close()


def test_stock_reports_in_words(tmp_path):
    report = stock(tmp_path, {"a.md": b"1", "b/c.md": b"2"})
    assert report.lines() == ["new: 2 files"] and stock(tmp_path, {"a.md": b"1", "b/c.md": b"2"}).lines() == [
        "nothing has changed since last time"
    ]


def test_the_whole_course_makes_a_copy(tmp_path, monkeypatch):
    monkeypatch.delenv("QTRAIN_COURSE", raising=False)
    learn.renew(tmp_path)
    for document in load().documents:
        assert (tmp_path / document.folder / f"{document.stem}.ipynb").is_file()
