"""The words in which exercises are written: what is right, and one list of what can be got wrong.

An exercise is a function under one of the words. Its arguments are the parameters of the learner's variant, drawn from
the declared ranges; what it yields first is right, and every further thing is a slip: a wrong answer, why people give
it, what the card says, and the diagnosis. The slip is the reply and the test: who gives this answer gets this reply.

::

    @number("1.7.h", outcome=5, within=1e-3, theta=angles(0.1, 0.9), target=(0, 1))
    def kickback(theta, target):
        right = theta / 2 if target else -theta / 2
        yield right
        yield slip(2 * right, "forgets the half in R_z", "double-angle").says("The gate is R_z and not P.")
        yield slip(-right, "the other eigenvalue", "angle-sign").says("This belongs to the other basis state.")

    @build("1.7.d", outcome=2, takes="circuit", a=range(3), b=range(3), where=lambda a, b: a != b)
    def turned(a, b):
        yield right(circuit("cx a b", a=a, b=b, qubits=3), rules=[GateSet({"h", "cx"})])
        yield plant("control-target", "takes the allowed CNOT")

    @choice("1.7.g", outcome=4)
    def after_the_cnot():
        yield right("The control is in |−⟩.").says("Right: the sign stays with the term in which the control is 1.")
        yield slip("Nothing has changed.", "a control is only read").says("That is true for basis states only.")

========== ================================================================================================
`number`   a number; `within`, `rel`, `unit`, `bounds`
`build`    a circuit, state, matrix, distribution, channel …: a circuit, an array, or any target of the engine
`choice`   one option; every learner sees them in an order of their own, `choose` shows them in the notebook
`text`     words, or a bit string; `also`, `case`
`function` a function; `inputs`, `name`, and how its outputs are judged
`data`     plain data with a `schema`: lists, tables, dicts, edges, keys
`measure`  an estimate with an error bar from data that the learner takes
`report`   a part of a performance task that a person reads: its levels
========== ================================================================================================

All take the exercise's id, ``kind=`` (one of `KINDS`), ``rung=`` (one of `RUNGS`), ``outcome=``, ``points=``,
``takes=`` (the form asked for), ``rules=``, and ranges by name: `one_of` (or a plain tuple), `whole`, `decimals`,
`angles`, `bits`, `several`, `distinct`, with ``where=`` (a condition) and ``derive=`` (what follows from them). Numbers
that collide with each other or with what is right are never drawn; in a problem set ``where=`` and `apart` say so,
because the learner's package holds no slips of it. The course takes every exercise that the file makes, in its order.
"""

from importlib import import_module

_HOME = {
    **dict.fromkeys(("KINDS", "RUNGS", "Exercise", "Parameters", "Slip", "generator"), "exercise"),
    **dict.fromkeys(
        ("Range", "Space", "angles", "apart", "bits", "decimals", "distinct", "one_of", "several", "whole"), "ranges"
    ),
    "report": "reports",
    **dict.fromkeys(
        ("build", "choice", "data", "function", "measure", "number", "plant", "right", "slip", "text"), "words"
    ),
}
__all__ = sorted([*_HOME, "circuit"])


def __getattr__(name: str):
    # Loaded when first used: a notebook that only asks for a variant's parameters does not pay for the engine.
    if name == "circuit":
        return import_module("qtrain.circuits").circuit
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
