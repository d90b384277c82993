"""A class from sign-in to the gradebook in a learner's and a teacher's browser: run by test_whole_class.py as root.

It runs in a view of the computer of its own, where /srv and /run are empty and no network is there but loopback.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from follow_guide import CLASS, Class, own_view, slips
from playwright.sync_api import expect, sync_playwright

CHROMIUM, FLAGS = sys.argv[2], json.loads(sys.argv[3])
HOME = "http://127.0.0.1"
ROSTER = "id,name\nayesha,Ayesha Siddiqui\nbilal,محمد بلال\n"


def sign_in(page, name: str, code: str) -> None:
    page.goto(f"{HOME}/hub/login")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(code)
    page.locator("input[name=password]").press("Enter")


def main(folder: Path) -> None:
    own_view(folder)
    os.chdir(folder)
    Path("class.csv").write_text(ROSTER, "utf-8")
    school = Class()
    school.serve(f"sudo qtrain hub {CLASS} --roster class.csv")
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            in_browsers(chromium, slips(), folder)
            chromium.close()
        graded(folder)
        print("FOLLOWED")
    finally:
        school.process.terminate()
        school.process.wait(60)


def in_browsers(chromium, codes: dict[str, str], folder: Path) -> None:
    teacher = chromium.new_context(viewport={"width": 1200, "height": 900}).new_page()
    learner = chromium.new_context(viewport={"width": 1200, "height": 800}).new_page()
    asked = []
    for page in (teacher, learner):
        page.on("request", lambda one: asked.append(one.url))
    sign_in(learner, "ayesha", codes["ayesha"])
    learner.locator(".jp-DirListing-item[title*=start_here]").wait_for(timeout=60_000)
    sign_in(teacher, "teacher", codes["teacher"])
    teacher.goto(f"{HOME}/services/class/")
    row = teacher.locator("#lines tr", has_text="Ayesha")
    expect(row).to_contain_text("● here", timeout=30_000)
    expect(teacher.locator("#lines tr", has_text="محمد بلال")).to_contain_text("not yet")
    # A learner is refused, whatever they type.
    assert learner.context.request.get(f"{HOME}/services/class/").status == 403
    assert learner.context.request.get(f"{HOME}/services/class/state").status == 403
    # A lesson is opened: the teacher sees where the learner is.
    learner.goto(f"{HOME}/user/ayesha/lab/tree/1_qubits/1_4_measurement.ipynb")
    learner.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    expect(row).to_contain_text("1.4", timeout=30_000)
    teacher.get_by_role("button", name="Give out a problem set").click()
    teacher.locator("#what").select_option("1.P")
    teacher.get_by_role("button", name="Give out", exact=True).locator("visible=true").click()
    expect(teacher.locator("#said")).to_contain_text("ps1 is on its way", timeout=120_000)
    learner.get_by_text("was given out: it is in released/ps1").first.wait_for(timeout=60_000)
    learner.goto(f"{HOME}/user/ayesha/lab/tree/released/ps1/problem_set.ipynb")
    learner.locator(".qtrain-hand-in").locator("visible=true").click(timeout=60_000)
    dialog = learner.locator(".jp-Dialog")
    dialog.get_by_text("Handed in", exact=True).wait_for(timeout=30_000)
    learner.screenshot(path=folder / "handed-in.png")
    digest = re.search(r"[0-9a-f]{64}", dialog.text_content())[0]
    expect(row).to_contain_text(digest[:12], timeout=60_000)
    teacher.screenshot(path=folder / "teacher.png")
    kept = next((CLASS / "submissions" / "ps1").glob("ayesha+*/problem_set.ipynb"))
    own = next(CLASS.glob("homes/ayesha/course/released/ps1/problem_set.ipynb"))
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == hashlib.sha256(own.read_bytes()).hexdigest() == digest
    assert all(url.startswith((HOME, "data:", "blob:", "ws://127.0.0.1")) for url in asked), asked


def graded(folder: Path) -> None:
    done = subprocess.run(
        ["qtrain", "grade", str(CLASS / "submissions" / "ps1"), "-o", str(folder / "out")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "1 learners handed in, 1 did not" in done.stdout, done.stdout + done.stderr


if __name__ == "__main__":
    main(Path(sys.argv[1]))
