"""``qtrain hub DIR moodle``: what to enter in Moodle, and what to write down here; and a person who may come anew."""

from __future__ import annotations

from pathlib import Path

from . import keys, ledger, platform
from .errors import LtiError


def add_arguments(parser) -> None:
    """The options."""
    parser.add_argument(
        "--address",
        metavar="URL",
        help="where browsers, and Moodle, find the hub (default: this computer's, as on the slips)",
    )
    parser.add_argument(
        "--forget",
        metavar="LEARNER",
        help="let this learner come as another person of Moodle, after a new account",
    )


def run(args) -> int:
    """Print it."""
    if args.forget:
        forget(args.folder, args.forget)
        print(f"{args.forget} is whoever comes from Moodle next with their address or number.")
        return 0
    for line in registration(args.folder, args.address or here(args.folder)):
        print(line)
    return 0


def here(folder: Path) -> str:
    """The hub's address in the local network."""
    from qtrain.classroom import addresses, settings

    told = settings.load(folder)
    return addresses.url(told.address or addresses.best(), told.port)


def registration(folder: Path, hub: str) -> list[str]:
    """What to enter in Moodle to register the class, and what to write down here then; as lines.

    Parameters
    ----------
    folder : Path
    hub : str
        The address that browsers, and the platform, reach the hub by: ``https://class.example.org``.
    """
    base = hub.rstrip("/") + "/hub/"
    pairs = [
        ("Tool URL", base),
        ("LTI version", "LTI 1.3"),
        ("Public key type", "Keyset URL"),
        ("Public keyset", base + "lti13/jwks"),
        ("Initiate login URL", base + "lti13/oauth_login"),
        ("Redirection URI(s)", base + "lti13/oauth_callback"),
        ("Default launch container", "New window"),
        ("Supports Deep Linking", "yes"),
        ("Content Selection URL", base),
        ("IMS LTI Assignment and Grade Services", "Use this service for grade sync only"),
        ("Share launcher's email with tool", "Always"),
        ("Accept grades from the tool", "Always"),
    ]
    width = max(len(name) for name, _ in pairs)
    return [
        "In Moodle: Site administration > Plugins > Activity modules > External tool > Manage tools > configure a tool",
        "manually. Enter:",
        "",
        *(f"  {name:<{width}}  {value}" for name, value in pairs),
        "",
        "If Moodle cannot reach this computer, choose 'RSA key' as the public key's type, and paste:",
        "",
        keys.of(folder).public_text().rstrip(),
        "",
        "Then look at the tool's configuration details (the list symbol on its card), and write what stands there into",
        f"{Path(folder, platform.NAME)}:",
        "",
        "  " + platform.EXAMPLE,
        "",
        'Name teachers there, too: "teachers": {"ada@example.org": "teacher"}. Then start the hub again.',
    ]


def forget(folder: Path, learner: str) -> None:
    """Let a learner come as another person of the platform.

    Raises
    ------
    LtiError
        When they never came.
    """
    if not ledger.of(folder).forget(learner):
        raise LtiError(f"{learner!r} has not come from the platform yet: check the spelling (the roster's id)")
