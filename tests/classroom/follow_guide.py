"""Follows the guide for teachers to the letter, in a view of the computer of its own: run by test_guide.py as root.

In this view /srv, /run and systemd's folder are empty, no network is there but loopback, and `sudo` and `qtrain` are at
hand as on a teacher's computer. So every command can be run as it is printed: with its paths, and on port 80.
"""

import fcntl
import http.cookiejar
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLASS = Path("/srv/class")
ROSTER = "id,name,email\nayesha,Ayesha Siddiqui,ayesha@school.example\nbilal,محمد بلال,\n"
# What needs a network, or another computer: test_bundle.py does the like.
ELSEWHERE = (
    "python3 -m venv",
    "/opt/qtrain/bin/pip install",
    "chmod 700 /opt",
    "ln -sf",
    "install --proxy",
    "bundle /media/stick",
    "grades ps1",  # to Moodle: test_lti_scores.py
)
SERVES = "sudo qtrain hub /srv/class --roster"


def commands() -> list[str]:
    guide = (ROOT / "book" / "classroom.md").read_text("utf-8")
    blocks = re.findall(r"```bash\n(.*?)```", guide, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def own_view(folder: Path) -> None:
    """Empty folders in the place of the computer's, loopback up, and the two programs in the path."""
    for place in ("/srv", "/run", "/etc/systemd/system"):
        if Path(place).is_dir():
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
    with socket.socket() as any_socket:  # "ip link set lo up", without the program
        flags = struct.pack("16sh14x", b"lo", 1)
        fcntl.ioctl(any_socket, 0x8914, flags)
    programs = folder / "bin"
    programs.mkdir()
    for name, text in (("sudo", 'exec "$@"'), ("qtrain", f'exec {sys.executable} -P -m qtrain.cli "$@"')):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    os.environ["PATH"] = f"{programs}:{os.environ['PATH']}"
    os.environ["PYTHONPATH"] = os.environ["QTRAIN_COURSE"] = str(ROOT)


class Class:
    """The server, as a teacher's terminal has it, and learners' browsers."""

    def __init__(self):
        self.process = None

    def serve(self, command: str) -> None:
        self.log = open("serve.log", "a+")
        self.process = subprocess.Popen(["sh", "-c", f"exec {command}"], stdout=self.log, stderr=self.log)
        end = time.monotonic() + 90
        while "The class is open at" not in Path("serve.log").read_text():
            assert self.process.poll() is None and time.monotonic() < end, Path("serve.log").read_text()
            time.sleep(0.1)

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(60) == 0, Path("serve.log").read_text()
        Path("serve.log").unlink()

    def sign_in(self, name: str, code: str) -> str:
        """Where somebody comes to; "" where they are refused."""
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), Stay())
        form = browser.open("http://127.0.0.1/hub/login", timeout=30).read().decode()
        told = {"username": name, "password": code, "_xsrf": re.search(r'name="_xsrf" value="([^"]+)"', form)[1]}
        try:
            answer = browser.open("http://127.0.0.1/hub/login", urllib.parse.urlencode(told).encode(), timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        return answer.headers["Location"] if answer.status == 302 else ""


class Stay(urllib.request.HTTPRedirectHandler):
    """A browser that does not go on to the lab: others test that."""

    def redirect_request(self, *_):
        return None


def slips() -> dict[str, str]:
    page = (CLASS / "slips.html").read_text("utf-8")
    names = re.findall(r"<dt>Name</dt><dd><bdi>(.*?)</bdi>", page)
    return dict(zip(names, re.findall(r'class="code" dir="ltr">([a-z-]+)<', page), strict=True))


def hand_in(learner: str) -> None:
    """All of a learner's answers, right, as the course has them."""
    from qtrain.classroom.database import ClassDatabase
    from qtrain.classroom.hand_ins import HandIns
    from qtrain.classroom.releases import Releases
    from qtrain.course import load
    from qtrain.grading.roster import read

    cells = load(ROOT).lesson("1.P").cells
    database = ClassDatabase(CLASS)
    releases = Releases(CLASS, database)
    files = releases.copy("ps1", learner)
    notebook = json.loads(next(data for path, data in files.items() if path.endswith(".ipynb")))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "exercise" in cell["metadata"].get("tags", ()):
            cell["source"] = cells[cell["metadata"]["qtrain"]["exercise"]].solutions[0].source
    roster = read(CLASS / "roster.csv")
    HandIns(CLASS, database, releases).take(roster.get(learner), json.dumps(notebook).encode(), roster)


def until(condition, what: str) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def said(command: str) -> str:
    done = subprocess.run(["bash", "-euc", command], capture_output=True, text=True, timeout=280)
    print(f"$ {command}\n{done.stdout}{done.stderr}", flush=True)
    assert done.returncode == 0, f"{command} ended with {done.returncode}"
    return done.stdout


def main(folder: Path, school: Class) -> None:
    own_view(folder)
    os.chdir(folder)
    Path("class.csv").write_text(ROSTER, "utf-8")
    codes, done = {}, set()
    for command in commands():
        action = command.removeprefix("sudo qtrain hub /srv/class ").split()[0]
        if any(part in command for part in ELSEWHERE):
            done.add("elsewhere")
            continue
        if command.startswith(SERVES):
            school.serve(command)
            codes = slips()
            assert list(codes) == ["Ms Khan", "ayesha", "bilal"]
            assert school.sign_in("Ms Khan", codes["Ms Khan"]) == "/services/class/"
            assert school.sign_in("siddiqui ayesha", codes["ayesha"]) == "/hub/spawn"
            (CLASS / "slips.html").unlink()  # printed
            done.add("serve")
            continue
        if action == "slips" and "--new" not in command:
            (CLASS / "roster.csv").write_text(ROSTER.replace("bilal", "chen").replace("محمد بلال", "陈"), "utf-8")
        if command.startswith("sudo tar") and "-cp" in command:
            school.end()
        if command.startswith("sudo tar") and "-xp" in command:
            owners = {path: path.stat().st_uid for path in CLASS.rglob("*") if "/homes/" in str(path)}
            subprocess.run(["rm", "-r", str(CLASS)], check=True)
        output = said(command)
        if action == "check":
            assert "This computer can serve the class." in output
        if action == "release":
            assert (CLASS / "releases" / "ps1" / "ayesha").is_dir()
            hand_in("ayesha")
        if "grade /srv" in command:
            rows = [json.loads(line) for line in (CLASS / "graded/ps1/grades.jsonl").read_text().splitlines()]
            assert {row["learner"]: row["grade"] / row["of"] for row in rows}["ayesha"] == 1
            hidden = ["setpriv", "--reuid", str(0x61000001), "--clear-groups", "test", "-e"]
            for place in ("graded/ps1", "course/exercises"):
                assert (CLASS / place).exists()
                assert subprocess.run([*hidden, str(CLASS / place)]).returncode != 0, "no other user sees it"
            action = "grade"
        if action == "slips" and "--new" in command:
            lost, codes["ayesha"] = codes["ayesha"], slips()["ayesha"]
            assert school.sign_in("ayesha", codes["ayesha"]) and not school.sign_in("ayesha", lost)
        elif action == "slips":
            new = slips()
            assert list(new) == ["chen"], "only who is new"
            until(lambda code=new["chen"]: school.sign_in("陈", code), "who is new signs in")
            assert not school.sign_in("bilal", codes["bilal"]), "who left does not"
        if action == "install":
            assert list(Path("/etc/systemd/system").glob("qtrain-*.service"))
        if command.startswith("sudo tar") and "-xp" in command:
            assert {path: path.stat().st_uid for path in owners} == owners
            school.serve("sudo qtrain hub /srv/class")
            assert school.sign_in("ayesha", codes["ayesha"]), "as before"
            school.end()
            action = "moved"
        done.add(action)
    assert "Traceback" not in (log := (CLASS / "hub" / "logs" / "hub.log").read_text()), log
    wanted = {"serve", "check", "release", "extend", "close", "collect", "grade", "slips", "install", "moved"}
    assert wanted <= done, wanted - done
    print("FOLLOWED", flush=True)


if __name__ == "__main__":
    teachers = Class()
    try:
        main(Path(sys.argv[1]), teachers)
    finally:  # whatever went wrong, no server stays
        if teachers.process is not None and teachers.process.poll() is None:
            teachers.process.terminate()
            teachers.process.wait(60)
