"""EDF and BDF: annotation lists, which edfio writes, and trigger channels."""

from __future__ import annotations

from datetime import time

import edfio
import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.recordings import RecordingError, describe_file, open_recording, read_recording
from earloop.recordings.reading.assemble import NOTES
from tests.edf import EdfSignal, edf_bytes, tal

SAMPLES = 400  # at 100 Hz


def labelled(recording):
    return [(round(note.onset_s, 9), note.label) for note in recording.annotations]


def annotated(tmp_path, *signals_of_texts, reserved="EDF+C"):
    """Four seconds of a signal, and a signal of annotations for each list of four records."""
    lists = [EdfSignal(label="EDF Annotations", texts=texts) for texts in signals_of_texts]
    path = tmp_path / "a.edf"
    signal = EdfSignal(label="T7", codes=np.zeros((4, 100), int))
    path.write_bytes(edf_bytes([lists[0], signal, *lists[1:]], reserved=reserved))
    return path


def starts(*lists):
    return [tal(i, "") + lists[i] if i < len(lists) else tal(i, "") for i in range(4)]


@settings(max_examples=40, deadline=None)
@given(
    events=st.lists(
        st.tuples(
            st.integers(0, 9999).map(lambda ms: ms / 1000),
            st.one_of(st.none(), st.integers(0, 2000).map(lambda ms: ms / 1000)),
            st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12),
        ),
        max_size=8,
    ),
    offset_ms=st.integers(0, 999),
    bdf=st.booleans(),
)
def test_annotations_are_those_that_edfio_wrote(tmp_path_factory, events, offset_ms, bdf):
    signal_type, file_type = (edfio.BdfSignal, edfio.Bdf) if bdf else (edfio.EdfSignal, edfio.Edf)
    signal = signal_type(np.zeros(1000), 100, label="T7", physical_dimension="uV", physical_range=(-1, 1))
    notes = [edfio.EdfAnnotation(*event) for event in events]
    path = tmp_path_factory.mktemp("edf") / ("a.bdf" if bdf else "a.edf")
    # A start within a second: the first record's time stamp is a fraction, and every onset counts from there.
    file_type([signal], annotations=notes, starttime=time(1, 2, 3, 1000 * offset_ms)).write(path)
    found = sorted((n.onset_s, n.duration_s, n.label) for n in open_recording(path).events)
    wanted = sorted((note.onset, note.duration or 0.0, note.text) for note in notes)
    assert [label for *_, label in found] == [label for *_, label in wanted]
    np.testing.assert_allclose([f[:2] for f in found], [w[:2] for w in wanted], atol=1e-9)


def test_every_text_of_a_list_and_every_signal_of_annotations_counts(tmp_path):
    path = annotated(
        tmp_path,
        starts(tal("0.5", "a", "b"), tal("1.5", "c", duration="0.25")),
        [tal("2.5", "d"), b"", tal("3", "e") + tal("3.5", "f"), b""],
    )
    wanted = [(0.5, "a"), (0.5, "b"), (1.5, "c"), (2.5, "d"), (3.0, "e"), (3.5, "f")]
    assert labelled(read_recording(path)) == wanted
    assert describe_file(path).format == "EDF+C"


def test_a_time_stamp_may_carry_an_annotation(tmp_path):
    texts = [tal(0, "", "recording starts"), *starts()[1:]]
    assert labelled(read_recording(annotated(tmp_path, texts))) == [(0.0, "recording starts")]


def test_annotations_in_a_plain_edf_file_count(tmp_path):
    assert labelled(read_recording(annotated(tmp_path, starts(tal("0.5", "a")), reserved=""))) == [(0.5, "a")]


def test_an_annotation_before_the_first_sample_is_counted_and_left_out(tmp_path):
    texts = [tal("10", ""), tal("11", "") + tal("9.5", "early"), tal("12", "") + tal("12.5", "x"), tal("13", "")]
    recording = read_recording(annotated(tmp_path, texts))
    assert labelled(recording) == [(2.5, "x")]
    assert any("'early' at -0.500 s" in note for note in recording.meta[NOTES])


def test_text_in_latin_1_is_read_as_such(tmp_path):
    texts = starts(tal("0.5", "a").replace(b"a", b"\xfc"))
    assert labelled(read_recording(annotated(tmp_path, texts))) == [(0.5, "ü")]


def test_lists_that_are_damaged_are_counted(tmp_path):
    texts = starts(b"+1e9\x14x\x14\0" + b"0.5\x14no sign\x14\0" + tal("0.5", "good") + b"+1\x14no end\0")
    recording = read_recording(annotated(tmp_path, texts))
    assert labelled(recording) == [(0.5, "good")]
    assert recording.meta[NOTES] == ["3 of its annotation lists are damaged, and are omitted"]


@pytest.mark.parametrize("record_s", [0, 1])
def test_a_file_of_annotations_alone_is_said_to_be_one(tmp_path, record_s):
    path = tmp_path / "a.edf"
    texts = [tal(0, "") + tal(30, "Sleep stage W", duration=30)]
    path.write_bytes(edf_bytes([EdfSignal(label="EDF Annotations", texts=texts)], record_s=record_s, reserved="EDF+C"))
    with pytest.raises(RecordingError, match="has annotations only, no signal"):
        read_recording(path)


def test_signals_in_records_of_no_time_are_damage(tmp_path):
    path = tmp_path / "a.edf"
    path.write_bytes(edf_bytes([EdfSignal(label="T7", codes=np.zeros((1, 10), int))], record_s=0))
    with pytest.raises(RecordingError, match="damaged: records of 0 s"):
        read_recording(path)


def triggered(tmp_path, values, label="Status", **how):
    """Four records of a signal, and a trigger channel of these values; BDF where `how` says no other."""
    sample_bytes = how.pop("sample_bytes", 3)
    top = 2 ** (8 * sample_bytes - 1)
    identity = {"physical": (-top, top - 1), "digital": (-top, top - 1), "unit": "Boolean"} | how
    trigger = EdfSignal(label=label, codes=np.asarray(values).reshape(4, -1), **identity)
    path = tmp_path / ("a.bdf" if sample_bytes == 3 else "a.edf")
    path.write_bytes(
        edf_bytes([EdfSignal(label="T7", codes=np.zeros((4, 100), int)), trigger], sample_bytes=sample_bytes)
    )
    return path


def steps(*pairs):
    """SAMPLES values: each (sample, value) stands until the next."""
    values = np.zeros(SAMPLES, int)
    for sample, value in pairs:
        values[sample:] = value
    return values


@pytest.mark.parametrize(
    ("values", "wanted", "idle"),
    [
        (steps((100, 5), (110, 0), (200, 300), (201, 0)), [(1.0, "5"), (2.0, "300")], None),
        (steps((0, 7), (50, 0)), [(0.0, "7")], None),  # at the first sample
        (steps((0, 1), (399, 0)), [(0.0, "1")], None),  # 0 is idle however short it stands
        (steps((100, 5), (150, 6), (160, 0)), [(1.0, "5"), (1.5, "6")], None),
        (steps((0, 1), (200, 2)), [(0.0, "1"), (2.0, "2")], None),  # two blocks: neither is idle
        (steps((0, 7)), [(0.0, "7")], None),
        (steps((0, 65535), (100, 65531), (110, 65535)), [(1.0, "65531")], "65535"),  # inputs are pulled up
        (steps((0, 65535)), [], "65535"),
        (steps((0, 65280), (100, 65285), (110, 65280)), [(1.0, "65285")], "65280"),  # a port drives the lower 8
        (steps((0, 65535), (300, 65280), (310, 65285), (320, 65280)), [(3.1, "65285")], "65280 or 65535"),
        (steps((0, 128), (100, 5), (110, 128), (200, 6), (210, 128)), [(1.0, "5"), (2.0, "6")], "128"),
    ],
)
@pytest.mark.parametrize("above", [0, 0x980000 - (1 << 24)])  # as a real file's bits of the device stand
def test_a_trigger_is_a_change_to_what_is_not_idle(tmp_path, values, wanted, idle, above):
    recording = read_recording(triggered(tmp_path, values + above))
    assert recording.channels == ("T7",)
    assert labelled(recording) == wanted
    assert {note.source for note in recording.annotations} <= {"Status"}
    notes = [note for note in recording.meta.get(NOTES, []) if "when idle" in note]
    assert notes == ([] if idle is None else [f"Status is {idle} when idle; this value is not an event"])


def test_bits_of_the_device_are_no_triggers_and_a_lost_cms_is_told(tmp_path):
    in_range, battery = 1 << 20, 1 << 22
    values = steps((0, in_range), (100, in_range | 5), (150, 5), (160, in_range | 5), (200, in_range | battery))
    recording = read_recording(triggered(tmp_path, values))
    assert labelled(recording) == [(1.0, "5")]
    (note,) = recording.meta[NOTES]
    assert note.startswith("the CMS electrode went out of range 1 times, first at 1.500 s (Status, bit 20)")


@pytest.mark.parametrize("label", ["Status", "STATUS", "Trigger", "TRIG", "STI", "STI 014", "Marker", "Events"])
def test_trigger_channels_of_edf_are_no_electrodes(tmp_path, label):
    path = triggered(tmp_path, steps((100, 5), (110, 0)), label, sample_bytes=2)
    recording = read_recording(path)
    assert recording.channels == ("T7",)
    assert labelled(recording) == [(1.0, "5")]
    with pytest.raises(RecordingError, match="has triggers, whose changes are events: leave it out: --channels T7"):
        read_recording(path, channels=["T7", label])


def test_a_trigger_of_edf_is_its_physical_value(tmp_path):
    codes = np.round(steps((100, 5), (110, 0), (200, 255)) * 65535 / 255 - 32768).astype(int)
    path = triggered(tmp_path, codes, "Trigger", sample_bytes=2, physical=(0, 255))
    assert labelled(read_recording(path)) == [(1.0, "5"), (2.0, "255")]


def test_a_trigger_at_a_rate_of_its_own_is_at_its_time(tmp_path):
    values = np.zeros(40, int)
    values[25] = 3
    assert labelled(read_recording(triggered(tmp_path, values, "Trigger", sample_bytes=2))) == [(2.5, "3")]


@pytest.mark.parametrize("block", [1, 700, 1 << 23])
def test_changes_are_found_across_blocks(tmp_path, monkeypatch, block):
    monkeypatch.setattr("earloop.recordings.edf.records.BLOCK", block)
    path = triggered(tmp_path, steps((100, 5), (200, 6), (300, 6), (399, 0)))
    assert labelled(read_recording(path)) == [(1.0, "5"), (2.0, "6")]


@pytest.mark.realdata
def test_the_triggers_of_a_real_file_are_those_that_mne_finds(real_data):
    path = real_data / "mne" / "test.bdf"
    raw = mne.io.read_raw_bdf(path, verbose="error")
    found = mne.find_events(raw, mask=0xFFFF, mask_type="and", verbose="error")
    assert [(round(n.onset_s * 2048), n.label) for n in read_recording(path).annotations] == [
        (sample, str(value)) for sample, _, value in found
    ]
