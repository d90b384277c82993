"""Qiskit: reading and writing. Its arrays, labels and keys are little-endian; qubit i stays qubit i."""
