"""What right means in lesson 6.12, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from math import ceil, inf, pi, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    distinct,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.authoring.ranges import decimals
from qtrain.checking import Channel, Data, Number
from qtrain.checking.rules import NoInitialize, NoSynthesis, Rule
from qtrain.checking.schema import List, Real, Whole
from qtrain.checking.verdict import wrong
from qtrain.circuits import Circuit, all_operations, is_clifford, is_gate, matrix_of
from qtrain.circuits.counting import gate_name
from qtrain.circuits.numerals import number_text

# --- the model of the lesson ------------------------------------------------------------------------------------------


def rate(d, p=1e-3, front=0.1):
    """The error of one patch in one round."""
    return front * (p / 0.01) ** ((d + 1) / 2)


def tile(d):
    """The physical qubits of one patch with its margin."""
    return 2 * (d + 1) ** 2


def smallest(needed, step=2, start=3):
    """The smallest odd distance that is good enough."""
    return next(d for d in range(start, 400, step) if needed(d))


def patches_of(logical, factories):
    return 1.5 * logical + 120 * factories


def microseconds(toffoli, depth, factories, d):
    return max(toffoli * 5 * d / factories, 10 * depth)


def bill(logical, toffoli, depth, factories, d, p=1e-3):
    """Physical qubits, hours of one run, and its risk."""
    patches = patches_of(logical, factories)
    time = microseconds(toffoli, depth, factories, d)
    return patches * tile(d), time / 3.6e9, patches * time * rate(d, p)


class Distance(Number):
    """A distance: odd, and at least 3."""

    def explain(self, answer):
        value = self.number(answer)
        if value.imag or value.real < 3 or abs(value.real - round(value.real)) > 1e-9:
            return wrong(None, "A distance is an odd whole number, 3 or more. Yours is not.")
        if round(value.real) % 2 == 0:
            return wrong(None, "Your distance is even. Odd ones are asked for.")
        if value.real > self.value.real:
            return wrong(None, "This distance is good enough. A smaller one is, too.")
        return wrong(None, "With this distance all patches in all rounds together fail more often than allowed.")


class AtLeast(Number):
    """A number with a floor that everybody can tell: who goes below is told why."""

    def __init__(self, value, low, says, **options):
        super().__init__(value, **options)
        self.low, self.says = low, says

    def explain(self, answer):
        value = self.number(answer)
        if not value.imag and value.real < self.low:
            return wrong(None, self.says)
        if abs(value - self.value) < 0.002 * abs(self.value):
            return wrong(None, "Close, but not close enough. If you rounded, keep more digits.")
        return super().explain(answer)


def fresh(right_one, told):
    """Slips of the values that no earlier one has: (value, reason, sentence)."""
    seen = {right_one}
    for value, reason, says in told:
        if value not in seen:
            seen.add(value)
            yield slip(value, reason).says(says)


# --- a: the distance for a whole computation --------------------------------------------------------------------------


def far_from_the_edge(patches, rounds, p, allowed):
    load = patches * rounds
    d = smallest(lambda d: load * rate(d, p) <= allowed)
    return load * rate(d, p) < 0.7 * allowed and load * rate(d - 2, p) > 1.4 * allowed


@number(
    "6.12.a",
    rung="warm-up",
    outcome=1,
    patches=one_of(800, 2000, 5000, 12_000, 30_000),
    rounds=one_of(10**8, 10**9, 10**10, 10**11, 10**12),
    p=one_of(0.0005, 0.001, 0.002),
    allowed=one_of(0.3, 0.1, 0.03, 0.01),
    where=far_from_the_edge,
)
def distance(patches, rounds, p, allowed):
    load = patches * rounds
    d = smallest(lambda d: load * rate(d, p) <= allowed)
    power = smallest(lambda d: load * 0.1 * (p / 0.01) ** d <= allowed)
    yield Distance(d)
    yield from fresh(
        d,
        (
            (d - 2, "rounds down", f"With the distance {d - 2} all patches together fail more often than allowed."),
            (
                smallest(lambda d: rate(d, p) <= allowed),
                "takes one patch and one round",
                "This distance keeps to the budget for one patch in one round. The budget is for all patches and all "
                "rounds together.",
            ),
            (
                smallest(lambda d: rounds * rate(d, p) <= allowed),
                "forgets the patches",
                "This distance is right for *one* patch that lives for all the rounds. There are many patches.",
            ),
            (
                smallest(lambda d: patches * rate(d, p) <= allowed),
                "forgets the rounds",
                "This distance is right for all patches in *one* round. There are many rounds.",
            ),
            (
                smallest(lambda d: load * rate(d, p, front=1) <= allowed),
                "forgets the factor before the power",
                "You took (p/0.01)^((d+1)/2) alone. The rule has 0.1 before it.",
            ),
            (
                smallest(lambda d: load * rate(d, p) <= 1),
                "forgets the budget",
                "With this distance the errors of all patches in all rounds add up to at most 1. Less is allowed.",
            ),
            (
                smallest(lambda d: load * 0.1 * (p / 0.01) ** (d / 2) <= allowed),
                "takes d/2",
                "You took the power d/2. The rule has (d + 1)/2.",
            ),
            (
                power,
                "takes the power d",
                f"As the power of p/0.01 your number {power} would do. The power is (d + 1)/2, and d is asked for.",
            ),
            (
                smallest(lambda d: load * rate(d, p) / d <= allowed),
                "counts one error in d rounds",
                "You counted one chance of an error in d rounds. The rule is for each round.",
            ),
            (d + 2, "takes one step too many", f"The distance {d + 2} is good enough. A smaller one is, too."),
        ),
    )


# --- b: a controlled phase on a budget of T gates ---------------------------------------------------------------------


def is_a_t(step):
    """Whether a gate on one qubit turns by an odd multiple of π/4, as T does."""
    values = np.linalg.eigvals(matrix_of(step))
    turn = np.angle(values[0] / values[1]) % (pi / 2)
    return abs(turn - pi / 4) < 1e-6


class MagicBudget(Rule):
    """Clifford gates, at most four T gates, and one other gate on one qubit."""

    def broken(self, circuit):
        few = others = 0
        for step in all_operations(circuit.operations):
            if step.name in ("if", "barrier") or not is_gate(step):
                continue
            if is_clifford(Circuit(circuit.num_qubits, (step,))):
                continue
            if len(step.all_qubits) > 1:
                return f"its `{gate_name(step)}` is a gate on {len(step.all_qubits)} qubits that is no Clifford gate"
            few, others = (few + 1, others) if is_a_t(step) else (few, others + 1)
        if few > 4:
            return f"it has {few} T or T† gates, and at most 4 are allowed"
        return (
            f"it has {others} gates that are neither Clifford gates nor T, and one is allowed" if others > 1 else None
        )

    def shortcut(self, circuit):
        return True


@build(
    "6.12.b",
    rung="use",
    outcome=2,
    points=2,
    takes="circuit",
    rules=[MagicBudget(), NoSynthesis(), NoInitialize()],
    wires=distinct(3, range(3)),
    theta=angles(0.2, 1.4),
    where=lambda theta: min(abs(theta - k * pi / 4) for k in range(1, 7)) > 0.05,
)
def controlled_phase(wires, theta):
    one, other, helper = wires

    def written(steps, a=theta):
        return circuit(steps, a=a, x=one, y=other, h=helper, qubits=3, bits=1)

    without_s = "h h; t h; cx x h; cx y h; cx h x; cx h y; tdg x; tdg y; t h; cx h x; cx h y; h h"
    compute = f"{without_s}; s h"
    erase = "h h; measure h -> 0; if 0 { cz x y }"
    yield Channel(circuit("cp(a) 0 1", a=theta, qubits=2), data=[one, other])
    lost = (
        "In your circuit the superpositions of |11⟩ with the other three states are lost. That happens if the helper "
        "is not erased, if it is measured in Z, or if the CZ comes after both results or after none."
    )
    sign = (
        "After both results |11⟩ has one sign too many. After which result is there a sign to take back? And which "
        "gates of your AND are T, which T†?"
    )
    yield slip(written(f"{compute}; p(a) h"), "leaves the helper as it is").says(lost)
    yield slip(written(f"{compute}; p(a) h; h h; measure h -> 0; cz x y"), "corrects always").says(lost)
    yield slip(written(f"{compute}; p(a) h; h h; measure h -> 0; if !0 {{ cz x y }}"), "takes the other result").says(
        sign
    )
    yield slip(written(f"{compute}; {erase}"), "forgets the phase").says(
        "Your two qubits come out as they went in. Where is the phase to be put, between AND and erasure?"
    )
    for flip in ("cx x y", "cx y x", "h y; cz x y; h x"):
        yield slip(written(f"{compute}; p(a) h; h h; measure h -> 0; if 0 {{ {flip} }}"), "corrects with a CNOT").says(
            "After the result 0 your two qubits are right. After the result 1 a sign is to be taken back: your gate "
            "there does more, or something else, than a CZ."
        )
    yield slip(
        written(
            "h h; tdg h; cx x h; cx y h; cx h x; cx h y; t x; t y; tdg h; cx h x; cx h y; h h; s h; p(a) h; " + erase
        ),
        "exchanges T and T†",
    ).says(sign)
    for turned in ("p(a) x; p(a) y", "p(a) x", "p(a) y"):
        yield slip(written(turned), "turns the qubits by themselves").says(
            "Your circuit turns one of the two qubits, or both, each by itself. Only |11⟩ is to be turned."
        )
    for signs in ("z x", "z y", "z x; z y"):
        yield slip(written(f"{compute}; p(a) h; h h; measure h -> 0; if 0 {{ {signs} }}"), "corrects with Z").says(
            "Your phase is right. After the result 1 it is |11⟩ that has a sign to take back. A Z gives a sign to "
            "other states, too."
        )
    yield slip(written(f"{without_s}; p(a) h; {erase}"), "forgets the S of the AND").says(
        "Your |11⟩ is turned by θ − π/2: a quarter turn is missing. Is your AND that of the text, up to its S at the "
        "end? And is it erased by a measurement, not by another AND?"
    )
    yield slip(written(f"{compute}; p(a) h; {erase}", a=-theta), "takes the other sign", "angle-sign").says(
        "Your |11⟩ is turned by −θ."
    )
    yield slip(written(f"{compute}; p(a) h; {erase}", a=theta / 2), "halves the angle", "double-angle").says(
        "Your |11⟩ is turned by θ/2."
    )
    yield slip(written(f"{compute}; p(a) h; {erase}", a=2 * theta), "doubles the angle", "double-angle").says(
        "Your |11⟩ is turned by 2θ."
    )


# --- c: how long one run takes ----------------------------------------------------------------------------------------


def told_apart(toffoli, depth, factories, d):
    made, decided = toffoli * 5 * d / factories, 10 * depth
    return max(made, decided) > 1.2 * min(made, decided)


@number(
    "6.12.c",
    rung="warm-up",
    outcome=3,
    toffoli=one_of(2e9, 3e9, 5e9, 6.5e9, 8e9, 1.2e10),
    depth=one_of(5e8, 1e9, 2e9, 3e9, 4e9),
    factories=whole(4, 40, 2),
    d=one_of(21, 23, 25, 27, 29, 31),
    where=told_apart,
)
def hours(toffoli, depth, factories, d):
    made, decided = toffoli * 5 * d / factories / 3.6e9, 10 * depth / 3.6e9
    time = max(made, decided)
    yield AtLeast(time, 0, "A time is not negative.", rel=0.005, unit="h")
    yield slip(min(made, decided), "takes the faster limit").says(
        "This is the shorter of the two times. The run has to wait for the slower one."
    )
    yield slip(made + decided, "adds the two").says(
        "This is the sum of the two times. Factories work while decisions are made: the longer time counts."
    )
    if made > decided:
        yield slip(made * factories, "takes one factory").says(
            "So long it would take with one factory. All factories work at the same time."
        )
        yield slip(made / 5, "takes d rounds").says("You took d rounds for one Toffoli. A factory needs 5d.")
        yield slip(made * 4, "takes four states for a Toffoli").says(
            "You took four states for each Toffoli. Each factory here gives what a whole Toffoli needs."
        )
    else:
        yield slip(decided / 10, "takes the round for the reaction").says(
            "You took 1 µs for each step of the depth. A decision takes the reaction time, 10 µs."
        )
        yield slip(toffoli * 10 / 3.6e9, "takes the Toffolis for the depth").says(
            "You took a reaction time for each Toffoli. Many of them are done side by side: the depth counts."
        )
    yield slip(time * 60, "gives minutes").says("These are minutes. Hours are asked for.")
    yield slip(time * 3600, "gives seconds").says("These are seconds. Hours are asked for.")
    yield slip(time / 24, "gives days").says("These are days. Hours are asked for.")


# --- d: the whole plan ------------------------------------------------------------------------------------------------


def plan(logical, toffoli, depth, factories, allowed, p):
    def of(d):
        return bill(logical, toffoli, depth, factories, d, p)

    d = smallest(lambda d: of(d)[2] <= allowed)
    qubits, time, risk = of(d)
    return [d, qubits, time / (1 - risk)]


def changed_plan(*, needed=None, repeat=lambda time, risk: time / (1 - risk), step=2, size=None):
    def wrong_plan(logical, toffoli, depth, factories, allowed, p):
        def of(d):
            return bill(logical, toffoli, depth, factories, d, p)

        d = smallest(
            (lambda d: of(d)[2] <= allowed) if needed is None else (lambda d: needed(of(d), d, toffoli, allowed, p)),
            step,
        )
        qubits, time, risk = of(d)
        return [d, qubits if size is None else size(d, logical, factories), repeat(time, min(risk, 0.99))]

    return wrong_plan


def drawn_algorithms(rng):
    found = []
    for p, allowed, fast in (
        (1e-3, 1 / 3, True),
        (1e-3, 0.25, False),
        (5e-4, 0.3, True),
        (2e-3, 0.35, False),
        (1e-4, 0.3, False),
    ):
        while True:
            toffoli = round(10 ** rng.uniform(8, 10.3), -6)
            factories = rng.randrange(6, 40)
            given = (
                2 * rng.randrange(200, 5000),
                toffoli,
                round(toffoli * (rng.uniform(0.5, 0.9) if fast else 0.01)),
                factories,
                allowed,
                p,
            )
            d = plan(*given)[0]
            risk, less, even = (bill(*given[:4], k, p)[2] for k in (d, d - 2, d - 1))
            limits = toffoli * 5 * d / factories, 10 * given[2]
            clear = limits[1] > 1.3 * limits[0] if fast else limits[0] > 1.3 * limits[1]
            if 0.03 < risk < 0.85 * allowed and less > 1.2 * allowed and even <= allowed and clear:
                found.append(given)
                break
    return found


PARTS = ("distance", "number of physical qubits", "expected time")


def as_plan(*given):
    expected = plan(*given)

    def holds(answer):
        off = [name for name, got, want in zip(PARTS, answer, expected, strict=True) if abs(got - want) > 1e-6 * want]
        if not off:
            return True, ""
        if PARTS[0] in off:
            return False, "the distance is not the smallest odd one with a risk of at most `allowed`"
        return False, f"the distance is right, the {' and the '.join(off)} {'is' if len(off) == 1 else 'are'} not"

    return Data(schema=List(Real(), 3), holds=holds, within=1e-3)


@function("6.12.d", rung="use", outcome=3, points=3, name="plan", inputs=drawn_algorithms, judged=as_plan)
def planned():
    yield plan
    for wrong_one, reason, says in (
        (
            changed_plan(repeat=lambda time, risk: time),
            "forgets the repeats",
            "Distance and qubits are right. Your time is that of *one* run; a run that fails is done again.",
        ),
        (
            changed_plan(repeat=lambda time, risk: time * (1 + risk)),
            "repeats once",
            "Distance and qubits are right. You repeat a failed run once; the repetition may fail, too, and so on.",
        ),
        (
            changed_plan(repeat=lambda time, risk: time / risk),
            "divides by the risk",
            "Distance and qubits are right. You divided the time by the risk. A run succeeds with 1 − risk.",
        ),
        (
            lambda *given: plan(*given)[::-1],
            "gives them in the other order",
            "Your three numbers are right, in the wrong order: first the distance, then the qubits, then the hours.",
        ),
        (
            changed_plan(repeat=lambda time, risk: time / (1 - risk) / 24),
            "gives days",
            "Distance and qubits are right. Your time is in days. Hours are asked for.",
        ),
        (
            changed_plan(step=1),
            "takes even distances",
            "Your distance is even on some inputs. Go through the odd ones only.",
        ),
        (
            changed_plan(needed=lambda found, d, toffoli, allowed, p: rate(d, p) <= allowed / toffoli),
            "budgets for each Toffoli",
            "You allow one patch in one round a share of the budget as if there were one chance of an error for each "
            "Toffoli. All patches can fail in all rounds: take the risk that `bill` gives.",
        ),
        (
            changed_plan(needed=lambda found, d, toffoli, allowed, p: found[2] < 1),
            "takes any run that can succeed",
            "Your distance is the first whose risk is below 1. It has to be at most `allowed`.",
        ),
        (
            changed_plan(size=lambda d, logical, factories: logical * tile(d)),
            "counts the logical qubits alone",
            "Distance and time are right. Your qubits are those of the logical patches alone: routing and factories "
            "take patches, too.",
        ),
        (
            lambda logical, toffoli, depth, factories, allowed, p: plan(
                logical, toffoli, depth, factories, allowed, 1e-3
            ),
            "takes 1e-3 always",
            "Your function works as if p were always 1e-3. Hand `p` on.",
        ),
    ):
        yield slip(wrong_one, reason).says(says)


# --- e: a colleague's memory ------------------------------------------------------------------------------------------


def stored(logical, hours, allowed, *, all_of_them=True, step=2):
    rounds = hours * 3.6e9
    d = smallest(lambda d: (logical if all_of_them else 1) * rounds * rate(d) <= allowed, step)
    return [d, logical * tile(d)]


def memory_cost(logical, hours, allowed):
    return stored(logical, hours, allowed)


def draft(logical, hours, allowed):
    return stored(logical, hours, allowed, all_of_them=False, step=1)


def drawn_memories(rng):
    found = []
    while len(found) < 6:
        given = (rng.randrange(30, 20_000), round(10 ** rng.uniform(-0.5, 2.5), 2), rng.choice((0.3, 0.1, 0.05, 0.01)))
        kinds = [stored(*given, all_of_them=a, step=s)[0] for a in (True, False) for s in (2, 1)]
        load = given[0] * given[1] * 3.6e9
        clear = all(abs(np.log(load * rate(d) / given[2])) > 0.1 for d in range(3, 60))
        if len(set(kinds)) == 4 and clear:
            found.append(given)
    return found


def as_memory(*given):
    d, qubits = stored(*given)

    def holds(answer):
        if answer[0] == d:
            return answer[1] == qubits, "the distance is right, the number of physical qubits is not"
        if answer[0] % 2 == 0:
            return False, "the distance is even"
        if answer[0] > d:
            return False, "the distance is good enough, but a smaller one is, too"
        return False, "with this distance all logical qubits together fail more often than `allowed`"

    return Data(schema=List(Whole(0), 2), holds=holds)


@function(
    "6.12.e", kind="debug", rung="use", outcome=1, points=2, name="memory_cost", inputs=drawn_memories, judged=as_memory
)
def repaired():
    yield memory_cost
    yield slip(draft, "hands in the draft").says(
        "Nothing is repaired yet. Whose failure is compared with the budget? And which distances are tried?"
    )
    yield (
        slip(lambda *given: stored(*given, step=1), "mends the budget only")
        .says("The budget is right now. Your distance is still even on some inputs.")
        .worth(0.5)
    )
    yield (
        slip(lambda *given: stored(*given, all_of_them=False), "mends the steps only")
        .says("Your distances are odd now. They are still those of a memory with one logical qubit.")
        .worth(0.5)
    )
    yield slip(
        lambda *given: [
            stored(*given, step=1)[0] // 2 * 2 - 1,
            given[0] * tile(stored(*given, step=1)[0] // 2 * 2 - 1),
        ],
        "rounds down",
    ).says("Your distances are odd, but on some inputs too small: an even distance was rounded down.")
    yield slip(lambda a, b, c: [stored(a, b, c)[0], tile(stored(a, b, c)[0])], "gives one patch").says(
        "Your distance is right. Your number of physical qubits is that of one patch."
    )
    yield slip(
        lambda a, b, c: [stored(a, b, c)[0], a * (2 * stored(a, b, c)[0] ** 2 - 1)], "leaves out the margin"
    ).says("Your distance is right. Your patches have no margin: use `tile`, as the draft does.")
    yield slip(lambda a, b, c: stored(a, b, c)[::-1], "exchanges the two").says(
        "Both numbers are right, in the wrong order: first the distance."
    )


# --- f: better parts --------------------------------------------------------------------------------------------------


@choice("6.12.f", rung="warm-up", outcome=5)
def better_parts():
    yield right("To about a quarter: the distance is halved, and a patch is an area.").says(
        "Right: a step of d by two brings a factor 100 in place of 10, so half the steps are enough."
    )
    yield slip("To about a tenth: the errors are ten times rarer.", "takes the error for the size").says(
        "The errors are ten times rarer, but the size does not follow them in proportion. How does the distance change?"
    )
    yield slip("To about a half: the distance is halved.", "takes the patch for a line").says(
        "The distance is halved, that is so. How does the number of qubits of a patch depend on it?"
    )
    yield slip("To about a hundredth: each step of d by two brings a factor 100.", "takes the gain for the size").says(
        "That factor is by how much the *error* of a patch falls. How many steps are needed then?"
    )
    yield slip("Not at all: the algorithm needs the same logical qubits.", "stays with the logical qubits").says(
        "It needs the same logical qubits. How many physical ones each of them has depends on the distance."
    )


# --- g: what a kept attempt costs -------------------------------------------------------------------------------------


def noisy_patch(p):
    """The patch of distance 3 that is watched for two rounds, as in the notebook."""
    import stim

    return stim.Circuit.generated(
        "surface_code:rotated_memory_z",
        distance=3,
        rounds=2,
        after_clifford_depolarization=p,
        after_reset_flip_probability=p,
        before_measure_flip_probability=p,
        before_round_data_depolarization=p,
    )


def never_quiet(p):
    """How rare it is that no detector fires, −ln A: A is the mean of the signs of all parities of detectors."""
    model = noisy_patch(p).detector_error_model().flattened()
    parities = np.arange(2**model.num_detectors)
    signs = np.ones(len(parities))
    for error in model:
        if error.type == "error":
            mask = sum(1 << one.val for one in error.targets_copy() if one.is_relative_detector_id())
            odd = np.bitwise_count(parities & mask) & 1
            signs *= np.where(odd, 1 - 2 * error.args_copy()[0], 1)
    return -np.log(signs.mean())


@cache
def between():
    """The logarithm along p, from four exact points: good to a millionth of the kept part."""
    points = np.array([0.0025, 0.0029, 0.0033, 0.0037])
    return np.polynomial.Polynomial.fit(points, [never_quiet(p) for p in points], 3)


def kept(p):
    """The probability that no detector fires."""
    return float(np.exp(-between()(p)))


BELOW = (
    "One attempt alone costs 34: 17 qubits, those for the checks included, times two rounds. So a kept state costs "
    "more than that, and your value is less. If half of the attempts are kept, how many does one kept state take?"
)


@measure(
    "6.12.g", rung="think", outcome=4, points=3, within=0.2, bounds=(34, inf), hidden=decimals(0.0026, 0.0036, 0.00001)
)
def cost_of_a_kept_state(hidden):
    part, shots = kept(hidden), 50_000
    truth = 34 / part
    scatter = sqrt(part * (1 - part))
    spread = 34 * scatter / part**2
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    for times, reason in ((1, "gives 34 times the kept part"), (1 / 34, "gives the kept part")):
        yield slip((34 * part * times, 34 * scatter * times / sqrt(shots), shots), reason).says(BELOW)
    for volume, reason in (
        (1, "gives the attempts"),
        (17, "counts one round"),
        (18, "counts the data qubits, or one round"),
    ):
        yield slip((volume / part, error * volume / 34, shots), reason).says(BELOW)
    yield slip((34.0, 0.01, shots), "throws nothing away").says(
        "This is what one attempt costs. Some attempts are thrown away."
    )
    yield slip((34 / (1 - part), error, shots), "divides by the rejected part").says(
        "You divided by the part that is thrown away. Divide by the part that is kept."
    )
    yield slip((truth, truth / sqrt(shots), shots), "takes 1/√N of the value").says(
        "Your value is right. Your error bar is the value times 1/√N. First find the error bar of the kept part A, "
        "which is √(A(1 − A)/N)."
    )
    yield slip((truth, scatter / sqrt(shots), shots), "keeps the error bar of the part").says(
        "Your value is right. Your error bar is that of the kept *part* A. How far does 34/A move if A moves so much?"
    )
    yield slip((truth, 34 * scatter / sqrt(shots), shots), "forgets the slope").says(
        "Your value is right. You multiplied the error bar of the kept part A by 34; the slope of 34/A is 34/A²."
    )


# --- h: a deadline ----------------------------------------------------------------------------------------------------


def factories_for(toffoli, d, days, cycle):
    return ceil(toffoli * 5 * d * cycle / (days * 8.64e10))


def machine(logical, toffoli, days, cycle, d):
    """Patches, and how often one of them can fail, for a machine that just meets the deadline."""
    patches = patches_of(logical, factories_for(toffoli, d, days, cycle))
    return patches, patches * days * 8.64e10 / cycle * rate(d)


def distance_for(logical, toffoli, days, cycle):
    return smallest(lambda d: machine(logical, toffoli, days, cycle, d)[1] <= 0.1)


def clear_deadline(logical, toffoli, days, cycle):
    d = distance_for(logical, toffoli, days, cycle)
    risks = [machine(logical, toffoli, days, cycle, k)[1] for k in (d, d - 2)]
    without_factories = risks[1] * patches_of(logical, 0) / machine(logical, toffoli, days, cycle, d - 2)[0]
    clear = risks[0] < 0.08 and risks[1] > 0.13 and without_factories < 0.08
    return clear and d != distance_for(logical, toffoli, days, 1)


@number(
    "6.12.h",
    rung="think",
    outcome=(3, 5),
    points=3,
    logical=whole(600, 4000, 200),
    toffoli=one_of(2e9, 3e9, 5e9, 6.5e9, 1e10),
    days=one_of(2, 3, 5, 7, 10, 14),
    cycle=one_of(20, 50, 100, 200, 500),
    where=clear_deadline,
)
def deadline(logical, toffoli, days, cycle):
    d = distance_for(logical, toffoli, days, cycle)
    patches, factories = machine(logical, toffoli, days, cycle, d)[0], factories_for(toffoli, d, days, cycle)
    yield AtLeast(
        patches * tile(d),
        1.5 * logical * tile(3),
        "So few physical qubits would not give each logical qubit a patch of distance 3.",
        rel=0.0001,
    )

    def sized(k):
        return machine(logical, toffoli, days, cycle, k)[0] * tile(k)

    def otherwise(rounds=days * 8.64e10 / cycle, each=5, routing=1.5, whole_ones=ceil, at_risk=lambda patches: patches):
        """The machine of somebody who counts otherwise, and takes the distance that follows."""

        def of(k):
            return routing * logical + 120 * whole_ones(toffoli * each * k / rounds)

        k = smallest(lambda k: at_risk(of(k)) * rounds * rate(k) <= 0.1)
        return of(k) * tile(k)

    # A machine of 1 µs would need the next distance or the one after it: who takes these hears why they are too large.
    too_few = (
        "These are too few factories, or none. One factory makes one Toffoli in 5d rounds *of this machine*. How many "
        "are needed until the deadline?"
    )
    at_one = "You counted rounds of 1 µs. A round of this machine takes longer, so there are fewer until the deadline."
    five = "You took d rounds for one Toffoli. A factory needs 5d."
    routed = "You left out the routing: half a patch more for each logical qubit."
    yield from fresh(
        patches * tile(d),
        (
            *(
                (
                    sized(larger),
                    "takes too large a distance",
                    f"This is the machine of distance {larger}. A smaller one is good enough: slow rounds are fewer "
                    "rounds.",
                )
                for larger in (d + 2, d + 4)
            ),
            *(
                (
                    sized(k),
                    "takes a distance that is too small",
                    f"With the distance {k} this machine fails more often than allowed.",
                )
                for k in (d - 2, d - 4, d - 6, d - 8)
            ),
            (patches_of(logical, factories_for(toffoli, d, days, 1)) * tile(d), "takes the factories at 1 µs", too_few),
            (1.5 * logical * tile(d), "forgets the factories", too_few),
            (patches_of(logical, 1) * tile(d), "takes one factory", too_few),
            (otherwise(rounds=days * 8.64e10), "takes rounds of 1 µs", at_one),
            (otherwise(each=1), "takes d rounds for a Toffoli", five),
            (patches_of(logical, ceil(toffoli * d * cycle / (days * 8.64e10))) * tile(d), "takes d rounds", five),
            (otherwise(routing=1), "forgets the routing", routed),
            ((logical + 120 * factories) * tile(d), "forgets the routing", routed),
            (
                otherwise(whole_ones=lambda number: number),
                "takes a part of a factory",
                "You have a part of a factory. Take whole ones, as many as meet the deadline.",
            ),
            (
                otherwise(whole_ones=int),
                "rounds the factories down",
                "This is one factory too few: it would miss the deadline.",
            ),
            (
                otherwise(at_risk=lambda patches: 1),
                "budgets for one patch",
                "With your distance *one* patch keeps the budget. The errors of all patches have to.",
            ),
            (sized(d + 1), "takes an even distance", f"This is the machine of distance {d + 1}. Take an odd one."),
            *(
                (
                    other,
                    "takes an even distance, or leaves out the margin",
                    f"Your patches have {2 * d * d} qubits. Is your distance odd, and does a patch have its "
                    "margin, 2(d + 1)²?",
                )
                for other in (sized(d - 1), patches * 2 * d * d)
            ),
            (
                patches * (2 * d * d - 1),
                "leaves out the margin",
                "Your patches have no margin, only about 2d² qubits. With it they have 2(d + 1)².",
            ),
        ),
    )


# --- i: the cheapest plan ---------------------------------------------------------------------------------------------


def volume(logical, toffoli, depth, d, factories):
    """Qubits times expected hours."""
    qubits, time, risk = bill(logical, toffoli, depth, factories, d)
    return qubits * time / (1 - risk) if risk < 1 else inf


DISTANCES, FACTORIES = (grid.ravel() for grid in np.meshgrid(np.arange(3, 50, 2), np.arange(1, 101)))


def best_by(measured, most=100):
    """The plan with the smallest measure: all are tried at once."""

    def found(logical, toffoli, depth):
        kept = most >= FACTORIES
        d, factories = DISTANCES[kept], FACTORIES[kept]
        patches = patches_of(logical, factories)
        time = np.maximum(toffoli * 5 * d / factories, 10 * depth)
        risk = patches * time * rate(d)
        value = np.where(risk < 1, measured(patches * tile(d), time / 3.6e9, np.minimum(risk, 0.999_999)), inf)
        return [int(d[value.argmin()]), int(factories[value.argmin()])]

    return found


cheapest = best_by(lambda qubits, time, risk: qubits * time / (1 - risk))
once = best_by(lambda qubits, time, risk: qubits * time)
smallest_machine = best_by(lambda qubits, time, risk: qubits + risk)
shortest = best_by(lambda qubits, time, risk: time / (1 - risk) + 1e-12 * qubits)
safe = best_by(lambda qubits, time, risk: np.where(risk <= 0.001, qubits * time / (1 - risk), inf))
repeated_once = best_by(lambda qubits, time, risk: qubits * time * (1 + risk))
budgeted = best_by(lambda qubits, time, risk: np.where(risk <= 0.1, qubits * time / (1 - risk), inf))
one_factory = best_by(lambda qubits, time, risk: qubits * time / (1 - risk), most=1)


def drawn_tasks(rng):
    """Five tasks; on the last two a plan with a budget of its own, or with one repetition, is dearer."""
    found = []
    while len(found) < 5:
        toffoli = round(10 ** rng.uniform(8.5, 10.2), -6)
        depth = round(toffoli * rng.choice((0.02, 0.1, 0.3, 0.6)))
        given = (2 * rng.randrange(200, 5000), toffoli, depth)
        d, factories = cheapest(*given)
        least = volume(*given, d, factories)
        others = [volume(*given, *one(*given)) for one in (once, smallest_machine, shortest, safe, one_factory)]
        rare = {3: budgeted, 4: repeated_once}.get(len(found))
        if rare is not None and volume(*given, *rare(*given)) < 1.003 * least:
            continue
        if 3 <= factories <= 80 and min(others) > 1.01 * least:
            found.append(given)
    return found


def as_pair(*given):
    least = volume(*given, *cheapest(*given))

    def holds(answer):
        d, factories = answer
        if d % 2 == 0:
            return False, "the distance is even"
        if not (3 <= d <= 49 and 1 <= factories <= 100):
            return False, f"({d}, {factories}) is none of `PLANS`"
        found = volume(*given, d, factories)
        if found == inf:
            return False, "with this plan at least one failure is expected in every run"
        return found <= 1.001 * least, f"its volume is {number_text(100 * (found / least - 1), 1)} % above the smallest"

    return Data(schema=List(Whole(0), 2), holds=holds)


@function("6.12.i", kind="stretch", outcome=5, points=3, name="cheapest", inputs=drawn_tasks, judged=as_pair)
def cheapest_plan():
    yield cheapest
    for wrong_one, reason, says in (
        (
            once,
            "forgets the repeats",
            "You found the smallest volume of *one* run. A cheap run that often fails is dear: divide by 1 − risk.",
        ),
        (
            smallest_machine,
            "takes the fewest qubits",
            "You found the fewest physical qubits. The volume is qubits times hours.",
        ),
        (
            repeated_once,
            "repeats once",
            "You repeat a failed run once. The repetition may fail, too, and so on: 1/(1 − F) runs on average.",
        ),
        (
            budgeted,
            "keeps the risk below a tenth",
            "You left out plans whose risk is above 0.1. One of them may be cheaper, repeats included.",
        ),
        (shortest, "takes the fewest hours", "You found the shortest time. The volume is qubits times hours."),
        (
            safe,
            "keeps the risk below a thousandth",
            "You found the smallest volume among plans that nearly never fail. A plan that fails now and then may be "
            "cheaper, repeats included.",
        ),
    ):
        yield slip(wrong_one, reason).says(says)
    yield slip(one_factory, "takes one factory").says(
        "You plan with one factory. With more of them all other patches have to live for a shorter time."
    )
    yield slip(lambda *given: cheapest(*given)[::-1], "exchanges the two").says(
        "You found the right pair, in the wrong order: first the distance, then the factories."
    )
