"""XDF, from files written byte by byte from the specification (https://github.com/sccn/xdf/wiki/Specifications)."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from earloop.recordings import ReadOptions, RecordingError, describe_file, read_recording
from tests.xdf import LABELS, RATE, START, ear, markers, write_xdf


@pytest.fixture
def written(tmp_path):
    """Writes streams as one file."""

    def write(*streams):
        return write_xdf(tmp_path / "a.xdf", *streams)

    return write


def refusal(path, **options):
    with pytest.raises(RecordingError) as error:
        read_recording(path, **options)
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


def read_or_refusal(path):
    try:
        return read_recording(path)
    except RecordingError as error:
        return str(error)


def test_samples_labels_and_rate_are_what_was_written(written):
    stream = ear()
    recording = read_recording(written(stream))
    assert (recording.unit, recording.sfreq, recording.channels) == ("uV", RATE, LABELS)
    np.testing.assert_array_equal(recording.data, stream.values.astype(np.float64))
    assert recording.meta["stream"] == "ear"
    assert recording.meta["source"] == "board-7"
    assert recording.meta["effective_rate_hz"] == pytest.approx(RATE)


@pytest.mark.parametrize(
    ("unit", "uv"),
    [
        *(("microvolts", 1), ("uV", 1), ("µV", 1), ("μV", 1), ("millivolts", 1e3), ("nV", 1e-3), ("V", 1e6), ("", 1)),
        *(("-6", 1), ("-3", 1e3), ("0", 1e6)),  # powers of ten of a volt, as mne-lsl writes them
    ],
)
def test_units_become_microvolts(written, unit, uv):
    stream = ear(units=(unit, "microvolts"))
    recording = read_recording(written(stream))
    np.testing.assert_allclose(recording.data, stream.values.astype(np.float64) * [uv, 1], rtol=1e-12)


@pytest.mark.parametrize("kind", ["int16", "int32", "double64"])
def test_every_numeric_format_is_read(written, kind):
    values = np.random.default_rng(1).integers(-30000, 30000, (RATE, 2))
    recording = read_recording(written(ear(1, values=values, format=kind)))
    assert recording.data.dtype == np.float64
    np.testing.assert_array_equal(recording.data, values)


def test_codes_stay_codes_with_the_design_that_made_them(written):
    values = np.random.default_rng(1).integers(-(2**23), 2**23, (RATE, 2))
    stream = ear(1, values=values, format="int32", units=("codes", "codes"), desc="<design_hash>ab12</design_hash>")
    recording = read_recording(written(stream))
    assert (recording.unit, recording.data.dtype) == ("codes", np.int32)
    np.testing.assert_array_equal(recording.data, values)
    assert recording.meta["design_hash"] == "ab12"


def test_codes_that_a_recording_cannot_hold_are_refused(written):
    values = np.full((RATE, 2), 0.5)
    message = refusal(written(ear(1, values=values, units=("codes", "codes"))))
    assert "channel T7 is in 'codes', but its format is float32; codes must be int8, int16, int32" in message


def test_channels_select_and_order(written):
    stream = ear()
    recording = read_recording(written(stream), channels=["T8"])
    assert recording.channels == ("T8",)
    np.testing.assert_array_equal(recording.data[:, 0], stream.values[:, 1])


def test_a_unit_that_nothing_tells_is_said_to_be_assumed(written):
    path = written(ear(units=("", "")))
    assert read_recording(path).meta["notes"] == ["no unit is given for T7, T8: read as uV"]
    other = written(ear(kind="Accelerometer", units=("", "")))
    assert "T7 has no unit, and its type 'Accelerometer' is not a potential" in refusal(other, stream="ear")


def test_channels_whose_type_is_no_electrodes_are_not_taken_unless_named(written):
    units, types = ("microvolts", "uV"), ("EEG", "ACC")
    assert read_recording(written(ear(units=units, types=types))).channels == ("T7",)
    assert read_recording(written(ear(units=units, types=types)), channels=["T8"]).channels == ("T8",)
    assert read_recording(written(ear(units=("uV", "g"), types=("EEG", "tilt")))).channels == ("T7",)
    assert read_recording(written(ear(units=units, types=("EEG", "ear canal")))).channels == ("T7", "T8")


def test_a_name_that_stands_twice_is_refused_only_where_it_is_asked_for(written):
    values = np.zeros((RATE, 3))
    path = written(ear(1, values=values, labels=("T7", "X", "X"), units=("uV",) * 3))
    assert "X is the name of more than one channel" in refusal(path)
    assert read_recording(path, channels=["T7"]).channels == ("T7",)


def test_a_stream_without_labels_gets_numbers(written):
    recording = read_recording(written(ear(labels=(), units=())))
    assert recording.channels == ("EEG 1", "EEG 2")


def test_an_unknown_channel_lists_what_there_is(written):
    assert refusal(written(ear()), channels=["T9"]) == "no channel T9; available: T7, T8"


def test_a_channel_that_is_no_voltage_must_be_left_out(written):
    path = written(ear(units=("microvolts", "g")))
    assert refusal(path) == (
        "channel T8 is in 'g', which is not a known unit of potential (V, mV, uV, nV): leave it out: --channels T7"
    )
    assert read_recording(path, channels=["T7"]).channels == ("T7",)


def test_of_several_streams_the_one_of_a_signal_is_taken(written):
    values = np.zeros((RATE, 2))
    path = written(
        ear(number=2, name="head", kind="Accelerometer", values=values, stamps=START + np.arange(RATE) / RATE),
        ear(number=3, name="gaze", kind="EEG", rate=0),
        ear(number=4),
    )
    assert read_recording(path).meta["stream"] == "ear"


@pytest.mark.parametrize("chosen", ["right", "ExG", "5"])
def test_where_several_streams_fit_one_is_chosen_by_name_type_or_number(written, chosen):
    right = ear(number=5, name="right", kind="ExG", values=np.ones((RATE, 2)), stamps=START + np.arange(RATE) / RATE)
    path = written(ear(), right)
    assert refusal(path) == (
        "2 streams fit: 1 ear (EEG, 2 x float32, 250 Hz); 5 right (ExG, 2 x float32, 250 Hz): "
        "choose one by name, type or number (--stream), or by its channels (--channels)"
    )
    recording = read_recording(path, stream=chosen)
    assert recording.meta["stream"] == "right"
    np.testing.assert_array_equal(recording.data, 1)


def test_what_a_file_of_several_streams_holds_is_listed_though_it_would_be_refused(written):
    right = ear(number=5, name="right", values=np.ones((RATE, 2)), stamps=START + np.arange(RATE) / RATE)
    path = written(ear(), right, markers(["a"], [START], footer=False))
    info = describe_file(path)
    assert info.streams == (
        "1 ear (EEG, 2 x float32, 250 Hz), 500 samples, footer ok",
        "5 right (EEG, 2 x float32, 250 Hz), 250 samples, footer ok",
        "9 task (Markers, 1 x string, irregular), 1 samples, no footer",
    )
    assert (info.stream, info.channels) == (None, ())
    assert info.refused == (refusal(path),)
    chosen = describe_file(path, ReadOptions(stream="5 right"))
    assert (chosen.stream, chosen.refused, chosen.duration_s) == ("5 right", (), pytest.approx(1))


def test_a_file_of_markers_only_is_described(written):
    info = describe_file(written(markers(["a"], [START])))
    assert info.streams == ("9 task (Markers, 1 x string, irregular), 1 samples, footer ok",)
    assert "no regular stream of numbers" in info.refused[0]


def test_where_several_streams_fit_the_channels_may_tell_them_apart(written):
    path = written(ear(), ear(number=5, name="right", labels=("T9", "T10")))
    assert read_recording(path, channels=["T10"]).meta["stream"] == "right"


def test_a_file_without_a_signal_lists_what_it_has(written):
    message = refusal(written(markers(["a"], [START])))
    assert message.endswith("found 9 task (Markers, 1 x string, irregular)")
    assert "no stream at all" in refusal(written())
    assert "named nose" in refusal(written(ear()), stream="nose")


def test_only_xdf_files_have_streams(tmp_path):
    (tmp_path / "a.csv").write_text("T7\n1\n")
    assert "only an XDF file holds streams" in refusal(tmp_path / "a.csv", rate_hz=1, stream="ear")


def test_a_rate_that_the_time_stamps_contradict_must_be_settled(written):
    path = written(ear(stamps=START + np.arange(2 * RATE) / 200))
    assert refusal(path) == (
        "stream ear says 250 Hz, but its time stamps say 200 Hz: samples were lost, or the header is wrong; "
        "say which rate is right (--rate)"
    )
    assert read_recording(path, rate_hz=200).sfreq == 200
    assert read_recording(path, rate_hz=250).sfreq == 250
    assert "say which rate is right" in refusal(path, rate_hz=500)


def test_a_crystal_that_is_a_little_off_is_no_contradiction(written):
    recording = read_recording(written(ear(stamps=START + np.arange(2 * RATE) / 250.4)))
    assert recording.sfreq == RATE
    assert recording.meta["effective_rate_hz"] == pytest.approx(250.4)
    assert "stream ear says 250 Hz, not 500 Hz" in refusal(written(ear()), rate_hz=500)


def test_a_value_that_is_not_finite_is_named(written):
    stream = ear()
    stream.values[123, 1] = np.nan
    assert refusal(written(stream)).startswith("nan at sample 123 (0.492 s) of channel T8")


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_an_error(written, kept):
    path = written(ear(), markers(["blink"], [START + 1]))
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    refusal(path)


def test_a_file_that_ends_within_a_chunk_is_said_to_hold_what_comes_before(written):
    """Chunks are of 100 samples."""
    path = written(ear(footer=False))
    path.write_bytes(path.read_bytes()[:-10])
    assert ", after 400 samples of ear (about 1.6 s): copy the file again" in refusal(path)


def test_a_file_cut_between_two_chunks_is_an_error(written):
    assert refusal(written(ear(footer=False))) == (
        "truncated, or never closed: stream ear has no footer; it has 500 samples, up to 2.0 s, and the number of "
        "missing samples is unknown: copy the file again"
    )
    assert "has no footer, and no samples" in refusal(written(ear(footer=False, values=np.zeros((0, 2)), stamps=[])))
    assert refusal(written(ear(counted=501))) == "damaged: 500 of 501 samples of ear"


def test_every_damaged_byte_of_the_structure_is_an_error_or_changes_nothing(written):
    """Bytes that say how long a chunk is and of which kind and stream; whatever they become, one line or the truth."""
    stream = ear(1)
    path = written(stream)
    content = path.read_bytes()
    places, at = [], 4
    while at < len(content):
        wide = content[at]
        places += range(at, at + 1 + wide + 6)
        at += 1 + wide + int.from_bytes(content[at + 1 : at + 1 + wide], "little")
    for place in places:
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        found = read_or_refusal(path)
        if isinstance(found, str):
            assert "\n" not in found
        else:
            np.testing.assert_array_equal(found.data, stream.values)


def test_what_is_no_xdf_file_is_an_error(tmp_path):
    path = tmp_path / "a.xdf"
    path.write_bytes(b"")
    assert "empty, or not an XDF file" in refusal(path)
    path.write_bytes(b"XDFX" + bytes(100))
    assert "not an XDF file" in refusal(path)


def test_nothing_is_printed_about_what_is_refused(written, capfd):
    path = written(ear(counted=501))
    refusal(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("claimed", [200, 10**6, 2**31, 2**32 - 1])
def test_a_chunk_without_room_for_the_samples_that_it_claims_is_refused(written, claimed):
    path = written(ear())
    content = path.read_bytes()
    at = content.index(b"\x04" + struct.pack("<I", 100), content.index(b"</info>", 100))
    path.write_bytes(content[: at + 1] + struct.pack("<I", claimed) + content[at + 5 :])
    assert f"claims {claimed:,} samples of ear" in refusal(path)


def test_samples_that_take_more_memory_than_they_may_are_refused(written):
    assert "500 samples of 2 channels take 8e-06 GB" in refusal(written(ear()), max_gb=1e-6)


@pytest.mark.parametrize("facts", [{"rate": "nan"}, {"rate": -1}, {"rate": "inf"}, {"desc": "<!DOCTYPE a>"}])
def test_a_header_that_says_what_no_stream_can_is_refused(written, facts):
    assert "damaged" in refusal(written(ear(**facts)))


def test_a_header_that_describes_too_few_channels_is_refused_where_it_is_the_signals(written):
    few = ear(number=2, name="head", kind="Accelerometer", labels=("X",), units=("g",))
    assert refusal(written(few), stream="head").startswith("stream head describes 1 of its 2 channels")
    assert read_recording(written(few, ear())).channels == LABELS


def test_a_format_that_is_unknown_is_refused(written):
    path = written(ear())
    path.write_bytes(path.read_bytes().replace(b"float32", b"float16"))
    assert "has the format 'float16'; valid: float32" in refusal(path)


@pytest.mark.parametrize("unit", ["none", "n/a", "Unknown", "NA"])
def test_a_word_for_no_unit_is_none_and_the_channel_is_taken_to_be_in_uv(tmp_path, unit):
    path = write_xdf(tmp_path / "a.xdf", ear(units=(unit, "mV")))
    recording = read_recording(path)
    assert recording.meta["notes"] == ["no unit is given for T7: read as uV"]
    assert np.abs(recording.data[:, 1]).max() > 100 * np.abs(recording.data[:, 0]).max()


@pytest.mark.parametrize("label", ["Timestamp", "sampleNumber", "PacketCounter", "Battery", "acc_x"])
def test_a_channel_that_is_none_by_its_label_is_taken_only_by_name(tmp_path, label):
    path = write_xdf(tmp_path / "a.xdf", ear(labels=("T7", label), units=("uV", "")))
    assert read_recording(path).channels == ("T7",)
    assert read_recording(path, channels=[label]).channels == (label,)
    path = write_xdf(tmp_path / "a.xdf", ear(labels=("T7", label), units=("uV", "uV")))
    assert read_recording(path).channels == ("T7", label)
