"""Which variant each learner of a release gets: drawn from a secret, and unlike the neighbours'."""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import replace
from pathlib import Path

from qtrain.grading.errors import GradingError
from qtrain.grading.manifest import Manifest

TRIES = 200


def secret() -> bytes:
    """The institution's secret, made when it is first needed; ``QTRAIN_SECRET`` names another file for it.

    Raises
    ------
    GradingError
        When it can be neither read nor made.
    """
    configured = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    path = Path(os.environ.get("QTRAIN_SECRET") or configured / "qtrain" / "secret")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return bytes.fromhex(path.read_text(encoding="ascii").strip())
        with open(fd, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise GradingError(
            f"the secret from which parameters are drawn, {path}, cannot be read ({error}): restore it, remove it "
            "to begin with a new one, or name another file in QTRAIN_SECRET"
        ) from None


def choose(document, people, manifest: Manifest) -> Manifest:
    """A key for each learner, such that in every exercise that can the parameters differ from the neighbours'."""
    exercises = [exercise for exercise in document.exercises if exercise.variant is not None]
    differ, hidden = dict.fromkeys((e.id for e in exercises), 0), secret()
    previous: list[list] = []
    variants = dict(manifest.variants)
    of_group: dict[str, str] = {}
    for learner in people.learners:
        group = learner.group if manifest.rules.group_work else ""
        if learner.id not in variants:  # a group works on the same numbers
            variants[learner.id] = of_group.get(group) or _best_key(
                hidden, f"{manifest.id}\n{learner.id}", exercises, previous
            )
        if group:
            of_group.setdefault(group, variants[learner.id])
        own = [exercise.parameters(variants[learner.id]) for exercise in exercises]
        for exercise, mine, theirs in zip(exercises, own, previous[-1] if previous else (), strict=False):
            differ[exercise.id] += mine != theirs
        previous = [*previous[-1:], own]
    there = {learner.id: learner for learner in (*manifest.learners, *people.learners)}
    return replace(manifest, variants=variants, neighbours_differ=differ, learners=list(there.values()))


def _best_key(hidden: bytes, whose: str, exercises, previous) -> str:
    best, most = "", -1
    for attempt in range(TRIES):
        key = hmac.new(hidden, f"{whose}\n{attempt}".encode(), "sha256").hexdigest()[:32]
        own = [exercise.parameters(key) for exercise in exercises]
        # The neighbour matters most, the one after next a little.
        unlike = [sum(a != b for a, b in zip(own, theirs, strict=True)) for theirs in reversed(previous)]
        value = sum(count * weight for count, weight in zip(unlike, (100, 1), strict=False))
        if value > most:
            best, most = key, value
        if most >= len(own) * sum((100, 1)[: len(unlike)]):
            break
    return best
