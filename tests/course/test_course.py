"""The course as data: what is read, how little is imported, and what is said when something is malformed."""

import json
import subprocess
import sys

import pytest

from qtrain.course import CourseError, Exercise, learner_copy, load
from qtrain.course.cells import checked_variable, without_solution
from qtrain.course.course import Course, Lesson, Module


@pytest.mark.parametrize("name", ["-0.7854", "20.3x.a", "none", ""])
def test_an_unknown_exercise_opens_no_more_notebooks_than_are_called_alike(tmp_path, monkeypatch, name):
    documents = tuple(Lesson(f"{m}.{n}", f"notebooks/m/{m}_{n}_a", tmp_path) for m in range(20, 29) for n in range(9))
    seen = []
    monkeypatch.setattr(Lesson, "cells", property(lambda lesson: seen.append(lesson.id) or {f"{lesson.id}.a": None}))
    with pytest.raises(CourseError, match=r"no exercise .* in the course\. .*\.a"):
        Course(tmp_path, (Module(20, "M", documents, ()),)).exercise(name)
    assert 1 <= len(seen) <= 3


def test_the_course_as_data(small):
    course = load()
    assert [module.title for module in course.modules] == ["A small module"]
    assert [lesson.id for lesson in course.lessons] == ["1.2"] and course.problem_sets[0].id == "1.P"
    lesson = course.lesson("1.2")
    assert (lesson.title, lesson.level, lesson.minutes, lesson.folder) == ("Numbers", "F", 10, "1_small")
    assert [exercise.id for exercise in lesson.exercises] == ["1.2.a", "1.2.b"]
    exercise = course.exercise("1.2.a")
    assert (exercise.title, exercise.points, exercise.outcomes) == ("A square", 2, (1,))
    cells = exercise.cells
    assert cells.variable == "square" and cells.hints == ("Multiply.", "Multiply it by itself.")
    assert cells.stub == 'p = variant("1.2.a")\nsquare = None' and "BEGIN" not in cells.solutions[0].source
    assert [solution.framework for solution in cells.solutions] == [None, "numpy"]
    assert cells.task == "What is the square of `p.n`?" and cells.explanation == "A square is a product."
    claim = course.claims[0]
    assert (claim.lesson, claim.name, claim.source) == ("1.2", "two and two", "Euclid")
    assert [(q.question, q.answer) for q in lesson.questions] == [("What is 2 + 2?", "Four."), ("And 3 + 3?", "Six.")]


def test_reading_the_course_is_light(small):
    code = (
        "import sys; from qtrain.course import load; course = load(); "
        "[(d.title, len(d.cells), d.claims) for d in course.documents]; "
        "print(*[m for m in 'numpy qiskit cirq IPython nbformat'.split() if m in sys.modules], "
        "*[m for m in sys.modules if m.startswith('qtrain_exercises')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_exercise_imports_its_own_file_only(small):
    small.write(small.root / "exercises" / "1_small" / "problem_set.py", "raise RuntimeError('not needed')")
    assert load().exercise("1.2.a").id == "1.2.a"
    with pytest.raises(CourseError, match=r"problem_set\.py cannot be imported: RuntimeError: not needed"):
        load().exercise("1.P.1")


def test_a_changed_file_is_read_again(small):
    assert load().exercise("1.2.a").points == 2
    small.write(small.exercises, small.texts["exercises"].replace("points=2", "points=31"))
    assert load().exercise("1.2.a").points == 31


def test_parameters_are_the_same_everywhere_and_always():
    def variant(rng):
        return {"a": rng.randint(0, 999), "b": rng.choice("xyz"), "c": rng.sample(range(9), 3), "d": rng.uniform(0, 1)}

    exercise = Exercise(id="1.2.a", kind="build", target=None, variant=variant)
    # Written down once: a change would give every learner another variant.
    assert exercise.parameters("") == {"a": 780, "b": "y", "c": [5, 2, 1], "d": 0.4297176699785572}
    assert exercise.parameters("asma") == {"a": 81, "b": "y", "c": [3, 0, 8], "d": 0.12719120401146733}
    parameters = exercise.parameters("asma")
    assert parameters.a == parameters["a"]
    with pytest.raises(AttributeError, match=r"no parameter 'z' \(it has a, b, c, d\)"):
        _ = parameters.z
    assert len({exercise.parameters(f"learner {k}").a for k in range(50)}) > 40


def test_an_unknown_kind_is_told():
    with pytest.raises(ValueError, match=r"exercise 1.2.a: there is no kind 'guess'; the kinds are build, "):
        Exercise(id="1.2.a", kind="guess", target=None)


def lesson(small, cells=None, **change):
    """Write the small course's lesson anew: other cells, or one cell with another source."""
    cells = small.cells() if cells is None else cells
    for number, source in change.items():
        cells[int(number.removeprefix("cell"))]["source"] = source
    small.write(small.lesson, small.notebook(cells, **small.metadata))


def exercises(small, old, new):
    """Change the text of the small course's exercises file."""
    small.write(small.exercises, small.texts["exercises"].replace(old, new))


RETITLED = 'from dataclasses import replace\n\nsquare = replace(square, title="T")\n\n\n@choice'

# (what is done to the small course, words of the sentence that names it)
BROKEN = {
    "toc missing": (lambda s: s.toc.unlink(), "book/_toc.yml"),
    "toc no yaml": (lambda s: s.write(s.toc, "parts: ["), "_toc.yml cannot be read"),
    "toc without parts": (lambda s: s.write(s.toc, "root: x"), "it needs 'parts'"),
    "caption": (lambda s: s.write(s.toc, s.texts["toc"].replace("1 · A small", "Some")), "caption like '1 · Qubits"),
    "chapter": (lambda s: s.write(s.toc, s.texts["toc"].replace("1_2_numbers", "numbers")), "is neither like"),
    "wrong module": (lambda s: s.write(s.toc, s.texts["toc"].replace("1 · A", "2 · A")), "stands in module 2"),
    "twice": (lambda s: s.write(s.toc, s.texts["toc"] + "      - file: notebooks/1_small/1_2_other\n"), "are both 1.2"),
    "notebook missing": (lambda s: s.lesson.unlink(), "1_2_numbers.ipynb is missing"),
    "notebook broken": (lambda s: s.write(s.lesson, s.lesson.read_text()[:-40]), "no valid notebook"),
    "notebook of another kind": (lambda s: s.write(s.lesson, {"nbformat": 3, "worksheets": []}), "format 4"),
    "cell broken": (lambda s: s.write(s.lesson, {"nbformat": 4, "cells": [{}]}), "cell 1 is broken"),
    "no metadata": (lambda s: s.write(s.lesson, {"nbformat": 4, "cells": [], "metadata": {}}), "has no 'qtrain'"),
    "metadata incomplete": (lambda s: s.write(s.lesson, s.notebook([], id="1.2", title="x")), "needs 'level'"),
    "another id": (lambda s: s.write(s.lesson, s.notebook([], **{**s.metadata, "id": "1.3"})), "say id '1.3'"),
    "exercises file missing": (lambda s: s.exercises.unlink(), "does not define it: write it there"),
    "exercises no list": (lambda s: s.write(s.exercises, "EXERCISES = 3"), "does not define it: write it there"),
    "exercises no Python": (lambda s: s.write(s.exercises, "def"), "cannot be imported: SyntaxError"),
    "exercise twice": (lambda s: exercises(s, "1.2.b", "1.2.a"), "twice"),
    "exercise without cells": (lambda s: lesson(s, s.cells()[:10]), "has no cells of it"),
    "cells without exercise": (lambda s: exercises(s, "1.2.b", "1.2.c"), "of exercise 1.2.b, but"),
    "another title": (lambda s: exercises(s, "@choice", RETITLED), "called 'T'"),
    "no check": (lambda s: lesson(s, s.cells()[:5]), "exactly one code cell tagged check"),
    "check of another": (lambda s: lesson(s, cell5='check("1.2.b", square)'), "must be exactly check"),
    "heading": (lambda s: lesson(s, cell3="### A square"), "must begin with '#### Exercise 1.2.a · Title'"),
    "tag without exercise": (lambda s: lesson(s, [s.markdown("x", "hint")]), "cell 1: tagged 'hint'"),
    "exercise without tag": (lambda s: lesson(s, [s.markdown("x", exercise="1.2.a")]), "has none of the tags"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_malformed_is_named_in_a_sentence(small, case):
    spoil, words = BROKEN[case]
    spoil(small)
    with pytest.raises(CourseError) as told:
        course = load()
        for document in course.documents:
            _ = document.metadata, document.exercises
    assert words in str(told.value)


@pytest.mark.parametrize("asked", ["1.2.z", "1.7.a", "nonsense", "", 3])
def test_an_unknown_exercise_is_answered_with_the_nearest(small, asked):
    with pytest.raises(CourseError, match=r"There is no exercise .*1\.2\.a"):
        load().exercise(asked)


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\nx = 1",
        "x = 1\n### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
        "### END SOLUTION\n### BEGIN SOLUTION",
        "#### BEGIN SOLUTION\nx\n### END SOLUTION",
        "# BEGIN SOLUTION\nx",
        "###  BEGIN SOLUTION\nx\n### END SOLUTION",
        "### BEGIN  SOLUTION\nx",
        "### BEGIN\u00a0SOLUTION\nx",
        "###BEGIN SOLUTION\nx\n###END SOLUTION",
        "### Begin solution\nx\n### End solution",
        "### BEGIN_SOLUTION\nx",
        "### BEGIN SOLUTION: x\nx\n### END SOLUTION",
        "x = 1  ### BEGIN SOLUTION\n### END SOLUTION",
    ],
)
def test_unpaired_marks_are_an_error(source):
    with pytest.raises(CourseError, match="here, cell 1"):
        learner_copy({"cells": [{"cell_type": "code", "source": source, "metadata": {}}]}, "here")


def test_solutions_go_line_by_line():
    source = "def f(x):\n    y = 1\n    ### BEGIN SOLUTION\n    y = 2\n    ### END SOLUTION\n    return y"
    assert without_solution(source, "here") == "def f(x):\n    y = 1\n    return y"


@pytest.mark.parametrize(
    "source", ['check("1.2.a", x + 1)', 'check("1.2.b", x)', "check(x)", "x", 'check("1.2.a", x', ""]
)
def test_a_check_cell_names_the_answer(source):
    with pytest.raises(CourseError, match=r"exactly check\(\"1.2.a\", name\)"):
        checked_variable(source, "1.2.a", "here")


def test_the_learners_copy_is_the_source_minus_solutions(small):
    source = load().lesson("1.2").notebook
    before = json.dumps(source)
    copy = learner_copy(source)
    assert json.dumps(source) == before
    text = json.dumps(copy)
    for secret in ("secret", "BEGIN SOLUTION", "Multiply", "A square is a product", "Because", 'reason = \\"Yes'):
        assert secret in before and secret not in text
    lines = {line for cell in source["cells"] for line in cell["source"].splitlines()}
    assert all(line in lines for cell in copy["cells"] for line in cell["source"].splitlines())
    answer, check = (
        cell
        for cell in copy["cells"]
        if cell["metadata"].get("qtrain", {}).get("exercise") == "1.2.a" and cell["cell_type"] == "code"
    )
    assert answer["metadata"]["nbgrader"] == {
        "grade": False,
        "grade_id": "1-2-a-answer",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    assert check["metadata"]["nbgrader"]["locked"] and check["metadata"]["nbgrader"]["points"] == 1
    for cell in copy["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
            compile(cell["source"], "cell", "exec")


def test_nbgrader_accepts_the_metadata(small):
    nbformat = pytest.importorskip("nbformat")
    validator = pytest.importorskip("nbgrader.nbgraderformat.v3").MetadataValidatorV3()
    marked = [
        cell
        for document in load().documents
        for cell in learner_copy(document.notebook)["cells"]
        if "nbgrader" in cell["metadata"]
    ]
    assert len(marked) == 6
    for cell in marked:
        validator.validate_cell(nbformat.from_dict(cell))


def test_sentences_about_parts_of_an_answer_call_it_by_the_learners_variable():
    exercise = load().exercise("5.5.a")
    assert exercise.judge(3).message.startswith(f"`{exercise.cells.variable}` is 3")
    assert exercise.cells.variable != "answer"
