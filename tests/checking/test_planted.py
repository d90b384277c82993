"""Every planted answer gets its verdict: right ones pass in any form, wrong ones get their name and their sentence."""

import pytest

from .planted import algorithms, communication, correction, information, mitigation

CASES = [*communication.CASES, *algorithms.CASES, *information.CASES, *correction.CASES, *mitigation.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.target}: {case.name}")
def test_the_planted_answer_gets_its_verdict(case):
    verdict = case.verdict()
    if case.code == "right":
        assert verdict.passed, verdict.message
    else:
        assert verdict.status == "wrong" and verdict.diagnosis == case.code, str(verdict)
        assert case.says in verdict.message
        assert verdict.score <= 0.75
    assert type(verdict).from_data(verdict.to_data()) == verdict


@pytest.mark.parametrize("target", sorted({case.target for case in CASES}))
def test_every_target_has_enough_planted_answers(target):
    rows = [case for case in CASES if case.target == target]
    assert sum(case.code == "right" for case in rows) >= 3
    assert sum(case.code != "right" for case in rows) >= 5
