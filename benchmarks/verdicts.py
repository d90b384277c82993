"""How long a verdict takes, side by side with the frameworks' own comparisons, in one run.

    python benchmarks/verdicts.py [--sizes 2 4 6 8 10 12] [--seed 1]

A right answer (another circuit with the same unitary, up to a phase) is accepted by

* `qtrain.checking.compare`, given Qiskit circuits and given Cirq circuits, reading included;
* ``qiskit.quantum_info.Operator(a).equiv(Operator(b))``;
* ``cirq.equal_up_to_global_phase(cirq.unitary(a), cirq.unitary(b))``.

Times are the best of several turns taken in alternation; the ratio is ours against the faster of the other two, in the
framework that is worse for us. Memory is the peak that each comparison adds to a fresh process (Linux). Below: the
time until a wrong answer has its diagnosis.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import time

import numpy as np


def circuits(n: int, seed: int):
    """A circuit on n qubits and another one with the same unitary, in Qiskit and in Cirq."""
    import cirq
    from qiskit import QuantumCircuit

    rng = np.random.default_rng(seed)
    plain, other = [], []
    for _ in range(4):
        for i in range(n):
            turn, kind = float(rng.uniform(-3, 3)), ("rx", "ry", "rz")[int(rng.integers(3))]
            plain.append((kind, (i,), turn))
            # The same turn in two parts, or between two Hadamard gates.
            if kind == "ry":
                other += [("ry", (i,), turn - 0.4), ("ry", (i,), 0.4)]
            else:
                other += [("h", (i,), None), ({"rx": "rz", "rz": "rx"}[kind], (i,), turn), ("h", (i,), None)]
        for i in map(int, rng.permutation(n - 1)):
            plain.append(("cx", (i, i + 1), None))
            other += [("h", (i + 1,), None), ("cz", (i, i + 1), None), ("h", (i + 1,), None)]

    def in_qiskit(steps, phase):
        qc = QuantumCircuit(n, global_phase=phase)
        for name, qubits, angle in steps:
            getattr(qc, name)(*(() if angle is None else (angle,)), *qubits)
        return qc

    def in_cirq(steps):
        q = cirq.LineQubit.range(n)
        named = {"h": cirq.H, "cx": cirq.CNOT, "cz": cirq.CZ}
        return cirq.Circuit(
            (named[name] if angle is None else getattr(cirq, name)(angle))(*(q[i] for i in qubits))
            for name, qubits, angle in steps
        )

    return (in_qiskit(plain, 0.0), in_qiskit(other, 0.5)), (in_cirq(plain), in_cirq(other))


def contestants(n: int, seed: int) -> dict:
    """What is timed: name → a call that accepts the right answer."""
    import cirq
    from qiskit.quantum_info import Operator

    from qtrain.checking import compare

    (qa, qb), (ca, cb) = circuits(n, seed)
    return {
        "qtrain (Qiskit)": lambda: compare(qb, qa).passed,
        "qtrain (Cirq)": lambda: compare(cb, ca).passed,
        "Operator.equiv": lambda: Operator(qa).equiv(Operator(qb)),
        "cirq.unitary": lambda: cirq.equal_up_to_global_phase(cirq.unitary(ca), cirq.unitary(cb)),
    }


def timed(calls: dict, patience: float) -> dict[str, float]:
    """The best time of each call; turns alternate, so that a busy machine is busy for all."""
    best = dict.fromkeys(calls, math.inf)
    spent = dict.fromkeys(calls, 0.0)
    for turn in range(30):
        for name, call in calls.items():
            if turn and spent[name] > patience:
                continue
            started = time.perf_counter()
            if not call():
                raise SystemExit(f"{name} does not accept the right answer")
            taken = time.perf_counter() - started
            best[name] = min(best[name], taken)
            spent[name] += taken
    return best


def memory_mb(field: str) -> float:
    """A line of /proc/self/status in MB: ``VmRSS`` (held now) or ``VmHWM`` (the most since the last reset)."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field)) / 1024


def added_memory(name: str, n: int, seed: int) -> str:
    """The peak that one comparison adds, measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--memory", name, str(n), str(seed)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "–"


def measure_memory(name: str, n: int, seed: int) -> None:
    """Print what `added_memory` reads."""
    contestants(2, seed)[name]()  # what is imported on the way does not count
    call = contestants(n, seed)[name]
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    before = memory_mb("VmRSS")
    call()
    print(f"{memory_mb('VmHWM') - before:.1f}")


def diagnosed(n: int, seed: int) -> tuple[float, float, str]:
    """Median and worst time to diagnose a wrong answer, and which codes were given."""
    from qtrain.checking import compare

    (right, _), _ = circuits(n, seed)
    rng = np.random.default_rng(seed)
    wrong = {"reversed": right.reverse_bits(), "inverse": right.inverse()}
    for k in range(6):
        broken = right.copy()
        place = int(rng.integers(len(broken.data)))
        if k % 2:
            del broken.data[place]
        else:
            broken.data.insert(place, next(step for step in broken.data if step.operation.name == "rx"))
        wrong[f"gate {k}"] = broken
    unexplained = right.copy()
    for i in range(n):
        unexplained.rx(0.1 * (i + 1), i), unexplained.rz(0.2, i)
    wrong["no single mistake"] = unexplained
    times, codes = [], []
    for answer in wrong.values():
        started = time.perf_counter()
        verdict = compare(answer, right)
        times.append(time.perf_counter() - started)
        if verdict.passed:
            continue  # the planted gate happened to do nothing
        codes.append(verdict.diagnosis or "none")
    return float(np.median(times)), max(times), ", ".join(sorted(set(codes)))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2, 4, 6, 8, 10, 12])
    parser.add_argument("--diagnose", type=int, nargs="+", default=[2, 3, 4, 6, 8])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        name, n, seed = options.memory
        measure_memory(name, int(n), int(seed))
        return
    timed(contestants(2, 0), 0.01)  # imports
    print("Accepting a right answer (best time, ms) and the memory that it adds (MB)\n")
    names = list(contestants(2, 0))
    print("| qubits | " + " | ".join(names) + " | ratio | " + " | ".join(f"MB {name}" for name in names) + " |")
    print("|---:" * (2 * len(names) + 2) + "|")
    for n in options.sizes:
        best = timed(contestants(n, options.seed), patience=1.0)
        ours = max(best[name] for name in names[:2])
        theirs = min(best[name] for name in names[2:])
        memory = [added_memory(name, n, options.seed) for name in names]
        cells = [f"{best[name] * 1e3:.2f}" for name in names] + [f"{ours / theirs:.3f}"] + memory
        print(f"| {n} | " + " | ".join(cells) + " |", flush=True)
    print("\nDiagnosing a wrong answer (ms)\n\n| qubits | median | worst | codes given |\n|---:|---:|---:|---|")
    for n in options.diagnose:
        median, worst, codes = diagnosed(n, options.seed)
        print(f"| {n} | {median * 1e3:.1f} | {worst * 1e3:.1f} | {codes} |", flush=True)


if __name__ == "__main__":
    main()
