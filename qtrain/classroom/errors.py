"""What can go wrong in a classroom, as sentences."""


class ClassroomError(Exception):
    """Why it does not go on, and what to do, as a sentence for the teacher."""
