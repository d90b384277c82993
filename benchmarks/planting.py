"""Plants mistakes in random circuits of Qiskit and Cirq.

A circuit is a list of ``(name, qubits, angle)``; Qiskit or Cirq makes it a circuit and says what it does. All matrices
here are big-endian. Used by the mutation bench and by the tests.

`qtrain.checking.planting` plants for authors, in the engine's own form. Nothing of it is used here, on purpose: a bench
that shared the engine's gates and orders would share its faults.
"""

from __future__ import annotations

import math

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


def _with_angles(gates, factor):
    return [(name, qubits, None if angle is None else angle * factor) for name, qubits, angle in gates]


def turned(gates, index):
    """The gates with the qubits of one of them in the other order."""
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
        return gates, turned(gates, place)
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
        word = words[rng.integers(len(words))][: 2 if n > 1 else 1]
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


def plant_units(rng, n):
    """A Cirq circuit in which the exponents are given in radians: (right, wrong) with the angles that it then has."""
    gates = [*random_circuit(rng, n), ("p", (int(rng.integers(n)),), float(rng.uniform(0.2, 3)))]
    powers = rng.random() < 0.5
    kinds = ("p", "cp") if powers else (*TURNS, "cp")
    return gates, [
        (name, qubits, angle * math.pi if angle is not None and name in kinds else angle)
        for name, qubits, angle in gates
    ]


MEASURED = ("classical-bit", "inverted-result", "mid-circuit: missing-gate", "mid-circuit: extra-gate")


def plant_measured(what, rng, n):
    """A circuit that measures, in steps as above and ("measure", (qubit,), bit), and the same with one mistake."""
    gates = random_circuit(rng, n)
    if what.startswith("mid-circuit"):
        place = int(rng.integers(1, len(gates)))
        qubit = int(rng.integers(n))
        gates[place:place] = [("measure", (qubit,), n), ("reset", (qubit,), None)]
    right = [*gates, *(("measure", (qubit,), qubit) for qubit in range(n))]
    places = [index for index, gate in enumerate(right) if gate[0] not in ("measure", "reset")]
    if what == "classical-bit":
        one, other = (int(q) for q in rng.permutation(n)[:2])
        turned = {one: other, other: one}
        return right, [*gates, *(("measure", (qubit,), turned.get(qubit, qubit)) for qubit in range(n))]
    if what == "inverted-result":
        qubit = int(rng.integers(n))
        flip = ("x", (qubit,), None)
        place = right.index(("measure", (qubit,), qubit))
        return right, [*right[:place], flip, right[place], flip, *right[place + 1 :]]
    if what.endswith("missing-gate"):
        place = places[int(rng.integers(len(places)))]
        return right, right[:place] + right[place + 1 :]
    place = int(rng.integers(len(gates) + 1))
    return right, [*right[:place], random_gate(rng, n), *right[place:]]


def measured_qiskit(n, steps):
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(n, n + 1)
    for name, qubits, last in steps:
        if name == "measure":
            circuit.measure(qubits[0], last)
        elif name == "reset":
            circuit.reset(qubits[0])
        else:
            circuit = circuit.compose(qiskit_circuit(n, [(name, qubits, last)]))
    return circuit


def measured_cirq(n, steps):
    import cirq

    line = cirq.LineQubit.range(n)
    circuit = cirq.Circuit()
    for name, qubits, last in steps:
        if name == "measure":
            circuit.append(cirq.measure(line[qubits[0]], key=f"m{last}"), cirq.InsertStrategy.NEW_THEN_INLINE)
        elif name == "reset":
            circuit.append(cirq.reset(line[qubits[0]]))
        else:
            circuit += cirq_circuit(n, [(name, qubits, last)])
    return circuit


MEASURED_BUILDERS = {"qiskit": measured_qiskit, "cirq": measured_cirq}


def results_of(n, steps):
    """What comes out, as Qiskit's own simulation of all branches says: for each result the state left, unnormalised."""
    from qiskit.quantum_info import Operator

    branches = {(): np.eye(2**n, dtype=complex)[None]}
    for name, qubits, last in steps:
        after = {}
        for key, kraus in branches.items():
            if name in ("measure", "reset"):
                for value in (0, 1):
                    project = np.zeros((2, 2))
                    project[0 if name == "reset" else value, value] = 1
                    whole = np.kron(np.kron(np.eye(2 ** qubits[0]), project), np.eye(2 ** (n - 1 - qubits[0])))
                    bits = dict(key)
                    if name == "measure":
                        bits[last] = value
                    place = tuple(sorted(bits.items()))
                    after[place] = np.concatenate([*([after[place]] if place in after else []), whole @ kraus])
            else:
                gate = big_endian(Operator(qiskit_circuit(n, [(name, qubits, last)])).data)
                after[key] = gate @ kraus
        branches = after
    return branches


def same_results(one, other):
    """Whether two circuits, all of whose qubits are measured last, give the same results for every input."""
    size = next(iter(one.values())).shape[1]
    for key in {*one, *other}:
        effects = [
            sum((kraus.conj().T @ kraus for kraus in branches.get(key, ())), np.zeros((size, size)))
            for branches in (one, other)
        ]
        if np.linalg.norm(effects[0] - effects[1]) > 1e-6:
            return False
    return True


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
