"""What is right in the decision maker's task: a vendor's claim, taken apart."""

from math import log10, pi, sqrt

from qtrain.authoring import apart, choice, decimals, number, one_of, report, right, slip

RUNS = one_of([80, 120, 160, 240, 320, 400])


def share(runs, part):
    return round(runs * part) / runs


@number(
    "201.P.1",
    outcome=1,
    points=2,
    runs=RUNS,
    part=decimals(0.55, 0.8, 0.01),
    derive=lambda runs, part: {"hits": round(runs * part)},
)
def error_bar(runs, part):
    f = share(runs, part)
    yield right(sqrt(f * (1 - f) / runs), within=5e-4)
    yield slip(f * (1 - f) / runs, "forgets the root").says("This is the variance; its root is the error bar.")
    yield slip(sqrt(f * (1 - f)), "forgets the runs").says(
        "This is the spread of one run. More runs give a smaller bar."
    )


@number(
    "201.P.2",
    outcome=1,
    points=2,
    runs=RUNS,
    part=decimals(0.6, 0.8, 0.01),
    less=decimals(0.04, 0.12, 0.01),
    derive=lambda runs, part, less: {"hits": round(runs * part), "baseline": round(part - less, 2)},
)
def how_sure(runs, part, less):
    f, baseline = share(runs, part), round(part - less, 2)
    yield right((f - baseline) / sqrt(f * (1 - f) / runs), within=0.06)
    yield slip((f - baseline) / baseline, "takes the relative gain").says(
        "This is by how much the vendor is better, not how sure it is: divide by the error bar."
    )
    yield slip((f - baseline) * sqrt(runs), "forgets the spread of one run").says(
        "You took the root of the number of runs, but not the spread of one run."
    )


@number(
    "201.P.3",
    outcome=2,
    points=2,
    step_us=one_of([5, 10, 20, 50, 100]),
    step_ns=one_of([1, 2, 5]),
    cores=one_of([16, 32, 64, 128]),
    where=lambda step_us, step_ns, cores: apart(
        0.1,
        log10(1000 * step_us * cores / step_ns * pi / 4),
        2 * log10(step_us * cores / step_ns * pi / 4),
        2 * log10(1000 * step_us / step_ns * pi / 4),
    ),
)
def break_even(step_us, step_ns, cores):
    ratio = 1000 * step_us * cores / step_ns
    yield right(2 * log10(ratio * pi / 4), within=0.02)
    yield slip(2 * log10(1000 * step_us / step_ns * pi / 4), "forgets the cores").says(
        "You compared with one core. The classical program uses all of them."
    )
    yield slip(log10(ratio * pi / 4), "gives the root of N").says("This is the root of N. Square it.")
    yield slip(2 * log10(step_us * cores / step_ns * pi / 4), "mixes microseconds and nanoseconds").says(
        "A microsecond is a thousand nanoseconds: bring both times to one unit."
    )


@choice("201.P.4", outcome=2, points=1)
def what_is_missing():
    yield right("The best classical program, on the same problems, with its time and its price.").says(
        "Yes. Without it no number on the sheet says that anything was gained."
    )
    yield slip("The number of qubits of the machine.", "takes size for use").says(
        "More qubits say nothing about whether your problem is solved better than without them."
    )
    yield slip("A photograph of the machine and the names of its customers.", "takes trust for evidence").says(
        "That others bought it is no evidence that it helps."
    )
    yield slip("The result of one more run on the same problems.", "takes repetition for a comparison").says(
        "One more run makes the error bar a little smaller; it compares with nothing."
    )


memo = report(
    "201.P.5",
    "Comparison",
    (
        "repeats the vendor's numbers and asks for a comparison",
        "names the classical baseline and says with its own numbers how sure the gain is",
        "also says at which size the gain would begin, and what measurement would change the judgement",
    ),
    outcome=3,
)
readiness = report(
    "201.P.6",
    "Readiness and risk",
    (
        "gives a level of readiness without evidence",
        "gives a level with the evidence that is there, and one risk",
        "says also which evidence is missing for the next level, who would produce it, and what it costs to wait",
    ),
    outcome=3,
)
decision = report(
    "201.P.7",
    "Decision and questions",
    (
        "says yes or no",
        "says yes, no or not yet with its reason, and three questions to the vendor that have checkable answers",
        "also sets a date and a criterion at which the decision is looked at again; an official could sign it",
    ),
    outcome=3,
)
