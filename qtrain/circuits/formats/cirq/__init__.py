"""Cirq: reading and writing. Its arrays are big-endian, its qubits are named objects that sort by name."""
