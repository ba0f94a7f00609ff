"""Gaps, rates and clocks of XDF files: what the time stamps tell, held to the truth that the test knows."""

from __future__ import annotations

import numpy as np
import pytest
import pyxdf

from earloop.recordings import RecordingError, open_recording, read_recording
from earloop.recordings.xdf.stream_times import smoothed, stream_times
from tests.xdf import RATE, START, ear, markers, write_xdf

PACKET = 12  # samples, as a Muse sends them


@pytest.fixture
def written(tmp_path):
    """Writes streams as one file."""
    return lambda *streams: write_xdf(tmp_path / "a.xdf", *streams)


def late_packets(true_s, most_s, seed=0, rate=RATE):
    """Stamps as a recorder makes them: a packet is late by up to `most_s`, its samples a period apart."""
    delays = np.random.default_rng(seed).uniform(0, most_s, len(true_s) // PACKET + 1)
    packets = np.arange(len(true_s)) // PACKET
    return true_s[packets * PACKET] + (np.arange(len(true_s)) % PACKET) / rate + delays[packets]


def of_samples(stamps, rate=RATE, **facts):
    """A stream whose first channel counts its samples."""
    values = np.stack([np.arange(len(stamps)), np.zeros(len(stamps))], axis=1)
    return ear(values=values, stamps=stamps, rate=rate, **facts)


@pytest.mark.parametrize("missing_s", [0.3, 1.2, 36.0])
@pytest.mark.parametrize("jitter_s", [0.0, 0.04])
def test_a_gap_parts_the_recording_at_its_very_sample(written, missing_s, jitter_s):
    true_s = START + np.arange(60 * RATE) / RATE
    true_s[30 * RATE :] += missing_s
    stamps = late_packets(true_s, jitter_s) if jitter_s else true_s
    path = written(of_samples(stamps), markers(["a", "b"], [START + 10, START + 50 + missing_s]))
    with pytest.raises(
        RecordingError, match=r"has a gap of .* s, (29|30)\.\d* s after its beginning.*--part 2.*--gaps nan"
    ):
        read_recording(path)
    first, second = (read_recording(path, part=part) for part in (1, 2))
    assert (first.data[-1, 0] + 1, second.data[0, 0]) == (30 * RATE, 30 * RATE)
    slack_s = jitter_s + 1e-6
    assert [(note.label, pytest.approx(10, abs=slack_s)) for note in first.annotations] == [
        (note.label, note.onset_s) for note in first.annotations
    ]
    assert [note.label for note in second.annotations] == ["b"]
    assert second.annotations[0].onset_s == pytest.approx(20, abs=slack_s)
    filled = read_recording(path, gaps="nan")
    ((begin, end),) = filled.gaps
    assert begin == 30 * RATE
    assert (end - begin) / RATE == pytest.approx(missing_s, abs=0.2 * jitter_s + 0.5 / RATE)


def test_samples_that_come_twice_part_the_recording(written):
    stamps = START + np.arange(20 * RATE) / RATE
    stamps[10 * RATE :] -= 0.5
    with pytest.raises(RecordingError, match=r"time goes back by 0\.500 s, 10\.000 s after its beginning"):
        read_recording(written(of_samples(stamps)))


def test_late_packets_do_not_move_events_about(written):
    """The stamps are late by 20 ms on the average, so that events seem 20 ms early: all of them alike."""
    true_s = START + np.arange(60 * RATE) / RATE
    at_s = np.arange(1, 59) + np.linspace(0, 0.05, 58)
    path = written(of_samples(late_packets(true_s, 0.04)), markers(["x"] * len(at_s), START + at_s))
    recording = read_recording(path)
    off_s = np.array([note.onset_s for note in recording.annotations]) - at_s
    # By their own packets' stamps alone they would lie from 0 to 40 ms early.
    np.testing.assert_allclose(off_s, -0.02, atol=0.005)
    assert np.ptp(off_s) < 0.004
    assert "notes" not in recording.meta


def test_a_crystal_that_warms_up_is_followed(written):
    """From 0 to 200 ppm in 20 minutes: 120 ms late at the end, and 30 ms off a straight line in the middle."""
    rate, seconds = 50, 1200
    samples = np.arange(rate * seconds)
    true_s = START + samples / rate * (1 + 1e-4 * samples / len(samples))
    at_s = np.arange(5.0, 1195.0, 10.0)
    stream = of_samples(late_packets(true_s, 0.02, rate=rate), rate=rate)
    recording = read_recording(written(stream, markers(["x"] * len(at_s), START + at_s)))
    expected = np.interp(START + at_s, true_s, samples) / rate
    off_s = np.array([note.onset_s for note in recording.annotations]) - expected
    assert np.ptp(off_s) < 0.008


def test_stamps_that_do_not_jitter_stay_as_they_are():
    stamps = np.arange(10_000) / 250 * 1.0004
    np.testing.assert_allclose(smoothed(stamps, 1 / 250), stamps, atol=1e-9)
    for count in (1, 2, 5, 40):
        np.testing.assert_allclose(smoothed(stamps[:count], 1.0004 / 250), stamps[:count], atol=1e-9)


def test_the_times_are_those_of_pyxdf_which_lays_one_line_through_the_stamps(written):
    path = written(of_samples(late_packets(START + np.arange(60 * RATE) / RATE, 0.02), offset_s=-3.5))
    (theirs,), _ = pyxdf.load_xdf(path)
    opened = open_recording(path)
    expected = theirs["time_stamps"] - theirs["time_stamps"][0]
    np.testing.assert_allclose(opened.parts[0].stamps_s, expected, atol=0.004)
    assert opened.meta["effective_rate_hz"] == pytest.approx(theirs["info"]["effective_srate"], rel=1e-4)


def test_a_clock_that_is_a_little_off_is_told_with_both_figures_and_moves_no_event(written):
    stamps = START + np.arange(120 * RATE) / 250.9
    path = written(of_samples(stamps), markers(["x"], [stamps[20_000]]))
    recording = read_recording(path)
    assert recording.meta["notes"] == [
        "stream ear says 250 Hz, but its time stamps say 250.9 Hz: its clock, or the recorder's, is wrong by 0.36 %"
    ]
    assert recording.annotations[0].onset_s * RATE == pytest.approx(20_000, abs=0.01)


def test_seconds_are_those_of_the_files_clock_though_it_is_off(written):
    """At 250.9 Hz 100 s are 25,090 samples."""
    stamps = START + np.arange(120 * RATE) / 250.9
    path = written(of_samples(stamps), markers(["x"], [START + 109.99]))
    recording = read_recording(path, start_s=10, seconds=100)
    assert (recording.data[0, 0], len(recording.data)) == (2509, 25_090)
    assert recording.annotations[0].onset_s < recording.duration_s


def test_jitter_of_a_short_recording_contradicts_no_rate(written):
    """Two packets a second that come 40 ms apart from their time: 2 % of two seconds."""
    stamps = START + np.arange(2 * RATE) / RATE
    stamps[RATE:] += 0.02
    stamps[-RATE // 2 :] += 0.03
    noisy = stamps + np.repeat(np.random.default_rng(3).uniform(0, 0.1, 20), RATE // 10)
    assert read_recording(written(of_samples(noisy))).sfreq == RATE


def test_a_machine_that_restarts_goes_on_in_another_part(written):
    """Its clock begins anew; the recorder measured both clocks."""
    before, after = 5000 + np.arange(60 * RATE) / RATE, 20 + np.arange(60 * RATE) / RATE
    offsets = [(5000.0 + t, -4000.0) for t in range(0, 60, 5)] + [(20.0 + t, 1068.0) for t in range(0, 60, 5)]
    stream = of_samples(np.concatenate([before, after]), offsets=offsets)
    path = written(stream, markers(["x", "y"], [START + 10, START + 98], offset_s=0.0))
    opened = open_recording(path)
    assert [(part.start_s, part.duration_s) for part in opened.parts] == [
        (pytest.approx(0, abs=1e-3), pytest.approx(60, abs=1e-3)),
        (pytest.approx(88, abs=1e-3), pytest.approx(60, abs=1e-3)),
    ]
    assert opened.notes == ("the clock of stream ear was set once during the recording, by its clock offsets",)
    (y,) = read_recording(path, part=2).annotations
    assert (y.label, y.onset_s) == ("y", pytest.approx(10, abs=0.002))


@pytest.mark.parametrize("set_by_s", [3.0, -3.0, 30.0])
def test_a_clock_that_is_set_while_samples_come_breaks_nothing_off(written, set_by_s):
    """The stamps jump, the measured offset jumps back: on the recorder's clock nothing happened."""
    stamps = START + np.arange(120 * RATE) / RATE
    stamps[60 * RATE :] += set_by_s
    offsets = [(START + t, 0.0) for t in range(0, 60, 5)]
    offsets += [(START + t + set_by_s, -set_by_s) for t in range(60, 120, 5)]
    path = written(of_samples(stamps, offsets=offsets), markers(["x"], [START + 90], offset_s=0.0))
    recording = read_recording(path)
    assert len(recording.data) == 120 * RATE
    assert recording.annotations[0].onset_s == pytest.approx(90, abs=0.002)
    assert "was set once" in recording.meta["notes"][0]


def test_clock_offsets_off_their_line_are_told_with_how_far_they_lie(written):
    """The markers' clock jumps by 0.2 s, too little for pyxdf to begin a new line."""
    offsets = [(START + t, 0.0 if t < 60 else 0.2) for t in range(0, 120, 5)]
    path = written(
        of_samples(START + np.arange(120 * RATE) / RATE, offset_s=0.0),
        markers(["x", "y", "z"], START + np.array([10.0, 50.0, 110.0]), offsets=offsets),
    )
    (note,) = read_recording(path).meta["notes"]
    assert note.startswith("the clock offsets of stream task are not on one line")


def test_one_late_answer_about_a_clock_is_no_trouble(written):
    offsets = [(START + t, 0.5 if t == 60 else 0.001) for t in range(0, 120, 5)]
    path = written(of_samples(START + np.arange(120 * RATE) / RATE, offsets=offsets))
    assert "notes" not in read_recording(path).meta


def test_markers_on_another_clock_are_said_to_be_so(written):
    path = written(ear(host="lab"), markers(["a"], [1.7e9], host="phone"))
    notes = read_recording(path).meta["notes"]
    assert notes[0] == (
        "stream task is 1,699,998,998 s after ear: it has another clock; the file has no clock offsets for task "
        "and ear, so that its events cannot be placed"
    )
    assert notes[1].startswith("1 of 1 events are at times without samples, and are omitted: 'a' of task at")


def test_markers_of_another_machine_whose_clock_nobody_measured_are_uncertain(written):
    path = written(ear(host="lab", offset_s=0.0), markers(["a"], [START + 1], host="phone"))
    recording = read_recording(path)
    assert [note.label for note in recording.annotations] == ["a"]
    assert recording.meta["notes"] == [
        "streams task and ear come from different machines; the file has no clock offsets for task: the times of its "
        "events are as uncertain as their clocks"
    ]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e300, -1e300])
def test_a_stamp_that_is_no_time_is_refused(written, wrong):
    stamps = START + np.arange(RATE) / RATE
    stamps[100] = wrong
    with pytest.raises(RecordingError, match="time stamp of sample 100"):
        read_recording(written(of_samples(stamps)))


@pytest.mark.parametrize("stamps", [np.zeros(250), -np.arange(250) / 250, np.full(250, 1e9)])
def test_stamps_that_do_not_grow_are_refused(stamps):
    with pytest.raises(RecordingError, match="do not fit its rate of 250 Hz"):
        stream_times(stamps, 250.0)


def test_a_single_sample_is_a_recording(written):
    assert read_recording(written(of_samples(np.array([START])))).duration_s == 1 / RATE
