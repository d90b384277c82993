"""Children share the server's memory and nothing else: no state leaks, no random numbers repeat, nothing hangs."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from qtrain.kernels import Limits, Session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: elsewhere nothing is forked")
SPOIL = """
import builtins, os, random, sys, warnings
import cirq, numpy, qiskit
import matplotlib.pyplot as plt
numpy.random.seed(1); random.seed(1)
numpy.allclose = lambda *a, **k: True
qiskit.QuantumCircuit.h = lambda *a: None
cirq.H = cirq.X
os.environ["LEAK"] = "yes"
os.chdir("/")
sys.path.insert(0, "/leak")
sys.setrecursionlimit(123_456)
plt.rcParams["figure.dpi"] = 7
plt.figure()
warnings.simplefilter("error")
builtins.leak = 1
import atexit, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("/dev/null")
"""
LOOK = """
import builtins, os, random, signal, sys, warnings
import cirq, numpy, qiskit
import matplotlib.pyplot as plt
print(numpy.allclose(0, 1), len(qiskit.QuantumCircuit(1).h(0)), cirq.H == cirq.X, os.environ.get("LEAK"),
      os.getcwd() == "/", "/leak" in sys.path, sys.getrecursionlimit(), plt.rcParams["figure.dpi"] == 7,
      plt.get_fignums(), warnings.filters[0][0] == "error", hasattr(builtins, "leak"),
      signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)
"""


@pytest.mark.parametrize("confine", [False, True])
def test_a_notebook_that_spoils_everything_leaves_the_next_untouched(tmp_path, confine):
    """Patches, seeds, environment, folder, path, figures, filters and handlers stay in their child."""
    with Session(tmp_path, confine=confine) as session:
        before = session.execute(LOOK).outputs[0]["text"]
    with Session(tmp_path, confine=confine) as session:
        assert session.execute(SPOIL).status == "ok"
        assert session.execute(LOOK.replace("len(qiskit.QuantumCircuit(1).h(0))", "0")).outputs[0]["text"] != before
    with Session(tmp_path, confine=confine) as session:
        assert session.execute(LOOK).outputs[0]["text"] == before


DRAW = """
import random, uuid
import cirq, numpy
q = cirq.LineQubit.range(20)
samples = cirq.Simulator().run(cirq.Circuit(cirq.H.on_each(*q[:10]), cirq.measure(*q[:10], key="m")), repetitions=6)
print(random.random(), numpy.random.random(), samples.measurements["m"].tolist(), uuid.uuid4())
import tempfile
print(tempfile.gettempdir(), tempfile.mktemp())
"""


def test_children_draw_different_random_numbers(tmp_path):
    """Unseeded draws differ from child to child, and so do temporary folders."""
    drawn = set()
    for _ in range(6):
        with Session(tmp_path, confine=False) as session:
            drawn.add(session.execute(DRAW).outputs[0]["text"])
    texts = [text.splitlines() for text in drawn]
    for place in range(2):
        assert len({lines[place].split()[0] for lines in texts}) == 6
    assert len({lines[0].split("[[")[1] for lines in texts}) == 6


PARALLEL = """
import numpy, rustworkx
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import SparsePauliOp
from qiskit.transpiler import generate_preset_pass_manager
c = QuantumCircuit(4, 4)
c.h(0)
for i in range(3): c.cx(i, i + 1)
t = transpile([c] * 3, basis_gates=["rz", "sx", "cx"], coupling_map=[[0, 1], [1, 2], [2, 3]], seed_transpiler=1)
SparsePauliOp(["ZZII", "XXXX", "IIYY"]).to_matrix()
generate_preset_pass_manager(2, basis_gates=["rz", "sx", "cx"])
rustworkx.all_pairs_dijkstra_path_lengths(rustworkx.generators.grid_graph(6, 6), lambda e: 1.0)
a = numpy.ones((300, 300)); a @ a
"""
AER = """
from qiskit_aer import AerSimulator
c.measure(range(4), range(4))
counts = AerSimulator().run(c, shots=50, seed_simulator=1).result().get_counts()
"""


def test_parallel_libraries_run_in_a_hundred_children_without_a_hang(tmp_path):
    """Transpilation, rustworkx, Aer and BLAS start their threads anew in each child."""
    aer = pytest.importorskip("importlib.util").find_spec("qiskit_aer") is not None
    source = PARALLEL + (AER if aer else "counts = {'0000': 50}") + "\nprint(sum(counts.values()))"

    def one(number):
        limits = Limits(wall=120)
        with Session(tmp_path, confine=number % 2 == 0, limits=limits) as session:
            result = session.execute(source, timeout=60)
            return result.status, result.reason, [o.get("text") for o in result.outputs]

    with ThreadPoolExecutor(2) as pool:
        assert set(map(str, pool.map(one, range(100)))) == {str(("ok", "", ["50\n"]))}
