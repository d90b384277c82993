"""Install what a lock file lists, and say how far it is: ``python .ci/install.py WHAT LOCK``.

pip itself stays silent; what it says is shown only where it fails. On a terminal one line is kept up to date, elsewhere
a line is written now and then.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path

EVERY_S = 20.0  # a line so often where there is no terminal
COLLECTED = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9][\w.-]*)")


def packages(lock: str) -> set[str]:
    """The names that a lock lists; some of them may be for another system."""
    return {_name(found) for found in re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock, re.MULTILINE)}


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>\[ ]", text)[0]).lower()


class Progress:
    """What is told while pip works."""

    def __init__(self, what: str, names: set[str], screen=None):
        self.what, self.names, self.screen = what, names, screen or sys.stdout
        self.seen: set[str] = set()
        self.step = ""
        self.start = time.monotonic()
        self.last = self.start

    def heard(self, line: str) -> None:
        """A line of pip's."""
        if found := COLLECTED.match(line):
            self.seen.add(_name(found[1]))
            self.step = f"{len(self.seen & self.names)} of {len(self.names)} packages"
        elif line.startswith("Installing collected packages"):
            self.step = "all are here, unpacking"

    def tell(self) -> None:
        """Say where it is, where that is due."""
        now = time.monotonic()
        text = f"{self.what}: {self.step or 'beginning'} ({now - self.start:.0f} s)"
        if self.screen.isatty():
            self.screen.write(f"\r\033[K{text}")
            self.screen.flush()
        elif now - self.last >= EVERY_S:
            self.last = now
            print(text, file=self.screen, flush=True)

    def end(self) -> None:
        """Say how long it took."""
        clear = "\r\033[K" if self.screen.isatty() else ""
        print(f"{clear}{self.what}: done in {time.monotonic() - self.start:.0f} s", file=self.screen, flush=True)


def install(what: str, lock: Path, arguments: tuple[str, ...] = ()) -> int:
    """Run pip; its exit code."""
    progress = Progress(what, packages(lock.read_text(encoding="utf-8")))
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar=off"]
    command += ["--no-compile", "--require-hashes", "-r", str(lock), *arguments]
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    said: list[str] = []

    def listen():
        for line in pip.stdout:
            said.append(line)
            progress.heard(line.strip())

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    while listener.is_alive():
        progress.tell()
        listener.join(1.0)
    if code := pip.wait():
        print(f"\n{''.join(said[-15:])}\n{what}: it stopped. Is there a network? Run make again to go on.")
        return code
    progress.step = "all are here, compiling"
    progress.tell()
    # pip compiles with one processor. Without this, whoever may not write beside the libraries would compile each time.
    # What libraries test themselves with, a fifth of it, is never imported.
    paths = dict.fromkeys(sysconfig.get_paths()[name] for name in ("purelib", "platlib"))
    compiling = [sys.executable, "-m", "compileall", "-qq", "-j", "0", "-x", r"[/\\]tests?[/\\]", *paths]
    subprocess.run(compiling, check=False)  # some packages bring files that are no Python 3
    progress.end()
    return 0


if __name__ == "__main__":
    sys.exit(install(sys.argv[1], Path(sys.argv[2])))
