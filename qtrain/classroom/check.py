"""``qtrain hub DIR check``: a line each on what serving a class takes here, and what to do where it is missing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from qtrain.classroom import capacity, computer, settings
from qtrain.classroom.addresses import addresses, best, url
from qtrain.classroom.computer import Finding, fine, missing, warning
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.settings import Settings

HOME_MIB = 50  # a learner's copy of the course, 4 MiB, with what they add to it
SPARE_DISK_MIB = 2000
FILES_A_LEARNER = 32  # descriptors of hub and proxy together: server, kernels and browser, with room for a reload
PROCESSES_A_LEARNER = 100  # and threads: a server, two kernels, and what a learner's program starts


def python(told: Settings) -> Finding:
    """Python, and what it saves of memory."""
    version = ".".join(map(str, sys.version_info[:3]))
    if not told.immortal or capacity.learner_mib(True) == capacity.IMMORTAL_MIB:
        return fine(version)
    return fine(f"{version}; with 3.12 or 3.13 a learner takes about half the memory")


def jupyterhub(told: Settings) -> Finding:
    """JupyterHub, in a version that the class's server was made for."""
    from importlib import metadata

    from qtrain.installing import with_this_python

    advice = f"run  {with_this_python('qtrain[hub]')}"
    try:
        version = metadata.version("jupyterhub")
    except metadata.PackageNotFoundError:
        return missing("it is not installed", advice)
    return fine(version) if version.split(".")[0] == "6" else missing(f"{version} is not 6.x", advice)


def proxy(told: Settings) -> Finding:
    """JupyterHub's proxy and the Node that runs it."""
    from qtrain.classroom.proxy import program

    try:
        node, path = program()
    except ClassroomError as problem:
        return missing(str(problem).partition(":")[0], str(problem).partition(": ")[2])
    return fine(f"{computer.said(node, '--version') or node} runs {Path(path).name}")


def port(told: Settings) -> Finding:
    """The port that browsers ask."""
    if computer.serves(told.nursery):
        return fine(f"{told.port}: this class is being served just now")
    held = computer.holder(told.address, told.port)
    if held:
        return missing(
            f"{told.port} is held by {held}", f"end that, or choose another:  sudo qtrain hub {told.folder} --port 8000"
        )
    return fine(f"{told.port} is free")


def memory(told: Settings) -> Finding:
    """How many learners may be there at once, and whether that is the class."""
    total = capacity.memory_here()
    each = capacity.learner_mib(told.immortal)
    fit, present = told.seats or capacity.learners_that_fit(total, each), _learners(told)
    seen = f"{total / 1024:.1f} GiB serve {fit} learners at once, about {each} MiB for each"
    if fit >= max(present, 1):
        return fine(seen)
    needed = capacity.memory_for(max(present, 1), each) / 1024
    advice = (
        f"for {max(present, 1)} at once it takes {needed:.0f} GiB: add memory, use a second computer, or work in turns"
    )
    return (warning if fit else missing)(seen, advice)


def disk(told: Settings) -> Finding:
    """Room for the learners' work."""
    place = computer.existing(told.folder)
    free = shutil.disk_usage(place).free / 2**20
    needed = SPARE_DISK_MIB + _learners(told) * HOME_MIB
    seen = f"{free / 1024:.1f} GiB free at {place}"
    if free >= needed:
        return fine(seen)
    return missing(seen, f"free {needed / 1024:.1f} GiB there, or choose a folder on a larger disk")


def folder(told: Settings) -> Finding:
    """A file system that knows owners, and a way to the class and to Python that is open to learners."""
    from qtrain.classroom import reach

    place = computer.existing(told.folder)
    if computer.keeps_owners(place) is False:
        return missing(
            f"the disk of {told.folder} knows no owners (FAT or NTFS?)",
            "choose a folder on a Linux file system, such as /srv/class: owners keep a learner's files from the others",
        )
    shut = {str(cover): str(way) for way in [*reach.needed(), place] if (cover := reach.closed(way)) is not None}
    if not shut:
        return fine("everybody can enter the ways to Python and to the class")
    if computer.may_fence() is not False:
        return fine(f"closed to others: {', '.join(shut)}; the server opens only the ways that it needs")
    return missing(
        "; ".join(f"{way} lies below {cover}, which is closed to others" for cover, way in shut.items()),
        "put it where everybody may enter: Python's environment into /opt/qtrain, the class into /srv/class",
    )


def open_files(told: Settings) -> Finding:
    """How many connections the hub and its proxy may have."""
    allowed, needed = computer.most_open_files(), 1024 + FILES_A_LEARNER * _learners(told)
    if allowed >= needed:
        return fine(f"{allowed} at once")
    return warning(
        f"{allowed} at once, and {_learners(told)} learners take up to {needed}",
        f"run  ulimit -n {needed}  first, or  sudo qtrain hub {told.folder} install  which sets it",
    )


def processes(told: Settings) -> Finding:
    """How many processes and threads the computer may have."""
    allowed, needed = computer.most_processes(), 1000 + PROCESSES_A_LEARNER * _learners(told)
    if allowed >= needed:
        return fine(f"{allowed} at once, threads included")
    return warning(
        f"{allowed} at once, and {_learners(told)} learners take up to {needed}",
        f"run  sudo sysctl kernel.threads-max={needed} kernel.pid_max={needed}",
    )


def network(told: Settings) -> Finding:
    """The address on the slips."""
    chosen = url(told.address or best(), told.port)
    found = [one for one in addresses() if not one.address.startswith("127.")]
    seen = f"{chosen} stands on the slips"
    if told.address and not told.address.startswith("127."):
        return fine(f"{seen}, as chosen with --address")
    if not found:
        return warning(f"{seen}: no other computer reaches it", "connect the Wi-Fi or the cable, then check again")
    if len(found) > 1:
        others = ", ".join(f"{one.address} ({one.interface})" for one in found[1:])
        return fine(f"{seen} ({found[0].interface}); others: {others}")
    return fine(f"{seen} ({found[0].interface})")


def roster(told: Settings) -> Finding:
    """Who is in the class."""
    from qtrain.classroom.people import doubtful, faults
    from qtrain.grading.errors import GradingError
    from qtrain.grading.roster import read

    path = told.folder / "roster.csv"
    if not path.is_file():
        return warning("there is none yet", f"sudo qtrain hub {told.folder} --roster class.csv")
    try:
        found = read(path)
    except GradingError as problem:
        return missing("it cannot be read", str(problem))
    if wrong := faults(found, told.teachers):
        return missing(f"{len(found)} learners", " ".join(wrong))
    if alike := doubtful(found):
        return warning(f"{len(found)} learners", " ".join(alike))
    return fine(f"{len(found)} learners, and {', '.join(told.teachers)}")


# What stands before the colon, and what looks.
CHECKS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("system", lambda told: computer.system()),
    ("root", lambda told: computer.root(told.folder)),
    ("Python", python),
    ("JupyterHub", jupyterhub),
    ("proxy", proxy),
    ("port", port),
    ("memory", memory),
    ("limits on memory", lambda told: computer.control_groups()),
    ("fences", lambda told: computer.fences()),
    ("disk", disk),
    ("folder", folder),
    ("open files", open_files),
    ("processes", processes),
    ("network", network),
    ("firewall", lambda told: computer.firewall(told.port)),
    ("clock", lambda told: computer.clock()),
    ("power", lambda told: computer.power()),
    ("roster", roster),
)


def findings(told: Settings) -> Iterator[tuple[str, Finding]]:
    """Every check's name and what it found; one that breaks is a finding, too."""
    for name, look in CHECKS:
        try:
            yield name, look(told)
        except Exception as problem:  # a computer is broken in any way it likes
            yield (
                name,
                missing(f"{type(problem).__name__}: {problem}", "see to what it says, then check again"),
            )


def add_arguments(parser) -> None:
    """``qtrain hub DIR check`` takes no arguments of its own."""


def run(args) -> int:
    """Print the findings; 1 where something is missing."""
    told, count = settings.load(args.folder), 0
    for name, found in findings(told):
        print(f"{found.sign} {name}: {found.seen}", flush=True)
        if found.advice:
            print(f"    do this: {found.advice}", flush=True)
        count += found.sign == computer.MISSING
    if count:
        print(f"{count} of {len(CHECKS)} things are missing: do what the lines above say, then check again.")
    else:
        print("This computer can serve the class.")
    return int(count > 0)


def _learners(told: Settings) -> int:
    """How many are on the roster; 0 where it cannot be read, which its own line says."""
    from qtrain.grading.errors import GradingError
    from qtrain.grading.roster import read

    try:
        return len(read(told.folder / "roster.csv"))
    except (OSError, GradingError):
        return 0
