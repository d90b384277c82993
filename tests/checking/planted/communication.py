"""Module 2: games, protocols, keys, locality."""

from __future__ import annotations

import math

import cirq
import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit.library import UnitaryGate

from qtrain.checking import Game, Key, Must, NoGateAcross, Protocol, Step

from .case import cases

QUESTIONS = [(0, 0), (0, 1), (1, 0), (1, 1)]
ALICE, BOB = [0, math.pi / 2], [math.pi / 4, -math.pi / 4]


def chsh_wins(asked, said):
    return said[0] ^ said[1] == asked[0] & asked[1]


def circuit(n, *steps):
    made = QuantumCircuit(n)
    for name, *rest in steps:
        getattr(made, name)(*rest)
    return made


BELL = circuit(2, ("h", 0), ("cx", 0, 1))
GHZ = circuit(3, ("h", 0), ("cx", 0, 1), ("cx", 1, 2))


def chsh():
    return Game(chsh_wins, QUESTIONS, 0.85, moves="angles", state=BELL)


def chsh_classical():
    return Game(chsh_wins, QUESTIONS, 0.75, shared=True)


def ghz():
    asked = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]

    def wins(questions, said):
        return said[0] ^ said[1] ^ said[2] == int(any(questions))

    return Game(wins, asked, 1.0, moves="circuits", state=GHZ, players=("alice", "bob", "charlie"))


def basis(question, dagger=True):
    return circuit(1, *([("sdg" if dagger else "s", 0)] if question else []), ("h", 0))


def times(factor, table):
    return [factor * angle for angle in table]


CHSH = cases(
    "Game (angles)",
    chsh,
    [
        ("tables", (ALICE, BOB)),
        ("functions by name", {"alice": lambda x: ALICE[x], "bob": lambda y: BOB[y]}),
        ("NumPy numbers", (np.array(ALICE).tolist(), lambda y: np.float64(BOB[y]))),
        ("a full turn more", ([2 * math.pi, math.pi / 2], BOB)),
        ("both turned by 0.3", ([a + 0.3 for a in ALICE], [b + 0.3 for b in BOB])),
        ("halved", (times(0.5, ALICE), times(0.5, BOB)), "half-angle", "doubled"),
        ("doubled", (times(2, ALICE), times(2, BOB)), "double-angle", "halved"),
        ("Bob's sign", (ALICE, times(-1, BOB)), "angle-sign", "sign"),
        ("degrees", (np.degrees(ALICE).tolist(), np.degrees(BOB).tolist()), "degrees", "radians"),
        ("Bob answers the opposite", (ALICE, [b + math.pi for b in BOB]), "bit-flip", "exchanged"),
        ("Alice's angles twice", (ALICE, ALICE), None, "does worst for the questions"),
        ("one player", (ALICE,), "wrong-size", "2 functions or tables together, (alice, bob)"),
        ("a number", 2.83, "wrong-type", "a number"),
        ("NaN", (lambda x: float("nan"), BOB), "wrong-type", "nan"),
        ("raises", (lambda x: 1 / 0, BOB), "unreadable", "ZeroDivisionError"),
        ("text", (lambda x: "0", BOB), "wrong-type", "number"),
    ],
)

SEEN: dict = {}


def talks_a(x, shared):
    SEEN[shared] = x
    return 0


def talks_b(y, shared):
    return SEEN.get(shared, 0) & y


CLASSICAL = cases(
    "Game (bits)",
    chsh_classical,
    [
        ("always 0", (lambda x, s: 0, lambda y, s: 0)),
        ("strings", (lambda x, s: "0", lambda y, s: "0")),
        ("shared coin", (lambda x, s: s & 1, lambda y, s: s & 1)),
        ("truth value", (lambda x, s: False, lambda y, s: np.bool_(False))),
        ("opposite", (lambda x, s: 0, lambda y, s: 1), "bit-flip", "exchanged"),
        ("answers 2", (lambda x, s: 2, lambda y, s: 0), "wrong-type", "only 0 and 1"),
        ("two bits", (lambda x, s: "00", lambda y, s: 0), "wrong-size", "1 bit"),
        ("independent coins", (lambda x, s: s & 1, lambda y, s: s >> 7 & 1), None, "does worst"),
    ],
)

CLASSICAL += cases(
    "Game (bits)",
    lambda: Game(chsh_wins, QUESTIONS, 0.8, shared=True),
    [("talks through a global", (talks_a, talks_b), None, "probability 0.75")],
)

GHZ_CASES = cases(
    "Game (circuits)",
    ghz,
    [
        ("S† H", (basis, basis, basis)),
        ("Cirq", (basis, basis, lambda q: cirq.Circuit(*([cirq.S(cirq.q(0)) ** -1] * q), cirq.H(cirq.q(0))))),
        ("rx", (basis, basis, lambda q: circuit(1, ("rx", math.pi / 2, 0)) if q else circuit(1, ("h", 0)))),
        ("a table", ([basis(0), basis(1)],) * 3),
        ("S for S† in one lab", (basis, basis, lambda q: basis(q, False)), None, "does worst"),
        ("Y measured with H", (basis, basis, lambda q: basis(0)), None, "does worst"),
        ("nothing", (basis, basis, lambda q: QuantumCircuit(1)), None, "wins with probability 0.5; at"),
        ("two qubits", (basis, basis, lambda q: BELL), "wrong-size", "charlie"),
        ("a bit", (basis, basis, lambda q: 0), "wrong-type", "circuit"),
        ("flipped", (basis, basis, lambda q: basis(q).compose(circuit(1, ("x", 0)))), "bit-flip", "exchanged"),
    ],
)

ROUNDS = 48


def bb84():
    def draw(random):
        def bits():
            return [random.randrange(2) for _ in range(ROUNDS)]

        return {"alice.bits": bits(), "alice.bases": bits(), "bob.bases": bits()}

    steps = [
        Step("alice", "prepare", ("alice.bits", "alice.bases"), ("~qubits",)),
        Step("bob", "basis", ("bob.bases",), ("bob.circuits",)),
        Step("bob", "@measure", ("~qubits", "bob.circuits"), ("bob.outcomes",)),
        Step("alice", "announce", ("alice.bases",), ("bases",)),
        Step("bob", "sift_bob", ("bob.outcomes", "bob.bases", "bases"), ("bob.key", "same")),
        Step("alice", "sift_alice", ("alice.bits", "same"), ("alice.key",)),
    ]
    musts = [
        Must("The two keys differ.", lambda board: list(board["alice.key"]) == list(board["bob.key"])),
        Must("The key holds another share of the rounds than half.", half, low=0.5, high=0.5),
    ]
    mistakes = [
        Must("Nothing was sifted.", lambda board: len(board["bob.key"]) == ROUNDS, code="not-sifted"),
        Must("Bob's bits are Alice's turned round.", opposite, code="bit-flip"),
    ]
    return Protocol(steps, draw, musts, mistakes=mistakes)


def half(board):
    return len(board["alice.key"]), ROUNDS


def opposite(board):
    pairs = list(zip(board["alice.key"], board["bob.key"], strict=True))
    return bool(pairs) and all(a != b for a, b in pairs)


def prepare(bits, bases):
    return [circuit(1, *([("x", 0)] * bit), *([("h", 0)] * base)) for bit, base in zip(bits, bases, strict=True)]


def turned(bases):
    return [circuit(1, *([("h", 0)] * base)) for base in bases]


def turned_cirq(bases):
    return [cirq.Circuit(cirq.H(cirq.q(0)) ** base, cirq.measure(cirq.q(0))) for base in bases]


def announce(bases):
    return bases


def sift_bob(outcomes, own, other):
    same = [i for i, (a, b) in enumerate(zip(own, other, strict=True)) if a == b]
    return [int(outcomes[i]) for i in same], same


def sift_alice(bits, same):
    return [bits[i] for i in same]


def keep_all(outcomes, own, other):
    return [int(bit) for bit in outcomes], list(range(len(own)))


def sift_different(outcomes, own, other):
    same = [i for i, (a, b) in enumerate(zip(own, other, strict=True)) if a != b]
    return [int(outcomes[i]) for i in same], same


def sift_few(outcomes, own, other):
    key, same = sift_bob(outcomes, own, other)
    return key[:3], same[:3]


def flipped(outcomes, own, other):
    key, same = sift_bob(outcomes, own, other)
    return [1 - bit for bit in key], same


REST = {"prepare": prepare, "basis": turned, "announce": announce, "sift_bob": sift_bob, "sift_alice": sift_alice}

BB84 = cases(
    "Protocol",
    bb84,
    [
        ("as a dict", REST),
        ("as a tuple", tuple(REST.values())),
        ("Cirq", {**REST, "basis": turned_cirq}),
        ("one circuit for a basis reused", {**REST, "announce": tuple}),
        ("not sifted", {**REST, "sift_bob": keep_all}, "not-sifted", "sifted"),
        ("sifted the wrong way", {**REST, "sift_bob": sift_different}, None, "differ"),
        ("too few kept", {**REST, "sift_bob": sift_few}, None, "half"),
        ("flipped", {**REST, "sift_bob": flipped}, "bit-flip", "turned round"),
        ("Bob measures in Z", {**REST, "basis": lambda bases: [QuantumCircuit(1)] * ROUNDS}, None, "differ"),
        ("one circuit missing", {**REST, "basis": lambda bases: []}, "unreadable", "48 circuits are sent"),
        ("one value for two", {**REST, "sift_bob": lambda o, a, b: [0]}, "unreadable", "should return 2 values"),
        ("a function missing", {k: v for k, v in REST.items() if k != "announce"}, "wrong-size", "announce"),
        (
            "text in place of circuits",
            {**REST, "prepare": lambda b, s: ["H"] * ROUNDS},
            "unreadable",
            "what prepare returns should be circuits",
        ),
    ],
)


def key():
    return Key("0110100", unsifted="01100110101100", tested="011010011")


KEY = cases(
    "Key",
    key,
    [
        ("text", "0110100"),
        ("spaces", "0110 100"),
        ("list", [0, 1, 1, 0, 1, 0, 0]),
        ("array", np.array([0, 1, 1, 0, 1, 0, 0])),
        ("strings", list("0110100")),
        ("truth values", tuple(bool(int(bit)) for bit in "0110100")),
        ("not sifted", "01100110101100", "not-sifted", "same basis"),
        ("test bits kept", "011010011", "not-sifted", "public"),
        ("flipped", "1001011", "bit-flip", "opposite"),
        ("reversed", "0010110", "qubit-order", "reverse"),
        ("one bit wrong", "0110101", None, "1 of its 7"),
        ("too short", "01101", None, "another length"),
        ("a number", 0.5, "wrong-type", "only 0 and 1"),
        ("a twos", [0, 1, 2], "wrong-type", "only 0 and 1"),
        ("NaN", [float("nan")], "wrong-type", "only 0 and 1"),
    ],
)


def teleport(*steps):
    return circuit(3, ("h", 1), ("cx", 1, 2), ("cx", 0, 1), ("h", 0), *steps)


def corrected(swap=False):
    made = QuantumCircuit(3, 2)
    made.compose(teleport(), inplace=True)
    made.measure([0, 1], [0, 1])
    with made.if_test((1, 1)):
        made.x(2)
    with made.if_test((0, 1)):
        made.z(2)
    if swap:
        made.swap(0, 2)
    return made


class Kept:
    """A target in which only the rule counts."""

    def __init__(self, rule):
        self.rule = rule

    def judge(self, answer):
        from qtrain.checking.rules import verdict_on_rules
        from qtrain.checking.verdict import right
        from qtrain.circuits import read

        told = verdict_on_rules(read(answer), [self.rule])
        return right("Right.") if told is None else told


def local():
    return Kept(NoGateAcross([[0, 1], [2]], shared=[1, 2]))


def silent():
    return Kept(NoGateAcross([[0, 1], [2]], shared=[1, 2], messages=False))


def cirq_teleport():
    q = cirq.LineQubit.range(3)
    return cirq.Circuit(
        cirq.H(q[1]), cirq.CX(q[1], q[2]), cirq.CX(q[0], q[1]), cirq.H(q[0]), cirq.measure(q[1], key="b"),
        cirq.X(q[2]).with_classical_controls("b"),
    )  # fmt: skip


LOCC = cases(
    "NoGateAcross",
    local,
    [
        ("feed-forward", corrected()),
        ("Cirq", cirq_teleport()),
        ("pair made by a matrix", circuit(3, ("append", UnitaryGate(np.eye(4)), [1, 2]), ("cx", 0, 1))),
        ("pair turned on one side first", circuit(3, ("h", 1), ("x", 2), ("cx", 1, 2), ("cx", 0, 1))),
        ("CX and CZ from Alice", teleport(("cx", 1, 2), ("cz", 0, 2)), "rule", "`cx` on qubits 1, 2"),
        ("CZ only", teleport(("cz", 0, 2)), "rule", "`cz` on qubits 0, 2"),
        ("swap at the end", corrected(swap=True), "rule", "swap"),
        ("the message sent over directly", circuit(3, ("swap", 0, 2)), "rule", "number 1"),
        ("Toffoli across", circuit(3, ("h", 1), ("ccx", 0, 1, 2)), "rule", "ccx"),
        ("a pair made again after use", teleport(("cx", 1, 2)), "rule", "send a measured bit"),
    ],
) + cases(
    "NoGateAcross",
    silent,
    [
        ("own measurement", circuit(3, ("h", 1), ("cx", 1, 2), ("h", 2))),
        ("a message where none is allowed", corrected(), "rule", "no messages"),
    ],
)

CASES = [*CHSH, *CLASSICAL, *GHZ_CASES, *BB84, *KEY, *LOCC]
