"""What holds for the repository as a whole: the lock, the wheel, the rooms, and what may not stand in any file."""

import ast
import graphlib
import importlib
import inspect
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ["circuits", "checking", "authoring", "drawing", "course", "kernels", "grading", "skills", "site"]


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


def test_a_room_imports_only_rooms_above_it():
    found = []
    for position, room in enumerate(ROOMS):
        below = {f"qtrain.{name}" for name in ROOMS[position + 1 :]}
        for path in (ROOT / "qtrain" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = []
                if isinstance(node, ast.ImportFrom) and node.module:
                    names = [node.module]
                elif isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                found += [
                    f"{path.relative_to(ROOT)} imports {n}"
                    for n in names
                    if any(n == b or n.startswith(b + ".") for b in below)
                ]
    assert found == []


def _imported(path, module):
    """The package's own modules that a file imports when it is loaded, as full names."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (base, *(f"{base}.{alias.name}" for alias in node.names))


def _import_graph(root):
    modules = {}
    for path in (root / "qtrain").rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        modules[".".join(parts).removesuffix(".__init__")] = path
    # A package's own __init__ names its parts; the parts do not need it for that.
    return {
        name: {n for n in _imported(path, name) if n in modules and n != name and not name.startswith(n + ".")}
        for name, path in modules.items()
    }


def test_no_modules_import_each_other_in_a_circle(tmp_path):
    graph = _import_graph(ROOT)
    assert len(graph) > 100
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError and names the circle
    shutil.copytree(ROOT / "qtrain" / "checking", tmp_path / "qtrain" / "checking")
    verdict = tmp_path / "qtrain" / "checking" / "verdict.py"
    verdict.write_text("from .target import Target\n" + verdict.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(_import_graph(tmp_path)).prepare()


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


@pytest.mark.parametrize("room", ROOMS)
def test_everything_public_says_what_it_is(room):
    assert [name for name, value in public(room) if not (value.__doc__ or "").strip()] == []


@pytest.mark.parametrize("room", ["circuits"])
def test_public_docstrings_name_every_parameter(room):
    gaps = [
        f"{name}: {parameter}"
        for name, value in public(room)
        for parameter in parameters_of(value)
        if not re.search(rf"\b{parameter}\b", inspect.getdoc(value))
    ]
    assert gaps == []
