"""Nothing is lost: killed runs, lost workers, another database."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_killed_runs_resume_to_the_same_gradebook():
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "resume.py", "--kills", "2", "--learners", "5"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0 and "2 runs killed" in done.stdout, done.stdout + done.stderr


def test_a_worker_that_dies_costs_nothing(classroom):
    """A scheduler and three workers, each a process of its own, on loopback; two are killed at once in mid-run."""
    names = [f"learner{n}" for n in range(8)]
    for name in names:
        classroom.hand_in(f"{name}.ipynb", classroom.solved("anna", p2="import time\ntime.sleep(0.5)\nsquare = 4"))
    told = classroom.folder / "scheduler.json"  # where it writes its address, once it has one
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    started = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--scheduler-file",
                str(told),
                "--no-dashboard",
            ],
            **quiet,
        )
    ]
    try:
        _until(lambda: _address(told))
        address = _address(told)
        for _ in range(3):
            started.append(
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "distributed.cli.dask_worker",
                        address,
                        "--nthreads",
                        "1",
                        "--no-nanny",
                        "--no-dashboard",
                        "--local-directory",
                        str(classroom.folder / "dask"),
                    ],
                    **quiet,
                )
            )
        _until(lambda: _workers(address) == 3)
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
                "--scheduler",
                address,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        _until(lambda: _committed(classroom) >= 2)
        for killed in started[1:3]:
            os.kill(killed.pid, signal.SIGKILL)
        assert _committed(classroom) < len(names)
        said, _ = run.communicate(timeout=120)
        assert run.returncode == 0, said
    finally:
        for process in started:
            process.kill()
            process.wait()
    rows = classroom.grades()
    assert {f"?{name}" for name in names} <= set(rows)
    assert all(row["submissions"] == 1 for name, row in rows.items() if name.startswith("?"))
    assert re.search(r"8 graded now", said)


def _address(told: Path) -> str:
    try:
        return json.loads(told.read_text("utf-8"))["address"]
    except (OSError, ValueError):  # not written, or not to the end
        return ""


def _workers(address: str) -> int:
    from distributed import Client

    try:
        with Client(address, timeout=1, set_as_default=False) as client:
            return len(client.nthreads())
    except OSError:
        return 0


def _committed(classroom) -> int:
    import sqlite3

    path = classroom.output / "gradebook.sqlite"
    if not path.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return connection.execute("select count(*) from grading").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def _until(condition, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


@pytest.fixture
def postgres(tmp_path_factory):
    """The URL of a PostgreSQL server of its own, from Debian's package."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    pytest.importorskip("psycopg", reason='needs psycopg: pip install "qtrain[grade]"')
    binaries = found[-1].parent
    # A short path, as that of a socket is; readable by the server's own user.
    folder = Path("/tmp") / f"qtrain-postgres-{os.getpid()}"
    folder.mkdir(mode=0o755)
    wrap = []
    if os.getuid() == 0:  # the server refuses to run as root
        if not shutil.which("runuser"):
            pytest.skip("needs runuser: apt-get install util-linux")
        shutil.chown(folder, "postgres", "postgres")
        wrap = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    try:
        subprocess.run(
            [
                *wrap,
                binaries / "initdb",
                "-D",
                data,
                "-A",
                "trust",
                "-U",
                "qtrain",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C",
            ],
            check=True,
            capture_output=True,
            cwd="/",
        )
        subprocess.run(
            [
                *wrap,
                binaries / "pg_ctl",
                "-D",
                data,
                "-w",
                "-l",
                folder / "log",
                "-o",
                f"-c listen_addresses= -k {folder}",
                "start",
            ],
            check=True,
            capture_output=True,
            cwd="/",
        )
        yield f"postgresql://qtrain@/postgres?host={folder}"
    finally:
        subprocess.run(
            [*wrap, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"],
            capture_output=True,
            check=False,
            cwd="/",
        )
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql_holds_the_same_gradebook(classroom, postgres):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    classroom.hand_in("bob.ipynb", classroom.solved("bob", p3="choice = 'nul \\x00 \\ud800'", p2="square = 1 / 0"))
    classroom.hand_in("cy.ipynb", b"\xff\xfe\x00")
    here = classroom.grade()
    shutil.rmtree(classroom.output)
    assert classroom.grade("--database", postgres) == here
    assert not (classroom.output / "gradebook.sqlite").exists()
    classroom.grade("--database", postgres, "--points", "bob", "1.P.2", "2")
    assert classroom.grades()["bob"]["grade"] == here["bob"]["grade"] + 2


def test_a_release_that_the_gradebook_does_not_have_is_named(tmp_path):
    from qtrain.grading.errors import GradingError
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.history import Said

    book = Gradebook(tmp_path / "gradebook.sqlite")
    for asks in (lambda: list(book.rows("1-2026")), lambda: book.remark("1-2026", [Said("ada", points=1.0)])):
        with pytest.raises(GradingError, match="no release '1-2026' in the gradebook"):
            asks()


def test_a_gradebook_makes_the_folders_above_it(tmp_path):
    from qtrain.grading.gradebook import Gradebook

    for _ in range(2):  # the second time they are there
        assert Gradebook(tmp_path / "term" / "group" / "gradebook.sqlite")
    assert (tmp_path / "term" / "group").is_dir()
