"""A learner's first quarter of an hour in a real JupyterLab, by mouse one day and by keyboard alone the next.

Open, run, wrong, hint, right, next lesson, restart, come back tomorrow: each step waits for what a learner would see.
QTRAIN_SHOTS names a folder that keeps the screenshots.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("jupyterlab")

LOOKS = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SIZES = {"1366": {"width": 1366, "height": 768}, "1920": {"width": 1920, "height": 1080}}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
AXE_RUN = "([where, rules]) => axe.run(where, {runOnly: rules, resultTypes: ['violations'], preload: false})"
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"  # the notebook in front
NOTHING_RUNS = """() => {
  const prompts = document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .jp-InputPrompt');
  return prompts.length > 0 && [...prompts].every(prompt => !prompt.textContent.includes('*'));
}"""
SAVED = "() => !document.querySelector('.lm-TabBar-tab.jp-mod-current.jp-mod-dirty')"
MOST_TABS = 120
PATIENCE_MS = int(os.environ.get("QTRAIN_PATIENCE_MS", 30_000))
WRONG, RIGHT = "square = p.n * 2", "square = p.n**2"


class Lab:
    """JupyterLab on a learner's copy, as `qtrain learn` starts it, and a page that shows it."""

    def __init__(self, folder: Path, home: Path, look: str):
        self.folder, self.look = folder, look
        self.environment = {
            **os.environ,
            "QTRAIN_NO_BROWSER": "1",
            "HOME": str(home),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),  # none of the person who runs the tests
        }
        self.command = [sys.executable, "-m", "qtrain", "learn", str(folder)]
        self.server = subprocess.Popen(
            self.command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.address = next(line.split()[-1] for line in self.server.stdout if "http://" in line)

    def again(self) -> str:
        """`qtrain learn` once more, beside the one that runs."""
        done = subprocess.run(self.command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> None:
        self.server.send_signal(signal.SIGTERM)
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.server.stdout.close()


@pytest.fixture
def lab(small, tmp_path, request):
    found = Lab(tmp_path / "copy", tmp_path / "home", request.param)
    yield found
    found.stop()


@pytest.fixture
def page(lab, browser):
    context = browser.new_context(viewport=SIZES["1366"], color_scheme=lab.look)
    found = context.new_page()
    found.set_default_timeout(PATIENCE_MS)
    yield found
    context.close()


class Learner:
    """What a learner does, and what they see."""

    def __init__(self, page, lab, shots: str, axe: str):
        self.page, self.lab, self.shots, self.axe = page, lab, shots, axe

    def sees(self, text: str, where: str):
        """Wait until a place shows a text."""
        found = self.page.locator(f"{where}:visible", has_text=re.compile(re.escape(text))).last
        found.wait_for()
        return found

    def looks(self, name: str, where: str) -> None:
        """In both sizes all of it is seen, and nothing that axe finds fault with."""
        for size, viewport in SIZES.items():
            self.page.set_viewport_size(viewport)
            self.picture(f"{type(self).__name__}-{self.lab.look}-{size}-{name}.png")
            fits = "where => { const e = document.querySelector(where); return e.scrollWidth <= e.clientWidth + 1; }"
            assert self.page.evaluate(fits, where), f"{name} is cut off at {size}"
        self.page.set_viewport_size(SIZES["1366"])
        self.page.evaluate(self.axe)
        found = self.page.evaluate(AXE_RUN, [where, RULES])["violations"]
        assert not found, [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]

    def picture(self, name: str) -> None:
        """Keep a screenshot, where somebody wants them."""
        if self.shots:
            self.page.screenshot(path=Path(self.shots) / name)

    def settled(self) -> None:
        """Wait until the notebook that is shown is ready and no cell of it runs."""
        self.page.wait_for_selector(f"{SHOWN} .jp-Notebook .jp-Cell.jp-mod-active")
        self.page.locator("#jp-main-statusbar", has_text="Python 3 | Idle").wait_for()
        self.page.wait_for_function(NOTHING_RUNS)

    def cell(self, text: str):
        """The code cell with this text."""
        shown = self.page.locator(f"{SHOWN} .jp-CodeCell")
        return shown.filter(has_text=text).first

    def card(self, kind: str):
        return self.page.locator(f".qtrain-card.qtrain-{kind}:visible").last

    def first_quarter(self) -> None:
        self.page.goto(self.lab.address)
        self.sees("Start here", ".jp-MarkdownViewer")
        self.sees("Begin with 1.2 Numbers, exercise 1.2.a", ".jp-MarkdownViewer")
        # Light or dark as the system is, without anybody's setting.
        self.page.wait_for_function("look => document.body.dataset.jpThemeName === look", arg=LOOKS[self.lab.look])
        self.looks("front", ".jp-MarkdownViewer")
        self.follow("1.2 Numbers")
        self.settled()
        self.run("from qtrain import")
        self.run('variant("1.2.a")')
        self.write("square = None", WRONG)
        self.run('check("1.2.a"')
        self.card("wrong").wait_for()
        assert "You doubled." in self.card("wrong").inner_text()
        self.looks("wrong", ".qtrain-card")
        self.hint()
        self.sees("Multiply.", ".qtrain-card")
        self.write(WRONG, RIGHT)
        self.run('check("1.2.a"')
        self.card("right").wait_for()
        assert "1 of 2 done in 1.2. Next: exercise 1.2.b · A reason." in self.card("right").inner_text()
        self.write("reason = None", 'reason = "Yes, it is."')
        self.run('check("1.2.b"')
        self.sees("2 of 2 done in 1.2.", ".qtrain-card")
        self.looks("right", ".qtrain-card.qtrain-right")
        self.follow("Problems of module 1")
        self.sees("What comes after", SHOWN)
        self.settled()
        self.restart()
        self.run('check("1.P.1"')
        self.sees("Run the first code cell of this notebook, then this one.", ".jp-OutputArea")
        self.run("from qtrain import")
        self.write("next_one = None", "next_one = p.n")
        self.run('check("1.P.1"')
        self.card("wrong").wait_for()
        self.save()
        self.tomorrow()

    def tomorrow(self) -> None:
        with closing(sqlite3.connect(self.lab.folder / ".qtrain" / "record.sqlite")) as record, record:
            rows = record.execute("SELECT number, at FROM attempt").fetchall()
            moved = [((datetime.fromisoformat(at) - timedelta(1)).isoformat(), number) for number, at in rows]
            record.executemany("UPDATE attempt SET at = ? WHERE number = ?", moved)
        told = self.lab.again()
        assert "JupyterLab runs already on" in told
        self.page.goto(told.split()[-1])
        self.sees("Go on with Problems of module 1, exercise 1.P.1", ".jp-MarkdownViewer")
        self.sees("To repeat: 2 exercises (1.2.a, 1.P.1) and 2 recall questions", ".jp-MarkdownViewer")
        self.looks("tomorrow", ".jp-MarkdownViewer")
        self.follow("Problems of module 1")
        self.settled()
        self.write("next_one = p.n", "practice()")
        self.sees("Your last answer was not right, yesterday.", ".jp-OutputArea")
        self.follow("Open the practice sheet")
        self.sees("About 12 minutes", SHOWN)
        self.settled()
        self.looks("practice", f"{SHOWN} .jp-RenderedMarkdown")


class Mouse(Learner):
    """By mouse; only an answer is typed."""

    def follow(self, name: str) -> None:
        self.page.locator("a:visible", has_text=name).first.click()

    def run(self, text: str) -> None:
        self.cell(text).locator(".cm-content").click()
        self.page.locator(f"{SHOWN} [data-command='notebook:run-cell-and-select-next']").click()
        self.settled()

    def write(self, old: str, new: str) -> None:
        editor = self.cell(old).locator(".cm-content")
        editor.click()
        text = editor.inner_text()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text.replace(old, new))
        self.run(new)

    def hint(self) -> None:
        self.card("wrong").locator("summary").first.click()

    def save(self) -> None:
        self.page.locator(f"{SHOWN} [data-command='docmanager:save']").click()
        self.page.wait_for_function(SAVED)

    def restart(self) -> None:
        self.page.locator(".lm-MenuBar-itemLabel", has_text="Kernel").click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Restart Kernel…$")).click()
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.locator(".jp-Dialog").wait_for(state="detached")
        self.settled()


class Keyboard(Learner):
    """By keyboard alone."""

    def follow(self, name: str) -> None:
        self.tab_to(name)
        self.page.keyboard.press("Enter")

    def tab_to(self, text: str) -> None:
        """Tab until what has the focus has this text."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if text in (self.page.evaluate("document.activeElement.textContent") or "") and self.page.evaluate(
                "['A', 'SUMMARY', 'BUTTON'].includes(document.activeElement.tagName)"
            ):
                return
        raise AssertionError(f"{text} cannot be reached with the Tab key")

    def go_to(self, text: str) -> None:
        """Select the code cell with this text."""
        active = f"{SHOWN} .jp-Cell.jp-mod-active"
        self.page.keyboard.press("Escape")
        for key in ("ArrowUp", "ArrowDown"):
            for _ in range(40):
                cell = self.page.locator(active)
                if text in cell.inner_text() and "jp-CodeCell" in cell.get_attribute("class"):
                    return
                self.page.keyboard.press(key)
        raise AssertionError(f"no cell with {text} is reached with the arrow keys")

    def run(self, text: str) -> None:
        self.go_to(text)
        self.page.keyboard.press("Control+Enter")
        self.settled()

    def write(self, old: str, new: str) -> None:
        self.go_to(old)
        text = self.cell(old).locator(".cm-content").inner_text()
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text.replace(old, new))
        self.page.keyboard.press("Control+Enter")
        self.settled()

    def hint(self) -> None:
        self.tab_to("A hint")
        self.page.keyboard.press("Enter")

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(SAVED)

    def restart(self) -> None:
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("0")
        self.page.keyboard.press("0")
        self.page.locator(".jp-Dialog").wait_for()
        self.page.keyboard.press("Enter")
        self.page.locator(".jp-Dialog").wait_for(state="detached")
        self.settled()


@pytest.mark.one_in(2, "learner")
@pytest.mark.parametrize(("learner", "lab"), [(Mouse, "light"), (Keyboard, "dark")], indirect=["lab"])
def test_the_first_quarter_of_an_hour(learner, lab, page, axe):
    somebody = learner(page, lab, os.environ.get("QTRAIN_SHOTS", ""), axe)
    try:
        somebody.first_quarter()
    except BaseException:
        somebody.picture("failed.png")
        raise
