"""BDF, EDF and BrainVision, from files written byte by byte from their specifications."""

from pathlib import Path

import numpy as np
import pytest

from recordings import RecordingError, read_recording

SFREQ = 100
LABELS = ("T7", "T8")


def edf_bytes(digital: np.ndarray, sample_bytes: int, units: str = "uV") -> bytes:
    """A file of one-second records; digital [samples, channels]; 0.5 uV a step."""
    records, signals = len(digital) // SFREQ, digital.shape[1]
    top = 2 ** (8 * sample_bytes - 1)
    version = b"\xffBIOSEMI" if sample_bytes == 3 else b"0       "

    def texts(values, width):
        return b"".join(str(value).ljust(width).encode() for value in values)

    head = version + texts(["X", "X"], 80) + texts(["01.01.20", "00.00.00", 256 + 256 * signals], 8)
    head += texts(["24BIT" if sample_bytes == 3 else ""], 44) + texts([records, 1], 8) + texts([signals], 4)
    head += texts(LABELS[:signals], 16) + texts([""] * signals, 80) + texts([units] * signals, 8)
    head += texts([-top // 2] * signals, 8) + texts([top // 2] * signals, 8)
    head += texts([-top] * signals, 8) + texts([top] * signals, 8)
    head += texts([""] * signals, 80) + texts([SFREQ] * signals, 8) + texts([""] * signals, 32)
    body = digital.astype("<i4").reshape(records, SFREQ, signals).transpose(0, 2, 1)
    raw = np.frombuffer(np.ascontiguousarray(body).tobytes(), np.uint8).reshape(-1, 4)[:, :sample_bytes]
    return head + raw.tobytes()


def write_brainvision(folder: Path, digital: np.ndarray) -> Path:
    """int16 samples of 0.5 uV, multiplexed, and one marker at sample 30 (counted from 1)."""
    (folder / "a.eeg").write_bytes(digital.astype("<i2").tobytes())
    (folder / "a.vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n[Common Infos]\nDataFile=a.eeg\n"
        "[Marker Infos]\nMk1=Stimulus,S  7,31,1,0\n"
    )
    channels = "".join(f"Ch{i + 1}={name},,0.5,uV\n" for i, name in enumerate(LABELS))
    path = folder / "a.vhdr"
    path.write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile=a.eeg\nMarkerFile=a.vmrk\n"
        f"DataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=2\nSamplingInterval={1_000_000 // SFREQ}\n"
        f"[Binary Infos]\nBinaryFormat=INT_16\n[Channel Infos]\n{channels}"
    )
    return path


@pytest.fixture
def digital() -> np.ndarray:
    return np.random.default_rng(0).integers(-3000, 3000, (4 * SFREQ, 2))


@pytest.fixture(params=[".bdf", ".edf", ".vhdr"])
def path(request, tmp_path, digital) -> Path:
    if request.param == ".vhdr":
        return write_brainvision(tmp_path, digital)
    path = tmp_path / f"a{request.param}"
    path.write_bytes(edf_bytes(digital, 3 if request.param == ".bdf" else 2))
    return path


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


def test_brainvision_markers_become_annotations(tmp_path, digital):
    notes = read_recording(write_brainvision(tmp_path, digital)).annotations
    assert [(note.onset_s, note.label) for note in notes] == [(0.3, "Stimulus/S  7")]


def test_brainvision_without_its_data_file_is_an_error(tmp_path, digital):
    path = write_brainvision(tmp_path, digital)
    path.with_suffix(".eeg").unlink()
    with pytest.raises(RecordingError, match=r"a\.vhdr: not a readable VHDR file"):
        read_recording(path)


def test_a_channel_that_is_no_voltage_is_an_error(tmp_path, digital):
    path = tmp_path / "a.bdf"
    path.write_bytes(edf_bytes(digital, 3, units="degC"))
    with pytest.raises(RecordingError, match="channel T7 is in"):
        read_recording(path)


@pytest.mark.parametrize("count", [4_097, 10**9, 10**40])
def test_a_header_that_claims_more_channels_than_any_device_has_is_refused(tmp_path, digital, count):
    path = write_brainvision(tmp_path, digital)
    path.write_text(path.read_text().replace("NumberOfChannels=2", f"NumberOfChannels={count}"))
    with pytest.raises(RecordingError, match=r"channels; at most 4,096 are read"):
        read_recording(path)


@pytest.mark.parametrize(
    ("at", "text"),
    [(252, "-1"), (252, "9999"), (236, "-1"), (236, "99999999"), (184, "-256"), (184, "0"), (256 + 2 * 216, "-100")],
)
def test_an_edf_header_that_claims_what_no_file_holds_is_refused(tmp_path, digital, at, text):
    content = bytearray(edf_bytes(digital, 2))
    content[at : at + 8 if at != 252 else at + 4] = text.ljust(4 if at == 252 else 8).encode()
    path = tmp_path / "a.edf"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"a\.edf: "):
        read_recording(path)


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
