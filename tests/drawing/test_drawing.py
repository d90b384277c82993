"""Every picture is well-formed, described in words, small enough for a phone, and honest about what it shows."""

import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from qtrain import drawing
from qtrain.circuits.model import Circuit, Operation
from qtrain.circuits.numerals import complex_text, number_beside, number_text, phase_text
from qtrain.drawing.lattice import noticed
from qtrain.drawing.svg import SERIES, phase_colour

HALF = math.sqrt(0.5)
BELL = Circuit(
    2,
    (
        Operation("h", (0,)),
        Operation("x", (1,), controls=(0,), control_values=(1,)),
        Operation("measure", (0,), clbits=(0,)),
    ),
    num_clbits=1,
    qubit_names=("q(0)", "q(1)"),
)
EVERY = {
    "bloch": lambda: drawing.bloch([1, 0], [HALF, 1j * HALF], labels=("a < b", "c & d"), title="Two"),
    "ball": lambda: drawing.ball(np.diag([1, 0.5, 0.4, 0.3]), radius=58, title="Shrunk"),
    "mixed": lambda: drawing.bloch({"nothing known": np.eye(2) / 2}, trail=[[1, 0], [HALF, HALF]]),
    "amplitudes": lambda: drawing.amplitudes([HALF, 0, 0, -1j * HALF], title="State"),
    "amplitudes of many": lambda: drawing.amplitudes(np.full(64, 0.125)),
    "matrix": lambda: drawing.matrix(np.diag([1, 1, 1, 1j])),
    "matrix of many": lambda: drawing.matrix(np.eye(16)),
    "counts": lambda: drawing.counts({"00": 3, "11": 5}, {"00": 4, "01": 1}, names=("Qiskit", "Cirq")),
    "plane": lambda: drawing.plane({"a": 0.5, "b": 0.5j}, total=True),
    "bit order": lambda: drawing.bit_order("110"),
    "plot": lambda: drawing.plot(
        drawing.line([0, 1, 2], [1, 0.5, 0.25], "theory"),
        drawing.points([0, 2], [1, 0.3], "measured", error=0.1),
        drawing.level(0.5, "half"),
        x="time (µs)",
        y="signal (V)",
    ),
    "log plot": lambda: drawing.plot(
        drawing.points([10, 1e4], [0.3, 0.01]), x="shots", y="error", x_log=True, y_log=True
    ),
    "bars": lambda: drawing.plot(drawing.bars(["a", "b"], [1, -2], "mean", error=0.2), x="name", y="mean (1)"),
    "flat": lambda: drawing.plot(drawing.line([0, 1], [0, 0]), x="x", y="y"),
    "circuit": lambda: drawing.circuit(BELL, title="Bell"),
    "torus": lambda: drawing.torus(6, {0, 41}, {0, 7}, star=(2, 2), face=(3, 3), numbers=True, says="a loop"),
    "patch": lambda: drawing.patch(3, 2, [("X", {0, 1, 2, 3}), ("Z", {2, 4})], [("X", [0, 2]), ("Z", [0, 1])]),
    "pair": lambda: drawing.beside(drawing.circuit(BELL), drawing.bit_order("01")),
}


@pytest.mark.parametrize("name", EVERY)
def test_every_picture_is_well_formed_described_and_narrow(name):
    picture = EVERY[name]()
    page = ET.fromstring(picture.html().replace("<title>", "<title>"))
    sheets = [e for e in page.iter() if e.tag.endswith("svg")]
    assert sheets
    for sheet in sheets:
        assert sheet.get("role") == "img" and len(sheet.get("aria-label")) > 10
        assert sheet[0].tag.endswith("title") and sheet[0].text
        assert float(sheet.get("viewBox").split()[2]) <= 360, "readable at phone width without shrinking"
        assert "max-width:100%" in sheet.get("style")
        for text in (e for e in sheet.iter() if e.tag.endswith("text")):
            assert float(text.get("font-size")) >= 9 and text.get("fill") == "currentColor"
    assert not [e for e in page.iter() if e.get("id")], "ids would collide when two pictures share a page"
    assert "nan" not in picture.svg and "black" not in picture.svg and "-0.0" not in picture.alt
    assert picture._repr_mimebundle_()["text/plain"] == f"[picture: {picture.alt}]"
    assert EVERY[name]() == picture, "the same twice"


def test_colours_are_of_the_safe_set_and_the_page_ink():
    used = set(re.findall(r'(?:fill|stroke)="([^"]+)"', EVERY["plot"]().svg + EVERY["counts"]().svg))
    assert used <= {*SERIES, "currentColor", "none"}


def test_phase_is_told_three_times_by_colour_dial_and_number():
    plus, minus = drawing.amplitudes([HALF, HALF]), drawing.amplitudes([HALF, -HALF])
    assert plus.svg.count(phase_colour(0)) > minus.svg.count(phase_colour(0))
    assert phase_colour(math.pi) in minus.svg and ">π<" in minus.svg and ">π<" not in plus.svg
    assert minus.alt == "Amplitudes: |0⟩ 0.707 at phase 0 and |1⟩ 0.707 at phase π."


def test_rounding_noise_does_not_change_a_description():
    noisy = [HALF + 1e-16, complex(-HALF, -1e-17)]
    assert drawing.amplitudes(noisy).alt == drawing.amplitudes([HALF, -HALF]).alt
    assert "-0" not in drawing.bloch([1, 1e-17]).alt


@pytest.mark.parametrize(
    "state, vector",
    [([1, 0], (0, 0, 1)), ([HALF, HALF], (1, 0, 0)), ([HALF, 1j * HALF], (0, 1, 0)), (np.eye(2) / 2, (0, 0, 0))],
)
def test_bloch_vectors(state, vector):
    from qtrain.drawing.sphere import bloch_vector

    assert np.allclose(bloch_vector(state), vector)
    assert bloch_vector(vector) == vector


def test_a_caption_of_the_sphere_that_is_too_long_leaves_out_the_angles():
    short, long = (drawing.bloch({name: (0.43, -0.22, 0.14)}).svg for name in ("", "in the end"))
    assert "(0.43, −0.22, 0.14), θ = 74°, φ = −27°, length 0.5" in short
    assert "in the end: (0.43, −0.22, 0.14), length 0.5" in long and "θ" not in long


def test_little_endian_labels_name_the_same_state():
    state = np.zeros(8)
    state[0b110] = 1  # qubits 0 and 1 are 1
    assert drawing.amplitudes(state).alt.startswith("Amplitudes, qubit 0 on the left: |110⟩ 1 ")
    assert drawing.amplitudes(state, labels="little").alt.startswith("Amplitudes, qubit 0 on the right: |011⟩ 1 ")


def test_counts_keep_the_keys_that_they_are_given():
    assert drawing.counts({"10": 7, "01": 3}).alt == "Bars of shots. 01 3 and 10 7."


def test_wrong_sizes_are_said_in_words():
    with pytest.raises(ValueError, match="one qubit"):
        drawing.bloch([1, 0, 0, 0])
    with pytest.raises(ValueError, match="2, 4, 8"):
        drawing.amplitudes([1, 0, 0])
    with pytest.raises(ValueError, match="four qubits"):
        drawing.matrix(np.eye(32))


def test_a_circuit_is_described_gate_by_gate():
    assert drawing.circuit(BELL).alt == (
        "Circuit on q(0) and q(1): H on q(0); X on q(1) controlled by q(0); measure q(0) into c0."
    )


def test_a_condition_is_drawn_and_told():
    step = Operation("if", (), condition=((0,), 1), body=(Operation("x", (1,)),))
    told = drawing.circuit(Circuit(2, (step,), num_clbits=1))
    assert "if c0 = 1 then (X on q1)" in told.alt and "if c0 = 1" in told.svg


def test_long_circuits_fold_instead_of_growing_wider():
    steps = tuple(Operation("rz", (0,), (0.1 * k,)) for k in range(1, 40))
    sheet = ET.fromstring(drawing.circuit(Circuit(1, steps)).svg)
    width, height = (float(v) for v in sheet.get("viewBox").split()[2:])
    assert width <= 360 and height > 200


def test_the_same_circuit_in_both_frameworks_is_drawn_alike():
    cirq, qiskit = pytest.importorskip("cirq"), pytest.importorskip("qiskit")
    a = qiskit.QuantumCircuit(2)
    a.h(0)
    a.cx(0, 1)
    q = cirq.LineQubit.range(2)
    b = cirq.Circuit(cirq.H(q[0]), cirq.CNOT(q[0], q[1]))
    names = ("q0", "q1")
    assert drawing.circuit(a, names=names).svg == drawing.circuit(b, names=names).svg
    assert drawing.amplitudes(a) == drawing.amplitudes(b)
    assert drawing.matrix(a) == drawing.matrix(b)
    pair = drawing.side_by_side(a, b)
    assert pair.svg.count("<svg") == 2 and "Qiskit" in pair.alt and "Cirq" in pair.alt


def test_numbers_read_as_people_write_them():
    assert [number_text(v) for v in (0.5, -0.5, -1e-9, 100, 0.70710678)] == ["0.5", "−0.5", "0", "100", "0.707"]
    assert [number_beside(v, 2.82) for v in (1.5, 2.8203, 2.82000004, 2.82)] == ["1.5", "2.8203", "2.82000004", "2.82"]
    assert [phase_text(math.pi * v) for v in (0, 1, -0.5, 0.75)] == ["0", "π", "−π/2", "3π/4"]
    assert [complex_text(v) for v in (1, -1j, 0.5 + 0.5j, -0.25j)] == ["1", "−i", "0.5+0.5i", "−0.25i"]


def test_importing_the_room_is_light():
    code = (
        "import sys, qtrain.drawing; print([m for m in ('numpy', 'qiskit', 'cirq', 'matplotlib') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_the_parts_of_a_custom_gate_keep_their_own_names():
    steps = (Operation("h", (0,), label="mine"), Operation("unitary", (0,), matrix=np.eye(2), label="oracle"))
    assert drawing.circuit(Circuit(1, steps)).alt == "Circuit on q0: H on q0; oracle on q0."


@pytest.mark.parametrize("second", [0.25 + 0.43j, -0.25 - 0.43j, -0.4])
def test_the_last_part_of_a_sum_and_the_sum_have_their_names_in_different_places(second):
    svg = drawing.plane({"way 0": 0.5, "way 1": second}, total=True).svg
    places = [
        (float(e.get("x")), float(e.get("y"))) for e in ET.fromstring(svg).iter() if e.text in ("way 0", "way 1", "sum")
    ]
    assert len(places) == 3
    assert min(math.dist(a, b) for k, a in enumerate(places) for b in places[:k]) > 15


def test_no_name_on_the_sphere_lies_on_an_arrow_or_on_another_name():
    from qtrain.drawing.sphere import _axis_names, _box, _covered

    across = [(180 + k, 150 - 0.55 * k) for k in range(100)]  # an arrow over the place where |−⟩ would stand
    for ink in ([], across):
        boxes = [_box(*place) for place in _axis_names(180, 150, ink)]
        for number, box in enumerate(boxes):
            assert _covered(box, ink, boxes[:number]) == 0
    halved = drawing.bloch([1, 1], [0.924, 0.383], labels=("wanted", "halved"))
    texts = {
        e.text: (float(e.get("x")), float(e.get("y")))
        for e in ET.fromstring(halved.svg).iter()
        if e.get("x") and e.text
    }
    (ax, ay), (bx, by) = texts["wanted"], texts["halved"]
    assert abs(ay - by) > 14 or abs(ax - bx) > 50


def test_a_line_that_leaves_the_axes_ends_at_their_edge():
    svg = drawing.plot(drawing.line([0, 1, 2, 3], [1, 9, 1, -7], "there and back"), x="x", y="y", y_range=(0, 5)).svg
    pieces = re.findall(r'd="M([^"]+)" stroke="[^"]+" stroke-width="2.2"', svg)
    ends = [[tuple(map(float, point.split())) for point in piece.split("L")] for piece in pieces]
    assert len(pieces) == 2  # above the range nothing is drawn
    heights = [y for piece in ends for _, y in piece]
    edges = min(heights), max(heights)
    (_, first), (_, last) = ends[0][-1], ends[1][0]
    assert first == last == edges[0] and ends[1][-1][1] == edges[1]


def test_a_condition_above_the_first_row_is_not_cut_off():
    from qtrain.circuits import circuit as steps

    picture = str(drawing.circuit(steps("measure 0; if 0 { x 0 }")).svg)
    heights = [float(y) for y in re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>if ', picture)]
    assert heights and min(heights) >= 11


def test_an_arrow_on_an_axis_is_not_labelled_where_the_axis_has_its_name():
    svg = drawing.plane({"u": 1, "v": 1j, "w": -1}).svg
    texts = {e.text: (float(e.get("x")), float(e.get("y"))) for e in ET.fromstring(svg).iter() if e.get("x") and e.text}
    for label, names in {"u": ("real", "1"), "v": ("imaginary", "i"), "w": ("real", "imaginary")}.items():
        for name in names:
            (x, y), (there, height) = texts[label], texts[name]
            assert abs(y - height) > 11 or abs(x - there) > 15, f"{label} stands on {name}"


def test_a_ball_is_told_by_its_half_axes_and_its_centre():
    damped = [[1, 0, 0, 0], [0, 0.8, 0, 0], [0, 0, 0.8, 0], [0.36, 0, 0, 0.64]]
    picture = drawing.ball(damped, title="damped")
    assert (
        picture.alt
        == "damped. The Bloch ball becomes an ellipsoid with half axes 0.8, 0.8, 0.64 and centre (0, 0, 0.36)."
    )
    assert "leaves the sphere" not in picture.svg


@pytest.mark.parametrize(("coherence", "leaves"), [(0.8, False), (0.81, True), (0.7, False)])
def test_a_ball_that_leaves_the_sphere_is_marked(coherence, leaves):
    transfer = [[1, 0, 0, 0], [0, coherence, 0, 0], [0, 0, coherence, 0], [0.36, 0, 0, 0.64]]
    picture = drawing.ball(transfer)
    assert ("It leaves the sphere." in picture.alt) == ("leaves the sphere" in picture.svg) == leaves


@pytest.mark.parametrize("given", [[[1, 0], [0, 1]], [[0.5, 0, 0, 0], *[[0] * 4] * 3], [[1j] * 4] * 4])
def test_a_ball_needs_a_transfer_matrix(given):
    with pytest.raises(ValueError, match="Pauli transfer matrix"):
        drawing.ball(given)


def test_chains_on_the_torus_light_their_ends_only():
    row, column = range(4), range(16, 32, 4)
    assert noticed([0, 1], 4) == {(0, 0), (0, 2)}
    assert noticed(row, 4) == noticed(column, 4) == noticed([0, 4, 16, 17], 4) == set()
    assert noticed([28, 19], 4) == {(3, 0), (0, 0), (0, 3), (1, 3)}, "what leaves at the bottom comes in at the top"
    assert "2 stars give −1" in drawing.torus(4, {0, 1}).alt


def test_a_patch_tells_its_checks_and_where_an_x_meets_a_z():
    picture = EVERY["patch"]()
    assert "1 checks of X's, 1 of Z's; X's on 0, 2; Z's on 0, 1" in picture.alt
    assert re.findall(r">([XYZ])<", picture.svg) == ["X", "Z", "Y", "Z", "X"], "two checks, then qubits 0, 1 and 2"


def test_a_numbered_patch_shows_its_numbers_and_fills_what_fired():
    faces = [("0", {0, 1, 2, 3}), ("1", {2, 3, 4, 5})]
    plain = drawing.patch(3, 2, faces, numbered=True, alt="A patch of six qubits.")
    struck = drawing.patch(
        3, 2, faces, [("X", {4})], fired={"1"}, numbered=True, alt="Qubit 4 is flipped; check 1 fired."
    )
    written = [text.text for text in ET.fromstring(struck.svg).iter() if text.tag.endswith("text")]
    assert written == [*"01", *"012345"] and plain.svg.count("#EEE") == 6 and struck.svg.count("#EEE") == 5
    with pytest.raises(ValueError, match="alt"):
        drawing.patch(3, 2, faces, numbered=True)
