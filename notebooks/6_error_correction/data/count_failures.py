"""Count the failures of surface-code memories, for lesson 6.8: ``python count_failures.py`` writes surface_memory.json.

Each row: a rotated surface code of distance d holds |0⟩ for 3d rounds and is decoded by matching; counted is in how
many shots the logical Z is wrong afterwards. Every gate, reset and reading fails with probability p; the noise of the
data qubits between the rounds ("idling") is on or off. It takes about a quarter of an hour on one core. Stim's seeds
hold for one version and one kind of processor only: elsewhere the counts differ, within their error bars.
"""

import hashlib
import json
import sys
from pathlib import Path

import pymatching
import stim

HERE = Path(__file__)
BATCH = 20_000
RATES = tuple(k / 2000 for k in (2, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16, 18, 20))
#: Without idling, near the crossings.
QUIET = RATES[6:]
#: For each noise: distances, shots, and error rates.
PLANS = {
    "uniform": {
        3: {1_000_000: RATES},
        5: {1_000_000: RATES},
        7: {1_000_000: RATES[:3], 200_000: RATES[3:]},
        9: {1_000_000: RATES[:2], 200_000: RATES[2:10], 60_000: RATES[10:]},
    },
    "no idling": {
        3: {200_000: QUIET},
        5: {200_000: QUIET},
        7: {100_000: QUIET},
    },
}
#: Distance 3 for many rounds: what the memory of exercise 6.8.d should find.
LONG = {30: 2_000_000, 35: 2_000_000, 40: 2_000_000}


def memory(d, p, idling=True, rounds=None):
    """The circuit: rotated surface code, 3d rounds, uniform circuit noise p."""
    return stim.Circuit.generated(
        "surface_code:rotated_memory_z",
        distance=d,
        rounds=rounds or 3 * d,
        after_clifford_depolarization=p,
        after_reset_flip_probability=p,
        before_measure_flip_probability=p,
        before_round_data_depolarization=p * idling,
    )


def failures(circuit, shots, seed):
    """In how many shots the matching decoder is wrong about the logical observable."""
    matching = pymatching.Matching.from_detector_error_model(
        circuit.detector_error_model(decompose_errors=True)
    )
    sampler = circuit.compile_detector_sampler(seed=seed)
    wrong = 0
    for _ in range(shots // BATCH):
        detectors, observables = sampler.sample(BATCH, separate_observables=True)
        wrong += int(
            (matching.decode_batch(detectors) != observables).any(axis=1).sum()
        )
    return wrong


def rows():
    """All rows, the small ones first."""
    for noise, plan in PLANS.items():
        for d, parts in plan.items():
            for shots, rates in parts.items():
                for p in rates:
                    seed = int(
                        hashlib.sha256(f"{noise} {d} {p}".encode()).hexdigest()[:8], 16
                    )
                    wrong = failures(memory(d, p, noise == "uniform"), shots, seed)
                    print(noise, d, p, shots, wrong, file=sys.stderr, flush=True)
                    yield {
                        "noise": noise,
                        "distance": d,
                        "p": p,
                        "rounds": 3 * d,
                        "shots": shots,
                        "failures": wrong,
                    }


def long_memories():
    """Print the failures of long memories of distance 3, by rounds and p."""
    for rounds, shots in LONG.items():
        counts = [
            (p, failures(memory(3, p, rounds=rounds), shots, rounds))
            for p in RATES[3:8]
        ]
        print(f"{rounds}: {counts},", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["long"]:
        sys.exit(long_memories())
    made = {
        "what": "failures of surface-code memories (rotated, holding |0⟩, 3d rounds), decoded by matching",
        "script": HERE.name,
        "script_sha256": hashlib.sha256(HERE.read_bytes()).hexdigest(),
        "made": "2026-11-26",
        "versions": {"stim": stim.__version__, "pymatching": pymatching.__version__},
        "license": "the course's own",
    }
    lines = ",\n  ".join(json.dumps(row) for row in rows())
    head = json.dumps(made, indent=1, ensure_ascii=False)[:-2]
    target, new = (
        HERE.with_name("surface_memory.json"),
        HERE.with_name("surface_memory.new"),
    )
    new.write_text(f'{head},\n "rows": [\n  {lines}\n ]\n}}\n', "utf-8")
    new.replace(target)
