"""Any framework's circuit, state, operator or counts in one neutral, big-endian form, and what can be done with it."""

from importlib import import_module

_HOME = {
    "circuit": "shorthand",
    "Circuit": "model",
    "Operation": "model",
    **dict.fromkeys(
        (
            "State",
            "Density",
            "Matrix",
            "Observable",
            "Counts",
            "Distribution",
            "Number",
            "Text",
            "Data",
            "Function",
            "Nothing",
        ),
        "model",
    ),
    "Unreadable": "errors",
    "TooLarge": "errors",
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
    "count": "counting",
    "gate_name": "counting",
    "counted": "counting",
    "two_qubit_count": "counting",
    "depth": "counting",
    "all_operations": "counting",
    "without": "transform",
    "split_final_measurements": "transform",
    "without_inversions": "transform",
    "written_bits": "transform",
    "branches": "channels",
    "kraus": "channels",
    "choi": "channels",
    "density": "channels",
    "density_factor": "channels",
    "joint": "channels",
    "result_probabilities": "channels",
    "joint_distance": "channels",
    "output_distribution": "channels",
    "reduced": "channels",
    "to_data": "encoding",
    "from_data": "encoding",
    "FORMATS": "formats",
    "to_qiskit": "formats.qiskit.writing",
    "to_cirq": "formats.cirq.writing",
    "to_openqasm2": "formats.openqasm.writing",
    "to_openqasm3": "formats.openqasm.writing",
    "to_stim": "formats.stim",
    "to_qcis": "formats.qcis",
    "to_originir": "formats.originir",
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
