"""The instructor's guide, followed literally: every command, in its order, from a roster to the files for an LMS."""

import csv
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from qtrain.course import load

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "book" / "instructors.md").read_text("utf-8").partition("## Release, grade, export")[2]
GUIDE = GUIDE.partition("## This site for your class")[0]
ROSTER = """id,name,email,section,group
amina,Amina Khan,amina@uni.example,A,Red
bilal,Bilal Shah,bilal@uni.example,A,Red
chen,Chen Wei,chen@uni.example,B,Blue
"""
NUMBERS = {"amina": "Amina Khan_4711", "bilal": "Bilal Shah_4712", "chen": "Chen Wei_4713"}  # as Moodle calls them
PSEUDONYM = "7QK-X2M-9P4"  # the guide's example of one
BADGE = "3f0c9a0e"  # and of the beginning of a badge's id


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


def commands() -> list[list[str]]:
    return [shlex.split(line)[1:] for block in blocks("bash") for line in block.splitlines() if line]


class Desk:
    """A teacher's folder, in which each command finds what the guide says is there."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "QTRAIN_COURSE": str(ROOT)}
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            self.environment[name] = str(folder / "home")
        (folder / "roster.csv").write_text(ROSTER, "utf-8")

    def run(self, words: list[str]) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "qtrain.cli", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=280,
        )
        assert done.returncode == 0, f"qtrain {shlex.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def mark(self, words: list[str]) -> None:
        """Open the marking page, look at it, and leave it as one does."""
        server = subprocess.Popen(
            [sys.executable, "-u", "-m", "qtrain.cli", *words, "--no-browser"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = ""
        try:
            while not (address := re.search(r"http://127\.0\.0\.1:\d+/\S+", said)):
                line = server.stdout.readline()
                assert line, said
                said += line
            with urllib.request.urlopen(address[0], timeout=30) as page:
                assert b"<html" in page.read()
            server.send_signal(signal.SIGINT)
            assert server.wait(60) == 0
        finally:
            server.kill()
            server.wait()

    def collect(self) -> None:
        """What Moodle gives: one learner did all, one half, one handed in the copy as it was."""
        cells = load(ROOT).lesson("1.P").cells
        with zipfile.ZipFile(self.folder / "submissions.zip", "w") as archive:
            for learner, share in (("amina", 1.0), ("bilal", 0.5), ("chen", 0.0)):
                path = self.folder / "release" / learner / "problem_set.ipynb"
                notebook = json.loads(path.read_text("utf-8"))
                answers = [
                    cell
                    for cell in notebook["cells"]
                    if cell["cell_type"] == "code" and "exercise" in cell["metadata"].get("tags", ())
                ]
                for cell in answers[: round(share * len(answers))]:
                    cell["source"] = cells[cell["metadata"]["qtrain"]["exercise"]].solutions[0].source
                archive.writestr(f"{NUMBERS[learner]}_assignsubmission_file_/problem_set.ipynb", json.dumps(notebook))

    def worksheet(self, name: str) -> None:
        with (self.folder / name).open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["Identifier", "Full name", "Status", "Grade", "Maximum Grade", "Feedback comments"])
            for label in NUMBERS.values():
                person, number = label.split("_")
                rows.writerow([f"Participant {number}", person, "Submitted for grading", "", "33.00", ""])

    def prepare(self, words: list[str]) -> list[str]:
        """Put there what the guide takes for granted before this command; gives the command as it is to be run."""
        have = {path.name for path in self.folder.iterdir()}
        words = [word.replace("2026-03-", "2099-03-") for word in words]  # the guide's dates, not yet past
        if "submissions.zip" in words and "submissions.zip" not in have:
            self.collect()
        if "--remarks" in words:
            (self.folder / "table.csv").write_text("learner,exercise,points,comment\nbilal,1.P.4,1,Nearly.\n", "utf-8")
        if "--worksheet" in words:
            self.worksheet(words[words.index("--worksheet") + 1])
        if "--rubric" in words:
            (self.folder / "rubric.yml").write_text(blocks("yaml")[0], "utf-8")
        if "graded-2" in words and "graded-2" not in have:  # the term's other sets, and the exam
            for name in ("graded-1", "graded-2", "graded-3", "graded-4", "exam-graded"):
                self.run(["grade", "submissions.zip", "--release", "release", "-o", name, "--new"])
            (self.folder / "term.yml").write_text(blocks("yaml")[1], "utf-8")
        if "exam-graded" in words and words[0] == "grade":
            shutil.rmtree(self.folder / "exam-graded")
        if "bank-exam" in words:  # by then the bank has more than its first problem
            shutil.rmtree(self.folder / "our-bank")
            shutil.copytree(Path(__file__).parent / "bank", self.folder / "our-bank")
        if PSEUDONYM in words:
            from qtrain.grading.gradebook import Gradebook

            named = Gradebook(self.folder / "graded" / "gradebook.sqlite").veil().name("amina")
            words = [named if word == PSEUDONYM else word for word in words]
        if BADGE in words:
            path = self.folder / "badges" / "amina" / "module-1" / "badge.json"
            issued = json.loads(path.read_text("utf-8"))["id"]
            words = [issued if word == BADGE else word for word in words]
        return words


@pytest.mark.skipif(sys.platform != "linux", reason="grading needs fences, which are Linux's")
def test_every_command_of_the_guide_does_what_it_says(tmp_path):
    desk, done = Desk(tmp_path), []
    for words in commands():
        words = desk.prepare(words)
        said = desk.mark(words) if words[0] == "mark" else desk.run(words)
        done.append(words[0])
        if words[0] == "verify" and "--add" not in words:
            assert "VALID AND TRUSTED" in said and "To: Amina Khan" in said
        if words == ["grade", "submissions.zip", "-o", "graded"]:
            grades = [json.loads(line) for line in (tmp_path / "graded" / "grades.jsonl").read_text().splitlines()]
            grades = {row["learner"]: row["grade"] / row["of"] for row in grades}
            assert grades["amina"] == 1 and 0.2 < grades["bilal"] < 0.8 and grades["chen"] == 0
    called = {"release", "grade", "mark", "term", "new", "exam", "cards", "badge", "transcript", "verify"}
    assert called | {"outcomes", "cohort"} <= set(done)
    reached = (tmp_path / "outcomes" / "attainment-outcomes.csv").read_text("utf-8-sig")
    assert "1.P.1," in reached and "amina" not in (tmp_path / "outcomes" / "evidence.csv").read_text("utf-8-sig")
    assert "<b>3</b>learners" in (tmp_path / "cohort" / "cohort.html").read_text("utf-8")
    with next((tmp_path / "graded").glob("Grades-*.csv")).open(encoding="utf-8", newline="") as file:
        filled = {row["Full name"]: float(row["Grade"] or 0) for row in csv.DictReader(file)}
    assert filled["Amina Khan"] > filled["Bilal Shah"] > filled["Chen Wei"] == 0
    for left in ("canvas.csv", "feedback-moodle.zip"):
        assert list((tmp_path / "graded").glob(f"*{left}")), left
    assert (tmp_path / "term" / "term-moodle.csv").is_file() and (tmp_path / "deck.apkg").stat().st_size > 1000
