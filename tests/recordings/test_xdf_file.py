"""XDF, from files written byte by byte from the specification (https://github.com/sccn/xdf/wiki/Specifications)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
import pytest

from recordings import RecordingError, read_recording

RATE = 250
START = 1000.0  # on the stream's own clock
LABELS = ("T7", "T8")
FORMATS = {"float32": "<f4", "double64": "<f8", "int32": "<i4", "int16": "<i2"}


def chunk(tag, content):
    """Length in as few bytes as the specification offers, tag, content."""
    length = 2 + len(content)
    head = b"\x01" + bytes([length]) if length < 256 else b"\x04" + struct.pack("<I", length)
    return head + struct.pack("<H", tag) + content


@dataclass
class Stream:
    """A stream to be written; `offset_s` is what the recorder must add to its clock."""

    number: int = 1
    name: str = "ear"
    kind: str = "EEG"
    values: object = None
    stamps: object = None
    format: str = "float32"
    rate: float = RATE
    labels: tuple = LABELS
    units: tuple = ("microvolts", "microvolts")
    offset_s: float | None = None
    desc: str = ""
    footer: bool = True
    counted: int | None = None

    def header(self):
        channels = "".join(
            f"<channel><label>{label}</label><unit>{escape(unit)}</unit></channel>"
            for label, unit in zip(self.labels, self.units, strict=True)
        )
        width = len(self.values[0])
        return (
            f"<?xml version='1.0'?><info><name>{self.name}</name><type>{self.kind}</type>"
            f"<channel_count>{width}</channel_count><nominal_srate>{self.rate}</nominal_srate>"
            f"<channel_format>{self.format}</channel_format><source_id>board-7</source_id>"
            f"<desc>{self.desc}<channels>{channels}</channels></desc></info>"
        )

    def samples(self, first, last):
        """A samples chunk, every time stamp written out."""
        rows = b""
        for values, stamp in zip(self.values[first:last], self.stamps[first:last], strict=True):
            rows += b"\x08" + struct.pack("<d", stamp)
            if self.format == "string":
                texts = [value.encode() for value in values]
                rows += b"".join(b"\x01" + bytes([len(text)]) + text for text in texts)
            else:
                rows += np.asarray(values).astype(FORMATS[self.format]).tobytes()
        return b"\x04" + struct.pack("<I", last - first) + rows

    def chunks(self, size=100):
        number = struct.pack("<I", self.number)
        yield chunk(2, number + self.header().encode())
        for first in range(0, len(self.values), size):
            last = min(first + size, len(self.values))
            yield chunk(3, number + self.samples(first, last))
            if self.offset_s is not None:
                yield chunk(4, number + struct.pack("<dd", self.stamps[first], self.offset_s))
        if self.footer:
            counted = len(self.values) if self.counted is None else self.counted
            yield chunk(6, number + f"<info><sample_count>{counted}</sample_count></info>".encode())


def ear(seconds=2, **facts):
    """A regular stream of two channels of random values."""
    values = np.random.default_rng(0).normal(0, 50, (seconds * RATE, 2)).astype(np.float32)
    return Stream(**({"values": values, "stamps": START + np.arange(len(values)) / RATE} | facts))


def markers(texts, stamps, **facts):
    plain = {"labels": (), "units": (), "format": "string", "rate": 0, "kind": "Markers", "name": "task", "number": 9}
    return Stream(**(plain | {"values": [[text] for text in texts], "stamps": stamps} | facts))


@pytest.fixture
def written(tmp_path):
    """Writes streams as one file."""

    def write(*streams):
        path = tmp_path / "a.xdf"
        head = chunk(1, b"<?xml version='1.0'?><info><version>1.0</version></info>")
        path.write_bytes(b"XDF:" + head + b"".join(part for stream in streams for part in stream.chunks()))
        return path

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
    ("unit", "uv"), [("microvolts", 1), ("uV", 1), ("µV", 1), ("millivolts", 1e3), ("nV", 1e-3), ("V", 1e6), ("", 1)]
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
    assert "channel T7 is in 'codes', not in volts" in refusal(written(ear(1, values=values, units=("codes", "codes"))))


def test_channels_select_and_order(written):
    stream = ear()
    recording = read_recording(written(stream), channels=["T8"])
    assert recording.channels == ("T8",)
    np.testing.assert_array_equal(recording.data[:, 0], stream.values[:, 1])


def test_a_stream_without_labels_gets_numbers(written):
    recording = read_recording(written(ear(labels=(), units=())))
    assert recording.channels == ("EEG 1", "EEG 2")


def test_an_unknown_channel_lists_what_there_is(written):
    assert refusal(written(ear()), channels=["T9"]) == "no channel T9; available: T7, T8"


def test_a_channel_that_is_no_voltage_must_be_left_out(written):
    path = written(ear(units=("microvolts", "g")))
    assert refusal(path) == "channel T8 is in 'g', not in volts; leave it out of channels"
    assert read_recording(path, channels=["T7"]).channels == ("T7",)


def test_text_becomes_annotations_on_the_signals_time(written):
    stamps = [START - 0.5, START + 0.4, START + 0.8, START + 1.2, START + 99]
    path = written(markers(["before", "blink", " ", "chew", "after"], stamps), ear())
    notes = read_recording(path).annotations
    assert [(note.label, note.duration_s, note.source) for note in notes] == [("blink", 0, "task"), ("chew", 0, "task")]
    np.testing.assert_allclose([note.onset_s for note in notes], [0.4, 1.2], atol=1e-6)


def test_clocks_of_two_machines_are_brought_together(written):
    """The markers' machine is 500 s ahead; the recorder measured it."""
    path = written(ear(offset_s=2.0), markers(["blink"], [START + 502.4], offset_s=-500.0))
    assert read_recording(path).annotations[0].onset_s == pytest.approx(0.4, abs=1e-6)


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


def test_where_several_streams_fit_the_channels_may_tell_them_apart(written):
    path = written(ear(), ear(number=5, name="right", labels=("T9", "T10")))
    assert read_recording(path, channels=["T10"]).meta["stream"] == "right"


def test_a_file_without_a_signal_lists_what_it_has(written):
    message = refusal(written(markers(["a"], [START])))
    assert message.endswith("found task (Markers, 1 x string, irregular)")
    assert "no stream at all" in refusal(written())
    assert "named nose" in refusal(written(ear()), stream="nose")


def test_only_xdf_files_have_streams(tmp_path):
    (tmp_path / "a.csv").write_text("T7\n1\n")
    assert "only an XDF file holds streams" in refusal(tmp_path / "a.csv", rate_hz=1, stream="ear")


def test_a_rate_that_the_time_stamps_contradict_must_be_settled(written):
    path = written(ear(stamps=START + np.arange(2 * RATE) / 200))
    assert refusal(path) == (
        "stream ear says 250 Hz, its time stamps say 200 Hz: samples were lost, or the header is wrong; "
        "say which rate is right (--rate)"
    )
    assert read_recording(path, rate_hz=200).sfreq == 200
    assert read_recording(path, rate_hz=250).sfreq == 250
    assert "say which rate is right" in refusal(path, rate_hz=500)


def test_a_crystal_that_is_a_little_off_is_no_contradiction(written):
    recording = read_recording(written(ear(stamps=START + np.arange(2 * RATE) / 250.4)))
    assert recording.sfreq == RATE
    assert recording.meta["effective_rate_hz"] == pytest.approx(250.4)
    assert "the file says 250 Hz, not 500 Hz" in refusal(written(ear()), rate_hz=500)


def test_a_stream_that_breaks_off_and_goes_on_is_refused(written):
    stamps = START + np.arange(4 * RATE) / RATE
    stamps[2 * RATE :] += 10
    message = refusal(written(ear(4, stamps=stamps)))
    assert message.startswith(
        "stream ear breaks off 1.996 s after its beginning, for 10.004 s; a recording has no gaps"
    )


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


def test_a_file_cut_between_two_chunks_is_an_error(written):
    assert refusal(written(ear(footer=False))) == "truncated, or never closed: stream ear has no footer"
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
    assert f"says that it holds {claimed:,} samples of ear" in refusal(path)


def test_samples_that_take_more_memory_than_they_may_are_refused(written):
    assert "500 samples of 2 channels take 8e-06 GB" in refusal(written(ear()), max_gb=1e-6)


@pytest.mark.parametrize("facts", [{"rate": "nan"}, {"rate": -1}, {"rate": "inf"}, {"desc": "<!DOCTYPE a>"}])
def test_a_header_that_says_what_no_stream_can_is_refused(written, facts):
    assert "damaged" in refusal(written(ear(**facts)))


def test_a_format_that_is_unknown_is_refused(written):
    path = written(ear())
    path.write_bytes(path.read_bytes().replace(b"float32", b"float16"))
    assert "holds 'float16'; known: float32" in refusal(path)
