"""The part of `requirements.lock` that a class's server needs: what students install, and what its extras add."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..errors import ClassroomError

EXTRAS = ("hub", "grade")
TARGET = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}


def part_of_lock(lock: str, project: dict, extras: tuple[str, ...] = EXTRAS) -> str:
    """Versions and hashes for the image, as pip reads them under ``--require-hashes``.

    Parameters
    ----------
    lock : str
        The whole lock.
    project : dict
        The table ``project`` of `pyproject.toml`.
    extras : tuple of str
        What is wanted besides what a student installs.
    """
    base, rest = lock.split("\n# extras\n")
    blocks: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=\S)", rest.strip()):
        blocks.setdefault(canonicalize_name(re.split(r"[=\[ ]", block)[0]), []).append(block)
    in_base = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)(?:\[[\w,.-]+\])?==", base, re.MULTILINE)}
    optional = project.get("optional-dependencies", {})
    if unknown := [extra for extra in extras if extra not in optional]:
        raise ClassroomError(f"pyproject.toml has no extra {', '.join(unknown)}; it has {', '.join(sorted(optional))}.")
    wanted = _closure([Requirement(line) for extra in extras for line in optional[extra]])
    if missing := sorted(wanted - in_base - set(blocks)):
        raise ClassroomError(
            f"requirements.lock has no {', '.join(missing)}: run `make lock` in the checkout, then this again."
        )
    return (
        "\n".join([base.rstrip(), *(block for name in sorted(wanted & set(blocks)) for block in blocks[name])]) + "\n"
    )


def _closure(requirements: list[Requirement]) -> set[str]:
    """Names of all that these need on Linux, as the installed packages say it of themselves."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = [(requirement, "") for requirement in requirements]
    while todo:
        requirement, extra = todo.pop()
        if requirement.marker and not requirement.marker.evaluate(TARGET | {"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        found.add(name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                todo += [(Requirement(line), wanted) for line in _needs(name)]
    return found


def _needs(name: str) -> list[str]:
    try:
        return requires(name) or []
    except (
        PackageNotFoundError
    ):  # of another system than this: pip refuses to build the image if it needs something more
        return []
