"""No kernel has an address that somebody else could take: bursts of kernels while all ports are taken and freed."""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from jupyter_client.manager import AsyncKernelManager, KernelManager

from qtrain.kernels import client, provisioner

posix = pytest.mark.skipif(not provisioner.FILES, reason="needs sockets in files")
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: elsewhere nothing is forked")
TAKER = """
import os, resource, socket, time
parent = os.getppid()
low, high = map(int, open("/proc/sys/net/ipv4/ip_local_port_range").read().split())
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
ports = range(low, min(high + 1, low + hard - 100))
while os.getppid() == parent:  # a run that is killed must not leave the machine without ports
    held = []
    for number in ports:
        port = socket.socket()
        try:
            port.bind(("127.0.0.1", number))
        except OSError:
            port.close()
        else:
            held.append(port)
    print(len(held), flush=True)
    time.sleep(0.3)
    for port in held:
        port.close()
"""


@pytest.fixture
def taken_ports(ports):
    """Another process that takes every free port it can get, and frees and takes them again without end."""
    with subprocess.Popen([sys.executable, "-c", TAKER], stdout=subprocess.PIPE, text=True) as taker:
        next(line for line in taker.stdout if int(line) > 500)  # another run's may hold them for a moment
        yield taker
        assert taker.poll() is None
        taker.kill()


async def _one(name, number, folder):
    """Start a kernel, ask it who it is, end it: the process that the manager knows, and what the kernel said."""
    manager = AsyncKernelManager(kernel_name=name)
    await manager.start_kernel(cwd=str(folder))
    kernel = manager.client()
    kernel.start_channels()
    said = []
    try:
        await kernel.wait_for_ready(timeout=120)
        reply = await kernel.execute_interactive(
            f"import os\nprint({number}, os.getpid())",
            timeout=120,
            output_hook=lambda m: said.append((m["msg_type"], m["content"].get("text"))),
        )
        return reply["content"]["status"], manager.provisioner.pid, manager.ip, said
    finally:
        kernel.stop_channels()
        await manager.shutdown_kernel(now=True)


def run(burst):
    """In a thread of its own: a browser that another test drove leaves an event loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, burst).result()


async def _burst(name, numbers, folder):
    return await asyncio.gather(*(_one(name, number, folder) for number in numbers))


@linux
def test_of_two_hundred_warm_kernels_in_bursts_none_is_lost_and_none_shared(taken_ports, tmp_path):
    """Each answers with its own number and process, to the client that started it."""
    answers = []
    for start in range(0, 200, 50):
        answers += run(_burst("qtrain", range(start, start + 50), tmp_path))
    for number, (status, pid, _, said) in enumerate(answers):
        texts = [text for kind, text in said if kind == "stream"]
        assert status == "ok" and "".join(texts).split() == [str(number), str(pid)]
    assert all(int(taken_ports.stdout.readline()) > 500 for _ in range(3))  # taken again and again all the while
    assert len({pid for _, pid, _, _ in answers}) == 200 and len({place for _, _, place, _ in answers}) == 200


@linux
def test_confined_kernels_start_together_as_well(taken_ports, tmp_path):
    """They see other numbers for their processes, so their own number tells them apart."""
    answers = run(_burst("qtrain-confined", range(10), tmp_path))
    for number, (status, _, _, said) in enumerate(answers):
        assert status == "ok" and "".join(t for k, t in said if k == "stream").split()[0] == str(number)


@posix
def test_ordinary_kernels_that_stand_in_have_addresses_of_their_own(taken_ports, tmp_path, monkeypatch):
    """The fall-back starts several at once, too."""
    monkeypatch.setenv("QTRAIN_KERNELS", "ordinary")
    answers = run(_burst("qtrain", range(4), tmp_path))
    for number, (status, pid, _, said) in enumerate(answers):
        assert status == "ok" and "".join(t for k, t in said if k == "stream").split() == [str(number), str(pid)]
    assert len({place for _, _, place, _ in answers}) == 4


def test_over_tcp_a_kernel_chooses_its_ports_itself_and_keeps_them(tmp_path, monkeypatch):
    """Where there are no sockets in files: the ports in the file are those that the kernel holds."""
    monkeypatch.setattr(provisioner, "FILES", False)
    monkeypatch.setenv("QTRAIN_KERNELS", "ordinary")
    asked = []
    write = provisioner._write_ports
    monkeypatch.setattr(provisioner, "_write_ports", lambda path, ports: (asked.append(ports), write(path, ports)))
    manager = KernelManager(kernel_name="qtrain")
    manager.start_kernel(cwd=str(tmp_path))
    try:
        assert asked == [dict.fromkeys(provisioner.CHANNELS, 0)]  # none was given out beforehand
        assert manager.transport == "tcp" and len(set(manager.ports)) == 5 and all(manager.ports)
        assert _answers(manager)
        before = list(manager.ports)
        manager.restart_kernel(now=True)
        assert manager.ports == before and _answers(manager)
    finally:
        manager.shutdown_kernel(now=True)


def _answers(manager):
    kernel = manager.client()
    kernel.start_channels()
    try:
        kernel.wait_for_ready(timeout=60)
        return kernel.execute_interactive("1", timeout=60, output_hook=print)["content"]["status"] == "ok"
    finally:
        kernel.stop_channels()


def _terminal(tmp_path, way, cell, end):
    """What a learner's terminal shows of a kernel that starts, runs `cell` and is ended by the call `end`."""
    code = (
        "import sys\nfrom qtrain.kernels import provisioner\n"
        f"provisioner.FILES = provisioner.FILES and {way != 'tcp'}\n"
        "from jupyter_client.manager import KernelManager\n"
        "manager = KernelManager(kernel_name='qtrain')\nmanager.log.setLevel('ERROR')\nmanager.start_kernel()\n"
        "kernel = manager.client()\nkernel.start_channels()\nkernel.wait_for_ready(timeout=60)\n"
        "told = []\nhook = lambda m: told.append(m['msg_type'])\n"
        f"kernel.execute_interactive({cell!r}, timeout=60, output_hook=hook)\n"
        f"assert told.count('stream') == 1, told\nkernel.stop_channels()\nmanager.{end}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, **({} if way == "warm" else {"QTRAIN_KERNELS": "ordinary"})},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return re.sub(
        r"(?m)^.*(frozen modules|Debugging will proceed|make the debugger|to python to).*\n?", "", done.stderr
    )


@pytest.mark.parametrize("way", ["warm", "ordinary", "tcp"])
def test_starting_a_kernel_prints_nothing_to_a_learner(way, tmp_path):
    """Neither the kernel nor its manager: what a learner's terminal shows of a start is empty."""
    if way == "warm" and sys.platform != "linux":
        pytest.skip("needs Linux")
    assert _terminal(tmp_path, way, "print(1)", "shutdown_kernel(now=True)") == ""


@linux
def test_ending_a_warm_kernel_prints_nothing_either(tmp_path):
    """The thread that was asked to end the kernel is the last to write; here it is slow."""
    slow = (
        "import sys, threading, time\nflush = sys.stderr.flush\ndef late():\n"
        "    if threading.current_thread().name == 'Control':\n        time.sleep(1)\n    flush()\n"
        "sys.stderr.flush = late\nprint(1)"
    )
    assert _terminal(tmp_path, "warm", slow, "shutdown_kernel()") == ""


@pytest.fixture
def own_folder(monkeypatch):
    """A folder for sockets that no other process of this machine tidies up; its path is short, as sockets want it."""
    with tempfile.TemporaryDirectory(prefix="q", dir="/tmp") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@linux
def test_a_folder_that_another_manager_gives_back_meanwhile_is_passed_over(own_folder, monkeypatch):
    first = provisioner.SocketFolder()
    opened = os.open

    def late(path, *how, **more):
        if str(path) == os.path.dirname(first.prefix):
            os.rmdir(path)
        return opened(path, *how, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", late)
        second = provisioner.SocketFolder()
    assert os.path.isdir(os.path.dirname(second.prefix)) and not os.path.exists(os.path.dirname(first.prefix))
    for folder in (first, second):
        folder.remove()


@linux
def test_a_folder_of_sockets_goes_with_its_manager_and_one_left_behind_with_the_next(own_folder):
    """Nothing stays in the user's folder, not even of a manager that was killed."""
    code = (
        "import os, signal\nfrom qtrain.kernels.provisioner import SocketFolder\n"
        "print(SocketFolder().prefix, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    left = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout.strip()
    assert os.path.isdir(os.path.dirname(left))
    kept = provisioner.SocketFolder()
    assert not os.path.exists(os.path.dirname(left))
    other = provisioner.SocketFolder()
    assert os.path.isdir(os.path.dirname(kept.prefix)) and other.prefix != kept.prefix
    for folder in (kept, other):
        assert len(folder.prefix) < 100 and folder.prefix.startswith(str(client.folder()))
        folder.remove()
        assert not os.path.exists(os.path.dirname(folder.prefix))
