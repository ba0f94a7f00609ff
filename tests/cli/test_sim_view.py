"""`earloop sim view` draws what can be read, and says in one line what cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.image import imread

from earloop.recordings import open_session, write_session


def test_a_session_of_codes_becomes_a_picture(earloop, session, tmp_path):
    out = tmp_path / "pictures" / "view.png"
    ended = earloop("sim", "view", session, "--start", 2, "--seconds", 5, "--band", "1,40", "--out", out)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"{out}: 2 to 7 s of codes.zarr\n"
    picture = imread(out)
    assert picture.shape[1] >= 1500
    assert picture[..., :3].std() > 0.05, "something is drawn"


@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_other_kinds_of_picture(earloop, session, tmp_path, suffix):
    out = tmp_path / f"view.{suffix}"
    assert earloop("sim", "view", session, "--seconds", 2, "--out", out).status == 0
    assert out.read_bytes()[:5] in (b"<?xml", b"%PDF-")


def test_a_csv_file_with_its_rate(earloop, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("A,B,Marker\n" + "1,2,0\n3,-1,1\n" * 200)
    out = tmp_path / "view.png"
    assert earloop("sim", "view", path, "--rate", 100, "--channels", "B", "--out", out).status == 0
    assert out.exists()


def test_a_session_with_its_truth_is_drawn(earloop, tmp_path):
    path = tmp_path / "truth.zarr"
    assert earloop("synth", "--seconds", 10, "--truth", "--out", path).status == 0
    tracks = open_session(path).read_tracks()
    assert {"impedance", "acceleration", "jaw_open", "gaze", "lids", "stage", "ppg", "breath"} < set(tracks)
    assert {"eeg", "eog", "emg", "ecg"} < set(tracks)
    assert tracks["impedance"].sfreq == 10.0
    assert earloop("sim", "view", path, "--out", tmp_path / "view.png").status == 0


def test_a_session_without_truth_has_no_tracks(session):
    assert open_session(session).read_tracks() == {}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--start", 99], "start at 99 s; must be within the recording, 0 to 10 s"),
        (["--seconds", 0], "must be positive"),
        (["--channels", "T7,Cz"], "no channel Cz; available: T7, T9, T8, T10"),
        (["--band", "40"], "wanted two numbers in Hz: low,high"),
        (["--band", "40,1"], "must be 0 <= low < high < 500"),
        (["--band", "1,600"], "must be 0 <= low < high < 500"),
        (["--rate", 250], "the file says 1000 Hz, not 250 Hz"),
    ],
)
def test_options_that_cannot_be(refused, session, tmp_path, options, complaint):
    assert complaint in refused("sim", "view", session, *options, "--out", tmp_path / "view.png")


def test_a_picture_of_no_known_kind(refused, session, tmp_path):
    assert "no picture of kind '.gif'; valid: .png, .svg, .pdf" in refused(
        "sim", "view", session, "--out", tmp_path / "view.gif"
    )


def test_a_picture_that_cannot_be_written(refused, session, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "cannot be written" in refused("sim", "view", session, "--out", tmp_path / "file" / "view.png")


def test_a_path_with_nothing(refused, tmp_path):
    assert "gone.zarr: no such file" in refused("sim", "view", tmp_path / "gone.zarr", "--out", tmp_path / "view.png")


def test_codes_of_another_design(refused, codes_10s, tmp_path):
    write_session(replace(codes_10s, meta=codes_10s.meta | {"design_hash": "ab" * 32}), tmp_path / "other.zarr")
    message = refused("sim", "view", tmp_path / "other.zarr", "--out", tmp_path / "view.png")
    assert "codes of design abababababab" in message
    assert "--design" in message
