"""``qtrain hub``: one computer serves a class."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from qtrain import atomic
from qtrain.classroom import settings
from qtrain.classroom.errors import ClassroomError

# action: (module with add_arguments(parser) and run(args) -> int, what it does)
ACTIONS: dict[str, tuple[str, str]] = {
    "slips": ("qtrain.classroom.slips_command", "print names and codes, or new codes for some learners"),
    "check": ("qtrain.classroom.check", "say what is missing on this computer and how many learners it serves"),
    "install": ("qtrain.classroom.install", "start the server with the computer; fetch the proxy"),
    "bundle": ("qtrain.classroom.bundle", "gather everything for a computer without internet"),
    "release": ("qtrain.classroom.releasing", "hand out a problem set: it appears in everybody's lab"),
    "close": ("qtrain.classroom.releasing", "take no more hand-ins of a problem set"),
    "extend": ("qtrain.classroom.releasing", "give a learner more time"),
    "collect": ("qtrain.classroom.releasing", "say what was handed in, and where it lies"),
    "moodle": ("qtrain.classroom.lti.moodle", "say how a course in Moodle is linked with this class"),
    "grades": ("qtrain.classroom.lti.grades", "pass the grades of a problem set back to Moodle"),
    "k8s": ("qtrain.classroom.kubernetes.command", "write the files for many classes on Kubernetes"),
}


def add_arguments(parser) -> None:
    """Arguments of `qtrain hub`."""
    parser.epilog = (
        "Without an action the class is served until Ctrl-C:  sudo qtrain hub DIR --roster class.csv\n"
        "Help on an action:  qtrain hub DIR ACTION --help"
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path, metavar="DIR", help="the class's folder")
    parser.add_argument("--roster", type=Path, metavar="CSV", help="who is in the class; kept in DIR/roster.csv")
    parser.add_argument("--teacher", action="append", metavar="NAME", help="who teaches (default: teacher)")
    parser.add_argument("--address", help="listen on this address only (default: all of this computer's)")
    parser.add_argument("--port", type=int, help="of the class's page (default: 80)")
    parser.add_argument(
        "--url", dest="public", help="what learners type, where it is not this computer's own address: behind a gateway"
    )
    parser.add_argument("--seats", type=int, help="the most learners at once (default: as many as the memory carries)")
    parser.add_argument("--memory", type=int, metavar="MIB", help="for one learner at most (default: 1024)")
    parser.add_argument(
        "--immortal",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="share more memory between learners, on Python 3.12 and 3.13 (default: yes)",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, (_, about) in ACTIONS.items():
        # Its own words are read later, by the module that knows them and that is imported only then.
        action = actions.add_parser(name, help=about, add_help=False, prefix_chars="\0")
        action.add_argument("rest", nargs="*")
    parse = parser.parse_args
    parser.parse_args = lambda words: parse(folder_first(words))


def folder_first(words: list[str]) -> list[str]:
    """`qtrain hub k8s DIR` reads like `qtrain hub DIR k8s`."""
    if len(words) > 1 and words[0] in ACTIONS and words[1] not in ACTIONS:
        return [words[1], words[0], *words[2:]]
    return words


def run(args) -> int:
    """Serve a class, or do one of the actions."""
    try:
        if args.action is None:
            return serve(args)
        name, about = ACTIONS[args.action]
        module = import_module(name)
        parser = argparse.ArgumentParser(
            prog=f"qtrain hub DIR {args.action}", description=about[0].upper() + about[1:] + "."
        )
        module.add_arguments(parser)
        told = parser.parse_args(args.rest)
        told.folder, told.action = args.folder.resolve(), args.action
        return module.run(told) or 0
    except ClassroomError as error:
        print(error, file=sys.stderr)
        return 1


def serve(args) -> int:
    """Serve the class in the foreground until told to end."""
    if sys.platform != "linux":
        raise ClassroomError(
            "a class is served from Linux: on another system learners use qtrain learn, each their own"
        )
    if os.geteuid() != 0:
        raise ClassroomError(
            "each learner gets a user number of their own, which needs root: "
            f"sudo {shutil.which('qtrain') or 'qtrain'} hub {args.folder}"
        )
    from qtrain.classroom import addresses, slips
    from qtrain.classroom.people import People, faults
    from qtrain.classroom.supervisor import Supervisor

    told = chosen(args)
    supervisor = Supervisor(told)
    people = People(told.folder, told.teachers)
    if wrong := faults(people.roster(), told.teachers):
        raise ClassroomError("\n".join(wrong))
    told.save()
    supervisor.prepare()
    shown = told.public or addresses.url(told.address or addresses.best(), told.port)
    if made := slips.hand_out(told.folder, people, shown):
        print(f"{len(made)} new slips to print: {told.folder / slips.FILE}", flush=True)
    return supervisor.run(shown)


def chosen(args) -> settings.Settings:
    """The settings in the class's folder, with what was chosen now in their place; a roster is copied there."""
    folder = args.folder.resolve()
    if args.roster is None and not (folder / "roster.csv").is_file():
        raise ClassroomError(f"{folder} has no roster yet: sudo qtrain hub {args.folder} --roster class.csv")
    if args.port is not None and not 0 < args.port < 65536:
        raise ClassroomError(f"--port {args.port} is no port; choose one from 1 to 65535")
    told = settings.load(folder)
    if not (told.state / "settings.json").exists():
        told = replace(told, first_uid=settings.draw_first_uid())
    named = {name: getattr(args, name) for name in ("address", "port", "public", "seats", "memory", "immortal")}
    named["teachers"] = tuple(args.teacher) if args.teacher else None
    told = replace(told, **{name: value for name, value in named.items() if value is not None})
    if args.roster is not None:
        from qtrain.grading import roster

        if not args.roster.is_file():
            raise ClassroomError(
                f"there is no file {args.roster}: give the roster's, with a line id,name and one for each"
            )
        roster.read(args.roster)  # a sentence now, where it can't be read
        folder.mkdir(parents=True, exist_ok=True)
        if args.roster.resolve() != folder / "roster.csv":
            atomic.write(folder / "roster.csv", args.roster.read_bytes(), durable=True)
    return told
