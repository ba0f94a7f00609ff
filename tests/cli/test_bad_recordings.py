"""A recording that cannot be used is refused in one line that says which and why."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from earloop.recordings import write_session

ROWS = 1000
NAMES = ("T7", "T9", "T8", "T10")


def csv(names=NAMES, rows=ROWS):
    """Comma-separated text of a small random signal in uV."""
    values = np.random.default_rng(0).normal(0, 20, (rows, len(names)))
    return "\n".join([",".join(names), *(",".join(f"{value:.2f}" for value in row) for row in values)]) + "\n"


def edf(seconds):
    """A BDF header that promises `seconds` of four channels at 1000 Hz, and as many bytes as that takes."""

    def texts(values, width):
        return b"".join(str(value).ljust(width).encode() for value in values)

    head = b"\xffBIOSEMI" + texts(["X", "X"], 80) + texts(["01.01.20", "00.00.00", 256 * 5], 8)
    head += texts(["24BIT"], 44) + texts([seconds, 1], 8) + texts([4], 4)
    head += texts(NAMES, 16) + texts([""] * 4, 80) + texts(["uV"] * 4, 8)
    head += texts([-262144] * 4 + [262144] * 4 + [-8388608] * 4 + [8388607] * 4, 8)
    head += texts([""] * 4, 80) + texts([1000] * 4, 8) + texts([""] * 4, 32)
    return head + np.random.default_rng(0).bytes(seconds * 4 * 1000 * 3)


@pytest.fixture
def refuse(refused, tmp_path):
    """Replays a recording that must be refused; the line is about that file, and no report is begun."""

    def run(recording, *options):
        return refused(
            *("hil", "run", "--device", "golden", "--recording", recording, "--out", tmp_path / "reports" / "one"),
            *options,
        )

    return run


@pytest.fixture
def written(tmp_path):
    """Writes text or bytes to a file of a name."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_a_good_file_of_each_kind_is_taken(earloop, written, tmp_path):
    for i, path in enumerate([written("good.csv", csv()), written("good.bdf", edf(1))]):
        rate = ["--rate", 1000] if path.suffix == ".csv" else []
        ended = earloop("hil", "run", "--device", "golden", "--recording", path, *rate, "--out", tmp_path / str(i))
        assert ended.status == 0, ended


@pytest.mark.parametrize("name", ["nothing.csv", "nothing.bdf", "nothing.edf", "nothing.vhdr"])
def test_an_empty_file(refuse, written, name):
    path = written(name, "")
    assert str(path) in refuse(path, *(["--rate", "250"] if name.endswith("csv") else []))


def test_a_header_without_samples(refuse, written):
    assert "has no samples" in refuse(written("a.csv", "T7,T9,T8,T10\n"), "--rate", "1000")


def test_a_truncated_bdf_file(refuse, written):
    message = refuse(written("cut.bdf", edf(3)[:-5000]))
    assert "cut.bdf: truncated: 32280 bytes, but its header says 37280" in message


def test_a_truncated_csv_file(refuse, written):
    message = refuse(written("cut.csv", csv()[:-20]), "--rate", "1000")
    assert "cut.csv" in message
    assert f"line {ROWS + 1} has 1 cells" in message, "says where"


def test_a_session_with_a_truncated_chunk(refuse, session, tmp_path):
    path = tmp_path / "cut.zarr"
    shutil.copytree(session, path)
    chunk = max((path / "data").rglob("*"), key=lambda file: file.stat().st_size)
    chunk.write_bytes(chunk.read_bytes()[:1000])
    assert "cut.zarr: damaged" in refuse(path)


def test_a_session_without_its_data(refuse, session, tmp_path):
    path = tmp_path / "cut.zarr"
    shutil.copytree(session, path)
    shutil.rmtree(path / "data")
    assert "cut.zarr: damaged" in refuse(path)


def test_a_value_that_is_not_finite(refuse, written):
    lines = csv().splitlines()
    lines[123 + 1] = "1,2,nan,4"
    message = refuse(written("a.csv", "\n".join(lines)), "--rate", "1000")
    assert "a.csv: 'nan' in line 125, column T8" in message


def test_a_cell_that_is_text(refuse, written):
    lines = csv().splitlines()
    lines[9] = "1,2,lost,4"
    assert "a.csv: 'lost' in line 10, column T8" in refuse(written("a.csv", "\n".join(lines)), "--rate", "1000")


def test_a_csv_file_without_a_rate_names_the_option(refuse, written):
    message = refuse(written("a.csv", csv()))
    assert "a.csv: a table has no sampling rate" in message
    assert "--rate" in message


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf"])
def test_a_rate_that_is_none(refuse, written, rate):
    assert f"sampling rate {rate} Hz" in refuse(written("a.csv", csv()), "--rate", rate)


def test_a_rate_that_is_not_the_files_own(refuse, written):
    assert "the file says 1000 Hz, not 250 Hz" in refuse(written("a.bdf", edf(1)), "--rate", "250")


def test_too_few_channels(refuse, written):
    message = refuse(written("a.csv", csv(NAMES[:3])), "--rate", "1000")
    assert "3 channels (T7, T9, T8); the design has 4 channels (T7, T9, T8, T10)" in message


def test_too_many_channels_of_other_names(refuse, written):
    message = refuse(written("a.csv", csv(("A", "B", "C", "D", "E"))), "--rate", "1000")
    assert "5 channels (A, B, C, D, E); the design has 4 channels" in message
    assert "--channels" in message


def test_an_unknown_channel(refuse, written):
    message = refuse(written("a.csv", csv()), "--rate", "1000", "--channels", "T7,T9,T8,Cz")
    assert "no channel Cz; available: T7, T9, T8, T10" in message


def test_a_channel_named_twice(refuse, written):
    message = refuse(written("a.csv", csv()), "--rate", "1000", "--channels", "T7,T9,T8,T7")
    assert "channel T7 occurs twice" in message


def test_no_channel_at_all(refuse, written):
    assert "at least one name" in refuse(written("a.csv", csv()), "--rate", "1000", "--channels", " , ")


def test_a_recording_that_is_not_there(refuse, tmp_path):
    assert "gone.bdf: no such file" in refuse(tmp_path / "gone.bdf")


def test_a_folder_in_place_of_a_file(refuse, tmp_path):
    (tmp_path / "a.bdf").mkdir()
    assert "a.bdf: a directory; wanted a file" in refuse(tmp_path / "a.bdf")


def test_an_unknown_kind_of_file(refuse, written):
    message = refuse(written("a.mp3", "x"))
    assert "no reader for '.mp3'" in message
    assert ".bdf" in message


def test_codes_of_another_design(refuse, codes_10s, tmp_path):
    other = "ab" * 32
    write_session(replace(codes_10s, meta=codes_10s.meta | {"design_hash": other}), tmp_path / "other.zarr")
    message = refuse(tmp_path / "other.zarr")
    assert f"codes of design {other[:12]}, but this design is {codes_10s.meta['design_hash'][:12]}" in message


def test_codes_at_another_rate(refuse, codes_10s, tmp_path):
    write_session(replace(codes_10s, sfreq=500.0), tmp_path / "slow.zarr")
    message = refuse(tmp_path / "slow.zarr")
    assert "codes at 500 Hz: the design's converter runs at 1000 Hz" in message


def test_codes_beyond_the_converter(refuse, codes_10s, tmp_path):
    codes = codes_10s.data.copy()
    codes[5, 1] = 2**23
    write_session(replace(codes_10s, data=codes), tmp_path / "loud.zarr")
    assert f"codes beyond 24 bits: from {codes.min()} to {2**23}" in refuse(tmp_path / "loud.zarr")


def test_too_short_for_one_token(refuse, written):
    message = refuse(written("short.csv", csv(rows=249)), "--rate", "1000")
    assert "249 samples yield no token: at least 250 are needed" in message
