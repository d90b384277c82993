"""How qubits, gates and places are called in messages: plain words for a beginner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qtrain.circuits.model import Operation

_SPOKEN = {
    "id": "identity",
    "sdg": "S†",
    "tdg": "T†",
    "sx": "√X",
    "sxdg": "√X†",
    "swap": "SWAP",
    "iswap": "iSWAP",
    "iswapdg": "iSWAP†",
    "ecr": "ECR",
    "p": "phase gate",
    "u": "single-qubit gate",
    "hpow": "power of H",
    "swappow": "power of SWAP",
    "xx_plus_yy": "XX+YY",
    "xx_minus_yy": "XX−YY",
    "fsim": "fSim",
}
_STEPS = {
    "measure": "measurement",
    "reset": "reset",
    "if": "conditional step",
    "initialize": "loading of a state",
    "kraus": "noise",
}
_CONTROLLED = {("x", 1): "CNOT", ("x", 2): "Toffoli", ("swap", 1): "Fredkin"}


def gate_called(operation: Operation) -> str:
    """The gate's name: "H", "CNOT", "RX", "controlled-Z"."""
    controls = len(operation.controls)
    if (operation.name, controls) in _CONTROLLED:
        return _CONTROLLED[operation.name, controls]
    own = operation.label if operation.name == "unitary" else ""
    name = own or _STEPS.get(operation.name) or _SPOKEN.get(operation.name) or operation.name.upper()
    if controls:
        return ("controlled-" if controls == 1 else f"{controls}-fold controlled ") + name
    return name


def article(noun: str) -> str:
    """The noun with "a" or "an", as it is spoken."""
    letters = noun[:2].isupper() or len(noun) == 1 or not noun[1].isalpha()
    vowel = noun[0] in "AEFHILMNORSX" if letters and noun not in ("CNOT", "SWAP") else noun[0] in "aeioAEIO"
    return f"{'an' if vowel and noun != 'SWAP' else 'a'} {noun}"


def listed(items: Iterable) -> str:
    """ "0", "0 and 1", "0, 1 and 2"."""
    words = [str(item) for item in items]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def qubits_called(qubits: Sequence[int], names: Sequence[str] = ()) -> str:
    """ "qubit 1", "qubits 0 and 2"; with the author's own names where they are no numbers."""

    def called(qubit: int) -> str:
        name = names[qubit] if qubit < len(names) else ""
        return str(qubit) if not name or any(character.isdigit() for character in name) else f"{qubit} ({name})"

    return f"qubit{'s' * (len(qubits) != 1)} {listed(called(qubit) for qubit in qubits)}"


def place_called(operation: Operation, names: Sequence[str] = ()) -> str:
    """ "qubits 0 and 1", "qubits 0 and 1 (acts where qubit 0 is 0)"."""
    controls = zip(operation.controls, operation.control_values, strict=True)
    zeros = [qubit for qubit, value in controls if not value]
    where = f" (acts where {qubits_called(zeros, names)} {'is' if len(zeros) == 1 else 'are'} 0)" if zeros else ""
    return qubits_called(operation.all_qubits, names) + where


def gate_at(operation: Operation, names: Sequence[str] = ()) -> str:
    """ "the CNOT on qubits 0 and 1"."""
    return f"the {gate_called(operation)} on {place_called(operation, names)}"


def ket(index: int, num_qubits: int) -> str:
    """ "|01⟩"."""
    return f"|{index:0{num_qubits}b}⟩"
