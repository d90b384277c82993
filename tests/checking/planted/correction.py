"""Module 6: stabilizer groups, logical operators, codes, corrections, Stim programs, decoders."""

from __future__ import annotations

from functools import lru_cache

import cirq
import numpy as np
import stim
from qiskit.quantum_info import Pauli, PauliList, SparsePauliOp

from qtrain.checking import Code, Correction, Decoder, Logicals, StabilizerGroup, StimProgram

from .case import cases

FIVE = ["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"]
GRAPH = ["XZI", "ZXZ", "-IZX"]
STEANE_H = [[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0, 1]]

STEANE_COLUMNS = [[1, 1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 0, 0], [1, 0, 0, 1, 0, 1, 0]]


def bits(words):
    return np.array([[c in "XY" for c in w] + [c in "YZ" for c in w] for w in words]).astype(int)


def reversed_words(words):
    return [word[::-1] for word in words]


GROUP = cases(
    "StabilizerGroup",
    lambda: StabilizerGroup(FIVE),
    [
        ("words", FIVE),
        ("one text", "XZZXI IXZZX, XIXZZ\nZXIXZ"),
        ("other generators", ["XZZXI", "IXZZX", "XIXZZ", "ZZXIX"]),
        ("bit matrix", bits(FIVE)),
        ("nested lists", bits(FIVE).tolist()),
        ("array of words", np.array(FIVE)),
        ("array of objects", np.array(FIVE, dtype=object)),
        ("array of letters", np.array([list(word) for word in FIVE])),
        ("array of words, one of them none", np.array([*FIVE[:3], "XZZXA"]), "wrong-type", "no Pauli string"),
        ("Stim", [stim.PauliString(word) for word in FIVE]),
        ("Stim's letters", [str(stim.PauliString(word)) for word in FIVE]),
        ("Qiskit PauliList", PauliList(reversed_words(FIVE))),
        ("Qiskit Pauli", [Pauli(word[::-1]) for word in FIVE]),
        ("Qiskit terms", SparsePauliOp(reversed_words(FIVE))),
        ("Cirq", [cirq.DensePauliString(word) for word in FIVE]),
        ("one more, dependent", [*FIVE, "ZZXIX"]),
        ("dicts", [{i: c for i, c in enumerate(word) if c != "I"} for word in FIVE]),
        ("anticommuting", ["XZZXI", "IXZZX", "XIXZZ", "ZIIII"], None, "anticommute"),
        ("too few, one with the wrong sign", ["XZZXI", "-IXZZX"], None, "-IXZZX has the wrong sign"),
        ("a complex factor", SparsePauliOp(reversed_words(FIVE), [1j, 1, 1, 1]), "wrong-type", "a complex factor"),
        ("dependent", ["XZZXI", "IXZZX", "XIXZZ", "XYIYX"], None, "not independent"),
        ("three only", FIVE[:3], None, "of independent ones 3 came, and 4"),
        ("twice the same", [*FIVE[:3], "XZZXI"], None, "not independent"),
        ("X and Z exchanged", [w.translate(str.maketrans("XZ", "ZX")) for w in FIVE], "wrong-basis", "exchanged"),
        ("four letters", ["XZZX"], "wrong-size", "4 letters, but there are 5 qubits"),
        ("one letter", "Z", "wrong-size", "1 letter, but there are 5 qubits"),
        ("no Pauli", ["XZZXA"], "wrong-type", "no Pauli string"),
        ("a number", 5, "wrong-type", "Pauli strings"),
        ("bits of another size", np.eye(4, dtype=int), "wrong-size", "10 columns"),
        ("twos", 2 * bits(FIVE), "wrong-type", "only 0 and 1"),
        ("NaN", bits(FIVE) * np.nan, "wrong-type", "only 0 and 1"),
        ("a factor", SparsePauliOp(reversed_words(FIVE), [0.5, 1, 1, 1]), "wrong-type", "factor"),
    ],
) + cases(
    "StabilizerGroup",
    lambda: StabilizerGroup(GRAPH),
    [
        ("a product with its sign", ["XZI", "YYZ", "-IZX"]),
        ("wrong sign", ["XZI", "ZXZ", "IZX"], "relative-phase", "IZX has the wrong sign"),
        ("sign of a product", ["XZI", "-YYZ", "-IZX"], "relative-phase", "wrong sign"),
        ("outside", ["XZI", "ZXZ", "XZX"], None, "anticommute"),
    ],
) + cases(
    "StabilizerGroup",
    lambda: StabilizerGroup(["ZZII", "IZZI", "XXXY"]),
    [("read from the other end", ["IIZZ", "IZZI", "YXXX"], "qubit-order", "other end")],
)  # fmt: skip

LOGICAL = cases(
    "Logicals",
    lambda: Logicals(FIVE),
    [
        ("transversal", ("XXXXX", "ZZZZZ")),
        ("with a sign", {"X": "-XXXXX", "Z": "ZZZZZ"}),
        ("times a stabilizer", {"X": ["IYYIX"], "Z": [stim.PauliString("ZZZZZ")]}),
        ("another basis", ("ZZZZZ", "XXXXX")),
        ("bits", (bits(["XXXXX"]), bits(["ZZZZZ"]))),
        ("an array", np.array(["XXXXX", "ZZZZZ"])),
        ("an array of one", np.array(["XXXXX"]), "wrong-type", "as a pair: X̄, then Z̄."),
        ("a stabilizer", ("XZZXI", "ZZZZZ"), None, "is a stabilizer"),
        ("outside", ("XIIII", "ZZZZZ"), None, "anticommutes with the stabilizer"),
        ("commuting", ("XXXXX", "XXXXX"), None, "have to anticommute"),
        ("two of them", (["XXXXX", "ZZZZZ"], ["ZZZZZ"]), "wrong-size", "1 of each is asked for"),
        ("one only", "XXXXX", "wrong-type", "pair"),
        ("other keys", {"A": "XXXXX", "B": "ZZZZZ"}, "wrong-type", '"X"'),
        ("too short", ("XX", "ZZ"), "wrong-size", "5 qubits"),
    ],
) + cases(
    "Logicals",
    lambda: Logicals(["XXXX", "ZZZZ"], expected=(["XXII", "XIXI"], ["ZIZI", "ZZII"])),
    [
        ("as expected", (["XXII", "XIXI"], ["ZIZI", "ZZII"])),
        ("times stabilizers", (["IIXX", "XIXI"], ["IZIZ", "-ZZII"])),
        ("X and Z exchanged", (["ZIZI", "ZZII"], ["XXII", "XIXI"]), "wrong-basis", "exchanged"),
        ("mixed up", (["XXII", "XIXI"], ["ZZII", "ZIZI"]), None, "have to"),
        ("an array", np.array([["XXII", "XIXI"], ["ZIZI", "ZZII"]])),
        ("one only", ["XXII"], "wrong-type", "all X̄, then all Z̄"),
        ("another choice", (["XIXI", "XXII"], ["ZZII", "ZIZI"]), None, "another one than asked for"),
    ],
)


def steane(matrix=None):
    matrix = STEANE_H if matrix is None else matrix
    return {"X": matrix, "Z": matrix}


def rotated(d):
    """The stabilizers of the rotated surface code, as Stim's generator has them."""
    made = []
    for i in range(-1, d):
        for j in range(-1, d):
            corners = [(a, b) for a in (i, i + 1) for b in (j, j + 1) if 0 <= a < d and 0 <= b < d]
            kind = "X" if (i + j) % 2 else "Z"
            edge = i in (-1, d - 1), j in (-1, d - 1)
            if len(corners) == 4 or (len(corners) == 2 and ((kind == "X" and edge[0]) or (kind == "Z" and edge[1]))):
                word = ["I"] * d * d
                for a, b in corners:
                    word[a * d + b] = kind
                made.append("".join(word))
    return made


CODES = [
    *cases(
        "Code",
        lambda: Code(5, 1, 3),
        [
            ("five qubits", FIVE),
            ("turned", [word[1:] + word[0] for word in FIVE]),
            ("with signs", ["-" + FIVE[0], *FIVE[1:]]),
            ("dependent generator", [*FIVE[:3], FIVE[0]], None, "k = 2"),
            ("distance 1", ["ZZIII", "IZZII", "IIZZI", "IIIZZ"], None, "distance of your code is 1"),
            ("anticommuting", [*FIVE[:3], "ZIIII"], None, "anticommute"),
            ("contradiction", [*FIVE, "-ZZXIX"], "relative-phase", "opposite sign"),
            ("no codeword left", [*FIVE, "XXXXX"], None, "k = 0"),
        ],
    ),
    *cases(
        "Code",
        lambda: Code(7, 1, 3, css=True),
        [
            ("Steane", steane()),
            ("as words", ["IIIXXXX", "IXXIIXX", "XIXIXIX", "IIIZZZZ", "IZZIIZZ", "ZIZIZIZ"]),
            ("a column repeated", steane([[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0, 0]]), None,
             "anticommute"),
            ("dual for code", {"X": STEANE_H, "Z": STEANE_COLUMNS},
             None, "anticommute"),
            ("not CSS", [*(word + "II" for word in FIVE), "IIIIIZI", "IIIIIIZ"], "rule", "CSS"),
        ],
    ),
    *cases(
        "Code",
        lambda: Code(25, 1, 5),
        [
            ("rotated surface code", rotated(5)),
            ("one check left out", rotated(5)[1:], None, "k = 2"),
            ("a pair of checks merged", [*rotated(5)[:-1], "Z" + "I" * 24], None, "anticommute"),
        ],
    ),
    *cases("Code", lambda: Code(49, 1, 8), [("distance 7", rotated(7), None, "distance of your code is 7")]),
]  # fmt: skip

CORRECTION = cases(
    "Correction",
    lambda: Correction(rotated(3), "IIIIXIIII"),
    [
        ("the error", "IIIIXIIII"),
        ("as a dict", {4: "X"}),
        ("with a sign", "-IIIIXIIII"),
        ("a list of letters", list("IIIIXIIII")),
        ("a list of other letters", list("IIIIAIIII"), "wrong-type", "no Pauli string"),
        ("a list of too few letters", list("IIIIXIII"), "wrong-size", "1 letter, but there are 9 qubits"),
        ("Stim", stim.PauliString("IIIIXIIII")),
        ("Qiskit", Pauli("IIIIXIIII")),
        ("Z for X", "IIIIZIIII", "wrong-basis", "exchanged"),
        ("a neighbour", "IIIXIIIII", None, "still gives −1"),
        ("nothing done", "IIIIIIIII", None, "still gives −1"),
        ("nothing done, as a dict", {}, None, "still gives −1"),
        ("two strings", ["IIIIXIIII", "XIIIIIIII"], "wrong-size", "2 came"),
        ("too short", "XX", "wrong-size", "9 qubits"),
        ("a number", 4, "wrong-type", "Pauli string"),
    ],
) + cases(
    "Correction",
    lambda: Correction(["ZZI", "IZZ"], "XII"),
    [
        ("the complement", "IXX", None, "acts as a logical operator"),
        ("up to a stabilizer", "YZI"),
        ("words of one letter", ["X", "Y"], "wrong-size", "1 letter"),
        ("the other end", "IIX", "qubit-order", "other end"),
    ],
)  # fmt: skip


@lru_cache
def surface(d=3, **noise):
    return stim.Circuit.generated("surface_code:rotated_memory_z", distance=d, rounds=d, **noise)


def without_last_detectors():
    text = str(stim.Circuit.generated("repetition_code:memory", distance=3, rounds=3).flattened()).splitlines()
    last = max(i for i, line in enumerate(text) if line.startswith("M "))
    return "\n".join(line for i, line in enumerate(text) if not (i > last and line.startswith("DETECTOR")))


def changed(old, new, count=1):
    return str(stim.Circuit.generated("repetition_code:memory", distance=3, rounds=3).flattened()).replace(
        old, new, count
    )


def hooked(d=3):
    """The surface code with two layers of CNOTs exchanged."""
    lines = str(surface(d).flattened()).splitlines()
    groups, run = [], []
    for i, line in enumerate(lines):
        if line.startswith("CX "):
            run.append(i)
        elif line.startswith(("H ", "MR ", "M ", "R ")):
            if len(run) == 4:
                groups.append(run)
            run = []
    for one in groups:
        lines[one[1]], lines[one[2]] = lines[one[2]], lines[one[1]]
    return "\n".join(lines)


def repetition():
    return StimProgram(stim.Circuit.generated("repetition_code:memory", distance=3, rounds=3))


def scheduled():
    return StimProgram(surface(3))


STIM = [
    *cases(
        "StimProgram",
        repetition,
        [
            ("the program", stim.Circuit.generated("repetition_code:memory", distance=3, rounds=3)),
            ("text", changed("", "")),
            ("with its own noise", str(stim.Circuit.generated(
                "repetition_code:memory", distance=3, rounds=3, after_clifford_depolarization=0.01))),
            ("more comments", "# mine\n" + changed("", "")),
            ("last detectors forgotten", without_last_detectors(), None, "detectors; 8 are asked for"),
            ("a single measurement", changed("DETECTOR(1, 1) rec[-2] rec[-4]", "DETECTOR(1, 1) rec[-2]"), None, ""),
            ("observable missing", changed("OBSERVABLE_INCLUDE(0) rec[-1]", ""), None, "0 logical observables"),
            ("wrong basis", changed("R 0 1 2 3 4", "RX 0 1 2 3 4"), None, "not deterministic"),
            ("syntax", "CNOT 0 1\nFOO 1", "unreadable", "Stim cannot read"),
            ("a number", 3, "wrong-type", "stim.Circuit"),
            ("out of range", "M 0\nDETECTOR rec[-5]", None, "counts back"),
            ("endless", "REPEAT 1000000 {\n M 0\n DETECTOR rec[-1]\n}", "wrong-size", "too long"),
        ],
    ),
    *cases(
        "StimProgram",
        scheduled,
        [
            ("surface code", surface(3)),
            ("no noise written", str(surface(3))),
            ("hook errors", hooked(3), "schedule", "order"),
        ],
    ),
]  # fmt: skip

CHECKS, OBSERVED, PRIOR = (
    np.array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 1, 1]]),
    [[1, 0, 0, 0, 0]],
    0.1,
)


def _solutions(syndrome):
    one = np.array([0, *np.cumsum(syndrome) % 2])
    return one, 1 - one


def best(syndrome):
    return min(_solutions(syndrome), key=np.sum)


def worst(syndrome):
    return max(_solutions(syndrome), key=np.sum)


def first(syndrome):
    return _solutions(syndrome)[0].tolist()


def class_of(syndrome):
    return int(best(syndrome)[0])


def by_matching():
    import pymatching

    matching = pymatching.Matching(CHECKS, weights=np.log((1 - PRIOR) / PRIOR))
    return lambda syndrome: matching.decode(np.array(syndrome))


EXACT = 10 * 0.1**3 - 15 * 0.1**4 + 6 * 0.1**5  # 0.00856, five bits

DECODER = cases(
    "Decoder",
    lambda: Decoder(CHECKS, OBSERVED, PRIOR, EXACT),
    [
        ("majority", best),
        ("lists", lambda s: best(s).tolist()),
        ("matching", by_matching()),
        ("text", lambda s: "".join(map(str, best(s)))),
        ("truth values", lambda s: best(s).astype(bool)),
        ("heaviest", worst, None, "fails in"),
        ("first solution", first, None, "fails in"),
        ("nothing", lambda s: [0] * 5, None, "does not have the syndrome"),
        ("reversed", lambda s: best(s)[::-1], "qubit-order", "other end"),
        ("shifted", lambda s: np.roll(best(s), 1), None, "does not have the syndrome"),
        ("too short", lambda s: [0, 0], "wrong-size", "5 bits"),
        ("raises", lambda s: s[17], "unreadable", "IndexError"),
        ("no function", 0.1, "wrong-type", "function"),
        ("changes its input", lambda s: (best(s), s.clear())[0], None, "changes what it is given"),
        ("NaN", lambda s: [float("nan")] * 5, "wrong-type", "only 0 and 1"),
    ],
) + cases(
    "Decoder",
    lambda: Decoder(CHECKS, OBSERVED, PRIOR, EXACT, reports="class"),
    [
        ("class", class_of),
        ("class in a list", lambda s: [class_of(s)]),
        ("flipped", lambda s: 1 - class_of(s), "bit-flip", "exchanged"),
        ("always 0", lambda s: 0, None, "nothing happened"),
        ("a two", lambda s: 2, "wrong-type", "only 0 and 1"),
    ],
)

CASES = [*GROUP, *LOGICAL, *CODES, *CORRECTION, *STIM, *DECODER]
