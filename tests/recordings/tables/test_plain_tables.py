"""Plain tables: what is a channel, what is an event, and how each mistake is named."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from earloop.recordings import RecordingError, read_recording

MUSE_LIKE = "timestamps,TP9,TP10,Marker0\n0.000,1.5,-2,0\n0.004,2.5,-3,1\n0.008,3.5,-4,1\n0.012,4.5,-5,0\n"


def write(tmp_path: Path, text: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.b.CSV"])
def test_columns_become_channels_in_uv_without_time_and_marker(tmp_path, name):
    recording = read_recording(write(tmp_path, MUSE_LIKE, name), rate_hz=250)
    assert recording.channels == ("TP9", "TP10")
    assert (recording.unit, recording.sfreq) == ("uV", 250)
    np.testing.assert_array_equal(recording.data, [[1.5, -2], [2.5, -3], [3.5, -4], [4.5, -5]])


def test_a_marker_that_changes_to_a_value_becomes_one_annotation(tmp_path):
    recording = read_recording(write(tmp_path, MUSE_LIKE), rate_hz=250)
    assert [(note.onset_s, note.duration_s, note.label) for note in recording.annotations] == [(0.004, 0.0, "1")]


def test_text_markers_keep_their_text(tmp_path):
    recording = read_recording(write(tmp_path, "TP9,event\n1,\n2,blink\n3,\n"), rate_hz=10)
    assert [note.label for note in recording.annotations] == ["blink"]


def test_channels_select_and_order(tmp_path):
    recording = read_recording(write(tmp_path, MUSE_LIKE), rate_hz=250, channels=["TP10", "TP9"])
    np.testing.assert_array_equal(recording.data[:, 0], [-2, -3, -4, -5])
    assert recording.channels == ("TP10", "TP9")


def test_a_marker_column_asked_for_by_name_is_a_channel(tmp_path):
    recording = read_recording(write(tmp_path, MUSE_LIKE), rate_hz=250, channels=["Marker0"])
    np.testing.assert_array_equal(recording.data[:, 0], [0, 1, 1, 0])
    assert recording.annotations == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "has no samples"),
        ("TP9,TP10\n", "has no samples"),
        ("0.35\n0.40\n0.38\n", "line 1 has numbers"),
        ("TP9,TP10\n1,2\n3,x7\n", "'x7' in line 3, column TP10"),
        ("TP9,TP10\n1,2\n3,4\n5,nan\n", "'nan' in line 4, column TP10: every cell must be a finite number"),
        ("TP9,TP10\n1,2\n3,inf\n", "'inf' in line 3, column TP10"),
        ("TP9,TP10\n1,2\n3,\n", "nothing in line 3, column TP10"),
        ("TP9,TP10\n1,2\n3,True\n", "'True' in line 3, column TP10"),
        ("TP9,TP10\n1,2\n3,1e999\n", "'1e999' in line 3, column TP10"),
        ("TP9,TP10\n1,2\n3", "line 3 has 1 cells, but there are 2 names; correct or remove that line"),
        ("TP9,TP10\n1,2\n3,4,5\n", "line 3 has 3 cells"),
        ("TP9,TP10\n1,2,3\n4,5,6\n", "line 2 has 3 cells, but there are 2 names"),
        ("TP9,TP10\n1,5,2,5\n", "line 2 has 4 cells.*decimal commas.*semicolons or tabs"),
        ("TP9\n1\n\n3\n", "line 3 is blank"),
        ("TP9,TP9\n1,2\n", "TP9 is the name of more than one channel; choose others"),
        ("timestamps,Marker\n1,2\n", "holds no signal: timestamps is a clock, Marker holds markers"),
        ("TP9,TP10\n1,2\0\n", "line 2 has a zero byte"),
    ],
)
def test_a_bad_file_is_named_with_what_and_where(tmp_path, text, complaint):
    path = write(tmp_path, text)
    with pytest.raises(RecordingError, match=complaint) as error:
        read_recording(path, rate_hz=100)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_no_rate_is_an_error_that_says_what_the_stamps_say(tmp_path):
    with pytest.raises(RecordingError, match="give rate_hz"):
        read_recording(write(tmp_path, "TP9\n1\n2\n"))
    text = "time_ms,TP9\n" + "".join(f"{4 * i},1\n" for i in range(20))
    with pytest.raises(RecordingError, match=r"give rate_hz \(option --rate\); the stamps .* say 250 Hz: --rate 250"):
        read_recording(write(tmp_path, text))
    with pytest.raises(RecordingError, match="give rate_hz"):
        read_recording(write(tmp_path, MUSE_LIKE))


@pytest.mark.parametrize("rate_hz", [0, -256, float("nan"), float("inf")])
def test_a_rate_that_is_not_positive_is_an_error(tmp_path, rate_hz):
    with pytest.raises(RecordingError, match="must be positive"):
        read_recording(write(tmp_path, MUSE_LIKE), rate_hz=rate_hz)


def test_an_unknown_channel_lists_what_there_is(tmp_path):
    with pytest.raises(RecordingError, match="no channel T7; available: timestamps, TP9, TP10, Marker0"):
        read_recording(write(tmp_path, MUSE_LIKE), rate_hz=250, channels=["TP9", "T7"])


@pytest.mark.parametrize("kept", [0, 5, 30, 60, -3])
def test_a_truncated_gzip_is_an_error(tmp_path, kept):
    path = write(tmp_path, MUSE_LIKE, "a.csv.gz")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(RecordingError, match=r"a\.csv\.gz: (truncated|has no samples)"):
        read_recording(path, rate_hz=256)


def test_binary_rubbish_is_an_error(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(range(128, 256)))
    with pytest.raises(RecordingError, match="not UTF-8"):
        read_recording(path, rate_hz=256)


@pytest.mark.realdata
def test_a_real_muses_clock_is_no_electrode_and_no_gap_under_any_name(real_data, tmp_path):
    for path in sorted((real_data / "muse").glob("*.csv.gz"))[::3]:
        text = gzip.decompress(path.read_bytes()).decode().replace("timestamps", "L", 1)
        found = read_recording(write(tmp_path, text), rate_hz=256)
        assert found.channels[:4] == ("TP9", "AF7", "AF8", "TP10")
        assert 60 < found.duration_s < 300


@pytest.mark.realdata
def test_every_real_muse_file_gives_two_ears_of_two_minutes(real_data):
    paths = sorted((real_data / "muse").glob("*.csv.gz"))
    assert paths
    for path in paths:
        recording = read_recording(path, rate_hz=256, channels=["TP10", "TP9"])
        assert recording.channels == ("TP10", "TP9")
        assert 60 < recording.duration_s < 300
        assert np.abs(recording.data).max() <= 1000  # 12 bits of 0.488 uV, both signs
        assert {note.label for note in recording.annotations} <= {"1", "2"}
        assert recording.annotations
