"""More of what submissions try: outputs of other types, memory in many hands, enormous answers, copied courses."""

# Programs within programs: their lines stay whole.
# ruff: noqa: E501

from cases import CASES, FORGE, LEAK, SPY, Case, changed, costs, odd, wrong
from classroom import TOTAL, cell

# --- what was sent is not what it seems -------------------------------------------------------------------------------

OUTPUT = """
import gc
direct = next(o for o in gc.get_objects() if type(o).__name__ == "Direct")
def forge(message, real=direct._channel.send):
    real({"id": direct._current, "output": %s})
    real(message)
direct._channel.send = forge
"""
for _name, _output in {
    "traceback-number": '{"output_type": "error", "ename": "E", "evalue": "v", "traceback": 7}',
    "traceback-table": '{"output_type": "error", "ename": "E", "evalue": "v", "traceback": {"a": [1]}}',
    "traceback-mixed": '{"output_type": "error", "ename": "E", "evalue": "v", "traceback": [1, None, "x", ["y"]]}',
    "data-numbers": '{"output_type": "display_data", "data": {"text/plain": 7, "image/png": [1]}, "metadata": {}}',
    "data-nested": '{"output_type": "display_data", "data": {"text/html": [["x"], 3], "image/png": {}}, "metadata": {}}',
    "result-odd": '{"output_type": "execute_result", "data": {"text/plain": None}, "metadata": {}, "execution_count": {}}',
    "stream-list": '{"output_type": "stream", "name": "stdout", "text": ["a", 1]}',
    "no-type": '{"data": 1}',
    "type-of-a-list": '{"output_type": ["stream"], "name": "stdout", "text": "x"}',
    "nothing": "None",
    "surrogates": '{"output_type": "stream", "name": "stdout", "text": chr(0xD800) * 50}',
}.items():
    wrong(f"output-{_name}", OUTPUT % _output, lost=None)
for _name, _reply in {
    "list": "[1, 2]",
    "text": "'right'",
    "failed-odd": '{"failed": "yes", "code": 3, "message": []}',
    "code-odd": '{"failed": True, "code": {"right": 1}, "message": 7}',
    "outputs-table": '{"outputs": {"0": 1}}',
    "outputs-odd": '{"outputs": [1, None, "x", []]}',
    "outputs-deep": '{"outputs": [{"outputs": [{"outputs": [{"answer": True}]}]}]}',
    "verdicts": '{"1.P.1": {"verdict": {"score": 1.0, "status": "right", "passed": True}}}',
    "missing-and-right": '{"missing": False, "failed": False, "answer": {"is": "int", "value": "right"}}',
    "number-of-itself": '{"answer": {"is": "float", "value": "nan"}}',
}.items():
    wrong(f"reply-{_name}", FORGE % _reply, lost=None)
wrong(
    "reply-cut",
    FORGE.replace("real(message)\n    real(message)", "direct._channel.sock.sendall(b'\\x00\\x00\\xff\\xff{')") % "1",
    lost=None,
)
wrong(
    "closed-channel",
    "import gc\nnext(o for o in gc.get_objects() if type(o).__name__ == 'Direct')._channel.sock.close()",
    lost=None,
)
wrong(
    "all-descriptors-closed",
    "import os\nfor fd in range(3, 300):\n    try:\n        os.close(fd)\n    except OSError:\n        pass",
    lost=None,
)

# --- reading: the course wherever it may lie --------------------------------------------------------------------------

wrong(
    "read-copies",
    SPY.format(words=["EXERCISES = [", "### BEGIN SOLUTION"])
    + """
import os, pathlib, sys, importlib.metadata
for folder, folders, files in os.walk("/"):
    if folder.startswith(("/proc", "/dev", "/scratch")):
        folders[:] = []
    for name in files:
        if "problem_set" in name or "_course" in folder or "/exercises/" in folder and "qtrain" in folder:
            found.append(os.path.join(folder, name))
        if "qtrain" in name and name.endswith((".whl", ".zip", ".pth", ".egg", ".gz")):
            found.append(os.path.join(folder, name))
for place in map(pathlib.Path, sys.path):
    if (place / "qtrain" / "_course").exists() or (place / "exercises").exists():
        found.append(str(place))
"""
    + LEAK,
)
wrong(
    "read-through-links",
    SPY.format(words=["BEGIN SOLUTION", "p.n**2", "release-manifest"])
    + """
import os
for path in ("/proc/1/root", "/proc/self/root/work", "/proc/self/root/root", "/.old", "/proc/1/cwd", "/var", "/srv", "/opt",
             "/home", "/mnt", "/root/.cache", "/etc/shadow", "/run"):
    try:
        look(str(os.listdir(path)) if os.path.isdir(path) else open(path).read())
    except OSError:
        pass
for number in range(3, 60):
    try:
        look(os.readlink(f"/proc/self/fd/{number}"))
    except OSError:
        pass
"""
    + LEAK,
)

# --- what a limit forgets ---------------------------------------------------------------------------------------------

for _name, _source in {
    "shared-by-children": "import mmap, os, time\nfor n in range(20):\n    if os.fork() == 0:\n"
    "        kept = mmap.mmap(-1, 300 * 2**20)\n        for at in range(0, 300 * 2**20, 4096):\n            kept[at] = 1\n"
    "        time.sleep(600)\ntime.sleep(600)",
    "many-small": "import os, time\nfor n in range(40):\n    if os.fork() == 0:\n        kept = b'x' * (200 * 2**20)\n"
    "        time.sleep(600)\ntime.sleep(600)",
    "fork-bomb-slow": "import os, time\nwhile True:\n    try:\n        if os.fork() == 0:\n            time.sleep(600)\n"
    "    except OSError:\n        time.sleep(0.01)",
}.items():
    costs(_name, "1.P.2", _source)
for _name, _source in {
    "shared-memory": "import mmap\nkept = mmap.mmap(-1, 3 * 2**30)\nfor at in range(0, 3 * 2**30, 4096):\n    kept[at] = 1",
    "zombies": "import os\nfor n in range(40):\n    if os.fork() == 0:\n        os._exit(0)",
    "socket-buffers": "import socket\nkept = []\ntry:\n    for n in range(5000):\n        a, b = socket.socketpair()\n"
    "        a.setblocking(False)\n        kept.append((a, b))\n        for k in range(1000):\n            a.send(b'x' * 65536)\n"
    "except OSError:\n    pass\nkept.clear()",
    "descriptors": "import os\nkept = []\ntry:\n    while True:\n        kept.append(os.open('/dev/null', os.O_RDONLY))\n"
    "except OSError:\n    pass\nfor fd in kept:\n    os.close(fd)",
    "clocks": "import time\ntime.time = time.monotonic = time.perf_counter = lambda: 0.0",
    "alarm": "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nsignal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)",
}.items():
    odd(_name, lambda room, who, source=_source: room.solved(who, setup=source), grade=TOTAL)

# --- answers that take for ever to judge ------------------------------------------------------------------------------

MANY = """
from qiskit import QuantumCircuit
import random
rng = random.Random(1)
cat = QuantumCircuit({qubits})
for n in range({gates}):
    cat.{gate}
"""
for _name, _more in {
    "gates-50000": {"qubits": 3, "gates": 50_000, "gate": "rx(rng.random(), rng.randrange(3))"},
    "gates-300000": {"qubits": 3, "gates": 300_000, "gate": "t(n % 3)"},
    "wide-and-deep": {
        "qubits": 22,
        "gates": 3_000,
        "gate": "cx(*rng.sample(range(22), 2)) if n % 2 else cat.t(n % 22)",
    },
    "controls": {"qubits": 24, "gates": 60, "gate": "mcx(rng.sample(range(23), 20), 23)"},
}.items():
    _source = MANY.format(**_more)
    CASES[_name] = Case(
        lambda room, who, source=_source: room.solved(who, p1=source), TOTAL - 1, lost=None, partly=False
    )
for _name, _answer in {
    "sparse-giant": "import scipy.sparse\nsquare = scipy.sparse.eye(10**6)",
    "table-giant": "square = {n: n for n in range(10**6)}",
    "text-giant": "square = '4' * 50_000_000",
    "number-giant": "square = 10**1_000_000",
    "generator": "square = (n for n in range(3))",
    "not-a-number": "square = float('nan')",
    "infinite": "square = float('inf')",
    "objects": "import numpy as np\nsquare = np.array([object()])",
    "of-itself": "square = []\nsquare.append(square)",
    "array-of-arrays": "import numpy as np\nsquare = np.zeros((0, 10**9))",
    "subclass": "import numpy as np\nclass A(np.ndarray):\n    __array_ufunc__ = None\nsquare = np.array(4.0).view(A)",
    "fraction": "from fractions import Fraction\nclass F(Fraction):\n    def __eq__(self, other):\n        return True\nsquare = F(1, 3)",
}.items():
    odd(f"answer-{_name}", lambda room, who, source=_answer: room.solved(who, p2=source), grade=TOTAL - 2)

# --- the file ---------------------------------------------------------------------------------------------------------

_OTHERS = "this_copy({'1.P.1': {'numbers': {'bits': '111'}}, '1.P.2': {'numbers': {'n': 2}}, '1.P.3': {'numbers': {'right': 'a'}}})"
for _name, _change in {
    "numbers-changed": lambda nb: cell(nb, "this-copy").update(source=f"from qtrain import this_copy\n{_OTHERS}"),
    "numbers-gone": lambda nb: nb["cells"].remove(cell(nb, "this-copy")),
    "numbers-broken": lambda nb: cell(nb, "this-copy").update(source="this_copy(None)"),
    "numbers-judged": lambda nb: cell(nb, "this-copy").update(
        source="from qtrain import this_copy\nthis_copy({}, judged=False)"
    ),
}.items():
    odd(f"copy-{_name}", changed(_change), grade=TOTAL)
for _name, _value in {"list": [1], "number": 3, "text": "x", "nothing": None}.items():
    odd(
        f"cell-metadata-{_name}",
        changed(lambda nb, v=_value: [c.update(metadata=v) for c in nb["cells"]] and None),
        grade=TOTAL,
    )
    odd(
        f"cell-nbgrader-{_name}",
        changed(
            lambda nb, v=_value: [c["metadata"].update(nbgrader=v, tags=v, qtrain=v) for c in nb["cells"]] and None
        ),
        grade=TOTAL,
    )
odd(
    "cell-sources-odd",
    changed(lambda nb: nb["cells"].append({"cell_type": "code", "source": [1, {"a": 2}], "id": 5})),
    grade=TOTAL,
)
odd("cells-are-tables", changed(lambda nb: nb.update(cells=dict(enumerate(nb["cells"])))), says="no list of cells")
odd("kernel-is-a-list", changed(lambda nb: nb["metadata"].update(kernelspec=["python3"])), grade=TOTAL)
odd(
    "release-is-deep",
    changed(lambda nb: nb["metadata"].update(qtrain={"release": {"id": {"id": [{}]}}, "id": 7})),
    grade=TOTAL,
)
