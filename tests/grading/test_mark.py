"""The marking page: by keyboard, under pseudonyms, through the history, for nobody else's eyes."""

import http.client
import json
import threading
from types import SimpleNamespace

import pytest
from classroom import TOTAL, Classroom

from qtrain import cli

HOSTILE = "<script>window.stolen = 1</script><img src=x onerror='window.stolen = 1'>"
RUBRIC = """
1.P.3:
  - {points: 0.5, text: Names the reason}
  - {points: 0.5, text: Names the exception}
  - {points: -0.25, text: Contradicts itself}
"""
FREE = 'problem_3 = Exercise(id="1.P.3", kind="explain", target=lambda p: FreeText(), rubric=((0.5, "Own item"),))'


@pytest.fixture
def room(tmp_path):
    """Three learners who wrote free text, one of them nothing; the first one has something else in mind."""
    import classroom

    exercises = classroom.EXERCISES.replace("Choice, Each", "FreeText, Each").partition("problem_3 =")
    with pytest.MonkeyPatch.context() as patch:
        rest = exercises[2].partition("problem_4")
        patch.setattr(classroom, "EXERCISES", f"{exercises[0]}{FREE}\nproblem_4{rest[2]}")
        made = Classroom(tmp_path)
    told = {"anna": f"Because. {HOSTILE} Anna Example", "bob": "It is so\nby symmetry.", "cy": ""}
    for name, text in told.items():
        source = f"from IPython.display import HTML, display\ndisplay(HTML({HOSTILE!r}))\nchoice = {text!r}"
        made.hand_in(f"{name}.ipynb", made.solved(name, p3=source))
    (tmp_path / "rubric.yml").write_text(RUBRIC)
    made.grade()
    return made


def options(room, **more):
    given = dict(release="", exercise=[], rubric=room.folder / "rubric.yml", section="", names=False, author="S. Khan")
    return SimpleNamespace(output=room.output, port=0, no_browser=True, **(given | more))


@pytest.fixture
def served(room):
    from qtrain.grading import mark
    from qtrain.grading.gradebook import Gradebook

    book = Gradebook(room.output / "gradebook.sqlite")
    server = mark.Marking(mark._desk(book, options(room), str(room.root)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    book.close()


def ask(server, path="", sent=None, *, headers=None, token=None, raw=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    body = raw if raw is not None else None if sent is None else json.dumps(sent)
    kind = {} if body is None else {"Content-Type": "application/json"}
    where = f"/{server.token if token is None else token}/{path}"
    connection.request("GET" if body is None else "POST", where, body, {**kind, **(headers or {})})
    reply = connection.getresponse()
    data = reply.read()
    connection.close()
    return reply.status, json.loads(data) if reply.headers["Content-Type"] == "application/json" else data.decode()


def saving(server, place=0, **more):
    given = {"answer": place, "points": 1, "ticked": [0, 1], "comment": "Good", "seen": 0}
    return ask(server, "save", given | more)


def test_free_text_waits_for_a_person(room):
    rows = room.grades()
    status = {name: rows[name]["answers"][2]["status"] for name in rows}
    assert status == {"anna": "undecided", "bob": "undecided", "cy": "not yet"}
    assert rows["anna"]["grade"] == TOTAL - 1 and len(room.report()["undecided"]) == 2


def test_one_answer_after_the_other_with_its_rubric_and_no_names(room, served):
    _, told = ask(served, "answers")
    assert [(one["exercise"], one["marked"]) for one in told["answers"]] == [("1.P.3", False)] * 2
    seen = [ask(served, f"answers/{place}")[1] for place in (0, 1)]
    text = json.dumps(seen)
    assert "anna" not in text.casefold() and "bob" not in text.casefold() and "by symmetry" in text
    assert all(one["rubric"][0]["text"] == "Names the reason" for one in seen)
    assert "<blockquote>It is so\nby symmetry.</blockquote>" in text.replace("\\n", "\n")
    for one in seen:  # as text, not as tags
        assert "<script" not in one["html"] and "onerror=" not in one["html"].replace("&lt;img src=x onerror=", "")


def test_what_is_saved_goes_through_the_history_and_onto_the_page(room, served, capsys):
    who = ask(served, "answers/1")[1]["who"]
    assert saving(served, 1, points=0.75, ticked=[0], comment="Nearly <all>")[0] == 200
    rows = room.grade("--anonymous")
    assert rows[who]["grade"] == TOTAL - 0.25
    (said,) = rows[who]["comments"]
    assert said["comment"] == "Names the reason · Nearly <all>" and said["author"] == "S. Khan"
    assert "Names the reason · Nearly &lt;all&gt;" in (room.output / "feedback" / f"{who}.html").read_text()
    assert len(room.report()["undecided"]) == 1
    again = ask(served, "answers/1")[1]
    assert (again["ticked"], again["points"], again["comment"]) == ([0], 0.75, "Nearly <all>")
    assert ask(served, "answers/0")[1]["snippets"] == ["Nearly <all>"]


def test_of_two_tabs_the_last_one_wins_and_both_are_kept(room, served, capsys):
    first = ask(served, "answers/0")[1]
    assert saving(served, points=1, comment="One tab", seen=first["seen"])[1]["between"] == ""
    told = saving(served, points=0.5, ticked=[0], comment="The other tab", seen=first["seen"])[1]
    assert told["between"] == "In between 1 of 1 points had been saved; both are in the history."
    assert saving(served, points=0.5, ticked=[0], comment="The other tab", seen=told["seen"])[1]["between"] == ""
    capsys.readouterr()
    rows = room.grade("--history")
    told = capsys.readouterr().out
    assert "One tab" in told and "The other tab" in told
    (grade,) = [row for row in rows.values() if row["comments"]]
    assert [c["comment"] for c in grade["comments"]] == ["Names the reason · The other tab"]  # the last one alone
    assert grade["grade"] == TOTAL - 0.5


def test_many_at_once_lose_nothing(room, served):
    threads = [threading.Thread(target=saving, args=(served, k % 2), kwargs={"comment": f"c{k}"}) for k in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    told = [what for _, _, what in served.desk.book.history() if "1.P.3" in what]
    assert len(told) == 16


@pytest.mark.parametrize(
    "how",
    [
        {"token": ""},
        {"token": "x" * 32},
        {"headers": {"Host": "evil.example"}},
        {"headers": {"Host": "evil.example:80"}},
    ],
)
def test_nobody_else_gets_in(served, how):
    for path in ("", "answers", "answers/0"):
        assert ask(served, path, **how)[0] == 404
    assert ask(served, "save", {"answer": 0, "points": 1, "ticked": [], "comment": "", "seen": 0}, **how)[0] == 404
    assert served.progress() == "0 of 2 answers are marked."


def test_another_site_can_save_nothing(served):
    good = {"answer": 0, "points": 1, "ticked": [], "comment": "", "seen": 0}
    assert ask(served, "save", good, headers={"Origin": "http://evil.example"})[0] == 403
    assert ask(served, "save", raw=json.dumps(good), headers={"Content-Type": "text/plain"})[0] == 403
    assert served.progress() == "0 of 2 answers are marked."
    assert served.address.startswith("http://127.0.0.1:") and served.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "sent",
    [
        {"points": 2}, {"points": -1}, {"points": float("nan")}, {"points": "1"}, {"points": True}, {"points": None},
        {"ticked": [7]}, {"ticked": [-1]}, {"ticked": "all"}, {"comment": 3}, {"comment": "x" * 30_000},
        {"answer": 2}, {"answer": -1}, {"answer": True}, {"answer": "0"}, {"seen": "x"},
    ],
)  # fmt: skip
def test_what_is_no_mark_is_one_sentence(served, sent):
    status, told = saving(served, **sent)
    assert status == 400 and len(told["error"].splitlines()) == 1
    assert served.progress() == "0 of 2 answers are marked."


@pytest.mark.parametrize("raw", ["", "[]", "{", "[" * 50_000, "7", '{"answer": 0}'])
def test_a_broken_request_is_told_and_the_page_lives_on(served, raw):
    assert ask(served, "save", raw=raw)[0] == 400
    assert ask(served, "answers/99")[0] == ask(served, "answers/x")[0] == ask(served, "../x")[0] == 404
    assert ask(served, "save", raw="x" * 300_000)[0] == 413
    assert ask(served, "answers")[0] == 200


def test_a_group_is_marked_once_for_all(room, served):
    from qtrain.grading import mark

    with served.desk.book.session() as session:
        from qtrain.grading.models import Learner

        for name in ("anna", "cy"):
            learner = session.get(Learner, name)
            learner.details = {**learner.details, "group": "Red"}
        session.commit()
    roster = room.folder / "roster.csv"
    roster.write_text("id,name,group\nanna,Anna,Red\nbob,Bob,\ncy,Cy,Red\n")
    (room.submissions / "cy.ipynb").unlink()
    room.grade("--group-work", "--roster", roster, "--remove", "cy", "it was anna's")
    desk = mark._desk(served.desk.book, options(room), str(room.root))
    assert [one.learners for one in desk.lying if one.row.key == "anna"] == [("anna", "cy")]
    desk.save(next(one for one in desk.lying if one.row.key == "anna"), 1, [0, 1], "")
    rows = room.grade()
    assert rows["anna"]["grade"] == rows["cy"]["grade"] == TOTAL


def test_the_exercises_own_rubric_and_others_by_name(room, served):
    from qtrain.grading import mark

    own = mark._desk(served.desk.book, options(room, rubric=None), str(room.root))
    assert [item.text for item in own.rubrics["1.P.3"]] == ["Own item"]
    other = mark._desk(served.desk.book, options(room, exercise=["1.P.1"], names=True), str(room.root))
    assert {(one.exercise, one.row.learner.id) for one in other.lying} == {("1.P.1", n) for n in ("anna", "bob", "cy")}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--exercise", "1.P.9"), "no exercise '1.P.9'"),
        (("--release", "x"), "no release 'x'"),
        (("--section", "B"), "no section 'B' in the roster; there are: none"),
        (("--rubric", "none.yml"), "cannot be read"),
    ],
)
def test_what_cannot_be_marked_is_one_sentence(room, capsys, more, says):
    assert cli.main(["mark", "-o", str(room.output), "--no-browser", *more]) == 1
    error = capsys.readouterr().err.strip()
    assert says in error and len(error.splitlines()) == 1
    assert cli.main(["mark", "-o", str(room.folder / "outt"), "--no-browser"]) == 1
    assert "there is no gradebook" in capsys.readouterr().err and not (room.folder / "outt").exists()


def test_hidden_names_stay_hidden(room, capsys):
    room.grade("--anonymous")
    assert cli.main(["mark", "-o", str(room.output), "--no-browser", "--names"]) == 1
    assert "names are hidden" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("r.yml", "1.P.9: [{points: 1, text: x}]", "no exercise '1.P.9'"),
        ("r.yml", "1.P.3: [{points: much, text: x}]", "points are a number, not 'much'"),
        ("r.yml", "1.P.3: [{points: .nan, text: x}]", "points are a number"),
        ("r.yml", "1.P.3: [{points: 1}]", "needs a text"),
        ("r.yml", "1.P.3: [{points: 1, txt: x}]", "not 'txt'"),
        ("r.yml", "1.P.3: 7", "a list of items"),
        ("r.yml", "- 1", "for each exercise, a list"),
        ("r.yml", "1.P.3: [", "is no YAML"),
        ("r.yml", "1.P.3: [" + "{points: 1, text: x}," * 10 + "]", "more than 9 items"),
        ("r.yml", "{}", "holds no rubric"),
        ("r.csv", "exercise,points\n1.P.3,1\n", "needs the headings exercise, points, text"),
        ("r.csv", "exercise,points,text\n1.P.3,x,y\n", "line 2: points are a number"),
        ("r.csv", "exercise,points,text\n", "holds no rubric"),
    ],
)
def test_a_rubric_that_cannot_be_is_one_sentence(tmp_path, name, text, says):
    from qtrain.grading import rubric
    from qtrain.grading.errors import GradingError

    (tmp_path / name).write_text(text)
    with pytest.raises(GradingError, match=says.replace("(", r"\(")) as found:
        rubric.read(tmp_path / name, ["1.P.1", "1.P.3"])
    assert len(str(found.value).splitlines()) == 1


def test_words_that_were_written_are_shown_as_words():
    from qtrain.grading.mark import written

    assert written("x = 'a'\nx = 'b\\nc'\ny = 'd'", "x") == "b\nc"
    for source in ("x = 3", "x = 'a' + y", "y = 'a'", "x = ", "", "(" * 5000):
        assert written(source, "x") == ""


def test_an_exercise_says_that_a_person_reads_it():
    from qtrain.authoring import text
    from qtrain.checking import FreeText

    @text("1.P.3", kind="explain", points=2, rubric=[(2, "Names the reason")])
    def why():
        yield FreeText()

    exercise = why
    target = exercise.target(exercise.parameters("x"))
    assert exercise.rubric == ((2, "Names the reason"),)
    verdict = target.judge("Because.")
    assert (verdict.status, verdict.score) == ("undecided", 0) and "instructor reads it" in verdict.message
    assert target.judge("  ").status == "not yet" and target.judge([1, 0]).diagnosis == "wrong-type"


def test_a_rubric_as_a_table(tmp_path):
    from qtrain.grading import rubric

    (tmp_path / "r.csv").write_text("Exercise;points;text\n1.P.3;0,5;Names, it\n1.P.3;-1;Wrong\n")
    made = rubric.read(tmp_path / "r.csv", ["1.P.3"])
    assert made == {"1.P.3": [rubric.Item(0.5, "Names, it"), rubric.Item(-1, "Wrong")]}


def test_by_keyboard_in_a_browser(room, served, browser, tmp_path, request):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(served.address)
    page.wait_for_selector("label.item")
    assert page.inner_text("#count") == "0 of 2 marked" and "Answer 1 of 2" in page.inner_text("#state")
    page.keyboard.press("j")
    page.locator("#state", has_text="Answer 2 of 2.").wait_for()
    page.keyboard.press("k")
    page.locator("#state", has_text="Answer 1 of 2.").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("3")
    assert page.input_value("#points") == "0.75"
    page.keyboard.press("c")
    page.keyboard.type("Well, nearly 1")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("jkn")  # in a text, keys are letters
    page.keyboard.press("Enter")
    page.locator("#count", has_text="1 of 2 marked").wait_for()
    page.locator("#state", has_text="Answer 2 of 2.").wait_for()
    assert "Saved." in page.inner_text("#said")
    page.keyboard.press("Alt+1")
    assert page.input_value("#comment") == "Well, nearly 1\njkn"
    page.keyboard.press("Enter")
    assert "Give points first" in page.inner_text("#said")
    page.keyboard.press("p")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.locator("#count", has_text="2 of 2 marked").wait_for()
    assert page.evaluate("window.stolen") is None and faults == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=tmp_path / f"mark-{width}.png", full_page=True)
    assert served.progress() == "2 of 2 answers are marked."
    assert {round(one.points, 6) for one in served.desk.marks().values()} == {0.75, 1}
