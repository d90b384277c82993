"""The learner's package holds no solution of a problem set; the instructor's part brings what grading needs."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from qtrain import __version__
from qtrain.course import CourseError, load
from qtrain.course.cells import parse_notebook, solution_in
from qtrain.course.practice import practice_checks, practice_notebook

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """(the learner's, the instructor's), as the make target builds them."""
    if not shutil.which("make"):
        pytest.skip("needs make")
    folder = tmp_path_factory.mktemp("wheels")
    command = ["make", "-o", ".venv/.all", "wheel", f"DIST={folder}", f"BIN={Path(sys.executable).parent}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("qtrain-*.whl")), next(folder.glob("qtrain_teach-*.whl"))


def contents(wheel: Path) -> dict[str, str]:
    """From name to all the text in it: notebooks' cells and Python's strings also as they are read."""
    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            if name.endswith(".ipynb"):
                text += "\n" + "\n".join(str(cell["source"]) for cell in parse_notebook(text, name)["cells"])
            elif name.endswith(".py"):
                nodes = ast.walk(ast.parse(text))
                text += "\n" + "\n".join(n.value for n in nodes if isinstance(n, ast.Constant) and type(n.value) is str)
            found[name] = text
    return found


def secrets() -> set[str]:
    """What solves the course's problem sets, or tells what is got wrong in them: lines, paragraphs, sentences."""
    course, needles = load(ROOT), set()
    for document in course.problem_sets:
        for exercise in document.exercises:
            cells = exercise.cells
            solved = [solution_in(cells.source, cells.id), *(other.source for other in cells.others)]
            given = f"{cells.stub}\n{cells.task}"  # a draft to mend holds lines that stay as they are
            needles |= {line.strip() for code in solved for line in code.splitlines() if line.strip() not in given}
            needles |= {line.strip() for line in cells.explanation.splitlines()}
            options = set((exercise.options(exercise.parameters()) if exercise.options else {}).values())
            for slip in exercise.slips(exercise.parameters()):
                needles |= {slip.reason, slip.reply} - options
    # What any program or lesson says gives nothing away.
    common = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "qtrain").rglob("*.py"))
    for lesson in course.lessons:
        common += "\n".join(cell["source"] for cell in lesson.notebook["cells"])
        common += lesson.exercises_path.read_text(encoding="utf-8")
    return {n for n in needles if len(n) > 16 and not n.startswith(("from ", "import ", "check(")) and n not in common}


def test_the_learners_wheel_holds_no_solution_and_the_instructors_all(wheels):
    needles = secrets()
    assert len(needles) > 150
    learner, teacher = map(contents, wheels)
    found = [(name, n) for name, text in learner.items() for n in needles if n in text]
    assert found == []
    everything = "\n".join(teacher.values())
    lost = [n for n in needles if n not in everything]
    assert len(lost) < len(needles) / 10, lost  # sentences that the checks put together
    assert not any("SOLUTION" in text for name, text in learner.items() if name.endswith("problem_set.ipynb"))
    assert {name.split("/")[0] for name in teacher} == {"qtrain_teach", f"qtrain_teach-{__version__}.dist-info"}
    for source in ("notebooks", "exercises"):
        for path in (ROOT / source).rglob("*.*"):
            if path.suffix in (".py", ".ipynb") and ".ipynb_checkpoints" not in path.parts:
                name = path.relative_to(ROOT).as_posix()
                assert f"qtrain/_course/{name}" in learner and f"qtrain_teach/_course/{name}" in teacher


def test_the_wheels_know_their_commit(wheels):
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip("needs a git checkout")
    for wheel, package in zip(wheels, ("qtrain", "qtrain_teach"), strict=True):
        with zipfile.ZipFile(wheel) as archive:
            said = archive.read(f"{package}/_commit").decode("ascii")
        assert said.removesuffix(" and changes") == done.stdout.strip()


def test_the_classrooms_page_and_buttons_are_in_the_package(wheels):
    folder = ROOT / "qtrain" / "classroom"
    own = [path for part in ("page", "labextension") for path in (folder / part).rglob("*") if path.is_file()]
    with zipfile.ZipFile(wheels[0]) as archive:
        for path in own:
            assert archive.read(path.relative_to(ROOT).as_posix()) == path.read_bytes()
    assert {"class.html", "class.js", "class.css", "package.json", "remoteEntry.js"} <= {path.name for path in own}


def test_versions_agree():
    told = tomllib.loads((ROOT / "teach" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert told["version"] == __version__ and told["dependencies"] == [f"qtrain[grade]=={__version__}"]


class Place:
    """An environment of its own, offline, that sees the libraries of this one but not this qtrain."""

    def __init__(self, folder: Path, *wheels: Path):
        self.folder = folder
        folder.mkdir()
        venv.create(folder / "venv", with_pip=False)
        self.python = next(p for p in (folder / "venv").glob("*/python*") if p.stem == "python")
        install = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet", "--no-index"]
        subprocess.run([*install, "--no-deps", *map(str, wheels)], check=True, capture_output=True)
        libraries = next((folder / "venv").rglob("site-packages"))
        theirs = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
        (libraries / "theirs.pth").write_text("".join(f"{path}\n" for path in theirs))
        self.environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "QTRAIN_COURSE")}
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"):
            self.environment[name] = str(folder / "home")

    def run(self, *words, code: int | None = 0) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [self.python, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=280
        )
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done

    def qtrain(self, *words, code: int | None = 0):
        return self.run("-m", "qtrain.cli", *words, code=code)


@pytest.fixture(scope="module")
def learner(wheels, tmp_path_factory):
    return Place(tmp_path_factory.mktemp("scratch") / "learner", wheels[0])


@pytest.fixture(scope="module")
def teacher(wheels, tmp_path_factory):
    return Place(tmp_path_factory.mktemp("scratch") / "teacher", *wheels)


def set_up(document) -> str:
    """The first code cell: what the solutions import."""
    return next(cell["source"] for cell in document.notebook["cells"] if cell["cell_type"] == "code")


def test_lessons_and_practice_work_in_the_learners_package(learner):
    course = load(ROOT)
    lesson, problems = course.lessons[1], course.problem_sets
    assert str(learner.folder) in learner.run("-c", "import qtrain; print(qtrain.__file__)").stdout
    learner.qtrain("learn", "copy", "--no-lab")
    solved = {"lesson": lesson.exercises[0]} | {document.id: document.exercises[0] for document in problems}
    script = ["import cirq, numpy as np", "from qiskit import QuantumCircuit", "from qtrain import *"]
    script += [set_up(document) for document in (lesson, *problems)]
    for exercise in solved.values():
        wrong = f"check({exercise.id!r}, None)"
        script += [wrong, exercise.cells.solutions[0].source, f"check({exercise.id!r}, {exercise.cells.variable})"]
    script += [f"solution({exercise.id!r})" for exercise in solved.values()]
    told = learner.run("-c", "\n".join(script)).stdout
    for exercise in solved.values():
        assert f"✔ {exercise.id} right" in told and f"… {exercise.id} not yet" in told
    assert f"Solution of exercise {solved['lesson'].id}" in told
    assert told.count("its solution is not shown") == len(problems)


def test_a_problem_set_draws_the_same_numbers_in_the_learners_package_as_for_the_grader(learner):
    # The package has no slips: had they a say in which variants are drawn, some learners would be graded for others.
    script = (
        "from qtrain.course import load\n"
        "for document in load().problem_sets:\n"
        "    for exercise in document.exercises:\n"
        "        print(exercise.id, *(dict(exercise.parameters(f'learner {k}')) for k in range(60)))\n"
    )
    expected = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert len(expected.splitlines()) > 25 and learner.run("-c", script).stdout == expected


def test_every_problem_judges_in_the_learners_package_as_the_course_does(wheels, tmp_path):
    with zipfile.ZipFile(wheels[0]) as archive:
        archive.extractall(tmp_path)
    practice = load(tmp_path / "qtrain" / "_course")
    for document in load(ROOT).problem_sets:
        there = practice.lesson(document.id)
        assert there.practice_only and not document.practice_only
        for exercise in document.exercises:
            parameters, other = exercise.parameters("anna"), there.exercise(exercise.id)
            assert other.title == exercise.title and other.points == exercise.points
            if exercise.options is None:
                assert other.slips(parameters) == ()
            else:
                assert other.options(parameters) == exercise.options(parameters)
            assert other.cells.hints == exercise.cells.hints and other.cells.task == exercise.cells.task
            target = other.target(parameters)
            for slip in exercise.slips(parameters):
                assert not target.judge(slip.answer).passed, exercise.id


COMMANDS = (
    ("release", "1", "-o", "out"),
    ("exam", "0", "1", "-o", "out"),
    ("grade", "subs", "-o", "out"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_what_needs_the_instructors_part_says_in_one_sentence_what_to_install(learner, command):
    (learner.folder / "subs").mkdir(exist_ok=True)
    done = learner.qtrain(*command, code=1)
    assert "qtrain-teach" in done.stderr and len(done.stderr.strip().splitlines()) == 1 and done.stdout == ""
    assert not (learner.folder / "out").exists()


def test_a_bank_and_lessons_need_no_more_than_the_learners_package(learner):
    learner.qtrain("new", "bank", "bank")
    learner.qtrain("release", "101", "--bank", "bank", "-o", "bank-release")
    learner.qtrain("release", "1.6", "-o", "lesson-release")


def test_with_the_instructors_part_everything_can_be_released_and_graded(teacher, learner):
    (teacher.folder / "roster.csv").write_text("id,name\nanna,Anna Ek\nbo,Bo Li\n")
    teacher.qtrain("release", "1", "-o", "release", "--learners", "roster.csv")
    teacher.qtrain("exam", "0", "1", "-o", "exam", "--questions", "4")
    cells = load(ROOT).lesson("1.P").cells
    for name in ("anna", "bo"):
        notebook = json.loads((teacher.folder / "release" / name / "problem_set.ipynb").read_text(encoding="utf-8"))
        for cell in notebook["cells"] if name == "anna" else ():
            exercise = cell["metadata"].get("qtrain", {}).get("exercise")
            if exercise and cell["cell_type"] == "code" and "exercise" in cell["metadata"].get("tags", ()):
                cell["source"] = cells[exercise].solutions[0].source
        (teacher.folder / "subs" / name).mkdir(parents=True)
        (teacher.folder / "subs" / name / "problem_set.ipynb").write_text(json.dumps(notebook))
    refused = learner.qtrain("grade", str(teacher.folder / "subs"), "-o", "graded", code=1)
    assert "qtrain-teach" in refused.stderr and len(refused.stderr.strip().splitlines()) == 1
    teacher.qtrain("grade", "subs", "-o", "graded")
    rows = [json.loads(line) for line in (teacher.folder / "graded" / "grades.jsonl").read_text().splitlines()]
    grades = {row["learner"]: (row["grade"], row["of"]) for row in rows}
    assert grades["anna"][0] == grades["anna"][1] > grades["bo"][0] == 0


CHECKS = """
from qtrain.authoring import choice, number, slip, whole
# a remark that tells all

def twice(n):
    return 2 * n

@number("7.P.1", n=whole(1, 9))
def square(n):
    other = 3
    yield n**2
    for k in (2, other):
        yield slip(twice(n) * k, "doubles").worth(0.5).says("You doubled.")
    if n > 3:
        yield from (slip(k, "counts") for k in range(3))

@choice("7.P.2")
def pick():
    yield "this"
    yield slip("that", "believes it").says("No: never that.")
"""


def test_slips_are_taken_out_wherever_they_are_yielded():
    left = practice_checks(CHECKS, "here")
    for gone in ("twice", "doubl", "counts", "remark", "believes", "never", "other"):
        assert gone not in left
    assert "yield slip('that')" in left and "n ** 2" in left
    for bad in (
        "wrong = [slip(1), slip(2)]",
        "e = Exercise(slips=lambda p: ())",
        "import x as e\nwrong = e.slip(2)",
        "from q import slip as e",
    ):
        with pytest.raises(CourseError, match="cannot be taken out"):
            practice_checks(CHECKS + bad + "\nprint(wrong, e)\n", "here")


def test_a_broken_mark_stops_the_build():
    source = (ROOT / "exercises" / "1_qubits" / "problem_set.ipynb").read_text(encoding="utf-8")
    with pytest.raises(CourseError, match="END SOLUTION"):
        practice_notebook(source.replace("### END SOLUTION", "", 1), "here")
