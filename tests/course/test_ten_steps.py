"""The ten lines of CONTRIBUTING, run as they stand there for a new lesson of a small course."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.search(r"```\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL)[1]
STEPS = [line.partition("#")[0].strip() for line in BLOCK.strip().splitlines()]
BY_HAND = ("jupyter", "$EDITOR", "git")  # what people do between the commands
SLOW = "qtrain book"  # builds pages for a minute; the site's own tests build them


@pytest.mark.skipif(sys.platform == "win32", reason="links to files need rights there")
def test_a_new_lesson_passes_the_ten_steps(small, tmp_path):
    assert len(STEPS) == 10
    # The small course becomes a checkout of its own: the course is found beside the package.
    for name in ("_config.yml", "conftest.py", "pyproject.toml", "tests"):
        (small.root / name).symlink_to(ROOT / name)
    pages = shutil.ignore_patterns("_build", "_toc.yml")
    shutil.copytree(ROOT / "book", small.root / "book", ignore=pages, dirs_exist_ok=True)
    shutil.copytree(ROOT / "qtrain", small.root / "qtrain", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QTRAIN_")}
    environment["PYTHONPATH"] = str(small.root)
    tried = 0
    for step in STEPS:
        command = step.replace("1_7", "1_10").replace("1.7", "1.10").replace("/tmp/copy", str(tmp_path / "copy"))
        if any(word in command for word in BY_HAND) or SLOW in command:
            continue
        program, *arguments = shlex.split(command)
        program = str(Path(sys.executable).parent / Path(program).name)
        told = subprocess.run(
            [program, *arguments], cwd=small.root, env=environment, capture_output=True, text=True, timeout=240
        )
        assert told.returncode == 0, f"{command}\n{told.stdout[-3000:]}\n{told.stderr[-2000:]}"
        tried += 1
    assert tried == 6
    assert (small.root / "notebooks" / "1_small" / "1_10_controlled_gates.ipynb").is_file()
