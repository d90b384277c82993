"""A warm kernel says what a stock kernel says: the same cells through both, and their messages compared."""

import os
import re
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from types import SimpleNamespace

import pytest
from jupyter_client.manager import KernelManager

KERNELS = ("python3", "qtrain")
# IPython writes micro as the Greek letter (U+03BC), others as the sign (U+00B5), and 999.7 as 1e+03.
TIME = r"\d+(?:\.\d+)?(?:e[+-]\d+)? [mnuµμ]?s\b"
NUMBER = re.compile(rf"0x[0-9a-f]+|ipykernel_\d+/\d+|<ipython-input-[^>]*>|{TIME}|[0-9a-f]{{32}}|/tmp/\S+")


class Kernel:
    """A running kernel and its client."""

    def __init__(self, name, folder):
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel(cwd=str(folder))
        self.connect()

    def connect(self):
        """Connect a client to the kernel as it is now."""
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, source, timeout=60, answer=None, **options):
        """Execute a cell: the reply's status, and the messages as comparable tuples."""
        sent = self.client.execute(source, allow_stdin=answer is not None, **options)
        return self.collect(sent, timeout, answer)

    def collect(self, sent, timeout=60, answer=None):
        """The messages of the request `sent` until it is done."""
        seen, end = [], time.monotonic() + timeout
        while time.monotonic() < end:
            if answer is not None:
                with suppress(Empty):
                    asked = self.client.get_stdin_msg(timeout=0.05)["content"]
                    seen.append(("input_request", asked["prompt"], asked["password"]))
                    self.client.input(answer)
            try:
                message = self.client.get_iopub_msg(timeout=0.2)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") != sent:
                continue
            seen.append(plain(message))
            if seen[-1] == ("status", "idle"):
                break
        else:
            raise TimeoutError(f"no end after {seen[-3:]}")
        reply = self.client.get_shell_msg(timeout=timeout)
        while reply["parent_header"].get("msg_id") != sent:
            reply = self.client.get_shell_msg(timeout=timeout)
        return reply["content"]["status"], merged(seen)

    def stop(self):
        """End it."""
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)


def plain(message):
    """A message without what differs from run to run."""
    kind, content = message["msg_type"], message["content"]
    if kind == "status":
        return kind, content["execution_state"]
    if kind == "stream":
        return kind, content["name"], NUMBER.sub("", content["text"])
    if kind == "error":
        return kind, content["ename"], content["evalue"], len(content["traceback"])
    if kind in ("display_data", "execute_result", "update_display_data"):
        return kind, tuple(
            sorted((m, NUMBER.sub("", v) if isinstance(v, str) else str(sorted(v))) for m, v in content["data"].items())
        )
    if kind.startswith("comm"):
        data = content["data"]
        return kind, content.get("target_name"), tuple(sorted(data)), tuple(sorted(data.get("state", ())))
    return kind, content.get("code")


def merged(seen):
    """Consecutive pieces of one stream put together: where they are cut is a matter of time."""
    out = []
    for message in seen:
        if out and message[0] == "stream" == out[-1][0] and message[1] == out[-1][1]:
            out[-1] = (*message[:2], out[-1][2] + message[2])
        else:
            out.append(message)
    return out


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """One stock and one warm kernel for the cells that leave them as they were."""
    if sys.platform != "linux":
        pytest.skip("needs Linux: elsewhere both are stock kernels")
    kernels = [Kernel(name, tmp_path_factory.mktemp(name)) for name in KERNELS]
    assert type(kernels[1].manager.provisioner.process).__name__ == "WarmProcess"
    yield kernels
    for kernel in kernels:
        kernel.stop()


CELLS = {
    "expression": "6 * 7",
    "streams": "import sys\nprint('a')\nprint('b', file=sys.stderr)",
    "error": "def f():\n    return 1 / 0\nf()",
    "syntax error": "1 +",
    "exit of a cell": "import sys\nsys.exit(2)",
    "rich display": "from IPython.display import HTML, Markdown, display\ndisplay(HTML('<b>x</b>'), Markdown('*y*'))",
    "updated display": "from IPython.display import display\nh = display(1, display_id='q')\nh.update(2)",
    "cleared output": "from IPython.display import clear_output\nprint(1)\nclear_output()\nprint(2)",
    "plot": "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.gcf().set_size_inches(1, 1)\nplt.show()",
    "plot at the end of the cell": "plt.bar([0, 1], [2, 3])\nNone",
    "backend": "import matplotlib\nmatplotlib.get_backend(), matplotlib.is_interactive(), plt.rcParams['figure.dpi']",
    "widgets": "import ipywidgets\nipywidgets.IntSlider(description='n')",
    "interaction": "out = ipywidgets.Output()\nwith out:\n    print('inside')\nout",
    "await": "import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')",
    "magics": "%timeit -n1 -r1 1\n%timeit -n1 -r1 sum(range(1000))\n%who_ls int",
    "shell": "!echo from the shell",
    "ten megabytes": "print('x' * 10_000_000)",
    "threads": "import threading\nts = [threading.Thread(target=print, args=(i,)) for i in range(3)]\n"
    "for t in ts:\n    t.start()\n    t.join()",
    "fork": "import os\npid = os.fork()\nif not pid: os._exit(7)\n"
    "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))",
    "processes": "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as pool:\n"
    "    print(list(pool.map(abs, [-1, -2])))",
    "low-level output": "import os\nos.write(1, b'low\\n')\nNone",
    "help": "?abs",
    "warning": "import warnings\nwarnings.warn('careful')",
    "frameworks": "import cirq, qiskit\nprint(cirq.Circuit(cirq.H(cirq.LineQubit(0))))\n"
    "qiskit.QuantumCircuit(1).draw()",
    "names": "print(__name__, '__file__' in globals(), In[-1][:5], sys.argv[0].endswith('ipykernel_launcher.py'))",
    "path": "print(sys.path[0] == '' or '' in sys.path, os.environ.get('MPLBACKEND'))",
    "no input allowed": "input('?')",
}


@pytest.mark.parametrize("time", ["1.72 μs", "1.72 µs", "15 us", "999 ns", "1e+03 ns", "0 ns", "3.1 ms", "2 s"])
def test_a_time_is_not_compared(time):
    """However IPython writes it: both kernels take another."""
    assert NUMBER.sub("", f"{time} ± 0 ns per loop") == " ±  per loop"


@pytest.mark.parametrize("name", CELLS)
def test_the_same_cell_gives_the_same_messages(both, name):
    """Kinds, order and content of all messages."""
    stock, warm = (kernel.run(CELLS[name]) for kernel in both)
    assert warm == stock
    assert stock[1][0] == ("status", "busy") and len(stock[1]) > 2


def test_input_is_asked_for_and_answered(both):
    """`input` and `getpass` reach the client."""
    source = "import getpass\nprint(input('name? '), getpass.getpass('word? '))"
    answers = [kernel.run(source, answer="Ada") for kernel in both]
    assert answers[0] == answers[1] and ("stream", "stdout", "Ada Ada\n") in answers[0][1]


def test_completion_inspection_history_and_info_agree(both):
    """The other requests of the protocol."""
    contents = []
    for kernel in both:
        kernel.run("number = 12345")
        replies = [
            kernel.client.complete("numb", 4, reply=True),
            kernel.client.inspect("abs", 3, reply=True),
            kernel.client.kernel_info(reply=True),
            kernel.client.history(raw=True, hist_access_type="tail", n=1, reply=True),
            kernel.client.comm_info(reply=True),
        ]
        contents.append([r["content"] for r in replies])
    for content in contents:
        content[2]["banner"] = content[2]["banner"].partition("Tip:")[0]  # drawn at random
        content[3]["history"] = [entry[2] for entry in content[3]["history"]]
        content[4] = sorted(value["target_name"] for value in content[4]["comms"].values())
    assert contents[0] == contents[1]


@pytest.fixture(params=KERNELS)
def kernel(request, tmp_path):
    """A kernel of each kind that a test may spoil."""
    if request.param == "qtrain" and sys.platform != "linux":
        pytest.skip("needs Linux")
    kernel = Kernel(request.param, tmp_path)
    yield kernel
    kernel.stop()


def test_interrupt_restart_and_shutdown(kernel):
    """An interrupt raises in the cell; a restart forgets names, not the connection; a shutdown ends the process."""
    kernel.run("x = 1")
    sent = kernel.client.execute("import time\nprint('on', flush=True)\ntime.sleep(60)")
    while kernel.client.get_iopub_msg(timeout=10)["msg_type"] != "stream":
        continue
    kernel.manager.interrupt_kernel()
    status, seen = kernel.collect(sent, 10)
    assert status == "error" and seen[0][:2] == ("error", "KeyboardInterrupt")
    assert kernel.run("x")[0] == "ok"
    kernel.client.stop_channels()
    ports = kernel.manager.shell_port
    kernel.manager.restart_kernel(now=False)
    assert kernel.manager.shell_port == ports
    kernel.connect()
    status, seen = kernel.run("x")
    assert status == "error" and seen[2][1] == "NameError"
    kernel.run("import os, atexit\natexit.register(lambda: open('left', 'w').write('bye'))")
    provisioner = kernel.manager.provisioner
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel()
    assert not kernel.manager.is_alive() and not provisioner.has_process
    assert Path(str(provisioner.cwd), "left").read_text() == "bye"


@pytest.mark.parametrize(
    "source, code",
    [
        ("import os\nos._exit(3)", 3),
        ("import os\nos.kill(os.getpid(), 9)", -9),
        ("import ctypes\nctypes.string_at(0)", -11),
    ],
)
def test_a_kernel_that_dies_in_a_cell_has_its_exit_code(kernel, source, code):
    """Whatever it dies of."""
    from jupyter_core.utils import run_sync

    kernel.client.execute(source)
    end = time.monotonic() + 15
    while kernel.manager.is_alive() and time.monotonic() < end:
        time.sleep(0.02)
    assert run_sync(kernel.manager.provisioner.poll)() == code
    kernel.client.stop_channels()
    kernel.manager.restart_kernel(now=True)
    kernel.connect()
    assert kernel.run("1")[0] == "ok"


def test_signals_reach_the_kernel_and_kill_ends_it(kernel):
    """`signal_kernel` and `shutdown_kernel(now=True)`."""
    import signal

    kernel.run("import signal\nhit = []\nsignal.signal(signal.SIGUSR1, lambda *a: hit.append(a[0]))\nNone")
    kernel.manager.signal_kernel(signal.SIGUSR1)
    waiting = "import time\nend = time.monotonic() + 15\nwhile not hit and time.monotonic() < end: time.sleep(0.01)\n"
    assert ("execute_result", (("text/plain", "[10]"),)) in kernel.run(waiting + "[int(h) for h in hit]")[1]
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=True)
    assert not kernel.manager.is_alive()


@pytest.mark.skipif(sys.platform != "linux", reason="the fork server is Linux's")
@pytest.mark.parametrize("says", [True, False])
def test_a_client_who_shares_the_servers_end_does_not_make_it_wait(says):
    """A child has the same open socket: it can make it one that waits, and take the message that the server saw."""
    from qtrain.kernels import server

    def late(*_):
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, late)
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with near, far:
        near.setblocking(False)
        os.set_blocking(near.fileno(), True)
        signal.alarm(10)
        try:
            if says:
                for _ in range(10_000):  # nobody reads
                    server.tell(near, {"exited": 0, "reason": "x" * 1000})
            else:
                dropped = []
                server.Forks._hear(SimpleNamespace(_drop=dropped.append), SimpleNamespace(control=near))
                assert dropped == [near]
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
