"""EDF and BDF: what a code stands for, by units, calibrations and rates; edfio and MNE judge the same bytes."""

from __future__ import annotations

from io import BytesIO

import edfio
import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.recordings import RecordingError, describe_file, open_recording, read_recording
from earloop.recordings.reading.assemble import NOTES
from tests.edf import EdfSignal, edf_bytes

CODES = np.arange(-400, 400).reshape(4, 200)  # 0.5 physical units each, in the default calibration
KNOWN_UNITS = {
    "uV": 1.0,
    "uv": 1.0,
    "UV": 1.0,
    " uV": 1.0,
    "nV": 1e-3,
    "mV": 1e3,
    "V": 1e6,
    b"\xb5V": 1.0,  # the micro sign in Latin-1
    "\xb5V": 1.0,  # and in UTF-8
    "\u03bcV": 1.0,  # the Greek letter
}


def written(tmp_path, signals, suffix=".edf", **how):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(edf_bytes(signals, sample_bytes=3 if suffix == ".bdf" else 2, **how))
    return path


@pytest.mark.parametrize("unit", KNOWN_UNITS)
@pytest.mark.parametrize("suffix", [".edf", ".bdf"])
def test_every_spelling_of_a_known_unit_is_that_unit(tmp_path, unit, suffix):
    path = written(tmp_path, [EdfSignal(label="T7", codes=CODES, unit=unit)], suffix)
    np.testing.assert_allclose(read_recording(path).data[:, 0], 0.5 * CODES.ravel() * KNOWN_UNITS[unit], rtol=1e-12)


@pytest.mark.parametrize(
    ("unit", "said"),
    [("degC", "'degC'"), ("MV", "'MV'"), (b"\xe6V", "'æV'"), (b"\xec" + b"V", "'ìV'"), ("%", "'%'"), ("", "no unit")],
)
def test_a_channel_in_no_known_unit_is_refused_by_name_and_the_others_are_read(tmp_path, unit, said):
    signals = [EdfSignal(label="T7", codes=CODES), EdfSignal(label="odd", codes=CODES, unit=unit)]
    path = written(tmp_path, signals)
    with pytest.raises(RecordingError, match=rf"channel odd .*{said}.*leave it out: --channels T7$"):
        read_recording(path)
    assert read_recording(path, channels=["T7"]).data[0, 0] == -200


@pytest.mark.parametrize(
    ("kind", "limits", "said"),
    [
        ("physical", (0, 0), "same physical minimum and maximum"),
        ("digital", (7, 7), "same digital minimum and maximum"),
        ("physical", ("x", 1), "physical minimum of 'x'"),
        ("digital", (0, "nan"), "digital maximum of 'nan'"),
        ("physical", ("1e308", "-1e308"), "too large"),
    ],
)
def test_a_calibration_that_is_none_is_refused_by_name(tmp_path, kind, limits, said):
    signals = [EdfSignal(label="flat", codes=CODES, **{kind: limits}), EdfSignal(label="T7", codes=CODES)]
    path = written(tmp_path, signals)
    with pytest.raises(RecordingError, match=rf"channel flat .*{said}.*--channels T7"):
        read_recording(path)
    assert read_recording(path, channels=["T7"]).channels == ("T7",)


def test_an_inverted_calibration_turns_the_signal_over(tmp_path):
    path = written(tmp_path, [EdfSignal(label="T7", codes=CODES, physical=(1000, -1000))])
    np.testing.assert_allclose(read_recording(path).data[:, 0], -0.5 * CODES.ravel())


def test_a_decimal_comma_is_a_decimal_point(tmp_path):
    path = written(tmp_path, [EdfSignal(label="T7", codes=CODES, physical=("-0,5", "0,5"))], record_s="0,5")
    recording = read_recording(path)
    assert recording.sfreq == 400
    assert recording.data[0, 0] == -0.1


def test_codes_beyond_the_digital_range_are_kept_and_counted(tmp_path):
    codes = CODES.copy()
    codes[1, 5:8], codes[3, 0] = 2500, -2001
    recording = read_recording(written(tmp_path, [EdfSignal(label="T7", codes=codes)]))
    np.testing.assert_allclose(recording.data[:, 0], 0.5 * codes.ravel())
    (note,) = recording.meta[NOTES]
    assert note.startswith("channel T7 has 4 codes outside the range -2000 to 2000 of the header")


def test_codes_within_the_range_are_no_news(tmp_path):
    codes = np.array([[-2000, 2000]])
    assert NOTES not in read_recording(written(tmp_path, [EdfSignal(label="T7", codes=codes)])).meta


@pytest.mark.parametrize(("record_s", "samples", "rate_hz"), [("0.99988", 250, 250.03000360043205), ("0.1", 25, 250.0)])
def test_the_rate_is_samples_by_seconds(tmp_path, record_s, samples, rate_hz):
    codes = np.arange(6 * samples).reshape(6, samples)
    recording = read_recording(written(tmp_path, [EdfSignal(label="T7", codes=codes)], record_s=record_s))
    assert recording.sfreq == rate_hz
    np.testing.assert_allclose(recording.data[:, 0], 0.5 * codes.ravel())


def test_each_channel_keeps_its_own_rate_and_is_not_smeared(tmp_path):
    square = np.repeat([[0, 200] * 5], 8, axis=0)
    signals = [EdfSignal(label="EEG", codes=np.zeros((8, 250), int)), EdfSignal(label="EMG", codes=square)]
    path = written(tmp_path, signals)
    assert [channel.rate_hz for channel in open_recording(path).channels] == [250, 10]
    alone = read_recording(path, channels=["EMG"])
    assert alone.sfreq == 10
    np.testing.assert_array_equal(alone.data[:, 0], 0.5 * square.ravel())
    (note,) = read_recording(path).meta[NOTES]
    assert note == "resampled to 250 Hz, the rate of the fastest channel: EMG (10 Hz)"


def test_a_channel_without_a_label_is_named_by_its_place(tmp_path):
    signals = [EdfSignal(label="", codes=CODES), EdfSignal(label="T7\0junk", codes=CODES)]
    assert read_recording(written(tmp_path, signals)).channels == ("signal 1", "T7")


def test_a_file_is_what_its_first_bytes_say_whatever_its_name(tmp_path):
    path = tmp_path / "a.edf"
    path.write_bytes(edf_bytes([EdfSignal(label="T7", codes=CODES)], sample_bytes=3))
    assert describe_file(path).format == "BDF"
    np.testing.assert_array_equal(read_recording(path).data[:, 0], 0.5 * CODES.ravel())


@st.composite
def files(draw, most_rates=3, units=("uV", "mV", "V", "nV")):
    """Signals of drawn calibrations, and how they are written; codes reach both ends of their width."""
    sample_bytes = draw(st.sampled_from([2, 3]))
    top = 2 ** (8 * sample_bytes - 1)
    records = draw(st.integers(1, 4))
    rates = draw(st.lists(st.integers(1, 40), min_size=1, max_size=most_rates))
    limit = st.decimals(-99999, 99999, places=1, allow_nan=False).map(lambda value: f"{value:f}")
    signals = []
    for i in range(draw(st.integers(1, 4))):
        codes = draw(st.integers(0, 2**32 - 1).map(np.random.default_rng)).integers(
            -top, top, (records, rates[i % len(rates)])
        )
        codes.ravel()[:1] = draw(st.sampled_from([-top, top - 1, 0]))
        low, high = sorted(draw(st.lists(st.integers(-top, top - 1), min_size=2, max_size=2, unique=True)))
        physical = draw(st.lists(limit, min_size=2, max_size=2, unique_by=float))
        unit = draw(st.sampled_from(units))
        signals.append(EdfSignal(label=f"c{i}", codes=codes, unit=unit, physical=tuple(physical), digital=(low, high)))
    record_s = draw(st.sampled_from(["1", "0.5", "0.99988", "2", "0.25", "30"]))
    return signals, record_s, sample_bytes


@settings(max_examples=100, deadline=None)
@given(drawn=files())
def test_every_channel_is_what_edfio_reads(tmp_path_factory, drawn):
    signals, record_s, sample_bytes = drawn
    content = edf_bytes(signals, record_s=record_s, sample_bytes=sample_bytes)
    path = tmp_path_factory.mktemp("edf") / ("a.bdf" if sample_bytes == 3 else "a.edf")
    path.write_bytes(content)
    theirs = (edfio.read_bdf if sample_bytes == 3 else edfio.read_edf)(BytesIO(content))
    opened = open_recording(path)
    for i, (signal, found) in enumerate(zip(theirs.signals, opened.channels, strict=True)):
        (values,) = opened.read([i], 0)
        assert (found.name, found.rate_hz) == (signal.label, pytest.approx(signal.sampling_frequency, rel=1e-12))
        assert len(values) == round(opened.parts[0].duration_s * found.rate_hz) == len(signal.digital)
        scale = KNOWN_UNITS[signal.physical_dimension]
        largest = max(abs(signal.data).max(), abs(signal.physical_min), abs(signal.physical_max)) * scale
        np.testing.assert_allclose(values, signal.data * scale, rtol=0, atol=1e-9 * largest)


@settings(max_examples=40, deadline=None)
@given(drawn=files(most_rates=1, units=("uV", "mV", "V")))  # MNE takes nV for V
def test_a_file_of_one_rate_is_what_mne_reads(tmp_path_factory, drawn):
    signals, record_s, sample_bytes = drawn
    path = tmp_path_factory.mktemp("edf") / ("a.bdf" if sample_bytes == 3 else "a.edf")
    path.write_bytes(edf_bytes(signals, record_s=record_s, sample_bytes=sample_bytes))
    raw = (mne.io.read_raw_bdf if sample_bytes == 3 else mne.io.read_raw_edf)(path, verbose="error")
    recording = read_recording(path)
    assert recording.channels == tuple(raw.ch_names)
    assert recording.sfreq == pytest.approx(raw.info["sfreq"], rel=1e-9)
    theirs = 1e6 * raw.get_data().T
    np.testing.assert_allclose(recording.data, theirs, rtol=1e-9, atol=1e-9 * np.abs(theirs).max())


@pytest.mark.parametrize("block", [1, 1500, 1 << 23])
def test_blocks_of_any_size_give_the_same_samples(tmp_path, monkeypatch, block):
    codes = np.arange(1000).reshape(10, 100)
    signals = [EdfSignal(label="a", codes=codes), EdfSignal(label="b", codes=-codes[:, ::4])]
    path = written(tmp_path, signals, ".bdf")
    monkeypatch.setattr("earloop.recordings.edf.records.BLOCK", block)
    a, b = open_recording(path).read([0, 1], 0)
    np.testing.assert_array_equal(a, 0.5 * codes.ravel())
    np.testing.assert_array_equal(b, -0.5 * codes[:, ::4].ravel())
