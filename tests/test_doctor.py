"""The self-check finds what is broken and says what to do."""

import subprocess
import sys

from qtrain import doctor
from qtrain.course import learn


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


def test_the_learners_copy_is_looked_at(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "none yet" in doctor.your_copy().seen
    learn.renew(tmp_path / "qtrain")
    assert doctor.your_copy().ok and "is sound" in doctor.your_copy().seen
    (tmp_path / "qtrain" / "1_small" / "1_2_numbers.ipynb").write_text("{half")
    found = doctor.your_copy()
    assert not found.ok and found.seen == "damaged: 1_small/1_2_numbers.ipynb" and "qtrain learn" in found.advice
    learn.renew(tmp_path / "qtrain", reset="1.2")
    (tmp_path / "qtrain" / "1_small" / "1_2_numbers.old.ipynb").unlink()
    (tmp_path / "qtrain" / ".qtrain" / "record.sqlite").write_text("no database, but long enough to be looked at" * 30)
    assert "was damaged: it is kept as" in doctor.your_copy().seen and doctor.your_copy().ok


def test_ports_and_jupyterlab_are_looked_at(monkeypatch):
    monkeypatch.setattr("qtrain.course.jupyterlab.is_free", lambda port: port == 8890)
    assert doctor.jupyterlab().ok and "port 8890 is free" in doctor.jupyterlab().seen
    monkeypatch.setattr("qtrain.course.jupyterlab.is_free", lambda port: False)
    assert not doctor.jupyterlab().ok and "--port" in doctor.jupyterlab().advice


def test_where_no_kernel_can_be_warm_nothing_is_wrong(monkeypatch):
    monkeypatch.setenv("QTRAIN_KERNELS", "ordinary")
    assert doctor.warm_kernel().ok and "ordinary kernels start" in doctor.warm_kernel().seen


def test_old_python_gets_a_sentence(monkeypatch, capsys):
    from qtrain import cli

    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    assert cli.main(["learn"]) == 2
    assert "Python 3.11 or newer" in capsys.readouterr().err


def test_doctor_runs_as_a_command():
    done = subprocess.run([sys.executable, "-m", "qtrain", "doctor"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
