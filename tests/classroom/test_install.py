"""The class's server as a service of systemd's: the unit's text, and what is said and done around it."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("jupyterhub", reason="the classroom needs the extra [hub]")
if sys.platform != "linux":
    pytest.skip("the classroom runs on Linux", allow_module_level=True)
from qtrain import atomic
from qtrain.classroom import install, proxy, settings
from qtrain.classroom.errors import ClassroomError

ODD = '/srv/my class 100% $HOME "5b" \\ محمد'


def words(line: str) -> list[str]:
    """A line of a unit as systemd reads it: quotes, escapes, specifiers, variables."""
    found, word, quoted, signs = [], None, False, iter(line)
    for sign in signs:
        if sign == '"':
            quoted, word = not quoted, word or ""
        elif sign == "\\":
            word = (word or "") + next(signs)
        elif sign in "%$":
            assert next(signs) == sign, "a specifier or a variable"
            word = (word or "") + sign
        elif sign == " " and not quoted:
            found, word = [*found, word], None
        else:
            word = (word or "") + sign
    assert not quoted
    return [*found, word]


@pytest.fixture
def class_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "UNITS", tmp_path / "units")
    monkeypatch.setattr(install, "RUNNING", tmp_path / "no systemd")
    monkeypatch.setattr(install, "_as_root", lambda told: None)
    monkeypatch.setattr(proxy, "place", lambda: tmp_path / "proxy")
    monkeypatch.setattr(proxy, "fetch", lambda: atomic.write(tmp_path / "proxy" / proxy.PROGRAM, ""))
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "roster.csv").write_text("id,name\nayesha,Ayesha\n")
    return tmp_path / "class"


def called(folder, *argv):
    parser = argparse.ArgumentParser()
    install.add_arguments(parser)
    args = parser.parse_args(argv)
    args.folder = folder
    return install.run(args)


@pytest.mark.parametrize("folder", ["/srv/class", ODD])
def test_any_folder_gets_through_to_the_command(folder):
    text = install.unit(settings.Settings(Path(folder)))
    told = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    assert words(told["ExecStart"]) == [sys.executable, "-P", "-m", "qtrain.cli", "hub", folder]
    assert words(told["ReadWritePaths"].replace("$", "$$")) == ["/run", folder]
    assert told["Restart"] == "always" and told["StartLimitIntervalSec"] == "0", "it never gives up"


@pytest.mark.parametrize("folder", ["/srv/a\nExecStartPre=/bin/false", "/srv/\udcff"])
def test_a_folder_that_no_unit_can_name_is_refused(folder):
    with pytest.raises(ClassroomError, match="rename"):
        install.unit(settings.Settings(Path(folder)))


@pytest.mark.parametrize("folder", ["/srv/class", ODD])
def test_systemd_takes_the_unit_as_it_is(tmp_path, folder):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze: apt-get install systemd")
    told = settings.Settings(Path(folder))
    path = tmp_path / install.name(told)
    path.write_text(install.unit(told), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True)
    assert done.returncode == 0 and path.name not in done.stderr, done.stderr


def test_two_classes_are_two_services():
    first, second = (install.name(settings.Settings(Path(folder))) for folder in ("/srv/a", "/srv/b"))
    assert first != second and first.endswith(".service")


def test_without_systemd_it_says_how(class_folder, capsys):
    assert called(class_folder) == 0
    told = settings.load(class_folder)
    path = install.UNITS / install.name(told)
    assert path.read_text("utf-8") == install.unit(told) and path.stat().st_mode & 0o777 == 0o644
    said = capsys.readouterr().out
    assert "fetched" in said and f"systemctl enable --now {install.name(told)}" in said
    assert called(class_folder) == 0 and "fetched" not in capsys.readouterr().out, "the proxy is here by now"
    assert called(class_folder, "--remove") == 0
    assert not path.exists() and (class_folder / "roster.csv").exists()
    assert called(class_folder, "--remove") == 0 and "there is no" in capsys.readouterr().out


def test_with_systemd_it_starts(class_folder, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    told = tmp_path / "told"
    (tmp_path / "bin" / "systemctl").write_text(f'#!/bin/sh\necho "$@" >> {told}\n')
    (tmp_path / "bin" / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setattr(install, "RUNNING", tmp_path)
    name = install.name(settings.load(class_folder))
    assert called(class_folder) == 0
    assert told.read_text().splitlines() == ["daemon-reload", f"enable {name}", f"restart {name}"]
    told.unlink()
    assert called(class_folder, "--remove") == 0
    assert told.read_text().splitlines() == [f"disable --now {name}", "daemon-reload"]
    (tmp_path / "bin" / "systemctl").write_text("#!/bin/sh\necho 'Unit is masked.' >&2; exit 1\n")
    with pytest.raises(ClassroomError, match="Unit is masked"):
        called(class_folder)


def test_only_the_proxy(class_folder, capsys):
    assert called(class_folder, "--proxy") == 0
    assert not install.UNITS.exists() and (proxy.place() / proxy.PROGRAM).exists()


def test_a_class_without_a_roster_is_not_installed(class_folder):
    (class_folder / "roster.csv").unlink()
    with pytest.raises(ClassroomError, match="--roster"):
        called(class_folder)
    assert not install.UNITS.exists()


def test_without_root_it_says_so(class_folder, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(ClassroomError, match="sudo"):
        install.install(settings.load(class_folder))
