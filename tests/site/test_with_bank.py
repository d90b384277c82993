"""A site that shows a private bank's problems shows tasks and numbers, and nowhere what is right."""

import html
import json
import re
import shutil
from pathlib import Path

import pytest
from sample_lesson import checkout

from qtrain import cli
from qtrain.course import load

BANK = Path(__file__).parents[1] / "grading" / "bank"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pytest.importorskip("jupyter_book", reason="needs jupyter-book: pip install 'qtrain[book]'")
    folder = checkout(tmp_path_factory.mktemp("bank-site") / "checkout", copies=1)
    command = ["book", "--source", str(folder), "--bank", str(BANK), "--lenient", "--no-run"]
    assert cli.main([*command, "--output", str(folder / "out")]) == 0
    return folder / "out"


def test_every_task_is_there_with_numbers(built):
    for document in load(BANK).documents:
        page = (built / "html" / f"{document.chapter}.html").read_text(encoding="utf-8")
        text = html.unescape(re.sub(r"<[^>]+>", "", page)).replace("’", "'")
        for exercise in document.exercises:
            assert exercise.title in text and f'id="exercise-{exercise.id.replace(".", "-").lower()}"' in page
            for name in exercise.parameters(""):
                assert f"'{name}':" in text
        assert "judged=False" in text


def test_no_file_of_the_build_holds_what_is_right(built):
    lines, replies = set(), set()
    for document in load(BANK).documents:
        lines |= {line.strip() for line in document.exercises_path.read_text(encoding="utf-8").splitlines()}
        for exercise in document.exercises:
            stub = exercise.cells.stub
            lines |= {
                line.strip() for s in exercise.cells.solutions for line in s.source.splitlines() if line not in stub
            }
            lines.add(exercise.cells.explanation)
            replies |= {slip.reply for slip in exercise.slips(exercise.parameters()) if slip.reply}
    needles = {n for n in lines if len(n) > 30 and not n.startswith(("from ", "import "))} | replies
    assert len(needles) > 100
    seen = 0
    for path in built.rglob("*"):
        if path.is_file() and path.suffix in (
            ".html",
            ".ipynb",
            ".py",
            ".js",
            ".json",
            ".txt",
            ".yml",
            ".md",
            ".doctree",
        ):
            raw = path.read_bytes().decode("utf-8", "replace")
            text = raw + html.unescape(re.sub(r"<[^>]+>", "", raw))
            if path.suffix == ".ipynb":
                text += "\n".join("".join(cell["source"]) for cell in json.loads(raw)["cells"])
            seen += 1
            assert [n for n in needles if n in text] == [], path
    assert seen > 10


def test_a_bank_that_calls_a_module_as_the_course_does_is_one_sentence(tmp_path, capsys):
    folder = checkout(tmp_path / "checkout", copies=1)
    clash = tmp_path / "bank"
    shutil.copytree(BANK, clash)
    toc = clash / "book" / "_toc.yml"
    number = str(load(folder).modules[0].number)
    toc.write_text(toc.read_text().replace("100 ·", f"{number} ·").replace("100_foundations", f"{number}_foundations"))
    place = clash / "exercises" / "100_foundations"
    for name in ("problem_set.ipynb", "problem_set.py"):
        text = (place / name).read_text(encoding="utf-8").replace("100.P", f"{number}.P")
        (place / name).write_text(text, encoding="utf-8")
    place.rename(place.with_name(f"{number}_foundations"))
    for bank, says in ((clash, "from 100 on"), (tmp_path / "none", "none")):
        assert cli.main(["book", "--source", str(folder), "--bank", str(bank), "--output", str(tmp_path / "out")]) == 1
        error = capsys.readouterr().err.strip()
        assert says in error and len(error.splitlines()) == 1


def test_what_a_banks_problems_read_comes_along(tmp_path):
    from qtrain.site.with_bank import gather

    folder, bank = checkout(tmp_path / "checkout", copies=1), tmp_path / "bank"
    shutil.copytree(BANK, bank)
    (bank / "exercises" / "100_foundations" / "data").mkdir()
    (bank / "exercises" / "100_foundations" / "data" / "n.json").write_text("7")
    made = gather(folder, bank, tmp_path / "made")
    assert (made / "exercises" / "100_foundations" / "data" / "n.json").read_text() == "7"
