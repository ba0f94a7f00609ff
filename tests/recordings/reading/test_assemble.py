"""From an opened file to a recording: channels, parts, gaps, rates and events, whatever the format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from earloop.recordings import Annotation, ReadOptions, RecordingError
from earloop.recordings.reading.assemble import assemble
from earloop.recordings.reading.opened_file import CODES, FileChannel, OpenedFile, Part

RATE = 100.0
SLOW = 25.0


WHOLE = (Part(0.0, 4.0),)


def opened(parts=WHOLE, events=(), channels=None):
    """A file in memory: channel `n` of part `p` counts up from 1000 n + 100000 p, a tenth at the slow rate."""
    channels = channels or (
        FileChannel(name="A", unit="uV", rate_hz=RATE),
        FileChannel(name="B", unit="uV", rate_hz=RATE),
    )

    def read(columns, part):
        count = [round(parts[part].duration_s * channels[i].rate_hz) for i in columns]
        return [
            1000.0 * i + 100_000.0 * part + np.arange(n) * (RATE / channels[i].rate_hz)
            for i, n in zip(columns, count, strict=True)
        ]

    return OpenedFile(
        path=Path("a.xyz"), format="test", channels=channels, parts=parts, events=tuple(events), read=read
    )


def notes_of(recording):
    return recording.meta.get("notes", [])


TWO_PARTS = (Part(0.0, 4.0), Part(6.0, 3.0, place="line 402"))


def test_electrodes_are_taken_in_the_files_order_and_named_ones_in_the_callers():
    channels = (
        FileChannel(name="A", unit="uV", rate_hz=RATE),
        FileChannel(name="n", unit="", rate_hz=RATE, scale=None, is_electrode=False, why_not="counts"),
        FileChannel(name="B", unit="uV", rate_hz=RATE),
    )
    file = opened(channels=channels)
    assert assemble(file, ReadOptions()).channels == ("A", "B")
    turned = assemble(file, ReadOptions(channels=("B", "A")))
    assert turned.channels == ("B", "A")
    assert turned.data[0].tolist() == [2000.0, 0.0]
    with pytest.raises(RecordingError, match=r"a\.xyz: channel n counts: leave it out: --channels A,B"):
        assemble(file, ReadOptions(channels=("A", "n")))


def test_a_name_that_stands_twice_matters_only_where_it_is_asked_for():
    channels = (
        FileChannel(name="A", unit="uV", rate_hz=RATE),
        FileChannel(name="x", unit="uV", rate_hz=RATE),
        FileChannel(name="x", unit="uV", rate_hz=RATE),
    )
    assert assemble(opened(channels=channels), ReadOptions(channels=("A",))).channels == ("A",)
    with pytest.raises(RecordingError, match="x is the name of 2 channels"):
        assemble(opened(channels=channels), ReadOptions(channels=("x",)))
    with pytest.raises(RecordingError, match="x is the name of more than one channel"):
        assemble(opened(channels=channels), ReadOptions())


def test_a_gap_is_refused_with_every_way_out():
    with pytest.raises(RecordingError) as refused:
        assemble(opened(TWO_PARTS), ReadOptions())
    message = str(refused.value)
    assert "has a gap of 2.000 s, 4.000 s after its beginning, before line 402" in message
    for way in ("--part 1 (0.000 to 4.000 s)", "--part 2 (6.000 to 9.000 s)", "--start S --seconds S", "--gaps nan"):
        assert way in message


def test_time_that_goes_back_is_told_as_such_and_cannot_be_filled():
    parts = (Part(0.0, 4.0), Part(3.5, 3.0))
    with pytest.raises(RecordingError, match=r"time goes back by 0\.500 s, 4\.000 s after its beginning"):
        assemble(opened(parts), ReadOptions())
    with pytest.raises(RecordingError, match="goes back, so that the file's parts overlap"):
        assemble(opened(parts), ReadOptions(gaps="nan"))
    assert assemble(opened(parts), ReadOptions(part=2)).data[0, 0] == 100_000.0


def test_a_gap_is_filled_with_nan_where_its_time_puts_it():
    found = assemble(opened(TWO_PARTS), ReadOptions(gaps="nan"))
    assert found.gaps == ((400, 600),)
    assert len(found.data) == 900
    assert np.isnan(found.data[400:600]).all()
    assert found.data[399, 0] == 399.0
    assert found.data[600, 0] == 100_000.0


@pytest.mark.parametrize(
    ("options", "first", "samples"),
    [
        (ReadOptions(part=1), 0.0, 400),
        (ReadOptions(part=2), 100_000.0, 300),
        (ReadOptions(start_s=1.0, seconds=2.0), 100.0, 200),
        (ReadOptions(start_s=6.5), 100_050.0, 250),
        (ReadOptions(part=2, start_s=7.0, seconds=1.0), 100_100.0, 100),
        (ReadOptions(seconds=4.0), 0.0, 400),
    ],
)
def test_a_piece_without_a_gap_is_read_for_itself(options, first, samples):
    found = assemble(opened(TWO_PARTS), options)
    assert found.data[0, 0] == first
    assert len(found.data) == samples


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ReadOptions(part=3), "no part 3; it has 2"),
        (ReadOptions(start_s=20.0), "no samples from 20 s"),
        (ReadOptions(start_s=8.0, seconds=2.0), r"no samples from 8 s to 10 s; there are some from 0 s to 9 s"),
        (ReadOptions(start_s=4.5, seconds=1.0), "nothing was recorded from 4.5 s to 5.5 s"),
    ],
)
def test_a_piece_that_is_not_there_is_refused(options, message):
    with pytest.raises(RecordingError, match=message):
        assemble(opened(TWO_PARTS), options)


def test_slower_channels_are_resampled_and_that_is_said():
    channels = (FileChannel(name="A", unit="uV", rate_hz=RATE), FileChannel(name="slow", unit="uV", rate_hz=SLOW))
    found = assemble(opened(channels=channels), ReadOptions())
    assert found.sfreq == RATE
    assert notes_of(found) == ["resampled to 100 Hz, the rate of the fastest channel: slow (25 Hz)"]
    np.testing.assert_allclose(found.data[:, 1], 1000 + np.arange(400), atol=1e-6)  # a straight line stays one
    alone = assemble(opened(channels=channels), ReadOptions(channels=("slow",)))
    assert (alone.sfreq, len(alone.data), notes_of(alone)) == (SLOW, 100, [])


def test_events_stand_on_the_samples_and_those_without_a_place_are_named():
    events = [Annotation(at, 0.0, label) for at, label in ((-3.0, "early"), (1.0, "in"), (5.0, "gap"), (7.0, "second"))]
    first = assemble(opened(TWO_PARTS, events), ReadOptions(part=1))
    assert [(note.onset_s, note.label) for note in first.annotations] == [(1.0, "in")]
    assert notes_of(first) == [
        "1 of 4 events are outside the selected samples",
        "2 of 4 events are at times without samples, and are omitted: 'early' at -3.000 s, 'gap' at 5.000 s",
    ]
    second = assemble(opened(TWO_PARTS, events), ReadOptions(part=2))
    assert [(note.onset_s, note.label) for note in second.annotations] == [(1.0, "second")]
    filled = assemble(opened(TWO_PARTS, events), ReadOptions(gaps="nan"))
    assert [(note.onset_s, note.label) for note in filled.annotations] == [(1.0, "in"), (7.0, "second")]


def test_an_event_that_lasts_is_cut_to_what_was_read():
    long = Annotation(1.0, 7.0, "closed")
    for options, wanted in (
        (ReadOptions(part=1), (1.0, 3.0)),
        (ReadOptions(part=2), (0.0, 2.0)),
        (ReadOptions(start_s=2.0, seconds=1.0), (0.0, 1.0)),
        (ReadOptions(gaps="nan"), (1.0, 7.0)),
    ):
        (note,) = assemble(opened(TWO_PARTS, [long]), options).annotations
        assert (note.onset_s, note.duration_s) == pytest.approx(wanted)


def test_an_event_is_placed_by_the_stamps_beside_it():
    stamps = np.arange(400) * 0.0101  # a clock that runs 1 % slow: 4 s of samples take 4.04 s
    file = opened((Part(0.0, 4.04, stamps),), [Annotation(2.02, 0.0, "middle")])
    file = replace(file, read=lambda columns, part: [np.arange(400.0) for _ in columns])
    (note,) = assemble(file, ReadOptions()).annotations
    assert note.onset_s == pytest.approx(2.0)


def test_codes_and_volts_do_not_mix():
    channels = (FileChannel(name="A", unit=CODES, rate_hz=RATE), FileChannel(name="B", unit="uV", rate_hz=RATE))
    with pytest.raises(RecordingError, match="some channels are in codes and others in volts"):
        assemble(opened(channels=channels), ReadOptions())


def test_gaps_are_refused_where_every_sample_is_needed(tmp_path):
    from earloop.recordings import resample, write_session

    filled = assemble(opened(TWO_PARTS), ReadOptions(gaps="nan"))
    for use in (lambda: write_session(filled, tmp_path / "a.zarr"), lambda: resample(filled, 50.0)):
        with pytest.raises(RecordingError, match=r"nothing was recorded from 4\.000 s to 6\.000 s"):
            use()
