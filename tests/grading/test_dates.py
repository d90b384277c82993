"""Every option that takes a time says in one sentence what it cannot take, and writes nothing then."""

import os
import time
from datetime import UTC, datetime

import pytest

from qtrain import cli
from qtrain.grading.errors import GradingError
from qtrain.grading.late_policy import instant

NO_TIMES = (
    "",
    " ",
    "\t\n",
    "-",
    "0",
    "soon",
    "none",
    "null",
    "2026",
    "2026-03",
    "2026-13-01",
    "2026-02-30",
    "01.03.2026",
    "3/1/2026",
    "2026-03-01T25:00",
    "2026-03-01T12:61",
    "2026-03-01 noon",
    "2026-03-01T",
    "2026-03-01T12:00+99:00",
    "T12:00",
    "12:00",
    "1772323140",
    "nan",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59-12:00",
    "0001-01-01T00:00+14:00",
    "\x00",
    "é" * 300,
)


@pytest.fixture(params=["UTC", "Asia/Karachi", "America/Los_Angeles"])
def here(request, monkeypatch):
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of this process can be set on Linux and macOS only")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_one_sentence(text):
    for timezone in ("", "Asia/Karachi", "Pacific/Kiritimati"):
        with pytest.raises(GradingError, match="is no time: write it like"):
            instant(text, timezone)


@pytest.mark.parametrize("text", ["", "  ", "soon", "2026-02-30", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("command", ["release", "exam", "grade --due", "grade --extend"])
def test_every_command_says_so(classroom, capsys, command, text):
    course, out = ("--course", str(classroom.root)), classroom.folder / "new"
    if command == "release":
        call = ["release", "1", "-o", str(out), "--due", text, *course]
    elif command == "exam":
        call = ["exam", "1", "-o", str(out), "--questions", "2", "--due", text, *course]
    else:
        classroom.hand_in("anna.ipynb", classroom.solved("anna"))
        before = classroom.grade("--due", "2099-01-01")
        option = ("--due", text) if command == "grade --due" else ("--extend", "anna", text)
        call = ["grade", "-o", str(classroom.output), *option]
    capsys.readouterr()
    assert cli.main(call) == 1
    error = capsys.readouterr().err.strip()
    assert "is no time" in error and len(error.splitlines()) == 1 and not out.exists()
    if command.startswith("grade"):
        assert classroom.grade() == before


@pytest.mark.parametrize("zone", ["", " ", "Mars", "../Europe/Berlin", "Europe", "\x00"])
def test_no_zone_is_one_sentence(classroom, capsys, zone):
    call = ["release", "1", "-o", str(classroom.folder / "new"), "--due", "2099-01-01", "--timezone", zone]
    assert cli.main([*call, "--course", str(classroom.root)]) == 1
    error = capsys.readouterr().err.strip()
    assert "zone" in error and len(error.splitlines()) == 1


def test_a_date_alone_is_its_last_second_however_it_is_written(here):
    for text in ("2026-03-01", "20260301", "2026-W09-7", " 2026-03-01 "):
        found = instant(text).astimezone()
        assert (found.day, found.hour, found.minute, found.second) == (1, 23, 59, 59)
        assert instant(text, "Asia/Karachi") == datetime(2026, 3, 1, 18, 59, 59, tzinfo=UTC)


def test_a_time_without_a_zone_is_meant_where_the_release_says(here):
    assert instant("2026-03-01T12:00", "Asia/Karachi") == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert instant("2026-03-01T12:00").astimezone().hour == 12
    assert instant("2026-03-01T12:00Z", "Asia/Karachi") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert os.environ["TZ"] == here
