"""What keeps a release or a grading run from going on, as a sentence with a way out."""


class GradingError(Exception):
    """A sentence that names the file or option and says what to do about it."""

    only_this = False
    """Whether it concerns one submission, so that grading goes on with the others."""


class Unusable(GradingError):
    """A submission that cannot be run at all; the sentence stands in its report."""
