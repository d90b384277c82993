"""``qtrain hub DIR k8s``: write what a cluster needs to serve classes, or a country, and count what that takes."""

from __future__ import annotations

import argparse
import shlex
import sys
import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from qtrain import atomic

from ..capacity import HUB_MIB, IMMORTAL_MIB, NURSERY_MIB, STOCK_MIB
from ..errors import ClassroomError
from . import planning
from .manifests import Settings, fill_in
from .planning import Demand, Node
from .requirements import part_of_lock
from .table import LEARNERS, cost_in_words, plans, table

CHECKOUT = Path(__file__).parents[3]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `qtrain hub DIR k8s`.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    default = Settings()
    parser.add_argument("--renew", action="store_true", help="write over the files that are there, changed or not")
    many = parser.add_argument_group("how many, and on what")
    many.add_argument("--learners", type=_count, default=Demand.learners, help="in all (default: %(default)s)")
    many.add_argument("--class-size", type=_count, default=Demand.class_size, help="(default: %(default)s)")
    many.add_argument(
        "--present",
        type=_share,
        default=Demand.present,
        help="share of learners who are there at once (default: %(default)s, all)",
    )
    many.add_argument("--storage", type=_count, default=Demand.gib, help="GiB for each learner (default: %(default)s)")
    many.add_argument(
        "--learner-millicores",
        type=_count,
        default=Demand.millicores,
        help="thousandths of a core that each learner who is there is sure of (default: %(default)s)",
    )
    many.add_argument(
        "--node-memory", type=_count, default=Node.memory_gib, help="GiB of a node (default: %(default)s)"
    )
    many.add_argument("--node-cores", type=_count, default=Node.cores, help="of a node (default: %(default)s)")
    many.add_argument(
        "--node-volumes",
        type=_count,
        default=Node.volumes,
        help="that a node can carry; clouds allow 16 to 127 (default: %(default)s)",
    )
    many.add_argument(
        "--immortal",
        action="store_true",
        help="give a class's pod no more than it takes with immortal objects, which the image's Python has",
    )
    many.add_argument("--price", type=_money, help="of a node for an hour (default: unknown, no cost is counted)")
    many.add_argument(
        "--hours", type=_count, default=planning.HOURS, help="that nodes run in a month (default: %(default)s)"
    )
    many.add_argument("--storage-price", type=_money, help="of a GiB of volume for a month (default: not counted)")
    place = parser.add_argument_group("where")
    place.add_argument("--image", default=default.image, help="NAME@sha256:…, with its digest")
    place.add_argument("--namespace", default=default.namespace, help="(default: %(default)s)")
    place.add_argument("--domain", default=default.domain, help="host of the hub; class 7 is at class-7.DOMAIN")
    place.add_argument(
        "--ingress-namespace", default=default.ingress_namespace, help="where the ingress runs (default: %(default)s)"
    )
    place.add_argument("--ingress-class", default="", help="(default: the cluster's own)")
    place.add_argument("--storage-class", default="", help="of volumes (default: the cluster's own)")
    place.add_argument("--moodle", default=default.moodle, help="address of the learning platform, for sign-in")
    place.add_argument("--client-id", default=default.client_id, help="what the platform calls this server")
    place.add_argument(
        "--moodle-cidr",
        default="",
        help="its addresses, such as 192.0.2.10/32: classes' pods may send requests there alone",
    )


def run(args: argparse.Namespace) -> int:
    """Write the files; the exit code.

    Parameters
    ----------
    args : argparse.Namespace
    """
    folder = args.folder.expanduser().resolve()
    try:
        files = _files(args, folder)
    except ClassroomError as error:
        print(error, file=sys.stderr)
        return 2
    there = [name for name, text in files.items() if _holds_something_else(folder / name, text)]
    if there and not args.renew:
        print(
            f"{folder} already has {', '.join(there)} with other contents. Give another folder, or --renew to write "
            "over them.",
            file=sys.stderr,
        )
        return 1
    for name, text in files.items():
        atomic.write(folder / name, text)
    print(f"Written to {folder}: {', '.join(files)}\n")
    print(files["README.md"].partition("## What it takes\n\n")[2].partition("\n\n")[0])
    print(f"\nWhat to do with them, and when to choose which way: {folder / 'README.md'}")
    return 0


def _files(args: argparse.Namespace, folder: Path) -> dict[str, str]:
    demand = Demand(args.learners, args.class_size, args.present, args.storage, args.learner_millicores)
    settings = Settings(
        demand=demand,
        node=Node(args.node_memory, args.node_cores, args.node_volumes),
        image=args.image,
        namespace=args.namespace,
        domain=args.domain,
        ingress_namespace=args.ingress_namespace,
        ingress_class=args.ingress_class,
        storage_class=args.storage_class,
        moodle=args.moodle.rstrip("/"),
        client_id=args.client_id,
        moodle_cidr=args.moodle_cidr,
        immortal=args.immortal,
    )
    requirements = _requirements()
    found = plans(settings, tuple(sorted({*LEARNERS, args.learners})))

    def a_learner(immortal: bool) -> int:
        return planning.class_pod(replace(demand, present=Fraction(1)), immortal).request_mib // demand.class_size

    told = {
        "called": shlex.join(["qtrain", "hub", folder.name, "k8s", *_options(args)]),
        "folder": folder.name,
        "table": table(found, args.price, args.hours, args.storage_price),
        "cost": cost_in_words(args.price, args.hours, args.storage_price),
        "there": "All" if args.present == 1 else f"{float(args.present):.0%}",
        "a_learner": a_learner(False),
        "a_learner_immortal": a_learner(True),
        "stock": STOCK_MIB,
        "nursery": NURSERY_MIB,
        "immortal": IMMORTAL_MIB,
        "hub": HUB_MIB,
        "most_pods": planning.PODS_PER_NODE - planning.SYSTEM_PODS,
        "jupyterhub": next(line.split(" ")[0] for line in requirements.splitlines() if line.startswith("jupyterhub==")),
    }
    return {**fill_in(settings, told), "requirements.txt": requirements}


def _requirements() -> str:
    lock, project = CHECKOUT / "requirements.lock", CHECKOUT / "pyproject.toml"
    if not (lock.is_file() and project.is_file()):
        raise ClassroomError(
            "qtrain hub DIR k8s takes the image's versions and hashes from requirements.lock, which only a checkout "
            "has: run it there, after `make test` or `make lock` has set up its environment."
        )
    return part_of_lock(lock.read_text(encoding="utf-8"), tomllib.loads(project.read_text(encoding="utf-8"))["project"])


def _options(args: argparse.Namespace) -> list[str]:
    """The options of this call that are not as they are by default."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    default = parser.parse_args([])
    return [
        f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}")
        for name, value in vars(args).items()
        if name in default and name != "renew" and value != getattr(default, name)
    ]


def _holds_something_else(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() != text.encode()
    except FileNotFoundError:
        return False


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _number(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _share(text: str) -> Fraction:
    if not 0 < (share := _number(text)) <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share: it takes a number above 0, at most 1")
    return share


def _money(text: str) -> Fraction:
    if (price := _number(text)) < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is below 0")
    return price
