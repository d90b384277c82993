"""Tests that interrupt what they start work in every shell, also where it has told its jobs to ignore Ctrl-C."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSIDE = """
import signal, subprocess, sys, time
def test_interrupt():
    code = "print('on', flush=True)\\nimport time\\ntime.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"on\\n"
        process.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in process.stderr.read()
"""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
def test_a_test_run_in_the_background_can_interrupt_what_it_starts(handler, tmp_path):
    """As `nohup` and the background jobs of a script do: the tests' own start makes an interrupt one again."""
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "test_inside.py").write_text(INSIDE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".", "."],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=120,
        preexec_fn=lambda: signal.signal(signal.SIGINT, handler),
    )
    assert done.returncode == 0, done.stdout
