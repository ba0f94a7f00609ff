"""BrainVision's markers: events, and new segments where the recorder was stopped."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.recordings import RecordingError, describe_file, read_recording
from earloop.recordings.reading.assemble import NOTES
from tests.brainvision import write_brainvision

VALUES = np.arange(800).reshape(400, 2).astype("<i2")  # at 100 Hz
UV = 0.5 * VALUES


def segment(position, date=""):
    return f"New Segment,,{position},1,0{',' if date else ''}{date}"


def at(seconds):
    """A date so many seconds after ten o'clock."""
    microseconds = round(1e6 * seconds)
    return f"2024010110{microseconds // 60_000_000:02}{microseconds % 60_000_000:08}"


def parts_of(path):
    return [(part.start_s, part.duration_s) for part in describe_file(path).parts]


def test_markers_become_annotations_named_as_mne_names_them(tmp_path):
    markers = [segment(1, at(0)), "Stimulus,S  7,31,1,0", r"Comment,a\1b,61,50,0", "Response,R  1,61,0,2"]
    notes = read_recording(write_brainvision(tmp_path, VALUES, markers=markers)).annotations
    assert [(note.onset_s, note.duration_s, note.label) for note in notes] == [
        (0.3, 0.01, "Stimulus/S  7"),
        (0.6, 0.5, "Comment/a,b"),
        (0.6, 0.0, "Response/R  1"),
    ]


def test_a_new_segment_is_a_gap_as_long_as_the_dates_say(tmp_path):
    markers = [segment(1, at(0)), "Stimulus,S  1,101,1,0", segment(151, at(11.5)), "Stimulus,S  2,201,1,0"]
    path = write_brainvision(tmp_path, VALUES, markers=markers)
    said = (
        r"has a gap of 10\.000 s, 1\.500 s after its beginning, before sample 151 \(Mk3\), where a new segment begins"
    )
    with pytest.raises(RecordingError, match=said):
        read_recording(path)
    second = read_recording(path, part=2)
    np.testing.assert_array_equal(second.data, UV[150:])
    assert [(note.onset_s, note.label) for note in second.annotations] == [(0.5, "Stimulus/S  2")]
    whole = read_recording(path, gaps="nan")
    assert whole.gaps == ((150, 1150),)
    np.testing.assert_array_equal(whole.data[1150:], UV[150:])
    assert [note.onset_s for note in whole.annotations] == [1.0, 12.0]


@pytest.mark.parametrize(
    "dates", [("", ""), (at(0), ""), ("", at(5)), (at(0), "20240199000000000000"), (at(0), "0" * 20), (at(0), at(1))]
)
def test_a_new_segment_without_two_dates_is_a_break_of_unknown_length(tmp_path, dates):
    """The last pair: whole seconds, by which time would have gone back by half a second."""
    path = write_brainvision(tmp_path, VALUES, markers=[segment(1, dates[0]), segment(151, dates[1])])
    assert parts_of(path) == [(0.0, 1.5), (1.5, 2.5)]
    with pytest.raises(RecordingError, match=r"has a gap of unknown duration, 1\.500 s .*, before sample 151"):
        read_recording(path)
    with pytest.raises(RecordingError, match="does not say how long its gaps are"):
        read_recording(path, gaps="nan")


@pytest.mark.parametrize("date", [at(1.5), at(1.504), at(1.496)])
def test_segments_that_touch_by_their_dates_are_one(tmp_path, date):
    path = write_brainvision(tmp_path, VALUES, markers=[segment(1, at(0)), segment(151, date), segment(301, at(3))])
    np.testing.assert_array_equal(read_recording(path).data, UV)


def test_time_that_goes_back_by_the_dates_is_said_to(tmp_path):
    path = write_brainvision(tmp_path, VALUES, markers=[segment(1, at(10.25)), segment(151, at(5))])
    with pytest.raises(RecordingError, match=r"time goes back by 6\.750 s"):
        read_recording(path)


def test_three_segments_of_which_one_has_no_date(tmp_path):
    markers = [segment(1, at(0)), segment(101), segment(201, at(9)), segment(301, at(20))]
    path = write_brainvision(tmp_path, VALUES, markers=markers)
    assert parts_of(path) == [(0, 1), (1, 1), (2, 1), (13, 1)]


def test_a_file_cut_into_segments_breaks_off_at_each(tmp_path):
    path = write_brainvision(tmp_path, VALUES, SegmentationType="MARKERBASED", SegmentDataPoints=150)
    assert parts_of(path) == [(0, 1.5), (1.5, 1.5), (3, 1)]
    assert read_recording(write_brainvision(tmp_path, VALUES, SegmentationType="NOTSEGMENTED")).data.shape == (400, 2)


def test_averages_are_told_of(tmp_path):
    notes = read_recording(write_brainvision(tmp_path, VALUES, Averaged="YES")).meta[NOTES]
    assert notes == ["its samples are averages of several segments of a recording (Averaged=YES)"]


def test_markers_outside_of_the_samples_are_counted(tmp_path):
    markers = ["Stimulus,S  1,0,1,0", "Stimulus,S  2,400,1,0", "Stimulus,S  3,402,1,0", segment(500)]
    recording = read_recording(write_brainvision(tmp_path, VALUES, markers=markers))
    assert [note.label for note in recording.annotations] == ["Stimulus/S  2"]
    notes = recording.meta[NOTES]
    assert any(note.startswith("2 of 3 events are at times without samples") for note in notes)
    assert any(note.startswith("Mk4: a new segment begins after the last sample") for note in notes)


def test_markers_without_a_position_are_counted(tmp_path):
    path = write_brainvision(tmp_path, VALUES, markers=["Stimulus,S  1,x,1,0", "Stimulus", "Stimulus,S  2,5,1,0"])
    recording = read_recording(path)
    assert len(recording.annotations) == 1
    assert recording.meta[NOTES] == ["2 of its markers have no position, and are omitted"]


def test_a_new_segment_without_a_position_is_refused(tmp_path):
    path = write_brainvision(tmp_path, VALUES, markers=["New Segment,,x,1,0"])
    with pytest.raises(RecordingError, match=r"a\.vmrk: line 5: a new segment at position 'x'"):
        read_recording(path)


def test_a_marker_file_that_is_none_is_refused(tmp_path):
    path = write_brainvision(tmp_path, VALUES)
    (tmp_path / "a.vmrk").write_bytes(b"no markers")
    with pytest.raises(RecordingError, match=r"a\.vmrk: not a BrainVision marker file"):
        read_recording(path)
