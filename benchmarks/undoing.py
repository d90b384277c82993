"""Undoes the mistake that a verdict names, by means of the frameworks and without any of the code that diagnoses."""

from __future__ import annotations

import math
from itertools import permutations, product

import numpy as np
from planting import R, big_endian, in_order, matrix_of, results_of, same, same_results, turned


def explains(code, details, framework, n, right, wrong, kind):
    """Whether a named mistake really explains the wrong answer: undone here, by other means."""
    right, wrong = (in_order(framework, n, gates) for gates in (right, wrong))
    if details.get("in") == "expected":
        right, wrong = wrong, right
        code = {"missing-gate": "extra-gate", "extra-gate": "missing-gate"}.get(code, code)
    wanted, whole = (matrix_of(framework, n, gates) for gates in (right, wrong))
    if code is None:
        code = next(what for what in ("steps", "exchanged", "transposed", "changed") if what in details)
    for trial in _UNDO[code](details, n, wrong, whole, right, framework):
        matrix = matrix_of(framework, n, trial["gates"]) if "gates" in trial else trial["matrix"]
        if same(matrix[:, :1], wanted[:, :1]) if kind == "state" else same(matrix, wanted):
            return True
    return False


def explains_measured(verdict, n, right, wrong, framework):
    """Whether what is said of a circuit that measures is so: undone in its steps, it gives the same results."""
    details = verdict.details
    wanted = results_of(n, right)
    if framework == "cirq" and "bits" in details:
        # Bits are numbered in the order in which the program measures, while the steps here know them by their keys.
        keys = [step[2] for step in wrong if step[0] == "measure"]
        details = {
            **details,
            **{name: [keys[bit] for bit in details[name]] for name in ("bits", "places") if name in details},
        }
    trials = []
    if "inverted" in details:
        for bit in details["bits"]:
            steps = []
            for step in wrong:
                flip = [("x", step[1], None)] if step[0] == "measure" and step[2] == bit else []
                steps += [*flip, step, *flip]
            trials.append(steps)
    elif "bits" in details:
        places = dict(zip(details["bits"], details["places"], strict=True))
        trials.append([(*s[:2], places.get(s[2], s[2])) if s[0] == "measure" else s for s in wrong])
    elif "side" in details:
        trials.append(_around(details, n, wrong))
    else:
        # One step taken out, put in, or replaced by one of the right circuit's: the message says which.
        for place in range(len(wrong) + 1):
            trials.append(wrong[:place] + wrong[place + 1 :])
            trials += [[*wrong[:place], step, *wrong[place:]] for step in right]
            trials += [[*wrong[:place], step, *wrong[place + 1 :]] for step in right]
            trials += [turned(wrong, place)] if place < len(wrong) else []
    return any(same_results(results_of(n, trial), wanted) for trial in trials)


def _around(details, n, steps):
    """Qubits in another order, or gates at an end: of the part before the measurements that end the circuit."""
    later = [{qubit for step in steps[index + 1 :] for qubit in step[1]} for index in range(len(steps))]
    last = [step[0] == "measure" and step[1][0] not in later[index] for index, step in enumerate(steps)]
    body = [step for step, ends in zip(steps, last, strict=True) if not ends]
    final = [step for step, ends in zip(steps, last, strict=True) if ends]
    if "undone_by" not in details and _has_order(details):
        places = details.get("places", list(range(n - 1, -1, -1)))
        return [*((name, tuple(places[q] for q in qubits), angle) for name, qubits, angle in body), *final]
    gates = [(name, (qubit,), None) for qubit in details["qubits"] for name in details.get("undone_by", ["x"])]
    twin = {"s": "sdg", "sdg": "s"}
    undone = [(twin.get(name, name), qubits, angle) for name, qubits, angle in reversed(gates)]
    before = {"end": [], "start": gates, "both": undone}[details["side"]]
    return [*before, *body, *([] if details["side"] == "start" else gates), *final]


def _has_order(details):
    """Whether it is about the order of the qubits."""
    return "places" in details or "qubits" not in details


def _gate(name, qubits, n):
    matrices = {
        "x": [[0, 1], [1, 0]], "h": [[R, R], [R, -R]], "s": [[1, 0], [0, 1j]], "sdg": [[1, 0], [0, -1j]],
    }  # fmt: skip
    result = np.eye(1)
    for qubit in range(n):
        result = np.kron(result, matrices[name] if qubit in qubits else np.eye(2))
    return result


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
    changed = gates
    for step in details["steps"]:
        changed = turned(changed, step - 1)
    yield {"gates": changed}


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


def _undo_changed(details, n, gates, whole, right, framework):
    """The step replaced by each gate that the right circuit has."""
    place = details["steps"][0] - 1
    name, qubits, angle = gates[place]
    moved = [(name, others, angle) for others in permutations(range(n), len(qubits))]
    for gate in (*right, *moved):
        yield {"gates": [*gates[:place], gate, *gates[place + 1 :]]}


def _undo_exchanged(details, n, gates, *_):
    one, other = (step - 1 for step in details["exchanged"])
    changed = list(gates)
    changed[one] = (*gates[one][:2], gates[other][2])
    changed[other] = (*gates[other][:2], gates[one][2])
    yield {"gates": changed}


_UNDO = {
    "steps": _undo_changed,
    "exchanged": _undo_exchanged,
    "transposed": lambda details, n, gates, whole, *_: [{"matrix": whole.T}],
    "changed": _undo_missing,
    "gate-units": _undo_angles(math.pi),
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
