"""Cut the device cards of this folder out of the calibration snapshots in two public packages.

The packages are only unpacked, not installed::

    pip download --no-deps qiskit-ibm-runtime==0.51.0 cirq-google==1.7.0
    unzip -d snapshots '*.whl'
    python cut_device_cards.py snapshots

Both packages are under the Apache License 2.0 (IBM; The Cirq Developers). The cards are altered: numbers are chosen,
rounded to four digits and put into one order; none is corrected, also where T2 is above 2 T1.
"""

import json
import re
import sys
from pathlib import Path

COLUMNS = {
    "qubit_columns": [
        "qubit",
        "T1_us",
        "T2_us",
        "read_1_for_0",
        "read_0_for_1",
        "error",
        "length_ns",
    ],
    "pair_columns": ["qubit", "qubit", "error", "length_ns"],
}
IBM = "qiskit_ibm_runtime/fake_provider/backends"
WILLOW = "cirq_google/devices/{}/willow_pink_d7v1-2024_08_16_{}"


def rounded(value):
    """Four significant digits; None stays what it is: not published."""
    return None if value is None else float(f"{value:.4g}")


def ibm(folder: Path, name: str, gate: str) -> dict:
    """The card of one of IBM's devices."""
    snapshot = json.loads(
        (folder / IBM / name / f"props_{name}.json").read_text("utf-8")
    )

    def named(entries):
        return {entry["name"]: entry["value"] for entry in entries}

    gates = {
        (one["gate"], tuple(one["qubits"])): named(one["parameters"])
        for one in snapshot["gates"]
        if one["gate"] in ("sx", gate)
    }
    qubits, pairs = [], {}
    for k, entries in enumerate(snapshot["qubits"]):
        found, pulse = named(entries), gates.get(("sx", (k,)), {})
        values = [
            found.get(key)
            for key in ("T1", "T2", "prob_meas1_prep0", "prob_meas0_prep1")
        ]
        qubits.append(
            [
                k,
                *map(
                    rounded,
                    [*values, pulse.get("gate_error"), pulse.get("gate_length")],
                ),
            ]
        )
    for (kind, ends), found in gates.items():
        # IBM writes an error of 1 where a gate could not be calibrated. Of two directions the shorter one is kept.
        if kind == gate and found["gate_error"] < 1:
            row = [
                *sorted(ends),
                rounded(found["gate_error"]),
                rounded(found["gate_length"]),
            ]
            pairs[tuple(sorted(ends))] = min(
                row, pairs.get(tuple(sorted(ends)), row), key=lambda row: row[3]
            )
    head = {
        "device": f"ibm_{name}",
        "laboratory": "IBM Quantum",
        "date": snapshot["last_update_date"][:10],
        "source": f"qiskit-ibm-runtime 0.51.0: props_{name}.json",
        "license": "Apache-2.0, copyright IBM; altered: chosen, rounded and put into one order",
        "error_means": "average error",
        "one_qubit_gate": "sx",
        "two_qubit_gate": gate,
    }
    return (
        head
        | COLUMNS
        | {"qubits": qubits, "pairs": [pairs[key] for key in sorted(pairs)]}
    )


def google(folder: Path) -> dict:
    """The card of Google's Willow; its qubits are called row_column, the card's order is theirs."""
    name = "willow_pink_d7v1-2024_08_16"
    path = folder / WILLOW.format("calibrations", "calibration.json")
    metrics = json.loads(path.read_text("utf-8"))["metrics"]
    metrics = metrics["metrics"] if isinstance(metrics, dict) else metrics
    values = {
        (one["name"], tuple(one["targets"])): one["values"][0]["doubleVal"]
        for one in metrics
    }
    times = (
        folder
        / WILLOW.format("specifications", "device_spec_for_grid_device.proto.txt")
    ).read_text("utf-8")
    length = {
        gate: int(picoseconds) / 1000
        for picoseconds, gate in re.findall(
            r"gate_duration_picos: (\d+)\s+(cz|phased_xz) \{", times
        )
    }
    places = sorted(
        {ends for kind, ends in values if kind == "single_qubit_idle_t1_micros"},
        key=lambda ends: tuple(map(int, ends[0].split("_"))),
    )
    numbers = {ends[0]: k for k, ends in enumerate(places)}
    qubits = []
    for ends in places:
        row = [
            values[f"single_qubit_{key}", ends]
            for key in ("idle_t1_micros", "p00_error", "p11_error")
        ]
        error = values["single_qubit_rb_pauli_error_per_gate", ends]
        row = [row[0], None, row[1], row[2], error, length.get("phased_xz")]
        qubits.append([numbers[ends[0]], *map(rounded, row)])
    pairs = [
        [
            *sorted(numbers[end] for end in ends),
            rounded(value),
            rounded(length.get("cz")),
        ]
        for (kind, ends), value in values.items()
        if kind == "two_qubit_parallel_cz_gate_xeb_pauli_error_per_cycle"
    ]
    head = {
        "device": "google_willow",
        "laboratory": "Google Quantum AI",
        "date": "2024-08-16",
        "source": f"cirq-google 1.7.0: {name}",
        "license": "Apache-2.0, copyright The Cirq Developers; altered: chosen, rounded and put into one order",
        "error_means": "Pauli error",
        "one_qubit_gate": "phased_xz",
        "two_qubit_gate": "cz",
        "names": [ends[0] for ends in places],
    }
    return head | COLUMNS | {"qubits": qubits, "pairs": sorted(pairs)}


def template() -> dict:
    """A card for a laboratory to fill in; null is for what was not measured."""
    head = {
        "device": "name of the device",
        "laboratory": "who measured",
        "date": "YYYY-MM-DD",
        "source": "where the measurements are kept",
        "license": "under which others may use them",
        "error_means": "average error, or Pauli error",
        "one_qubit_gate": "sx",
        "two_qubit_gate": "cz",
    }
    return (
        head
        | COLUMNS
        | {
            "qubits": [[0] + [None] * 6, [1] + [None] * 6],
            "pairs": [[0, 1, None, None]],
        }
    )


def write(card: dict, path: Path) -> None:
    """One line for each entry of the head, each qubit and each pair."""
    lines = []
    for key, value in card.items():
        if key in ("qubits", "pairs"):
            rows = ",\n".join(
                "  " + json.dumps(row, separators=(",", ":")) for row in value
            )
            lines.append(f' "{key}": [\n{rows}\n ]')
        else:
            lines.append(f' "{key}": {json.dumps(value)}')
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def main(folder: Path) -> None:
    """Write the five cards and the empty one beside this file."""
    here = Path(__file__).parent
    for name, gate in (
        ("manila", "cx"),
        ("torino", "cz"),
        ("fez", "cz"),
        ("marrakesh", "cz"),
    ):
        write(ibm(folder, name, gate), here / f"{name}.json")
    write(google(folder), here / "willow.json")
    write(template(), here / "your_device.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
