"""The gates of qelib1.inc and stdgates.inc, with the phases that Qiskit gives them."""

from __future__ import annotations

from math import pi

# name → (neutral name, parameters, qubits, controls among them, angles that come before the parameters)
STANDARD: dict[str, tuple[str, int, int, int, tuple[float, ...]]] = {}

for _name in ("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg"):
    STANDARD[_name] = (_name, 0, 1, 0, ())
for _name in ("rx", "ry", "rz", "p"):
    STANDARD[_name] = (_name, 1, 1, 0, ())
    STANDARD["c" + _name] = (_name, 1, 2, 1, ())
for _name in ("x", "y", "z", "h", "s", "sdg", "sx"):
    STANDARD["c" + _name] = (_name, 0, 2, 1, ())
for _name in ("rxx", "ryy", "rzz", "rzx"):
    STANDARD[_name] = (_name, 1, 2, 0, ())
STANDARD |= {
    "U": ("u", 3, 1, 0, ()), "u": ("u", 3, 1, 0, ()), "u3": ("u", 3, 1, 0, ()), "u2": ("u", 2, 1, 0, (pi / 2,)),
    "u1": ("p", 1, 1, 0, ()), "phase": ("p", 1, 1, 0, ()), "cphase": ("p", 1, 2, 1, ()), "cu1": ("p", 1, 2, 1, ()),
    "cu3": ("u", 3, 2, 1, ()), "cu": ("u", 4, 2, 1, ()), "u0": ("id", 1, 1, 0, ()), "CX": ("x", 0, 2, 1, ()),
    "cnot": ("x", 0, 2, 1, ()), "swap": ("swap", 0, 2, 0, ()), "cswap": ("swap", 0, 3, 1, ()),
    "iswap": ("iswap", 0, 2, 0, ()), "ecr": ("ecr", 0, 2, 0, ()), "r": ("r", 2, 1, 0, ()),
    "xx_plus_yy": ("xx_plus_yy", 2, 2, 0, ()), "xx_minus_yy": ("xx_minus_yy", 2, 2, 0, ()),
    "ccx": ("x", 0, 3, 2, ()), "ccz": ("z", 0, 3, 2, ()), "c3x": ("x", 0, 4, 3, ()), "mcx": ("x", 0, 4, 3, ()),
    "c4x": ("x", 0, 5, 4, ()), "c3sqrtx": ("sx", 0, 4, 3, ()), "c3sx": ("sx", 0, 4, 3, ()),
}  # fmt: skip

LIBRARY = """
gate rccx a, b, c { h c; t c; cx b, c; tdg c; cx a, c; t c; cx b, c; tdg c; h c; }
gate rc3x a, b, c, d {
  h d; t d; cx c, d; tdg d; h d; cx a, d; t d; cx b, d; tdg d; cx a, d; t d; cx b, d; tdg d;
  h d; t d; cx c, d; tdg d; h d;
}
gate dcx a, b { cx a, b; cx b, a; }
"""
