"""What a learner's program tries against the others, from a kernel of theirs; each attack prints OPEN where it got in."""

import hashlib
import json
import os
from pathlib import Path

from qtrain.classroom.database import ClassDatabase
from qtrain.grading.names import slug

BEFORE = """
import contextlib, ctypes, glob, json, os, re, signal, socket, struct, subprocess, time, urllib.request
from http.client import HTTPConnection
FOLDER, HOME, VICTIM, RUN, NUMBER = {facts}

def tried(what, act):
    try:
        got = act()
    except BaseException as error:
        print("shut:", what, type(error).__name__)
    else:
        print("OPEN:" if got else "shut:", what, repr(got)[:200] if got else "")

class OnSocket(HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=5)
        self.path = path
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(self.path)

def asked(path, method, url, headers=(), body=None):
    link = OnSocket(path)
    link.request(method, url, body, dict(headers))
    answer = link.getresponse()
    return answer.status, answer.read().decode(errors="replace")

TOKEN = os.environ.get("JUPYTERHUB_API_TOKEN", "")
OWN = {{"Authorization": "token " + TOKEN}}
HUB, PROXY, SERVICE, NURSERY = (f"{{RUN}}/hub/hub.sock", f"{{RUN}}/hub/proxy.sock", f"{{RUN}}/hub/service.sock", f"{{RUN}}/nursery.sock")

def nursery(message, fds=()):
    link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    link.settimeout(5)
    link.connect(NURSERY)
    socket.send_fds(link, [json.dumps(message).encode()], list(fds))
    return json.loads(link.recv(65536))
"""

FILES = """
for path in (VICTIM, f"{VICTIM}/course", f"{VICTIM}/course/.qtrain/record.sqlite"):
    tried(f"another's {path[len(FOLDER):]}", lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))
tried("the list of homes", lambda: os.listdir(f"{FOLDER}/homes"))
for name in ("class.sqlite", "hub/hub.sqlite", "hub/tokens.json", "hub/settings.json", "hub/cookie_secret", "slips.html", "roster.csv"):
    tried(name, lambda: open(f"{FOLDER}/{name}", "rb").read(1))
for name in ("releases", "submissions", "hub", "hub/logs", ""):
    tried(f"the list of {name or 'the class'}", lambda: os.listdir(f"{FOLDER}/{name}"))
tried("write beside the class's files", lambda: open(f"{FOLDER}/x", "w"))
tried("a link from one's home", lambda: (os.symlink(VICTIM, f"{HOME}/link"), os.listdir(f"{HOME}/link")))
tried("its own server's socket folder of another", lambda: os.listdir(f"{RUN}/learners/{NUMBER}"))
tried("the list of sockets", lambda: os.listdir(f"{RUN}/learners"))
tried("a message in /tmp for others", lambda: [p for p in ("/tmp", "/var/tmp", "/dev/shm") if os.path.isdir(p) and os.stat(p).st_dev == os.stat("/").st_dev])
tried("sockets of the computer's services", lambda: [p for p in os.listdir("/run") if p != os.path.basename(RUN)])
tried("the key ring that root began with", lambda: [l for l in open("/proc/keys") if int(l.split()[5]) != os.getuid()])
tried("the shadow file", lambda: open("/etc/shadow").read(1))
"""

PROCESSES = """
own = os.getuid()
def others():
    found = []
    for path in glob.glob("/proc/[0-9]*"):
        with contextlib.suppress(OSError):
            if os.stat(path).st_uid != own:
                found.append(path)
    return found
tried("others' processes are seen", others)
def signalled():
    for pid in range(1, 70000):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, 0)
            if os.stat(f"/proc/{pid}").st_uid != own:
                return pid
tried("a signal to another's process", signalled)
tried("setuid 0", lambda: os.setuid(0) or True)
tried("setgid 0", lambda: os.setgid(0) or True)
tried("a set-uid program", lambda: subprocess.run(["su", "-c", "id"], input="", capture_output=True, text=True, timeout=10).stdout)
tried("root by any program", lambda: [p for p in ("/usr/bin/passwd", "/usr/bin/newgrp", "/usr/bin/chsh") if os.path.exists(p) and "Uid:\\t0" in subprocess.run([p, "--help"], capture_output=True, text=True, timeout=10).stdout])
libc = ctypes.CDLL(None, use_errno=True)
tried("a mount", lambda: libc.mount(b"tmpfs", b"/mnt", b"tmpfs", 0, None) == 0)
tried("the memory of the nursery", lambda: [p for p in glob.glob("/proc/[0-9]*/mem") if os.stat(p).st_uid != own and open(p, "rb")])
tried("ptrace of the parent", lambda: libc.ptrace(16, os.getppid(), None, None) == 0)
tried("no new privileges left out", lambda: "NoNewPrivs:\\t0" in open("/proc/self/status").read())
tried("capabilities", lambda: [l for l in open("/proc/self/status") if l.startswith(("CapEff", "CapPrm", "CapAmb")) and int(l.split()[1], 16)])
tried("open files of the nursery's", lambda: [os.readlink(p) for p in glob.glob("/proc/self/fd/*") if os.path.exists(p) and FOLDER in os.readlink(p) and HOME not in os.readlink(p) and "/logs/" not in os.readlink(p)])
"""

NETWORK = """
def reached(host, port):
    with socket.create_connection((host, port), timeout=3):
        return True
for port in (80, 8000, 8001, 8081, 22):
    tried(f"a port of the computer: {port}", lambda: reached("127.0.0.1", port))
tried("an address of the network", lambda: reached("198.51.100.1", 80))
tried("the class's page by the network", lambda: reached("198.51.100.2", 80))
tried("a name", lambda: socket.gethostbyname("example.org"))
def abstract():
    with open("/proc/net/unix") as file:
        return [line.split()[-1] for line in file if line.rstrip().split()[-1].startswith("@")]
tried("abstract sockets of others", abstract)
"""

REQUESTS = """
tried("the proxy's routes", lambda: asked(PROXY, "GET", "/api/routes", OWN))
tried("the hub's list of users", lambda: (lambda s: s[0] == 200 and len(json.loads(s[1])) > 1 and s)(asked(HUB, "GET", "/hub/api/users", OWN)))
tried("another's page of the hub", lambda: (lambda s: s[0] == 200 and s)(asked(HUB, "GET", f"/hub/api/users/{OTHER}", OWN)))
tried("another's token", lambda: (lambda s: s[0] < 300 and s)(asked(HUB, "POST", f"/hub/api/users/{OTHER}/tokens", OWN, "{}")))
tried("another's server ended", lambda: (lambda s: s[0] < 300 and s)(asked(HUB, "DELETE", f"/hub/api/users/{OTHER}/server", OWN)))
tried("a token with more power", lambda: (lambda s: s[0] < 300 and s)(asked(HUB, "POST", f"/hub/api/users/{ME}/tokens", OWN, json.dumps({"scopes": ["admin:users"]}))))
tried("the proxy told anew", lambda: (lambda s: s[0] < 300 and s)(asked(HUB, "POST", "/hub/api/proxy", OWN)))
tried("the hub shut down", lambda: (lambda s: s[0] < 300 and s)(asked(HUB, "POST", "/hub/api/shutdown", OWN)))
base = "/services/class/"
for path in ("", "state", "collect/ps1"):
    tried(f"the teacher's page {path}", lambda: (lambda s: s[0] == 200 and s)(asked(SERVICE, "GET", base + path, OWN)))
    tried(f"the teacher's page {path} with a forged name", lambda: (lambda s: s[0] == 200 and s)(asked(SERVICE, "GET", base + path, {**OWN, "X-Forwarded-User": "teacher", "Remote-User": "teacher", "Cookie": "service-class=teacher"})))
for what in ("give", "close", "extend"):
    body = json.dumps({"action": what, "due": "2030-01-01T00:00", "release": "ps1", "module": "1", "learner": ME})
    tried(f"the teacher's button {what}", lambda: (lambda s: s[0] < 300 and s)(asked(SERVICE, "POST", base + "do", {**OWN, "Content-Type": "application/json"}, body)))
def victims_server():
    return (lambda s: s[0] == 200 and s)(asked(f"{RUN}/learners/{NUMBER}/server.sock", "GET", f"/user/{OTHER}/api/contents", OWN))
tried("another's server by its socket", victims_server)
"""

NURSERY = """
libc = ctypes.CDLL(None)
null = os.open("/dev/null", os.O_RDWR)
def sealed(data):
    fd = os.memfd_create("request")
    os.write(fd, json.dumps(data).encode())
    os.lseek(fd, 0, 0)
    return fd
def refused(answer):
    return None if "failed" in answer or answer.get("alive") is False else answer
def waiting():
    # A child that is this user already, and waits for its request.
    here, there = os.pipe()
    link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    link.connect(NURSERY)
    socket.send_fds(link, [b'{"kind": "kernel"}'], [null, null, here])
    mark, until = os.readlink(f"/proc/self/fd/{here}"), time.monotonic() + 10
    while time.monotonic() < until:
        for path in glob.glob("/proc/[0-9]*"):
            with contextlib.suppress(OSError):
                own = os.stat(path).st_uid == os.getuid() and path != f"/proc/{os.getpid()}"
                held = {int(fd): os.readlink(f"{path}/fd/{fd}") for fd in os.listdir(path + "/fd")} if own else {}
                if mark in held.values():
                    return link, there, int(path[6:]), {fd: to for fd, to in held.items() if to not in (mark, "/dev/null")}
    raise AssertionError("it was not found")
link, there, pid, held = waiting()
print("held by it", held)
tried("files of the nursery's in a child that waits", lambda: len(held) > 1 and held)  # one: its own connection
link.close()
def lingering():
    # The last to close a connection waits until all was sent: here the nursery, with one that nobody reads.
    waits = []
    for _ in range(4):
        listener = socket.create_server(("127.0.0.1", 0))
        link = socket.create_connection(listener.getsockname())
        link.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                link.send(bytes(1 << 16))
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 20))
        one, other = socket.socketpair()
        socket.send_fds(one, [b"x"], [link.fileno()])
        link.close()
        door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        door.connect(NURSERY)
        socket.send_fds(door, [b'{"kind": "direct"}'], [other.fileno()])
        other.close(), one.close()
        begun = time.monotonic()
        with contextlib.suppress(TimeoutError):
            nursery({})
        waits.append(time.monotonic() - begun)
        listener.close()
    return max(waits) > 3 and waits
tried("the nursery waits for a connection that nobody reads", lingering)
for number in (NUMBER, 1, 0, -1, 65535, 65534):
    tried(f"a server as number {number}", lambda: refused(nursery({"kind": "server", "number": number, "home": "x"}, [null, null, sealed({})])))
tried("a server in another's home", lambda: refused(nursery({"kind": "server", "number": 1, "home": "../hub"}, [null, null, sealed({})])))
tried("a signal", lambda: refused(nursery({"kind": "signal", "pid": 1, "signal": 9})))
for message in ([], "x", 1, None, {}, {"kind": None}, {"kind": ["kernel"]}, {"kind": "direct"}, {"kind": {"a": 1}}):
    tried(f"the message {message!r}", lambda: refused(nursery(message)))
tried("a kernel without files", lambda: refused(nursery({"kind": "kernel"})))
tried("a kernel with a broken request", lambda: refused(nursery({"kind": "kernel"}, [null, null, sealed([1])])))
def deep():
    link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    link.settimeout(5)
    link.connect(NURSERY)
    link.send(b"[" * 60000)
    return refused(json.loads(link.recv(65536)))
tried("a message nested deeply", deep)
def kernel_as(folder, code):
    # A kernel of one's own is allowed; what counts is who it is.
    request = {"kind": "kernel", "folder": folder, "environment": {"HOME": "/root", "USER": "root"}, "limits": {}, "confined": True,
               "arguments": [], "connection": {}}
    return nursery({"kind": "kernel"}, [null, null, sealed(request)])
tried("a kernel in another's folder", lambda: refused(kernel_as(VICTIM, "")))
held = []  # connections
def many():
    for _ in range(1500):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        link.connect(NURSERY)
        held.append(link)  # says nothing
with contextlib.suppress(OSError):
    many()
def kept():
    until, count = time.monotonic() + 5, 1000
    while count > 100 and time.monotonic() < until:  # it may be about to close them
        count = 0
        for link in held:
            try:
                count += bool(link.recv(1, socket.MSG_DONTWAIT))
            except BlockingIOError:
                count += 1
            except OSError:
                continue
    return count > 100 and count
tried("more than a hundred connections with the nursery", kept)
"""

MEMORY = """
from hashlib import sha256
HEX = bytes(byte in b"0123456789abcdef" for byte in range(256))
def runs(data):
    # All of 32 to 128 hexadecimal digits, as a secret is written. So many cover two places in a row of each sixteenth:
    # only around such places is it looked more closely, and a few hundred million bytes take a second.
    for places in re.finditer(b"\\1{2,}", data.translate(HEX)[::16]):
        around = data[max(0, places.start() * 16 - 15) : places.end() * 16]
        yield from (run for run in re.findall(b"[0-9a-f]{32,}", around) if len(run) <= 128)
def found():  # by their digests, as what is looked for must not come into this memory by the search itself
    digests, span, held = set(), (0, 0), 0
    for line in open("/proc/self/smaps"):
        if match := re.match("([0-9a-f]+)-([0-9a-f]+) (.)", line):
            span, readable = (int(match[1], 16), int(match[2], 16)), match[3] == "r"
        elif line.startswith("Rss:") and line.split()[1] != "0" and readable and span[1] - span[0] < 1 << 30:
            with open("/proc/self/mem", "rb", 0) as memory, contextlib.suppress(OSError, ValueError, OverflowError):
                memory.seek(span[0])
                data = memory.read(span[1] - span[0])
                held += len(data)
                for run in runs(data):
                    for size in (32, 64):
                        digests |= {sha256(run[i : i + size]).hexdigest() for i in range(len(run) - size + 1)}
    assert held > 100 << 20, held
    return digests
seen = found()
tried("secrets of others in what the nursery's memory was", lambda: sorted(seen & set(MARKS)))
print("own token seen:", sha256(TOKEN.encode()).hexdigest() in seen)
"""

LIMITS = """
def filled():
    blocks = []
    while True:
        blocks.append(b"x" * (64 << 20))
def child():
    pid = os.fork()
    if pid == 0:
        try:
            filled()
        finally:
            os._exit(0)
    return os.waitpid(pid, 0)[1] == 0
tried("more memory than allowed", child)
def started():
    running = []
    try:
        for _ in range(600):
            running.append(subprocess.Popen(["sleep", "60"]))
        return len(running)
    finally:
        for one in running:
            one.kill()
            one.wait()
tried("600 processes", started)
"""

# A learner's server is the learner's: here it serves what they like to whoever comes.
ROGUE = """
import os, socket, threading
path = os.environ["XDG_RUNTIME_DIR"] + "/server.sock"
os.unlink(path)
os.umask(0o117)
door = socket.socket(socket.AF_UNIX)
door.bind(path)
door.listen(64)
def serve():
    while True:
        link, _ = door.accept()
        link.recv(65536)
        link.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\nrogue")
        link.close()
threading.Thread(target=serve, daemon=True).start()
"""


def in_others_browsers(rogue, others) -> dict:
    """What a learner's own server gets into: nothing but that learner's browser."""
    rogue.run(ROGUE)
    sign = rogue.browser.cookie("qtrain-own-pages", "/user/")
    name = rogue.name
    ways = [f"/user/{name}/x.html", f"/user/{name}", f"//user/{name}/x", f"/user/%6c{name[1:]}/x", f"/user/./{name}/x"]
    ways += [f"/user/{others[0].name}/../{name}/x", f"/user/{name}%2Fx", f"/user/{name}/x?next=/user/{others[0].name}/"]
    ways += [f"/hub/user/{name}/x", f"/hub/user-redirect/../../user/{name}/x", f"/hub/own-pages?next=/user/{name}/x"]
    got = []
    for other in others:
        for way in ways:
            for cookies in ("", f"qtrain-own-pages={sign}", f"qtrain-own-pages={sign}; jupyterhub-session-id=x"):
                told = {"Cookie": "; ".join(filter(None, (other.cookies_text(), cookies)))} if cookies else {}
                status, _, content = other.browser.ask(way, **told)
                if b"rogue" in content:
                    got.append(f"{other.name} {way} {cookies[:20]} {status}")
    own = rogue.browser.ask(ways[0])[2] == b"rogue"
    return {"sign": len(sign), "own browser": own, "others": got, "refused": others[0].browser.ask(ways[0])[0]}


def attacks(served, told, first, victim, folder: Path) -> dict:
    """Run them all; returns what was open, and how many were tried."""
    numbers = ClassDatabase(told.folder).numbers()
    number = numbers[victim.name]
    facts = repr((str(told.folder), str(first.home), str(victim.home), str(told.run), number))
    before = BEFORE.format(facts=facts)
    ids = f"ME, OTHER = {first.name!r}, {victim.name!r}\n"
    marks = [hashlib.sha256(secret).hexdigest() for secret in secrets(served, told, victim)]
    said = ""
    for part in (FILES, PROCESSES, NETWORK, ids + REQUESTS, NURSERY, f"MARKS = {marks!r}\n" + MEMORY, LIMITS):
        said += first.run(before + part, 90) + "\n"
    # Somebody who holds the nursery's door must not keep the others out.
    third = type(first)(served, "learner03")
    third.enter()
    late = third.start_kernel()
    lines = said.splitlines()
    return {
        "tried": sum(line.startswith(("OPEN:", "shut:")) for line in lines),
        "open": [line for line in lines if line.startswith("OPEN:")],
        "own token seen": "own token seen: True" in lines,
        "odd": [line for line in lines if "Error:" in line and not line.startswith("shut:")],
        "kernel while the door is held": late,
        "uid": first.run("import os; print(os.getresuid(), os.getgroups())"),
    }


def secrets(served, told, victim) -> list[bytes]:
    """What must not be in the attacker's memory: the parts' tokens, and the variables of the victim's server."""
    found = [token.encode() for token in json.loads((told.state / "tokens.json").read_text()).values()]
    for path in Path("/proc").iterdir():
        try:
            if path.name.isdigit() and path.stat().st_uid == victim_uid(told, victim):
                for variable in (path / "environ").read_bytes().split(b"\0"):
                    if variable.startswith(b"JUPYTERHUB_API_TOKEN="):
                        found.append(variable.partition(b"=")[2])
        except OSError:
            continue
    assert len(found) >= 3
    return found


def victim_uid(told, victim) -> int:
    return os.stat(told.homes / slug(victim.name)).st_uid
