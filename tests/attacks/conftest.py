"""All attacks are handed in by one class and graded in one run, as a teacher would; each test looks at its own row."""

import importlib.util
import os
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).parent
for _name, _path in (
    ("classroom", HERE.parent / "grading" / "classroom.py"),
    ("cases", HERE / "cases.py"),
    ("second_round", HERE / "second_round.py"),
):
    if _name not in sys.modules:  # tests are no package, so helpers are imported by their path
        _spec = importlib.util.spec_from_file_location(_name, _path)
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    """The rows of the class, by attack, and what the run left behind."""
    from cases import CANARY, CASES
    from classroom import Classroom

    folder = tmp_path_factory.mktemp("attacks")
    room = Classroom(folder, ["honest", *CASES])
    room.hand_in("honest/problem_set.ipynb", room.solved("honest"))
    for name, case in CASES.items():
        case.hand_in(room, name)
    handle, name = tempfile.mkstemp(prefix=CANARY, dir=Path.home())  # its own: another run may be at work
    os.close(handle)
    canary = Path(name)
    canary.write_text("untouched")
    os.environ["QTRAIN_CANARY"] = "secret-in-the-environment"
    before = _tree(folder, room.output)
    began = time.time()
    try:
        rows = room.grade("--timeout", "4", "--require-confinement", "--workers", "2")
    finally:
        del os.environ["QTRAIN_CANARY"]
        text = canary.read_text()
        canary.unlink()
    return SimpleNamespace(
        rows=rows, room=room, before=before, after=_tree(folder, room.output), canary=text, began=began
    )


def _tree(folder, but) -> dict:
    return {
        str(path): path.lstat().st_size
        for path in folder.rglob("*")
        if but not in path.parents and path != but and "__pycache__" not in path.parts
    }
