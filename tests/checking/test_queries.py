"""A circuit that is to ask an oracle may not read the answer from the oracle's table."""

import cirq
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import ByTheQuery, Queries, Succeeds
from qtrain.circuits import read, unitary


def bit_oracle(table):
    n = len(table).bit_length() - 1
    circuit = QuantumCircuit(n + 1, name="oracle")
    for x in (x for x, value in enumerate(table) if value):
        zeros = [k for k in range(n) if not x >> n - 1 - k & 1]
        for flips in (zeros, None, zeros):
            if flips is None:
                circuit.mcx(list(range(n)), n)
            elif flips:
                circuit.x(flips)
    return circuit


ODD, EVEN = [0, 1, 1, 0], [1, 0, 0, 1]  # balanced: the XOR of both bits, and its complement
CONSTANT = [1, 1, 1, 1]


def asks(table, places=(0, 1, 2)):
    *inputs, target = places
    circuit = QuantumCircuit(3)
    circuit.x(target)
    circuit.h(places)
    circuit.compose(bit_oracle(table), places, inplace=True)
    circuit.h(inputs)
    return circuit


def reads(table, qubit=0):
    """Calls the oracle where it does nothing, and writes down what the table says."""
    circuit = QuantumCircuit(3)
    circuit.h(2)  # |+⟩ does not mind being flipped
    circuit.compose(bit_oracle(table), inplace=True)
    if 0 < sum(table) < len(table):
        circuit.x(qubit)
    return circuit


def rule(table, other, balanced):
    query = Queries(bit_oracle(table), 1)
    instead = Succeeds(lambda bits: ("1" in bits) == balanced, 1.0, qubits=range(2))
    return ByTheQuery(query, bit_oracle(other), instead, "the answer")


@pytest.mark.parametrize("places", [(0, 1, 2), (1, 0, 2)])
def test_who_asks_finds_what_belongs_to_another_oracle_in_its_place(places):
    assert rule(ODD, CONSTANT, False).broken(read(asks(ODD, places))) is None
    assert rule(CONSTANT, EVEN, True).broken(read(asks(CONSTANT, places))) is None


@pytest.mark.parametrize(("table", "other", "balanced"), [(ODD, CONSTANT, False), (CONSTANT, ODD, True)])
def test_who_reads_the_table_does_not(table, other, balanced):
    broken = rule(table, other, balanced).broken(read(reads(table)))
    assert broken.startswith("it has the answer from the table, and not from the query")


def test_a_circuit_that_calls_too_often_is_left_to_the_other_rule():
    twice = asks(ODD).compose(bit_oracle(ODD))
    assert rule(ODD, CONSTANT, False).broken(read(twice)) is None


def test_oracles_are_exchanged_on_their_qubits_under_their_controls_and_inverted():
    query = Queries(bit_oracle(ODD), 9)
    given = QuantumCircuit(5)
    gate, other = bit_oracle(ODD).to_gate(), bit_oracle(EVEN).to_gate()
    wanted = given.copy()
    for circuit, step in ((given, gate), (wanted, other)):
        circuit.h(4)
        circuit.append(step, [3, 0, 2])
        circuit.append(step.control(1, ctrl_state=0), [4, 1, 2, 3])
        circuit.append(step.inverse(), [0, 1, 2])
    assert query.count(read(given)) == 3
    made = query.exchanged(read(given), bit_oracle(EVEN))
    assert abs(unitary(made) - unitary(read(wanted))).max() < 1e-9
    assert query.count(made) == 0


def test_a_cirq_circuit_may_be_asked_as_well():
    x0, x1, y = cirq.LineQubit.range(3)

    def oracle(table):
        marked = [(x >> 1, x & 1) for x, value in enumerate(table) if value]
        return cirq.Circuit(cirq.X(y).controlled_by(x0, x1, control_values=bits) for bits in marked)

    query = Queries(oracle(ODD), 1)
    instead = Succeeds(lambda bits: "1" not in bits, 1.0, qubits=range(2))
    circuit = cirq.Circuit(cirq.X(y), cirq.H.on_each(x0, x1, y), oracle(ODD), cirq.H.on_each(x0, x1))
    assert ByTheQuery(query, oracle(CONSTANT), instead).broken(read(circuit)) is None


@pytest.mark.parametrize(
    ("form", "calls"),
    [
        (lambda gate: gate.power(3), 3),
        (lambda gate: gate.inverse().power(2), 2),
        (lambda gate: gate.power(3).control(1), 3),
        (lambda gate: gate.control(1).power(2), 2),
        (lambda gate: gate.control(3, ctrl_state=2).power(-2), 2),
        (lambda gate: gate.repeat(4), 4),
    ],
)
def test_powers_are_so_many_calls(form, calls):
    gate = form(bit_oracle(ODD).to_gate())
    circuit = QuantumCircuit(gate.num_qubits)
    circuit.append(gate, range(gate.num_qubits))
    assert Queries(bit_oracle(ODD), 9).count(read(circuit)) == calls


def test_a_circuit_that_never_calls_has_done_nothing():
    """The right state is then brought along: no points, as for any shortcut; one call too many is a broken rule."""
    target = Succeeds("11", 1.0, qubits=(0, 1), rules=[Queries(bit_oracle(ODD), 1)])
    never, twice = QuantumCircuit(3), QuantumCircuit(3)
    never.x([0, 1])
    twice.x([0, 1])
    twice.compose(bit_oracle(ODD), inplace=True)
    twice.compose(bit_oracle(ODD), inplace=True)
    assert (target.judge(never).diagnosis, target.judge(never).score) == ("rule", 0.0)
    assert target.judge(twice).diagnosis == "rule" and target.judge(twice).score > 0
