"""Any framework's circuit, state, operator or counts in one neutral, big-endian form, and what can be done with it."""

from importlib import import_module

_HOME = {
    "Circuit": "circuit",
    "Operation": "circuit",
    **dict.fromkeys(
        ("State", "Density", "Matrix", "Observable", "Counts", "Distribution", "Number", "Text", "Function", "Nothing"),
        "values",
    ),
    "Unreadable": "errors",
    "GATES": "gates",
    "gate_matrix": "gates",
    "is_gate": "gates",
    "matrix_of": "gates",
    "inverse_of": "gates",
    "read": "reading",
    "run": "simulate",
    "unitary": "simulate",
    "gates_of": "simulate",
    "apply_gate": "simulate",
    "inverse": "transform",
    "permute": "transform",
    "moved": "transform",
    "count": "transform",
    "everyday_name": "transform",
    "two_qubit_count": "transform",
    "depth": "transform",
    "all_operations": "transform",
    "without": "transform",
    "split_final_measurements": "measurement",
    "branches": "channels",
    "kraus": "channels",
    "choi": "channels",
    "density": "channels",
    "output_distribution": "channels",
    "to_data": "data",
    "from_data": "data",
    "to_qiskit": "write_qiskit",
    "to_cirq": "write_cirq",
    "to_openqasm2": "write_openqasm",
    "to_openqasm3": "write_openqasm",
    "to_qcis": "write_text",
    "to_originir": "write_text",
    "is_clifford": "clifford",
    "tableau": "clifford",
    "same_clifford": "clifford",
    "same_clifford_state": "clifford",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    # Loaded when first used, so that a room above can import this one without paying for NumPy.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
