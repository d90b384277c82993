"""A class from release to report, through the command line."""

import csv
import json

import pytest
from classroom import POINTS, TOTAL, answer_cell, cell

from qtrain import cli


def test_honest_and_wrong_answers(classroom):
    classroom.hand_in("anna/problem_set.ipynb", classroom.solved("anna"))
    classroom.hand_in("bob/problem_set.ipynb", classroom.solved("bob", p2="square = 1", p3='choice = ""'))
    grades = classroom.grade("--require-confinement")
    assert grades["anna"]["grade"] == TOTAL
    assert grades["bob"]["grade"] == TOTAL - 3
    status = {a["exercise"]: a["status"] for a in grades["bob"]["answers"]}
    assert status == {"1.P.1": "right", "1.P.2": "wrong", "1.P.3": "not yet", "1.P.4": "right", "1.P.5": "right"}
    assert grades["cy"]["submissions"] == 0
    rows = {row["Username"]: row for row in csv.DictReader((classroom.output / "grades-moodle.csv").open())}
    assert rows["anna"]["Small problems"] == str(TOTAL) and rows["cy"]["Small problems"] == ""
    assert rows["bob"]["Email address"] == "bob@example.org"
    lines = list(csv.reader((classroom.output / "grades-canvas.csv").open()))
    assert lines[0][:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert lines[1][0].strip() == "Points Possible" and lines[1][5] == str(TOTAL)
    assert lines[2][0] == "Example, Anna"
    page = (classroom.output / "feedback" / "bob.html").read_text()
    assert (
        "1.P.2" in page
        and "Bob Example" in page
        and "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    )
    assert "Distribution" in (classroom.output / "cohort.html").read_text()
    assert classroom.report()["not_fenced"] == []


def test_second_run_grades_nothing_twice(classroom, capsys):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    first = classroom.grade()
    page = classroom.output / "feedback" / "anna.html"
    page.unlink()
    assert classroom.grade() == first
    assert "0 graded now, 1 already there" in capsys.readouterr().out
    assert page.exists()


def test_warnings_on_stderr_cost_nothing(classroom):
    loud = "import sys, warnings\nwarnings.warn('old')\nprint('oh', file=sys.stderr)\n"
    classroom.hand_in("anna.ipynb", classroom.solved("anna", setup=loud))
    assert classroom.grade()["anna"]["grade"] == TOTAL


def test_cells_find_the_data_that_stands_beside_the_course_s_notebook(classroom):
    data = classroom.root / "exercises" / "1_small" / "data" / "deep" / "two.json"
    data.parent.mkdir(parents=True)
    data.write_text("2")
    read = "from pathlib import Path\nexponent = int(Path('data/deep/two.json').read_text('utf-8'))"
    answer = 'p = variant("1.P.2")\nsquare = p.n**exponent'
    classroom.hand_in("anna.ipynb", classroom.solved("anna", setup=read, p2=answer))
    assert classroom.grade("--require-confinement")["anna"]["grade"] == TOTAL


def test_a_cell_that_raises_costs_its_exercise_only_and_is_told(classroom):
    classroom.hand_in("anna.ipynb", classroom.solved("anna", p2="square = 1 / 0"))
    row = classroom.grade()["anna"]
    assert row["grade"] == TOTAL - POINTS["1.P.2"]
    assert "ZeroDivisionError" in (classroom.output / "feedback" / "anna.html").read_text()


def test_answers_are_taken_at_their_place_although_a_name_is_used_twice(classroom):
    notebook = classroom.solved("anna")
    answer_cell(notebook, "1.P.5")["source"] += "\ncat = square = None"
    classroom.hand_in("anna.ipynb", notebook)
    assert classroom.grade()["anna"]["grade"] == TOTAL


def test_ids_lost_as_by_other_tools(classroom):
    notebook = classroom.solved("anna")
    for number, one in enumerate(notebook["cells"]):
        one.pop("id")
        one["metadata"]["id"] = f"colab{number}"
    notebook["nbformat_minor"] = 0
    stripped = classroom.solved("bob")
    for number, one in enumerate(stripped["cells"]):
        one["id"], one["metadata"] = f"new-{number}", {}
    classroom.hand_in("anna.ipynb", notebook)
    classroom.hand_in("bob.ipynb", stripped)
    grades = classroom.grade()
    assert grades["anna"]["grade"] == grades["bob"]["grade"] == TOTAL


def test_regrading_keeps_history_and_manual_points(classroom):
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.models import Grading

    classroom.hand_in("anna.ipynb", classroom.solved("anna", p3='choice = "b"', p2="square = 3"))
    before = classroom.grade()["anna"]
    classroom.grade("--points", "anna", "1.P.2", "1.5", "--comment", "anna", "1.P.2", "Good idea.", "--author", "Ada")
    path = classroom.root / "exercises" / "1_small" / "problem_set.py"
    path.write_text(path.read_text().replace("Number(p.n**2)", "Number(3)"))
    unchanged = classroom.grade()["anna"]
    assert unchanged["grade"] == before["grade"] + 1.5
    after = classroom.grade("--regrade")["anna"]
    assert {a["exercise"]: a["status"] for a in after["answers"]}["1.P.2"] == "right"
    assert after["grade"] == before["grade"] + 1.5  # what an instructor set stays
    assert after["comments"] == [{"exercise": "1.P.2", "comment": "Good idea.", "author": "Ada"}]
    classroom.grade("--regrade")
    book = Gradebook(classroom.output / "gradebook.sqlite")
    with book.session() as session:
        assert [(g.number, g.points) for g in session.query(Grading).order_by(Grading.number)] == [
            (1, before["points"]),
            (2, before["points"] + 2),
        ]
    book.close()
    assert "Good idea." in (classroom.output / "feedback" / "anna.html").read_text()


def test_right_for_a_neighbour_is_told_to_the_instructor_only(classroom):
    variants = classroom.manifest["variants"]
    classroom.hand_in("bob.ipynb", classroom.solved("bob", p2=classroom_square(classroom, "anna")))
    row = classroom.grade()["bob"]
    answer = row["answers"][1]
    assert answer["status"] == "wrong" and answer["right_for"] == [variants["anna"]]
    assert "variant of anna" in classroom.report()["right_for"][0]
    assert "anna" not in (classroom.output / "feedback" / "bob.html").read_text()


def classroom_square(classroom, learner):
    from qtrain.course import load

    exercise = load(classroom.root).exercise("1.P.2")
    return f"square = {exercise.parameters(classroom.manifest['variants'][learner]).n ** 2}"


def test_functions_get_inputs_of_their_own_learner(classroom):
    from qtrain.grading.judge import questions
    from qtrain.grading.messages import Copy, encode

    told = [
        questions({}, encode(Copy(str(classroom.root), "1.P", key, salt)))["1.P.4"]["calls"]
        for key, salt in (("anna", "s"), ("anna", "s"), ("bob", "s"), ("anna", "t"))
    ]
    assert told[0] == told[1]
    assert told[0] != told[2] and told[0] != told[3]


def test_copies_are_listed_and_not_punished(tmp_path):
    from classroom import Classroom

    room = Classroom(tmp_path, [f"learner{n}" for n in range(12)])
    odd = (
        'mine = variant("1.P.5")\nimport cirq\na, b = cirq.LineQubit.range(2)\n'
        "turn = cirq.Circuit(cirq.Z(a), cirq.Z(a), cirq.ry(mine.theta / 2)(b), cirq.ry(mine.theta / 2)(b))"
    )
    wrong = "from qiskit import QuantumCircuit\ncat = QuantumCircuit(3)\ncat.t(2)\ncat.h(1)\ncat.y(0)"
    for n, name in enumerate(room.learners):
        copied = {3: {"p5": odd, "p1": wrong}, 7: {"p5": odd.replace("mine", "zed"), "p1": wrong.replace("0", "0 ")}}
        room.hand_in(f"{name}.ipynb", room.solved(name, **copied.get(n, {})))
    grades = room.grade()
    assert all(TOTAL - 1 <= grades[name]["grade"] < TOTAL for name in ("learner3", "learner7"))
    pairs = room.report()["alike"]
    assert [(pair["one"], pair["other"]) for pair in pairs] == [("learner3", "learner7")]
    assert {what for _, what in pairs[0]["alike"]} >= {"the same code", "the same code with other names"}


def test_what_is_copied_from_the_course_itself_is_listed(tmp_path):
    from classroom import Classroom

    room = Classroom(tmp_path, [f"learner{n}" for n in range(12)])
    own = {
        "p2": 'q = variant("1.P.2")\nsquare = {}\nsquare = q.n * q.n + {} - {}',
        "p4": 'q = variant("1.P.4")\ndef times(number):\n    return {} + q.m * number - {}',
        "p5": 'q = variant("1.P.5")\nimport numpy as np\nz = {}\nc, s = np.cos(q.theta / 2), np.sin(q.theta / 2)\n'
        "turn = np.kron(np.eye(2), [[c, -s], [s, c]])",
        "p1": 'q = variant("1.P.1")\nimport numpy as np\nz = {}\ncat = None',
        "p3": 'q = variant("1.P.3")\nz = {}\nchoice = q.right',
    }
    for n, name in enumerate(room.learners):
        answers = (
            {}
            if n == 5
            else {key: text.format(*["(" * n + "3" + ")" * n + f" * {n}"] * 3) for key, text in own.items()}
        )
        room.hand_in(f"{name}.ipynb", room.solved(name, **answers))
    room.grade()
    pairs = [(pair["one"], pair["other"]) for pair in room.report()["alike"] if "course" in str(pair)]
    assert ("learner5", "the course's own solution") in pairs and len(pairs) == 1


def test_ungraded_release_is_judged_as_the_course_itself(classroom, tmp_path):
    notebook = json.loads((classroom.released / "anna" / "problem_set.ipynb").read_text())
    for exercise in POINTS:
        from classroom import ANSWERS

        answer_cell(notebook, exercise)["source"] = ANSWERS[exercise][3]
    lonely = tmp_path / "elsewhere" / "anna.ipynb"
    lonely.parent.mkdir()
    lonely.write_text(json.dumps(notebook))
    assert cli.main(["grade", str(lonely), "-o", str(tmp_path / "o"), "--course", str(classroom.root)]) == 0
    row = json.loads((tmp_path / "o" / "grades.jsonl").read_text().splitlines()[0])
    assert (row["learner"], row["grade"]) == ("anna", TOTAL)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (["/nowhere/at/all"], "there is no /nowhere/at/all"),
        (["SUBS", "--release", "/nowhere"], "qtrain release"),
        (["SUBS", "--due", "soon"], "no time"),
        (["SUBS", "--points", "anna", "1.P.1", "many"], "number"),
        (["SUBS", "--scheduler", "tcp://127.0.0.1:9"], "no scheduler"),
    ],
)
def test_sentences_for_what_cannot_be(classroom, capsys, option, says):
    classroom.hand_in("anna.ipynb", classroom.blank("anna"))
    words = [str(classroom.submissions) if word == "SUBS" else word for word in option]
    assert cli.main(["grade", *words, "-o", str(classroom.output), "--course", str(classroom.root)]) == 1
    assert says in capsys.readouterr().err


def test_released_copy_holds_no_solution_and_two_ids_match(classroom):
    notebook = classroom.blank("bob")
    text = json.dumps(notebook)
    assert "SOLUTION" not in text and "nudge" not in text and "p.m" not in text
    assert notebook["metadata"]["qtrain"]["release"] == {
        "id": classroom.manifest["id"],
        "learner": classroom.manifest["variants"]["bob"],
    }
    assert cell(notebook, "1-P-2-check")["metadata"]["nbgrader"]["points"] == 2
    told = json.loads((classroom.released / "bob" / "release.json").read_text())
    assert told["learner"] == classroom.manifest["variants"]["bob"]


def test_odd_names_are_listed_and_kept_apart(classroom, capfd):
    names = [
        "\x1b[2Jgone.ipynb",
        "\x9b2Jgone.ipynb",
        "=cmd|'x'!A1.ipynb",
        "<script>alert(1)<script>.ipynb",
        "two\nlines.ipynb",
        "\u202egnp.ipynb",
        "a" * 200 + ".ipynb",
        "\udcff.ipynb",
    ]
    for name in names:
        classroom.hand_in(name, classroom.blank("anna"))
    grades = classroom.grade()
    unknown = [name for name, row in grades.items() if not row["in_roster"]]
    assert len(unknown) == len(names) and len(classroom.report()["unmatched"]) == len(names)
    out = capfd.readouterr()
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for path in classroom.output.rglob("*")
        if path.suffix in (".html", ".csv", ".json", ".jsonl")
    }
    for name, text in {**texts, "out": out.out, "err": out.err}.items():
        assert not set(text) & set("\x1b\x9b\u202e\x00") and "\\u001b" not in text, name
        assert "<script>" not in text or not name.endswith(".html"), name
    assert len(list((classroom.output / "feedback").iterdir())) == len(names)


def test_stopped_by_ctrl_c_it_goes_on_later(classroom):
    import os
    import signal
    import subprocess
    import sys
    import time

    for name in classroom.learners:
        classroom.hand_in(f"{name}.ipynb", classroom.solved(name, p2="import time\ntime.sleep(1)\nsquare = 2"))
    run = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "qtrain",
            "grade",
            str(classroom.submissions),
            "-o",
            str(classroom.output),
            "--release",
            str(classroom.released),
            "--course",
            str(classroom.root),
            "--workers",
            "1",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while not (classroom.output / "feedback").exists() and time.monotonic() < end:
        from qtrain.grading.gradebook import Gradebook

        if (classroom.output / "gradebook.sqlite-wal").exists():
            book = Gradebook(classroom.output / "gradebook.sqlite")
            there = len(book.graded(classroom.manifest["id"]))
            book.close()
            if there:
                break
        time.sleep(0.1)
    os.kill(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=30)
    assert run.returncode == 130 and "Nothing is lost" in said
    assert {row["grade"] for row in classroom.grade().values()} == {TOTAL - 2}
