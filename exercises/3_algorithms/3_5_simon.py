"""What right means in lesson 3.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import prod, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, function, measure, number, one_of, right, slip, text, whole
from qtrain.checking import Bits, Property, bit_sums
from qtrain.circuits import Circuit, run


def dot(one, other):
    """The inner product of two bit strings, modulo 2."""
    return sum(a == b == "1" for a, b in zip(one, other, strict=True)) % 2


def strings(n):
    return [format(x, f"0{n}b") for x in range(2**n)]


def rank(rows):
    return bit_sums.rank(int(row, 2) for row in rows)


def fitting(samples, n):
    """All strings but 0…0 that are orthogonal to every sample."""
    return [s for s in strings(n)[1:] if not any(dot(y, s) for y in samples)]


def some_samples(rng):
    n = rng.choice([5, 6])
    s = rng.choice([word for word in strings(n) if word.count("1") > 1 and word != word[::-1]])
    allowed = [y for y in strings(n) if not dot(y, s)]
    while True:
        samples = [rng.choice(allowed) for _ in range(n + 1)]
        if rank(samples) == n - 1 and len(set(samples)) < len(samples):
            return {"samples": samples}


@text("3.5.a", kind="compute", rung="warm-up", outcome=2, draw=some_samples)
def string_behind_samples(samples):
    n = len(samples[0])
    hidden = fitting(samples, n)[0]
    yield hidden
    yield slip("0" * n, "takes the trivial solution").says(
        "The string of zeros is orthogonal to everything, whatever was measured. Another one is looked for."
    )
    yield slip(hidden[::-1], "reads from the other end").says(
        "Your string is the right one backwards: its first bit belongs to the first bit of the samples."
    )
    almost = next(
        t for leave in range(n, -1, -1) for t in fitting(samples[:leave], n) if t not in (hidden, hidden[::-1])
    )
    yield slip(almost, "leaves the last samples out").says(
        "Your string fits the first samples, but not all of them. It should share an even number of ones with each."
    )


def pairs_of(s, value="0000"):
    """Gates for such a function: copy x, add s where x has a 1 at the first 1 of s; then the value of f(0)."""
    n, pivot = len(s), s.index("1")
    copy = "; ".join(f"cx {k} {n + k}" for k in range(n))
    chain = "; ".join(f"cx {pivot} {n + k}" for k in range(n) if s[k] == "1")
    shift = "; ".join(f"x {n + k}" for k in range(n) if value[k] == "1")
    return copy, chain, shift


@build(
    "3.5.b",
    outcome=1,
    points=2,
    takes="circuit",
    s=one_of([word for word in strings(4) if word.count("1") > 1]),
    value=one_of(strings(4)[1:]),
    where=lambda s, value: s != value,
)
def two_to_one(s, value):
    n = 4
    copy, chain, shift = pairs_of(s, value)

    def made(*steps):
        return circuit(*steps, qubits=2 * n)

    def holds(answer):
        if any(step.name in ("measure", "reset", "if") for step in answer.operations):
            return False, "An oracle does not measure, and does not reset: only gates."
        images = run(answer, np.eye(4**n)[:, :: 2**n]).reshape(2**n, 2**n, 2**n)
        found, sizes = {}, []
        for x, word in enumerate(strings(n)):
            inside = images[x, :, x]
            f = int(np.argmax(abs(inside)))
            if abs(inside[f]) < 1 - 1e-6:
                return False, f"For the input {word} your circuit does not end in |{word}⟩ and one value."
            found[word] = format(f, f"0{n}b")
            sizes.append(inside[f])
        if max(abs(np.array(sizes) - sizes[0])) > 1e-6:
            return False, "Your inputs get different phases. An oracle for values leaves the phases alone."
        moved = {word: format(int(word, 2) ^ int(s, 2), f"0{n}b") for word in found}
        for word, partner in moved.items():
            if found[word] != found[partner]:
                return False, (
                    f"f({word}) is {found[word]}, and f({partner}) is {found[partner]}: both should be equal."
                )
        if len(set(found.values())) < 2 ** (n - 1):
            some = len(set(found.values()))
            return False, f"Your f has {some} different value{'s' * (some > 1)}. With pairs only it has 8."
        if found["0000"] != value:
            return False, f"The pairs are right, but f(0000) is {found['0000']}."
        return True

    yield Property("is such an oracle", holds, takes=Circuit, num_qubits=2 * n, wants="a circuit of eight qubits")
    if "0" in s:
        wrong = s.index("0")
        other = "; ".join(f"cx {wrong} {n + k}" for k in range(n) if s[k] == "1")
        yield slip(made(copy, other, shift), "takes a control where s has a 0").says(
            "Your extra CX gates are controlled by a bit that s does not change, so x and x ⊕ s still differ."
        )
    yield (
        slip(made(copy, chain), "forgets the value at 0")
        .says("The pairs are right, but f(0000) is 0000. Which gates move all values alike?")
        .worth(0.5)
    )
    yield slip(made(copy, shift), "copies only").says(
        "Your f has a value of its own for each input. Where does s enter?"
    )
    yield slip(made(chain, shift), "forgets the copy").says(
        "Your f has two values only, so many inputs share one. Exactly two of them should."
    )


def suffices(n, runs):
    """The probability that so many samples have rank n − 1."""
    return prod(1 - 2.0 ** (j - runs) for j in range(n - 1))


@number(
    "3.5.c",
    outcome=3,
    bounds=(0, 1),
    within=5e-4,
    n=whole(3, 12),
    more=whole(0, 5),
    derive=lambda n, more: {"runs": n - 1 + more},
)
def enough_runs(n, more, runs):
    yield suffices(n, runs)
    yield slip(prod(1 - 2.0 ** (j - runs) for j in range(n)), "asks for n independent ones").says(
        "You ask for n independent samples. All samples are orthogonal to s, so there are at most n − 1."
    )
    yield slip((1 - 2.0 ** (1 - n)) ** runs, "asks that no sample is 0…0").says(
        "This is the probability that no sample is 0…0. Samples can depend on each other in other ways, too."
    )
    if more:
        yield slip(suffices(n, n - 1), "takes n − 1 runs").says(
            "This is the probability for n − 1 runs. Yours are more, and only one of the sets has to be independent."
        )
    if more < 4:  # with more runs the estimate is good enough
        yield slip(1 - 2.0**-more, "takes the rule of thumb").says(
            "This is the rule of thumb 1 − 2^(n−1−m) for m runs. The exact number is asked for."
        )
    yield slip(1 - suffices(n, runs), "gives the probability of failing").says(
        "This is the probability that they do not suffice."
    )


@choice("3.5.d", rung="warm-up", outcome=(2, 3))
def full_rank():
    yield right("No s but 0…0 fits: the function has no pairs, or the oracle makes errors.").says(
        "Right: samples of a function with a hidden s never have more than n − 1 independent rows."
    )
    yield slip(
        "Nothing unusual: with enough runs the rank is always n.", "forgets that all y are orthogonal to s"
    ).says("If there is an s, every sample is orthogonal to it, and the rank stays below n for ever.")
    yield slip("One run too many: leave the last sample out, then s can be computed.", "bends the data").says(
        "Which one is the wrong one? Data that contradict the promise are not mended by hiding some of them."
    )
    yield slip("The string s is all ones.", "takes full rank for a full string").says(
        "For s = 1…1 all samples have an even number of ones. These have rank n − 1, too."
    )
    yield slip("The function is constant.", "takes the opposite case").says(
        "For a constant function every sample is 0…0: the rank is 0."
    )


@measure(
    "3.5.e",
    rung="think",
    outcome=(1, 3),
    points=2,
    within=0.03,
    s=one_of([word for n in (3, 4, 5) for word in strings(n)[1:] if word.count("1") > 1]),
)
def mean_number_of_runs(s):
    n = len(s)
    chances = [1 - 2.0**-j for j in range(1, n)]
    mean, spread = sum(1 / p for p in chances), sqrt(sum((1 - p) / p**2 for p in chances))
    shots = 5000
    error = spread / sqrt(shots)
    yield right(mean, spread=spread)
    yield slip((n - 1, error, shots), "counts the independent samples").says(
        "You count the independent samples. Runs that bring nothing new are runs, too, and cost a query each."
    )
    yield slip((mean * (1 - 2.0 ** (1 - n)), error, shots), "leaves the zeros out").says(
        "You leave out the samples 0…0. They bring nothing, but each of them has cost a query."
    )
    yield slip((mean + 1 / (1 - 2.0**-n), error, shots), "waits for one more").says(
        "This is the mean for one independent sample more. With n − 1 of them s is known."
    )


def likeliest(samples, product=dot):
    """The string, not 0…0, to which most samples are orthogonal; the first of several."""
    return max(strings(len(samples[0]))[1:], key=lambda s: sum(not product(y, s) for y in samples))


def by_elimination(samples):
    """What elimination gives from the first n − 1 independent samples."""
    n, kept = len(samples[0]), []
    for y in samples:
        if rank([*kept, y]) > len(kept) and len(kept) < n - 1:
            kept.append(y)
    found = fitting(kept, n)
    return found[0] if found else "0" * n


def by_all(samples):
    found = fitting(samples, len(samples[0]))
    return found[0] if found else "0" * len(samples[0])


def whole_product(one, other):
    return sum(a == b == "1" for a, b in zip(one, other, strict=True))


def noisy(rng):
    """Samples of which each bit is flipped with a probability of 3 percent; the vote is never close."""
    found = []
    for n in (4, 5, 6, 7, 8, 6):
        while True:
            s = rng.choice([word for word in strings(n) if word.count("1") > 1])
            allowed = [y for y in strings(n) if not dot(y, s)]
            samples = [
                "".join(bit if rng.random() > 0.03 else "10"[int(bit)] for bit in rng.choice(allowed))
                for _ in range(80)
            ]
            votes = sorted((sum(not dot(y, t) for y in samples), t) for t in strings(n)[1:])
            clear = votes[-1][1] == s and votes[-1][0] - votes[-2][0] >= 6
            if (
                clear
                and by_elimination(samples) != s
                and by_all(samples) != s
                and likeliest(samples, whole_product) != s
            ):
                found.append((samples,))
                break
    return found


@function("3.5.f", kind="stretch", outcome=2, points=3, name="find_hidden", inputs=noisy, returns=lambda s: Bits(s))
def in_spite_of_noise():
    yield likeliest
    yield slip(by_elimination, "eliminates with the first independent samples").says(
        "Elimination trusts each sample, and one wrong bit among those it uses is enough to spoil s."
    )
    yield slip(by_all, "eliminates with all samples").says(
        "0…0 agrees with every sample, right or wrong, and it is never the hidden string. Which other string do most "
        "samples agree with?"
    )
    yield slip(lambda samples: likeliest(samples, whole_product), "counts without modulo 2").says(
        "You count samples that have no 1 in common with s. An even number of common ones is enough."
    )
    yield slip(lambda samples: max(samples, key=samples.count), "takes the most frequent sample").says(
        "This is the most frequent sample. The samples are orthogonal to s; they are not s."
    )
