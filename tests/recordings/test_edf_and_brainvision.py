"""BDF, EDF and BrainVision alike: samples, channels, rates, and files that are damaged."""

from pathlib import Path

import numpy as np
import pytest

from earloop.recordings import RecordingError, open_recording, read_recording
from earloop.recordings.reading.assemble import NOTES
from tests.brainvision import write_brainvision
from tests.edf import EdfSignal, edf_bytes

SFREQ = 100
LABELS = ("T7", "T8")


def write_edf(path: Path, digital: np.ndarray, sample_bytes: int) -> Path:
    """One-second records of 0.5 uV a step."""
    top = 2 ** (8 * sample_bytes - 1)
    signals = [
        EdfSignal(label=label, codes=column.reshape(-1, SFREQ), physical=(-top // 2, top // 2), digital=(-top, top))
        for label, column in zip(LABELS, digital.T, strict=True)
    ]
    path.write_bytes(edf_bytes(signals, sample_bytes=sample_bytes))
    return path


@pytest.fixture
def digital() -> np.ndarray:
    return np.random.default_rng(0).integers(-3000, 3000, (4 * SFREQ, 2))


@pytest.fixture(params=[".bdf", ".edf", ".vhdr"])
def path(request, tmp_path, digital) -> Path:
    if request.param == ".vhdr":
        return write_brainvision(tmp_path, digital.astype("<i2"))
    return write_edf(tmp_path / f"a{request.param}", digital, 3 if request.param == ".bdf" else 2)


def test_samples_arrive_in_uv(path, digital):
    recording = read_recording(path)
    assert (recording.unit, recording.sfreq, recording.channels) == ("uV", SFREQ, LABELS)
    np.testing.assert_allclose(recording.data, 0.5 * digital, atol=1e-6)


def test_channels_select_and_order(path, digital):
    recording = read_recording(path, rate_hz=SFREQ, channels=["T8", "T7"])
    assert recording.channels == ("T8", "T7")
    np.testing.assert_allclose(recording.data, 0.5 * digital[:, ::-1], atol=1e-6)


def test_an_unknown_channel_lists_what_there_is(path):
    with pytest.raises(RecordingError, match="no channel T9; available: T7, T8"):
        read_recording(path, channels=["T9"])


def test_a_rate_that_contradicts_the_file_is_an_error(path):
    with pytest.raises(RecordingError, match="the file says 100 Hz, not 250 Hz"):
        read_recording(path, rate_hz=250)


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.3, 0.9, 0.9995])
def test_a_truncated_file_is_an_error(path, kept):
    data_path = path.with_suffix(".eeg") if path.suffix == ".vhdr" else path
    content = data_path.read_bytes()
    data_path.write_bytes(content[: int(kept * len(content)) // 4 * 4 + 1 if kept else 0])
    with pytest.raises(RecordingError, match=r"truncated") as error:
        read_recording(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        *((252, "-1"), (252, "9999"), (236, "-1"), (236, "99999999"), (236, "4_0"), (184, "-256"), (184, "0")),
        *((244, text) for text in ("-1", "nan", "1e999", "1e-99999", "1e99999")),
        *((256 + 2 * 216, "-100"), (256 + 2 * 216, "0"), (0, "GDF 1.25")),
    ],
)
def test_an_edf_header_that_claims_what_no_file_holds_is_refused(tmp_path, digital, at, text):
    path = write_edf(tmp_path / "a.edf", digital, 2)
    content = bytearray(path.read_bytes())
    content[at : at + 8 if at != 252 else at + 4] = text.ljust(4 if at == 252 else 8).encode()
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"a\.edf: "):
        read_recording(path)


def test_records_beyond_those_of_the_header_are_told_of(tmp_path, digital):
    path = write_edf(tmp_path / "a.edf", digital, 2)
    path.write_bytes(path.read_bytes().replace(b"4       1   ", b"3       1   ", 1))
    recording = read_recording(path)
    assert len(recording.data) == 3 * SFREQ
    assert recording.meta[NOTES] == ["the file has 1 records more than the 3 of its header; they are not read"]


def test_a_file_that_shrinks_while_it_is_open_is_an_error(path):
    opened = open_recording(path)
    data_path = path.with_suffix(".eeg") if path.suffix == ".vhdr" else path
    data_path.write_bytes(data_path.read_bytes()[:-8])
    with pytest.raises(RecordingError, match="truncated while it was read"):
        opened.read([0, 1], 0)


def test_samples_that_take_more_memory_than_they_may_are_refused(path):
    with pytest.raises(RecordingError, match=r"400 samples of 2 channels take 6.4e-06 GB .*--max-gb"):
        read_recording(path, max_gb=1e-6)


@pytest.mark.realdata
def test_the_real_bdf_matches_its_own_bytes(real_data):
    path = real_data / "mne" / "test.bdf"
    recording = read_recording(path)
    assert (recording.sfreq, len(recording.channels)) == (2048, 72)
    content = path.read_bytes()
    signals, header_bytes = int(content[252:256]), int(content[184:192])
    first = np.frombuffer(content[header_bytes : header_bytes + 3 * 2048], np.uint8).reshape(-1, 3).astype(np.int64)
    codes = first @ [1, 256, 65536]
    codes -= (codes >= 2**23) * 2**24
    ranges = [float(content[256 + signals * k : 256 + signals * k + 8]) for k in (104, 112, 120, 128)]
    expected = ranges[0] + (codes - ranges[2]) * (ranges[1] - ranges[0]) / (ranges[3] - ranges[2])
    np.testing.assert_allclose(recording.data[:, 0], expected, atol=1e-6)
    assert recording.annotations[-1].label == "128"  # the one trigger in its Status channel
