"""Transpiled Qiskit circuits: where each qubit of the original starts and ends.

Qiskit's transpiler moves qubits to other places and leaves out swaps, and keeps note of it beside the gates, in
``circuit.layout``. A transpiled circuit means the original one (so `qiskit.quantum_info.Operator.from_circuit` reads
it), so the note is turned into qubit names and, where qubits end elsewhere than they started, into swaps at the end.
"""

from __future__ import annotations

from dataclasses import replace

from ...gates import make
from ...model import Circuit
from ...transform import moved, relabelled_bits, split_final_measurements


def with_layout(circuit: Circuit, layout) -> Circuit:
    """The circuit in the qubits of the original, from that of the gates and a `TranspileLayout`."""
    starts = layout.initial_index_layout(filter_ancillas=False)
    ends = layout.final_index_layout(filter_ancillas=False)
    n = circuit.num_qubits
    if sorted(starts) != list(range(n)) or sorted(ends) != list(range(n)):
        return circuit  # qubits were added afterwards: the note is no longer about this circuit
    wire = {place: qubit for qubit, place in enumerate(starts)}
    holder = [wire[place] for place in ends]  # the wire on which qubit i ends
    if all(place == qubit for qubit, place in wire.items()) and holder == list(range(n)):
        return _without_spares(replace(circuit, written=circuit), layout)
    # Relabelled: the qubit that starts as i is i. `moved` renames, and the names stay with the qubits.
    named = replace(circuit, operations=tuple([moved(step, wire) for step in circuit.operations]), written=circuit)
    if holder != list(range(n)):
        named = _brought_home(named, holder)
    return _without_spares(named, layout)


def _brought_home(circuit: Circuit, holder: list[int]) -> Circuit:
    """The circuit with swaps before its final measurements that bring the content of wire ``holder[i]`` to i."""
    rest, measured = split_final_measurements(circuit)
    content = list(range(circuit.num_qubits))  # content[w]: which wire's content is now on w
    steps = list(rest.operations)
    for home, source in enumerate(holder):
        at = content.index(source)
        if at != home:
            steps.append(make("swap", (home, at)))
            content[home], content[at] = content[at], content[home]
    home_of = {source: home for home, source in enumerate(holder)}
    steps += [moved(step, home_of) for step in measured]
    return circuit.replace_operations(steps)


def _without_spares(circuit: Circuit, layout) -> Circuit:
    """Without the device's qubits that the original did not have, if nothing happens on them."""
    asked = getattr(layout, "_input_qubit_count", None) or circuit.num_qubits
    # Measured spares (`measure_all` on the transpiled circuit) tell nothing: those results go, with their bits.
    rest, finals = split_final_measurements(circuit)
    spare = [step for step in finals if step.qubits[0] >= asked]
    inside = [step for step in rest.operations if step.name != "barrier"]
    if spare and not any(qubit >= asked for step in inside for qubit in _touched(step)):
        finals = tuple(step for step in finals if step.qubits[0] < asked)
        circuit = _without_bits(
            circuit.replace_operations((*rest.operations, *finals)), {step.clbits[0] for step in spare}
        )
    touched = {qubit for step in circuit.operations if step.name != "barrier" for qubit in _touched(step)}
    if asked >= circuit.num_qubits or any(qubit >= asked for qubit in touched):
        return circuit
    steps = [
        replace(step, qubits=tuple(q for q in step.qubits if q < asked)) if step.name == "barrier" else step
        for step in circuit.operations
    ]
    return replace(
        circuit,
        num_qubits=asked,
        operations=tuple(step for step in steps if step.qubits or step.name != "barrier"),
        qubit_names=tuple(f"qubit {i}" for i in range(asked)),
        explicit_qubits=tuple(range(asked)),
    )


def _without_bits(circuit: Circuit, bits: set[int]) -> Circuit:
    """The circuit without these classical bits, which nothing in it uses."""
    kept = [bit for bit in range(circuit.num_clbits) if bit not in bits]
    return replace(
        relabelled_bits(circuit, {bit: place for place, bit in enumerate(kept)}),
        num_clbits=len(kept),
        clbit_names=tuple([circuit.clbit_names[bit] for bit in kept]) if circuit.clbit_names else (),
    )


def _touched(step) -> tuple[int, ...]:
    inside = [qubit for inner in (*step.body, *step.orelse) for qubit in _touched(inner)]
    return (*step.all_qubits, *inside)
