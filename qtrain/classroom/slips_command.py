"""``qtrain hub DIR slips``: codes for whoever has none, or new ones for some."""

from __future__ import annotations

from qtrain.classroom import settings
from qtrain.classroom.addresses import best, url
from qtrain.classroom.people import People
from qtrain.classroom.slips import FILE, hand_out


def add_arguments(parser) -> None:
    """The arguments of ``qtrain hub DIR slips``."""
    parser.add_argument(
        "--new",
        nargs="+",
        metavar="NAME",
        help="a new code for these: the old one counts no more, and what was opened with it is closed",
    )
    parser.add_argument(
        "--address", metavar="HOST", help="the name or address of this computer on the slips; default: the one it found"
    )


def run(args) -> int:
    """Make codes for whoever has none, or new ones, and say where their slips are."""
    told = settings.load(args.folder)
    people = People(told.folder, told.teachers)
    address = url(args.address or told.address or best(), told.port)
    names = hand_out(told.folder, people, address, args.new)
    if not names:
        print("Everybody on the roster has a code. A new one for somebody who lost theirs:  --new NAME")
        return 0
    count = "one slip" if len(names) == 1 else f"{len(names)} slips"
    print(f"{told.folder / FILE}: {count} to print, with the address {address}. Delete the file when it is printed.")
    return 0
