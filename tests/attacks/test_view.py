"""What a confined child can see holds no byte of the course's checks, wherever an install has put a copy of them."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from qtrain.course import load
from qtrain.kernels import Limits, Session, client

ROOT = Path(__file__).parents[2]
WALK = """
import hashlib, json, os
TEXTS = {"py", "pyc", "ipynb", "json", "txt", "md", "zip", "whl", "egg", "gz", "yml", "yaml", "csv", "html", "pkl"}
told = json.load(open("needles.json"))
lines, sizes, names = {line.encode() for line in told["lines"]}, set(told["sizes"]), [n.encode() for n in told["names"]]
hashes, seen, found = set(told["hashes"]), 0, []
parents = {name.partition(b"/")[0] + b"/" for name in names}  # few: where none of them stands, no name does


def named(data):
    return any(parent in data for parent in parents) and any(name in data for name in names)


for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("proc", "dev", "scratch")]
    for name in files:
        path = os.path.join(folder, name)
        try:
            size = os.stat(path).st_size
            text = size < 2_000_000 and ("." not in name or name.rpartition(".")[2] in TEXTS)
            if not text and size not in sizes:
                continue
            data = open(path, "rb").read()
        except OSError:
            continue
        seen += 1
        if size in sizes and hashlib.sha256(data).hexdigest() in hashes:
            found.append([path, "the same bytes"])
        elif name.endswith((".pyc", ".zip", ".whl", ".egg", ".gz", "RECORD")) and named(data):
            found.append([path, "a name of the course's"])
        elif not lines.isdisjoint(map(bytes.strip, data.split(b"\\n"))):
            found.append([path, "a line of the course's"])
print("SEEN", json.dumps([seen, found]))
"""


def needles(root: Path = ROOT) -> dict:
    """What gives the course's checks, targets and solutions away."""
    course, lines, files = load(root), set(), []
    for document in course.documents:
        files += [path for path in document.sources if path.exists()]
        for path in document.sources:
            if path.suffix == ".py" and path.exists():
                lines |= {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}
        for cells in document.cells.values():
            for solution in cells.solutions:
                lines |= {line.strip() for line in solution.source.splitlines()}
    # Imports and short phrases stand in any program, and some calls in Cirq's own tests, which it installs.
    own = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "qtrain").rglob("*.py"))
    library = Path(importlib.util.find_spec("cirq").origin).parent
    for path in library.rglob("*.py"):
        lines -= {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}
    lines = {line for line in lines if len(line) > 40 and not line.startswith(("from ", "import "))}
    # What begins as none of them does is not looked for in the whole text.
    begun = {line[:40] for line in lines}.intersection(own[at : at + 40] for at in range(len(own)))
    lines = sorted(line for line in lines if line[:40] not in begun or line not in own)
    data = [path.read_bytes() for path in files]
    return {
        "lines": lines,
        "sizes": [len(d) for d in data],
        "hashes": [hashlib.sha256(d).hexdigest() for d in data],
        "names": sorted({f"{path.parent.name}/{path.name}" for path in files}),
    }


@pytest.mark.skipif(not client.available(), reason="children are confined where processes can be forked")
def test_no_byte_of_the_course_is_in_the_view(tmp_path):
    told = needles()
    assert len(told["lines"]) > 500
    (tmp_path / "needles.json").write_text(json.dumps(told))
    with Session(tmp_path, limits=Limits(cpu=200, wall=250), confine=True) as session:
        result = session.execute(WALK, 240)
    seen, found = said(result)
    assert found == [] and seen > 2000


# Where installs of many kinds put a course, below a folder of libraries that Python looks into.
PLANTED = (
    "qtrain/_course/exercises/9_planted/9_1_planted.py",  # as an editable install does
    "qtrain/_course/exercises/9_planted/__pycache__/9_1_planted.cpython-311.pyc",
    "qtrain_course/exercises/9_planted/9_1_planted.py",
    "exercises/9_planted/9_1_planted.py",
    "planted_exercises.py",
    "__pycache__/planted_exercises.cpython-311.pyc",
    "qtrain_teach/9_planted/9_1_planted.py",
    "bank/9_planted/9_1_planted.py",
    "~train/_course/exercises/9_planted/9_1_planted.py",  # what an interrupted pip leaves behind
)


@pytest.mark.skipif(not client.available(), reason="children are confined where processes can be forked")
def test_copies_among_the_libraries_are_not_seen(tmp_path):
    """A Python of its own, whose folder of libraries is full of copies; beside it another Python with another copy."""
    python = environment(tmp_path / "venv")
    libraries = next((tmp_path / "venv").glob("lib/python*/site-packages"))
    secret = "the_planted_answer_that_nobody_may_read = 'r4nd0m words, forty characters and more'"
    for name in PLANTED:
        path = libraries / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secret + "\n")
    for name in ("qtrain_teach-1.0", "our_bank-1.0"):
        info = libraries / f"{name}.dist-info"
        info.mkdir()
        requires = "" if "teach" in name else "Requires-Dist: qtrain>=0.1\n"
        info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name[:-4].replace('_', '-')}\n{requires}")
        info.joinpath("RECORD").write_text("qtrain_teach/9_planted/9_1_planted.py,,\nbank/9_planted/9_1_planted.py,,\n")
    with zipfile.ZipFile(libraries / "qtrain-0.1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("exercises/9_planted/9_1_planted.py", secret)
    other = tmp_path / "venv" / "lib" / "python3.99" / "site-packages" / "qtrain" / "_course"
    other.mkdir(parents=True)
    (other / "9_1_planted.py").write_text(secret)
    work = tmp_path / "work"
    work.mkdir()
    told = {"lines": [secret], "sizes": [], "hashes": [], "names": ["9_planted/9_1_planted.py"]}
    (work / "needles.json").write_text(json.dumps(told))
    (work / "walk.py").write_text(WALK)
    script = (
        "from qtrain.kernels import Limits, Session\n"
        "with Session('.', limits=Limits(cpu=200, wall=250)) as session:\n"
        "    result = session.execute(open('walk.py').read(), 240)\n"
        "print(result.status, result.reason, *(o.get('text', '') for o in result.outputs))\n"
    )
    done = subprocess.run(
        [python, "-c", script],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QTRAIN_KERNELS_IDLE": "1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0 and done.stdout.startswith("ok"), done.stdout + done.stderr
    seen, found = json.loads(done.stdout.partition("SEEN ")[2])
    assert found == [] and seen > 2000


def environment(folder: Path) -> Path:
    """A Python that has the libraries of this one."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    libraries = next(folder.glob("lib/python*/site-packages"))
    theirs = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    (libraries / "theirs.pth").write_text("".join(f"{path}\n" for path in theirs))
    return next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())


def said(result):
    assert result.status == "ok", result.reason
    text = "".join(output.get("text", "") for output in result.outputs)
    return json.loads(text.partition("SEEN ")[2])


def test_every_part_of_the_package_is_on_the_list_or_left_out_on_purpose():
    if sys.platform != "linux":
        pytest.skip("the view is Linux's")
    from qtrain.kernels.confinement.view import ROOMS

    left_out = {"__pycache__", "_course", "site", "classroom"}
    there = {path.name for path in (ROOT / "qtrain").iterdir() if path.is_dir()}
    assert there <= {*ROOMS, *left_out}, "say in view.ROOMS whether a notebook's process needs it"
