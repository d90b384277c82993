"""The mutation bench: is the mistake that was planted the one that is named?

Every code's mistake is planted in random circuits of one to four qubits, in Qiskit, in Cirq, and as bare arrays, for
targets that are gates and for targets that are states. Whether the changed circuit is wrong at all is asked from the
framework itself. A code other than the planted one counts as right if undoing what it names, by means of the framework
and not of qtrain, gives the right answer.

Besides: exponents given in radians (Cirq), results in exchanged bits or inverted, circuits that measure on their way
with one gate more or less (whether these are wrong is asked from Qiskit's matrices, branch by branch), and mistakes of
convention and factors for targets that tell such stories.

    python benchmarks/diagnosis.py [circuits per code and framework, default 300] [seed] [--sample: 30 circuits]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from functools import partial
from types import SimpleNamespace

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


def units(rng, count, tally):
    """Exponents of Cirq given in radians."""
    made = 0
    while made < count:
        n, kind = 1 + made % 4, ("unitary", "state")[made // 4 % 2]
        right, wrong = planting.plant_units(rng, n)
        wanted, got = (planting.matrix_of("cirq", n, gates) for gates in (right, wrong))
        if planting.same(*((wanted[:, 0], got[:, 0]) if kind == "state" else (wanted, got)), atol=1e-4):
            continue
        made += 1
        build = planting.BUILDERS["cirq"]
        verdict = timed(tally, build(n, wrong), build(n, right), kind=kind, n=n, framework="cirq")
        told = verdict.diagnosis, verdict.details, "cirq", n, right, wrong, kind
        record(tally, "gate-units", verdict, partial(undoing.explains, *told))


_CODES = {"classical-bit": ("qubit-permutation", "qubit-order"), "inverted-result": ("bit-flip",)}


def measured(what, framework, rng, count, tally):
    """Mistakes in circuits that measure; a story counts as exact if it is the one of the planted place."""
    made = 0
    while made < count:
        n = 2 + made % 2
        right, wrong = planting.plant_measured(what, rng, n)
        wanted, got = (planting.results_of(n, steps) for steps in (right, wrong))
        if planting.same_results(wanted, got):
            continue
        made += 1
        build = planting.MEASURED_BUILDERS[framework]
        start = time.perf_counter()
        verdict = compare(build(n, wrong), build(n, right))
        tally["times"].append(time.perf_counter() - start)
        codes = _CODES.get(what, (what.partition(": ")[2],))
        named = verdict.diagnosis if verdict.diagnosis not in codes else what
        if named is None and "changed" in verdict.details:
            named = "changed"
        repaired = partial(undoing.explains_measured, verdict, n, right, wrong, framework)
        record(tally, what, SimpleNamespace(passed=verdict.passed, diagnosis=named, details={}), repaired)
        tally["right rejected"] += not compare(build(n, right), build(n, right)).passed


def conventions(rng, count, tally):
    """The other sign of the Fourier transform, Choi matrices in the other order, the other part of a state."""
    from qtrain.checking import Density, Unitary
    from qtrain.checking.diagnosis import stories

    for made in range(count):
        n = 1 + made % 3
        if made % 2:
            size = 2 ** (n + 1)
            right = np.exp(2j * np.pi * np.outer(range(size), range(size)) / size) / size**0.5
            target, answer = _telling(Unitary(right), stories.fourier_sign()), right.conj()
        else:
            states = [_mixed(rng) for _ in range(2)]
            target, answer = _telling(Density(states[0]), stories.traced_out(Density(states[1]))), states[1]
        start = time.perf_counter()
        verdict = target.judge(answer)
        tally["times"].append(time.perf_counter() - start)
        record(tally, "convention", verdict, lambda: True)
        tally["right rejected"] += made % 2 and not target.judge(right).passed


def factors(rng, count, tally):
    """Numbers off by a factor that the target knows to be a typical one."""
    from qtrain.checking import Number
    from qtrain.checking.diagnosis import stories

    for made in range(count):
        by = (0.5, 2.0, 2**0.5, 8.0)[made % 4]
        value = float(rng.uniform(0.1, 0.9))
        target = _telling(Number(value), stories.factor(by, "A factor is forgotten."), stories.power(2, "A square."))
        start = time.perf_counter()
        verdict = target.judge(value**2 if made % 5 == 0 else value * by)
        tally["times"].append(time.perf_counter() - start)
        record(tally, "factor", verdict, lambda: True)
        tally["right rejected"] += not target.judge(value).passed


def _telling(target, *stories):
    target.stories = lambda answer: stories
    return target


def _mixed(rng):
    made = rng.standard_normal((2, 2)) + 1j * rng.standard_normal((2, 2))
    made = made @ made.conj().T
    return made / np.trace(made)


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
        sure = code in ("iterations", "convention", "factor", *ARRAYS)
        tally["planted, undone"] += sure or bool(really())
    elif verdict.diagnosis is None and not verdict.details:
        tally["not named"] += 1
    elif really():
        tally["other, exact"] += 1
        tally["others"][verdict.diagnosis or "(described)"] += 1
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
    for what in planting.MEASURED:
        for framework in planting.MEASURED_BUILDERS:
            rng = np.random.default_rng([seed, 100 + planting.MEASURED.index(what), framework == "cirq"])
            tally = Counter(times=[], others=Counter())
            measured(what, framework, rng, count, tally)
            report(what[:17], framework, "circuit", tally, total)
    for name, made in (("gate-units", units), ("convention", conventions), ("factor", factors)):
        tally = Counter(times=[], others=Counter())
        made(np.random.default_rng([seed, len(name)]), count, tally)
        report(
            name, "cirq" if name == "gate-units" else "-", "circuit" if name == "gate-units" else "array", tally, total
        )
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
    numbers = [int(word) for word in sys.argv[1:] if word != "--sample"]
    main(*([30] if "--sample" in sys.argv and not numbers else numbers))
