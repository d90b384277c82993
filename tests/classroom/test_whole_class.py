"""A learner's and a teacher's browser in a class that is really served: sign-in, lesson, release, hand-in, grades."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.mark.timeout(290)
def test_from_sign_in_to_the_gradebook(tmp_path):
    pytest.importorskip("jupyterhub", reason="the classroom needs the extra [hub]")
    pytest.importorskip("playwright", reason="needs Playwright: pip install 'qtrain[book]'")
    if not shutil.which(CHROMIUM):
        pytest.skip("needs Chromium: apt-get install chromium")
    view = ["unshare", "--net", "--mount", "--propagation", "private"]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run([*view, "true"], capture_output=True).returncode:
        pytest.skip("needs root with the right to mount, on Linux")
    from qtrain.classroom.errors import ClassroomError
    from qtrain.classroom.proxy import program

    try:
        program()
    except ClassroomError as missing:
        pytest.skip(f"needs the proxy: {missing}")
    script = Path(__file__).with_name("whole_class.py")
    command = [*view, sys.executable, str(script), str(tmp_path), CHROMIUM, json.dumps(FLAGS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0 and "FOLLOWED" in done.stdout, done.stdout + done.stderr
