"""What right means in lesson 2.7, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import ceil, log, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    decimals,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Key, Must, Property, Protocol, Step
from qtrain.checking.drivers import outcome_probabilities
from qtrain.checking.refusals import measured_last
from qtrain.checking.rules import NoSynthesis
from qtrain.circuits import Circuit, density, read, run
from qtrain.circuits.numerals import number_beside


def rounds_of(rng, count=24):
    """Bits, bases and results of rounds without Eve, and the sifted places that are compared in public."""
    while True:
        bits, bases, others = ([rng.randrange(2) for _ in range(count)] for _ in "abc")
        sifted = [k for k in range(count) if bases[k] == others[k]]
        results = [bits[k] if bases[k] == others[k] else rng.randrange(2) for k in range(count)]
        if 10 <= len(sifted) <= 14 and any(results[k] != bits[k] for k in range(count)):
            tested = sorted(rng.sample(range(len(sifted)), 4))
            key = [bits[k] for place, k in enumerate(sifted) if place not in tested]
            if key[::-1] in (key, [1 - bit for bit in key]):
                continue  # the order could not be told from what is right
            return {
                "alice_bits": "".join(map(str, bits)),
                "alice_bases": "".join("zx"[b] for b in bases),
                "bob_bases": "".join("zx"[b] for b in others),
                "bob_results": "".join(map(str, results)),
                "tested": [sifted[k] for k in tested],
            }


def agreed(a, b):
    return [k for k in range(len(a)) if a[k] == b[k]]


@build("2.7.a", rung="warm-up", kind="compute", outcome=1, draw=rounds_of)
def sifted_key(alice_bits, alice_bases, bob_bases, bob_results, tested):
    places = agreed(alice_bases, bob_bases)

    def at(which, bits=alice_bits):
        return "".join(bits[k] for k in which)

    key, with_tested = at([k for k in places if k not in tested]), at(places)
    yield Key(key, unsifted=alice_bits, tested=with_tested)
    yield slip(bob_results, "takes all of Bob's results", "not-sifted").says(
        "These are all of Bob's results. Only the rounds in which both used the same basis belong in the key."
    )
    differing = [k for k in range(len(alice_bits)) if k not in places]
    untested = [k for k in range(len(alice_bits)) if k not in tested]
    counted = [k for place, k in enumerate(places) if place not in tested]
    for bits in (alice_bits, bob_results):
        if at(differing, bits) not in (key, with_tested):
            yield slip(at(differing, bits), "keeps the other rounds").says(
                "You kept the rounds in which the bases differ. There Bob's results are coins."
            )
        yield slip(at(untested, bits), "strikes out the tested rounds only", "not-sifted").says(
            "Only the tested rounds are gone. Those in which the bases differ have to go, too."
        )
    yield slip(at(tested), "gives the test bits").says("These are the bits that were compared in public.")
    if at(counted) not in (key, with_tested):
        yield slip(at(counted), "counts the tested places among the sifted bits").says(
            "The tested places are numbers of rounds, counted from 0 among all rounds, not among the sifted ones."
        )


def mean_of_bases(wrong, bases, places):
    """The mean of the error rates in the two bases, as if both were equally frequent."""
    kept = [[wrong[k] for k in places if bases[k] == basis] for basis in sorted(set(bases))]
    return sum(sum(one) / max(1, len(one)) for one in kept) / 2


def rounds_with_errors(rng, count=40):
    """The same with an eavesdropper in the line."""
    while True:
        bits, bases, others = ([rng.randrange(2) for _ in range(count)] for _ in "abc")
        results = []
        for bit, basis, other in zip(bits, bases, others, strict=True):
            flip = rng.random() < 0.2 if basis == other else rng.random() < 0.5
            results.append(bit ^ flip)
        places = agreed(bases, others)
        errors = sum(bits[k] != results[k] for k in places)
        different = sum(a != b for a, b in zip(bits, results, strict=True))
        coins = (different - errors) / (count - len(places))
        both = mean_of_bases([a != b for a, b in zip(bits, results, strict=True)], bases, places)
        # A quarter and a half are said without counting, and who divides by half of the rounds, or takes the mean of
        # the rates in the two bases, is not to be told another story.
        if (
            errors >= 2
            and errors != 10
            and len(places) != count / 2
            and errors not in (len(places) / 4, len(places) / 2)
            and different not in (10, 20, 2 * errors)
            and coins not in (0.25, 0.5)
            and abs(both - errors / len(places)) > 0.011
            and min(abs(both - guess) for guess in (0.25, 0.5, errors / 20)) > 0.002
        ):
            return {
                "alice_bits": "".join(map(str, bits)),
                "alice_bases": "".join("zx"[b] for b in bases),
                "bob_bases": "".join("zx"[b] for b in others),
                "bob_results": "".join(map(str, results)),
            }


@number("2.7.b", rung="warm-up", outcome=1, bounds=(0, 1), within=1e-3, draw=rounds_with_errors)
def error_rate(alice_bits, alice_bases, bob_bases, bob_results):
    wrong = [a != b for a, b in zip(alice_bits, bob_results, strict=True)]
    places = agreed(alice_bases, bob_bases)
    rate = sum(wrong[k] for k in places) / len(places)
    yield rate
    yield slip(sum(wrong) / len(wrong), "forgets to sift", "not-sifted").says(
        "You compared all rounds. Where the bases differ Bob's result is a coin, with or without Eve."
    )
    others = [wrong[k] for k in range(len(wrong)) if k not in places]
    yield slip(sum(others) / len(others), "compares the other rounds").says(
        "You compared the rounds in which the bases differ. There Bob's result is a coin."
    )
    yield slip(mean_of_bases(wrong, alice_bases, places), "takes the mean of two rates").says(
        "This is the mean of the error rates in z and in x. They do not have equally many rounds: count all sifted "
        "bits together."
    )
    yield slip(sum(wrong[k] for k in places) / len(wrong), "divides by all rounds").says(
        "You counted the right errors. Divide by the number of sifted rounds."
    )
    yield slip(sum(wrong[k] for k in places), "gives a number of errors").says(
        "This is a number of errors. A rate is a share of the sifted bits."
    )
    yield slip(1 - rate, "gives the share of right bits").says("This is the share of bits that agree.")


ROUNDS = 24


def prepared(bit, basis, phi):
    """|bit⟩, or the state of the second basis: |0⟩ ± e^{iφ}|1⟩."""
    return circuit("x 0" if bit else "", "h 0; p(f) 0" if basis else "", f=phi, qubits=1)


@function("2.7.c", outcome=(1, 2), points=3, phi=angles(0.05, 0.95), flipped=(0, 1))
def a_whole_protocol(phi, flipped):
    def draw(random):
        def bits():
            return [random.randrange(2) for _ in range(ROUNDS)]

        return {"alice.bits": bits(), "bases_a": bits(), "bases_b": bits()}

    steps = [
        Step("alice", "prepare", ("alice.bits", "bases_a"), ("~qubits",)),
        Step("bob", "receive", ("bases_b",), ("bob.circuits",)),
        Step("bob", "@measure", ("~qubits", "bob.circuits"), ("bob.results",)),
        Step("alice", "sift", ("alice.bits", "bases_a", "bases_b"), ("alice.key",)),
        Step("bob", "sift", ("bob.results", "bases_b", "bases_a"), ("bob.key",)),
    ]

    def keys(board):
        return [[int(bit) for bit in board[f"{who}.key"]] for who in ("alice", "bob")]

    def states_are_right(board, bases=(0, 1)):
        for sent, bit, basis in zip(board["~qubits"], board["alice.bits"], board["bases_a"], strict=True):
            expected = run(prepared(bit ^ flipped, basis, phi))
            if basis in bases and np.vdot(expected, density(read(sent)) @ expected).real < 1 - 1e-6:
                return False
        return True

    def certain(board):
        """Computed from the circuits, so that no wrong receiver passes by chance; `sift` may still turn the bits."""
        rounds = zip(board["~qubits"], board["bob.circuits"], board["bases_a"], board["bases_b"], strict=True)
        return all(a != b or max(outcome_probabilities(*pair).values()) > 1 - 1e-6 for *pair, a, b in rounds)

    def follows_his_bases(board):
        """Whether what Bob does depends on his basis at all."""
        if not isinstance(board["bob.circuits"], list | tuple):
            return False
        behind = [board["bob.circuits"][board["bases_b"].index(basis)] for basis in (0, 1)]
        probes = [circuit(steps, qubits=1) for steps in ("", "h 0", "h 0; s 0")]
        zeros = [[outcome_probabilities(probe, one).get("0", 0.0) for probe in probes] for one in behind]
        return float(np.abs(np.subtract(*zeros)).max()) > 1e-6

    def agree(board):
        first, second = keys(board)
        return first == second

    def its_own_bits(board):
        kept = [
            bit for bit, a, b in zip(board["alice.bits"], board["bases_a"], board["bases_b"], strict=True) if a == b
        ]
        return keys(board)[0] == kept

    musts = [
        Must(
            "The states that Alice sends are not those of the task.",
            lambda board: states_are_right(board) and follows_his_bases(board),  # nothing done by Bob earns nothing
        ),
        Must("Even with the same basis Bob's result is left to chance in some rounds.", certain),
        Must("Alice's key is not the list of her bits of the sifted rounds, in their order.", its_own_bits),
        Must("The two keys differ.", agree),
    ]
    mistakes = [
        Must(
            "`prepare` gives no list: one circuit for each round is asked for.",
            lambda board: not isinstance(board["~qubits"], list | tuple),
        ),
        Must(
            "Alice measures her qubits before she sends them. That destroys the states of basis 1.",
            lambda board: all(measured_last(read(sent), [0]) for sent in board["~qubits"]),
        ),
        Must(
            "The states that Alice sends in basis 0 are those of the task; those of basis 1 are not.",
            lambda board: states_are_right(board, [0]) and not states_are_right(board, [1]),
        ),
        Must("Nothing was sifted.", lambda board: len(board["bob.key"]) == ROUNDS, code="not-sifted"),
        Must(
            "Bob's bits are the opposite of Alice's.",
            lambda board: (
                states_are_right(board)
                and certain(board)
                and keys(board)[0] == [1 - bit for bit in keys(board)[1]] != []
            ),
            code="bit-flip",
        ),
        Must(
            "Bob does the same in both bases: `receive` has to turn the states of basis 1 to the z axis.",
            lambda board: states_are_right(board) and not follows_his_bases(board),
        ),
    ]
    yield Protocol(steps, draw, musts, mistakes=mistakes, runs=4)

    def prepare(bits, bases, flip=flipped):
        return [prepared(bit ^ flip, basis, phi) for bit, basis in zip(bits, bases, strict=True)]

    def receive(bases, flip=flipped, back=-phi):
        return [circuit("p(f) 0; h 0" if basis else "", "x 0" if flip else "", f=back, qubits=1) for basis in bases]

    def sift(own, mine, theirs):
        return [int(bit) for bit, a, b in zip(own, mine, theirs, strict=True) if a == b]

    yield slip(
        {"prepare": prepare, "receive": lambda bases: receive([0] * len(bases)), "sift": sift},
        "measures along z always",
    ).says("Bob measures along z, whatever his basis is. In half of the sifted rounds his results are coins.")
    for turned in (flipped, 1 - flipped):
        yield slip(
            {
                "prepare": prepare,
                "receive": lambda bases, flip=turned: receive(bases, flip=flip, back=0.0),
                "sift": sift,
            },
            "forgets the phase of the second basis",
        ).says("Bob measures along x in the second basis. Alice's states lie along the axis with the phase φ.")
    for unsifted in (lambda own, mine, theirs: [int(bit) for bit in own], lambda own, mine, theirs: own):
        yield slip({"prepare": prepare, "receive": receive, "sift": unsifted}, "does not sift", "not-sifted").says(
            "Your sift gives back all the bits. Only the rounds with the same basis are kept."
        )
    yield slip(
        {"prepare": prepare, "receive": lambda bases: receive(bases, flip=1 - flipped), "sift": sift},
        "reads the bits the wrong way round",
    ).says("Bob reads every bit the wrong way round: which state stands for the bit 0 in this task?")

    def other_way(bits, bases):
        return prepare(bits, bases, flip=1 - flipped)

    for turned in (flipped, 1 - flipped):
        yield slip(
            {"prepare": other_way, "receive": lambda bases, flip=turned: receive(bases, flip=flip), "sift": sift},
            "exchanges the two states of a basis",
        ).says("Alice sends the other state of the basis every time: which state stands for the bit 0 in this task?")


@choice("2.7.d", outcome=4)
def announced_afterwards():
    yield right(
        "Eve would know the basis while the qubit passes: she could measure in it and send on the same state."
    ).says("Right: in the right basis a measurement disturbs nothing. After the qubits have arrived it is too late.")
    yield slip(
        "It makes no difference: the bases are public in the end, whether before or after.", "ignores the time"
    ).says("It does: what matters is whether Eve still has the qubit when she learns the basis.")
    yield slip("Bob could not choose his bases at random any more.", "mistakes the reason").says(
        "He could still choose at random. But Eve would know what Alice has sent."
    )
    yield slip(
        "The qubits would lose their superposition when the bases are read out.", "takes words for measurements"
    ).says("Telling a basis does nothing to a qubit. Who can use it, and when, is what matters.")
    yield slip("Half of the bits would have to be thrown away.", "mixes it with sifting").says(
        "Half of the rounds are thrown away in any case, if Bob chooses at random."
    )


@number(
    "2.7.e",
    outcome=3,
    percent=whole(20, 100),
    exponent=one_of([4, 5, 6, 7, 8, 9]),
)
def enough_test_bits(percent, exponent):
    miss = 1 - percent / 400
    yield ceil(exponent * log(10) / -log(miss))
    yield slip(int(exponent * log(10) / -log(miss)), "rounds down").says(
        "This is one bit too few: the chance to miss her is still a little above the bound."
    )
    yield slip(ceil(exponent * log(10) / -log(1 - percent / 200)), "takes an error in half of her rounds").says(
        "You let half of her rounds show an error. In half of them she has guessed the basis, and in the others she is "
        "seen half of the time."
    )
    yield slip(ceil(exponent * log(10) / -log(1 - 0.25)), "forgets the share").says(
        "This is right for an Eve who measures every qubit. Here she measures only a share of them."
    )
    yield slip(
        ceil(exponent * log(10) / -log(0.75) * 100 / percent), "takes the share of the test bits for fixed"
    ).says("You let exactly the share f of the test bits be measured: (3/4)^(f·n). For each bit chance decides.")
    yield slip(ceil(exponent / -log(miss)), "mixes two logarithms").says(
        "You divided k by a natural logarithm, but k counts powers of ten. Take both logarithms to the same base."
    )
    yield slip(ceil(10**exponent * 0.25 * percent / 100), "multiplies in place of raising to a power").says(
        "That is far too many. Each test bit multiplies the chance to miss her by the same number below 1."
    )


def one_basis_eve(p, f):
    """The error rates of all sifted bits, and of the x bits alone, for an Eve who measures a share f along z."""
    z, x = p * p, (1 - p) ** 2
    return f / 2 * x / (z + x), f / 2


@number(
    "2.7.f",
    rung="think",
    outcome=3,
    bounds=(0, 1),
    within=2e-4,
    p=decimals(0.65, 0.95, 0.01),
    f=decimals(0.40, 0.95, 0.05),
)
def hidden_in_the_mean(p, f):
    both, alone = one_basis_eve(p, f)
    yield both
    yield slip(alone, "gives the rate of the x rounds").says(
        "This is the error rate of the x rounds alone. All sifted bits together are asked for."
    )
    yield slip(f / 4, "takes both bases for equally frequent").says(
        "This would hold if both bases were equally frequent."
    )
    yield slip(f / 2 * (1 - p), "takes the share of x among all of Alice's rounds").says(
        "You took the share of x among Alice's rounds. Among the *sifted* rounds the share is smaller."
    )
    yield slip(f / 2 * (1 - p) ** 2, "does not divide by the sifted share").says(
        "You divided by all rounds. The rate is a share of the sifted ones."
    )
    yield slip(2 * both, "takes every x bit that Eve measured for wrong").says(
        "You let every sifted x bit that Eve measured be wrong. In half of them Bob's result agrees by luck."
    )
    yield slip(both / 2, "takes a quarter for the x rounds").says(
        "This takes f/4 for the x rounds. There Eve, who always measures along z, never has the right basis."
    )
    yield slip(f / 2 * (1 - p) ** 2 / p**2, "divides by the z rounds").says(
        "You divided by the z rounds alone. The sifted rounds are those of z and those of x."
    )


@measure(
    "2.7.g",
    rung="think",
    outcome=(2, 3),
    points=2,
    bounds=(0, 1),
    within=0.01,
    share=one_of([k / 100 for k in range(36, 75)]),
)
def quantum_bit_error_rate(share):
    rate = share / 4
    spread = sqrt(rate * (1 - rate))
    shots = 2500
    error = spread / sqrt(shots)
    yield right(rate, spread=spread)
    unsifted = rate / 2 + 0.25
    yield slip((unsifted, sqrt(unsifted * (1 - unsifted) / shots), shots), "does not sift", "not-sifted").says(
        "You compared all rounds. Where the bases differ Bob's result is a coin, with or without Eve."
    )
    yield slip((share, sqrt(share * (1 - share) / shots), shots), "gives Eve's share").says(
        "This is the share of the qubits that Eve has measured. Only a quarter of them show an error."
    )
    yield slip((rate, error / sqrt(2), shots), "counts all rounds as data", "factor").says(
        "Your error bar is that of twice the data: only the sifted bits were compared."
    )


def eve(*steps):
    return circuit(*steps, qubits=2)


@build(
    "2.7.h",
    kind="stretch",
    outcome=3,
    points=3,
    takes="circuit",
    rules=[NoSynthesis()],
)
def quiet_eve():
    states = {
        ("z", 0): np.array([1, 0]),
        ("z", 1): np.array([0, 1]),
        ("x", 0): np.array([1, 1]) / sqrt(2),
        ("x", 1): np.array([1, -1]) / sqrt(2),
    }

    def rates(answer, basis):
        """How often Bob is wrong and how often Eve is right, in one basis."""
        wrong = good = 0.0
        for bit in (0, 1):
            rho = density(answer, np.kron(states[basis, bit], [1, 0])).reshape(2, 2, 2, 2)
            bob, hers = np.einsum("aibi->ab", rho), np.einsum("iaib->ab", rho)
            other = states[basis, 1 - bit]
            wrong += float(np.real(np.conj(other) @ bob @ other)) / 2
            good += float(np.real(np.conj(states[basis, bit]) @ hers @ states[basis, bit])) / 2
        return wrong, good

    def holds(answer):
        for basis in "zx":
            wrong, good = rates(answer, basis)
            if wrong > 0.15 + 1e-9:
                says = f"Bob's error rate is {number_beside(wrong, 0.15)}. At most 0.15 is allowed."
                return False, measured_last(answer, [0]) or f"In the {basis} basis {says}"
            if good < 0.85 - 1e-9:
                says = f"Eve is right with probability {number_beside(good, 0.85)}. At least 0.85 is asked for."
                return False, measured_last(answer, [1]) or f"In the {basis} basis {says}"
        return True

    yield Property(
        "lets Eve know 85 percent at an error rate of 15", holds, takes=Circuit, num_qubits=2, wants="a circuit"
    )
    cloner = "ry(π/4) 1; cx 0 1; ry(-π/4) 1; cx 0 1; cx 1 0"
    yield slip(eve("cx 0 1"), "copies the bits")
    yield slip(eve("swap 0 1"), "keeps the qubit")
    yield slip(eve(cloner), "copies another circle").says(
        "This copies the circle of x and y. The states of the protocol lie on the circle of z and x."
    )
    yield slip(eve("rx(π/2) 0", cloner), "turns in and not out again")
