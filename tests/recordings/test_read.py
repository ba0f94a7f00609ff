"""Which reader takes a file, and mistakes that no reader gets to see."""

import pytest

from earloop.recordings import RecordingError, read_recording


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"nothing\.bdf: no such file"):
        read_recording(tmp_path / "nothing.bdf")


@pytest.mark.parametrize("name", ["a.wav", "a.gz", "a", "a.csv.zip"])
def test_an_unknown_suffix_lists_the_valid_ones(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(
        RecordingError,
        match=r"no reader for .*; valid: \.zarr, \.bdf, \.edf, \.fif, \.fif\.gz, \.vhdr, \.csv, \.csv\.gz",
    ):
        read_recording(tmp_path / name)


@pytest.mark.parametrize("name", ["a.csv", "a.bdf", "a.vhdr"])
def test_a_directory_is_no_file(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(RecordingError, match="a directory; wanted a file"):
        read_recording(tmp_path / name, rate_hz=1)


def test_a_file_is_no_session(tmp_path):
    (tmp_path / "a.zarr").touch()
    with pytest.raises(RecordingError, match="a file; wanted a session directory"):
        read_recording(tmp_path / "a.zarr")


@pytest.mark.parametrize("name", ["a.csv", "a.bdf", "a.edf"])
def test_a_file_that_fails_to_be_read_is_named(tmp_path, monkeypatch, name):
    (tmp_path / name).touch()

    def broken(*arguments, **options):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pandas.read_csv", broken)
    monkeypatch.setattr("pathlib.Path.open", broken)
    with pytest.raises(RecordingError, match=r"cannot be read \(Input/output error\)"):
        read_recording(tmp_path / name, rate_hz=1)


@pytest.mark.parametrize("channels", ["TP9", []])
def test_channels_that_are_no_list_of_names_are_an_error(tmp_path, channels):
    (tmp_path / "a.csv").write_text("TP9\n1\n")
    with pytest.raises(RecordingError, match="wanted a list"):
        read_recording(tmp_path / "a.csv", rate_hz=1, channels=channels)


def test_a_channel_asked_for_twice_is_an_error(tmp_path):
    (tmp_path / "a.csv").write_text("TP9\n1\n")
    with pytest.raises(RecordingError, match="TP9 occurs twice"):
        read_recording(tmp_path / "a.csv", rate_hz=1, channels=["TP9", "TP9"])
