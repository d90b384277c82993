"""Each fence is tried from inside; the same attempt succeeds in an unconfined child, so the fence is what stops it."""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import psutil
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


@pytest.mark.parametrize(
    "take",
    ["x = bytearray(200_000_000)", "x = mmap.mmap(-1, 200_000_000)\n        for i in range(0, len(x), 4096): x[i] = 1"],
)
def test_memory_of_many_processes_is_bounded_together(tmp_path, take):
    """Processes that each stay within the limit are ended when together they are far over it; shared pages count."""
    source = (
        f"import mmap, os, time\nfor _ in range(8):\n    if not os.fork():\n        {take}\n"
        "        time.sleep(20); os._exit(0)\ntime.sleep(20)\nprint('done')"
    )
    with Session(tmp_path, limits=SMALL) as session:
        result = session.execute(source, timeout=25)
        assert result.status == "died" and "memory" in result.reason


def test_memory_that_processes_share_counts_once(tmp_path):
    """Eight processes that look at the same 100 MB are within 300 MB."""
    source = (
        "import mmap, os, time\nx = mmap.mmap(-1, 100_000_000)\nfor i in range(0, len(x), 4096): x[i] = 1\n"
        "for _ in range(8):\n    if not os.fork():\n        sum(x[::4096]); time.sleep(1.5); os._exit(0)\n"
        "for _ in range(8): os.wait()\nprint('done')"
    )
    with Session(tmp_path, limits=SMALL) as session:
        assert session.execute(source, timeout=25).status == "ok"


def test_what_a_child_leaves_behind_ends_with_it(tmp_path):
    """Also a process that left the group and closed everything: confined or not, none survives the session."""
    source = (
        "import os, time\nif not os.fork():\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
        "    open('new', 'w').write(str(os.getpid()))\n    os.rename('new', 'pid')\n"
        "    time.sleep(60)\n    os._exit(0)\n"
        "os.wait()\nend = time.time() + 15\n"
        "while not os.path.exists('pid') and time.time() < end: time.sleep(0.01)\n"
        "print(len([p for p in os.listdir('/proc') if p == open('pid').read()]))"
    )
    with Session(tmp_path, confine=False) as session:
        assert session.execute(source).outputs[0]["text"] == "1\n"
        left = Path("/proc", (tmp_path / "pid").read_text())
        assert left.exists()
    end = time.monotonic() + 15
    while left.exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not left.exists()
    (tmp_path / "pid").unlink()
    with Session(tmp_path, limits=SMALL) as session:
        before = _below(session._process._child.pid)
    with Session(tmp_path, limits=SMALL) as session:
        assert session.execute(source).outputs[0]["text"] == "1\n"
        processes = _below(session._process._child.pid)
        assert len(processes) == len(before) + 1  # the one left behind, in this system's numbers
    end = time.monotonic() + 15
    while any(Path("/proc", str(pid)).exists() for pid in processes) and time.monotonic() < end:
        time.sleep(0.01)
    assert not any(Path("/proc", str(pid)).exists() for pid in processes)


def _below(pid):
    """A process and all that descend from it."""
    process = psutil.Process(pid)
    return [pid, *(child.pid for child in process.children(recursive=True))]


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


def _without_closed_folders(needed):
    """In a mount namespace of its own, let every user reach `needed`, whoever's home it lies in; then be nobody."""
    from qtrain.kernels.confinement import calls

    calls.unshare(calls.CLONE_NEWNS)
    calls.mount("none", "/", None, calls.MS_REC | calls.MS_PRIVATE)
    opened = [(path, os.open(path, os.O_PATH)) for path in needed]
    for path, folder in opened:
        parents = [*reversed(Path(path).parents), Path(path)]
        closed = next((p for p in parents if not p.stat().st_mode & 0o001), None)
        if closed:
            calls.mount("tmpfs", str(closed), "tmpfs", 0, "mode=755")
        if not os.path.isdir(path):
            os.makedirs(path)
            calls.mount(f"/proc/self/fd/{folder}", path, None, calls.MS_BIND | calls.MS_REC)
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def test_an_ordinary_user_has_the_same_fences(tmp_path):
    """What root gets, everyone gets, and each fence holds by itself."""
    if os.getuid():
        pytest.skip("this is an ordinary user, and all other tests here are its")
    code = (
        "import json, os, sys, tempfile\nfrom qtrain.kernels import Session\nfolder = tempfile.mkdtemp()\n"
        f"outside = {{name: os.readlink('/proc/self/ns/' + name) for name in {NAMESPACES!r}}}\n"
        "with Session(folder) as session:\n    print(json.dumps(sorted(session.fences)))\n"
        f"    for name, source in {FACTS!r}.items():\n"
        "        result = session.execute(f'outside = {outside!r}\\n' + source)\n"
        "        print(json.dumps([name, result.status, result.outputs]))\n"
    )
    needed = sorted({sys.base_prefix, sys.prefix, os.path.realpath(sys.prefix), str(package().parent)}, key=len)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(package().parent), "QTRAIN_KERNELS_IDLE": "5"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        cwd="/",
        check=False,
        preexec_fn=lambda: _without_closed_folders(needed),
    )
    assert done.returncode == 0, done.stderr
    fences, *said = map(json.loads, done.stdout.splitlines())
    with Session(tmp_path) as session:
        assert fences == sorted(session.fences)
    assert [name for name, *_ in said] == list(FACTS)
    assert [(name, status, outputs) for name, status, outputs in said if not _holds(status, outputs)] == []


NAMESPACES = ("net", "mnt", "pid", "ipc", "uts", "user")
STATUS = "status = dict(l.split(':\\t', 1) for l in open('/proc/self/status').read().splitlines())\n"
# Each says "holds" inside, and something else in an open child.
FACTS = {
    **{
        f"its own {name} namespace": f"import os\nholds = os.readlink('/proc/self/ns/{name}') != outside['{name}']"
        for name in NAMESPACES
    },
    "no capability": STATUS
    + "holds = all(int(status[c], 16) == 0 for c in ('CapInh', 'CapPrm', 'CapEff', 'CapAmb'))"
    + " and status['NoNewPrivs'].strip() == '1'",
    "it is nobody": "import os\nholds = 0 not in (*os.getresuid(), *os.getresgid()) and 0 not in os.getgroups()"
    " and 'learner' in open('/etc/passwd').read()",
    "no gain of rights by a program": STATUS + "holds = status['NoNewPrivs'].strip() == '1'",
    "a filter of system calls": STATUS + "holds = status['Seccomp'].strip() == '2'",
    "the root can only be read": "import os\nholds = bool(os.statvfs('/').f_flag & os.ST_RDONLY)",
    "every mount but its own can only be read": "mounts = [l.split()[1:4] for l in open('/proc/self/mounts')]\n"
    "own = ('/scratch', '/proc', '/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom')\n"
    "holds = all(p in own or 'ro' in o.split(',') for p, _, o in mounts)",
    "no socket of anybody's": "import os, stat\nfound = []\nfor top in ('/run', '/tmp', '/var', '/scratch', '/dev'):\n"
    "    for parent, _, files in os.walk(top):\n        for name in files:\n"
    "            mode = os.lstat(os.path.join(parent, name)).st_mode\n"
    "            found += [name] * stat.S_ISSOCK(mode)\nholds = not found and not os.path.exists('/run')",
    "no open file of the server's": "import os\nnames = [f'/proc/self/fd/{n}' for n in os.listdir('/proc/self/fd')]\n"
    "fds = [os.readlink(name) for name in names if os.path.lexists(name)]\n"
    "holds = len([f for f in fds if f.startswith('socket:')]) <= 3 and not [f for f in fds if f.endswith('.sock')]"
    " and not os.path.exists('/proc/1/fd/999') and os.getpid() == 1",
    "its environment is what every child has": "import os\n"
    "holds = set(os.environ) <= {'PATH', 'HOME', 'TMPDIR', 'USER',"
    " 'MPLCONFIGDIR', 'IPYTHONDIR', 'JUPYTER_RUNTIME_DIR', 'MPLBACKEND', 'OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS',"
    " 'RAYON_NUM_THREADS', 'TZ', 'PYDEVD_USE_FRAME_EVAL', 'KMP_INIT_AT_FORK', 'KMP_DUPLICATE_LIB_OK'}"
    " | {k for k in os.environ if k.startswith(('LANG', 'LC_', 'TZ'))} and os.environ['HOME'].startswith('/scratch')",
    "clone makes no namespace": "import ctypes, errno, os\nlibc = ctypes.CDLL(None, use_errno=True)\nholds = True\n"
    "number = {'x86_64': 56, 'aarch64': 220}[os.uname().machine]\n"
    "for flag in (0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x2000000):\n"
    "    pid = libc.syscall(number, flag | 17, 0, 0, 0, 0)\n    if pid == 0: os._exit(0)\n"
    "    if pid > 0: os.waitpid(pid, 0)\n    holds = holds and pid == -1 and ctypes.get_errno() == errno.EPERM",
    "clone3 is not there": "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "holds = libc.syscall(435, 0, 0) == -1 and ctypes.get_errno() == errno.ENOSYS",
    "calls by the x32 numbers end the process": "import ctypes, os\npid = os.fork()\nif not pid:\n"
    "    ctypes.CDLL(None).syscall(0x40000000 + 39)\n    os._exit(0)\n"
    "holds = os.waitpid(pid, 0)[1] & 0x7f == 31 or os.uname().machine != 'x86_64'",
    "no socket": "import socket\nholds = True\nfor family in (1, 2, 10, 16, 17):\n    try:\n"
    "        socket.socket(family, 1 if family < 16 else 3).close()\n        holds = False\n"
    "    except PermissionError: continue",
    "a pair of sockets can't be turned elsewhere": "import socket\ntry:\n"
    "    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n    holds = False\nexcept PermissionError:\n"
    "    a, b = socket.socketpair()\n    a.send(b'x')\n    holds = b.recv(1) == b'x'",
}
FACTS = {name: f"holds = None\n{source}\nprint('holds' if holds else 'open')" for name, source in FACTS.items()}


def _holds(status, outputs):
    """Whether a fact was found to hold."""
    return status == "ok" and [o.get("text") for o in outputs] == ["holds\n"]


@pytest.fixture(scope="module")
def insides(tmp_path_factory):
    """A confined and an open child, and what the namespaces outside are called."""
    folder = tmp_path_factory.mktemp("inside")
    outside = {name: os.readlink(f"/proc/self/ns/{name}") for name in NAMESPACES}
    with Session(folder) as confined, Session(folder, confine=False) as free:
        assert "files" in confined.fences and "processes" in confined.fences
        yield confined, free, f"outside = {outside!r}\n"


@pytest.mark.parametrize("name", FACTS)
def test_each_fence_holds_by_itself_also_where_another_hides_it(name, insides):
    """Looked at from inside, one by one; an open child shows that the look can fail."""
    confined, free, outside = insides
    result = confined.execute(outside + FACTS[name])
    assert _holds(result.status, result.outputs), result
    result = free.execute(outside + FACTS[name])
    if not (os.getuid() and name in ("it is nobody", "no capability")):
        assert not _holds(result.status, result.outputs)


def test_the_child_is_nobody_seen_from_outside(insides):
    """The system itself counts it as a user who owns nothing, or as the ordinary user who started it."""
    pid = insides[0]._process._child.pid
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    uids = {int(uid) for uid in status["Uid"].split()}
    assert uids == {os.getuid()} if os.getuid() else min(uids) >= 0x60000000
    assert int(status["CapEff"], 16) == 0


KILL, EPERM, ENOSYS, ALLOW = 0x80000000, 0x00050001, 0x00050026, 0x7FFF0000
TOKENS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def interpret(code, number, token, arguments=()):
    """What the system does with a call: the filter's instructions, run as the kernel's interpreter runs them."""
    data = struct.pack("=iIQ6Q", number, token, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    place = accumulator = 0
    while True:
        operation, if_true, if_false, value = code[place]
        place += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
        elif operation == 0x54:
            accumulator &= value
        else:
            jump = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: accumulator & value}[operation]
            place += if_true if jump else if_false


# Numbers from the system's own tables, not from the filter's.
DENIED = {
    "x86_64": {"ptrace": 101, "mount": 165, "unshare": 272, "setns": 308, "bpf": 321, "keyctl": 250, "socket": 41,
               "connect": 42, "bind": 49, "process_vm_readv": 310, "io_uring_setup": 425, "memfd_create": 319,
               "chroot": 161, "pivot_root": 155, "open_by_handle_at": 304, "userfaultfd": 323, "shmget": 29},
    "aarch64": {"ptrace": 117, "mount": 40, "unshare": 97, "setns": 268, "bpf": 280, "keyctl": 219, "socket": 198,
                "connect": 203, "bind": 200, "process_vm_readv": 270, "io_uring_setup": 425, "memfd_create": 279,
                "chroot": 51, "pivot_root": 41, "open_by_handle_at": 265, "userfaultfd": 282, "shmget": 194},
}  # fmt: skip
ALLOWED = {
    "x86_64": {"read": 0, "write": 1, "mmap": 9, "recvmsg": 47, "accept4": 288, "fork": 57, "execve": 59, "futex": 202,
               "openat": 257, "epoll_wait": 232, "eventfd2": 290, "getrandom": 318, "exit_group": 231},
    "aarch64": {"read": 63, "write": 64, "mmap": 222, "recvmsg": 212, "accept4": 242, "execve": 221, "futex": 98,
                "openat": 56, "epoll_pwait": 22, "eventfd2": 19, "getrandom": 278, "exit_group": 94},
}  # fmt: skip


@pytest.mark.parametrize("architecture", TOKENS)
def test_the_filter_decides_every_call_as_it_should(architecture):
    """All numbers, also those of another architecture and of x32, and the arguments that are looked at."""
    from qtrain.kernels.confinement import seccomp

    code = list(struct.iter_unpack("=HBBI", seccomp.program(architecture)))
    token = TOKENS[architecture]
    other = TOKENS["aarch64" if architecture == "x86_64" else "x86_64"]
    assert len(code) < 4096 and code[-1][0] == 0x06
    results = [interpret(code, number, token) for number in range(600)]
    assert set(results) == {EPERM, ENOSYS, ALLOW}
    for name, number in DENIED[architecture].items():
        assert results[number] == EPERM, name
    for name, number in ALLOWED[architecture].items():
        assert results[number] == ALLOW, name
    assert results[435] == ENOSYS and results.count(ENOSYS) == 1  # clone3
    column = {"x86_64": 0, "aarch64": 1}[architecture]
    listed = {pair[column] for pair in seccomp._DENIED.values()} - {None}
    pair_of_sockets = seccomp._SOCKETPAIR[column]
    assert {n for n, result in enumerate(results) if result == EPERM} == listed | {pair_of_sockets}
    assert all(interpret(code, number, wrong) == KILL for number in range(600) for wrong in (other, 0x40000003, 0))
    if architecture == "x86_64":
        assert all(interpret(code, 0x40000000 + number, token) == KILL for number in (0, 39, 41, 56, 101, 545))
    clone = {"x86_64": 56, "aarch64": 220}[architecture]
    for flag in (0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x2000000):
        assert interpret(code, clone, token, [flag | 17]) == EPERM
    assert interpret(code, clone, token, [17]) == interpret(code, clone, token, [0x3D0F00]) == ALLOW  # fork, a thread
    for family, kind, expected in (
        (1, 1, ALLOW),
        (1, 1 | 0o2004000, ALLOW),
        (1, 5, ALLOW),
        (1, 2, EPERM),
        (1, 3, EPERM),
        (2, 1, EPERM),
        (16, 3, EPERM),
    ):
        assert interpret(code, pair_of_sockets, token, [family, kind]) == expected


@pytest.mark.parametrize(("answer", "goes_on"), [(b"mapped", True), (b"no", False)])
def test_a_child_whose_user_numbers_could_not_be_mapped_goes_no_further(monkeypatch, answer, goes_on):
    from qtrain.kernels.confinement import nursery

    monkeypatch.setattr(nursery.calls, "unshare", lambda flags: None)
    monkeypatch.setattr(nursery.os, "getuid", lambda: 0)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.send(answer)
        with contextlib.nullcontext() if goes_on else pytest.raises(PermissionError, match="can't be mapped"):
            nursery._enter_namespaces(theirs)
        assert ours.recv(64) == b"map"
