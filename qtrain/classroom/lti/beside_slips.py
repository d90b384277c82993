"""Both ways into the hub: the code on the slip, and a launch from the platform."""

from __future__ import annotations

from qtrain.classroom.authenticator import RosterAuthenticator

from .errors import LtiError
from .platform import NAME
from .sign_in import PlatformAuthenticator


class RosterOrPlatformAuthenticator(RosterAuthenticator):
    """Lets in by the slip on the hub's own page, and by a launch; both mean the same learner of the roster."""

    def get_handlers(self, app) -> list:
        """The hub's own pages, and those that the platform calls."""
        launches = PlatformAuthenticator(parent=app, folder=self.folder)
        launches.people = self.people
        launches.entering = self.entering  # type: ignore[method-assign]
        if wrong := sorted(set(launches.platform.teachers.values()) - set(self.teachers)):
            raise LtiError(
                f"{NAME} makes somebody the teacher {wrong[0]!r}, whom this class does not have: its teachers are "
                f"{', '.join(self.teachers)}"
            )
        return [*super().get_handlers(app), *launches.get_handlers(app)]

    async def entering(self, name: str) -> None:
        """With a new slip, what the lost one opened is closed first: the next look would close this sign-in, too."""
        await self.begin_with_new_code(name)
