"""What keeps a class and its learning platform from working together."""

from qtrain.classroom.errors import ClassroomError


class LtiError(ClassroomError):
    """A sentence that says what came, what was expected, and what to do."""


class Refused(LtiError):
    """A launch that lets nobody in; the sentence is for whoever launched it."""
