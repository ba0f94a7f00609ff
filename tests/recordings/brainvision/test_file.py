"""BrainVision: units, formats of samples, files that belong together; pybv writes, and MNE judges."""

from __future__ import annotations

import mne
import numpy as np
import pybv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.recordings import RecordingError, describe_file, read_recording
from earloop.recordings.reading.assemble import NOTES
from tests.brainvision import write_brainvision

VALUES = np.random.default_rng(0).integers(-3000, 3000, (200, 2)).astype("<i2")

KNOWN_UNITS = {"V": 1e6, "mV": 1e3, "µV": 1.0, "uV": 1.0, "nV": 1e-3}


@pytest.mark.filterwarnings("ignore:Encountered")  # pybv prefers the micro sign to all other spellings
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 999),
    channels=st.integers(1, 4),
    sfreq=st.sampled_from([100, 250, 512, 1000, 2048]),
    unit=st.sampled_from(list(KNOWN_UNITS)),
    form=st.sampled_from(["binary_float32", "binary_int16"]),
    resolution=st.sampled_from([0.0022621781, 0.1, 0.5, 1.0]),
)
def test_what_pybv_writes_is_what_it_was_given_and_what_mne_reads(
    tmp_path_factory, seed, channels, sfreq, unit, form, resolution
):
    folder = tmp_path_factory.mktemp("bv")
    # Whole steps, few enough for 16 bits; pybv cuts off binary fractions of a step, so one may be lost.
    steps = np.random.default_rng(seed).integers(-3000, 3000, (channels, 100))
    volts = steps * resolution / (1e6 / KNOWN_UNITS[unit])
    names = [f"c{i},x" for i in range(channels)]
    pybv.write_brainvision(
        data=volts, sfreq=sfreq, ch_names=names, fname_base="a", folder_out=folder, unit=unit, fmt=form,
        resolution=resolution, events=np.array([[3, 7], [50, 12]]),
    )  # fmt: skip
    recording = read_recording(folder / "a.vhdr")
    raw = mne.io.read_raw_brainvision(folder / "a.vhdr", verbose="error")
    assert recording.sfreq == pytest.approx(sfreq, rel=1e-9)
    assert recording.channels == tuple(names) == tuple(raw.ch_names)
    uv = 1e6 * volts.T
    step_uv = resolution * KNOWN_UNITS[unit] if form == "binary_int16" else 0.0
    np.testing.assert_allclose(recording.data, uv, rtol=1e-6, atol=1.001 * step_uv + 1e-6 * np.abs(uv).max())
    np.testing.assert_allclose(recording.data, 1e6 * raw.get_data().T, rtol=1e-9)
    assert [note.label for note in recording.annotations] == list(raw.annotations.description)
    times_s = [(note.onset_s, note.duration_s) for note in recording.annotations]
    theirs_s = np.stack([raw.annotations.onset, raw.annotations.duration], axis=1)
    np.testing.assert_allclose(times_s, theirs_s, atol=1e-6)  # MNE rounds to microseconds


@pytest.mark.parametrize(
    ("unit", "uv"),
    [("uV", 1), ("UV", 1), ("µV", 1), ("\u03bcV", 1), ("", 1), ("nV", 1e-3), ("mV", 1e3), ("V", 1e6)],
)
def test_every_spelling_of_a_known_unit_is_that_unit(tmp_path, unit, uv):
    path = write_brainvision(tmp_path, VALUES, ["T7,,0.5,uV", f"T8,Cz,0.1,{unit}"])
    np.testing.assert_allclose(read_recording(path).data[:, 1], 0.1 * uv * VALUES[:, 1], rtol=1e-12)


@pytest.mark.parametrize("text", ["T7", "T7,", "T7,,", "T7,,1", "T7,,,", "T7,Cz,,µV", "T7,,1.0,µV,more"])
def test_an_empty_resolution_is_1_and_an_empty_unit_uv(tmp_path, text):
    np.testing.assert_array_equal(
        read_recording(write_brainvision(tmp_path, VALUES[:, 0], [text])).data[:, 0], VALUES[:, 0]
    )


@pytest.mark.parametrize("unit", ["ÂµV", "C", "n/a", "MV", "µS", "mg"])
def test_a_channel_in_no_known_unit_is_refused_by_name(tmp_path, unit):
    path = write_brainvision(tmp_path, VALUES, ["T7,,1,uV", f"odd,,1,{unit}"])
    with pytest.raises(RecordingError, match=rf"channel odd is in '{unit}', .*: leave it out: --channels T7$"):
        read_recording(path)
    np.testing.assert_array_equal(read_recording(path, channels=["T7"]).data[:, 0], VALUES[:, 0])


@pytest.mark.parametrize("resolution", ["0", "x", "nan", "1e999", "0;5"])
def test_a_resolution_that_is_none_is_refused_by_name(tmp_path, resolution):
    path = write_brainvision(tmp_path, VALUES, ["T7,,1,uV", f"odd,,{resolution},uV"])
    with pytest.raises(RecordingError, match=r"channel odd has a resolution of .*--channels T7$"):
        read_recording(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_a_header_of_any_age_names_its_unit(tmp_path, encoding):
    path = write_brainvision(tmp_path, VALUES, ["Müller,,1,µV", "T8,,1,µV"], encoding=encoding)
    recording = read_recording(path)
    assert recording.channels == ("Müller", "T8")
    np.testing.assert_array_equal(recording.data, VALUES)


@pytest.mark.parametrize(("codepage", "encoding"), [("ANSI", "cp1252"), ("UTF-8", "utf-8"), ("cp1251", "cp1251")])
def test_a_codepage_is_used(tmp_path, codepage, encoding):
    name = "Ж" if encoding == "cp1251" else "€"
    path = write_brainvision(tmp_path, VALUES, [f"{name},,1,uV", "T8,,1,uV"], encoding=encoding, Codepage=codepage)
    assert read_recording(path).channels == (name, "T8")


FORMATS = {"INT_16": "i2", "UINT_16": "u2", "INT_32": "i4", "IEEE_FLOAT_32": "f4", "IEEE_FLOAT_64": "f8"}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("order", ["NO", "YES", None])
@pytest.mark.parametrize("orientation", ["MULTIPLEXED", "VECTORIZED"])
@pytest.mark.parametrize("block", [1, 1 << 23])
def test_samples_of_every_format_and_order(tmp_path, monkeypatch, kind, order, orientation, block):
    monkeypatch.setattr("earloop.recordings.brainvision.samples.BLOCK", block)
    values = np.abs(VALUES) if kind == "UINT_16" else VALUES
    dtype = (">" if order == "YES" else "<") + FORMATS[kind]
    written = values if orientation == "MULTIPLEXED" else np.ascontiguousarray(values.T)
    markers = ["New Segment,,1,1,0", "New Segment,,101,1,0"]
    path = write_brainvision(
        tmp_path, written.astype(dtype), markers=markers, BinaryFormat=kind, UseBigEndianOrder=order,
        DataOrientation=orientation, DataPoints=200,
    )  # fmt: skip
    np.testing.assert_array_equal(read_recording(path, part=1).data, 0.5 * values[:100])
    np.testing.assert_array_equal(read_recording(path, part=2, channels=["T8"]).data[:, 0], 0.5 * values[100:, 1])


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("separator", [" ", "\t", "; "])
@pytest.mark.parametrize("orientation", ["MULTIPLEXED", "VECTORIZED"])
def test_samples_that_are_text(tmp_path, decimal, separator, orientation):
    values = 0.25 * VALUES
    table = values if orientation == "MULTIPLEXED" else values.T
    lines = ["T7 T8"] + [separator.join(["row", *(f"{x:.2f}".replace(".", decimal) for x in row)]) for row in table]
    infos = {"DecimalSymbol": decimal, "SkipLines": 1, "SkipColumns": 1}
    path = write_brainvision(tmp_path, "\r\n".join(lines), ascii_infos=infos, DataOrientation=orientation)
    np.testing.assert_allclose(read_recording(path).data, 0.5 * values, rtol=1e-12)


def test_text_that_mne_reads_is_read_alike(tmp_path):
    lines = [" ".join(f"{x:.3f}" for x in row) for row in 0.123 * VALUES]
    infos = {"DecimalSymbol": ".", "SkipLines": 0, "SkipColumns": 0}
    path = write_brainvision(tmp_path, "\n".join(lines) + "\n", ascii_infos=infos)
    raw = mne.io.read_raw_brainvision(path, verbose="error")
    np.testing.assert_allclose(read_recording(path).data, 1e6 * raw.get_data().T, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2\n3\n", "line 2 has 1 values; wanted 2"),
        ("1 2\n3 4 5\n", "line 2 has 3 values; wanted 2"),
        ("T7 T8\n3 4\n", "line 1: .*SkipLines=0"),
        ("1 2\n3 4_0\n", "line 2"),
        ("\n\n", "has no samples"),
        ("1,5 2,5\n", "line 1 has 4 values; wanted 2"),
    ],
)
def test_text_that_is_no_table_is_refused_by_its_line(tmp_path, text, said):
    with pytest.raises(RecordingError, match=said):
        read_recording(write_brainvision(tmp_path, text, ascii_infos={}))


@pytest.mark.parametrize(
    ("infos", "said"),
    [
        ({"DataPoints": 201}, "truncated: 200 samples .* says 201"),
        ({"DataPoints": 199}, "200 samples .* says 199: .*edit its line DataPoints=199"),
        ({"DataType": "FREQUENCYDOMAIN"}, "DataType=FREQUENCYDOMAIN: not supported; valid: TIMEDOMAIN"),
        ({"DataFormat": None}, r"no line DataFormat= \(BINARY or ASCII\)"),
        ({"DataOrientation": "SIDEWAYS"}, "valid: MULTIPLEXED, VECTORIZED"),
        ({"BinaryFormat": "INT_24"}, "BinaryFormat=INT_24: not supported; valid: INT_16"),
        ({"BinaryFormat": None}, r"no line BinaryFormat= \(INT_16 or"),
        ({"UseBigEndianOrder": "MAYBE"}, "valid: NO, YES"),
        ({"DataOffset": 16}, "DataOffset is not 0"),
        ({"SamplingInterval": "0"}, "SamplingInterval=0: wanted microseconds"),
        ({"SamplingInterval": "4,000"}, "SamplingInterval=4,000: wanted microseconds"),
        ({"SamplingInterval": None}, "no line SamplingInterval="),
        ({"NumberOfChannels": 3}, "NumberOfChannels is 3, but .* no line Ch3="),
        ({"NumberOfChannels": 1}, "lists Ch2, but NumberOfChannels is 1"),
        ({"NumberOfChannels": 0}, "no signal; wanted 1 or more"),
        ({"NumberOfChannels": "x"}, "NumberOfChannels=x: wanted a whole number"),
        ({"datafile": "b.eeg"}, "DataFile is 'a.eeg' in line 5 and 'b.eeg' in line"),
    ],
)
def test_a_header_that_says_what_is_not_read_is_refused_by_its_line(tmp_path, infos, said):
    with pytest.raises(RecordingError, match=said):
        read_recording(write_brainvision(tmp_path, VALUES, **infos))


@pytest.mark.parametrize("count", [4_097, 10**9, 10**17])
def test_a_header_that_claims_more_channels_than_any_device_has_is_refused(tmp_path, count):
    path = write_brainvision(tmp_path, VALUES, NumberOfChannels=count)
    with pytest.raises(RecordingError, match=r"channels; at most 4,096 can be read"):
        read_recording(path)


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"[Marker Infos]\n", b"DataFile=a.eeg\n"])
def test_a_file_that_is_no_header_is_refused(tmp_path, content):
    path = tmp_path / "a.vhdr"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="not a BrainVision header"):
        read_recording(path)


def test_names_in_any_case_are_those_of_windows(tmp_path):
    write_brainvision(tmp_path, VALUES).rename(tmp_path / "A.VHDR")
    (tmp_path / "a.eeg").rename(tmp_path / "A.EEG")
    np.testing.assert_array_equal(read_recording(tmp_path / "A.VHDR").data, 0.5 * VALUES)


@pytest.mark.parametrize("value", ["$b.eeg", r"C:\data\a.eeg", "/data/a.eeg", "./a.eeg"])
def test_the_data_file_lies_beside_its_header_wherever_it_lay(tmp_path, value):
    path = write_brainvision(tmp_path, VALUES, DataFile=value)
    np.testing.assert_array_equal(read_recording(path).data, 0.5 * VALUES)


def test_a_header_under_another_name_says_which_line_to_edit(tmp_path):
    write_brainvision(tmp_path, VALUES, name="old.vhdr")
    for suffix in ("vhdr", "eeg", "vmrk"):
        (tmp_path / f"old.{suffix}").rename(tmp_path / f"new.{suffix}")
    said = r"new\.vhdr: no file 'old\.eeg' in its folder, which has 'new\.eeg': edit its line DataFile=old\.eeg$"
    with pytest.raises(RecordingError, match=said):
        read_recording(tmp_path / "new.vhdr")
    (tmp_path / "new.eeg").rename(tmp_path / "old.eeg")
    with pytest.raises(
        RecordingError, match=r"which has 'new\.vmrk': edit its line MarkerFile=old\.vmrk, or delete the line"
    ):
        read_recording(tmp_path / "new.vhdr")


def test_of_several_files_none_is_proposed(tmp_path):
    path = write_brainvision(tmp_path, VALUES, DataFile="gone.eeg")
    (tmp_path / "other.dat").write_bytes(b"")
    with pytest.raises(RecordingError, match=r"no file 'gone\.eeg' in its folder: edit its line DataFile=gone\.eeg$"):
        read_recording(path)


@pytest.mark.parametrize("value", ["/dev/zero", "../a.eeg/", ".", "..", "x" * 300, "a\0.eeg"])
def test_what_is_no_file_beside_the_header_is_not_opened(tmp_path, value):
    with pytest.raises(RecordingError, match="no file"):
        read_recording(write_brainvision(tmp_path, VALUES, DataFile=value))


def test_a_recording_without_a_marker_file_has_no_events(tmp_path):
    path = write_brainvision(tmp_path, VALUES, markers=["Stimulus,S  1,3,1,0"], MarkerFile=None)
    recording = read_recording(path)
    assert recording.annotations == ()
    assert recording.meta[NOTES] == [
        "a.vmrk in the same folder is not read, because the header has no line MarkerFile="
    ]
    assert describe_file(path).format == "BrainVision"
