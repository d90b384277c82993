"""What submissions try. Each case hands in one attack and says what honest judging of its answers would give."""

import copy
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from classroom import POINTS, TOTAL, answer_cell

# Wrong answers everywhere, but for what an attack changes: whatever is reached above `most` was obtained by cheating.
WRONG = {
    "p1": "from qiskit import QuantumCircuit\ncat = QuantumCircuit(3)\ncat.x(0)",
    "p2": "square = -1",
    "p3": 'choice = "d"',
    "p4": "def times(k):\n    return -1",
    "p5": "import cirq\nturn = cirq.Circuit(cirq.X(cirq.LineQubit(0)), cirq.X(cirq.LineQubit(1)))",
}


@dataclass
class Case:
    """An attack.

    Attributes
    ----------
    make : callable
        From the classroom and the learner's name to a notebook or bytes.
    grade : float
        What honest judging gives.
    says : str
        Words that the report on this submission must contain.
    lost : tuple of str
        Exercises that were stopped; no other may be. None: either way.
    file : str
        The name under which it is handed in.
    more : callable
        Hands in something else besides.
    partly : bool
        The first exercise earns what its target gives to the same answer when asked directly.
    """

    make: Callable
    grade: float = 0.0
    says: str = ""
    lost: tuple | None = ()
    file: str = "{}/problem_set.ipynb"
    more: Callable | None = None
    partly: bool = False

    def hand_in(self, room, name):
        room.hand_in(self.file.format(name), self.make(room, name))
        if self.more:
            self.more(room, name)


CASES: dict[str, Case] = {}


def wrong(name, setup="", *, grade=0.0, says="", lost=(), **sources):
    """Wrong answers, and code that wants them to count."""
    CASES[name] = Case(lambda room, who: room.solved(who, setup=setup, **{**WRONG, **sources}), grade, says, lost)


def costs(name, exercise, source, *, says="stopped", setup=""):
    """Right answers, and in one exercise code that hangs or hogs: it costs that exercise and nothing else."""
    number = exercise[-1]
    CASES[name] = Case(
        lambda room, who: room.solved(who, setup=setup, **{f"p{number}": source}),
        TOTAL - POINTS[exercise],
        says,
        (exercise,),
    )


def odd(name, make, *, grade=0.0, says="", file="{}/problem_set.ipynb", more=None):
    """An odd file or notebook."""
    CASES[name] = Case(make, grade, says, (), file, more)


# --- patching the judge ----------------------------------------------------------------------------------------------

wrong("shadow-names", "check = lambda *a, **k: True\nVerdict = object\nround = abs = lambda *a: 0")
wrong(
    "patch-qtrain",
    """
import qtrain, qtrain.notebook, qtrain.checking, qtrain.checking.verdict as v, qtrain.checking.target as t
right = v.Verdict(True, 1.0, None, "Right.")
for module in (qtrain, qtrain.notebook):
    module.check = lambda *a, **k: right
t.Target.judge = t.Target.judge_neutral = lambda self, *a, **k: right
t.Target.right = t.Target.accepts = lambda self, *a: True
v.wrong = lambda *a, **k: right
""",
)
wrong(
    "patch-grading",
    """
import qtrain.grading.extract as e, qtrain.grading.packing as values
right = {"passed": True, "score": 1.0, "diagnosis": None, "message": "Right.", "evidence": None, "status": "right",
         "details": {}}
e.answer = lambda namespace, payload: {"verdict": right, "passed": True, "score": 1, "answer": True}
values.pack = e.pack = lambda value: {"verdict": right}
""",
)
wrong(
    "patch-numpy",
    """
import numpy as np, numpy.linalg
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
np.abs = np.linalg.norm = lambda *a, **k: 0.0
import qiskit.quantum_info as qi
qi.Statevector.equiv = qi.Operator.equiv = qi.Statevector.__eq__ = lambda *a, **k: True
""",
)
wrong(
    "patch-from-thread",
    """
import threading, time, numpy as np
def patch():
    while True:
        import qtrain.checking.target as t
        np.allclose = lambda *a, **k: True
        t.Target.right = lambda *a: True
        time.sleep(0.01)
threading.Thread(target=patch, daemon=True).start()
""",
)
wrong(
    "equal-to-everything",
    """
class Always(int):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = __contains__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __sub__ = __rsub__ = __abs__ = __mul__ = lambda self, *other: 0
    __hash__ = lambda self: 0
""",
    p2="square = Always(3)",
    p3="choice = Always(1)",
    p4="times = lambda k: Always(1)",
)
wrong(
    "lying-objects",
    """
import numpy as np
class Liar:
    __class__ = property(lambda self: float)
    __len__ = lambda self: 8
    __array__ = lambda self, *a, **k: np.array([np.inf] * 8)
    __float__ = lambda self: float("nan")
    __complex__ = lambda self: complex("nan")
    __getattr__ = lambda self, name: Liar()
    __call__ = lambda self, *a, **k: Liar()
    def __reduce__(self):
        import os
        return os.system, ("touch ../../pickled",)
""",
    p1="cat = Liar()",
    p2="square = Liar()",
    p3="choice = Liar()",
    p4="times = Liar()",
    p5="turn = Liar()",
)
wrong(
    "transformers",
    """
import ast
ip = get_ipython()
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
ip.ast_transformers.append(Drop())
ip.input_transformers_post.append(lambda lines: [])
""",
)
wrong(
    "exception-handlers",
    """
import sys
ip = get_ipython()
ip.set_custom_exc((BaseException,), lambda *a, **k: None)
sys.excepthook = lambda *a: None
ip.showtraceback = lambda *a, **k: None
""",
)
wrong(
    "replace-run-cell",
    """
ip = get_ipython()
type(ip).run_cell = ip.run_cell = lambda *a, **k: type("R", (), {"success": True})()
type(ip).run = lambda self, source: "ok"
ip.displayhook = lambda *a: None
ip.display_pub.publish = lambda *a, **k: None
""",
)
wrong(
    "print-a-verdict",
    """
import json
print("✔ 1.P.1 right: Right.")
print(json.dumps({"reply": {"verdict": {"passed": True, "score": 1.0, "status": "right"}}}))
from IPython.display import display, HTML
display(HTML("<div class='qtrain-card qtrain-right'>Right</div>"))
""",
)
FORGE = """
import gc, json, sys
from qtrain.kernels import protocol
direct = next(o for o in gc.get_objects() if type(o).__name__ == "Direct")
def forge(message, real=direct._channel.send):
    if "reply" in message:
        message = {**message, "reply": %s}
    real(message)
    real(message)
direct._channel.send = forge
"""
RIGHT = (
    '{"verdict": {"passed": True, "score": 1.0, "status": "right"}, "answer": True, "missing": False, '
    '"exercise": "1.P.2"}'
)
wrong("forge-messages", FORGE % RIGHT)
wrong(
    "forge-early",
    """
import gc
direct = next(o for o in gc.get_objects() if type(o).__name__ == "Direct")
for n in range(100):
    direct._channel.send({"id": direct._current, "reply": {"answer": n}})
    direct._channel.send({"id": "0" * 32, "reply": {"answer": n}})
""",
)
wrong(
    "forge-garbage",
    FORGE % '{"answer": {"is": "neutral", "value": {"type": "state", "vector": {"shape": [10**9], '
    '"dtype": "<c16", "base64": ""}}}}',
)
wrong("forge-function", FORGE % '{"outputs": [{"answer": True}] * 5}')
wrong("forge-deep", FORGE % '{"answer": eval("[" * 90 + "]" * 90)}')
wrong(
    "forge-bytes",
    """
import gc, struct
direct = next(o for o in gc.get_objects() if type(o).__name__ == "Direct")
def forge(message, real=direct._channel.send):
    if "reply" in message:
        body = b'{"id": "%s", "reply": {"answer": ' % message["id"].encode() + b'[' * 200_000 + b']' * 200_000 + b'}}'
        direct._channel.sock.sendall(struct.pack(">I", len(body)) + body)
        direct._channel.sock.sendall(struct.pack("<I", len(body)) + body)
    real(message)
direct._channel.send = forge
""",
    lost=None,
)
wrong(
    "answer-for-another",
    p2="square = times = cat = turn = choice = 'a'",
    p1="cat = {'1.P.2': 4}",
    setup="answers = {'1.P.2': 1}",
)

# --- reading what is hidden ------------------------------------------------------------------------------------------

SPY = """
found = []
def look(what):
    text = str(what)
    if any(word in text for word in {words!r}):
        found.append(text[:200])
"""
WORDS = [
    "BEGIN SOLUTION",
    "EXERCISES = [",
    "secret-in-the-environment",
    "p.n**2",
    "release-manifest",
    "gradebook.sqlite",
]
CANARY = ".qtrain-canary-"  # in the home of whoever grades
LEAK = '\nif found:\n    raise SystemExit(f"LEAKED {found}")\n'
wrong(
    "read-frames",
    SPY.format(words=WORDS)
    + """
import gc, sys
frame = sys._getframe()
while frame:
    look(list(frame.f_locals)); frame = frame.f_back
for o in gc.get_objects():
    if type(o).__name__ in ("Exercise", "Course", "Number", "State", "Unitary", "Each", "Choice") and \\
            "checking" in type(o).__module__ or type(o).__name__ in ("Exercise", "Course"):
        found.append(repr(type(o)))
for name in ("In", "Out", "_ih"):
    look([c for c in list(globals().get(name, [])) if "look(" not in str(c)])
"""
    + LEAK,
)
wrong(
    "read-environment",
    SPY.format(words=WORDS)
    + """
import os, pathlib
look(dict(os.environ))
for path in ["/proc/self/cmdline", "/proc/self/environ", *map(str, pathlib.Path("/proc").glob("[0-9]*/cmdline")),
             *map(str, pathlib.Path("/proc").glob("[0-9]*/environ"))]:
    try:
        look(open(path).read())
    except OSError:
        pass
if len(list(pathlib.Path("/proc").glob("[0-9]*"))) > 3:
    found.append("other processes")
"""
    + LEAK,
)
wrong(
    "read-memory",
    SPY.format(words=WORDS)
    + """
import os
for pid in (os.getppid(), 1, os.getppid() - 1):
    if pid in (0, os.getpid()) or pid == 1 and os.getpid() == 1:
        continue
    try:
        open(f"/proc/{pid}/mem", "rb").read(1); found.append("memory")
    except OSError:
        pass
import ctypes
if ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0:
    found.append("ptrace")
"""
    + LEAK,
)
_READ_FILES = (
    SPY.format(words=WORDS)
    + """
import os, pathlib
for top in (ROOT, os.path.dirname(ROOT), os.path.expanduser("~"), "/root", "/home", "/tmp", "/var", "/etc", "/run",
            "/dev/shm"):
    for folder, folders, files in os.walk(top):
        for name in files:
            if name in ("problem_set.py", "problem_set.ipynb", "release-manifest.json", "gradebook.sqlite", "shadow",
                        "roster.csv") or name.startswith(CANARY) or name.endswith(".sock"):
                found.append(os.path.join(folder, name))
import qtrain
from qtrain.course import load
for root in (None, ROOT):
    try:
        load(root).exercise("1.P.2"); found.append("course")
    except Exception:
        pass
for path in pathlib.Path(qtrain.__file__).parent.rglob("*"):
    if "_course" in path.parts and path.is_file():
        found.append(str(path))
"""
    + LEAK
)
odd(
    "read-files",
    lambda room, who: room.solved(who, **WRONG, setup=f"ROOT, CANARY = {str(room.root)!r}, {CANARY!r}\n{_READ_FILES}"),
)
wrong(
    "ask-the-solution",
    """
import qtrain
from qtrain import hint, solution
hint("1.P.1"); solution("1.P.1")
v = qtrain.check("1.P.2", 3)
if v.passed or v.status != "undecided":
    raise SystemExit("LEAKED")
""",
)

# --- writing where it should not -------------------------------------------------------------------------------------

odd(
    "write-outside",
    lambda room, who: room.solved(
        who,
        **WRONG,
        setup=f"""
import os, pathlib
for place in ({str(room.output)!r}, {str(room.root)!r}, {str(room.submissions)!r}, os.path.expanduser("~"), "/root",
              "/tmp/..", "/usr/lib/python3", "/etc", "/var/tmp", os.path.dirname(os.__file__)):
    for name in ("gradebook.sqlite", "sitecustomize.py", ".ipython/profile_default/startup/x.py", "written.py"):
        try:
            path = pathlib.Path(place, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("raise SystemExit")
        except OSError:
            pass
""",
    ),
)
wrong(
    "modules-beside",
    """
for name in ("numpy", "qiskit", "sitecustomize", "usercustomize", "ast", "json", "qtrain"):
    open(name + ".py", "w").write("raise SystemExit('shadowed')")
import os
os.makedirs("profile_default", exist_ok=True)
open("ipython_config.py", "w").write("c.InteractiveShellApp.exec_lines = ['1/0']")
""",
    grade=2,
    p2='square = variant("1.P.2").n ** 2',
)
wrong(
    "links-out",
    """
import os
for n, target in enumerate(("/", "..", "/etc/passwd", "/tmp", os.path.expanduser("~"))):
    os.symlink(target, f"link{n}")
try:
    os.mknod("device"); os.mkfifo("pipe")
except OSError:
    pass
""",
)

# --- hanging and hogging ---------------------------------------------------------------------------------------------

costs("infinite-loop", "1.P.2", "while True:\n    pass", says="did not end within 4 seconds")
costs(
    "deaf-loop",
    "1.P.2",
    """
import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    says="did not stop when asked to",
)
costs("os-exit", "1.P.3", "import os\nos._exit(0)", says="ended its own process")
odd(
    "kill-others",
    lambda room, who: room.solved(
        who,
        p3="""
import os, signal
for pid in (0, -1, 1, os.getppid()):
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except OSError:
            pass
""",
    ),
    grade=TOTAL - 1,
)
costs("segfault", "1.P.3", "import ctypes\nctypes.string_at(0)", says="SIGSEGV")
costs(
    "recursion-in-c",
    "1.P.3",
    "import sys\nsys.setrecursionlimit(10**9)\ndef f(n):\n    return f(n + 1)\nf(0)",
    says="Its cell was stopped",
)
costs("sleep-for-ever", "1.P.4", "import time\ntime.sleep(1000)", says="did not end within 4 seconds")
costs("fork-bomb", "1.P.3", "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        1")
costs("deadly-answer", "1.P.4", "import os\ndef times(k):\n    os._exit(3)", says="Taking the answer out was stopped")
costs("endless-answer", "1.P.4", "def times(k):\n    while True:\n        1", says="Taking the answer out was stopped")
costs(
    "time-bomb",
    "1.P.2",
    "import time\ntime.sleep(1.5)",
    says="ended its own process",
    setup="""
import os, threading
threading.Timer(0.8, os._exit, (0,)).start()
""",
)
odd(
    "deep-source",
    lambda room, who: room.solved(
        who, p2="square = " + "1+" * 40_000 + "1", p3="choice = " + "(" * 900 + "'a'" + ")" * 900
    ),
    grade=TOTAL - 3,
)
odd(
    "many-outputs",
    lambda room, who: room.solved(
        who, p2="for n in range(900):\n    print('x' * 1000)\n    display({'image/png': 'A' * 1000}, raw=True)"
    ),
    grade=TOTAL - 2,
)
for _name, _source in {
    "sys-exit": "import sys\nsys.exit(0)",
    "exit-call": "exit()",
    "quit-loop": "raise SystemExit(3)",
    "huge-array": "import numpy as np\nx = np.ones(10**11)\nsquare = 0",
    "recursion": "def f():\n    return f()\ntry:\n    f()\nexcept RecursionError:\n    raise ValueError from None",
    "input": "square = input('?')",
    "qubits-40": "from qiskit.quantum_info import Statevector\nsquare = Statevector.from_label('0' * 40)",
    "thread-bomb": "import threading, time\nfor n in range(5000):\n    threading.Thread(target=time.sleep, args=(1,), "
    "daemon=True).start()",
    "fill-disk": "with open('big', 'wb') as file:\n    for n in range(4000):\n        file.write(b'x' * 10**6)",
    "many-files": "for n in range(20000):\n    open(f'f{n}', 'w').write('x' * 10000)",
}.items():
    odd(_name, lambda room, who, source=_source: room.solved(who, p2=source), grade=TOTAL - 2)
for _name, _source in {
    "output-50mb": "print('x' * 50_000_000)",
    "raw-output": "import os\nfor n in range(50):\n    os.write(1, b'x' * 10**6)\n    os.write(2, b'y' * 10**6)",
    "left-behind": "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import os, time; os.setsid(); "
    "time.sleep(987654)'], start_new_session=True)",
    "double-fork": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        time.sleep(987654)\n    os._exit(0)",
}.items():
    odd(_name, lambda room, who, source=_source: room.solved(who, setup=source), grade=TOTAL)
odd(
    "displays",
    lambda room, who: room.solved(
        who, p2="from IPython.display import display, HTML\nfor n in range(20000):\n    display(HTML(f'<b>{n}</b>'))"
    ),
    grade=TOTAL - 2,
)
CASES["million-gates"] = Case(
    lambda room, who: room.solved(
        who,
        p1="""
from qiskit import QuantumCircuit
cat = QuantumCircuit(3)
cat.h(0)
inner = QuantumCircuit(1)
for n in range(100):
    inner.t(0)
for _ in range(3):
    outer = QuantumCircuit(1)
    gate = inner.to_gate()
    for n in range(100):
        outer.append(gate, [0])
    inner = outer
cat.append(inner.to_gate(), [0])
""",
    ),
    TOTAL - 1,
)

# --- network ---------------------------------------------------------------------------------------------------------

wrong(
    "network",
    """
import socket, urllib.request
reached = []
for family, address in ((socket.AF_INET, ("127.0.0.1", 22)), (socket.AF_INET, ("1.1.1.1", 53)),
                        (socket.AF_INET6, ("::1", 22)), (socket.AF_UNIX, "/run/dbus/system_bus_socket")):
    try:
        s = socket.socket(family)
        s.settimeout(0.3)
        s.connect(address)
        reached.append(address)
    except OSError:
        pass
for call in (lambda: socket.getaddrinfo("example.org", 80),
             lambda: urllib.request.urlopen("http://example.org", timeout=0.3)):
    try:
        call(); reached.append("name")
    except OSError:
        pass
if reached:
    raise SystemExit(f"LEAKED {reached}")
""",
)

# --- the file --------------------------------------------------------------------------------------------------------


def right(room, who):
    return room.solved(who)


def text(room, who):
    return json.dumps(right(room, who))


def changed(change, base=right):
    """A right notebook with something done to it."""

    def make(room, who):
        notebook = copy.deepcopy(base(room, who))
        return change(notebook) or notebook

    return make


def zipped(files: dict) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return memory.getvalue()


def without_checks(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if not c["id"].endswith("-check")]


def reorder(notebook):
    checks = [c for c in notebook["cells"] if c["id"].endswith("-check")]
    notebook["cells"] = checks[::-1] + [c for c in notebook["cells"] if c not in checks]


def edit_checks(notebook):
    for c in notebook["cells"]:
        if c["id"].endswith("-check"):
            c["source"] = "print('Right')"


def double_checks(notebook):
    notebook["cells"] = [c for c in notebook["cells"] for _ in range(2 if c["id"].endswith("-check") else 1)]


def more_points(notebook):
    for c in notebook["cells"]:
        c["metadata"] = {
            **c["metadata"],
            "nbgrader": {
                "points": 1000,
                "grade": True,
                "solution": False,
                "grade_id": "x",
                "schema_version": 3,
                "locked": False,
            },
        }
    notebook["metadata"]["qtrain"]["points"] = 1000


def markdown(notebook):
    answer_cell(notebook, "1.P.2").update(cell_type="markdown")


def skip_tags(notebook):
    for c in notebook["cells"]:
        c["metadata"]["tags"] = ["skip-execution", "solution", "hint"]


odd("file-truncated", lambda room, who: text(room, who)[:3000].encode(), says="broken")
odd("file-empty", lambda room, who: b"", says="empty")
odd("file-blank", lambda room, who: b"  \n", says="empty")
odd("file-html", lambda room, who: b"<!DOCTYPE html><html>" + text(room, who).encode(), says="web page")
odd("file-utf16", lambda room, who: text(room, who).encode("utf-16"), grade=TOTAL, says="UTF-16")
odd("file-binary", lambda room, who: bytes(range(256)) * 50, says="no text")
odd("file-json-only", lambda room, who: b'[1, 2, {"cells": 3}]', says="no notebook")
odd(
    "file-nan",
    lambda room, who: text(room, who).replace('"nbformat": 4', '"nbformat": NaN').encode(),
    grade=TOTAL,
    says="unknown notebook format",
)
odd(
    "file-format-3",
    changed(
        lambda nb: {
            "nbformat": 3,
            "metadata": nb["metadata"],
            "worksheets": [{"cells": [{**c, "input": c["source"]} for c in nb["cells"]]}],
        }
    ),
    grade=TOTAL,
    says="format 3",
)
odd("file-format-99", changed(lambda nb: nb.update(nbformat=99)), grade=TOTAL, says="unknown notebook format")
odd("file-deep", lambda room, who: b"[" * 20_000 + b"]" * 20_000, says="nested")
odd(
    "file-deep-within",
    changed(
        lambda nb: (
            json.dumps(nb)
            .replace('"kernelspec"', '"x": ' + '{"a":' * 20_000 + "1" + "}" * 20_000 + ', "kernelspec"')
            .encode()
        )
    ),
    says="nested",
)
odd(
    "file-duplicate-ids",
    changed(lambda nb: [c.update(id="same") for c in nb["cells"]] and None),
    grade=TOTAL,
    says="id of another",
)
odd("checks-deleted", changed(without_checks), grade=TOTAL, says="check cell is gone")
odd("checks-edited", changed(edit_checks), grade=TOTAL, says="check cell was changed")
odd("checks-edited-wrong", changed(edit_checks, lambda room, who: room.solved(who, **WRONG)), says="was changed")
odd("checks-reordered", changed(reorder), grade=TOTAL)
odd("checks-doubled", changed(double_checks), grade=TOTAL, says="check cell was changed")
odd("checks-doubled-wrong", changed(double_checks, lambda room, who: room.solved(who, **WRONG)))
odd("points-changed", changed(more_points), grade=TOTAL)
odd("points-changed-wrong", changed(more_points, lambda room, who: room.solved(who, **WRONG)))
odd("cells-to-markdown", changed(markdown), grade=TOTAL - 2, says="turned into text")
odd("skip-execution", changed(skip_tags, lambda room, who: room.solved(who, **WRONG)))
odd("metadata-stripped", changed(lambda nb: nb.update(metadata={})), grade=TOTAL, says="does not say which release")
odd(
    "other-kernel",
    changed(lambda nb: nb["metadata"].update(kernelspec={"name": "bash", "display_name": "x"})),
    grade=TOTAL,
    says="kernel 'bash'",
)
odd("file-200mb", lambda room, who: b'{"cells": [' + b" " * 200_000_000, says="200 MB")
odd(
    "zip-bomb",
    lambda room, who: zipped({"problem_set.ipynb": b'{"cells": [' + b" " * 300_000_000}),
    says="300 MB unpacked",
    file="{}/problem_set.zip",
)
odd(
    "zip-nested",
    lambda room, who: zipped({"a.zip": zipped({"b.zip": zipped({"c.ipynb": text(room, who)})})}),
    says="zip within a zip",
    file="{}/problem_set.zip",
)
odd(
    "zip-path",
    lambda room, who: zipped({"../../../../problem_set.ipynb": text(room, who)}),
    grade=TOTAL,
    file="{}/problem_set.zip",
)
odd(
    "zip-broken",
    lambda room, who: zipped({"problem_set.ipynb": text(room, who)})[:-60],
    says="no zip",
    file="{}/problem_set.zip",
)
odd(
    "two-notebooks",
    right,
    grade=TOTAL,
    more=lambda room, who: os.utime(room.hand_in(f"{who}/draft.ipynb", room.solved(who, **WRONG)), (10**9, 10**9)),
)
odd("wrong-name", right, grade=TOTAL, file="{}/My Homework (final) v2 (1).IPYNB")
odd(
    "link",
    right,
    says="symbolic link",
    file="{}/elsewhere.txt",
    more=lambda room, who: (room.submissions / who / "problem_set.ipynb").symlink_to(
        room.released / who / "problem_set.ipynb"
    ),
)
odd(
    "anothers-variant",
    lambda room, who: room.solved(
        "honest",
        p2=_anothers(room, "1.P.2", "n", "square = {} ** 2"),
        p1=WRONG["p1"],
        p3=WRONG["p3"],
        p4=WRONG["p4"],
        p5=WRONG["p5"],
    ),
    says="copy of 'honest'",
)
odd(
    "yesterdays-release",
    changed(lambda nb: nb["metadata"]["qtrain"]["release"].update(id="1.P-20250101-abcdef")),
    grade=TOTAL,
    says="1.P-20250101-abcdef",
)
odd(
    "claims-a-path",
    changed(lambda nb: nb["metadata"]["qtrain"]["release"].update(learner="../../../etc/passwd")),
    grade=TOTAL,
    says="../../../etc/passwd",
)


def _anothers(room, exercise, name, form):
    from qtrain.course import load

    found = load(room.root).exercise(exercise).parameters(room.manifest["variants"]["honest"])
    return form.format(found[name])


# --- what the reader of the report sees ------------------------------------------------------------------------------

wrong(
    "html-in-outputs",
    """
from IPython.display import HTML, SVG, Javascript, display
display(HTML("<script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>x</a>"
             "<style>body{display:none}</style><iframe src='http://example.org'></iframe><form><input></form>"))
display({"image/png": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="}, raw=True)
display({"image/svg+xml": "<svg onload='alert(4)'/>", "text/plain": "</pre><script>alert(5)</script>"}, raw=True)
print("</pre></details><script>alert(6)</script>")
""",
    p2="""
from IPython.display import HTML, display
display(HTML("<script>alert(7)</script><b onclick=alert(8) style='position:fixed'>b</b><img src=x onerror=alert(9)>"))
print("</pre></details><script>alert(10)</script>")
square = "<script>alert(11)</script>"
raise ValueError("</code><script>alert(12)</script>")
""",
)
wrong(
    "terminal-escapes",
    p2=r"""
print("\x1b[2J\x1b]0;owned\x07\x1b[31mred\x1b[0m \x9b31m \u202e reversed \x00")
square = "\x1b[2J\x1b]8;;http://example.org\x07link"
raise ValueError("\x1b[2Jgone\x00\ud800")
""",
)

# --- answers as such -------------------------------------------------------------------------------------------------

Q = "from qiskit import QuantumCircuit\nimport numpy as np\np = variant('1.P.1')\nk = int(p.bits[::-1], 2)\n"
V = "v = np.zeros(8)\nv[0] = v[k] = 0.5 ** 0.5\n"
for _name, _number, _source in (
    ("initialize", 1, Q + V + "cat = QuantumCircuit(3)\ncat.initialize(v, range(3))"),
    (
        "raw-unitary",
        1,
        Q + V + "u, _ = np.linalg.qr(np.c_[v, np.eye(8)[:, 1:]])\nu[:, 0] = v\n"
        "cat = QuantumCircuit(3)\ncat.unitary(np.linalg.qr(u)[0], range(3))",
    ),
    ("reset-hides-garbage", 1, Q + "cat = QuantumCircuit(3)\ncat.h(range(3))\ncat.reset(range(3))\ncat.h(0)"),
    (
        "lying-gate",
        5,
        """
import cirq, numpy as np
p = variant("1.P.5")
class Lie(cirq.Gate):
    _num_qubits_ = lambda self: 2
    _decompose_ = lambda self, qubits: [cirq.X(q) for q in qubits]
    _unitary_ = lambda self: np.kron(np.eye(2), cirq.unitary(cirq.ry(p.theta * (1 + 1e-3))))
turn = cirq.Circuit(Lie()(*cirq.LineQubit.range(2)))
""",
    ),
    (
        "lying-qiskit-gate",
        1,
        Q
        + """
from qiskit.circuit import Gate
class Lie(Gate):
    def __init__(self):
        super().__init__("lie", 3, [])
        definition = QuantumCircuit(3)
        definition.x(0)
        self.definition = definition
    def __array__(self, dtype=None, copy=None):
        return np.eye(8)
cat = QuantumCircuit(3)
cat.append(Lie(), range(3))
""",
    ),
    ("nan", 2, "square = float('nan')"),
    ("infinity", 2, "square = float('inf')"),
    ("nan-array", 5, "import numpy as np\nturn = np.full((4, 4), np.nan)"),
    ("object-array", 1, "import numpy as np\ncat = np.array([object()] * 8, dtype=object)"),
    ("strange-dtypes", 5, "import numpy as np\nturn = np.array([['1'] * 4] * 4).view('V4')"),
    ("huge-sparse", 5, "import scipy.sparse as sp\nturn = sp.eye(10**6, format='csr')"),
    ("huge-broadcast", 5, "import numpy as np\nturn = np.broadcast_to(1.0, (10**6, 10**6))"),
    (
        "classical-control",
        1,
        Q + "cat = QuantumCircuit(3, 1)\ncat.h(0)\ncat.measure(0, 0)\nwith cat.if_test((0, 1)):\n    cat.x(1)",
    ),
    ("unbound", 1, Q + "from qiskit.circuit import Parameter\ncat = QuantumCircuit(3)\ncat.ry(Parameter('a'), 0)"),
    ("generator", 2, "square = (n for n in iter(int, 1))"),
    ("type-as-answer", 2, "square = int"),
    ("module-as-answer", 1, "import numpy as cat"),
    ("endless-list", 2, "square = []\nsquare.append(square)"),
    ("huge-number", 2, "square = 10 ** 100000"),
    ("huge-text", 3, "choice = 'b' * 10**8"),
    ("all-choices", 3, "choice = ['a', 'b', 'c']"),
    ("all-choices-text", 3, "choice = 'a b c'"),
    ("hard-coded-function", 4, "def times(k):\n    return {1: 2, 2: 4, 3: 6}.get(k, 0)"),
    ("generator-function", 4, "p = variant('1.P.4')\ndef times(k):\n    yield k * p.m"),
    ("function-that-exits", 4, "def times(k):\n    raise SystemExit"),
    ("number-for-function", 4, "times = 4"),
    ("function-for-number", 2, "square = lambda: variant('1.P.2').n ** 2"),
):
    odd(
        _name,
        lambda room, who, n=_number, source=_source: room.solved(who, **{f"p{n}": source}),
        grade=TOTAL - POINTS[f"1.P.{_number}"],
    )
for _name in ("displays", "million-gates", "recursion", "deep-source"):
    CASES[_name].lost = None  # they may be stopped before they end by themselves
for _name in ("initialize", "raw-unitary", "reset-hides-garbage", "classical-control"):
    CASES[_name].partly = True
odd(
    "mutating-function",
    lambda room, who: room.solved(who, p4="p = variant('1.P.4')\ndef times(k):\n    k = k * p.m\n    return k"),
    grade=TOTAL,
)
odd(
    "moody-function",
    lambda room, who: room.solved(
        who,
        p4="""
p = variant('1.P.4')
calls = []
def times(k):
    calls.append(k)
    return k * p.m if len(calls) == 1 else -1
""",
    ),
    grade=TOTAL - 1,
)
