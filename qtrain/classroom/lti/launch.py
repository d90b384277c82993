"""What a launch says, and which learner or teacher of the class it means. Its signature is checked before."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from qtrain.grading.roster import Learner, Roster

from .errors import Refused
from .platform import Platform

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINK = "https://purl.imsglobal.org/spec/lti-dl/claim/"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


@dataclass(frozen=True)
class Launch:
    """The claims of a message whose signature, times, issuer and audience are right."""

    claims: dict

    def _of(self, name: str) -> dict:
        found = self.claims.get(name)
        return found if isinstance(found, dict) else {}

    @property
    def subject(self) -> str:
        """The platform's number for the person."""
        return _text(self.claims.get("sub"))

    @property
    def course(self) -> str:
        """The platform's number for its course."""
        return _text(self._of(CLAIM + "context").get("id"))

    @property
    def asks_for_links(self) -> bool:
        """Whether a teacher wants to choose what to link (deep linking)."""
        return self.claims.get(CLAIM + "message_type") == "LtiDeepLinkingRequest"

    @property
    def by_instructor(self) -> bool:
        """Whether the person teaches the platform's course: by the platform's own word, and exactly that."""
        roles = self.claims.get(CLAIM + "roles")
        return isinstance(roles, list) and INSTRUCTOR in roles

    @property
    def wish(self) -> tuple[str, str]:
        """What the link is for: ("lesson", "1.4"), ("release", "ps1"), or ("", "") for the course as a whole."""
        custom = self._of(CLAIM + "custom")
        for kind in ("release", "lesson"):
            if name := _text(custom.get(kind)):
                return kind, name
        return "", ""

    @property
    def links(self) -> dict:
        """What the platform takes as an answer when it `asks_for_links`."""
        return self._of(DEEP_LINK + "deep_linking_settings")

    @property
    def line_item(self) -> str:
        """The address of the link's column in the platform's gradebook; "" if grades may not be sent there."""
        address = _text(self._of(GRADES).get("lineitem"))
        return address if SCORE in self.scopes and urlsplit(address).scheme in ("http", "https") else ""

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the platform allows at the `line_item`."""
        found = self._of(GRADES).get("scope")
        return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()

    def names(self, kind: str) -> str:
        """What the platform calls the person: see `qtrain.classroom.lti.platform.Platform.match`."""
        return {
            "email": _text(self.claims.get("email")).casefold(),
            "sourcedid": _text(self._of(CLAIM + "lis").get("person_sourcedid")),
            "username": _text(self._of(CLAIM + "ext").get("user_username")),  # Moodle's own
            "sub": self.subject,
        }[kind]


def teacher(launch: Launch, platform: Platform) -> str:
    """The teacher of the class whom the launch means, or "".

    The platform has to say that the person teaches, and the class that it is one of its teachers: whoever teaches
    something else on the same platform is nobody here.
    """
    if not launch.by_instructor:
        return ""
    named = {name.casefold(): who for name, who in platform.teachers.items()}
    return next(
        (named[name] for kind in platform.match if (name := launch.names(kind).casefold()) and name in named), ""
    )


def learner(launch: Launch, platform: Platform, roster: Roster) -> Learner:
    """The learner of the roster whom the launch means.

    Names and parts of addresses do not count, since people write them themselves.

    Raises
    ------
    Refused
        When it is nobody, or may be several.
    """
    said = {kind: name for kind in platform.match if (name := launch.names(kind))}
    found = {one.id: one for one in roster.learners if any(_means(one, *pair) for pair in said.items())}
    if len(found) == 1:
        return next(iter(found.values()))
    told = ", ".join(f"{kind} {name}" for kind, name in said.items()) or f"nothing of {', '.join(platform.match)}"
    if found:
        raise Refused(f"the platform says {told}, which may be {' or '.join(sorted(found))}: ask your teacher")
    if launch.by_instructor:
        raise Refused(
            f"the platform says {told}, a teacher there, but not one of this class: name yourself under 'teachers' in "
            "its lti.json"
        )
    raise Refused(f"the platform says {told}, which is not in this class's roster: ask your teacher to add you")


def _means(one: Learner, kind: str, name: str) -> bool:
    if kind == "email":
        return "@" in name and name in (one.email.casefold(), one.id.casefold())
    return name == one.id or (kind == "sourcedid" and name == one.number)


def _text(value) -> str:
    """A claim as text; "" for what is none."""
    return value.strip() if isinstance(value, str) else ""
