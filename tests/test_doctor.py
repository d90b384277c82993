"""The self-check finds what is broken and says what to do."""

import subprocess
import sys

from qtrain import doctor


def test_all_is_well_here(capsys):
    assert doctor.run(None) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(doctor.CHECKS) + 1
    assert lines[-1] == "All is well."


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: ["qiskit>=2", "no-such-package>=1"])
    finding = doctor.packages()
    assert not finding.ok
    assert "no-such-package is missing" in str(finding)
    assert "do this:" in str(finding)


def test_a_package_that_is_too_old_is_named(monkeypatch):
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: ["numpy>=999"])
    assert "numpy" in doctor.packages().seen and not doctor.packages().ok


def test_a_full_disk_is_told(monkeypatch):
    monkeypatch.setattr(doctor, "FREE_DISK_GB", 1e9)
    assert not doctor.disk().ok


def test_an_engine_that_accepts_everything_is_found_out(monkeypatch):
    import types

    import qtrain

    always = types.SimpleNamespace(passed=True, diagnosis=None)
    monkeypatch.setattr(qtrain, "compare", lambda *args: always, raising=False)
    assert not doctor.judging().ok


def test_a_check_that_breaks_is_a_finding(monkeypatch, capsys):
    def judging():
        raise RuntimeError("half installed")

    monkeypatch.setattr(doctor, "CHECKS", (judging,))
    assert doctor.run(None) == 1
    assert "half installed" in capsys.readouterr().out


def test_old_python_gets_a_sentence(monkeypatch, capsys):
    from qtrain import cli

    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    assert cli.main(["learn"]) == 2
    assert "Python 3.11 or newer" in capsys.readouterr().err


def test_doctor_runs_as_a_command():
    done = subprocess.run([sys.executable, "-m", "qtrain", "doctor"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
