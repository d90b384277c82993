"""The learning platform (Moodle, Canvas, …) that a class trusts, as its teacher wrote it into ``DIR/lti.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from .errors import LtiError

NAME = "lti.json"
KINDS = ("email", "sourcedid", "username", "sub")
# Where Moodle has what a platform has to offer; other platforms' addresses have to be written down.
_MOODLE = {"authorize": "/mod/lti/auth.php", "keys": "/mod/lti/certs.php", "token": "/mod/lti/token.php"}
EXAMPLE = '{"platform": "https://moodle.example.org", "client_id": "…", "deployments": ["1"]}'


@dataclass(frozen=True)
class Platform:
    """A registration of this class with a platform.

    Attributes
    ----------
    platform : str
        Its own name for itself, the issuer of its messages: ``https://moodle.example.org``.
    client_id : str
        What it calls this class's hub.
    deployments : list of str
        The deployments that may launch.
    authorize, keys, token : str
        Addresses of its sign-in page, of its public keys, and of the service that gives access tokens; by default where
        Moodle has them.
    match : list of str
        By what its people are found in the roster: ``email``, ``sourcedid`` (the ID number in Moodle; a roster's number
        or id), ``username`` or ``sub`` (its own number for a person; both a roster's id).
    teachers : dict
        From what `match` finds a teacher by (``ada@example.org``) to the teacher's name on the hub.
    courses : list of str
        The platform's courses (context ids) that may launch; empty: all that have this tool.
    """

    platform: str
    client_id: str
    deployments: list[str]
    authorize: str = ""
    keys: str = ""
    token: str = ""
    match: list[str] = field(default_factory=lambda: ["email", "sourcedid"])
    teachers: dict[str, str] = field(default_factory=dict)
    courses: list[str] = field(default_factory=list)

    def __post_init__(self):
        for name, place in _MOODLE.items():
            if not getattr(self, name):
                object.__setattr__(self, name, self.platform.rstrip("/") + place)


def there_is(folder: Path) -> bool:
    """Whether the class in this folder has a platform."""
    return (Path(folder) / NAME).is_file()


def read(folder: Path) -> Platform:
    """The platform of the class in this folder.

    Raises
    ------
    LtiError
        When there is none, or its file says something that cannot be right.
    """
    path = Path(folder) / NAME
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise LtiError(f"this class has no learning platform: write {path}, like {EXAMPLE}") from None
    except OSError as error:
        raise LtiError(
            f"{path} cannot be read ({error.strerror}): the hub, which is not root, must be allowed to"
        ) from None
    except ValueError as error:
        raise LtiError(f"{path} is no JSON ({error}): write it like {EXAMPLE}") from None
    if not isinstance(told, dict):
        raise LtiError(f"{path} holds no object in braces: write it like {EXAMPLE}")
    known = [one.name for one in fields(Platform)]
    for name in told:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it knows {', '.join(known)}"
            raise LtiError(f"{path}: there is no setting {name!r}; {hint}")
    for name in ("platform", "client_id", "deployments"):
        if not told.get(name):
            raise LtiError(f"{path} lacks {name!r}, which the platform shows when the tool is registered there")
    for name, value in told.items():
        _check(path, name, value)
    return Platform(**told)


def _check(path: Path, name: str, value) -> None:
    if name == "teachers":
        if not isinstance(value, dict) or not all(isinstance(one, str) and one for one in value.values()):
            raise LtiError(
                f"{path}: 'teachers' says who is which teacher of this class, like "
                f'{{"ada@example.org": "teacher"}}; this is {json.dumps(value, ensure_ascii=False)}'
            )
    elif name in ("deployments", "courses", "match"):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise LtiError(
                f'{path}: {name!r} is a list of texts, like ["1"]; this is {json.dumps(value, ensure_ascii=False)}'
            )
        wrong = [one for one in value if one not in KINDS] if name == "match" else []
        if wrong or (name == "match" and not value):
            raise LtiError(f"{path}: 'match' takes {', '.join(KINDS)}, at least one; this is {value}")
    elif not isinstance(value, str):
        raise LtiError(f"{path}: {name!r} is a text in quotation marks; this is {json.dumps(value)}")
    elif name != "client_id" and value:
        split = urlsplit(value)
        if split.scheme not in ("http", "https") or not split.hostname:
            raise LtiError(f"{path}: {name!r} is an address like https://moodle.example.org; this is {value!r}")
