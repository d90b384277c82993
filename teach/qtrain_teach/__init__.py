"""The instructor's part of qtrain: the whole course, with what is right in its problem sets. Keep it from learners."""
