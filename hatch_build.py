"""What the wheels hold of the course: the learner's has problem sets to practise with, the instructor's has everything.

An editable install holds nothing of it: the checkout is there.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import ModuleType

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PARTS = ("notebooks", "exercises", "book/_toc.yml", "book/curriculum.yml")


class CustomBuildHook(BuildHookInterface):
    """Adds the course to a wheel; ``[tool.hatch.build.targets.wheel.hooks.custom]`` says where and how.

    Options: ``into``, the package that gets it, and ``solutions``, whether problem sets keep what is right.
    """

    def initialize(self, version, build_data):
        """Called before files are gathered."""
        if version == "editable":
            return
        root = Path(__file__).resolve().parent
        self._folder = tempfile.mkdtemp()
        course = Path(self._folder)
        for part in PARTS:
            if (root / part).is_dir():
                left_out = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.pyc")
                shutil.copytree(root / part, course / part, ignore=left_out)
            else:
                (course / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / part, course / part)
        if not self.config.get("solutions"):
            _for_practice(root, course)
        elif (root / "tasks").is_dir():  # the performance tasks: a bank, which learners get as releases of it
            shutil.copytree(root / "tasks", course / "tasks", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        if commit := _commit(root):  # a badge says which grader it was
            (course.parent / f"{course.name}-commit").write_text(commit, encoding="ascii")
            build_data["force_include"][str(course.parent / f"{course.name}-commit")] = f"{self.config['into']}/_commit"
        build_data["force_include"][str(course)] = f"{self.config['into']}/_course"

    def finalize(self, version, build_data, artifact_path):
        """Called when the wheel is written."""
        if folder := getattr(self, "_folder", ""):
            shutil.rmtree(folder, ignore_errors=True)
            Path(f"{folder}-commit").unlink(missing_ok=True)


def _commit(root: Path) -> str:
    """As `qtrain.grading.provenance` says it of a checkout."""
    if not (root / ".git").exists():
        return ""
    said = [_git(root, "rev-parse", "HEAD"), _git(root, "status", "--porcelain", "--untracked-files=no")]
    return said[0] + (" and changes" if said[0] and said[1] else "")


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True)
    except OSError:  # no git
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _for_practice(root: Path, course: Path) -> None:
    # As a package of its own: `import qtrain.course` would want NumPy, which a build environment does not have.
    parts = ModuleType("qtrain_parts")
    parts.__path__ = [str(root / "qtrain" / "course")]
    sys.modules["qtrain_parts"] = parts
    practice = import_module("qtrain_parts.practice")
    for path in course.glob("exercises/*/problem_set.ipynb"):
        found = practice.practice_notebook(path.read_text(encoding="utf-8"), path.name)
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        checks = path.with_suffix(".py")
        checks.write_text(practice.practice_checks(checks.read_text(encoding="utf-8"), checks.name), encoding="utf-8")
