"""What a file claims is counted before it is believed: samples, channels, chunks."""

from __future__ import annotations

import gzip
import json
import shutil
import struct
from io import BytesIO

import numpy as np
import pytest

from earloop.recordings import Recording, RecordingError, open_session, read_recording, write_session
from earloop.recordings.reading.limits import MOST_CHANNELS
from earloop.recordings.tables import text as text_module

ZEROS_ROW = b"0,0\n"


@pytest.fixture
def session(tmp_path):
    """4,000 samples of two channels, in 4 chunks of one shard."""
    path = tmp_path / "a.zarr"
    codes = np.random.default_rng(0).integers(-99, 99, (4000, 2)).astype(np.int32)
    write_session(Recording(codes, "codes", 100.0, ("a", "b")), path)
    return path


def change_head(path, *keys, value):
    """Another value in a JSON file, at a place."""
    head = json.loads(path.read_text())
    table = head
    for key in keys[:-1]:
        table = table[key]
    table[keys[-1]] = value
    path.write_text(json.dumps(head))


def test_a_little_gzip_that_holds_much_is_refused_by_the_size_and_the_option(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + ZEROS_ROW * 1_000_000))
    assert path.stat().st_size < 10_000
    with pytest.raises(RecordingError, match=r"a\.csv\.gz: more than .* the limit of 0.01 GB .*--max-gb"):
        read_recording(path, rate_hz=100, max_gb=0.01)
    assert len(read_recording(path, rate_hz=100, max_gb=0.017).data) == 1_000_000


def test_what_takes_far_too_much_is_not_read_to_its_end(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + ZEROS_ROW * 1_000_000)
    given = []

    class Told(BytesIO):
        def close(self):
            """Stays open, to be asked how far it was read."""

    def opened(path):
        given.append(Told(path.read_bytes()))
        return given[-1]

    monkeypatch.setattr(text_module, "opened", opened)
    monkeypatch.setattr(text_module, "BLOCK", 1_000)
    with pytest.raises(RecordingError, match=r"more than .* samples of 2 channels exceed the limit of 0.0001 GB"):
        read_recording(path, rate_hz=100, max_gb=1e-4)
    assert 20_000 < max(file.tell() for file in given) < 200_000


@pytest.mark.parametrize("columns", [MOST_CHANNELS + 1, 300_000])
def test_a_table_of_too_many_columns_is_refused(tmp_path, columns):
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"c{i}" for i in range(columns)) + "\n" + ",".join(["0"] * columns) + "\n")
    with pytest.raises(RecordingError, match=r"channels; at most|line 1 has more than 1,048,576 characters"):
        read_recording(path, rate_hz=100)


def test_a_table_of_as_many_columns_as_there_may_be_is_read(tmp_path):
    path = tmp_path / "a.csv"
    row = ",".join(str(i) for i in range(MOST_CHANNELS))
    path.write_text(",".join(f"c{i}" for i in range(MOST_CHANNELS)) + f"\n{row}\n{row}\n")
    np.testing.assert_array_equal(read_recording(path, rate_hz=1).data, [range(MOST_CHANNELS)] * 2)


def test_a_quote_that_is_left_open_does_not_swallow_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\n0,"0\n' + ZEROS_ROW * 1_000)
    with pytest.raises(RecordingError, match="line 2 has an open quote"):
        read_recording(path, rate_hz=100)
    path.write_bytes(b'a,"b\n' + ZEROS_ROW)
    with pytest.raises(RecordingError, match="line 1 has an open quote"):
        read_recording(path, rate_hz=100)


@pytest.mark.parametrize("block", [1, 7, 100, 1 << 20])
def test_a_table_in_pieces_is_the_table(tmp_path, monkeypatch, block):
    monkeypatch.setattr(text_module, "BLOCK", block)
    path = tmp_path / "a.csv"
    values = np.random.default_rng(0).normal(size=(50, 2)).round(3)
    marks = ["", "0", "0.0", "7", "7.0", "7", "blink", "blink", "", "7"] * 5
    rows = [f"{a},{mark},{b}" for (a, b), mark in zip(values.tolist(), marks, strict=True)]
    path.write_text("x,event,y\n" + "\n".join(rows) + "\n")
    found = read_recording(path, rate_hz=10)
    np.testing.assert_array_equal(found.data, values)
    once = [(0.3, "7"), (0.6, "blink"), (0.9, "7")]
    wanted = [(i + at, mark) for i in range(5) for at, mark in once]
    assert [(round(note.onset_s, 1), note.label) for note in found.annotations] == wanted


@pytest.mark.parametrize("block", [1, 2, 7, 1 << 18])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\r\r\n"])
def test_lines_of_every_system_are_counted(tmp_path, monkeypatch, end, block):
    monkeypatch.setattr(text_module, "BLOCK", block)
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(["a,b", "1,2", "3,4", "5,6"]).encode())
    np.testing.assert_array_equal(read_recording(path, rate_hz=1).data, [[1, 2], [3, 4], [5, 6]])


@pytest.mark.parametrize("rows", [4001, 10**12, 2**62])
def test_a_shape_that_its_files_do_not_fill_is_refused(session, rows):
    change_head(session / "data" / "zarr.json", "shape", value=[rows, 2])
    with pytest.raises(RecordingError, match="damaged"):
        read_recording(session)


@pytest.mark.parametrize("chunk", range(4))
def test_a_chunk_that_its_shard_lacks_is_missed(session, chunk):
    shard = session / "data" / "c" / "0" / "0"
    content = bytearray(shard.read_bytes())
    at = len(content) - 4 - 16 * (4 - chunk)
    content[at : at + 16] = b"\xff" * 16
    from google_crc32c import value as crc32c

    content[-4:] = struct.pack("<I", crc32c(bytes(content[-68:-4])))
    shard.write_bytes(content)
    with pytest.raises(RecordingError, match="shard 0 of data lacks a chunk"):
        read_recording(session)


def test_a_chunk_that_says_that_it_unpacks_into_more_is_refused(session):
    shard = session / "data" / "c" / "0" / "0"
    content = bytearray(shard.read_bytes())
    content[4:8] = struct.pack("<I", 2**31 - 1)
    shard.write_bytes(content)
    with pytest.raises(RecordingError, match=r"a chunk of 2,147,483,647 bytes"):
        read_recording(session)


@pytest.mark.parametrize("name", ["data", "data/zarr.json", "zarr.json"])
@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b'{"a":' * 100_000, b"null", b"7", b"\xff"])
def test_a_head_that_is_no_json_is_refused(session, name, content):
    place = session / name
    if place.is_dir():
        shutil.rmtree(place)
    place.write_bytes(content)
    with pytest.raises(RecordingError, match=r"damaged|not a session"):
        read_recording(session)


HEAD = ("attributes", "earloop_session")
OTHERS = {
    "unit": ["V", "µV", "uv", "", None, 7, ["uV"]],
    "sfreq": [0, -1, "100", None, True, [], float("inf"), float("nan")],
    "channels": [[], ["a"], ["a", "a"], ["a", ""], ["a", 3], "ab", None, ["a", "b\u0007"]],
    "annotations": [[[-1.0, 0.0, "x", None, ""]], [[0.0, 0.0]], [7], {}, [[0.0, "1", "x", None, ""]], None],
    "meta": [[1], "x", None, 3],
    "tracks": [["../../a"], ["gone"], "x", None, [[]]],
    "version": [3, "4", None, 4.5],
    "colour": ["red"],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in OTHERS.items() for value in values])
def test_a_head_that_says_what_no_signal_can_is_refused(session, key, value):
    change_head(session / "zarr.json", *HEAD, key, value=value)
    with pytest.raises(RecordingError) as error:
        open_session(session).read_tracks()
    assert str(error.value).startswith(f"{session}: ")
    assert "\n" not in str(error.value)


def test_potentials_under_the_name_of_codes_are_refused(tmp_path):
    path = tmp_path / "a.zarr"
    write_session(Recording(np.full((100, 1), 1.7), "uV", 100.0, ("a",)), path)
    change_head(path / "zarr.json", *HEAD, "unit", value="codes")
    with pytest.raises(RecordingError, match="codes must be integers, found float64"):
        read_recording(path)


def test_a_session_larger_than_it_may_be_is_refused_and_its_pieces_are_read(session):
    with pytest.raises(RecordingError, match=r"4,000 samples of 2 channels take 3.2e-05 GB of memory; .*--max-gb"):
        read_recording(session, max_gb=1e-5)
    assert open_session(session).read(10, 20, max_gb=1e-5).shape == (10, 2)
    with pytest.raises(RecordingError, match="read fewer channels"):
        open_session(session).read(max_gb=1e-5)


@pytest.mark.parametrize("max_gb", [0, -1, float("nan")])
def test_no_memory_at_all_is_refused(session, max_gb):
    with pytest.raises(RecordingError, match="must be more than 0"):
        read_recording(session, max_gb=max_gb)


@pytest.mark.parametrize("name", ["n" * 300 + ".csv", "zero\0byte.csv", "gone.csv"])
def test_a_name_that_no_file_has_is_refused(tmp_path, name):
    with pytest.raises(RecordingError):
        read_recording(tmp_path / name, rate_hz=1)
