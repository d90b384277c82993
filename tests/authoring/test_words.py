"""The words of authoring: a slip is the reply and the test, options are shuffled, collisions are never drawn."""

from collections import Counter

import numpy as np
import pytest

from qtrain.authoring import Parameters, build, choice, function, measure, number, plant, right, slip, text
from qtrain.checking import Estimate, Number, State
from qtrain.checking.rules import GateSet
from qtrain.circuits import circuit

LEARNERS = [f"learner-{k}" for k in range(60)]


@number("9.1.a", within=1e-3, n=range(2, 40), m=range(2, 40))
def product(n, m):
    yield right(n * m).says("Right: a product.")
    yield slip(n + m, "adds").says("You added.")
    yield slip(n**m % 1000, "takes a power", "double-angle").says("You took a power.")
    yield slip(n * m + 400, "no sentence of its own")


def test_a_slip_is_the_reply():
    p = product.parameters("asma")
    assert product.judge(p.n * p.m, "asma").message == "Right: a product."
    verdict = product.judge(p.n + p.m + 0.0004, "asma")
    assert (verdict.passed, verdict.message, verdict.diagnosis) == (False, "You added.", None)
    assert product.judge(p.n**p.m % 1000, "asma").diagnosis == "double-angle"
    assert product.judge(-1, "asma").message != "You added."


def test_numbers_that_collide_are_never_drawn():
    """2 + 2 = 2 · 2, and n^m is sometimes n + m or n · m modulo 1000: nobody gets these."""
    drawn = [product.parameters(name) for name in LEARNERS]
    assert all(len({p.n * p.m, p.n + p.m, p.n**p.m % 1000, p.n * p.m + 400}) == 4 for p in drawn)
    assert 1300 < product.variants() < 38 * 38
    assert [sentence for p in drawn for sentence in product.try_slips(p)] == []


def test_ranges_without_room_are_refused():
    @number("9.1.b", n=(2,))
    def square(n):
        yield n**2
        yield slip(2 * n, "doubles").says("You doubled.")

    with pytest.raises(ValueError, match=r"exercise 9\.1\.b: no variant in .* draws keeps the conditions: widen .* n"):
        square.parameters("asma")


def test_a_slip_that_gets_another_reply_is_told():
    @number("9.1.c")
    def wrong():
        yield 4.0
        yield slip(4.0, "is right").says("No.")
        yield slip(8.0, "has no such diagnosis", "qubit-order")

    first, second = wrong.try_slips(wrong.parameters())
    assert first == "slip 1 (is right) is 'right'"
    assert second.endswith("not qubit-order")


@pytest.mark.parametrize(
    "more",
    [{"n": (1, 2)}, {"where": lambda n: n > 1}, {"derive": lambda n: {"m": n}}],
    ids=["range", "where", "derive"],
)
def test_a_draw_stands_alone(more):
    with pytest.raises(ValueError, match=r"exercise 9\.1\.b: draw stands alone"):
        number("9.1.b", draw=lambda rng: {"n": 3}, **more)


def test_numbers_are_apart_by_two_and_a_half_tolerances():
    """One answer can be within the tolerance of both if they are nearer than two."""

    def square(gap, meaning="another"):
        @number("9.1.b", within=0.1, n=(1, 2))
        def one(n):
            yield 5.0 + n
            yield slip(5.0 + n + gap, "is near").says(meaning)
            yield slip(8.0 + n, "means the same").says("the same")
            yield slip(8.0 + n + 0.01, "means the same, too").says("the same")

        return one

    assert square(0.26).parameters("asma").n in (1, 2)
    for gap in (0.24, 0.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="widen"):
            square(gap).parameters("asma")


def test_a_slip_in_the_last_digit_is_no_slip():
    """With next to no tolerance, numbers are apart from a millionth of a millionth of what is right."""

    def large(gap):
        @number("9.1.b", within=1e-12, n=(1, 2))
        def one(n):
            yield 1e6
            yield slip(1e6 + gap, "is near").says("Near.")

        return one

    assert large(1e-5).parameters("asma").n in (1, 2)
    with pytest.raises(ValueError, match="widen"):
        large(1e-7).parameters("asma")


def test_what_is_given_says_what_kind_of_target_it_is():
    def of(answer):
        @build("9.1.b")
        def made():
            yield answer

        return type(made.target(made.parameters())).__name__

    assert of([1, 0]) == of((1, 0)) == of(np.array([1, 0])) == "State"
    assert of(np.eye(2)) == of([[1, 0], [0, 1]]) == of(circuit("h 0")) == "Unitary"


def test_a_parameter_that_is_not_there_is_told():
    p = product.parameters("asma")
    with pytest.raises(AttributeError, match=r"no parameter 'k' \(it has n, m\)"):
        p.k  # noqa: B018
    with pytest.raises(AttributeError, match="the same for everyone"):
        reason_without_variant.parameters("asma").k  # noqa: B018
    assert reason_without_variant.variants() == 1 and not hasattr(p, "k")


@text("9.1.p")
def reason_without_variant():
    yield "yes"


def test_only_a_form_that_is_asked_for_is_demanded():
    def one(**given):
        @build("9.1.b", **given)
        def made():
            yield circuit("h 0")

        return made

    hadamard = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    assert one().judge(hadamard).passed
    assert one(takes="circuit").judge(hadamard).diagnosis == "wrong-type"


def test_outputs_can_be_judged_from_their_inputs():
    """Several outputs are right: any number above the given one, up to one more."""

    @function("9.1.b", inputs=[1, 5, 9], name="above", judged=lambda x: Number(x + 0.5, within=0.5))
    def above():
        yield lambda x: x + 1
        yield slip(lambda x: x - 1, "goes down")

    assert above.judge(lambda x: x + 0.1).passed and above.judge(lambda x: x + 0.9).passed
    assert not above.judge(lambda x: x - 0.1).passed and not above.judge(lambda x: 6).passed


def test_each_order_of_the_options_is_possible_and_equally_often():
    orders = [value for values in reason.variant.ranges.values() for value in values.values()]
    assert orders == list(range(120))
    letters = Counter()
    for order in orders:
        options = reason.options(Parameters(order=order))
        letters[tuple(options.values())] += 1
    assert len(letters) == 24 and set(letters.values()) == {5}


@pytest.mark.parametrize("word", [build, choice, function, measure, number, text], ids=lambda word: word.__name__)
def test_each_word_says_what_it_is_for(word):
    assert len(word.__doc__.split()) > 10


def test_an_exercise_in_an_error_does_not_print_its_lesson():
    assert "lesson" not in repr(product) and "9.1.a" in repr(product)


def test_what_is_right_comes_first():
    @number("9.1.d")
    def nothing():
        yield slip(1)

    with pytest.raises(ValueError, match=r"exercise 9\.1\.d: the first thing to yield is what is right"):
        nothing.target(nothing.parameters())


@choice("9.1.e")
def reason():
    yield right("Because it is so.").says("Right: it is.")
    yield slip("Because it was so.", "confuses times").says("It was not.")
    yield slip("Because $x_0$ says so.", "believes anybody").says("Who is that?")
    yield slip("Nobody knows.", "gives up").says("Somebody does.")


def test_options_are_shuffled_and_the_letter_that_is_seen_counts():
    letters = Counter()
    for name in LEARNERS:
        options = reason.options(reason.parameters(name))
        assert list(options) == list("abcd") and set(options.values()) == {
            "Because it is so.",
            "Because it was so.",
            "Because $x_0$ says so.",
            "Nobody knows.",
        }
        for letter, option in options.items():
            verdict = reason.judge(f" {letter.upper()}) ", name)
            assert verdict.passed == (option == "Because it is so.")
            assert reason.judge(option, name).message == verdict.message
        letters[next(k for k, option in options.items() if option == "Because it is so.")] += 1
    assert set(letters) == set("abcd") and max(letters.values()) < 30


@pytest.mark.parametrize(
    ("said", "passed"), [("because it is", True), ("Because x 0 says", False), ("Nobody knows", False)]
)
def test_an_option_can_be_told_by_its_words(said, passed):
    verdict = reason.judge(said)
    assert verdict.passed == passed and verdict.diagnosis is None


@pytest.mark.parametrize("said", ["because", "e", "because it", "all of them", 3])
def test_what_is_no_option_is_told(said):
    assert reason.judge(said).diagnosis == "wrong-type"


@build("9.1.f", takes="circuit", a=range(3), b=range(3), where=lambda a, b: a != b)
def entangled(a, b):
    yield right(circuit("h a; cx a b; t b", a=a, b=b, qubits=3), rules=[GateSet({"h", "cx", "t"})])
    yield plant("control-target", "exchanges them")
    yield plant("missing-gate", "forgets the T", on=2).says("The phase is missing.")
    yield plant("qubit-order", "counts from the other end")
    yield slip(circuit("h a b; cz a b; h b; t b", a=a, b=b, qubits=3), "another gate", "rule")


@pytest.mark.parametrize("learner", LEARNERS[:3])
def test_slips_are_planted_in_what_is_right(learner):
    p = entangled.parameters(learner)
    assert p.a != p.b and list(entangled.try_slips(p)) == []
    assert entangled.judge(circuit("h a; cx a b", qubits=3, **p), learner).message == "The phase is missing."
    assert entangled.judge(circuit("h a; cx b a; t b", qubits=3, **p), learner).diagnosis == "control-target"


@pytest.mark.parametrize("answer", [np.eye(8), [1, 0, 0, 0, 0, 0, 0, 0], {"000": 1.0}, 3, "h 0"])
def test_only_the_form_asked_for_is_an_answer(answer):
    verdict = entangled.judge(answer)
    assert not verdict.passed and verdict.diagnosis in ("wrong-type", "unreadable", "wrong-size")


def test_a_mistake_that_changes_nothing_cannot_be_planted():
    @build("9.1.g")
    def symmetric():
        yield circuit("cz 0 1")
        yield plant("control-target")

    with pytest.raises(ValueError, match="'control-target' changes nothing"):
        symmetric.slips(symmetric.parameters())


def test_slips_of_states_are_planted_in_the_vector():
    @build("9.1.h")
    def state():
        yield State(np.array([1, 1j, 0, 0]) / 2**0.5)
        yield plant("conjugate")
        yield plant("qubit-order")

    assert list(state.try_slips(state.parameters())) == []


def lists(rng):
    return [([float(rng.randrange(9)) + k for k in range(n)],) for n in (1, 3, 4)]


@function("9.1.i", name="mean", inputs=lists)
def mean():
    yield lambda values: sum(values) / len(values)
    yield slip(lambda values: sum(values) / max(1, len(values) - 1), "takes one away").says("Divide by the number.")
    yield slip(sum, "does not divide").says("This is the sum.")
    yield slip(lambda values: sum(values) / (len(values) - 1), "fails for one", "unreadable")


def test_a_slip_of_a_function_is_known_by_what_it_gives():
    assert list(mean.try_slips(mean.parameters())) == []
    assert mean.judge(lambda values: sum(values) / len(values)).passed
    # Right for one number and the slip for more: the slip still explains all that is wrong.
    assert mean.judge(lambda v: v[0] if len(v) == 1 else sum(v) / (len(v) - 1)).message == "Divide by the number."
    # Half of one slip and half of another is neither.
    mixed = mean.judge(lambda v: sum(v) if len(v) == 3 else sum(v) / max(1, len(v) - 1))
    assert not mixed.passed and mixed.message not in ("Divide by the number.", "This is the sum.")


def test_redrawn_inputs_keep_their_replies():
    """The grader draws inputs of its own for each learner."""
    target = mean.target(mean.parameters()).drawn("salt")
    assert target.judge(sum).message == "This is the sum."


def test_bits_and_words():
    @text("9.1.j", start=range(16))
    def written(start):
        yield format(start, "04b")
        yield slip(format(start, "04b")[::-1], "reads from the right", "qubit-order")
        yield slip(format(start ^ 1, "04b"), "miscounts").says("The last bit.")

    for name in LEARNERS[:9]:
        p = written.parameters(name)
        assert list(written.try_slips(p)) == []

    @text("9.1.k", also=["W state"])
    def named():
        yield "W"
        yield slip("GHZ", "confuses them").says("One lost qubit ends that.")

    assert named.judge("w STATE").passed and named.judge("ghz.").message == "One lost qubit ends that."


@measure("9.1.l", ideal=0.01, within=0.02, percent=range(20, 81))
def estimate(percent):
    yield percent / 100
    yield slip((percent / 100, 0.1), "takes too few shots")
    yield slip((percent / 100 + 0.2, 0.01), "misses the truth")
    yield slip((percent / 100, 0.001), "divides by the shots")


def test_a_measurement_is_judged_with_its_error_bar():
    p = estimate.parameters("asma")
    assert estimate.kind == "measure" and list(estimate.try_slips(p)) == []
    assert estimate.judge((p.percent / 100 + 0.012, 0.0105), "asma").passed
    assert not estimate.judge(p.percent / 100, "asma").passed


@measure("9.1.n", within=0.02, percent=range(30, 71))
def own_shots(percent):
    p = percent / 100
    yield right(p, spread=(p * (1 - p)) ** 0.5)
    yield slip((p - 0.25, 0.01, 2500), "another basis").says("You measured in Z.")
    yield slip((p, 2 * (p * (1 - p) / 1000) ** 0.5, 1000), "95 %", "factor").says(
        "One standard deviation is asked for."
    )


def test_learners_choose_their_shots_and_a_slip_is_known_at_any_number_of_them():
    p = own_shots.parameters("asma").percent / 100
    spread = (p * (1 - p)) ** 0.5
    assert list(own_shots.try_slips(own_shots.parameters("asma"))) == []
    for shots in (1000, 10_000):
        error = spread / shots**0.5
        assert own_shots.judge((p + error, 1.05 * error, shots), "asma").passed
        assert own_shots.judge((p - 0.25 + error, error, shots), "asma").message == "You measured in Z."
        assert own_shots.judge((p - error, 1.97 * error, shots), "asma").message.startswith("One standard deviation")
    assert own_shots.judge((p + 0.11, spread / 2500**0.5, 2500), "asma").message.startswith("The true value is")
    assert own_shots.judge((p, spread / 6, 36), "asma").diagnosis == "sampling", "so wide that it covers the slip, too"


def test_estimates_that_mean_different_things_keep_ten_error_bars_apart():
    @measure("9.1.o", within=0.02, percent=range(20, 81))
    def near(percent):
        yield right(percent / 100, spread=0.5)
        yield slip((0.5, 0.01, 2500), "the other state").says("The other state.")

    assert {abs(near.parameters(f"learner {k}").percent - 50) > 20 for k in range(20)} == {True}


@pytest.mark.parametrize("gap", [0.15, -0.15])
def test_estimates_of_given_shots_keep_ten_error_bars_apart_in_both_directions(gap):
    def told(ideal, gap, more=(), said="The other."):
        @measure("9.1.o", ideal=ideal, n=(1, 2))
        def one(n):
            yield right(0.5).says("Right.")
            yield slip((0.5 + gap, ideal), "the other state").says("The other.")
            for value in more:
                yield slip(value, "another").says(said)

        return one

    assert told(0.01, gap).parameters("asma").n in (1, 2)
    assert told(0.01, gap, [(0.5 + gap / 0.9, 0.01)]).parameters("asma").n in (1, 2)  # they mean the same
    assert told(0.01, gap, [(0.5, 0.1)]).parameters("asma").n in (1, 2)  # its error bar is the mistake
    for clash in (
        told(0.02, gap),
        told(0.01, gap, [(0.5, 0.01)]),
        told(0.01, gap, [(0.5 + gap / 0.9, 0.01)], "Yet another."),
    ):
        with pytest.raises(ValueError, match="widen"):
            clash.parameters("asma")


def test_an_estimate_is_of_given_shots_or_of_the_learners_own():
    for options in ({}, {"ideal": 0.1, "spread": 0.5}, {"spread": 0.0}, {"ideal": -1.0}):
        with pytest.raises(ValueError, match="error of"):
            Estimate(0.5, **options)


def test_a_part_that_is_done_is_worth_a_part():
    @build("9.1.m")
    def twice():
        yield circuit("h 0; s 0")
        yield slip(circuit("h 0; sdg 0"), "half done").says("One of two.").worth(0.5)

    verdict = twice.judge(circuit("h 0; sdg 0"))
    assert (verdict.score, verdict.message, verdict.passed) == (0.5, "One of two.", False)


def test_draws_that_collide_are_drawn_again():
    @number("9.1.n", draw=lambda rng: {"n": rng.randrange(2, 5)})
    def square(n):
        yield n**2
        yield slip(2 * n, "doubles").says("You doubled.")

    assert {square.parameters(name).n for name in LEARNERS} == {3, 4}


def test_the_audit_tells_slips_that_collide(monkeypatch):
    from types import SimpleNamespace

    from qtrain.course.audit import variants

    @build("9.1.o", n=range(1, 4))
    def turned(n):
        yield circuit("; ".join(["s 0"] * n))
        yield slip(circuit("z 0"), "always twice").says("Twice is not always right.")

    (told,) = variants(SimpleNamespace(exercises=[turned, product, reason]))
    assert told == "exercise 9.1.o: slip 1 (always twice) is 'right' (with {'n': 2})"


def test_the_slips_of_a_convention_are_slips_of_an_exercise():
    from qtrain.checking import conventions

    @number("9.1.a", within=1e-6, p=(0.02, 0.04))
    def parameter(p):
        yield p
        yield from conventions.depolarizing(p, qubits=1, meaning="aer")

    (one,) = parameter.slips({"p": 0.04})
    assert one.answer == pytest.approx(0.03)
    verdict = parameter.target({"p": 0.04}).judge(0.03)
    assert verdict.diagnosis == "convention" and "Cirq's p" in verdict.message
