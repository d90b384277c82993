"""From a lesson's notebook to its page's notebook, and what happens when a lesson is wrong."""

import json
import zipfile

import pytest
from sample_lesson import checkout, notebook

from qtrain.course import CourseError, learner_copy
from qtrain.site.building import _copies
from qtrain.site.claims import found_in
from qtrain.site.lessons import page


def _marks(cells):
    marks = [json.loads(cell["source"].split("\n")[1]) for cell in cells if "{qtrain-mark}" in cell["source"][:30]]
    return [mark["kind"] for mark in marks]


def _md(source, **metadata):
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def _code(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def _page(*cells, name="lesson.ipynb"):
    return page({"cells": [_md("# Title"), *cells], "metadata": {}}, name=name)["cells"][1:]


def test_neighbouring_frameworks_become_tabs_and_a_lone_one_stays():
    both = _page(_code("1", tags=["qiskit"]), _code("2", tags=["cirq"]), _code("3", tags=["qiskit"]))
    assert _marks(both) == ["tabs", "panel", "end", "panel", "end", "end"]
    assert both[-1]["source"] == "3"
    assert _marks(_page(_code("1", tags=["qiskit"]), _md("between"), _code("2", tags=["cirq"]))) == []


def test_two_pairs_in_a_row_are_two_sets_of_tabs():
    cells = _page(*(_code(str(n), tags=[name]) for n, name in enumerate(["qiskit", "cirq", "qiskit", "cirq"])))
    assert _marks(cells).count("tabs") == 2


def test_a_problem_set_shows_neither_hints_nor_solutions():
    own = {"exercise": "1.P.1"}
    cells = _page(
        _md("#### Problem 1.P.1 · Title\n\nTask", tags=["exercise"], qtrain=own),
        _code("x = None\n### BEGIN SOLUTION\nx = 42\n### END SOLUTION\n", tags=["exercise"], qtrain=own),
        _code('check("1.P.1", x)', tags=["check"], qtrain=own),
        _md("secret hint", tags=["hint"], qtrain=own),
        _code("x = 42", tags=["solution", "cirq"], qtrain=own),
        _md("secret reason", tags=["explanation"], qtrain=own),
        name="exercises/1_qubits/problem_set.ipynb",
    )
    shown = "".join(cell["source"] for cell in cells)
    assert "42" not in shown and "secret" not in shown and "x = None" in shown and 'check("1.P.1", x)' in shown


def test_the_notebook_itself_is_not_changed():
    before = notebook()
    copy = json.loads(json.dumps(before))
    page(copy, name="x.ipynb")
    assert copy == json.loads(json.dumps(before))


def _exercise(task, answer="x = None\n### BEGIN SOLUTION\nx = 42\n### END SOLUTION", *others):
    own = {"exercise": "1.1.a"}
    return [
        _md(f"#### Exercise 1.1.a · Title\n\n{task}", tags=["exercise"], qtrain=own),
        _code(answer, tags=["exercise"], qtrain=own),
        _code('check("1.1.a", x)', tags=["check"], qtrain=own),
        *others,
    ]


def test_headings_inside_an_exercise_do_not_begin_sections():
    cells = _page(*_exercise("##### Part\n\n```python\n# comment\n```"))
    assert "**Part**" in cells[1]["source"] and "# comment" in cells[1]["source"]


def test_an_exercise_without_a_task_is_named():
    with pytest.raises(CourseError, match=r"lesson\.ipynb: exercise 1\.1\.a needs exactly one markdown cell"):
        _page(*_exercise("Task")[1:])


def test_an_exercise_whose_cells_stand_apart_is_named():
    task, *others = _exercise("Task")
    with pytest.raises(CourseError, match=r"exercise 1\.1\.a: its cells stand apart"):
        _page(task, _md("between"), *others)


NEARLY = [
    "###  BEGIN SOLUTION",
    "### BEGIN  SOLUTION",
    "###BEGIN SOLUTION",
    "### begin solution",
    "### BEGIN SOLUTION:",
]


@pytest.mark.parametrize("mark", NEARLY)
@pytest.mark.parametrize("name", ["lesson.ipynb", "exercises/1_qubits/problem_set.ipynb"])
def test_page_and_copy_refuse_what_is_nearly_a_mark(mark, name):
    cells = _exercise("Task", f"x = None\n{mark}\nx = 42\n### END SOLUTION")
    for reader in (lambda: _page(*cells, name=name), lambda: learner_copy({"cells": cells, "metadata": {}}, name)):
        with pytest.raises(CourseError, match="write the marks exactly"):
            reader()


@pytest.mark.parametrize("make", [_md, _code])
def test_a_solution_outside_an_answer_cell_is_refused_where_it_would_show(make):
    with pytest.raises(CourseError, match=r"lesson\.ipynb, cell 2: .*belong in a code cell tagged exercise"):
        _page(make("x\n### BEGIN SOLUTION\n42\n### END SOLUTION"))


def test_the_page_shows_the_stub_and_folds_the_solution():
    cells = _page(*_exercise("Task"))
    stub = next(number for number, cell in enumerate(cells) if cell["cell_type"] == "code")
    assert cells[stub]["source"] == 'x = None\n\ncheck("1.1.a", x)' and "42" not in str(cells[: stub + 1])
    assert next(cell["source"] for cell in cells[stub + 1 :] if cell["cell_type"] == "code") == "x = None\nx = 42"


def test_claims_are_read_from_what_the_cells_print():
    line = "✔ claim: CHSH: value: 2.828 = 2.828 (within 0.02) [Tsirelson 1980]\n"
    claims = found_in([[{"output_type": "stream", "name": "stdout", "text": line}]])
    assert claims == [
        {
            "name": "CHSH: value",
            "measured": "2.828",
            "expected": "2.828",
            "within": "within 0.02",
            "source": "Tsirelson 1980",
        }
    ]


@pytest.mark.parametrize("kernel", ["qtrain", "python3"])
def test_a_lesson_is_checked_by_the_checkout_it_stands_in(tmp_path, kernel):
    from jupyter_client.kernelspec import KernelSpecManager

    from qtrain.course import load
    from qtrain.course.runs import run

    if kernel not in KernelSpecManager().find_kernel_specs():
        pytest.skip(f"needs the kernelspec {kernel}: pip install .")
    folder = checkout(tmp_path)
    path = folder / "notebooks" / "1_qubits" / "1_1_sample.ipynb"
    lesson = json.loads(path.read_text("utf-8"))
    asks = _code("from qtrain.course import load\nprint(load().root)") | {"id": "root"}
    lesson["cells"] = [*lesson["cells"][:1], asks]
    path.write_text(json.dumps(lesson), "utf-8")
    assert run(load(folder).lessons[0], kernel).outputs[0][0]["text"].strip() == str(folder)


def _download(lesson):
    made = page(lesson.notebook, name=f"notebooks/{lesson.folder}/{lesson.stem}.ipynb")
    return json.loads(made["cells"][0]["source"].split("`````{qtrain-mark}\n")[1].split("\n")[0])["copy"]


def test_a_lesson_that_reads_files_is_downloaded_with_them(course, tmp_path, monkeypatch):
    _copies(course, tmp_path)
    lesson = course.lesson("5.1")
    assert _download(lesson).endswith("/5_noise/5_1_noise_models.zip")
    assert _download(course.lesson("1.6")).endswith(".ipynb")
    zipfile.ZipFile(tmp_path / "_notebooks" / "5_noise" / "5_1_noise_models.zip").extractall(tmp_path)
    # The bundle holds the folder of the notebooks as it is, so the files lie there, too.
    for folder in (tmp_path / lesson.stem, tmp_path / "_notebooks" / lesson.folder):
        monkeypatch.chdir(folder)
        cells = json.loads((folder / f"{lesson.stem}.ipynb").read_text("utf-8"))["cells"]
        code = {cell["id"]: "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"}
        names = {}
        for name in ("5-1-setup", "5-1-cards-read"):
            exec(code[name], names)
        assert names["cards"]["willow"]["laboratory"] == "Google Quantum AI"
    for document in course.documents:
        made = (tmp_path / "_notebooks" / document.folder / f"{document.stem}.zip").is_file()
        assert _download(document).endswith(".zip" if made else ".ipynb")
