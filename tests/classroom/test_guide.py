"""The guide for teachers: followed to the letter, and its figures are those of the package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qtrain.classroom import capacity

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "book" / "classroom.md").read_text("utf-8")
FOLLOW = Path(__file__).with_name("follow_guide.py")


def may_change_the_view() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True).returncode == 0


def test_what_a_learner_takes_is_what_was_measured():
    assert f"about {capacity.NURSERY_MIB} MB, or {capacity.IMMORTAL_MIB} MB with Python 3.12" in GUIDE
    rows = re.findall(r"^\| (\d+) GB \| (\d+) \| (\d+) \|$", GUIDE, re.MULTILINE)
    assert len(rows) == 4
    for gib, usual, immortal in ([int(cell) for cell in row] for row in rows):
        assert usual == capacity.learners_that_fit(gib * 1024, capacity.NURSERY_MIB)
        assert immortal == capacity.learners_that_fit(gib * 1024, capacity.IMMORTAL_MIB)


def test_its_pictures_are_there_and_light():
    pictures = re.findall(r"\]\((_static/[\w-]+\.png)\)", GUIDE)
    assert len(pictures) >= 3
    for picture in pictures:
        assert (ROOT / "book" / picture).stat().st_size < 80_000


@pytest.mark.timeout(290)
def test_every_command_does_what_it_says(tmp_path):
    pytest.importorskip("jupyterhub", reason="the classroom needs the extra [hub]")
    if not may_change_the_view():
        pytest.skip("needs root with the right to mount, on Linux")
    from qtrain.classroom.errors import ClassroomError
    from qtrain.classroom.proxy import program

    try:
        program()
    except ClassroomError as missing:
        pytest.skip(f"needs the proxy: {missing}")
    view = ["unshare", "--net", "--mount", "--propagation", "private"]
    command = [*view, sys.executable, str(FOLLOW), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0 and "FOLLOWED" in done.stdout, done.stdout + done.stderr
