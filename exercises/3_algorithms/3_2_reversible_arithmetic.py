"""What right means in lesson 3.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import pairwise
from math import cos, gcd, sqrt

from qtrain.authoring import (
    build,
    choice,
    circuit,
    decimals,
    distinct,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Permutation
from qtrain.checking.rules import GateSet, Rule
from qtrain.circuits.counting import counted, gate_name

CLASSICAL = ("x", "cx", "ccx", "swap")


class Toffolis(Rule):
    """At most so many Toffoli gates; who has written them out in other gates has saved none."""

    def __init__(self, most):
        self.most = most

    def broken(self, circuit):
        names = [gate_name(step) for _, step in counted(circuit)]
        if self.shortcut(circuit):
            return "its Toffoli gates cannot be counted, as it has other gates than X, CNOT, Toffoli and SWAP"
        count = names.count("ccx")
        return None if count <= self.most else f"it has {count} Toffoli gates; at most {self.most} are allowed"

    def shortcut(self, circuit):
        return any(gate_name(step) not in CLASSICAL for _, step in counted(circuit))


# --- plans: X gates as tuples of qubits, the target last, as in the lesson ------------------------------------------


def made(plan, qubits=None):
    """The circuit of a plan."""
    return circuit(*(f"{'c' * (len(step) - 1)}x {' '.join(map(str, step))}" for step in plan), qubits=qubits)


def adder(a, b, work):
    steps = list(zip([work, *a[:0:-1]], b[::-1], a[::-1], strict=True))
    up = [gate for c, y, x in steps for gate in ((x, y), (x, c), (c, y, x))]
    return up + [gate for c, y, x in reversed(steps) for gate in ((c, y, x), (x, c), (c, y))]


def load(number, register, controls=()):
    return [(*controls, qubit) for place, qubit in enumerate(reversed(register)) if number >> place & 1]


def add_constant(number, register, spare, work, controls=()):
    loaded = load(number, spare, controls)
    return loaded + adder(spare, register, work) + loaded[::-1]


def add_mod(number, N, register, spare, work, flag, controls=()):
    top = register[0]
    plus = add_constant(number, register, spare, work, controls)
    minus = [*add_constant(N, register, spare, work)[::-1], (top, flag)]
    back = add_constant(N, register, spare, work, [flag])
    return plus + minus + back + plus[::-1] + [(top,), (top, flag), (top,)] + plus


def multiply_add(a, N, x, acc, spare, work, flag):
    plan = []
    for place, qubit in enumerate(reversed(x)):
        plan += add_mod((a << place) % N, N, acc, spare, work, flag, [qubit])
    return plan


def registers(n):
    x, acc, spare = (list(range(start, end)) for start, end in ((0, n), (n, 2 * n + 1), (2 * n + 1, 3 * n + 2)))
    return x, acc, spare, 3 * n + 2, 3 * n + 3


def swaps(one, other):
    return [gate for a, b in zip(one, other, strict=True) for gate in ((a, b), (b, a), (a, b))]


# --- the exercises ---------------------------------------------------------------------------------------------------


@build(
    "3.2.a",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    places=distinct(4, range(5)),
    derive=lambda places: dict(zip(("a", "b", "c", "carry"), places, strict=True)),
    rules=[GateSet(CLASSICAL)],
)
def full_adder(places, a, b, c, carry):
    def gates(steps):
        return circuit(steps, a=a, b=b, c=c, t=carry, qubits=5)

    yield Permutation(
        lambda a, b, c, carry: (a, b, a ^ b ^ c, carry ^ (a + b + c > 1)),
        {"a": [a], "b": [b], "c": [c], "carry": [carry]},
        ancillas=1,
        domain=lambda a, b, c, carry: carry == 0,
    )
    yield slip(gates("ccx a b t; cx a c; cx b c"), "takes the half adder's carry").says(
        "Your carry is a AND b. There are two more pairs of bits that make a carry."
    )
    for pairs, zero in (("ab ac", "a"), ("ab bc", "b"), ("ac bc", "c")):
        one, other = (bit for bit in "abc" if bit != zero)
        carries = "; ".join(f"ccx {left} {right} t" for left, right in pairs.split())
        yield slip(gates(f"{carries}; cx a c; cx b c"), f"forgets the pair {one}, {other}").says(
            f"Your carry is right but for {one} = {other} = 1. Which pair of bits have you left out?"
        )
    yield slip(gates("cx a c; cx b c; ccx a b t; ccx a c t; ccx b c t"), "computes the carry too late").says(
        f"When your carry is computed, qubit {c} holds the sum already. The carry needs the old c."
    )
    yield slip(gates("ccx a b t; ccx a c t; ccx b c t"), "leaves the sum out").says(
        f"The carry is right. Qubit {c} does not hold the sum bit yet."
    )
    yield slip(gates("ccx a b t; cx a b; ccx b c t; cx b c"), "does not give b back").says(
        f"Sum and carry are right. Qubit {b} holds a ⊕ b at the end: give b back."
    )
    for kept, gone in ("ba", "ab"):
        yield slip(gates(f"ccx a b t; ccx a c t; ccx b c t; cx {kept} c"), f"leaves {gone} out of the sum").says(
            f"The carry is right. Your sum is {kept} ⊕ c: {gone} is missing."
        )
    yield slip(gates("ccx a b t; ccx a c t; ccx b c t; cx a b; cx c b"), "puts the sum on b").says(
        f"The carry is right. Your sum stands on qubit {b}; it should replace c, and b should stay."
    )
    yield slip(gates("cx a c; cx b c"), "leaves the carry out").says("The sum is right. The carry is still missing.")


@number(
    "3.2.b",
    kind="predict",
    rung="warm-up",
    outcome=2,
    b=whole(1, 63),
    found=whole(0, 63),
    # Whoever leaves out mod 64, or reads the bits backwards, must not be right by chance.
    where=lambda b, found: found < b and (bits := f"{(found - b) % 64:06b}") != bits[::-1],
)
def what_the_other_register_holds(b, found):
    yield (found - b) % 64
    yield slip((found + b) % 64, "adds once more").says(
        "You added once more. Which a makes b + a equal to this result?"
    )
    yield slip((b - found) % 64, "subtracts the wrong way round").says(
        "This is b minus the result: the wrong way round. a is added to b, and gives the result."
    )
    yield slip(found ^ b, "takes XOR").says("This is the XOR of b and the result. The adder has carries.")
    yield slip(int(f"{(found - b) % 64:06b}"[::-1], 2), "reads the bits backwards").says(
        "You read the bits from the wrong end: the first qubit of a register is the most significant."
    )
    yield slip((found - b) % 63, "takes mod 63").says(
        "This is one too few: six bits count modulo 64, and not modulo 63."
    )
    yield slip(found, "takes the result for a").says("This is what register b holds. Register a is asked for.")
    yield slip(found - b, "forgets mod 64").says("No register holds a negative number. All is counted modulo 64.")


@build(
    "3.2.c",
    kind="debug",
    outcome=2,
    takes="circuit",
    places=distinct(5, range(6)),
    derive=lambda places: {"a": places[:2], "b": places[2:4], "work": places[4]},
    rules=[GateSet(CLASSICAL)],
)
def clean_carry(places, a, b, work):
    def gates(steps):
        return circuit(steps, a1=a[0], a0=a[1], b1=b[0], b0=b[1], w=work, qubits=6)

    draft = gates("ccx a0 b0 w; cx w b1; cx a1 b1; cx a0 b0")
    yield Permutation(lambda a, b: (a, (a + b) % 4), {"a": a, "b": b}, ancillas=2, draft=draft)
    yield slip(gates("ccx a0 b0 w; cx w b1; cx a1 b1; cx a0 b0; cx b1 w"), "takes the carry away with b").says(
        f"A CNOT from the upper bit of b does not take the carry away: that bit holds more than the carry. "
        f"Qubit {work} is not 0 for all inputs."
    )
    yield slip(gates("ccx a0 b0 w; cx w b1; ccx a0 b0 w; cx a1 b1"), "loses the lower sum").says(
        "The lower bit of b has not changed. It should become a0 ⊕ b0."
    )
    spare = next(qubit for qubit in range(6) if qubit not in places)
    yield slip(
        circuit(
            "ccx a0 b0 w; cx w b1; cx a1 b1; cx a0 b0; swap w z",
            a0=a[1],
            a1=a[0],
            b0=b[1],
            b1=b[0],
            w=work,
            z=spare,
            qubits=6,
        ),
        "moves the carry away",
    ).says(f"The carry is now on qubit {spare}. It must not be left anywhere.")
    yield slip(gates("ccx a0 b0 w; cx w b1; cx a1 b1; cx a0 b0; ccx a0 b0 w"), "undoes the carry too late").says(
        f"You undo the carry after b has changed: your last Toffoli gate no longer sees the bits that made it. "
        f"Qubit {work} is not 0 for all inputs."
    )
    yield slip(gates("ccx a0 b0 w; cx a1 b1; cx a0 b0"), "leaves the carry unused").says(
        "The upper bit of b comes out without the carry."
    )
    yield slip(gates("cx a1 b1; cx a0 b0"), "leaves the carry out").says(
        "Without a carry 1 + 1 gives 0. The upper bit of b needs it."
    )


BITS = 6


def backwards(k):
    return int(f"{k:0{BITS}b}"[::-1], 2)


@build(
    "3.2.d",
    outcome=3,
    points=2,
    takes="circuit",
    k=one_of([k for k in range(5, 59) if k not in (31, 32) and k != backwards(k)]),
    rules=[GateSet(CLASSICAL)],
)
def below_a_constant(k):
    x, flag, top, spare, work = list(range(BITS)), BITS, BITS + 1, list(range(BITS + 2, 2 * BITS + 3)), 2 * BITS + 3

    def compared(k, *more, register=x, clean=True, high=top, back=False):
        bits = list(dict.fromkeys([high, *register]))
        plus = add_constant(k, bits, spare[-len(bits) :], work)
        minus = plus[::-1]
        first, last = (plus, minus) if back else (minus, plus)
        return made([*first, (high, flag), *more, *(last if clean else ())], 2 * BITS + 4)

    yield Permutation(lambda x, flag: (x, flag ^ (x < k)), {"x": BITS, "flag": 1})
    yield slip(compared(k, (flag,)), "inverts the flag").says(
        f"Your flag flips where x is {k} or more. It should flip where x is below {k}."
    )
    yield slip(compared(k + 1), "takes ≤ for <").says(f"Your flag flips for x = {k}, too.")
    yield slip(compared(k - 1), "takes k − 1").says(f"Your flag does not flip for x = {k - 1}.")
    yield slip(compared(k, high=0), "has no bit on top").says(
        f"Your flag gets the top bit of x − {k} modulo 64. That is no sign: it takes a seventh bit to show one."
    )
    yield slip(compared(backwards(k)), "writes k from the other end", "qubit-order").says(
        f"Your flag flips where x is below {backwards(k)}: these are the bits of {k} in the reverse order."
    )
    yield slip(compared(k, back=True), "adds in place of subtracting").says(
        f"Your flag flips where x + {k} is 64 or more. The comparison needs x − {k}."
    )
    only_x = add_constant(k, x, spare[1:], work)
    minus = add_constant(k, [top, *x], spare, work)[::-1]
    yield (
        slip(made([*minus, (top, flag), *only_x], 2 * BITS + 4), "leaves the borrow on top")
        .says(f"The flag is right and x comes back. Qubit {top} still holds the borrow for some inputs.")
        .worth(0.5)
    )
    yield slip(made([*minus, (top, flag), *minus], 2 * BITS + 4), "subtracts twice").says(
        f"Register x does not come back: you subtract {k} once more in place of adding it."
    )
    for affine in ([(0,), (0, flag), (0,)], [(0, flag)], [(flag,)]):
        yield slip(made(affine, BITS + 1), "looks at one bit at most").says(
            "Your flag depends on one bit of x at most. The comparison depends on several."
        )
    yield slip(compared(k + 1, (flag,)), "takes > for <").says(
        f"Your flag flips where x is above {k}. It should flip where x is below {k}."
    )
    yield slip(compared(k, clean=False), "does not add k again").says(
        f"Register x does not come back: it holds x − {k} at the end."
    )
    yield slip(compared(k, register=x[::-1]), "reads qubit 0 as the least significant", "qubit-order").says(
        "Your circuit takes qubit 0 for the least significant one. Here it is the most significant one."
    )


@build(
    "3.2.e",
    kind="design",
    rung="think",
    outcome=(2, 5),
    points=2,
    takes="circuit",
    places=distinct(9, range(9)),
    derive=lambda places: {"a": places[:4], "b": places[4:8], "work": places[8]},
    rules=[GateSet(CLASSICAL), Toffolis(6)],
)
def fewer_toffolis(places, a, b, work):
    def gates(plan):
        return made(plan, 9)

    yield Permutation(lambda a, b: (a, (a + b) % 16), {"a": a, "b": b}, ancillas=1)
    yield slip(gates(adder(a, b, work)), "takes the lesson's adder", "rule")
    yield slip(gates(adder(a[1:], b[1:], work)), "leaves the top bits out").says(
        "The top bit of b does not change. It needs the top bit of a and a carry."
    )
    yield slip(gates([*adder(a[1:], b[1:], work), (a[0], b[0])]), "leaves the last carry out").says(
        "The top bit of b gets the top bit of a, and no carry."
    )
    lower = adder(a[1:], b[1:], work)
    yield slip(gates([*lower, (a[1], b[0]), (a[0], b[0])]), "adds the carry too late, or too early").says(
        f"The top bit of b gets the bit of a that belongs to qubit {a[1]}, in place of the carry. The carry stands "
        "there only between MAJ and UMA."
    )
    yield slip(gates([*lower[:9], (a[1], b[0]), *lower[9:]]), "leaves the top bit of a out").says(
        "The top bit of b gets the carry, and not the top bit of a."
    )
    yield slip(gates([*adder(a[2:], b[2:], work), (a[1], b[1]), (a[0], b[0])]), "drops a carry").says(
        "Your third bit gets no carry from the second."
    )
    yield slip(gates([(one, other) for one, other in zip(a, b, strict=True)]), "takes XOR").says(
        "This is the XOR of the bits: a sum without carries."
    )
    yield slip(gates(adder(a[::-1], b[::-1], work)), "reads the registers backwards", "qubit-order")


@choice("3.2.f", rung="warm-up", outcome=4)
def why_clean_the_flag():
    yield right(
        "Because it would stay entangled with the sum: after it, terms of a superposition no longer interfere."
    ).says("Right: the flag knows whether N was subtracted. That must be forgotten, by gates.")
    yield slip(
        "Because the next addition needs it, and resetting it would be just as good but takes longer.",
        "takes a reset for uncomputing",
    ).says("A reset is a measurement whose result is thrown away: it does the same harm as leaving the flag.")
    yield slip(
        "Because otherwise the sum is wrong for about half of all inputs.",
        "believes that a dirty flag spoils the numbers",
    ).says("All sums are right. A truth table of the sum alone does not see the flag at all.")
    yield slip("Because a Toffoli gate works only if its target is in |0⟩.", "takes Toffoli for AND").says(
        "A Toffoli gate flips its target whatever it holds."
    )
    yield slip("Because qubits in |1⟩ decay, and a qubit in |0⟩ does not.", "takes it for a question of hardware").says(
        "That is so on some machines. But the flag is a problem on a perfect machine, too."
    )


def multiplications(random):
    pairs = [(random.randrange(2, 6), 7)]  # of three bits
    while len(pairs) < 3:
        N = random.randrange(8, 15)
        a = random.randrange(2, N)
        if gcd(a, N) == 1 and a * a % N not in (1, N - 1) and (a, N) not in pairs:
            pairs.append((a, N))
    return [*pairs, (7, 15)]  # last: modulo 15 a mirrored register multiplies, too, by the inverse


def times_target(a, N):
    return Permutation(lambda x: a * x % N, {"x": N.bit_length()}, domain=lambda x: x < N, rules=[GateSet(CLASSICAL)])


def multiplied(
    factor=lambda a, N: a, back=lambda a, N: pow(a, -1, N), swap=True, clean=True, mirrored=False, forwards=False
):
    def times(a, N):
        n = N.bit_length()
        x, acc, *rest = registers(n)
        x = x[::-1] if mirrored else x
        plan = multiply_add(factor(a, N), N, x, acc, *rest)
        plan += swaps(x, acc[1:]) if swap else []
        undo = multiply_add(back(a, N), N, x, acc, *rest) if clean else []
        return made(plan + (undo if forwards else undo[::-1]), 3 * n + 4)

    return times


@function("3.2.g", rung="think", outcome=4, points=3, name="times", inputs=multiplications, judged=times_target)
def times_in_place():
    yield multiplied()
    yield slip(multiplied(clean=False), "leaves x behind").says(
        "The product is right, but the old x is still there, in the other register. Which multiplication takes it away?"
    )
    yield slip(multiplied(swap=False, clean=False), "leaves the product in the other register").says(
        "Register x has not changed: the product is in another register."
    )
    yield slip(multiplied(back=lambda a, N: a), "takes a for its inverse").says(
        "Your second half takes a·(a·x) away. To get x out of a·x, with which number must it be multiplied?"
    )
    yield slip(multiplied(forwards=True), "adds in the second half").says(
        "Your second half adds a⁻¹·(a·x) to the old x. It should take it away: run it backwards."
    )
    yield slip(multiplied(mirrored=True), "reads x from the other end").says(
        "Your circuit takes qubit 0 for the least significant bit of x. Here it is the most significant one."
    )
    yield slip(multiplied(lambda a, N: pow(a, -1, N), lambda a, N: a), "multiplies by the inverse").says(
        "Your circuit multiplies by the inverse of a. The two halves are exchanged."
    )


@number("3.2.h", outcome=5, n=one_of([*range(8, 65)]))
def toffolis_of_a_multiplication(n):
    yield 20 * n * (n + 1)
    yield slip(10 * n * (n + 1), "counts one half only").says(
        "That is one half of the work: the old x has to be taken away, too."
    )
    yield slip(12 * n * (n + 1), "forgets to clean the flag").says(
        "You counted three adders in a modular addition. Cleaning the flag takes two more."
    )
    yield slip(16 * n * (n + 1), "forgets one adder").says("A modular addition has five adders.")
    yield slip(10 * n * n, "one half, on n bits").says(
        "The adders work on n + 1 bits, and there are two halves: the old x has to be taken away, too."
    )
    yield slip(20 * n * n, "adds on n bits").says("The adders work on n + 1 bits: the top bit shows the sign.")
    yield slip(20 * (n + 1), "forgets that each bit of x needs an addition").says(
        "There is one modular addition for each bit of x."
    )
    yield slip(60 * n * (n + 1), "counts all gates").says("Of an adder's gates only one in three is a Toffoli gate.")


@measure(
    "3.2.i",
    rung="think",
    outcome=1,
    points=2,
    bounds=(0, 1),
    within=0.006,
    k=whole(1, 7),
    leak=(0, 1, 2),
    turn=decimals(1.0, 2.4, 0.05),
)
def interference_test(k, leak, turn):
    chance = (1 + cos(turn / 2)) / 2
    yield right(chance, spread=sqrt(chance * (1 - chance)))
    yield slip((1.0, 0.0003, 4000), "tests with basis states").says(
        "With basis states every sum is right. Which inputs see what is left in a working qubit?"
    )
    yield slip((0.125, 0.005, 4000), "leaves the second layer of H out").says(
        "One in eight: that is what you find without the H gates at the end."
    )
    yield slip((1 - chance, sqrt(chance * (1 - chance) / 4000), 4000), "gives the other results").says(
        "This is the probability of all other results together."
    )
    yield slip((chance**2, 0.006, 7000), "wants the working qubit to be 0, too").says(
        "About as often the three qubits are 0 and the box's own qubit is 0, too. Only the three qubits count."
    )


@build(
    "3.2.j",
    kind="stretch",
    outcome=(4, 5),
    points=3,
    takes="circuit",
    N=one_of([N for N in range(17, 128, 2) if N & (N + 1)]),  # modulo 2ⁿ − 1 it is only moved in a circle
    derive=lambda N: {"n": N.bit_length()},
    rules=lambda n: [GateSet(CLASSICAL), Toffolis(5 * n)],
)
def doubling(N, n):
    x, low = list(range(n)), n
    spare, work, flag = list(range(n + 1, 2 * n + 2)), 2 * n + 2, 2 * n + 3
    y = [*x, low]
    move = [gate for pair in pairwise(y) for gate in swaps(pair[:1], pair[1:])]
    down = [*add_constant(N, y, spare, work)[::-1], (x[0], flag)]
    back = add_constant(N, y, spare, work, [flag])

    def gates(plan):
        return made(plan, 2 * n + 4)

    yield Permutation(lambda x: 2 * x % N, {"x": n}, domain=lambda x: x < N)
    yield slip(gates(down + back + move), "leaves the flag").says(
        "All numbers are right, but the flag that says whether N was subtracted is left. N is odd: "
        "what does the result's last bit say?"
    )
    yield (
        slip(gates([*down, *back, (low, flag), *move]), "ends with the flag at 1")
        .says("All numbers are right, and the flag is 1 at the end for every x. It must be 0.")
        .worth(0.5)
    )
    right_way = [*down, *back, (flag,), (low, flag)]
    yield slip(gates(right_way + move[::-1]), "moves the other way").says(
        "You move the bits the wrong way: the last one has to come to the place of the last bit of x."
    )
    yield slip(gates(right_way + move[:-3]), "moves too little").says(
        "The last bit of your result still stands one qubit too low."
    )
    yield slip(gates(move), "only moves").says(
        "Your circuit gives 2x. Where this is N or more, N has to be subtracted."
    )
    circle = [gate for pair in pairwise(x) for gate in swaps(pair[:1], pair[1:])]
    yield slip(gates(circle), "moves in a circle").says(
        "You move the bits in a circle. That is 2x modulo 2ⁿ − 1, and N is another number."
    )
    yield slip(gates([*down, *back, (flag,), (low, flag)]), "leaves the product on other qubits").says(
        "Your product is right, but it stands one qubit too low. Move it."
    )
    yield slip(gates([*down, (x[0], flag), *move]), "never adds N back").says(
        "You subtract N from every number. Where 2x is below N it has to be added again."
    )
    yield slip(multiplied()(2, N), "takes the general multiplication", "rule")
