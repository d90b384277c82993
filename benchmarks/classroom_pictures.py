"""Takes the pictures of the guide for teachers from a class that is served: as root, on Linux, with Chromium.

``sudo unshare --net --mount --propagation private .venv/bin/python benchmarks/classroom_pictures.py`` writes
``book/_static/classroom-*.png``. The class is made up; its server, its slips and its pages are real.
"""

import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "classroom")]

from follow_guide import CLASS, Class, hand_in, own_view, said, slips  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

NAMES = {
    "ayesha": "Ayesha Siddiqui",
    "bilal": "محمد بلال",
    "chen": "陈伟",
    "fatima": "Fatima Noor",
    "lina": "李娜",
    "daniyal": "Daniyal Raza",
    "orla": "Órla O'Neil",
    "zainab": "زینب علی",
    "hamza": "Hamza Tariq",
    "zhang": "张敏",
    "mariam": "Mariam Aziz",
    "yusuf": "Yusuf Khan",
}
SERVE = 'sudo qtrain hub /srv/class --roster class.csv --teacher "Ms Khan"'
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]


def progress() -> None:
    """An hour of a lesson, as learners' servers would have told it: half of them meet the same exercise just now."""
    from qtrain.classroom.database import ClassDatabase, Seen, Tried

    database, seeded, now = ClassDatabase(CLASS), random.Random(7), datetime.now(UTC)
    for number, learner in enumerate(NAMES):
        rows = []
        for step, exercise in enumerate(f"1.2.{letter}" for letter in "abcde"[: 2 + number % 3]):
            at = now - timedelta(minutes=50 - 8 * step - seeded.random() * 5)
            for wrong in range(seeded.choice((0, 0, 1, 2))):
                rows.append(Tried(exercise, stamp(at - timedelta(minutes=2 + wrong)), "wrong", 0.0, "angle-sign"))
            rows.append(Tried(exercise, stamp(at), "right", 1.0))
        stuck = f"1.2.{'abcde'[2 + number % 3]}" if number % 2 else "1.2.e"
        for minute in range(seeded.choice((2, 3, 4))):
            mistake = seeded.choice(("half-angle", "half-angle", "qubit-order"))
            rows.append(Tried(stuck, stamp(now - timedelta(minutes=minute, seconds=number)), "wrong", 0.0, mistake))
        database.add_attempts(learner, rows)
    here = [(learner, f"1.2.{'abcde'[2 + number % 3]}") for number, learner in enumerate(NAMES)][:-2]
    database.keep_seen({learner: Seen(time.time() + 20, "1.2", exercise) for learner, exercise in here})


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def signed_in(page: Page, name: str, code: str) -> None:
    page.goto("http://127.0.0.1/hub/login")
    page.fill("#name", name)
    page.fill("#code", code)
    with page.expect_navigation():
        page.click("button[type=submit]")


def take(page: Page, name: str, **how) -> None:
    """A picture with few colours, so that the book stays light."""
    import io

    from PIL import Image

    picture = Image.open(io.BytesIO(page.screenshot(**how))).convert("RGB").quantize(64)
    picture.save(ROOT / "book" / "_static" / f"classroom-{name}.png", optimize=True)


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    own_view(folder)
    os.chdir(folder)
    roster = "".join(f"{learner},{name}\n" for learner, name in NAMES.items())
    Path("class.csv").write_text(f"id,name\n{roster}", "utf-8")
    school = Class()
    school.serve(SERVE + " --address 127.0.0.1")
    printed = slips()
    said("sudo qtrain hub /srv/class release ps1 1 --due 2099-03-01T23:59")
    for learner in ("ayesha", "chen", "mariam"):
        hand_in(learner)
    school.end()
    progress()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        paper = browser.new_page(viewport={"width": 794, "height": 640})
        paper.goto((CLASS / "slips.html").as_uri())
        paper.emulate_media(media="print")
        paper.evaluate("document.querySelector('.sheet').remove()")
        paper.evaluate(
            "document.querySelectorAll('.address').forEach(one => one.textContent = 'http://192.168.1.10')"
        )  # as it would stand there
        take(paper, "slips")
        school.serve("sudo qtrain hub /srv/class")
        phone = browser.new_page(viewport={"width": 360, "height": 640})
        phone.goto("http://127.0.0.1/hub/login?username=ayesha")
        take(phone, "sign-in")
        desk = browser.new_page(viewport={"width": 1100, "height": 1180})
        signed_in(desk, "Ms Khan", printed["Ms Khan"])
        desk.goto("http://127.0.0.1/services/class/")
        desk.wait_for_selector("#lines tr >> nth=10")
        take(desk, "page")
        browser.close()
    school.end()


if __name__ == "__main__":
    main()
