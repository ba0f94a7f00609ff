"""Events of XDF files: streams of text and of numbers, mne-lsl's annotations, trigger channels of a signal."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.recordings import open_recording, read_recording
from earloop.recordings.xdf.stream_events import number_text
from tests.xdf import RATE, START, Stream, ear, markers, write_xdf


@pytest.fixture
def written(tmp_path):
    """Writes streams as one file."""
    return lambda *streams: write_xdf(tmp_path / "a.xdf", *streams)


def numbers(values, stamps, **facts):
    """An irregular stream of numbers."""
    plain = {"labels": (), "units": (), "format": "int32", "rate": 0, "kind": "Markers", "name": "task", "number": 9}
    return Stream(**(plain | {"values": values, "stamps": stamps} | facts))


def found(path, **options):
    return [(note.label, round(note.onset_s, 6), note.source) for note in read_recording(path, **options).annotations]


def test_text_becomes_annotations_on_the_signals_time_and_what_lies_outside_is_counted(written):
    stamps = [START - 0.5, START + 0.4, START + 0.8, START + 1.2, START + 99]
    path = written(markers(["before", "blink", " ", "chew", "after"], stamps), ear())
    assert found(path) == [("blink", 0.4, "task"), ("chew", 1.2, "task")]
    assert read_recording(path).meta["notes"] == [
        "2 of 4 events are at times without samples, and are omitted: 'before' of task at -0.500 s, 'after' of task "
        "at 99.000 s"
    ]


@pytest.mark.parametrize("format", ["int8", "int16", "int32", "int64", "float32", "double64"])
def test_numbers_become_annotations_without_a_decimal_point(written, format):
    path = written(ear(), numbers([[1], [2], [1]], START + np.array([0.5, 1.0, 1.5]), format=format))
    assert found(path) == [("1", 0.5, "task"), ("2", 1.0, "task"), ("1", 1.5, "task")]


def test_numbers_of_several_channels_make_one_label_and_those_that_are_none_make_no_text(written):
    values = np.array([[1, 0.5], [np.nan, 3], [np.nan, np.nan]])
    path = written(ear(), numbers(values, START + np.array([0.5, 1.0, 1.5]), format="float32"))
    assert found(path) == [("1 0.5", 0.5, "task"), ("3", 1.0, "task")]


@pytest.mark.parametrize(
    ("value", "text"), [(np.float32(0.1), "0.1"), (1e15, "1000000000000000"), (-7.0, "-7"), (np.inf, "")]
)
def test_a_number_is_written_as_one_would_write_it(value, text):
    assert number_text(value) == text


def test_clocks_of_two_machines_are_brought_together(written):
    """The markers' machine is 500 s ahead; the recorder measured it."""
    path = written(ear(offset_s=2.0), markers(["blink"], [START + 502.4], offset_s=-500.0))
    assert read_recording(path).annotations[0].onset_s == pytest.approx(0.4, abs=1e-6)


def test_a_regular_stream_of_numbers_beside_the_signal_is_no_stream_of_events(written):
    beside = ear(number=2, name="head", kind="Accelerometer", units=("g", "g"))
    assert read_recording(written(ear(), beside)).annotations == ()


def test_an_irregular_stream_that_measures_is_left_out_and_named(written):
    path = written(ear(), numbers([[0.5], [0.6]], [START, START + 1], kind="Gaze", format="float32"))
    recording = read_recording(path)
    assert recording.annotations == ()
    assert recording.meta["notes"] == [
        "stream task (Gaze, 1 x float32, irregular) is irregular and of a type for measurements: "
        "it has no events, and is omitted"
    ]


def test_annotations_of_mne_lsl_have_their_labels_and_durations(written):
    """A channel a description; its value is the duration, -1 where there is none, 0 where it did not happen."""
    values = [[-1, 0], [0, 0.25], [2.0, -1]]
    stream = numbers(
        values,
        START + np.array([0.25, 0.5, 1.0]),
        kind="annotations",
        format="double64",
        labels=("blink", "chew"),
        units=("none", "none"),
    )
    notes = read_recording(written(ear(4), stream)).annotations
    assert [(note.label, round(note.onset_s, 6), note.duration_s) for note in notes] == [
        *(("blink", 0.25, 0.0), ("chew", 0.5, 0.25), ("blink", 1.0, 2.0), ("chew", 1.0, 0.0)),
    ]


TRIGGERED = np.zeros((2 * RATE, 2))
TRIGGERED[:10, 1] = 9  # at the first sample already, as in EDF
TRIGGERED[100:110, 1] = 5
TRIGGERED[200:210, 1] = 300
TRIGGERED[210:220, 1] = 5


@pytest.mark.parametrize(
    "facts",
    [
        {"types": ("EEG", "TRIGGER")},
        {"types": ("EEG", "stim")},
        {"types": ("EEG", "Markers")},
        {"labels": ("T7", "TRIGGER")},
        {"labels": ("T7", "Trig1")},
        {"labels": ("T7", "STI 014")},
    ],
)
def test_a_trigger_channel_is_no_electrode_and_its_changes_are_events(written, facts):
    path = written(ear(values=TRIGGERED, **facts))
    recording = read_recording(path)
    assert recording.channels == ("T7",)
    name = facts.get("labels", ("T7", "T8"))[1]
    assert found(path) == [("9", 0.0, name), ("5", 0.4, name), ("300", 0.8, name), ("5", 0.84, name)]
    assert "trigger channel" in open_recording(path).channels[1].why_not


def test_a_trigger_that_lasts_across_a_gap_is_no_new_event(written):
    stamps = START + np.arange(20 * RATE) / RATE
    stamps[10 * RATE :] += 5
    values = np.zeros((20 * RATE, 2))
    values[9 * RATE : 11 * RATE, 1] = 1
    path = written(ear(values=values, stamps=stamps, types=("EEG", "TRIGGER")))
    assert found(path, part=1) == [("1", 9.0, "T8")]
    assert found(path, part=2) == []


def test_a_trigger_channel_that_never_rests_is_told(written):
    path = written(ear(types=("EEG", "TRIGGER")))
    recording = read_recording(path)
    assert recording.annotations == ()
    assert recording.meta["notes"] == ["channel T8 changes at 499 of 500 samples: not triggers, and omitted"]


def test_a_trigger_at_the_first_sample_is_an_event_and_a_value_that_it_rests_at_is_none(written):
    values = np.zeros((500, 2))
    values[:, 1] = 255
    values[[0, 1, 100], 1] = 7, 7, 3
    path = written(ear(values=values, types=("EEG", "TRIGGER")))
    assert found(path) == [("7", 0.0, "T8"), ("3", 0.4, "T8")]
    assert read_recording(path).meta["notes"] == ["T8 is 255 when idle; this value is not an event"]


@pytest.mark.parametrize("kind", ["Markers", "stim", "Trigger"])
def test_a_stream_of_numeric_markers_at_a_regular_rate_tells_an_event_at_each_change(written, kind):
    values = np.zeros((500, 1))
    values[100:110] = 1
    values[200] = 2
    stamps = START + np.arange(500) / RATE
    path = written(ear(), numbers(values, stamps, rate=RATE, kind=kind, labels=("x",), units=("",)))
    assert found(path) == [("1", 0.4, "task"), ("2", 0.8, "task")]
