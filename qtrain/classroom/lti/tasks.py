"""What a teacher does with the platform, each as one call: register the class, send grades, let somebody come anew."""

from __future__ import annotations

from pathlib import Path

from qtrain.grading import manifest

from . import platform
from .errors import LtiError
from .keys import Key, key
from .ledger import Ledger
from .scores import Report, Service, graded

_KEY, _LEDGER, _GRADES = "hub/lti_key.pem", "hub/lti.sqlite", "grades"


def own_key(folder: Path) -> Key:
    """The key of the class in this folder, made when there is none."""
    return key(Path(folder, _KEY))


def own_ledger(folder: Path) -> Ledger:
    """What the class in this folder remembers of the platform."""
    return Ledger(Path(folder, _LEDGER))


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
        own_key(folder).public_text().rstrip(),
        "",
        "Then look at the tool's configuration details (the list symbol on its card), and write what stands there into",
        f"{Path(folder, platform.NAME)}:",
        "",
        "  " + platform.EXAMPLE,
        "",
        'Name teachers there, too: "teachers": {"ada@example.org": "teacher"}. Then start the hub again.',
    ]


def send_grades(folder: Path, release: str, gradebook: Path | None = None) -> Report:
    """Send the grades of a release to the platform; what has arrived before is not sent again.

    Parameters
    ----------
    folder : Path
        The class's folder.
    release : str
        The release's name there: ``ps1``.
    gradebook : Path, optional
        The folder that ``qtrain grade -o`` wrote; by default ``grades`` in the class's folder.

    Raises
    ------
    LtiError, qtrain.grading.errors.GradingError
    """
    place = Path(folder, "releases", release)
    if Path(release).name != release or not (place / manifest.NAME).is_file():
        there = sorted(path.parent.name for path in Path(folder, "releases").glob(f"*/{manifest.NAME}"))
        raise LtiError(f"there is no release {release!r} in {folder}; there are: {', '.join(there) or 'none'}")
    told, scores = platform.read(folder), graded(gradebook or Path(folder, _GRADES), manifest.load(place).id)
    with Service(told, own_key(folder), own_ledger(folder)) as service:
        return service.send(release, scores)


def forget(folder: Path, learner: str) -> None:
    """Let a learner come as another person of the platform: after a new account there, or a mistake.

    Raises
    ------
    LtiError
        When they never came.
    """
    if not own_ledger(folder).forget(learner):
        raise LtiError(f"{learner!r} has not come from the platform yet: check the spelling (the roster's id)")
