"""Release a problem set, collect what comes back, grade it fenced in, keep the gradebook and tell everyone.

Nothing is imported here: the child in which a submission runs imports `qtrain.grading.extract`, and should get no more.
"""
