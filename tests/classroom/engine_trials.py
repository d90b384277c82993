"""A class of 25 on a network of its own signs in, works, hands in, is attacked, is killed: see test_engine.py.

It is started as root in mount and network namespaces of its own, with nothing but loopback and one interface that leads
nowhere: whatever were to leave the computer would be counted there. What was found goes to the last line as JSON.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlparse

from browser import Browser
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from qtrain.classroom import codes, settings
from qtrain.classroom.database import ClassDatabase
from qtrain.grading.names import slug

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "http://127.0.0.1"
FEW, ALL = 10, 25
NAMES = [*(f"learner{number:02d}" for number in range(1, ALL - 1)), "علی-رضا", "o'neil+x@example.org"]
TEACHER = "teacher"
WORK = """
import numpy as np
import matplotlib.pyplot as plt
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Statevector
from qtrain import check
circuit = QuantumCircuit(3)
circuit.h(0)
circuit.cx(0, 1)
circuit.cx(1, 2)
transpile(circuit, basis_gates=["rz", "sx", "cx"], optimization_level=1)
print(round(abs(Statevector(circuit).data[0]) ** 2, 6))
figure, axes = plt.subplots()
axes.plot(np.arange(5))
plt.show()
check("1.2.a", 0)
kept = 41
"""
ON_A_LAPTOP = """
import json, subprocess, sys
from pathlib import Path
from qtrain import practice
practice()
sheets = len(list(Path("practice").rglob("*.ipynb")))
told = subprocess.run([sys.executable, "-m", "qtrain", "progress"], capture_output=True, text=True)
print(json.dumps({"sheets": sheets, "tried": "1.2.a" in told.stdout, "code": told.returncode}))
"""


def own_network() -> None:
    """Loopback, and an interface that leads nowhere to which everything else would go."""
    for words in (
        "link set lo up",
        "link add away type veth peer name nowhere",
        "addr add 198.51.100.2/24 dev away",
        "link set nowhere up",
        "link set away up",
        "route add default via 198.51.100.1",
    ):
        subprocess.run(["ip", *words.split()], check=True)
        for path in Path("/proc/sys/net/ipv6/conf").glob("*/disable_ipv6"):
            path.write_text("1")  # the system's own greetings to neighbours


def left() -> int:
    """Packets that were to leave the computer."""
    line = next(line for line in Path("/proc/net/dev").read_text().splitlines() if "away:" in line)
    return int(line.partition(":")[2].split()[9])


class Served:
    """The class's server as a process, and what is known of it from outside."""

    def __init__(self, folder: Path, *options: str):
        self.folder, self.options = folder, options
        self.process: subprocess.Popen | None = None
        self.codes: dict[str, str] = {}

    def start(self) -> float:
        """Start it; returns the seconds until the class is open."""
        begun = time.monotonic()
        log = Path("/srv/hub.out")
        with open(log, "w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "qtrain", "hub", str(self.folder), *self.options], stdout=out, stderr=out
            )
        until(
            lambda: "The class is open" in log.read_text() or self.process.poll() is not None,
            120,
            lambda: log.read_text() + self.logs(),
        )
        assert self.process.poll() is None, log.read_text()
        return time.monotonic() - begun

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.logs()

    def logs(self) -> str:
        found = sorted((self.folder / "hub" / "logs").glob("*.log"))
        return "\n".join(f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in found)

    def pid(self, part: str) -> int:
        """The process of a part: the supervisor's child with that word in its command."""
        word = {"proxy": "configurable-http-proxy", "hub": "jupyterhub_config"}.get(part, f"qtrain.classroom.{part}")
        for line in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if word in Path(f"/proc/{line}/cmdline").read_bytes().replace(b"\0", b" ").decode():
                    return int(line)
        raise LookupError(f"no {part}")

    def give_codes(self, names) -> None:
        database = ClassDatabase(self.folder)
        for name in names:
            self.codes[name] = codes.new_code()
            codes.give(database, name, self.codes[name])


def until(true, seconds: float, why=lambda: "") -> float:
    """Wait for a condition; returns how long it took."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s: {why()}")
        time.sleep(0.05)
    return time.monotonic() - begun


class Learner:
    """A learner with a browser."""

    def __init__(self, served: Served, name: str):
        self.served, self.name = served, name
        self.browser = Browser(ADDRESS)
        self.base = f"/user/{quote(name, safe='@')}"
        self.kernel = ""

    def enter(self) -> tuple[float, float]:
        """Sign in until the lab's page is there; returns the seconds of the sign-in, and of all."""
        begun = time.monotonic()
        status, address = self.browser.sign_in(self.name, self.served.codes[self.name])
        assert status == 200 and "login" not in address, (self.name, status, address, self.served.logs())
        signed = time.monotonic() - begun
        self.wait_for_lab()
        return signed, time.monotonic() - begun

    def wait_for_lab(self, seconds: float = 120) -> float:
        said = []

        def there():
            with contextlib.suppress(OSError):
                status, address, page = self.browser.ask(f"{self.base}/lab/tree/start_here.md")
                said[:] = [status, address]
                if status == 200 and b"jupyter-config-data" in page:
                    return True
                if (
                    status in (404, 424) or "/hub/user" in address
                ):  # its server ended: ask for it, as the page's button does
                    self.browser.ask("/hub/spawn")
            return False

        return until(there, seconds, lambda: f"{self.name} {said} {self.served.logs()}")

    def cookies_text(self) -> str:
        """Its cookies, as it would send them anywhere."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.browser.cookies)

    def start_kernel(self) -> float:
        begun = time.monotonic()
        status, told = self.api("api/kernels", {"name": "python3"})
        assert status == 201, told
        self.kernel = told["id"]
        self.run("1 + 1")
        return time.monotonic() - begun

    def api(self, path: str, value=None, method: str | None = None):
        return self.browser.api(f"{self.base}/{path}", value, method)

    def run(self, code: str, seconds: float = 120) -> str:
        """Run code in the learner's kernel; returns what it printed, with the name of its error if it fails."""
        return asyncio.run(self._run(code, seconds))

    async def _run(self, code: str, seconds: float) -> str:
        cookies = [c for c in self.browser.cookies if self.base.startswith(c.path.rstrip("/"))]
        told = {"Cookie": "; ".join(f"{c.name}={c.value}" for c in cookies), "Origin": ADDRESS}
        address = f"{ADDRESS.replace('http', 'ws')}{self.base}/api/kernels/{self.kernel}/channels"
        socket = await websocket_connect(HTTPRequest(address, headers=told), max_message_size=1 << 27)
        header = {
            "msg_id": os.urandom(8).hex(),
            "msg_type": "execute_request",
            "username": "",
            "session": "s",
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False, "stop_on_error": True}
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
        printed = []
        try:
            await socket.write_message(json.dumps(message))
            end = time.monotonic() + seconds
            while True:
                try:
                    text = await asyncio.wait_for(socket.read_message(), max(0.1, end - time.monotonic()))
                except TimeoutError:
                    raise TimeoutError(
                        f"{self.name}'s cell did not end; it printed {''.join(printed)[-800:]}"
                    ) from None
                answer = json.loads(text)
                if answer["parent_header"].get("msg_id") != header["msg_id"]:
                    continue
                kind, told = answer["msg_type"], answer["content"]
                if kind == "stream":
                    printed.append(told["text"])
                elif kind == "error":
                    printed.append(f"{told['ename']}: {told['evalue']}")
                elif kind == "execute_result":
                    printed.append(told["data"].get("text/plain", ""))
                elif kind == "status" and told["execution_state"] == "idle":
                    return "".join(printed)
        finally:
            socket.close()

    @property
    def home(self) -> Path:
        return self.served.folder / "homes" / slug(self.name)


def memory(pids) -> float:
    """MiB that processes hold, each page shared by n of them counted as 1/n for each (PSS)."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])
    return total / 1024


def of_learners(told: settings.Settings) -> list[int]:
    found = []
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if path.name.isdigit() and told.first_uid < path.stat().st_uid < told.hub_uid:
                found.append(int(path.name))
    return found


def main(folder: Path) -> dict:
    own_network()
    for place in ("/srv", "/run"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
    found: dict = {}
    room = Path(f"/srv/class-{os.getpid()}")  # control groups are the whole computer's, and named after it
    roster = folder / "roster.csv"
    roster.write_text("id,name\n" + "".join(f'"{name}","{name} Khan"\n' for name in NAMES), "utf-8")
    served = Served(room, "--roster", str(roster))
    found["open after"] = served.start()
    found["MiB of the nursery alone"] = memory([served.pid("nursery")])
    served.give_codes([*NAMES, TEACHER])
    told = settings.load(room)
    learners = [Learner(served, name) for name in NAMES]
    first, few = learners[0], learners[:FEW]
    try:
        found["first server alone"] = first.enter()
        found["first kernel alone"] = first.start_kernel()
        found |= work(told, served, first, few, learners)
        found["as on a laptop"] = json.loads(first.run(ON_A_LAPTOP).splitlines()[-1])
        found["MiB a learner"] = (found["MiB of all"] - found["MiB of the nursery alone"]) / FEW
        found |= hand_ins(served, learners)
        from attacks_from_within import attacks, in_others_browsers

        found["attacks"] = attacks(served, told, first, learners[1], folder)
        teacher, stranger = Learner(served, TEACHER), Learner(served, "nobody")
        assert teacher.browser.sign_in(TEACHER, served.codes[TEACHER])[0] == 200
        found["rogue"] = in_others_browsers(learners[3], [learners[1], teacher, stranger])
        found |= kills(served, told, first, learners)
        found["packets that left"] = left()
        found["first page"], found["hosts"] = first_page(served, NAMES[-3])  # last: a browser asks for hosts of its own
    finally:
        if served.process.poll() is None:
            served.stop()
    found["processes left"] = len(of_learners(told))
    return found


def work(told, served, first, few, learners) -> dict:
    """Ten learners work, and their memory is measured; then everybody comes at once."""
    found = {}
    with ThreadPoolExecutor(FEW) as pool:
        list(pool.map(lambda one: one.enter(), few[1:]))
        list(pool.map(lambda one: one.start_kernel(), few[1:]))
        said = list(pool.map(lambda one: one.run(WORK), few))
    found["worked"] = [text.split("\n")[0] for text in said]
    now = memory([served.pid("nursery"), *of_learners(told)])
    found["MiB of all"] = now
    begun = time.monotonic()
    rest = learners  # those who are there sign in again, as with a second device
    with ThreadPoolExecutor(ALL) as pool:
        found["25 at once"] = sorted(
            total for _, total in pool.map(lambda one: Learner(served, one.name).enter(), rest)
        )
    found["25 at once, all"] = time.monotonic() - begun
    with ThreadPoolExecutor(ALL) as pool:
        list(pool.map(lambda one: one.enter(), learners))
    return found


def first_page(served: Served, name: str) -> tuple[int, list[str]]:
    """What a learner's first visit takes over the network, in bytes as they are sent, and which hosts were asked."""
    from playwright.sync_api import sync_playwright

    sizes: list[float] = []
    hosts: set[str] = set()
    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=[*flags, "--disable-sync"])
        page = browser.new_page()
        page.on("request", lambda request: hosts.add(urlparse(request.url).hostname or "none"))
        told = page.context.new_cdp_session(page)
        told.send("Network.enable")
        told.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(f"{ADDRESS}/hub/login?username={quote(name)}")
        page.get_by_role("textbox", name=re.compile("code", re.I)).fill(served.codes[name])
        page.keyboard.press("Enter")
        page.wait_for_selector(".jp-MarkdownViewer .jp-RenderedMarkdown h1", timeout=90_000)
        page.wait_for_load_state("networkidle")
        browser.close()
    return int(sum(sizes)), sorted(hosts)


def hand_ins(served: Served, learners) -> dict:
    """A problem set is released; it appears, is answered, saved and handed in by all at once."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "qtrain", "hub", str(served.folder), "release", "ps1", "1"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    released = time.monotonic()

    def found_in_lab(one: Learner) -> str:
        listed = [path for path in (one.home / "course").rglob("*.ipynb") if "ps1" in str(path.parent)]
        return str(listed[0].relative_to(one.home / "course")) if listed else ""

    until(lambda: all(map(found_in_lab, learners)), 60, served.logs)
    appeared = time.monotonic() - released

    def answer(one: Learner):
        path = found_in_lab(one)
        status, model = one.api(f"api/contents/{quote(path)}")
        assert status == 200, model
        model["content"]["cells"].append(
            {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": f"I am {one.name}."}
        )
        saved = {"type": "notebook", "format": "json", "content": model["content"]}
        status, _ = one.api(f"api/contents/{quote(path)}", saved, "PUT")
        assert status == 200
        status, receipt = one.api("qtrain/class/hand-in", {"path": path})
        assert status == 200, receipt
        own = hashlib.sha256((one.home / "course" / path).read_bytes()).hexdigest()
        kept = [hashlib.sha256(file.read_bytes()).hexdigest() for file in collected(served, one)]
        return receipt["digest"] == own and own in kept

    with ThreadPoolExecutor(ALL) as pool:
        same = list(pool.map(answer, learners))
    return {"released after": released - begun, "appeared after": appeared, "digests agree": same}


def collected(served: Served, one: Learner) -> list[Path]:
    folder = served.folder / "submissions" / "ps1"
    return [file for file in folder.rglob("*.ipynb") if f"I am {one.name}." in file.read_text("utf-8")]


def kills(served: Served, told, first: Learner, learners) -> dict:
    """Each part is killed; what a kernel holds survives but where the nursery goes."""
    found = {"back after": {}}
    first.run("kept = 41")
    for part in ("hub", "proxy", "service"):
        old = served.pid(part)
        os.kill(old, signal.SIGKILL)
        begun = time.monotonic()
        until(lambda part=part, old=old: _new(served, part, old), 60, served.logs)
        first.wait_for_lab(60)
        until(lambda: "42" in _try(lambda: first.run("print(kept + 1)", 5)), 60, served.logs)
        if part == "service":
            until(lambda: _answers(served.folder), 60, served.logs)
        found["back after"][part] = time.monotonic() - begun
    old = served.pid("nursery")
    before = set(of_learners(told))
    os.kill(old, signal.SIGKILL)
    begun = time.monotonic()
    until(lambda: _new(served, "nursery", old), 60, served.logs)
    first.wait_for_lab(60)
    first.start_kernel()
    found["back after"]["nursery"] = time.monotonic() - begun
    found["of the old nursery's"] = len(before & set(of_learners(told)))
    # Everything at once, while files are saved: each is the old one or the new one, whole.
    stop = time.monotonic() + 2
    path = "kept.ipynb"
    model = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}

    def save(number: int) -> None:
        cell = {"cell_type": "markdown", "id": "c", "metadata": {}, "source": f"{number} " + "x" * 3_000_000}
        _try(
            lambda: first.api(
                f"api/contents/{path}",
                {"type": "notebook", "format": "json", "content": model | {"cells": [cell]}},
                "PUT",
            )
        )

    save(0)
    with ThreadPoolExecutor(1) as pool:
        saving = pool.submit(lambda: [save(number) for number in range(1, 40) if time.monotonic() < stop])
        time.sleep(0.7)
        for pid in (*(served.pid(part) for part in ("nursery", "hub", "proxy", "service")), served.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        saving.result()
    served.process.wait(10)
    until(lambda: not of_learners(told), 20)
    content = (first.home / "course" / path).read_text("utf-8")
    json.loads(content)
    found["whole after all were killed"] = len(content) > 3_000_000
    found["database whole"] = (
        sqlite3.connect(served.folder / "class.sqlite").execute("PRAGMA integrity_check").fetchone()[0]
    )
    # The hub's database is gone: everybody finds their own files.
    for file in (served.folder / "hub").glob("hub.sqlite*"):
        file.unlink()
    served.start()
    mine = []
    for one in (learners[2], first):
        again = Learner(served, one.name)
        again.enter()
        again.start_kernel()
        mine.append(again.run("import os; print(os.getcwd(), os.path.exists('start_here.md'))"))
    found["files found again"] = mine
    return found


def _new(served: Served, part: str, old: int) -> bool:
    with contextlib.suppress(LookupError):
        return served.pid(part) != old
    return False


def _try(ask):
    with contextlib.suppress(Exception):  # it is being killed
        return ask()
    return ""


def _answers(folder: Path) -> bool:
    import socket

    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(settings.load(folder).socket("service")))
        return True
    return False


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    print(json.dumps(main(Path(sys.argv[1])), ensure_ascii=False))
