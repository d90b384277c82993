"""qtrain where only what every system has is there, as on Windows: in processes of their own and in their children.

`sitecustomize.py` beside this file hides from qtrain's modules what only POSIX systems have.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qtrain.kernels.policy import FENCES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
IMPORT_ALL = """
import importlib, json, sys
found = {}
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as problem:
        # A package that an extra brings may be missing here; a part of Python or of qtrain may not.
        first = (problem.name or "").partition(".")[0]
        if first == "qtrain" or first in sys.stdlib_module_names:
            found[name] = str(problem)
    except Exception as problem:
        found[name] = f"{type(problem).__name__}: {problem}"
print(json.dumps(found))
"""
HIDDEN = """
import os, signal, socket, subprocess, sys
code = "import qtrain.atomic as m; print(hasattr(m.os, 'O_DIRECTORY'), hasattr(m.os, 'replace'))"
print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
"""


def environment(**more):
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT)]), **more}


def python(*words, **more):
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, env=environment(**more))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def modules():
    for path in sorted((ROOT / "qtrain").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        # The command runs when it is imported; what Jupyter reads as its configuration is no module.
        no_module = parts == ("qtrain", "__main__") or parts[-1] in ("jupyterhub_config", "server_config")
        if "_course" not in parts and not no_module:
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_it_is_hidden_in_children_too():
    assert python("-c", HIDDEN).split() == ["False", "True"]


def test_every_module_imports():
    names = list(modules())
    assert len(names) > 200 and "qtrain.kernels.confinement.limits" in names
    assert json.loads(python("-c", IMPORT_ALL, json.dumps(names))) == {}


def test_an_ordinary_child_runs_cells(tmp_path):
    code = (
        "from qtrain.kernels import Session, client\n"
        "assert not client.available()\n"
        f"with Session({str(tmp_path)!r}) as session:\n"
        "    print(session.fences, session.execute('print(6 * 7)').outputs[0]['text'])\n"
    )
    assert python("-c", code).split() == ["()", "42"]


@pytest.fixture
def classroom(tmp_path):
    """The class of the grading tests."""
    spec = importlib.util.spec_from_file_location("classroom_elsewhere", ROOT / "tests" / "grading" / "classroom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Classroom(tmp_path, ("anna",))


def grade(classroom, *more):
    """Hand in one right notebook and grade it in a process of its own."""
    classroom.hand_in("anna/problem_set.ipynb", classroom.solved("anna"))
    words = ["grade", str(classroom.submissions), "--release", str(classroom.released), "-o", str(classroom.output)]
    return subprocess.run(
        [sys.executable, "-m", "qtrain", *words, "--course", str(classroom.root), *more],
        capture_output=True,
        text=True,
        env=environment(),
    )


def test_grading_refuses_and_names_each_missing_fence(classroom):
    done = grade(classroom)
    assert done.returncode == 1 and "Nothing was run." in done.stderr, done.stdout + done.stderr
    assert all(fence in done.stderr for fence in FENCES)


def test_grading_of_ones_own_notebooks_works_and_names_each_missing_fence(classroom):
    done = grade(classroom, "--trust-submissions")
    assert done.returncode == 0, done.stdout + done.stderr
    warning = next(line for line in done.stdout.splitlines() if "WARNING: on this system nothing fences in" in line)
    assert all(fence in warning for fence in FENCES)
    assert classroom.grades()["anna"]["grade"] == 6


def test_a_learners_notebook_runs_and_is_checked(small, tmp_path):
    folder = tmp_path / "copy"
    python("-m", "qtrain", "learn", str(folder), "--no-lab")
    told = python("-c", CHECK, str(folder / "1_small" / "1_2_numbers.ipynb"))
    assert "… 1.2.a not yet" in told and "0 of 2 right." in told
    code = "from qtrain.doctor import warm_kernel; print(warm_kernel())"
    assert "not on this system: ordinary kernels start" in python("-c", code)


CHECK = "import sys; from qtrain.cli import main; main(['check', sys.argv[1]])"
