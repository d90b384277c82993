"""What goes round among lessons comes to all of them, and a test that is named is always run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import pytest

@pytest.mark.one_in(3, "name")
@pytest.mark.parametrize("name", range(8))
@pytest.mark.parametrize("other", "xy")
def test_long(name, other): pass

def test_short(): pass
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """What pytest collects with arguments and settings."""
    folder = tmp_path_factory.mktemp("days")
    (folder / "conftest.py").write_text((ROOT / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "test_a.py").write_text(TESTS, "utf-8")

    def collect(*arguments, **settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("QTRAIN_", "PYTEST_"))}
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they take ten times as long to import as all this
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *arguments]
        told = subprocess.run(
            command, cwd=folder, env={**environment, **settings}, capture_output=True, text=True, timeout=120
        )
        return {line.partition("::")[2] for line in told.stdout.splitlines() if "::" in line}

    return collect


def test_three_days_see_every_lesson_and_no_day_more_than_its_share(asked):
    days = [asked(QTRAIN_DAY=str(739_000 + number)) for number in range(3)]
    every = {"test_short"} | {f"test_long[{other}-{name}]" for other in "xy" for name in range(8)}
    assert set.union(*days) == every == asked(QTRAIN_ALL_LESSONS="1")
    assert set.intersection(*days) == {"test_short"}
    assert sorted(len(day) for day in days) == [5, 7, 7]
    assert asked() in days


def test_what_is_named_is_always_run(asked):
    assert asked("-k", "x-4") == {"test_long[x-4]"}
    assert asked("test_a.py::test_long[y-5]") == {"test_long[y-5]"}
