"""Each fence is tried from inside; the same attempt succeeds in an unconfined child, so the fence is what stops it."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qtrain.kernels import FENCES, Confinement, KernelError, Limits, Session
from qtrain.kernels.fingerprint import package

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: elsewhere there are no such fences")
SMALL = Limits(memory=300 << 20, cpu=5, wall=60, output=100_000, processes=20, files=8 << 20, reply=100_000)


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A secret, a socket and a process of the user's, outside every scratch folder."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "secret").write_text("hidden")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket() as port:
        listener.bind(str(folder / "socket"))
        listener.listen(50)
        port.bind(("127.0.0.1", 0))
        port.listen(50)
        yield {
            "secret": str(folder / "secret"),
            "socket": str(folder / "socket"),
            "port": port.getsockname()[1],
            "pid": os.getpid(),
            "folder": str(folder),
            "tests": str(Path(__file__).parent),
        }


def attempt(outside, tmp_path, source, confine, limits=SMALL):
    """Run `source`, which says "done" where it got through."""
    names = "".join(f"{name} = {value!r}\n" for name, value in outside.items())
    folder = tmp_path / f"confined-{confine}"
    folder.mkdir(exist_ok=True)
    with Session(folder, limits=limits if confine else None, confine=confine) as session:
        result = session.execute(names + source, timeout=20)
    return result, any("done" in o.get("text", "") for o in result.outputs if o["output_type"] == "stream")


PRELUDE = (
    "import ctypes, os, socket\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "def call(*a):\n    r = libc.syscall(*a)\n    assert r >= 0, os.strerror(ctypes.get_errno())\n    return r\n"
)
ATTEMPTS = {
    "connect to a local service": "socket.create_connection(('127.0.0.1', port), 3)",
    "send a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', port))",
    "connect to a Unix socket": "socket.socket(socket.AF_UNIX).connect(globals()['socket_path'])",
    "open a netlink socket": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "open an abstract Unix socket": "socket.socket(socket.AF_UNIX).bind('\\0qtrain-test')",
    "read a file of the user's": "assert open(secret).read() == 'hidden'",
    "list the user's folder": "assert os.listdir(folder)",
    "read the course's tests": "assert os.listdir(tests)",
    "read the list of users": "assert 'root:' in open('/etc/passwd').read()",
    "write beside the secret": "open(folder + '/new', 'w').write('x')",
    "write into the environment": "import sys\npath = sys.prefix + '/fence-test'\nopen(path, 'w')\nos.remove(path)",
    "write into qtrain": "import qtrain\npath = qtrain.__path__[0] + '/fence_test'\nopen(path, 'w')\nos.remove(path)",
    "write to /etc": "open('/etc/qtrain-test', 'w')\nos.remove('/etc/qtrain-test')",
    "write to the system's temporary folder": "p = os.path.dirname(folder) + '/fence'\nopen(p, 'w')\nos.remove(p)",
    "see the judge's process": "os.stat(f'/proc/{pid}')",
    "read its command line": "assert b'python' in open(f'/proc/{pid}/cmdline', 'rb').read()",
    "signal it": "os.kill(pid, 0)",
    "read its environment": "assert open(f'/proc/{pid}/environ').read()",
    "read the parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "see this session's server": "assert os.getppid() > 0",
    "see the environment of whoever started it": "assert 'PYTEST_CURRENT_TEST' in os.environ",
    "make a user namespace": "os.fork() or os._exit(0 if libc.unshare(0x10000000) == 0 else 1)\n"
    "assert os.waitstatus_to_exitcode(os.wait()[1]) == 0",
    "trace": "pid = os.fork()\nif not pid: os._exit(0 if libc.ptrace(0, 0, 0, 0) == 0 else 1)\n"
    "assert os.waitpid(pid, 0)[1] == 0",
    "make a key ring": "call({'x86_64': 250, 'aarch64': 219}[os.uname().machine], 0, -3, 1)",
    "keep memory out of the address space": "os.memfd_create('x')",
    "use shared memory segments": "i = call({'x86_64': 29, 'aarch64': 194}[os.uname().machine], 0, 1 << 20, 0o1600)\n"
    "call({'x86_64': 31, 'aarch64': 195}[os.uname().machine], i, 0, None)",
}


def prepared(source):
    """The attempt with what it needs around."""
    return "socket_path = socket\n" + PRELUDE + source + "\nprint('done')"


@pytest.mark.parametrize("name", ATTEMPTS)
def test_what_an_open_child_can_a_confined_one_can_not(name, outside, tmp_path):
    """The attempt succeeds without the fence and fails behind it."""
    result, got_through = attempt(outside, tmp_path, prepared(ATTEMPTS[name]), confine=True)
    assert not got_through and result.status == "error"
    result, got_through = attempt(outside, tmp_path, prepared(ATTEMPTS[name]), confine=False)
    if os.getuid() and "Permission denied" in result.reason:
        pytest.skip("needs root: this user may not do that anyway")
    assert got_through, result.reason


BOUNDS = {
    "memory": ("x = bytearray(600_000_000)", "MemoryError"),
    "file size": ("open('big', 'wb').write(bytes(20_000_000))", "OSError"),
    "disk": ("for i in range(20): open(f'part{i}', 'wb').write(bytes(1_000_000))", "OSError"),
    "temporary files": ("import tempfile\nopen(tempfile.mkstemp()[1], 'wb').write(bytes(20_000_000))", "OSError"),
    "processes": (
        "import os, time\npids = []\nfor _ in range(40):\n    pid = os.fork()\n"
        "    if not pid: time.sleep(5); os._exit(0)\n    pids.append(pid)",
        "BlockingIOError",
    ),
    "threads": (
        "import threading, time\nfor _ in range(40): threading.Thread(target=time.sleep, args=(3,)).start()",
        "RuntimeError",
    ),
    "open files": ("files = [open('/dev/null') for _ in range(600)]", "OSError"),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_each_bound_holds(name, outside, tmp_path):
    """What is over a limit fails in the cell, and the notebook goes on."""
    source, error = BOUNDS[name]
    result, got_through = attempt(outside, tmp_path, source + "\nprint('done')", confine=False)
    assert got_through, result.reason
    result, got_through = attempt(outside, tmp_path, source + "\nprint('done')", confine=True)
    assert not got_through and error in result.reason


def test_processor_time_is_bounded(outside, tmp_path):
    """A cell that computes for ever is ended by the kernel's own count."""
    with Session(tmp_path, limits=Limits(cpu=1, wall=60)) as session:
        start = time.monotonic()
        result = session.execute("while True: pass", timeout=30)
        assert result.status == "died" and "processor time" in result.reason
        assert time.monotonic() - start < 25


def test_memory_of_many_processes_is_bounded_together(tmp_path):
    """Processes that each stay within the limit are ended when together they are far over it."""
    source = (
        "import os, time\nfor _ in range(8):\n    if not os.fork():\n        x = bytearray(200_000_000)\n"
        "        time.sleep(20); os._exit(0)\ntime.sleep(20)\nprint('done')"
    )
    with Session(tmp_path, limits=SMALL) as session:
        result = session.execute(source, timeout=25)
        assert result.status == "died" and "memory" in result.reason


def test_what_a_child_leaves_behind_ends_with_it(tmp_path):
    """Also a process that left the group and closed everything: confined or not, none survives the session."""
    source = (
        "import os, time\nif not os.fork():\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
        "    end = time.time() + 60\n    while time.time() < end:\n"
        "        open('beat', 'w').write(str(time.time())); time.sleep(0.02)\n    os._exit(0)\n"
        "os.wait()\nend = time.time() + 15\n"
        "while not os.path.exists('beat') and time.time() < end: time.sleep(0.01)\nprint(os.path.exists('beat'))"
    )
    with Session(tmp_path, confine=False) as session:
        assert session.execute(source).outputs[0]["text"] == "True\n"
    time.sleep(0.3)
    last = (tmp_path / "beat").read_text()
    time.sleep(0.3)
    assert (tmp_path / "beat").read_text() == last
    with Session(tmp_path, limits=SMALL) as session:
        assert session.execute(source).outputs[0]["text"] == "True\n"
        pids = session.execute("print(len([p for p in os.listdir('/proc') if p.isdigit()]))").outputs[0]["text"]
        assert int(pids) >= 2


def test_all_fences_hold_here_or_a_session_that_requires_them_is_refused(tmp_path):
    """`fences` says which hold; `required` means all."""
    with Session(tmp_path) as session:
        fences = set(session.fences)
    assert fences <= set(FENCES)
    if fences == set(FENCES):
        with Session(tmp_path, confine=Confinement(required=True)) as session:
            assert session.execute("1").status == "ok"
    else:
        with pytest.raises(KernelError, match="required"):
            Session(tmp_path, confine=Confinement(required=True))


def test_requiring_confinement_where_there_is_none_is_refused(tmp_path, monkeypatch):
    """On a system without fences nothing runs."""
    monkeypatch.setenv("QTRAIN_KERNELS", "ordinary")
    with pytest.raises(KernelError, match="required"):
        Session(tmp_path, confine=Confinement(required=True))
    with Session(tmp_path) as session:
        assert session.fences == ()


def test_without_namespaces_the_other_fences_hold(outside, tmp_path, monkeypatch):
    """Where user namespaces are off, Landlock, the call filter and the limits still stand."""
    monkeypatch.setenv("QTRAIN_KERNELS", "no-namespaces")
    with Session(tmp_path) as session:
        fences = session.fences
    assert {"syscalls", "network", "memory", "cpu", "disk"} <= set(fences)
    names = ["connect to a local service", "open a netlink socket", "make a key ring", "trace"]
    names += ["read a file of the user's", "write beside the secret", "write into qtrain"] if "files" in fences else []
    names += ["signal it"] if "processes" in fences else []
    for name in names:
        result, got_through = attempt(outside, tmp_path, prepared(ATTEMPTS[name]), confine=True)
        assert not got_through and result.status == "error", name


def test_an_ordinary_user_has_the_same_fences(tmp_path):
    """What root gets, everyone gets."""
    if os.getuid():
        pytest.skip("needs root, to become somebody else")
    code = (
        "import tempfile\nfrom qtrain.kernels import Session\nfolder = tempfile.mkdtemp()\n"
        "with Session(folder) as session:\n    print(sorted(session.fences))\n"
        "    print(session.execute('import os\\nos.listdir(\"/\")').outputs[0]['data']['text/plain'])\n"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(package().parent), "QTRAIN_KERNELS_IDLE": "5"}
    other = {"user": 65534, "group": 65534, "extra_groups": [], "env": environment, "cwd": "/"}
    try:
        subprocess.run([sys.executable, "-c", "import qtrain"], check=True, capture_output=True, **other)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs a Python that other users may run")
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, **other).stdout
    with Session(tmp_path) as session:
        assert said.splitlines()[0] == str(sorted(session.fences))
    assert "scratch" in said and "'root'" not in said
