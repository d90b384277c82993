"""The fork server's life: when it forks, when it ends, what it takes with it, and that it is never stale."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qtrain.kernels import KernelError, Session, client, fingerprint, scratch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: elsewhere nothing is forked")
SMALL = ("json", "IPython.core.interactiveshell")


def alive(pid):
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition, seconds=15.0):
    """Wait for something that is about to be so."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def server_of(imports):
    """The process that listens for these imports."""
    with client.connect(imports) as connection:
        return int.from_bytes(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], sys.byteorder)


@pytest.fixture
def own_server(monkeypatch, request):
    """Imports that only this test uses, so that the test may kill the server; it is small and starts fast."""
    monkeypatch.setenv("QTRAIN_KERNELS_IDLE", "60")
    imports = (*SMALL, f"no_such_module_{request.node.name}_{os.getpid()}")
    yield imports
    pid = server_of(imports)
    os.kill(pid, signal.SIGTERM)
    assert until(lambda: not alive(pid))


def test_one_server_serves_all_and_its_folder_is_private(tmp_path, own_server):
    """Two sessions come from the same process, in a folder that nobody else enters."""
    assert server_of(own_server) == server_of(own_server)
    assert client.folder().stat().st_mode & 0o777 == 0o700
    with Session(tmp_path, confine=False, imports=own_server) as session:
        parent = session.execute("import os\nprint(os.getppid())").outputs[0]["text"]
        assert int(parent) == server_of(own_server)


def test_the_server_has_one_thread_when_it_forks_and_refuses_otherwise(tmp_path, own_server):
    """The template of all frameworks is single-threaded; a server that is not refuses."""
    with Session(tmp_path, confine=False) as session:
        server = session.execute("import os\nprint(os.getppid())").outputs[0]["text"].strip()
        assert len(os.listdir(f"/proc/{server}/task")) == 1
    code = (
        "import socket, threading, time\nfrom qtrain.kernels.policy import Limits, Request\n"
        "from qtrain.kernels.server import Forks, NotSafe\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
        "try: Forks()._fork(b, Request('direct', '/', {}, Limits()), [])\n"
        "except NotSafe as error: print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(fingerprint.package().parent)},
    ).stdout
    assert "2 threads" in said


def test_children_die_with_their_server(tmp_path, own_server):
    """A killed template takes its kernels along."""
    with Session(tmp_path, confine=False, imports=own_server) as session:
        child = session._process._child.pid
        os.kill(server_of(own_server), signal.SIGKILL)
        assert until(lambda: not alive(child))
        assert session.execute("1").status == "died"


def test_a_confined_child_dies_with_its_server_too(tmp_path, own_server):
    """Also through the namespaces."""
    with Session(tmp_path, confine=True, imports=own_server) as session:
        assert session.execute("1").status == "ok"
        child = session._process._child.pid
        assert alive(child)
        os.kill(server_of(own_server), signal.SIGKILL)
        assert until(lambda: not alive(child))


def test_children_die_with_their_client(tmp_path):
    """Nobody is left to answer to, so the child ends, with its temporary folder."""
    code = (
        "import os, sys, time\nfrom qtrain.kernels import Session\n"
        f"s = Session({str(tmp_path)!r}, confine=False)\n"
        "print(s.execute('import os\\nprint(os.getpid(), os.environ[\"TMPDIR\"])').outputs[0]['text'])\n"
        "sys.stdout.flush()\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(fingerprint.package().parent)},
    ) as process:
        pid, temporary = process.stdout.readline().split()
        assert alive(pid) and os.path.isdir(temporary)
        process.kill()
    assert until(lambda: not alive(pid)) and until(lambda: not os.path.isdir(temporary))


def test_an_idle_server_ends(monkeypatch):
    """After its idle time, with its socket."""
    monkeypatch.setenv("QTRAIN_KERNELS_IDLE", "1")
    imports = (*SMALL, f"no_such_module_idle_{os.getpid()}")
    pid = server_of(imports)
    path = client.folder() / f"{fingerprint.key(imports)}.sock"
    assert path.exists() and alive(pid)
    assert until(lambda: not alive(pid)) and not path.exists()


def test_the_key_changes_with_whatever_makes_a_server_stale(tmp_path, monkeypatch):
    """Sources, installed packages, the interpreter's variables and the imports count; secrets and the rest don't."""
    key = fingerprint.key(SMALL)
    assert fingerprint.key(SMALL) == key != fingerprint.key(())
    environment = dict(os.environ)
    assert fingerprint.key(SMALL, {**environment, "PYTHONHASHSEED": "5"}) != key
    assert fingerprint.key(SMALL, {**environment, "SOME_OTHER": "5"}) == key
    view = fingerprint._view()
    monkeypatch.setattr(fingerprint, "_view", lambda: view.replace("mnt:[", "mnt:[1"))
    assert fingerprint.key(SMALL) != key, "a server that sees other files"
    monkeypatch.setattr(fingerprint, "_view", lambda: view)
    assert fingerprint.key(SMALL) == key and "mnt:[" in view and "net:[" in view
    stamps = list(fingerprint._stamps())
    assert any(path.endswith("fingerprint.py") for path, *_ in stamps)
    assert any(path.endswith(".dist-info") for path, *_ in stamps)
    source = tmp_path / "qtrain" / "kernels" / "a.py"
    source.parent.mkdir(parents=True)
    source.write_text("a = 1")
    monkeypatch.setattr(fingerprint, "package", lambda: tmp_path / "qtrain")
    before = fingerprint.key(SMALL)
    source.write_text("a = 10")
    assert fingerprint.key(SMALL) != before


def test_a_server_whose_sources_changed_is_not_used_and_ends(tmp_path, monkeypatch):
    """Another key, another server; the old one notices and goes."""
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(fingerprint.package(), copy / "qtrain", ignore=shutil.ignore_patterns("__pycache__", "_course"))
    code = (
        "import sys\nfrom qtrain.kernels import Session\n"
        f"with Session({str(tmp_path)!r}, confine=False, imports={SMALL!r}) as s:\n"
        "    print(s.execute('import os, qtrain\\nprint(os.getppid(), qtrain.__version__)').outputs[0]['text'])\n"
    )

    def ask():
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(copy), "QTRAIN_KERNELS_IDLE": "60"},
        )
        return done.stdout.split()

    first, version = ask()
    assert version != "99"
    init = copy / "qtrain" / "__init__.py"
    init.write_text(init.read_text() + '\n__version__ = "99"\n')
    second, version = ask()
    assert version == "99" and second != first
    assert until(lambda: not alive(first))
    os.kill(int(second), signal.SIGTERM)
    assert until(lambda: not alive(second))


def test_nothing_private_of_the_first_client_reaches_another_child(tmp_path, monkeypatch):
    """The server is started with what imports read; each child has its own client's environment."""
    environment = {
        "PATH": "/bin",
        "HOME": "/h",
        "API_TOKEN": "s",
        "QISKIT_IBM_TOKEN": "s",
        "PYTHONPATH": "/p",
        "AWS_SECRET": "s",
        "OMP_NUM_THREADS": "1",
    }
    assert fingerprint.server_environment(environment) == {
        "PATH": "/bin",
        "HOME": "/h",
        "PYTHONPATH": "/p",
        "OMP_NUM_THREADS": "1",
    }
    monkeypatch.setenv("A_SECRET_OF_MINE", "hidden")
    with Session(tmp_path, confine=False) as session:
        assert session.execute("import os\nprint(os.environ['A_SECRET_OF_MINE'])").outputs[0]["text"] == "hidden\n"
    with Session(tmp_path) as session:
        found = session.execute(
            "import os\nprint('A_SECRET_OF_MINE' in os.environ, b'hidden' in open('/proc/self/environ', 'rb').read())"
        ).outputs[0]["text"]
        assert found == "False False\n"


def test_a_server_that_can_not_start_is_an_error_for_the_confined_and_a_warning_for_others(tmp_path, monkeypatch):
    """Nothing runs without the fences that were asked for."""
    monkeypatch.setattr(client, "_ENTRY", "import sys\nsys.exit('no memory')")
    imports = (f"no_such_module_broken_{os.getpid()}",)
    with pytest.raises(KernelError, match="no memory"):
        Session(tmp_path, imports=imports)
    with pytest.warns(UserWarning, match="ordinary process"):
        session = Session(tmp_path, confine=False, imports=imports)
    with session:
        assert session.execute("1").status == "ok"


def test_a_packed_folder_is_unpacked_as_it_was(tmp_path):
    """Names of any kind, empty folders and binary content; neither links nor special files."""
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "a b" / "empty").mkdir(parents=True)
    target.mkdir()
    (source / "a b" / "ü\n.bin").write_bytes(bytes(range(256)) * 10)
    os.mkfifo(source / "pipe")
    (source / "out").symlink_to("/")
    scratch.unpack(scratch.pack(source, None), str(target))
    assert (target / "a b" / "ü\n.bin").read_bytes() == bytes(range(256)) * 10
    assert (target / "a b" / "empty").is_dir()
    assert sorted(p.name for p in target.iterdir()) == ["a b"]


GARBAGE = {
    "no JSON": b"nonsense",
    "nested without end": b"[" * 100_000,
    "a list": b"[1, 2]",
    "a number": b"5",
    "nothing that is known": b"{}",
    "a NUL in the folder": b'{"kind": "direct", "folder": "/\\u0000", "environment": {}}',
    "an environment of numbers": b'{"kind": "direct", "folder": "/", "environment": {"A": 1}}',
    "an environment that is a list": b'{"kind": "direct", "folder": "/", "environment": [1]}',
    "no folder for temporary files": b'{"kind": "direct", "folder": "/", "environment": {"TMPDIR": "/no/such"}}',
    "limits of a wrong type": b'{"kind": "direct", "folder": "/", "environment": {}, "limits": {"memory": "much"}}',
    "confined, with limits that are not finite": b'{"kind": "direct", "folder": "/", "environment": {}, '
    b'"confined": true, "limits": {"memory": NaN}}',
    "confined, without the files that it needs": b'{"kind": "direct", "folder": "/", "environment": {}, '
    b'"confined": true}',
    "without the files that it needs": b'{"kind": "kernel", "folder": "/", "environment": {}}',
    "limits beyond all numbers": b'{"kind": "direct", "folder": "/", "environment": {}, "limits": {"files": 1e300}}',
    "another kind": b'{"kind": "shell", "folder": "/", "environment": {}}',
    "arguments that are a number": b'{"kind": "kernel", "folder": "/", "environment": {}, "arguments": 3}',
    "bytes that are no text": b"\xff\xfe\x00",
}


@pytest.fixture(scope="module")
def small_server():
    """A server, a session of it that must live on, and its imports."""
    imports = (*SMALL, f"no_such_module_survivor_{os.getpid()}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QTRAIN_KERNELS_IDLE", "60")
        with Session("/", confine=False, imports=imports) as session:
            yield imports, session, server_of(imports)
        os.kill(server_of(imports), signal.SIGTERM)


def goes_on(small_server):
    """The same server serves the old child and makes new ones, confined too."""
    imports, session, pid = small_server
    assert session.execute("6 * 7").outputs[0]["data"]["text/plain"] == "42"
    assert server_of(imports) == pid
    with Session("/", confine=False, imports=imports) as other:
        assert other.execute("1").status == "ok"
    return True


@pytest.mark.parametrize("name", GARBAGE)
def test_no_message_stops_the_server(name, small_server, monkeypatch, tmp_path):
    """Its sender is told or cut off; everybody else is served as before."""
    monkeypatch.setenv("QTRAIN_KERNELS_IDLE", "60")
    with client.connect(small_server[0]) as connection:
        connection.settimeout(20)
        connection.send(GARBAGE[name])
        try:
            answer = connection.recv(10_000)
        except ConnectionResetError:
            answer = b""
    assert answer == b"" or b"failed" in answer or b"exited" in answer
    assert goes_on(small_server)
    with Session(tmp_path, imports=small_server[0]) as confined:
        assert confined.execute("1").status == "ok"


@pytest.mark.parametrize(
    "message",
    [
        b"nonsense",
        b"[]",
        b'{"signal": "KILL"}',
        b'{"signal": -1}',
        b'{"signal": 1e9}',
        b'{"signal": null}',
        b"x" * 9000,
    ],
)
def test_no_signal_stops_the_server(message, small_server, tmp_path):
    """A child whose client sends nonsense is ended, and no other."""
    with Session(tmp_path, confine=False, imports=small_server[0]) as session:
        assert session.execute("1").status == "ok"
        session._process._child.connection.send(message)
        assert session._process._child.poll(20.0) == -signal.SIGKILL
    assert goes_on(small_server)


def test_clients_that_come_and_go_in_any_way_do_not_stop_the_server(small_server, tmp_path):
    """Silent ones, ones that leave at once, with open files, or just when their child ends."""
    imports = small_server[0]
    silent = [client.connect(imports) for _ in range(5)]
    for _ in range(20):
        with client.connect(imports) as connection:
            socket.send_fds(connection, [b"{}"], [0, 1, 2] * 10)
        client.connect(imports).close()
    assert goes_on(small_server)
    for connection in silent:
        connection.close()
    for _ in range(20):  # the child's end and the client's reach the server in one round
        session = Session(tmp_path, confine=False, imports=imports)
        child = session._process._child
        server = small_server[2]
        os.kill(server, signal.SIGSTOP)
        os.kill(child.pid, signal.SIGKILL)
        child.connection.close()
        os.kill(server, signal.SIGCONT)
    assert goes_on(small_server)
    path = f"/proc/{small_server[2]}/fd"
    assert until(lambda: len(os.listdir(path)) < 20), os.listdir(path)  # nothing stays open


def test_children_that_die_together_do_not_stop_the_server(small_server, tmp_path):
    """Ten at once, each killed from outside: each client is told, and the server goes on."""
    sessions = [Session(tmp_path, confine=False, imports=small_server[0]) for _ in range(10)]
    for session in sessions:
        os.kill(session._process._child.pid, signal.SIGKILL)
    for session in sessions:
        result = session.execute("1")
        assert result.status == "died" and "SIGKILL" in result.reason
    assert goes_on(small_server)


def test_when_the_nursery_dies_open_children_live_on_and_the_next_client_has_a_new_server(tmp_path, own_server):
    """Confined children die with it; nobody waits for them, and nothing is refused afterwards."""
    with Session(tmp_path, confine=False, imports=own_server) as session:
        old = server_of(own_server)
        with Session(tmp_path, imports=own_server) as confined:
            assert confined.execute("1").status == "ok"
            children = Path(f"/proc/{old}/task/{old}/children").read_text().split()
            nursery = next(int(pid) for pid in children if int(pid) != session._process._child.pid)
            os.kill(nursery, signal.SIGKILL)
            assert confined._process._child.poll(20.0) is not None
        assert until(lambda: server_of(own_server) != old)
        assert session.execute("1").status == "ok"
        with Session(tmp_path, imports=own_server) as again:
            assert again.execute("1").status == "ok" and "files" in again.fences
    assert until(lambda: not alive(old))


def test_a_server_that_retires_serves_those_who_had_connected(tmp_path, monkeypatch):
    """Clients that keep coming while servers end for being idle all get a child."""
    monkeypatch.setenv("QTRAIN_KERNELS_IDLE", "0")
    imports = (*SMALL, f"no_such_module_retiring_{os.getpid()}")
    servers = set()
    for _ in range(8):
        with Session(tmp_path, confine=False, imports=imports) as session:
            servers.add(session.execute("import os\nprint(os.getppid())").outputs[0]["text"])
    assert all(until(lambda pid=pid: not alive(int(pid))) for pid in servers)
