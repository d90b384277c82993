"""The mutation bench: is the mistake that was planted the one that is named?

Every code's mistake is planted in random circuits of one to four qubits, in Qiskit, in Cirq, and as bare arrays, for
targets that are gates and for targets that are states. Whether the changed circuit is wrong at all is asked from the
framework itself. A code other than the planted one counts as right if undoing what it names, by means of the framework
and not of qtrain, gives the right answer.

    python benchmarks/diagnosis.py [circuits per code and framework, default 300] [seed]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from functools import partial

import numpy as np
import planting
import undoing

from qtrain.checking import compare

CODES = (
    "qubit-order", "qubit-permutation", "control-target", "inverse", "conjugate", "gate-order", "relative-phase",
    "half-angle", "double-angle", "degrees", "angle-sign", "missing-gate", "extra-gate", "wrong-basis", "bit-flip",
    "iterations",
)  # fmt: skip
ARRAYS = ("global-phase", "not-normalised", "not-unitary")


def circuits(code, framework, rng, count, tally, form="circuit"):
    """Plant one code's mistake in circuits; counts go to `tally`."""
    made = 0
    while made < count:
        n, kind = 1 + made % 4, ("unitary", "state")[made // 4 % 2]
        if code in ("control-target", "iterations", "qubit-order") and n == 1:
            n = 2
        if code == "qubit-permutation" and n < 3:
            n = 3
        right, wrong = planting.plant(code, rng, n)
        wanted, got = (planting.matrix_of(framework, n, gates) for gates in (right, wrong))
        if kind == "state":
            wanted, got = wanted[:, 0], got[:, 0]
        if planting.same(wanted, got, atol=1e-4):
            continue  # the mistake does not show
        made += 1
        build = planting.BUILDERS[framework]
        answer = build(n, wrong) if form == "circuit" else got
        verdict = timed(tally, answer, build(n, right), kind=kind, n=n, framework=framework)
        record(
            tally,
            code,
            verdict,
            partial(undoing.explains, verdict.diagnosis, verdict.details, framework, n, right, wrong, kind),
        )
        accepted_right(tally, framework, n, right, wanted, kind)


def arrays(code, framework, rng, count, tally):
    """Mistakes that only arrays can have, or that need an exact phase."""
    for made in range(count):
        n, kind = 1 + made % 4, ("unitary", "state")[made // 4 % 2]
        if code == "not-normalised":
            kind = "state"
        elif code == "not-unitary":
            kind = "unitary"
        right = planting.random_circuit(rng, n)
        got = planting.matrix_of(framework, n, right)
        got = got[:, 0] if kind == "state" else got
        if code == "global-phase":
            answer, phase = got * np.exp(1j * rng.uniform(0.1, 6.1)), "exact"
        else:
            answer, phase = got * rng.choice([0.5, 1.1, np.sqrt(2), 2]), "global"
            if code == "not-unitary" and made % 2:
                answer = got + rng.normal(0, 0.1, got.shape)
        expected = planting.BUILDERS[framework](n, right)
        verdict = timed(tally, answer, expected, kind=kind, n=n, framework=framework, phase=phase)
        record(tally, code, verdict, lambda: False)


def timed(tally, answer, expected, *, kind, n, framework, phase="global"):
    if framework == "cirq" and not isinstance(expected, np.ndarray):
        from qtrain.circuits import read

        # An idle qubit at the end of a Cirq circuit is no qubit of it, unless an exercise says how many there are.
        expected = read(expected, num_qubits=n)
        answer = answer if isinstance(answer, np.ndarray) else read(answer, num_qubits=n)
    start = time.perf_counter()
    verdict = compare(answer, expected, kind=kind, phase=phase)
    tally["times"].append(time.perf_counter() - start)
    return verdict


def record(tally, code, verdict, really):
    tally["tried"] += 1
    if verdict.passed:
        tally["wrong accepted"] += 1
    elif verdict.diagnosis == code:
        tally["planted"] += 1
        tally["planted, undone"] += code in ("iterations", *ARRAYS) or bool(really())
    elif verdict.diagnosis is None:
        tally["not named"] += 1
    elif really():
        tally["other, exact"] += 1
        tally["others"][verdict.diagnosis] += 1
    else:
        tally["wrong code"] += 1
        tally["others"][f"WRONG {verdict.diagnosis}"] += 1


def accepted_right(tally, framework, n, right, wanted, kind):
    """The right circuit in the other framework, and as an array with another phase, must pass."""
    other = "cirq" if framework == "qiskit" else "qiskit"
    expected = planting.BUILDERS[framework](n, right)
    for answer in (planting.BUILDERS[other](n, right), wanted * np.exp(0.7j)):
        tally["right rejected"] += not timed({"times": []}, answer, expected, kind=kind, n=n, framework="cirq").passed


def main(count=300, seed=1):
    total = Counter(), []
    print(
        f"{'code':<18}{'framework':<10}{'form':<9}{'named':>7}{'planted':>9}{'exact':>7}{'none':>6}{'wrong code':>11}"
        f"{'accepted':>9}{'rejected':>9}{'median':>9}{'95 %':>9}   other codes"
    )
    for code in (*CODES, *ARRAYS):
        for framework, form in (("qiskit", "circuit"), ("cirq", "circuit"), ("cirq", "array")):
            if (code in ARRAYS) != (form == "array") and code in ARRAYS:
                continue
            rng = np.random.default_rng([seed, (*CODES, *ARRAYS).index(code), framework == "cirq", form == "array"])
            tally = Counter()
            tally["times"], tally["others"] = [], Counter()
            if code in ARRAYS:
                arrays(code, framework, rng, count, tally)
            else:
                circuits(code, framework, rng, count, tally, form)
            report(code, framework, form, tally, total)
    summary(*total)
    worst_case(seed)


def report(code, framework, form, tally, total):
    named = tally["planted"] + tally["other, exact"]
    wrong = tally["wrong code"] + tally["planted"] - tally["planted, undone"]
    times = np.array(tally["times"]) * 1e3
    others = ", ".join(f"{name} {number}" for name, number in tally["others"].most_common(4))
    print(
        f"{code:<18}{framework:<10}{form:<9}{100 * named / tally['tried']:>6.1f}%{tally['planted']:>9}"
        f"{tally['other, exact']:>7}{tally['not named']:>6}{wrong:>11}"
        f"{tally['wrong accepted']:>9}{tally['right rejected']:>9}{np.median(times):>7.1f}ms"
        f"{np.percentile(times, 95):>7.1f}ms   {others}",
        flush=True,
    )
    counts, every = total
    every.extend(times)
    for key in ("tried", "planted", "other, exact", "not named", "wrong accepted", "right rejected"):
        counts[form, key] += tally[key]
    counts[form, "wrong code"] += wrong


def summary(counts, times):
    print()
    for form in ("circuit", "array"):
        tried = counts[form, "tried"]
        named = counts[form, "planted"] + counts[form, "other, exact"]
        print(
            f"{form}s: {tried} wrong answers, {100 * named / tried:.2f} % named, "
            f"{counts[form, 'wrong code']} wrong codes, {counts[form, 'wrong accepted']} wrong accepted, "
            f"{counts[form, 'right rejected']} right rejected"
        )
    print(f"verdict: median {np.median(times):.1f} ms, 95 % within {np.percentile(times, 95):.1f} ms")


def worst_case(seed):
    """Two unrelated circuits of 30 gates: every mistake of the list is tried, and none fits."""
    from qtrain.checking import Unitary
    from qtrain.checking.diagnosis import diagnose
    from qtrain.circuits import read

    rng = np.random.default_rng(seed)
    for n in (2, 4, 6, 8):
        times = []
        for _ in range(7):
            right, wrong = (read(planting.qiskit_circuit(n, planting.random_circuit(rng, n, 30))) for _ in range(2))
            target = Unitary(right)
            if target.accepts(wrong):
                continue
            start = time.perf_counter()
            diagnose(wrong, target)
            times.append(time.perf_counter() - start)
        print(f"nothing found among all mistakes, {n} qubits, 30 gates: median {np.median(times) * 1e3:.0f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
