"""The class's server carried to a computer without internet: a small bundle, installed with the network cut."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

pytest.importorskip("jupyterhub", reason="the classroom needs the extra [hub]")
pytest.importorskip("hatchling", reason="needs hatchling: pip install hatchling")
if sys.platform != "linux":
    pytest.skip("the classroom runs on Linux", allow_module_level=True)
from qtrain.classroom import bundle, proxy
from qtrain.classroom.errors import ClassroomError

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
BACKEND = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def wheel(folder: Path, name: str, version: str, files: dict[str, bytes]) -> str:
    """A wheel of these files; returns its line in a lock."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    told = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in files.items():
            archive.writestr(file, data)
        archive.writestr(f"{told}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{told}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{told}/RECORD", "".join(f"{file},,\n" for file in files))
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture(scope="module")
def stick(tmp_path_factory):
    """An unpacked bundle of a checkout that needs two packages, beside the installer itself."""
    folder = tmp_path_factory.mktemp("bundle")
    root, packages = folder / "root", folder / "packages"
    packages.mkdir()
    for place, name, source in (
        (root, "qtrain", "import tiny, hubbish\nanswer = tiny.answer\n"),
        (root / "teach", "qtrain_teach", "secret = 'solution'\n"),
    ):
        (place / name).mkdir(parents=True)
        (place / name / "__init__.py").write_text(source)
        (place / "pyproject.toml").write_text(f'{BACKEND}[project]\nname = "{name}"\nversion = "0.1.0"\n')
    with (root / "pyproject.toml").open("a") as file:
        file.write('[project.optional-dependencies]\nhub = ["hubbish"]\ngrade = []\nother = ["other"]\n')
    version = metadata.version("uv")
    program = Path(sys.prefix, "bin", "uv").read_bytes()
    lock = [
        wheel(packages, "tiny", "1.0", {"tiny.py": b"answer = 42\n"}),
        "# extras\n",
        wheel(packages, "hubbish", "2.0", {"hubbish.py": b""}),
        "other==1.0 \\\n    --hash=sha256:00\n",
        wheel(packages, "uv", version, {f"uv-{version}.data/scripts/uv": program}),
    ]
    (root / "requirements.lock").write_text("# head\n" + "".join(lock))
    node = folder / "proxy"
    (node / proxy.PROGRAM).parent.mkdir(parents=True)
    (node / proxy.PROGRAM).write_text("#!/usr/bin/env node\n")
    (node / "node_modules" / ".bin").mkdir()
    (node / "node_modules" / ".bin" / "proxy").symlink_to("../configurable-http-proxy")
    # A package of an older lock, which lies there still.
    old = folder / "out" / "wheels" / f"hub-linux-py{PYTHON}"
    old.mkdir(parents=True)
    wheel(old, "tiny", "0.9", {"tiny.py": b"answer = 41\n"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proxy, "place", lambda: node)
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(packages))
        path = bundle.bundle(root, folder / "out", [PYTHON])
    with tarfile.open(path) as archive:
        assert all(one.isfile() or one.isdir() for one in archive) and all(one.uid == 0 for one in archive)
    subprocess.run(["tar", "-xf", path], cwd=folder, check=True)
    return folder / path.name.removesuffix(".tar")


def installed(stick: Path, target: Path, **environment) -> subprocess.CompletedProcess:
    cut = ["unshare", "-n"] if os.geteuid() == 0 and shutil.which("unshare") else []
    where = {"PATH": f"{Path(sys.executable).resolve().parent}:/usr/bin:/bin", "HOME": "/nonexistent"} | environment
    command = [*cut, "sh", str(stick / "install.sh"), str(target)]
    return subprocess.run(command, env=where, cwd="/", capture_output=True, text=True)


def test_it_installs_with_the_network_cut_and_again_over_itself(stick, tmp_path):
    target = tmp_path / "qtrain here"
    for _ in range(2):
        done = installed(stick, target)
        assert done.returncode == 0, done.stderr
        assert f"sudo {target}/bin/qtrain hub" in done.stdout
    said = subprocess.run(
        [target / "bin" / "python", "-I", "-c", "import qtrain; print(qtrain.answer)"], capture_output=True
    )
    assert said.stdout == b"42\n", said.stderr
    assert (target / "share" / "qtrain" / "proxy" / proxy.PROGRAM).is_file(), "where proxy.place() looks"
    closed = [path for path in target.rglob("*") if not path.is_symlink() and not path.stat().st_mode & 0o004]
    assert not closed, "learners' programs read it"


def test_solutions_are_the_teachers_alone(stick, tmp_path):
    assert installed(stick, tmp_path / "q").returncode == 0
    ask = ["-I", "-c", "import qtrain, qtrain_teach; print(qtrain_teach.secret)"]
    assert subprocess.run([tmp_path / "q" / "bin" / "python", *ask], capture_output=True).returncode != 0
    teacher = tmp_path / "q-teacher"
    assert "solution" in (teacher / "qtrain_teach" / "__init__.py").read_text()
    assert teacher.stat().st_mode & 0o077 == 0


def test_a_package_that_was_changed_is_refused(stick, tmp_path):
    broken = tmp_path / "stick"
    shutil.copytree(stick, broken)
    [path] = broken.glob("wheels/tiny-*.whl")
    wheel(path.parent, "tiny", "1.0", {"tiny.py": b"answer = 666\n"})
    done = installed(broken, tmp_path / "q")
    assert done.returncode != 0 and "hash" in done.stderr.lower()


def test_another_python_is_told_in_a_sentence(stick, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 || echo 3.9\n')
    (tmp_path / "bin" / "python3").chmod(0o755)
    for tool in ("dirname", "sh", "unshare"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    done = installed(stick, tmp_path / "q", PATH=str(tmp_path / "bin"))
    assert done.returncode == 1 and f"needs Python {PYTHON}" in done.stderr and "3.9.2" in done.stderr
    assert not (tmp_path / "q").exists()


def test_a_folder_of_somebody_elses_is_not_touched(stick, tmp_path):
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "work.txt").touch()
    done = installed(stick, tmp_path / "q")
    assert done.returncode == 1 and "another folder" in done.stderr
    assert [path.name for path in (tmp_path / "q").iterdir()] == ["work.txt"]


def test_a_bundle_is_made_in_a_checkout(tmp_path, monkeypatch):
    import argparse

    monkeypatch.setattr("qtrain.course.course.find_root", lambda: tmp_path)
    parser = argparse.ArgumentParser()
    bundle.add_arguments(parser)
    with pytest.raises(ClassroomError, match="checkout"):
        bundle.run(parser.parse_args([str(tmp_path)]))
