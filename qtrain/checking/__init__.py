"""Targets, comparison and verdicts: is an answer right, how far, and which mistake was made.

>>> from qtrain.checking import Unitary
>>> bool(Unitary([[0, 1], [1, 0]]).judge([[1, 0], [0, 1]]))
False
"""

from importlib import import_module

_HOME = {
    "Verdict": "verdict",
    "Evidence": "verdict",
    "DIAGNOSES": "verdict",
    "Target": "target",
    "State": "states",
    "Density": "states",
    "Unitary": "linear",
    "Isometry": "linear",
    "Subspace": "ancillas",
    "BitOracle": "ancillas",
    "PhaseOracle": "ancillas",
    "Channel": "channels",
    "Observable": "observables",
    "Expectation": "observables",
    "Distribution": "distributions",
    "Sampling": "distributions",
    "AnyOf": "combinations",
    "AllOf": "combinations",
    "Property": "properties",
    "Outcomes": "outcomes",
    "Number": "numbers",
    "Choice": "texts",
    "Text": "texts",
    "FreeText": "texts",
    "Bits": "texts",
    "Data": "data",
    "Each": "functions",
    "Failed": "calling",
    "Slip": "slips",
    "Game": "games",
    "Protocol": "protocols",
    "Step": "protocols",
    "Must": "protocols",
    "Key": "protocols",
    "NoGateAcross": "locality",
    "Permutation": "permutations",
    "Queries": "queries",
    "ByTheQuery": "queries",
    "Succeeds": "success",
    "Povm": "povms",
    "Representation": "representations",
    "EstimatedState": "reconstructions",
    "EstimatedChannel": "reconstructions",
    "StabilizerGroup": "codes",
    "Logicals": "codes",
    "Code": "codes",
    "Correction": "codes",
    "StimProgram": "stim_programs",
    "Decoder": "decoders",
    "Estimate": "estimates",
    "Estimator": "estimators",
    "Mitigator": "estimators",
    "QuasiProbabilities": "quasi_probabilities",
    "compare": "comparing",
    "target_for": "comparing",
    "within_for_shots": "shot_statistics",
}

__all__ = sorted([*_HOME, "rules", "conventions"])


def __getattr__(name: str):
    # Loaded when first used: a room above that only needs `Verdict` does not pay for NumPy.
    if name in ("rules", "conventions"):
        return import_module(f".{name}", __name__)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
