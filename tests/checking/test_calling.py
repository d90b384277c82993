"""How functions are called: what is given to them, and what comes out, is kept apart from what they do later."""

import numpy as np
import pytest

from qtrain.checking.calling import Failed, equal, outcome
from qtrain.checking.drivers import copied


@pytest.mark.parametrize(
    "value", [3, "ab", [1, [0, 1]], ([1, 2], "x"), {"a": [1]}, [np.array([1, 2])], (None, True, 0.5, 1j)]
)
def test_a_copy_is_equal_and_shares_no_list(value):
    found = copied(value)
    assert equal(found, value) and type(found) is type(value)
    if isinstance(value, list):
        assert found is not value and all(a is not b for a, b in zip(found, value, strict=True) if isinstance(b, list))


def test_what_a_batch_gave_first_is_not_changed_by_a_later_call():
    kept = []

    def growing(bit):
        kept.append(bit)
        return kept

    assert outcome(growing, ("batch", [(1,), (0,)])) == [[1], [1, 0]]


def test_who_changes_what_is_given_is_told():
    found = outcome(lambda bits: bits.clear() or [0], ("batch", [([1, 0],)]))
    assert isinstance(found, Failed) and "changes what it is given" in found.message


@pytest.mark.parametrize(("one", "other"), [(1, 2), (True, False), ("a", "b"), ([1, 0], [1, 1]), ([1], (1,))])
def test_equal_tells_plain_values_apart(one, other):
    assert equal(one, one) and not equal(one, other)
