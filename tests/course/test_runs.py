"""One run a lesson: what is kept, for how long it counts, and that a failing or a stale one never does."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qtrain.course import find_root, load, runs, stored_format
from qtrain.course.dependencies import needed
from qtrain.course.learner_copy import LearnersCopy
from qtrain.course.trials import walk

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lesson(small):
    return load().lesson("1.2")


def spoil(small, source, number=2):
    cells = small.cells()
    cells[number]["source"] = source
    small.write(small.lesson, small.notebook(cells, **small.metadata))


def test_a_lesson_runs_once(lesson):
    first = runs.run(lesson)
    assert "two and two: 4 = 4" in first.outputs[1][0]["text"]
    assert [output["data"].keys() >= {"text/html", "text/plain"} for output in first.outputs[3]] == [True]
    assert len(first.outputs) == len(first.seconds) == 7 and runs.kept(lesson) == first
    said = []
    assert runs.runs([lesson], told=lambda *words: said.append(words)) == {lesson.chapter: first} and said == []


def test_the_learners_copy_runs_once_beside_the_lesson_and_again_when_a_hint_changes(lesson, small, monkeypatch):
    ran = []
    real = runs.run_cells
    monkeypatch.setattr(runs, "run_cells", lambda *given, **named: ran.append(given) or real(*given, **named))
    own = runs.run(lesson)
    assert walk(lesson) == walk(lesson) == [] and len(ran) == 2
    assert "BEGIN SOLUTION" not in str(ran[1]) and runs.kept(lesson) == own
    copy = runs.kept(LearnersCopy.of(lesson))
    assert copy.key != own.key and "not yet" in str(copy.outputs) and "not yet" not in str(own.outputs)
    spoil(small, "Think again.", number=6)
    assert runs.kept(LearnersCopy.of(lesson)) is None


def test_what_a_widget_caught_is_no_output_beside_it(small):
    cells = small.cells()
    cells[2]["metadata"] = {"tags": ["interactive"]}
    small.write(small.lesson, small.notebook(cells, **small.metadata))
    widget = {"output_type": "display_data", "data": {runs.WIDGET: {}, "text/plain": "interactive(…)"}, "metadata": {}}
    inside = {"output_type": "display_data", "data": {"text/html": "<svg/>"}, "metadata": {}}
    kept = runs.keep(load().lesson("1.2"), "key", [[widget, inside]] * 7, [0] * 7)
    assert kept.outputs[1] == [widget] and kept.outputs[0] == [widget, inside]


def test_prose_does_not_run_a_lesson_again(lesson, small):
    kept = runs.run(lesson)
    spoil(small, "# Numbers\n\nOther words.", number=0)
    assert runs.kept(lesson) == kept


CHANGES = {
    "code": lambda s: spoil(s, 'claim("two and three", measured=2 + 3, expected=5, source="Euclid")'),
    "a hint": lambda s: spoil(s, "Think again.", number=6),
    "a solution": lambda s: spoil(s, 'p = variant("1.2.a")\nsquare = 0', number=4),
    "checks": lambda s: s.write(s.exercises, s.texts["exercises"].replace("You doubled.", "You have doubled.")),
    "the lock": lambda s: s.write(s.root / "requirements.lock", "another"),
    "data": lambda s: s.write(s.lesson.parent / "data" / "shots.csv", "1,2"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_outputs_depend_on_makes_a_run_stale(lesson, small, what):
    runs.keep(lesson, runs.fingerprint(lesson), [[]] * 7, [0] * 7)
    assert runs.kept(lesson) is not None
    CHANGES[what](small)
    assert runs.kept(lesson) is None


def test_exercises_of_other_lessons_count_where_code_names_them(lesson, small):
    spoil(small, 'variant("1.P.1")')
    before = runs.fingerprint(lesson)
    small.write(small.problems.with_suffix(".py"), "EXERCISES = []")
    assert runs.fingerprint(lesson) != before


def test_a_failing_run_is_named_and_never_kept(lesson, small):
    spoil(small, "value = 1\nraise RuntimeError('the qubit fell off')")
    with pytest.raises(runs.LessonFailed, match=r"1_2_numbers.ipynb, cell 3 \('value = 1'\) .*the qubit fell off"):
        runs.runs([lesson])
    assert runs.kept(lesson) is None and not (lesson.root / runs.FOLDER).exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}'])
def test_a_damaged_run_counts_as_none(lesson, text):
    runs.keep(lesson, runs.fingerprint(lesson), [[]] * 7, [0] * 7)
    (file,) = (lesson.root / runs.FOLDER).iterdir()
    file.write_text(text)
    assert runs.kept(lesson) is None


def test_a_lesson_that_changes_while_it_runs_is_not_kept(lesson, small):
    spoil(small, f"with open({str(small.exercises)!r}, 'a') as file:\n    _ = file.write('# more')")
    assert runs.run(lesson).key == "" and runs.kept(lesson) is None


def test_writers_at_the_same_time_do_not_meet(lesson):
    key, outputs = runs.fingerprint(lesson), [[{"output_type": "stream", "name": "stdout", "text": "x" * 100_000}]] * 7
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _: runs.keep(lesson, key, outputs, [0.1] * 7), range(40)))
    assert {run.key for run in written} == {key} and runs.kept(lesson).outputs == outputs
    assert len(list((lesson.root / runs.FOLDER).iterdir())) == 1


def nbval(lesson, *options):
    shutil.copy(ROOT / "conftest.py", lesson.root)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--nbval", "-c", "/dev/null", *options]
    command += ["--rootdir", lesson.root, lesson.path]
    return subprocess.run(command, cwd=lesson.root, capture_output=True, text=True)


@pytest.fixture
def checkout(lesson, monkeypatch):
    """The small course with a package of its own, since no course that the environment names reaches nbval."""
    shutil.copytree(ROOT / "qtrain", lesson.root / "qtrain", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("PYTHONPATH", str(lesson.root))
    stored = stored_format.tidy(lesson.notebook)
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    for cell, outputs in zip(code, runs.run(lesson).outputs, strict=True):
        cell["outputs"] = stored_format.tidy_outputs(outputs)
    lesson.path.write_text(stored_format.dump(stored), encoding="utf-8")
    runs.forget(load(lesson.root))
    return lesson


def test_nbval_keeps_what_it_ran_and_only_when_all_went_well(checkout):
    done = nbval(checkout, f"--deselect={checkout.path.relative_to(checkout.root)}::Cell 6")
    assert done.returncode == 0 and not (checkout.root / runs.FOLDER).exists(), done.stdout
    done = nbval(checkout)
    assert done.returncode == 0, done.stdout
    (file,) = (checkout.root / runs.FOLDER).iterdir()
    run = json.loads(file.read_text(encoding="utf-8"))
    assert "two and two" in run["outputs"][1][0]["text"] and "text/html" in run["outputs"][3][0]["data"]
    file.unlink()
    text = checkout.path.read_text(encoding="utf-8")
    checkout.path.write_text(text.replace("two and two: 4 = 4", "two and two: 4 = 5"), encoding="utf-8")
    assert nbval(checkout).returncode == 1 and not file.exists()


def package(tmp_path, **files):
    """A package `qtrain` of these modules; ``__`` in a name stands for a folder."""
    for name, text in files.items():
        path = tmp_path / "qtrain" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for folder in {path.parent for path in tmp_path.rglob("*.py")} | {tmp_path / "qtrain"}:
        (folder / "__init__.py").touch()
    return tmp_path / "qtrain"


AB = {"a": "", "b": "", "c": ""}


@pytest.mark.parametrize(
    ("source", "files", "found"),
    [
        ("import qtrain.a", {"a": "", "b": ""}, {"a"}),
        ("from qtrain import a", {"a": "from . import b", "b": "", "c": ""}, {"a", "b"}),
        ("def f():\n    from qtrain.r.a import x", {"r__a": "from ..b import y", "b": "", "c": ""}, {"r/a", "b"}),
        ("import numpy", {"a": ""}, set()),
        ("x = 'qtrain.a:main'", {"a": "", "b": ""}, {"a"}),
        ("%matplotlib inline\nimport qtrain.a", {"a": "", "b": ""}, {"a"}),
        ("import qtrain.a", {"a": "T = {'x': 'qtrain.b'}\nimport_module(T[name])", "b": "", "c": ""}, {"a", "b"}),
        ("import qtrain.r.a", {"r__a": "import_module(f'{p}.{n}')", "r__b": "", "c": ""}, {"r/a", "r/b"}),
        (
            "import qtrain.r.a",
            {"r__a": "pkgutil.iter_modules(p)", "r__b": "import qtrain.c", "c": ""},
            {"r/a", "r/b", "c"},
        ),
        ("this is no Python, but qtrain", {"a": "", "r__b": ""}, {"a", "r/b"}),
        ("this is no Python", {"a": "", "r__b": ""}, set()),
        (
            "try:\n    if x: import numpy\n    else:\n        import qtrain.a\nfinally:\n    import qtrain.b",
            AB,
            {"a", "b"},
        ),
        ("try: x\nexcept E:\n    while y: import qtrain.a\nelse:\n    with z: import qtrain.b", AB, {"a", "b"}),
        ("match x:\n    case 1:\n        class C:\n            async def f(): import qtrain.a", AB, {"a"}),
    ],
)
def test_what_code_imports_is_read_from_it(tmp_path, source, files, found):
    place = package(tmp_path, **files)
    names = {path.relative_to(place).with_suffix("").as_posix() for path in needed([source], place)}
    assert {name for name in names if not name.endswith("__init__")} == found


def test_data_beside_modules_count_and_other_rooms_do_not(tmp_path):
    place = package(tmp_path, r__a="", s__b="")
    for name in ("r/table.json", "r/data/more.json", "s/style.css"):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text("1")
    names = {path.relative_to(place).as_posix() for path in needed(["import qtrain.r.a"], place)}
    assert {"r/table.json", "r/data/more.json"} <= names and "s/style.css" not in names


def test_a_lesson_depends_on_the_checks_and_not_on_the_site_or_the_kernels():
    place = runs._package()
    code = (cell["source"] for cell in load(find_root()).lessons[0].notebook["cells"] if cell["cell_type"] == "code")
    rooms = {path.relative_to(place).parts[0] for path in needed(code, place)}
    assert {"checking", "circuits", "course", "notebook.py"} <= rooms
    assert not rooms & {"site", "grading", "kernels", "cli.py"}


def test_a_message_whose_sign_was_lost_is_found(monkeypatch):
    """As a socket whose wake-up is lost: the message is there, and only the next look finds it."""
    import asyncio
    from queue import Empty

    from qtrain.course import running

    monkeypatch.setattr(running, "LOOK_S", 0.01)
    waits = []

    class Channel:
        async def get_msg(self, timeout):
            waits.append(timeout)
            if len(waits) < 4:
                raise Empty
            return "reply"

    channel = Channel()
    running.look_again(channel)

    def got(timeout):  # a thread of its own: another test of this process may have left a loop running here
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(channel.get_msg(timeout=timeout))).result()

    assert got(60) == "reply"
    assert len(waits) == 4 and max(waits) <= 0.01
    waits.clear()
    with pytest.raises(Empty):
        got(0)
    assert waits == [0.0]
