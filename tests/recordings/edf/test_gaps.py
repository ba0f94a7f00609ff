"""EDF and BDF that break off and go on: by the time stamps of records, and by the epoch bit of BioSemi's Status."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.recordings import RecordingError, describe_file, open_recording, read_recording
from earloop.recordings.reading.assemble import NOTES
from tests.edf import EdfSignal, edf_bytes, tal

RATE = 100
NEW_EPOCH = 1 << 16


def discontinuous(tmp_path, starts, *, texts=(), reserved="EDF+D", sample_bytes=2, record_s=1, more=()):
    """One-second records that begin at these times; sample i holds i, in uV; `texts`: (record, list) pairs."""
    records = len(starts)
    samples = round(float(record_s) * RATE)
    codes = np.arange(records * samples).reshape(records, samples)
    lists = [tal(start, "") + b"".join(tal_ for at, tal_ in texts if at == i) for i, start in enumerate(starts)]
    signals = [
        EdfSignal(label="T7", codes=codes, physical=(-30000, 30000), digital=(-30000, 30000)),
        *more,
        EdfSignal(label="EDF Annotations", texts=lists),
    ]
    path = tmp_path / ("a.bdf" if sample_bytes == 3 else "a.edf")
    path.write_bytes(edf_bytes(signals, record_s=record_s, reserved=reserved, sample_bytes=sample_bytes))
    return path


GAP = ("0", "1", "2", "13", "14", "15")


@pytest.mark.parametrize(("reserved", "sample_bytes"), [("EDF+D", 2), ("BDF+D", 3), ("EDF+C", 2)])
def test_a_gap_is_refused_with_its_place_and_the_ways_out(tmp_path, reserved, sample_bytes):
    path = discontinuous(tmp_path, GAP, reserved=reserved, sample_bytes=sample_bytes)
    with pytest.raises(RecordingError) as error:
        read_recording(path)
    said = str(error.value)
    assert "has a gap of 10.000 s, 3.000 s after its beginning, before record 4" in said
    assert "--part 1 (0.000 to 3.000 s), --part 2 (13.000 to 16.000 s)" in said
    assert "--gaps nan" in said


def test_each_part_has_its_own_samples_and_events(tmp_path):
    texts = [(1, tal("1.5", "blink")), (3, tal("13.5", "clench", duration="0.2")), (4, tal("6", "lost"))]
    path = discontinuous(tmp_path, GAP, texts=texts)
    first, second = read_recording(path, part=1), read_recording(path, part=2)
    np.testing.assert_array_equal(first.data[:, 0], np.arange(300))
    np.testing.assert_array_equal(second.data[:, 0], np.arange(300, 600))
    assert [(note.onset_s, note.label) for note in first.annotations] == [(1.5, "blink")]
    assert [(n.onset_s, n.duration_s, n.label) for n in second.annotations] == [(0.5, 0.2, "clench")]
    assert any("'lost' at 6.000 s" in note for note in second.meta[NOTES])


def test_a_gap_is_filled_where_that_is_asked_for(tmp_path):
    recording = read_recording(discontinuous(tmp_path, GAP, texts=[(3, tal("14.25", "x"))]), gaps="nan")
    assert recording.gaps == ((300, 1300),)
    np.testing.assert_array_equal(recording.data[1300:, 0], np.arange(300, 600))
    assert np.isnan(recording.data[300:1300]).all()
    assert recording.annotations[0].onset_s == 14.25


@pytest.mark.parametrize(
    "starts",
    [
        ("0", "1", "2", "3"),
        ("5.25", "6.25", "7.25", "8.25"),  # the first sample has a fraction of a second
        ("0", "1.004", "1.999", "3.001"),  # within half a sample
        ("0", "1.005", "2.01", "3.015"),
    ],
)
def test_records_that_follow_each_other_within_half_a_sample_are_one_part(tmp_path, starts):
    path = discontinuous(tmp_path, starts, texts=[(2, tal(float(starts[2]) + 0.5, "x"))])
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.data[:, 0], np.arange(400))
    assert recording.annotations[0].onset_s == pytest.approx(2.5, abs=1e-9)


def test_a_step_of_more_than_half_a_sample_is_a_break(tmp_path):
    info = describe_file(discontinuous(tmp_path, ("0", "1", "2.0051", "3.0051")))
    assert [(part.start_s, part.duration_s) for part in info.parts] == [(0.0, 2.0), (pytest.approx(2.0051), 2.0)]


def test_half_a_sample_is_measured_on_the_fastest_channel(tmp_path):
    fast = EdfSignal(label="fast", codes=np.zeros((4, 1000), int))
    path = discontinuous(tmp_path, ("0", "1", "2.001", "3.001"), more=[fast])
    assert len(open_recording(path).parts) == 2


def test_stamps_that_creep_away_from_the_samples_are_told_and_move_no_event(tmp_path):
    starts = [f"{1.002 * i:.3f}" for i in range(20)]
    path = discontinuous(tmp_path, starts, texts=[(19, tal("19.538", "x"))])
    recording = read_recording(path)
    assert recording.annotations[0].onset_s == pytest.approx(19.5, abs=1e-9)
    (note,) = recording.meta[NOTES]
    assert note.startswith("its records' time stamps run 0.038 s ahead of 20.000 s of samples")


def test_time_that_goes_back_is_said_to(tmp_path):
    path = discontinuous(tmp_path, ("0", "1", "1", "2"))
    with pytest.raises(
        RecordingError, match=r"time goes back by 1.000 s, 2.000 s after its beginning, before record 3"
    ):
        read_recording(path)
    np.testing.assert_array_equal(read_recording(path, part=2).data[:, 0], np.arange(200, 400))


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_record_that_does_not_say_when_it_begins_is_damaged(tmp_path, lost):
    path = discontinuous(tmp_path, ("0", "1", "2"))
    content = path.read_bytes()
    stamp = tal(str(lost), "")
    path.write_bytes(content.replace(stamp, b"\0" * len(stamp)))
    with pytest.raises(RecordingError, match=rf"damaged: EDF\+D, but record {lost + 1} does not say when it begins"):
        read_recording(path)


def test_a_discontinuous_file_without_annotations_is_damaged(tmp_path):
    path = tmp_path / "a.edf"
    path.write_bytes(edf_bytes([EdfSignal(label="T7", codes=np.zeros((2, 10), int))], reserved="EDF+D"))
    with pytest.raises(RecordingError, match=r"damaged: EDF\+D, but no record says when it begins"):
        read_recording(path)


def test_a_continuous_file_may_leave_a_stamp_out(tmp_path):
    path = discontinuous(tmp_path, ("0", "1", "2"), reserved="EDF+C")
    path.write_bytes(path.read_bytes().replace(tal("1", ""), b"\0" * len(tal("1", ""))))
    assert read_recording(path).data.shape == (300, 1)


@settings(max_examples=60, deadline=None)
@given(missing=st.lists(st.integers(2, 3000), min_size=1, max_size=8), data=st.data())
def test_every_sample_and_event_lies_where_the_stamps_put_it(tmp_path_factory, missing, data):
    samples = np.cumsum([0, *(RATE + count for count in missing)])
    off_ms = np.array([0, *(data.draw(st.integers(-4, 4)) for _ in missing)])  # of a sample's 10
    starts_ms = data.draw(st.integers(0, 999)) + 10 * samples + off_ms
    at = [data.draw(st.integers(0, 990)) for _ in starts_ms]
    texts = [(i, tal(f"{(start + at[i]) / 1000:.3f}", f"e{i}")) for i, start in enumerate(starts_ms)]
    path = discontinuous(tmp_path_factory.mktemp("edf"), [f"{ms / 1000:.3f}" for ms in starts_ms], texts=texts)
    recording = read_recording(path, gaps="nan")
    for i, start_ms in enumerate(starts_ms - starts_ms[0]):
        first = int(samples[i])
        np.testing.assert_array_equal(recording.data[first : first + 100, 0], np.arange(100 * i, 100 * (i + 1)))
        (event,) = [note for note in recording.annotations if note.label == f"e{i}"]
        assert event.onset_s == pytest.approx((start_ms + at[i]) / 1000, abs=0.5 / RATE + 1e-9)
    assert sum(end - first for first, end in recording.gaps) == np.isnan(recording.data).sum()


def biosemi(tmp_path, status, more=()):
    """Four records of a signal and BioSemi's Status, whose codes are given for 400 samples."""
    codes = np.arange(400).reshape(4, 100)
    signals = [
        EdfSignal(label="T7", codes=codes, physical=(-8388608, 8388607), digital=(-8388608, 8388607)),
        *more,
        EdfSignal(
            label="Status", codes=np.asarray(status).reshape(4, -1), unit="Boolean", physical=(-8388608, 8388607)
        ),
    ]
    path = tmp_path / "a.bdf"
    path.write_bytes(edf_bytes(signals, sample_bytes=3, reserved="24BIT"))
    return path


def test_a_new_epoch_is_a_break_of_unknown_length(tmp_path):
    status = np.zeros(400, int)
    status[0] = status[250:252] = NEW_EPOCH
    status[100:110], status[260] = 5, 9
    path = biosemi(tmp_path, status)
    with pytest.raises(RecordingError) as error:
        read_recording(path)
    assert "has a gap of unknown duration, 2.500 s after its beginning, before record 3" in str(error.value)
    assert "--part 2 (2.500 to 4.000 s)" in str(error.value)
    assert "--gaps nan" not in str(error.value)
    first, second = read_recording(path, part=1), read_recording(path, part=2)
    np.testing.assert_array_equal(first.data[:, 0], np.arange(250))
    np.testing.assert_array_equal(second.data[:, 0], np.arange(250, 400))
    assert [(note.onset_s, note.label) for note in first.annotations] == [(1.0, "5")]
    assert [(note.onset_s, note.label) for note in second.annotations] == [(pytest.approx(0.1), "9")]
    with pytest.raises(RecordingError, match=r"does not say how long its gaps are.*--part N"):
        read_recording(path, gaps="nan")


def test_the_epoch_bit_at_the_first_sample_is_where_it_begins(tmp_path):
    assert read_recording(biosemi(tmp_path, [NEW_EPOCH] + [0] * 399)).data.shape == (400, 1)


def test_an_event_at_a_new_epoch_belongs_to_it_alone(tmp_path):
    status = np.zeros(400, int)
    status[133] = status[333] = NEW_EPOCH | 7  # at times that are no exact binary numbers
    path = biosemi(tmp_path, status)
    assert read_recording(path, part=1).annotations == ()
    for part in (2, 3):
        assert [(note.onset_s, note.label) for note in read_recording(path, part=part).annotations] == [(0.0, "7")]


def test_a_new_epoch_cuts_channels_of_every_rate(tmp_path):
    slow = EdfSignal(label="slow", codes=np.arange(40).reshape(4, 10), physical=(-100, 100), digital=(-100, 100))
    path = biosemi(tmp_path, [0] * 250 + [NEW_EPOCH] + [0] * 149, more=[slow])
    np.testing.assert_array_equal(read_recording(path, channels=["slow"], part=2).data[:, 0], np.arange(25, 40))


def test_a_gap_that_the_stamps_tell_of_stays_known_where_an_epoch_begins(tmp_path):
    status = np.zeros((4, 100), int)
    status[2, 0] = NEW_EPOCH
    more = [EdfSignal(label="Status", codes=status, unit="Boolean")]
    path = discontinuous(tmp_path, ("0", "1", "12", "13"), reserved="BDF+D", sample_bytes=3, more=more)
    assert read_recording(path, gaps="nan").gaps == ((200, 1200),)
