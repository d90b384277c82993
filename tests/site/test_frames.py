"""Frames of interactive cells: which positions, what each shows, and that they are made anew when a lesson changes."""

import json
from math import prod

import pytest
from ipywidgets import Dropdown, FloatSlider, IntSlider

from qtrain.site import frames
from qtrain.site.frames import KIND, MOST, record, script


@pytest.fixture
def recorded(monkeypatch):
    """What `record` puts out."""
    import IPython.display

    found = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: found.append(data[KIND]))

    def recorded(function, **controls):
        record(function, **controls)
        return found.pop()

    return recorded


def shown(data, *place):
    number = 0
    for control, at in zip(data["controls"], place, strict=True):
        number = number * len(control["labels"]) + at
    return "".join(data["parts"][part] for part in data["frames"][number])


def test_every_position_of_every_control_is_shown(recorded):
    data = recorded(
        lambda k, x, which, word: print(k, f"{x:.2f}", which, word),
        k=IntSlider(3, min=1, max=4),
        x=FloatSlider(0.5, min=0, max=1, step=0.25),
        which=Dropdown(options=[("first", 1), ("second", 2)], value=2),
        word=["a", "b"],
    )
    assert [control["start"] for control in data["controls"]] == [2, 2, 1, 0]
    assert [control["labels"][-1] for control in data["controls"]] == ["4", "1.00", "second", "b"]
    assert len(data["frames"]) == 4 * 5 * 2 * 2
    assert shown(data, 0, 1, 0, 1) == "<pre>1 0.25 1 b</pre>"
    assert shown(data, 3, 4, 1, 0) == "<pre>4 1.00 2 a</pre>"


def test_many_positions_are_thinned_and_start_and_ends_stay(recorded):
    sliders = {"a": IntSlider(17, min=0, max=100), "b": IntSlider(-3, min=-20, max=20), "c": IntSlider(2, min=0, max=5)}
    data = recorded(lambda a, b, c: print(a, b, c), **sliders)
    assert prod(len(control["labels"]) for control in data["controls"]) == len(data["frames"]) <= MOST
    for control, slider in zip(data["controls"], sliders.values(), strict=True):
        numbers = [int(label) for label in control["labels"]]
        assert numbers == sorted(numbers) and len(numbers) >= 3
        assert (numbers[0], numbers[control["start"]], numbers[-1]) == (slider.min, slider.value, slider.max)


def test_a_picture_that_is_returned_is_the_frame_and_common_parts_are_kept_once(recorded):
    class Picture:
        def __init__(self, height):
            self.height = height

        def _repr_html_(self):
            return f'<svg><path d="M0 0"/><rect height="{self.height}"/></svg>'

    data = recorded(Picture, height=IntSlider(1, min=0, max=9))
    assert shown(data, 7) == '<svg><path d="M0 0"/><rect height="7"/></svg>'
    assert len(data["parts"]) == 3 + 10


def test_a_control_without_positions_is_refused(recorded):
    with pytest.raises(TypeError, match="'word' is a str; a slider, a drop-down or a list is needed"):
        recorded(print, word="abc")


def test_the_script_hands_over_what_was_recorded():
    text = script("a.b", {"controls": [], "parts": ["<p>"], "frames": [[0]]})
    assert text.startswith('qtrainFrames("a.b", ') and text.endswith(");\n")
    assert json.loads(text[len('qtrainFrames("a.b", ') : -3]) == {"parts": ["<p>"], "frames": [[0]]}


def test_frames_are_kept_until_the_lesson_changes(sample, monkeypatch):
    from qtrain.course import load

    lesson = load(sample).lesson("1.1")
    assert list(frames.frames(lesson)) == ["moves"]  # made when the sample was built
    monkeypatch.setattr(frames, "run_cells", lambda *given, **named: pytest.fail("it runs again"))
    frames.frames(lesson)
    monkeypatch.setattr(frames, "fingerprint", lambda lesson: "another")
    monkeypatch.setattr(frames, "_recorded", lambda *given: {"made": "anew"})
    monkeypatch.setattr(frames.atomic, "write", lambda *given: None)
    assert frames.frames(lesson) == {"made": "anew"}
