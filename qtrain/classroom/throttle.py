"""Wrong tries to sign in are slowed down, and nobody is locked out by somebody else for long.

A code has 47 bits: guessing is hopeless at any speed that a computer in a classroom reaches. So short waits do, and no
account is ever closed. Whoever signed in on a device before has an allowance of their own there.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_MOST = 20_000  # allowances that are remembered


@dataclass(frozen=True)
class Allowance:
    """So many tries at once, and then one in so many seconds."""

    at_once: int
    seconds: float


# At one device a person may be wrong five times; where many tell a name's code wrong from many places, all of them
# wait, briefly; one address may be a whole class behind one router.
PERSON = Allowance(5, 10.0)
NAME = Allowance(40, 2.0)
ADDRESS = Allowance(200, 0.5)


class Throttle:
    """Counts tries by name and address; a try that was right does not count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._empty_at: OrderedDict[tuple, float] = OrderedDict()

    def wait(self, name: str, address: str, device: str = "") -> float:
        """Seconds to wait before this person may try again; 0 takes one try of the allowance.

        Parameters
        ----------
        name : str
            Who wants to sign in, in plain form.
        address : str
            Where the request comes from.
        device : str
            The device, if this person signed in there before: then nobody else's tries count.
        """
        now, keys = self._clock(), self._keys(name, address, device)
        longest = max(self._full_for(key, allowed, now) for key, allowed in keys)
        if longest > 0:
            return longest
        for key, allowed in keys:
            self._empty_at[key] = max(self._empty_at.pop(key, now), now) + allowed.seconds
        while len(self._empty_at) > _MOST:  # the one that was tried longest ago
            self._empty_at.popitem(last=False)
        return 0.0

    def right(self, name: str, address: str, device: str = "") -> None:
        """Give the try back: it was right."""
        for key, allowed in self._keys(name, address, device):
            if key in self._empty_at:
                self._empty_at[key] -= allowed.seconds
        self._empty_at.pop(("person", name, device or address), None)

    def _keys(self, name: str, address: str, device: str) -> list[tuple[tuple, Allowance]]:
        here = (("person", name, device or address), PERSON)
        return [here] if device else [here, (("name", name), NAME), (("address", address), ADDRESS)]

    def _full_for(self, key: tuple, allowed: Allowance, now: float) -> float:
        """Seconds until one more try fits; a bucket that leaks, known by the moment at which it will be empty."""
        return self._empty_at.get(key, now) - now - (allowed.at_once - 1) * allowed.seconds
