import json

import pytest

from qtrain.checking import DIAGNOSES, Evidence, Unitary, Verdict, compare
from qtrain.checking.verdict import not_yet, right, undecided, wrong


def test_a_verdict_travels_as_json_and_comes_back_unchanged():
    evidence = Evidence("amplitudes", "|0⟩", [[1.0, 0.0]], [[0.0, 1.0]], ("0",))
    for verdict in (
        right(),
        not_yet(),
        undecided("?", "sampling"),
        wrong("half-angle", "…", score=0.3, evidence=evidence, gate=2),
    ):
        back = Verdict.from_data(json.loads(json.dumps(verdict.to_data())))
        assert back == verdict and back.details == verdict.details and back.status == verdict.status


def test_real_verdicts_are_json_too():
    verdict = compare([1, 0], [0.6, 0.8])
    assert Verdict.from_data(json.loads(json.dumps(verdict.to_data(), allow_nan=False))) == verdict


def test_truth_and_contradictions():
    assert right() and not wrong(None, "") and not not_yet() and not undecided("")
    with pytest.raises(ValueError):
        Verdict(True, 0.5, status="wrong")
    with pytest.raises(ValueError):
        Verdict(False, 0.5, "no-such-code")
    with pytest.raises(ValueError):
        Verdict(False, 1.5)


def test_a_wrong_answer_never_gets_the_full_score():
    assert wrong(None, "", score=1.0).score < 1
    assert wrong(None, "", score=float("nan")).score == 0


def test_the_codes_of_the_design_are_all_there():
    assert len(DIAGNOSES) == 31 and {"qubit-order", "ancilla-dirty", "rule", "sampling"} <= DIAGNOSES


def test_text_is_short_and_shows_the_terms_that_differ():
    ccz = [[float(i == j) * (-1 if i == j == 7 else 1) for j in range(8)] for i in range(8)]
    verdict = Unitary([[float(i == j) for j in range(8)] for i in range(8)]).judge(ccz)
    lines = str(verdict).splitlines()
    assert 2 <= len(lines) <= 3 and lines[0].startswith("✘ wrong") and "|111⟩" in lines[-1]
