"""Late, capped, best or last; and what a cohort's numbers say."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from qtrain.grading.errors import GradingError
from qtrain.grading.item_analysis import Tally, correlation
from qtrain.grading.late_policy import Rules, instant
from qtrain.grading.manifest import Asked

DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "hours", "counted"),
    [
        ({}, 100, 8),
        ({"late_loss": 10}, 0, 8),
        ({"late_loss": 10}, 0.1, 8),
        ({"late_loss": 10}, 1, 7.2),
        ({"late_loss": 10}, 25, 6.4),
        ({"late_loss": 60}, 49, 0),
        ({"late_cap": 50}, 1, 5),
        ({"late_cap": 50}, -1, 8),
        ({"closed": 2}, 47, 8),
        ({"closed": 2}, 49, 0),
        ({"cap": 70}, -5, 7),
        ({"cap": 70, "late_loss": 50}, 5, 3.5),
    ],
)
def test_late_and_capped(rules, hours, counted):
    rules = Rules(due=DUE.isoformat(), **rules)
    late = rules.lateness(DUE + timedelta(hours=hours))
    points, why = rules.grade(8, 10, late)
    assert points == pytest.approx(counted)
    assert bool(why) == (counted != 8)


def test_times():
    assert instant("2026-03-01T12:00+00:00") == DUE
    assert instant("2026-03-01").astimezone().hour == 23
    assert Rules().lateness(DUE) == 0 and Rules(due=DUE.isoformat()).lateness(None) == 0
    with pytest.raises(GradingError, match="no time"):
        Rules(due="tomorrow")
    with pytest.raises(GradingError, match="last"):
        Rules(count="first")


def test_late_submission_through_the_command(classroom):
    import os

    for name, year in (("anna", 2026), ("bob", 2025)):
        path = classroom.hand_in(f"{name}.ipynb", classroom.solved(name))
        stamp = datetime(year, 3, 3, 12, tzinfo=UTC).timestamp()
        os.utime(path, (stamp, stamp))
    grades = classroom.grade("--due", DUE.isoformat(), "--late-loss", "25")
    assert (grades["anna"]["grade"], grades["anna"]["why"]) == (3, "2 days late")
    assert (grades["bob"]["grade"], grades["bob"]["why"]) == (6, "")
    assert classroom.grade("--late-loss", "0")["anna"]["grade"] == 6


def test_last_or_best(classroom):
    import os

    for name, day, wrong in (("one", 1, {}), ("two", 2, {"p1": "cat = 3"})):
        path = classroom.hand_in(f"anna/{name}.ipynb", classroom.solved("anna", **wrong))
        os.utime(path, (86400 * day, 86400 * day))
    assert classroom.grade()["anna"]["grade"] == 5
    assert classroom.grade("--count", "best")["anna"]["grade"] == 6
    assert "2 submissions" in " ".join(classroom.report()["several"])


def test_correlation_is_pearsons():
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 2, 50), rng.normal(size=50)
    assert correlation(list(zip(x, y, strict=True))) == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert correlation([(1, 2)] * 20) is None and correlation([(0, 1), (1, 2)]) is None


def test_item_that_discriminates_badly_is_told():
    exercises = [Asked(name, name, 1) for name in "abcd"]
    tally, rng = Tally(exercises), np.random.default_rng(2)
    for _ in range(200):
        skill = rng.random()
        scores = {name: float(rng.random() < (1 - skill if name == "c" else skill)) for name in "abcd"}
        answers = [
            SimpleNamespace(
                exercise=n,
                score=s,
                points=s,
                status="right" if s else "wrong",
                stopped="",
                diagnosis="inverse" if n == "c" else None,
            )
            for n, s in scores.items()
        ]
        total = sum(scores.values())
        tally.add(SimpleNamespace(grading=SimpleNamespace(answers=answers), counted=total, of=4, shared=False))
    a, b, c, d = tally.items()
    assert a.remark == b.remark == d.remark == "" and "wording" in c.remark and c.discrimination < 0
    assert c.mistakes[0][0] == "inverse"
    assert sum(count for _, count in tally.histogram()) == 200


def test_correlation_of_scores_that_hardly_differ():
    """Scores that differ in the sixth digit do differ; those that differ by rounding alone do not."""
    near = [(0.5 + 1e-6 * k, k % 4) for k in range(20)]
    assert correlation(near) == pytest.approx(np.corrcoef(*zip(*near, strict=True))[0, 1])
    assert correlation([(y, x) for x, y in near]) == pytest.approx(correlation(near))
    assert correlation([(0.1 + 0.2, k) if k % 2 else (0.3, k) for k in range(20)]) is None
    assert correlation([(k, 0.1 + 0.2) if k % 2 else (k, 0.3) for k in range(20)]) is None
