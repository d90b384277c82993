"""The command ``qtrain``: one table of commands; a command's module is imported only when it is called."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from qtrain import __version__

# for whom: {command: (module with add_arguments(parser) and run(args) -> int, what it does, the extra it needs or "")}
GROUPS = {
    "for learners": {
        "learn": ("qtrain.desk", "write or renew your copy of the course and open it in JupyterLab", ""),
        "check": ("qtrain.course.check_file", "judge the answers in a notebook of yours, without opening it", ""),
        "progress": ("qtrain.skills.progress", "show what is done, what comes next and what to repeat", ""),
        "path": ("qtrain.skills.on_path", "the lessons for your role in order, and what is left of them", ""),
        "practice": ("qtrain.skills.practice", "new variants of what went wrong or is due again, for today", ""),
        "cards": ("qtrain.course.cards", "write the recall questions as a flash-card deck", "book"),
        "doctor": ("qtrain.doctor", "check that everything the course needs works on this machine", ""),
    },
    "for instructors": {
        "course": ("qtrain.course.stats", "list the lessons; --stats counts what is in them", ""),
        "release": (
            "qtrain.grading.release",
            "hand out a practice problem set or one of your bank, with a variant for each learner",
            "grade",
        ),
        "grade": ("qtrain.grading.grade", "grade submissions: gradebook, feedback, cohort report, LMS files", "grade"),
        "mark": (
            "qtrain.grading.mark",
            "mark on a local page what no check can judge, with rubric and keyboard",
            "grade",
        ),
        "term": (
            "qtrain.grading.term",
            "one grade for a term from several gradebooks, with weights and drops",
            "grade",
        ),
        "outcomes": (
            "qtrain.skills.outcome_files",
            "what a cohort reached of each outcome, for a department, Moodle and record stores",
            "grade",
        ),
        "cohort": (
            "qtrain.skills.cohort_page",
            "a page on a cohort without names: who is where on which path, what is weak in which city",
            "grade",
        ),
        "hub": ("qtrain.classroom.hub", "serve a class from this computer: sign-in, JupyterLab, hand-ins", "grade,hub"),
        "exam": ("qtrain.grading.exam", "make an exam paper per learner, with key and marking scheme", ""),
        "badge": ("qtrain.skills.badge", "make and revoke signed badges of your institution", "grade,skills"),
        "transcript": (
            "qtrain.skills.transcript",
            "a signed transcript, or the page of one's own record",
            "grade,skills",
        ),
    },
    "for whoever is shown a badge": {
        "verify": ("qtrain.skills.verify", "say whether a badge is genuine and valid, without any network", "skills"),
    },
    "for authors": {
        "new": (
            "qtrain.course.new",
            "begin a lesson (a valid empty notebook with its checks) or a private bank of problems",
            "",
        ),
        "try": ("qtrain.try_lesson", "try out all that concerns one lesson, in well under a minute", "dev"),
        "refresh": ("qtrain.course.refresh", "run lessons and store their text outputs", ""),
        "book": (
            "qtrain.site.commands",
            "build the course as a site, a PDF, an EPUB or a bundle for a USB stick",
            "book",
        ),
    },
}
COMMANDS = {name: told for group in GROUPS.values() for name, told in group.items()}


def _parser(groups: dict) -> argparse.ArgumentParser:
    width = max(len(name) for group in groups.values() for name in group)
    listed = "\n\n".join(
        f"{whom}:\n" + "\n".join(f"  {name:<{width}}  {about}" for name, (_, about, _) in group.items())
        for whom, group in groups.items()
    )
    parser = argparse.ArgumentParser(
        prog="qtrain",
        description="Quantum computing, hands on: lessons whose answers are checked on the spot.",
        epilog=listed + "\n\nBegin with:  qtrain learn\nHelp on one command:  qtrain COMMAND --help\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"qtrain {__version__}")
    parser.add_argument("command", nargs="?", metavar="COMMAND", help="one of the commands below")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run ``qtrain``; returns the exit code (0 done, 1 failed, 2 called wrongly)."""
    argv = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):  # a console that lacks a sign shows "?", and never a traceback
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if sys.version_info < (3, 11):  # noqa: UP036 -- a checkout can be run without being installed
        print(
            f"qtrain needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
            "Install a newer Python and make the environment again.",
            file=sys.stderr,
        )
        return 2
    parser = _parser(GROUPS)
    args = parser.parse_args(argv[:1])
    if args.command is None:
        parser.print_help()
        return 0
    if args.command not in COMMANDS:
        from difflib import get_close_matches

        near = get_close_matches(args.command, COMMANDS, n=1)
        hint = f" Did you mean: qtrain {near[0]}?" if near else " See: qtrain --help"
        print(f"qtrain has no command {args.command!r}.{hint}", file=sys.stderr)
        return 2
    return _call(args.command, argv[1:])


def _call(command: str, argv: list[str]) -> int:
    module_name, about, extra = COMMANDS[command]
    try:
        module = import_module(module_name)
        parser = argparse.ArgumentParser(prog=f"qtrain {command}", description=about[0].upper() + about[1:] + ".")
        module.add_arguments(parser)
        return module.run(parser.parse_args(argv)) or 0
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "qtrain":
            raise
        from qtrain.installing import with_this_python

        more = f"[{extra}]" if extra else ""
        print(
            f"qtrain {command} needs the package {error.name!r}, which is not installed here. Install it with:  "
            f"{with_this_python(f'qtrain{more}')}  (in a checkout: {with_this_python(f'.{more}')})",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print(f"\nqtrain {command}: stopped. Nothing is lost; run it again to go on.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"qtrain {command}: {_plain(error)}", file=sys.stderr)
        return 1


def _plain(error: OSError) -> str:
    """An operating-system error as a sentence with a way out."""
    import errno

    where = f" {error.filename!r}" if error.filename else ""
    advice = {
        errno.EACCES: f"no permission to write or read{where}. Choose a folder of your own.",
        errno.EROFS: f"{where or 'the folder'} is on a read-only disk. Choose another folder.",
        errno.ENOSPC: "the disk is full. Free some space (1 GB is enough) and run it again; nothing was half written.",
        errno.ENOENT: f"there is no file or folder{where}. Check the spelling.",
        errno.EADDRINUSE: "the port is in use. Choose another one with --port.",
    }
    return advice.get(error.errno, f"the system says: {error}.").strip()


if __name__ == "__main__":
    sys.exit(main())
