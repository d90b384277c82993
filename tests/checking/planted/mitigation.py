"""Module 5: estimates and estimators, mitigators, quasi-probabilities."""

from __future__ import annotations

import math

import cirq
import numpy as np
from qiskit import QuantumCircuit
from qiskit.quantum_info import Pauli

from qtrain.checking import Estimate, Estimator, Mitigator, QuasiProbabilities

from .case import cases
from .communication import circuit

ESTIMATE = (
    cases(
        "Estimate",
        lambda: Estimate(0.3, ideal=0.0145, within=0.02),
        [
            ("pair", (0.31, 0.0145)),
            ("list", [0.29, 0.015]),
            ("array", np.array([0.285, 0.0146])),
            ("dict", {"value": 0.3, "error": 0.0144}),
            ("text", "0.312 ± 0.014"),
            ("plus minus", "0.312 +/- 0.014"),
            ("brackets", "0.312(14)"),
            ("four error bars off", (0.3 + 4 * 0.0145, 0.0145)),
            ("half", (0.3, 0.00725), "factor", "half"),
            ("√2 too small", (0.3, 0.0145 / 2**0.5), "factor", "1/√2"),
            ("total for mean", (0.3, 0.0145 / 4), None, "smaller than these shots allow"),
            ("too few shots", (0.3, 0.04), "sampling", "more shots"),
            ("six error bars off", (0.3 + 6 * 0.0145, 0.0145), None, "chance does not explain"),
            ("no error", 0.3, "wrong-type", "(value, error)"),
            ("zero error", (0.3, 0.0), None, "positive"),
            ("negative error", (0.3, -0.0145), None, "positive"),
            ("NaN", (0.3, float("nan")), "wrong-type", "nan"),
            ("three numbers", (0.3, 0.01, 5), "wrong-size", "3 came"),
            ("words", "about a third", "wrong-type", "value with its error"),
            ("complex", (0.3 + 1j, 0.01), "wrong-type", "imaginary"),
        ],
    )
    + cases(
        "Estimate",
        lambda: Estimate(0.3, ideal=0.0145),
        [("twice", (0.3, 0.029), "factor", "twice"), ("too wide", (0.3, 0.1), None, "wider")],
    )
    + cases(
        "Estimate",
        lambda: Estimate(0.3, spread=0.46, within=0.02),
        [
            ("1000 shots", (0.31, 0.0145, 1000)),
            ("4000 shots", [0.295, 0.0073, 4000]),
            ("text and shots", ("0.31 ± 0.015", 1000)),
            ("dict with shots", {"value": 0.31, "error": 0.0146, "shots": 1000}),
            ("array with shots", np.array([0.31, 0.0145, 1000])),
            ("no shots", (0.31, 0.0145), "wrong-type", "(value, error, shots)"),
            ("dict without shots", {"value": 0.31, "error": 0.0145}, "wrong-type", '"shots"'),
            ("half a shot", (0.31, 0.0145, 1000.5), "wrong-type", "whole number"),
            ("no shot", (0.31, 0.0145, 0), "wrong-type", "whole number"),
            ("infinitely many", (0.31, 0.0145, math.inf), "wrong-type", "inf"),
            ("100 shots", (0.31, 0.046, 100), "sampling", "more shots"),
            ("one shot's spread", (0.31, 0.46, 1000), "factor", "single shots scatter"),
            ("variance", (0.31, 0.46**2 / 1000, 1000), "factor", "variance"),
            ("divided by the shots", (0.31, 0.46 / 1000, 1000), "factor", "square root of the shots"),
            ("half with shots", (0.31, 0.00725, 1000), "factor", "half"),
            ("six bars off", (0.3 + 6 * 0.0145, 0.0145, 1000), None, "chance does not explain"),
        ],
    )
)

SHOTS = 1000


def draw_shots(random):
    p, rng = random.uniform(0.2, 0.8), np.random.default_rng(random.getrandbits(32))
    return (int(rng.binomial(SHOTS, p)), SHOTS), p, math.sqrt(p * (1 - p) / SHOTS)


def draw_fit(random):
    """Three points of an exponential decay, each with normal noise."""
    rate, rng = random.uniform(0.01, 0.03), np.random.default_rng(random.getrandbits(32))
    lengths = [1, 10, 20, 40, 80]
    data = [float(math.exp(-rate * m) + 0.004 * rng.normal()) for m in lengths]
    slopes = [-m * math.exp(-rate * m) for m in lengths]
    return (lengths, data, 0.004), rate, 0.004 / math.sqrt(sum(s * s for s in slopes))


def share(hits, shots):
    p = hits / shots
    return p, math.sqrt(p * (1 - p) / shots)


def scaled(factor):
    return lambda hits, shots: (hits / shots, factor * share(hits, shots)[1])


def half_of_it(hits, shots):
    rng = np.random.default_rng(hits)
    kept = int(rng.hypergeometric(hits, shots - hits, shots // 2))
    return share(kept, shots // 2)


def fit(lengths, data, noise):
    m, y = np.array(lengths, float), np.array(data)
    rate = 0.02
    for _ in range(20):
        model, slope = np.exp(-rate * m), -m * np.exp(-rate * m)
        rate += float(slope @ (y - model) / (slope @ slope))
    return {"value": rate, "error": noise / float(np.sqrt(slope @ slope))}


def unweighted(lengths, data, noise):
    """A straight line through the logarithms: every point counts alike, and the error bar does not know it."""
    error = fit(lengths, data, noise)["error"]
    m, y = np.array(lengths, float), np.log(np.maximum(data, 1e-3))
    return float(-(m @ y) / (m @ m)), error


ESTIMATOR = cases(
    "Estimator",
    lambda: Estimator(draw_shots),
    [
        ("share", share),
        ("dict", lambda hits, shots: dict(zip(("value", "error"), share(hits, shots), strict=True))),
        ("NumPy", lambda hits, shots: np.array(share(hits, shots))),
        ("one added to each", lambda h, n: share(h + 1, n + 2)),
        ("n − 1", lambda h, n: (h / n, math.sqrt(h / n * (1 - h / n) / (n - 1)))),
        ("half the error", scaled(0.5), "factor", "half"),
        ("√2 too small", scaled(2**-0.5), "factor", "1/√2"),
        ("twice the error", scaled(2), "factor", "twice"),
        ("error of one shot", scaled(SHOTS**0.5), None, "too wide"),
        ("shifted", lambda h, n: (h / n + 0.02, share(h, n)[1]), None, "one direction"),
        ("half the data", half_of_it, None, "as wide as the data allow"),
        ("no error", lambda h, n: h / n, "wrong-type", "value with its error"),
        ("zero", lambda h, n: (h / n, 0), None, "not positive"),
        ("infinite", lambda h, n: (h / n, float("inf")), "wrong-type", "inf"),
        ("raises", lambda h, n: h / 0, "unreadable", "ZeroDivisionError"),
        ("a number", 0.3, "wrong-type", "function"),
    ],
) + cases(
    "Estimator",
    lambda: Estimator(draw_fit),
    [
        ("least squares", fit),
        ("logarithms", unweighted, None, "1.5 times as far from the truth as these data allow"),
        ("rate per ten", lambda m, y, s: tuple(10 * v for v in fit(m, y, s).values()), None, ""),
    ],
)


def draw_device(random):
    truth, decay = random.choice((-1, 1)) * random.uniform(0.5, 1), random.uniform(0.82, 0.95)
    rng = np.random.default_rng(random.getrandbits(32))
    noisy = {scale: float(truth * decay**scale + 0.004 * rng.normal()) for scale in (1, 3, 5)}
    return (noisy,), truth, truth * decay


def linear(noisy):
    return 1.5 * noisy[1] - 0.5 * noisy[3]


def richardson(noisy):
    return 15 / 8 * noisy[1] - 10 / 8 * noisy[3] + 3 / 8 * noisy[5]


def exponential(noisy):
    return (abs(noisy[1]) ** 1.5 / abs(noisy[3]) ** 0.5 * np.sign(noisy[1]), 0.01)


MITIGATOR = cases(
    "Mitigator",
    lambda: Mitigator(draw_device, removes=0.7, variance=0.012**2),
    [
        ("linear", linear),
        ("Richardson", richardson),
        ("exponential with its error", exponential),
        ("nothing", lambda noisy: noisy[1], None, "leaves the values as they are"),
        ("the wrong direction", lambda noisy: 0.5 * noisy[1] + 0.5 * noisy[3], "inverse", "removes −"),
        ("mean", lambda noisy: sum(noisy.values()) / 3, "inverse", "removes −"),
        ("a third of it", lambda noisy: noisy[1] + (linear(noisy) - noisy[1]) / 3, None, "at least 70 %"),
        ("mirrored", lambda noisy: 2 * noisy[1] - richardson(noisy), "inverse", "wrong direction"),
        ("far too noisy", lambda noisy: richardson(noisy) + 0.05 * math.sin(1e6 * noisy[5]), None, "scatter"),
        ("text", lambda noisy: "0.9", "wrong-type", "number"),
        ("NaN", lambda noisy: float("nan"), "wrong-type", "nan"),
        ("raises", lambda noisy: noisy[2], "unreadable", "KeyError"),
        ("changes its data", lambda noisy: noisy.pop(1), None, "changes what it is given"),
    ],
)

P = 0.08
NOISE = list(cirq.kraus(cirq.depolarize(0.75 * P)))
OTHER = list(cirq.kraus(cirq.depolarize(P)))


def weights(p=P):
    """(1 + p/2)/(1 − p) in all: the weights that undo (1 − p)ρ + pI/2."""
    q = -p / (4 * (1 - p))
    return {"I": 1 - 3 * q, "X": q, "Y": q, "Z": q}


GAMMA = (1 + P / 2) / (1 - P)


def pec():
    return QuasiProbabilities(NOISE, gamma=GAMMA, also={"Cirq's p, the chance of any Pauli error": OTHER})


QUASI = cases(
    "QuasiProbabilities",
    pec,
    [
        ("dict", weights()),
        ("pairs", [(q, word) for word, q in weights().items()]),
        ("circuits", [(q, circuit(1, *([(word.lower(), 0)] if word != "I" else []))) for word, q in weights().items()]),
        ("matrices", [(q, cirq.unitary(getattr(cirq, word))) for word, q in weights().items()]),
        ("X twice", [*((q, w) for w, q in weights().items() if w != "X"), *[(weights()["X"] / 2, "X")] * 2]),
        ("letter first", list(weights().items())),
        ("Qiskit's Paulis", [(q, Pauli(word)) for word, q in weights().items()]),
        ("Paulis as keys", {Pauli(word): q for word, q in weights().items()}, "wrong-type", "such as 'Z', as text"),
        ("Cirq's words", [(q, cirq.DensePauliString(word)) for word, q in weights().items()]),
        ("for Cirq's p", weights(4 / 3 * P), "convention", "Cirq's p"),
        ("probabilities with signs", {w: q / GAMMA for w, q in weights().items()}, "factor", "|q|/γ"),
        ("signs lost", {w: abs(q) for w, q in weights().items()}, None, "minus sign"),
        ("the noise itself", {"I": 1 - 0.75 * P, "X": P / 4, "Y": P / 4, "Z": P / 4}, "inverse", "noise itself"),
        ("only the identity", {"I": 1.0}, None, "left of the noise"),
        ("wrong sum", {"I": 1.1, "X": -0.02}, None, "add up to 1.08"),
        ("too dear", [*((q, w) for w, q in weights().items()), (0.5, "Z"), (-0.5, "Z")], None, "cost of γ"),
        ("no Pauli", {"A": 1.0}, "wrong-type", "no Pauli string"),
        ("two qubits", [(1.0, QuantumCircuit(2))], "wrong-size", ""),
        ("NaN", {"I": float("nan")}, "wrong-type", "nan"),
        ("a number", 1.1, "wrong-type", "weights of operations"),
    ],
)  # fmt: skip

CASES = [*ESTIMATE, *ESTIMATOR, *MITIGATOR, *QUASI]
