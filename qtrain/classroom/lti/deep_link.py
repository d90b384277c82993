"""The teacher chooses lessons and releases, and the platform makes links of them (LTI Deep Linking 2.0)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import jinja2

from . import places
from .errors import LtiError, Refused
from .keys import Key
from .launch import CLAIM, DEEP_LINK, Launch
from .places import Place
from .platform import Platform

PATIENCE = 1 / 24  # of a day, for choosing


@dataclass(frozen=True)
class Asked:
    """What the platform wants to know, as it travels through the page on which the teacher chooses.

    Attributes
    ----------
    deployment, back : str
        For which deployment, and the address that takes the answer.
    data : str or None
        What the platform wants to see again.
    several, graded : bool
        Whether it takes more than one link, and columns for grades.
    """

    deployment: str
    back: str
    data: str | None
    several: bool
    graded: bool

    @classmethod
    def by(cls, launch: Launch) -> Asked:
        """What a launch asks for.

        Raises
        ------
        Refused
            When it takes no links to this hub.
        """
        told = launch.links
        back = told.get("deep_link_return_url")
        if not isinstance(back, str) or urlsplit(back).scheme not in ("http", "https"):
            raise Refused("the platform asks for links, but does not say where to send them")
        if "ltiResourceLink" not in (told.get("accept_types") or ()):
            raise Refused(f"the platform takes {told.get('accept_types')} here, and this hub has links only")
        data = told.get("data")
        return cls(
            launch.claims[CLAIM + "deployment_id"],
            back,
            data if isinstance(data, str) else None,
            told.get("accept_multiple") is not False,
            told.get("accept_lineitem") is not False,
        )


def page(folder: Path, asked: Asked, action: str, sealed: str) -> str:
    """The page on which the teacher chooses; `sealed` comes back from it with what was chosen."""
    return (
        _templates()
        .get_template("choose.html")
        .render(groups=places.groups(folder), several=asked.several, graded=asked.graded, action=action, asked=sealed)
    )


def answer(asked: Asked, chosen: list[Place], platform: Platform, key: Key, hub: str) -> str:
    """The signed message that says what was chosen.

    Parameters
    ----------
    hub : str
        The address of the hub, ending in a slash.

    Raises
    ------
    LtiError
        When more was chosen than the platform takes.
    """
    if len(chosen) > 1 and not asked.several:
        raise LtiError(f"the platform takes one link here, and {len(chosen)} were chosen: go back and choose one")
    claims = {
        "iss": platform.client_id,
        "aud": [platform.platform],
        "nonce": uuid.uuid4().hex,
        CLAIM + "message_type": "LtiDeepLinkingResponse",
        CLAIM + "version": "1.3.0",
        CLAIM + "deployment_id": asked.deployment,
        DEEP_LINK + "content_items": [_item(place, asked.graded, hub) for place in chosen],
    }
    if asked.data is not None:
        claims[DEEP_LINK + "data"] = asked.data
    return key.signed(claims)


def answer_page(asked: Asked, signed: str) -> str:
    """The page that brings the answer back to the platform."""
    return _templates().get_template("answer.html").render(action=asked.back, answer=signed)


def _item(place: Place, graded: bool, hub: str) -> dict:
    item = {
        "type": "ltiResourceLink",
        "title": place.title,
        "url": places.address(place, hub),
        "custom": {place.kind: place.name},
    }
    if graded and place.of:
        item["lineItem"] = {"label": place.title, "scoreMaximum": place.of, "resourceId": place.key}
    return item


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("qtrain.classroom.lti"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
