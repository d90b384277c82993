"""Count the failures of code blocks under bit flips, for lesson 6.9: ``python count_blocks.py`` writes blocks.json.

Each row: every data qubit is flipped with probability p, the Z checks are read without error, a decoder corrects, and
counted is in how many shots *any* logical qubit of the block is wrong afterwards. The bivariate bicycle codes are
decoded by belief propagation (30 rounds) and ordered statistics of order 0, as in the lesson, the rotated surface code
by matching. "another" counts the corrections that are not the error itself, "bp alone" the shots in which belief
propagation gives no answer or a wrong one. It takes about ten minutes on one core.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pymatching

HERE = Path(__file__)
BATCH = 2000
A, B = ((3, 0), (0, 1), (0, 2)), ((0, 3), (1, 0), (2, 0))
SIZES = {108: (9, 6), 144: (12, 6)}
#: For each block: shots at each p.
BICYCLES = {
    108: dict.fromkeys((0.045, 0.0465, 0.048, 0.0495, 0.051), 200_000),
    144: {
        0.02: 500_000,
        0.03: 200_000,
        0.04: 100_000,
        0.05: 60_000,
        0.06: 30_000,
        0.08: 10_000,
    },
}
PATCHES = {
    d: dict.fromkeys((0.02, 0.03, 0.04, 0.05, 0.06, 0.08), 1_000_000)
    for d in (3, 5, 7, 9, 11)
}


def bicycle(size):
    """H_X and H_Z of the code with A = x³ + y + y² and B = y³ + x + x²."""
    left, right = SIZES[size]

    def matrix(terms):
        return sum(
            np.kron(
                np.roll(np.eye(left, dtype=int), i, axis=1),
                np.roll(np.eye(right, dtype=int), j, axis=1),
            )
            for i, j in terms
        )

    return np.hstack([matrix(A), matrix(B)]), np.hstack([matrix(B).T, matrix(A).T])


def reduced(matrix):
    """The matrix in reduced echelon form modulo 2, without empty rows, and the columns of its pivots."""
    rows, pivots = matrix.copy(), []
    for column in range(rows.shape[1]):
        hits = len(pivots) + np.flatnonzero(rows[len(pivots) :, column])
        if len(hits):
            place = len(pivots)
            rows[[place, hits[0]]] = rows[[hits[0], place]]
            others = np.flatnonzero(rows[:, column])
            rows[others[others != place]] ^= rows[place]
            pivots.append(column)
    return rows[: len(pivots)], pivots


def logicals(x_checks, z_checks):
    """Strings of Z's that all X checks pass, independent of each other and of the Z checks."""
    rows, pivots = reduced(x_checks)
    free = [column for column in range(rows.shape[1]) if column not in pivots]
    kernel = np.zeros((len(free), rows.shape[1]), dtype=int)
    for one, column in zip(kernel, free, strict=True):
        one[column], one[pivots] = 1, rows[:, column]
    both = np.vstack([z_checks, kernel])
    return both[[k for k in reduced(both.T)[1] if k >= len(z_checks)]]


def beliefs(checks, p, syndromes, rounds=30):
    """ln(P(no flip) / P(flip)) of each qubit: a row for each syndrome."""
    rows, columns = np.nonzero(checks)
    by_qubit = np.argsort(columns, kind="stable")
    of_check = np.unique(rows, return_index=True)[1]
    of_qubit = np.unique(columns[by_qubit], return_index=True)[1]
    prior, sign = np.log((1 - p) / p), (1 - 2 * syndromes.T)[rows]
    heard = np.full((checks.shape[1], len(syndromes)), prior)
    message, left = np.zeros(sign.shape), np.arange(len(syndromes))
    for _ in range(rounds):
        t = np.tanh((heard[:, left][columns] - message) / 2)
        t[t == 0] = 1e-12
        others = np.multiply.reduceat(t, of_check)[rows] / t
        message = 2 * sign[:, left] * np.arctanh(others.clip(-1 + 1e-12, 1 - 1e-12))
        heard[:, left] = prior + np.add.reduceat(message[by_qubit], of_qubit)
        wrong = checks @ (heard[:, left] < 0) % 2 != syndromes.T[:, left]
        still = wrong.any(axis=0)
        left, message = left[still], message[:, still]
        if not left.size:
            break
    return heard.T


def osd(checks, belief, syndrome):
    """The correction on the first independent columns, most believed flips first."""
    order = np.argsort(belief, kind="stable")
    rows, pivots = reduced(np.hstack([checks[:, order], syndrome[:, None]]))
    flips = np.zeros(len(order), dtype=int)
    flips[order[pivots]] = rows[:, -1]
    return flips


def decode(checks, p, syndromes):
    """The corrections, and for which shots belief propagation had none."""
    belief = beliefs(checks, p, syndromes)
    flips = (belief < 0).astype(int)
    unanswered = (flips @ checks.T % 2 != syndromes).any(axis=1)
    for shot in np.flatnonzero(unanswered):
        flips[shot] = osd(checks, belief[shot], syndromes[shot])
    return flips, unanswered


def patch(d):
    """The Z checks and the logical Z of a rotated surface code; qubit (r, c) is number d r + c."""
    faces = []
    for r in range(-1, d):
        for c in range(-1, d):
            inside = 0 <= r < d - 1 and 0 <= c < d - 1
            border = r in (-1, d - 1) and 0 <= c < d - 1
            if (inside or border) and (r + c) % 2 == 0:
                faces.append(
                    [
                        d * i + j
                        for i in (r, r + 1)
                        for j in (c, c + 1)
                        if 0 <= i < d and 0 <= j < d
                    ]
                )
    checks = np.zeros((len(faces), d * d), dtype=int)
    for row, face in zip(checks, faces, strict=True):
        row[face] = 1
    return checks, np.arange(d * d) % d == 0


def rows():
    """All rows."""
    for d, plan in PATCHES.items():
        checks, logical = patch(d)
        assert len(checks) == (d * d - 1) // 2
        matching = pymatching.Matching(checks)
        for p, shots in plan.items():
            rng, wrong = np.random.default_rng([d, round(1e4 * p)]), 0
            for _ in range(shots // 20_000):
                errors = (rng.random((20_000, d * d)) < p).astype(np.uint8)
                made = matching.decode_batch(errors @ checks.T.astype(np.uint8) % 2)
                wrong += int(((errors ^ made)[:, logical].sum(axis=1) % 2).sum())
            yield {
                "code": f"rotated surface code, d = {d}",
                "n": d * d,
                "p": p,
                "shots": shots,
                "failures": wrong,
            }
    for n, plan in BICYCLES.items():
        x_checks, z_checks = bicycle(n)
        found = logicals(x_checks, z_checks)
        for p, shots in plan.items():
            rng, counts = (
                np.random.default_rng([n, round(1e4 * p)]),
                np.zeros(3, dtype=int),
            )
            for _ in range(shots // BATCH):
                errors = (rng.random((BATCH, n)) < p).astype(int)
                made, unanswered = decode(z_checks, p, errors @ z_checks.T % 2)
                wrong = ((made ^ errors) @ found.T % 2).any(axis=1)
                counts += (
                    wrong.sum(),
                    (made != errors).any(axis=1).sum(),
                    (wrong | unanswered).sum(),
                )
            names = ("failures", "another", "bp alone")
            row = {"code": f"bicycle code, n = {n}", "n": n, "p": p, "shots": shots}
            yield row | dict(zip(names, counts.tolist(), strict=True))


if __name__ == "__main__":
    made = {
        "what": "failures of code blocks under bit flips with perfect checks",
        "script": HERE.name,
        "script_sha256": hashlib.sha256(HERE.read_bytes()).hexdigest(),
        "made": "2026-11-26",
        "versions": {"numpy": np.__version__, "pymatching": pymatching.__version__},
        "license": "the course's own",
    }
    lines = []
    for row in rows():
        print(row, file=sys.stderr, flush=True)
        lines.append(json.dumps(row))
    head, text = (
        json.dumps(made, indent=1, ensure_ascii=False)[:-2],
        ",\n  ".join(lines),
    )
    new = HERE.with_name("blocks.new")
    new.write_text(f'{head},\n "rows": [\n  {text}\n ]\n}}\n', "utf-8")
    new.replace(HERE.with_name("blocks.json"))
