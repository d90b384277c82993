"""Plants mistakes in random circuits, and undoes them again, without any of the code that diagnoses them.

A circuit is a list of ``(name, qubits, angle)``; Qiskit or Cirq makes it a circuit and says what it does. All matrices
here are big-endian. Used by the mutation bench and by the tests.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np

SINGLE = ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx")
TURNS = ("rx", "ry", "rz", "p")
DOUBLE = ("cx", "cx", "cz", "swap", "cp")
R = 1 / math.sqrt(2)


# --- circuits of both frameworks -------------------------------------------------------------------------------------


def qiskit_circuit(n, gates):
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import UnitaryGate, ZGate

    circuit = QuantumCircuit(n)
    for name, qubits, angle in gates:
        if name == "mcz":
            circuit.append(ZGate().control(len(qubits) - 1), qubits)
        elif name == "diag":
            matrix = np.diag(angle)
            circuit.append(UnitaryGate(big_endian(matrix)), range(n))
        else:
            getattr(circuit, name)(*([] if angle is None else [angle]), *qubits)
    return circuit


def cirq_circuit(n, gates):
    import cirq

    line = cirq.LineQubit.range(n)
    fixed = {
        "h": cirq.H, "x": cirq.X, "y": cirq.Y, "z": cirq.Z, "s": cirq.S, "sdg": cirq.S**-1, "t": cirq.T,
        "tdg": cirq.T**-1, "sx": cirq.X**0.5, "cx": cirq.CNOT, "cz": cirq.CZ, "swap": cirq.SWAP, "ccx": cirq.CCX,
    }  # fmt: skip
    circuit = cirq.Circuit()
    for name, qubits, angle in gates:
        on = [line[qubit] for qubit in qubits]
        if name == "mcz":
            gate = cirq.Z.controlled(len(on) - 1)
        elif name == "diag":
            gate = cirq.MatrixGate(np.diag(angle))
        elif name in ("rx", "ry", "rz"):
            gate = getattr(cirq, name)(angle)
        elif name == "p":
            gate = cirq.ZPowGate(exponent=angle / math.pi)
        elif name == "cp":
            gate = cirq.CZPowGate(exponent=angle / math.pi)
        else:
            gate = fixed[name]
        circuit.append(gate(*on))
    return circuit


BUILDERS = {"qiskit": qiskit_circuit, "cirq": cirq_circuit}


def big_endian(matrix):
    """A matrix (or a vector) with its qubits in the reverse order."""
    n = matrix.shape[0].bit_length() - 1
    if matrix.ndim == 1:
        return matrix.reshape((2,) * n).transpose().reshape(-1)
    axes = [*range(n - 1, -1, -1), *range(2 * n - 1, n - 1, -1)]
    return matrix.reshape((2,) * (2 * n)).transpose(axes).reshape(matrix.shape)


def matrix_of(framework, n, gates):
    """What the framework itself says that the circuit does."""
    if framework == "qiskit":
        from qiskit.quantum_info import Operator

        return big_endian(Operator(qiskit_circuit(n, gates)).data)
    import cirq

    return cirq_circuit(n, gates).unitary(
        qubit_order=cirq.LineQubit.range(n), qubits_that_should_be_present=cirq.LineQubit.range(n)
    )


def same(a, b, phase="global", atol=1e-6):
    """Whether two arrays are equal, by default up to a phase."""
    if phase == "global":
        overlap = np.vdot(b, a)
        a = a * (np.conj(overlap) / abs(overlap) if abs(overlap) > 1e-12 else 1)
    return bool(np.linalg.norm(a - b) <= atol * math.sqrt(a.size // len(a)))


# --- random circuits and mistakes ------------------------------------------------------------------------------------


def random_gate(rng, n, *, turns=TURNS):
    kind = rng.random()
    if n > 1 and kind < 0.35:
        name = DOUBLE[rng.integers(len(DOUBLE))]
        qubits = tuple(int(q) for q in rng.permutation(n)[:2])
    else:
        names = turns if kind < 0.65 else SINGLE
        name = names[rng.integers(len(names))]
        qubits = (int(rng.integers(n)),)
    return name, qubits, float(rng.uniform(0.2, 3.0)) if name in (*TURNS, "cp") else None


def random_circuit(rng, n, length=None):
    return [random_gate(rng, n) for _ in range(length or int(rng.integers(4, 13)))]


def grover(n, marked, times):
    flips = [("x", (q,), None) for q in range(n) if not marked[q]]
    every = tuple(range(n))
    layer = [("h", (q,), None) for q in every]
    crosses = [("x", (q,), None) for q in every]
    once = [*flips, ("mcz", every, None), *flips, *layer, *crosses, ("mcz", every, None), *crosses, *layer]
    return layer + once * times


def _gate(name, qubits, n):
    matrices = {
        "x": [[0, 1], [1, 0]], "h": [[R, R], [R, -R]], "s": [[1, 0], [0, 1j]], "sdg": [[1, 0], [0, -1j]],
    }  # fmt: skip
    result = np.eye(1)
    for qubit in range(n):
        result = np.kron(result, matrices[name] if qubit in qubits else np.eye(2))
    return result


def _with_angles(gates, factor):
    return [(name, qubits, None if angle is None else angle * factor) for name, qubits, angle in gates]


def _turned(gates, index):
    name, qubits, angle = gates[index]
    return [*gates[:index], (name, qubits[::-1], angle), *gates[index + 1 :]]


def plant(code, rng, n):
    """A right circuit, and the same with one mistake: (right, wrong), or (right, None, change of the arrays)."""
    gates = random_circuit(rng, n)
    some = tuple(int(q) for q in np.flatnonzero(rng.random(n) < 0.5)) or (int(rng.integers(n)),)
    turning = {"half-angle": 0.5, "double-angle": 2.0, "degrees": 180 / math.pi, "angle-sign": -1.0}
    if code in turning:
        gates += [("ry", (int(rng.integers(n)),), float(rng.uniform(0.2, 3)))]
        return gates, _with_angles(gates, turning[code])
    if code == "qubit-order":
        return gates, [(name, tuple(n - 1 - q for q in qubits), angle) for name, qubits, angle in gates]
    if code == "qubit-permutation":
        order = [int(q) for q in rng.permutation(n)]
        return gates, [(name, tuple(order[q] for q in qubits), angle) for name, qubits, angle in gates]
    if code == "control-target":
        if n < 2:
            return None
        place = int(rng.integers(len(gates) + 1))
        gates.insert(place, ("cx", tuple(int(q) for q in rng.permutation(n)[:2]), None))
        return gates, _turned(gates, place)
    if code == "inverse":
        return gates, [_inverse(gate) for gate in reversed(gates)]
    if code == "conjugate":
        return gates, [_conjugate(gate) for gate in gates]
    if code == "gate-order":
        if rng.random() < 0.5:
            return gates, gates[::-1]
        place = int(rng.integers(len(gates) - 1))
        return gates, [*gates[:place], gates[place + 1], gates[place], *gates[place + 2 :]]
    if code == "extra-gate":
        place = int(rng.integers(len(gates) + 1))
        return gates, [*gates[:place], random_gate(rng, n), *gates[place:]]
    if code == "missing-gate":
        place = int(rng.integers(len(gates)))
        return gates, gates[:place] + gates[place + 1 :]
    if code == "bit-flip":
        return gates, gates + [("x", (q,), None) for q in some]
    if code == "wrong-basis":
        words = [("h",), ("s",), ("s", "h"), ("h", "s"), ("sdg",), ("h", "sdg")]
        word = words[rng.integers(len(words))]
        change = [(name, (q,), None) for q in some for name in word]
        return gates, gates + change if rng.random() < 0.7 else change + gates
    if code == "relative-phase":
        phases = np.ones(2**n, dtype=complex)
        phases[rng.integers(2**n)] = np.exp(1j * rng.uniform(0.3, 6.0))
        return gates, [*gates, ("diag", tuple(range(n)), tuple(phases))]
    if code == "iterations":
        if n < 2:
            return None
        times = int(rng.integers(1, 4))
        marked = rng.random(n) < 0.5
        return grover(n, marked, times), grover(n, marked, times + (1 if times == 1 or rng.random() < 0.5 else -1))
    return gates, None


def _inverse(gate):
    name, qubits, angle = gate
    twin = {"s": "sdg", "sdg": "s", "t": "tdg", "tdg": "t"}
    if name == "sx":
        return "rx", qubits, -math.pi / 2
    return twin.get(name, name), qubits, None if angle is None else -angle


def _conjugate(gate):
    name, qubits, angle = gate
    twin = {"s": "sdg", "sdg": "s", "t": "tdg", "tdg": "t"}
    if name == "sx":
        return "rx", qubits, -math.pi / 2
    return twin.get(name, name), qubits, angle if angle is None or name == "ry" else -angle


# --- undoing what a verdict names ------------------------------------------------------------------------------------


def explains(code, details, framework, n, right, wrong, kind):
    """Whether a named mistake really explains the wrong answer: undone here, by other means."""
    right, wrong = (in_order(framework, n, gates) for gates in (right, wrong))
    if details.get("in") == "expected":
        right, wrong = wrong, right
        code = {"missing-gate": "extra-gate", "extra-gate": "missing-gate"}.get(code, code)
    wanted, whole = (matrix_of(framework, n, gates) for gates in (right, wrong))
    for trial in _UNDO[code](details, n, wrong, whole, right, framework):
        matrix = matrix_of(framework, n, trial["gates"]) if "gates" in trial else trial["matrix"]
        if same(matrix[:, :1], wanted[:, :1]) if kind == "state" else same(matrix, wanted):
            return True
    return False


def in_order(framework, n, gates):
    """The gates in the order in which the framework keeps them: Cirq lets them slide to the left."""
    if framework == "qiskit":
        return list(gates)
    moments = [0] * n
    level = {}
    for index, (_, qubits, _) in enumerate(gates):
        level[index] = max(moments[qubit] for qubit in qubits)
        for qubit in qubits:
            moments[qubit] = level[index] + 1
    return [gates[index] for index in sorted(level, key=lambda index: level[index])]


def _undo_order(details, n, gates, whole, *_):
    places = details.get("places", list(range(n - 1, -1, -1)))
    rows = np.zeros(2**n, dtype=int)
    for index, bits in enumerate(product((0, 1), repeat=n)):
        moved = [0] * n
        for qubit, place in enumerate(places):
            moved[place] = bits[qubit]
        rows[int("".join(map(str, moved)), 2)] = index
    side = details["side"]
    left = rows if side in ("all", "end") else slice(None)
    right = rows if side in ("all", "start") else slice(None)
    yield {"matrix": whole[left][:, right]}


def _undo_local(details, n, gates, whole, *_):
    change = np.eye(2**n)
    for name in details.get("undone_by", ["x"]):
        change = _gate(name, details["qubits"], n) @ change
    side = details["side"]
    if side == "both":
        yield {"matrix": change @ whole @ change.conj().T}
    else:
        yield {"matrix": change @ whole if side == "end" else whole @ change}


def _undo_controls(details, n, gates, *_):
    turned = gates
    for step in details["steps"]:
        turned = _turned(turned, step - 1)
    yield {"gates": turned}


_NAMED = {"s": ("p", 0.5), "sdg": ("p", -0.5), "t": ("p", 0.25), "tdg": ("p", -0.25), "sx": ("rx", 0.5),
          "x": ("rx", 1), "y": ("ry", 1), "z": ("p", 1)}  # fmt: skip


def _undo_angles(factor):
    def undo(details, n, gates, *_):
        for scale in (factor, 1 / factor):
            changed = list(gates)
            for step in details.get("steps", []):
                name, qubits, angle = changed[step - 1]
                if angle is None:
                    name, angle = _NAMED[name][0], _NAMED[name][1] * math.pi
                changed[step - 1] = name, qubits, angle * scale
            yield {"gates": changed}

    return undo


def _undo_gate_order(details, n, gates, *_):
    if "moved" in details:
        first, last = (step - 1 for step in details["moved"])
        changed = list(gates)
        changed.insert(last, changed.pop(first))
        yield {"gates": changed}
        return
    if "steps" not in details:
        yield {"gates": gates[::-1]}
        return
    one, other = (step - 1 for step in details["steps"])
    changed = list(gates)
    changed[one], changed[other] = changed[other], changed[one]
    yield {"gates": changed}


def _undo_extra(details, n, gates, *_):
    place = details["position"]
    yield {"gates": gates[:place] + gates[place + 1 :]}


def _undo_missing(details, n, gates, whole, right, framework):
    name, qubits = details["gate"], tuple(details["qubits"])
    place = details["position"] if "position" in details else {"start": 0, "end": len(gates)}[details["side"]]
    before, after = (matrix_of(framework, n, part) for part in (gates[:place], gates[place:]))
    wanted = matrix_of(framework, n, right)
    for column in (slice(None), slice(0, 1)):
        for gate in _gates_like(name, qubits, n, before[:, column], (after.conj().T @ wanted)[:, column]):
            yield {"matrix": after @ gate @ before}


def _gates_like(name, qubits, n, here, there):
    """Matrices of the named gate; where it has angles, those that fit best."""
    import qiskit.circuit.library as library
    from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
    from scipy.optimize import minimize, minimize_scalar

    mapping = get_standard_gate_name_mapping()
    many = {"c" * k + base: (k, base) for k in range(3, n) for base in "xz"}
    if name in many:
        controls, base = many[name]
        yield _embedded(
            library.XGate().control(controls) if base == "x" else library.ZGate().control(controls), qubits, n
        )
        return
    if name == "iswapdg":
        yield _embedded(library.iSwapGate().inverse(), qubits, n)
        return
    gate = mapping.get(name)
    if gate is None and name.startswith("c"):
        gate = mapping[name[1:]].control(1)
    count = len(gate.params)

    def matrix(angles):
        made = type(mapping[name])(*angles) if name in mapping else mapping[name[1:]].base_class(*angles).control(1)
        return _embedded(made, qubits, n)

    def gap(angles):
        return -abs(np.vdot(there, matrix(np.atleast_1d(angles)) @ here))

    if count == 0:
        yield _embedded(gate, qubits, n)
    elif count == 1:
        period = 4 * math.pi
        grid = np.arange(0, period, 0.2)
        best = grid[int(np.argmin([gap(angle) for angle in grid]))]
        found = minimize_scalar(gap, bounds=(best - 0.3, best + 0.3), method="bounded", options={"xatol": 1e-10})
        yield matrix([found.x])
    else:
        for start in ((0.1, 0.2, 0.3), (2.0, 1.0, 4.0), (3.0, 3.0, 0.5)):
            yield matrix(minimize(gap, start, tol=1e-14).x)


def _embedded(gate, qubits, n):
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import Operator

    circuit = QuantumCircuit(n)
    circuit.append(gate, list(qubits))
    return big_endian(Operator(circuit).data)


def _undo_phases(details, n, gates, whole, right, framework):
    wanted = matrix_of(framework, n, right)
    named = [int(bits, 2) for bits in details["states"]]
    for column in (slice(None), slice(0, 1)):
        got = whole
        if details["side"] == "end":
            ratio = np.sum(wanted[:, column] * got[:, column].conj(), axis=1)
        else:
            ratio = np.diag(got.conj().T @ wanted)
        others = [index for index in range(2**n) if index not in named and abs(ratio[index]) > 1e-9]
        common = np.sum(ratio[others]) if others else 1.0
        factors = np.full(2**n, common / abs(common), dtype=complex)
        factors[named] = ratio[named] / np.maximum(abs(ratio[named]), 1e-300)
        yield {"matrix": factors[:, None] * got if details["side"] == "end" else got * factors}


def _undo_iterations(details, n, gates, *_):
    count = len(gates)
    for first in range(count):
        for last in range(first + 1, count + 1):
            if last - first == details["length"]:
                yield {"gates": gates[:first] + gates[last:]}
                yield {"gates": gates[:last] + gates[first:last] + gates[last:]}


_UNDO = {
    "qubit-order": _undo_order,
    "qubit-permutation": _undo_order,
    "control-target": _undo_controls,
    "inverse": lambda details, n, gates, whole, *_: [{"matrix": whole.conj().T}],
    "conjugate": lambda details, n, gates, whole, *_: [{"matrix": whole.conj()}],
    "gate-order": _undo_gate_order,
    "relative-phase": _undo_phases,
    "half-angle": _undo_angles(2.0),
    "double-angle": _undo_angles(0.5),
    "degrees": _undo_angles(math.pi / 180),
    "angle-sign": _undo_angles(-1.0),
    "missing-gate": _undo_missing,
    "extra-gate": _undo_extra,
    "wrong-basis": _undo_local,
    "bit-flip": _undo_local,
    "iterations": _undo_iterations,
}
