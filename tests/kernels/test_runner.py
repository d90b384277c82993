"""The direct runner: what comes back from cells and requests, whatever the cells do."""

import os
import subprocess
import sys
import time

import pytest

from qtrain.kernels import KernelError, Limits, Session, own_time

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: elsewhere there is no safe fork")
SMALL = Limits(memory=512 << 20, cpu=20, wall=60, output=100_000, processes=32, files=8 << 20, reply=100_000)


@pytest.fixture(params=["warm", "ordinary"])
def any_session(request, tmp_path, monkeypatch):
    """The same session from the fork server and from an ordinary process."""
    if request.param == "ordinary":
        monkeypatch.setenv("QTRAIN_KERNELS", "ordinary")
    elif sys.platform != "linux":
        pytest.skip("needs Linux")
    with Session(tmp_path, confine=False, limits=Limits(wall=60, memory=None, processes=None)) as session:
        yield session


def kinds(result):
    """The kinds of a result's outputs."""
    return [output["output_type"] for output in result.outputs]


def test_outputs_are_those_of_a_notebook(any_session):
    """Streams, displays, results and errors come back in nbformat's shape and order."""
    nbformat = pytest.importorskip("nbformat")
    source = (
        "import sys\nprint('a')\nprint('b', file=sys.stderr)\nfrom IPython.display import HTML, display\n"
        "display(HTML('<b>c</b>'))\n6 * 7"
    )
    result = any_session.execute(source)
    assert result.status == "ok" and result.reason == ""
    assert kinds(result) == ["stream", "stream", "display_data", "execute_result"]
    assert [o["text"] for o in result.outputs[:2]] == ["a\n", "b\n"]
    assert result.outputs[2]["data"]["text/html"] == "<b>c</b>"
    assert result.outputs[3]["data"]["text/plain"] == "42" and result.outputs[3]["execution_count"] == 1
    cell = nbformat.v4.new_code_cell(source, outputs=[nbformat.from_dict(o) for o in result.outputs])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


def test_plots_come_back_as_pictures(any_session):
    """A figure is shown at the end of its cell, as in a notebook."""
    result = any_session.execute("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nNone")
    assert kinds(result) == ["display_data"]
    assert result.outputs[0]["data"]["image/png"].startswith("iVBOR")


def test_an_error_is_an_output_and_the_session_goes_on(any_session):
    """An exception ends its cell only."""
    result = any_session.execute("print('before')\n1 / 0")
    assert result.status == "error" and "ZeroDivisionError" in result.reason
    assert kinds(result) == ["stream", "error"] and result.outputs[1]["ename"] == "ZeroDivisionError"
    assert any_session.execute("1 + 1").outputs[0]["data"]["text/plain"] == "2"


def test_names_live_from_cell_to_cell_and_requests_see_them(any_session):
    """A request calls a function on the notebook's names."""
    any_session.execute("answer = [1, 2]")
    reply = any_session.request("tests_kernels_helper:lookup", "answer")
    assert reply.status == "error" and "tests_kernels_helper" in reply.reason
    assert any_session.request("operator:contains", "answer").reply is True
    assert any_session.request("operator:contains", "other").reply is False


def test_input_is_refused_with_a_reason(any_session):
    """Nobody can answer, so a cell that asks ends at once."""
    result = any_session.execute("input('name? ')")
    assert result.status == "error" and "nobody is there" in result.reason


def test_displays_are_updated_and_cleared(any_session):
    """`update_display` changes what was shown, also in an earlier cell; `clear_output` removes it."""
    first = any_session.execute("from IPython.display import clear_output, display\nh = display(1, display_id='x')")
    assert first.outputs[0]["data"]["text/plain"] == "1"
    any_session.execute("h.update(2)")
    assert first.outputs[0]["data"]["text/plain"] == "2"
    assert any_session.execute("print(1)\nclear_output()\nprint(2)").outputs[0]["text"] == "2\n"
    kept = any_session.execute("print(1)\nclear_output(wait=True)")
    assert kept.outputs[0]["text"] == "1\n"


def test_an_endless_cell_is_interrupted_and_the_names_survive(any_session):
    """A timeout interrupts; what ran before is still there."""
    any_session.execute("x = 5")
    result = any_session.execute("print('on', flush=True)\nwhile True: pass", timeout=1.5)
    assert result.status == "timeout" and "did not end" in result.reason
    assert any_session.execute("x").outputs[0]["data"]["text/plain"] == "5"


@pytest.fixture
def crowd(any_session):
    """Three more at work on the one processor that a session has."""
    if sys.platform != "linux":
        pytest.skip("needs Linux")
    place = {min(os.sched_getaffinity(0))}
    os.sched_setaffinity(any_session._process.pid, place)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    for one in busy:
        os.sched_setaffinity(one.pid, place)
    yield
    for one in busy:
        one.kill()
        one.wait()


def test_what_a_cell_waits_for_a_processor_is_not_its_own_time(any_session, crowd):
    """The same answer is not lost because others were graded beside it; who sleeps or never ends is stopped."""
    work = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"
    fair = any_session.execute(work.format(1), timeout=1.8)
    assert fair.status == "ok" and fair.seconds > 1.8
    for source in ("while True: pass", "import time\ntime.sleep(1000)"):
        stopped = any_session.execute(source, timeout=2)
        assert stopped.status == "timeout" and "did not end within 2 seconds" in stopped.reason
    assert any_session.execute("1 + 1").outputs[0]["data"]["text/plain"] == "2"


def test_who_keeps_itself_waiting_has_ten_times_its_time_at_most(monkeypatch):
    seen = iter([0.0, 3.0, 1e9, 1e9])
    monkeypatch.setattr(own_time, "waited", lambda process: next(seen))
    own = own_time.OwnTime(1, 2.0)
    assert own.deadline() - time.monotonic() == pytest.approx(5, abs=0.5)
    assert own.deadline() - time.monotonic() == pytest.approx(20, abs=0.5)
    assert own.had() == 0
    monkeypatch.undo()
    assert own_time.OwnTime(-1, None).deadline() is None
    now = time.monotonic()
    assert own_time.OwnTime(-1, 9.0, now + 3).deadline() == now + 3 and own_time.waited(-1) == 0


def test_a_cell_that_ends_its_process_is_told(any_session):
    """`os._exit` and the like: the reason is one sentence, and later cells say it again."""
    result = any_session.execute("import os\nos._exit(3)")
    assert result.status == "died" and "exit code 3" in result.reason
    again = any_session.execute("1")
    assert again.status == "died" and again.reason == result.reason


def test_top_level_await_and_magics_work(any_session):
    """Cells are IPython cells."""
    assert any_session.execute("import asyncio\nawait asyncio.sleep(0, 7)").outputs[0]["data"]["text/plain"] == "7"
    assert "ok" in any_session.execute("!echo ok").outputs[0]["text"]
    assert any_session.execute("%matplotlib inline").status == "ok"


def test_exit_does_not_end_the_session(any_session):
    """`sys.exit` is an error of its cell, as in a notebook."""
    assert any_session.execute("import sys\nsys.exit(1)").status == "error"
    assert any_session.execute("1").status == "ok"


@linux
def test_output_of_programs_and_c_libraries_is_not_lost(tmp_path):
    """What is written to the descriptors themselves comes back too."""
    with Session(tmp_path, confine=False) as session:
        assert "low" in session.execute("import os\nos.write(1, b'low')\nNone").outputs[0]["text"]


@linux
@pytest.mark.parametrize(
    "source",
    [
        "print('x' * 50_000_000)",
        "import os\nfor _ in range(500): os.write(1, b'y' * 10_000)",
        "for i in range(20_000): display(i)",
        "class Big:\n    def _repr_html_(self): return 'z' * 10_000_000\nBig()",
        "raise ValueError('w' * 10_000_000)",
    ],
)
def test_output_is_bounded(tmp_path, source):
    """Too much output is cut with a line that says so, and the notebook goes on."""
    with Session(tmp_path, limits=SMALL) as session:
        result = session.execute("from IPython.display import display\n" + source, timeout=30)
        assert len(str(result.outputs)) < 2 * SMALL.output + 10_000
        assert "dropped" in str(result.outputs) or len(result.outputs) == 0 or "EFBIG" in str(result.outputs)
        assert session.execute("1 + 1").status == "ok"


FORGE = """
import json, os, socket, stat, struct
def forge(frame):
    body = json.dumps(frame).encode() if isinstance(frame, dict) else frame
    for fd in map(int, os.listdir('/proc/self/fd')):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.write(fd, struct.pack('>I', len(body)) + body)
        except OSError:
            continue
"""
FIND_MARK = """
import gc
mark = next(o for o in gc.get_objects() if type(o).__name__ == 'Direct')._current
"""


@linux
def test_a_reply_that_was_not_asked_for_is_ignored(tmp_path):
    """A forged reply, sent before the request, doesn't know its mark."""
    with Session(tmp_path, limits=SMALL) as session:
        session.execute(FORGE + "for i in range(5): forge({'id': str(i), 'reply': 'forged'})")
        session.execute("answer = 1")
        assert session.request("operator:contains", "answer").reply is True


@linux
@pytest.mark.parametrize("frame", ["b'not json'", "b'[' * 90_000", "b'[1]'", "{'output': {'output_type': 'stream'}}"])
def test_garbage_on_the_channel_ends_only_this_session(tmp_path, frame):
    """What isn't an answer ends the session with a reason; nothing else is touched."""
    with Session(tmp_path, limits=SMALL) as session, Session(tmp_path, limits=SMALL) as other:
        result = session.execute(
            FORGE + FIND_MARK + f"frame = {frame}\nforge({{'id': mark, **frame}} if isinstance(frame, dict) else frame)"
        )
        assert (result.status, "not an answer" in result.reason) == ("died", True), result.reason
        assert other.execute("1").status == "ok"


@linux
def test_a_reply_is_bounded(tmp_path):
    """A reply that is too long ends the session."""
    with Session(tmp_path, limits=SMALL) as session:
        session.execute("class Answer(dict):\n    pass\nAnswer")
        session.execute("import operator\noperator.contains = lambda names, payload: 'x' * 1_000_000")
        reply = session.request("operator:contains", "a")
        assert reply.status == "died" and "bytes" in reply.reason


@linux
@pytest.mark.parametrize(
    "source",
    [
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGSTOP)\ntime.sleep(30)",
    ],
)
def test_a_cell_that_does_not_stop_is_killed(tmp_path, source):
    """Whoever ignores the interrupt is killed soon after."""
    with Session(tmp_path, limits=SMALL) as session:
        start = time.monotonic()
        result = session.execute(source, timeout=0.5)
        assert time.monotonic() - start < 10
        assert result.status in ("timeout", "ok", "error")
        assert result.status == "timeout" or "SIGSTOP" in source  # the first process of a namespace can't be stopped


@linux
def test_the_wall_time_of_a_session_ends_it(tmp_path):
    """The budget is for all cells together."""
    with Session(tmp_path, limits=Limits(wall=1.5)) as session:
        assert session.execute("1").status == "ok"
        result = session.execute("import time\ntime.sleep(60)")
        assert result.status == "timeout" and "whole notebook" in result.reason
        assert not session.alive


@linux
def test_a_forked_process_does_not_speak_for_the_notebook(tmp_path):
    """A process that a cell forks and that runs on past the cell neither answers nor steals requests."""
    with Session(tmp_path, limits=SMALL) as session:
        session.execute("import os\npid = os.fork()\nprint('once')")
        results = [session.execute(f"print({i})") for i in range(20)]
        assert [r.outputs[0]["text"] for r in results] == [f"{i}\n" for i in range(20)]


@linux
def test_a_confined_session_has_a_copy_of_its_folder(tmp_path):
    """Files can be read and written, and none of it reaches the folder itself."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("hello")
    (tmp_path / "link").symlink_to("/etc/shadow")
    with Session(tmp_path, limits=SMALL) as session:
        assert "hello" in session.execute("open('data/a.txt').read()").outputs[0]["data"]["text/plain"]
        assert session.execute("open('data/a.txt', 'w').write('changed')\nopen('new', 'w')").status == "ok"
        assert session.execute("import os\nprint(os.path.lexists('link'))").outputs[0]["text"] == "False\n"
    assert (tmp_path / "data" / "a.txt").read_text() == "hello" and not (tmp_path / "new").exists()


@linux
def test_a_folder_over_the_limit_is_refused(tmp_path):
    """A submission of 200 MB is refused before anything runs."""
    with open(tmp_path / "big", "wb") as file:
        file.truncate(SMALL.files + 1)
    with pytest.raises(KernelError, match="holds more than"):
        Session(tmp_path, limits=SMALL)


@linux
def test_an_unconfined_session_works_in_its_folder(tmp_path):
    """What it writes stays."""
    with Session(tmp_path, confine=False, environment={"COLOUR": "green"}) as session:
        session.execute("import os\nopen('a', 'w').write(os.environ['COLOUR'])")
    assert (tmp_path / "a").read_text() == "green"
    assert "COLOUR" not in os.environ
