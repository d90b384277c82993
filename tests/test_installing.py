"""The lines that install qtrain: the same on every page, and they work as they are printed."""

import importlib.util
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import pytest

from qtrain import __version__
from qtrain.installing import BUNDLE, CHECKOUT, SYSTEMS, WHEEL, lines, with_this_python

ROOT = Path(__file__).parent.parent
PAGES = {
    "README.md": [("linux", CHECKOUT), ("windows", CHECKOUT)],
    "book/index.md": [("linux", CHECKOUT)],
    "book/setup.md": [
        ("windows", CHECKOUT),
        ("macos", CHECKOUT),
        ("linux", CHECKOUT),
        ("linux", BUNDLE),
        ("windows", BUNDLE),
    ],
}
# Commands on those pages that install something else.
OTHERS = ("--require-hashes -r requirements.lock", "pip install jupyterhub")
FENCED = re.compile(r"^```[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SYSTEM_PYTHON = Path("/usr/bin/python3")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_prints_the_same_lines(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = [found.strip("\n") for found in FENCED.findall(text)]
    printed = [block for block in blocks if "pip install" in block or "-m venv" in block]
    assert printed == ["\n".join(lines(*which)) for which in PAGES[page]]
    prose = FENCED.sub("", text)
    assert [line for line in prose.splitlines() if "pip install" in line and not any(o in line for o in OTHERS)] == []


def test_no_other_page_has_lines_of_its_own():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("book/*.md")]:
        if page.relative_to(ROOT).as_posix() not in PAGES:
            text = page.read_text(encoding="utf-8")
            assert not re.search(r"pip install \.(\s|$)|pip install qtrain\b|pip install .*find-links", text), page


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_lines_name_their_programs_and_need_nothing_activated(system):
    for what in (CHECKOUT, WHEEL, BUNDLE):
        first, second, third = lines(system, what)
        assert first.endswith("qtrain-env") and second.endswith(f"pip install {what}") and "qtrain-env" in third
        assert ("\\" in second) == (system == "windows") and "activate" not in first + second + third
    assert WHEEL.startswith(f"qtrain-{__version__}-")
    with pytest.raises(ValueError, match="there is no system 'amiga'"):
        lines("amiga")


@pytest.fixture
def shell(tmp_path):
    """Runs lines as somebody without our environment types them: the system's own Python, nothing from the network.

    The packages that qtrain needs are those of the tests' environment, for they cannot be had offline: pip installs
    qtrain alone and builds it with what is there.
    """
    if not SYSTEM_PYTHON.exists():
        pytest.skip("needs a Python of the system's own: /usr/bin/python3")
    said = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"],
        capture_output=True,
        text=True,
    )
    version = said.stdout.strip()
    if said.returncode:
        pytest.skip("needs venv: apt-get install python3-venv")
    if version != f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip(f"the system's Python is {version}: it cannot use the packages of these tests")
    pytest.importorskip("hatchling", reason="needs hatchling: pip install hatchling")
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_IGNORE_INSTALLED": "1",  # the tests have a qtrain of their own there
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it so: no isolation
        "QTRAIN_NO_BROWSER": "1",
    }

    def run(line, cwd):
        done = subprocess.run(["sh", "-ec", line], cwd=cwd, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    run.environment = environment
    return run


def test_a_managed_python_refuses_what_is_outside_an_environment(shell):
    managed = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"], capture_output=True, text=True
    ).stdout.strip()
    if not (Path(managed) / "EXTERNALLY-MANAGED").exists():
        pytest.skip("the system's Python is not a managed one")
    done = subprocess.run(
        [SYSTEM_PYTHON, "-m", "pip", "install", "."], cwd=ROOT, env=shell.environment, capture_output=True, text=True
    )
    assert done.returncode and "externally-managed-environment" in done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The learner's wheel."""
    pytest.importorskip("hatchling", reason="needs hatchling: pip install hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder), "."]
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)
    (found,) = folder.glob("*.whl")
    assert found.name == WHEEL
    return found


@pytest.mark.parametrize("what", [CHECKOUT, WHEEL, BUNDLE], ids=["checkout", "wheel", "bundle"])
def test_the_lines_work_as_printed_on_linux(shell, tmp_path, what, request):
    """All three lines, to the address at which JupyterLab answers."""
    pytest.importorskip("jupyterlab")
    place = ROOT
    if what != CHECKOUT:
        place = tmp_path / "place"
        (place / "wheels").mkdir(parents=True)
        shutil.copy(request.getfixturevalue("wheel"), place if what == WHEEL else place / "wheels")
    make, install, begin = lines("linux", what)
    shell(make, place)
    shell(install, place)
    # From somewhere else: in a checkout the copy would be made there.
    server = subprocess.Popen(
        ["sh", "-c", f"exec {begin}"],
        cwd=tmp_path,
        env=shell.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        told = []
        for line in server.stdout:
            told.append(line)
            if "http://" in line:
                break
        assert told and "http://127.0.0.1:" in told[-1], told
        assert (tmp_path / "qtrain" / "start_here.md").is_file()
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
        server.stdout.close()


def test_what_is_missing_is_installed_beside_this_qtrain(monkeypatch):
    assert with_this_python("qtrain[grade]") == f'{sys.executable} -m pip install "qtrain[grade]"'
    monkeypatch.setattr(sys, "executable", "/opt/my python/bin/python")
    assert with_this_python("--upgrade", "qtrain") == "'/opt/my python/bin/python' -m pip install --upgrade qtrain"


@pytest.fixture(scope="module")
def progress():
    """The script that `make` installs with."""
    spec = importlib.util.spec_from_file_location("install", ROOT / ".ci" / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_make_says_how_far_it_is_and_nothing_of_pip(progress, tmp_path, capfd, monkeypatch):
    """A lock of what is here already: nothing is downloaded."""
    lock = tmp_path / "lock.txt"
    found = metadata.version("packaging")
    lock.write_text(f"packaging=={found} \\\n    --hash=sha256:{'0' * 64}\n# a note\n")
    assert progress.packages(lock.read_text()) == {"packaging"}
    assert progress.install("What the lessons need", lock, ("--no-index",)) == 0
    told = capfd.readouterr().out
    assert re.fullmatch(r"What the lessons need: done in \d+ s\n", told), told


def test_make_shows_what_pip_says_where_it_fails(progress, tmp_path, capfd):
    lock = tmp_path / "lock.txt"
    lock.write_text(f"no-such-package-at-all==1.0 --hash=sha256:{'0' * 64}\n")
    assert progress.install("What the lessons need", lock, ("--no-index",)) != 0
    told = capfd.readouterr().out
    assert "No matching distribution" in told and "it stopped. Is there a network? Run make again" in told


def test_the_steps_are_counted(progress):
    screen = io.StringIO()
    told = progress.Progress("Setting up", {"numpy", "qiskit", "ruamel-yaml"}, screen)
    told.last -= 100
    told.tell()
    told.heard("Collecting numpy==2.3.1 (from -r base.txt (line 3))")
    told.heard("  Downloading numpy-2.3.1.whl (16.6 MB)")
    told.heard("Collecting ruamel.yaml==0.18")
    told.last -= 100
    told.tell()
    told.tell()  # not again at once
    told.heard("Installing collected packages: numpy, ruamel.yaml")
    told.last -= 100
    told.tell()
    told.end()
    assert screen.getvalue().splitlines() == [
        "Setting up: beginning (0 s)",
        "Setting up: 2 of 3 packages (0 s)",
        "Setting up: all are here, unpacking (0 s)",
        "Setting up: done in 0 s",
    ]
