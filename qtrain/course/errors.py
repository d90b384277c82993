"""What is wrong with the course or with a learner's folder, as a sentence with a way out."""


class CourseError(Exception):
    """A sentence that names the file and says what to do about it."""

    def _render_traceback_(self) -> list[str]:
        """In a notebook the sentence stands alone: the frames that led to it tell a learner nothing."""
        return [str(self)]
