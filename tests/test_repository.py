"""What holds for the repository as a whole: the lock, the wheel, the rooms, and what may not stand in any file."""

import ast
import graphlib
import importlib
import inspect
import json
import re
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ["circuits", "checking", "authoring", "drawing", "course", "kernels", "grading", "skills", "site", "classroom"]

# What a notebook calls, the self-check and the table of commands stand below all rooms. One room may look down at them:
BELOW = {
    ("qtrain.grading.extract", "qtrain.notebook"): "puts harmless words in place of what a notebook calls",
}


def tracked(*patterns):
    listing = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("needs a git checkout")
    return [ROOT / line for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


def test_lock_pins_and_hashes_everything_and_names_no_host():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text and text.count("\n# extras\n") == 1
    blocks = [b for b in re.split(r"\n(?=[a-z])", text) if not b.startswith("#")]
    assert len(blocks) > 100
    assert all("==" in block.splitlines()[0] and "--hash=sha256:" in block for block in blocks)


def test_locks_of_node_packages_hold_versions_and_hashes_and_no_address():
    locks = tracked("*package-lock.json")
    assert len(locks) == 2
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text, lock
        packages = {name: told for name, told in json.loads(text)["packages"].items() if name}
        assert packages and all("version" in told and "integrity" in told for told in packages.values()), lock


def test_lock_covers_what_is_required():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base, extras = (ROOT / "requirements.lock").read_text().split("\n# extras\n")

    def name(line):
        return re.split(r"[\s=<>!\[~;]", line.strip())[0].lower().replace("_", "-").replace(".", "-")

    locked = {name(line) for line in base.splitlines() if "==" in line}
    assert {name(line) for line in project["dependencies"]} <= locked
    locked |= {name(line) for line in extras.splitlines() if "==" in line}
    wanted = {name(line) for group in project["optional-dependencies"].values() for line in group} - {"qtrain"}
    assert wanted <= locked


def modules_of(root):
    """Every module of the package under `root`: its name, and its file."""
    for path in sorted((root / "qtrain").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports_of(root):
    """Every import between modules of the package: (importer, imported, "module", "lazy" or "typing")."""
    files = dict(modules_of(root))
    for name, path in files.items():
        for told in imports_in(path.read_text(encoding="utf-8"), name, path.stem == "__init__"):
            *candidates, when = told
            imported = next((one for one in candidates if one in files), candidates[-1])
            while imported not in files and "." in imported:
                imported = imported.rpartition(".")[0]
            if imported in files and imported != name:
                yield name, imported, when


@cache  # the copies that a test breaks differ from the package, and from each other, in one file
def imports_in(text, name, is_package):
    """The imports of one module: what each may mean, the likeliest first, and when it is done."""

    def walk(node, when):
        for child in ast.iter_child_nodes(node):
            inside = when
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                inside = "lazy" if when == "module" else when
            elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
                for part in child.body:
                    yield from walk(ast.Module([part], []), "typing")
                for part in child.orelse:
                    yield from walk(ast.Module([part], []), when)
                continue
            if isinstance(child, ast.Import):
                yield from ((alias.name, when) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = name.split(".") if is_package else name.split(".")[:-1]
                base = base[: len(base) - child.level + 1] if child.level else []
                source = ".".join([*base, *([child.module] if child.module else [])])
                for alias in child.names:
                    yield f"{source}.{alias.name}", source, when
                    if not name.startswith(f"{source}."):  # a package's parts do not need its own __init__
                        yield source, when
            yield from walk(child, inside)

    return tuple(walk(ast.parse(text), "module"))


def against_the_order(root):
    """Imports, lazy and for types too, of a room below, or of what stands below all rooms."""
    place = {f"qtrain.{room}": number for number, room in enumerate(ROOMS)}
    place |= {f"qtrain.{name}": len(ROOMS) for name in ("notebook", "doctor", "try_lesson", "cli", "__main__")}

    def rank(name):
        return place.get(".".join(name.split(".")[:2]), -1)

    return sorted(
        f"{importer} imports {imported}"
        for importer, imported in {edge[:2] for edge in imports_of(root)} - set(BELOW)
        if 0 <= rank(importer) < min(len(ROOMS), rank(imported))
    )


def circle(edges):
    """The modules of a circle that these imports make, in turn; an empty list if there is none."""
    above = {}
    for importer, imported in edges:
        above.setdefault(importer, set()).add(imported)
    try:
        graphlib.TopologicalSorter(above).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_every_room_is_in_the_table():
    folders = {path.parent.name for path in (ROOT / "qtrain").glob("*/__init__.py")}
    assert folders <= set(ROOMS)


def test_a_room_imports_only_rooms_above_it():
    assert against_the_order(ROOT) == []


def test_modules_import_each_other_in_no_circle():
    edges = {edge for edge in imports_of(ROOT) if edge[2] != "typing"}
    assert len({edge[0] for edge in edges}) > 100
    assert circle(edge[:2] for edge in edges) == []  # imports inside a function, too


def test_every_exception_is_still_needed_and_has_its_reason():
    edges = {edge for edge in imports_of(ROOT) if edge[2] != "typing"}
    assert all(BELOW.values()) and set(BELOW) <= {edge[:2] for edge in edges}


PLANTED = {  # file, what is added to it, and what has to be found
    "absolute": ("checking/verdict.py", "import qtrain.drawing.cards", "qtrain.checking.verdict imports"),
    "relative": ("checking/verdict.py", "from ..drawing import cards", "qtrain.checking.verdict imports"),
    "a room by name": ("checking/verdict.py", "from .. import drawing", "qtrain.checking.verdict imports"),
    "lazy": ("circuits/model.py", "def f():\n    from ..checking import verdict", "qtrain.circuits.model imports"),
    "deep": ("circuits/formats/stim.py", "from ...authoring import words", "qtrain.circuits.formats.stim imports"),
    "authoring looks down": ("authoring/words.py", "from qtrain.course import load", "qtrain.authoring.words imports"),
    "types only": (
        "checking/verdict.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..drawing import Card",
        "qtrain.checking.verdict imports",
    ),
    "a notebook's words": ("site/blocks.py", "from qtrain import notebook", "qtrain.site.blocks imports"),
}


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(
        ROOT / "qtrain",
        tmp_path / "qtrain",
        ignore=lambda _, names: [n for n in names if "." in n and not n.endswith(".py")],
    )
    return tmp_path


@pytest.mark.parametrize("what", PLANTED)
def test_an_import_against_the_order_is_found(copy, what):
    file, text, found = PLANTED[what]
    path = copy / "qtrain" / file
    path.write_text(f"{path.read_text('utf-8')}\n{text}\n", "utf-8")
    assert [line for line in against_the_order(copy) if line.startswith(found)]


@pytest.mark.parametrize(
    ("file", "text", "at"),
    [
        ("circuits/model.py", "from .reading import read", "module"),
        ("checking/verdict.py", "import qtrain.checking.evidence", "module"),
        ("checking/verdict.py", "from .target import Target", "module"),
        ("course/cells.py", "from . import course", "module"),
        ("checking/verdict.py", "def f():\n    from .evidence import MOST", "lazy"),
        ("course/cells.py", "def f():\n    from qtrain.course.course import load", "lazy"),
    ],
)
def test_a_circle_is_found(copy, file, text, at):
    path = copy / "qtrain" / file
    path.write_text(f"{path.read_text('utf-8')}\n{text}\n", "utf-8")
    edges = {edge for edge in imports_of(copy) if edge[2] != "typing"}
    assert bool(circle(edge[:2] for edge in edges if edge[2] == "module")) == (at == "module")
    assert circle(edge[:2] for edge in edges)


def test_no_file_names_a_path_of_this_machine():
    # spelled in parts so that this file does not find itself
    home = re.compile("/" + r"(home|root|Users)/[a-z]+/")
    wrong = [
        p.name
        for p in tracked("*.py", "*.md", "*.yml", "*.toml", "*.lock", "*.ipynb", "*.json", "Makefile")
        if home.search(p.read_text(encoding="utf-8"))
    ]
    assert wrong == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_the_course(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for source in ("notebooks", "exercises"):
        for path in tracked(f"{source}/**"):
            assert f"qtrain/_course/{path.relative_to(ROOT).as_posix()}" in names
    assert "qtrain/_course/book/_toc.yml" in names


def test_a_wheel_elsewhere_gives_the_course_with_no_checkout(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import qtrain; "
        "from qtrain.course import load; course = load(); "
        f"assert qtrain.__file__.startswith({str(tmp_path)!r}); print(len(list(course.lessons)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    from qtrain.course import load

    assert int(done.stdout) == len(list(load().lessons)) > 0


HERE = [room for room in ROOMS if (ROOT / "qtrain" / room).is_dir()]


def public(room):
    module = importlib.import_module(f"qtrain.{room}")
    for name in getattr(module, "__all__", []):
        value = getattr(module, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            yield name, value


def parameters_of(value):
    if "__dataclass_fields__" in vars(value):
        return list(value.__dataclass_fields__)
    made = value if inspect.isfunction(value) else vars(value).get("__init__")
    if made is None:
        return []
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in inspect.signature(made).parameters.values() if p.name != "self" and p.kind not in kinds]


@pytest.mark.parametrize("room", HERE)
def test_everything_public_says_what_it_is(room):
    assert [name for name, value in public(room) if not (value.__doc__ or "").strip()] == []


@pytest.mark.parametrize("room", HERE)
def test_public_docstrings_name_every_parameter(room):
    gaps = [
        f"{name}: {parameter}"
        for name, value in public(room)
        for parameter in parameters_of(value)
        if not re.search(rf"\b{parameter}\b", inspect.getdoc(value))
    ]
    assert gaps == []


BY_FORMULA = {
    "circuits": ("choi", "kraus", "same_clifford", "same_clifford_state", "tableau"),
    "checking": (
        *("Channel", "Code", "Correction", "Decoder", "Game", "Logicals", "Povm", "QuasiProbabilities"),
        *("Representation", "Sampling", "StabilizerGroup", "StimProgram", "within_for_shots"),
    ),
}


@pytest.mark.parametrize(("room", "name"), [(room, name) for room, names in BY_FORMULA.items() for name in names])
def test_what_computes_a_published_formula_gives_its_source(room, name):
    text = inspect.getdoc(getattr(importlib.import_module(f"qtrain.{room}"), name))
    assert re.search(r"References\n-{10}\n[^\n]*\S[\s\S]*(arXiv:(\d{4}\.\d{4,5}|quant-ph/\d{7})|doi:10\.\d{4})", text)
