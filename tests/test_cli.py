"""The command line: light, helpful, and never a traceback for what a user can mend."""

import subprocess
import sys

import pytest

from qtrain import cli


def run(*argv, **kwargs):
    return subprocess.run([sys.executable, "-m", "qtrain", *argv], capture_output=True, text=True, **kwargs)


def test_import_is_light():
    heavy = "numpy qiskit cirq matplotlib IPython scipy"
    code = f"import sys, qtrain, qtrain.cli; print(*[m for m in '{heavy}'.split() if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []


def test_help_names_every_command():
    text = run("--help").stdout
    assert all(name in text for name in cli.COMMANDS)


def test_help_says_for_whom_a_command_is():
    text = run("--help").stdout
    places = [text.index(f"for {whom}:") for whom in ("learners", "instructors", "authors")]
    assert places == sorted(places) and places[0] < text.index("  learn ") < places[1] < text.index("  grade ")


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as done:
        cli.main([command, "--help"])
    assert done.value.code == 0
    assert f"qtrain {command}" in capsys.readouterr().out


def test_unknown_command_is_answered_with_the_nearest(capsys):
    assert cli.main(["lern"]) == 2
    assert "Did you mean: qtrain learn?" in capsys.readouterr().err


def test_missing_package_names_the_extra(capsys, monkeypatch):
    monkeypatch.setitem(cli.COMMANDS, "grade", ("a_package_that_is_not_there", "grade", "grade"))
    assert cli.main(["grade"]) == 1
    assert "qtrain[grade]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "words"), [("EACCES", "no permission"), ("ENOSPC", "the disk is full"), ("EADDRINUSE", "--port")]
)
def test_system_errors_are_sentences(number, words, capsys, monkeypatch):
    import errno
    import types

    def fail(args):
        raise OSError(getattr(errno, number), "…", "place")

    module = types.SimpleNamespace(add_arguments=lambda parser: None, run=fail)
    monkeypatch.setattr(cli, "import_module", lambda name: module)
    assert cli.main(["learn"]) == 1
    assert words in capsys.readouterr().err
