"""What an exercise says of a typical wrong answer goes before what a target of modules 2 to 6 would say."""

import numpy as np
import pytest

from qtrain.checking import (
    Correction,
    Decoder,
    Estimator,
    Game,
    Key,
    Mitigator,
    Povm,
    Representation,
    Slip,
    StabilizerGroup,
)

from .planted.communication import QUESTIONS, chsh_wins
from .planted.correction import CHECKS, EXACT, OBSERVED, PRIOR, first
from .planted.information import KRAUS
from .planted.mitigation import draw_device, draw_shots


def no_error(hits, shots):
    return hits / shots, 1.0


SLIPPED = [
    (lambda **o: Game(chsh_wins, QUESTIONS, 0.75, **o), (lambda x: x, lambda y: y), ([0, 1], [0, 1])),
    (lambda **o: Estimator(draw_shots, **o), no_error, lambda hits, shots: np.array([hits / shots, 1])),
    (lambda **o: Mitigator(draw_device, removes=0.7, **o), lambda noisy: noisy[3], lambda noisy: np.float64(noisy[3])),
    (lambda **o: Decoder(CHECKS, OBSERVED, PRIOR, EXACT, **o), first, lambda s: np.array(first(s))),
    (lambda **o: Key("0110", **o), "0111", [0, 1, 1, 1]),
    (lambda **o: StabilizerGroup(["XX", "ZZ"], **o), ["XX", "-ZZ"], ["YY", "-ZZ"]),
    (lambda **o: Correction(["ZZI", "IZZ"], "XII", **o), "IXX", "ZYX"),
    (lambda **o: Povm([np.diag([1, 0]), np.diag([0, 1])], **o), [np.eye(2) / 2] * 2, [(np.eye(2) / 2).tolist()] * 2),
    (lambda **o: Representation(KRAUS, "choi", **o), np.eye(4) / 2, (np.eye(4) / 2).tolist()),
]


@pytest.mark.parametrize(("make", "slip", "answer"), SLIPPED)
def test_a_slip_gets_its_reply_in_any_form(make, slip, answer):
    target = make(slips=[Slip(slip, "That is the one we know.", "convention")])
    verdict = target.judge(answer)
    assert verdict.message == "That is the one we know." and verdict.diagnosis == "convention" and not verdict.score
    assert make().judge(answer).message != verdict.message
