"""What a notebook uses: check, variant, hint, solution, claim."""

import json
import subprocess
import sys

import numpy as np
import pytest

import qtrain.notebook
import qtrain.showing
from qtrain import check, claim, hint, progress, solution, variant
from qtrain.course import CourseError, learn, load
from qtrain.skills.record import Record


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    monkeypatch.setattr(qtrain.notebook, "_hints_given", {})
    monkeypatch.setattr(qtrain.showing, "_warned", set())
    monkeypatch.setattr(qtrain.notebook, "_tried", set())
    monkeypatch.setattr(qtrain.notebook, "_asked", set())
    monkeypatch.chdir(tmp_path)


def test_check_shows_the_verdict_in_words(small, capsys):
    n = variant("1.2.a").n
    assert check("1.2.a", n**2) and not check("1.2.a", 2 * n) and not check("1.2.a", "many")
    assert check("1.2.a", None).status == "not yet"
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "✔ 1.2.a right: Right."
    assert lines[1].startswith("✘ 1.2.a wrong: You doubled.")
    assert lines[2].startswith("✘ 1.2.a wrong-type: You gave the text")
    assert lines[-1].startswith("… 1.2.a not yet: ")


def test_each_learner_is_judged_by_their_own_variant(small, monkeypatch):
    monkeypatch.setenv("QTRAIN_LEARNER", "asma")
    mine = variant("1.2.a").n
    monkeypatch.setenv("QTRAIN_LEARNER", "bilal")
    theirs = variant("1.2.a").n
    assert mine != theirs and check("1.2.a", theirs**2).passed and not check("1.2.a", mine**2).passed


def test_an_unknown_exercise_ends_in_a_sentence(small):
    for use in (lambda: check("1.2.z", 1), lambda: variant("1.2.z"), lambda: hint("1.2.z"), lambda: solution("1.2.z")):
        with pytest.raises(CourseError, match=r"no exercise '1\.2\.z' in the course\. Did you mean 1\.2\.") as told:
            use()
        assert told.value.__suppress_context__


def test_hints_come_in_steps_and_begin_anew(small, capsys):
    for _ in range(3):
        hint("1.2.a")
    assert capsys.readouterr().out.splitlines() == [
        "**Hint 1 of 2.** Multiply.",
        "**Hint 2 of 2.** Multiply it by itself.",
        "**Hint 1 of 2.** Multiply.",
    ]


def test_solutions_of_lessons_are_shown_and_of_problem_sets_not(small, capsys):
    solution("1.2.a")
    told = capsys.readouterr().out
    assert "You have not checked an answer to exercise 1.2.a yet." in told and "p.n**2" not in told
    solution("1.2.a")
    told = capsys.readouterr().out
    assert "square = p.n**2" in told and "NumPy:" in told and "A square is a product." in told
    assert "SOLUTION" not in told
    solution("1.P.1")
    told = capsys.readouterr().out
    assert "its solution is not shown" in told and "p.n + 1" not in told


@pytest.mark.parametrize(("answer", "serious"), [(1, True), ("many", False), (None, False)])
def test_after_a_serious_try_the_solution_is_shown_at_once(small, tmp_path, monkeypatch, answer, serious, capsys):
    learn.renew(tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy" / "1_small")
    check("1.2.a", answer)
    for kernel in ("this one", "a later one"):
        capsys.readouterr()
        solution("1.2.a")
        assert ("p.n**2" in capsys.readouterr().out) == serious, kernel
        monkeypatch.setattr(qtrain.notebook, "_tried", set())
        monkeypatch.setattr(qtrain.notebook, "_asked", set())


def test_a_right_answer_leads_on(small, tmp_path, monkeypatch, capsys):
    learn.renew(tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy" / "1_small")
    exercise = {name: load().exercise(name) for name in ("1.2.a", "1.2.b", "1.P.1")}
    check("1.2.a", variant("1.2.a").n ** 2)
    assert qtrain.notebook._onward(exercise["1.2.a"]) == "1 of 2 done in 1.2. Next: exercise 1.2.b · A reason."
    check("1.2.b", "Yes, it is.")
    told = '2 of 2 done in 1.2. Next: <a href="problem_set.ipynb">Problems of module 1</a>.'
    assert qtrain.notebook._onward(exercise["1.2.b"]) == told
    check("1.P.1", variant("1.P.1").n + 1)
    assert qtrain.notebook._onward(exercise["1.P.1"]) == "1 of 1 done in 1.P. This was the last lesson so far."
    capsys.readouterr()
    progress()
    told = capsys.readouterr().out
    assert "2 of  2 done" in told and "Every exercise is done." in told


def test_under_nbgrader_a_wrong_answer_raises(small, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError, match=r"^✘ 1\.2\.b wrong: It is not even\."):
        check("1.2.b", "No: it is even.")
    with pytest.raises(AssertionError, match="not yet"):
        check("1.2.b", None)
    assert check("1.2.b", "Yes, it is.").passed


def test_checks_are_recorded_in_the_learners_folder(small, tmp_path, monkeypatch, capsys):
    learn.renew(tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy" / "1_small")
    check("1.2.b", "No: it is even.")
    check("1.2.b", "Yes, it is.")
    with Record(tmp_path / "copy") as record:
        assert [attempt.status for attempt in record.attempts("1.2.b")] == ["wrong", "right"]
    capsys.readouterr()
    # A record that cannot be written costs nobody the verdict, and is told once.
    path = tmp_path / "copy" / ".qtrain" / "record.sqlite"
    path.unlink()
    path.mkdir()
    assert check("1.2.b", "Yes, it is.").passed and check("1.2.b", "Yes, it is.").passed
    told = capsys.readouterr()
    assert told.err.count("Your progress was not recorded") == 1 and told.out.count("✔ 1.2.b right: Yes.") == 2


CELLS = [
    'from qtrain import check, hint, variant\np = variant("1.2.a")',
    'check("1.2.a", 2 * p.n)',
    'check("1.2.b", "Yes, it is."); verdict = check("1.2.b", "No: it is odd.")',
    "verdict",
    'hint("1.2.a")',
    'import qtrain.drawing\ndef broken(*args): raise ValueError("no pencil")\nqtrain.drawing.card = broken',
    'check("1.2.b", "Yes, it is.")',
    "from qtrain import compare\ncompare([1, 0], [0, 1])",
]


def test_in_a_notebook_the_card_is_shown_once(small):
    """Run in a process of its own, for IPython keeps one shell per process."""
    code = f"""
import json
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.history_manager.enabled = False
found = []
for source in {CELLS!r}:
    with capture_output() as io:
        shell.run_cell(source, store_history=True).raise_error()
    found.append([[dict(output.data) for output in io.outputs], io.stdout, io.stderr])
print(json.dumps(found))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=small.root.parent)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    ((card,), printed, _) = found[1]
    assert set(card) == {"text/plain", "text/html"} and printed.strip() == "Out[2]:"  # and nothing after it
    assert card["text/plain"].startswith("✘ 1.2.a wrong: You doubled.")
    # The card names the exercise and folds its hints away.
    assert all(part in card["text/html"] for part in ("1.2.a A square", "<details", "Multiply."))
    assert [output["text/plain"][:7] for output in found[2][0]] == ["✔ 1.2.b", "✘ 1.2.b"]
    assert [output["text/plain"][:7] for output in found[3][0]] == ["✘ 1.2.b"]
    assert found[4][0] == [{"text/plain": "**Hint 1 of 2.** Multiply.", "text/markdown": "**Hint 1 of 2.** Multiply."}]
    assert found[6][0] == [{"text/plain": "✔ 1.2.b right: Yes."}] and "no pencil" in found[6][2]
    assert "✘ wrong" in found[7][1]  # the text of a verdict stands without a card


def test_a_verdict_that_ends_a_cell_is_shown_as_a_card():
    code = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
from qtrain import compare
data, _ = shell.display_formatter.format(compare([1, 0], [0, 1]))
print(sorted(data), "qtrain-card" in data["text/html"], data["text/plain"][:7])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "['text/html', 'text/plain'] True ✘ wrong", done.stderr


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            dict(measured=2.8284271, expected=2 * np.sqrt(2), within=0.02, source="Tsirelson 1980"),
            "✔ claim: it: 2.828 = 2.828 (within 0.02) [Tsirelson 1980]",
        ),
        (dict(measured=1.2e-16, expected=0, within=1e-15), "✔ claim: it: 0 = 0 (within 1e-15)"),
        (dict(measured=1 + 6e-16, expected=1, within=1e-12), "✔ claim: it: 1 = 1 (within 1e-12)"),
        (
            dict(measured=np.array([1e-17, 1, 0]), expected=(0, 1, 0), within=1e-9),
            "✔ claim: it: (0, 1, 0) = (0, 1, 0) (within 1e-09)",
        ),
        (dict(measured=-0.5034, expected=-0.5, within=0.03), "✔ claim: it: -0.503 = -0.5 (within 0.03)"),
        (dict(measured=1j + 1e-17, expected=1j, within=1e-3), "✔ claim: it: 0+1i = 0+1i (within 0.001)"),
        (dict(measured=20.2e6, expected=20e6, within=5e5), "✔ claim: it: 20200000 = 20000000 (within 500000)"),
        (dict(measured=1.2345e-9, expected=1.23e-9, within=1e-11), "✔ claim: it: 1.235e-09 = 1.23e-09 (within 1e-11)"),
        (dict(measured=144, expected=144), "✔ claim: it: 144 = 144"),
        (dict(measured=True, expected=True, source="s"), "✔ claim: it: True = True [s]"),
    ],
)
def test_claims_that_hold(given, line, capsys):
    claim("it", **given)
    assert capsys.readouterr().out == line + "\n"


@pytest.mark.parametrize(
    "given",
    [
        dict(measured=2.8, expected=2.9, within=0.05),
        dict(measured=float("nan"), expected=1, within=1),
        dict(measured=[1, 2], expected=[1, 3], within=0.5),
        dict(measured=[1, 2], expected=[1, 2, 3], within=9),
        dict(measured=1.0000001, expected=1),
        dict(measured=False, expected=True),
        dict(measured=1j, expected=1, within=1),
    ],
)
def test_claims_that_do_not_hold(given):
    with pytest.raises(AssertionError, match="✘ claim: it: "):
        claim("it", **given, source="somebody")
