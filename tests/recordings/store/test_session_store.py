"""Sessions on disk: whole or not at all, the same bytes back, and damage named."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.recordings import Annotation, Recording, RecordingError, Track, open_session, read_recording, write_session
from earloop.recordings.store import session_store

META = {"subject": {"age": 30}, "seed": 1, "tasks": ["rest", None]}
NOTES = (Annotation(0.1, 0.2, "blink"), Annotation(0.5, 0.0, "r_peak"))


def codes(samples: int = 2500, channels: int = 3, sfreq: float = 100.0, seed: int = 0) -> Recording:
    data = np.random.default_rng(seed).integers(-(2**23), 2**23, (samples, channels)).astype(np.int32)
    return Recording(data, "codes", sfreq, tuple(f"c{i}" for i in range(channels)), NOTES, META)


@settings(max_examples=20)
@given(
    samples=st.integers(1, 300),
    channels=st.integers(1, 8),
    sfreq=st.sampled_from([0.1, 0.5, 10.0, 256.0, 1000.0]),
    dtype=st.sampled_from(["int32", "float32", "float64"]),
)
def test_what_is_written_is_read_back_bit_for_bit(tmp_path_factory, samples, channels, sfreq, dtype):
    path = tmp_path_factory.mktemp("session") / "a.zarr"
    recording = codes(samples, channels, sfreq)
    if dtype != "int32":
        recording = Recording(recording.data.astype(dtype), "uV", sfreq, recording.channels, NOTES, META)
    write_session(recording, path)
    back = read_recording(path)
    assert back.data.dtype == recording.data.dtype
    assert back.data.tobytes() == recording.data.tobytes()
    for name in ("unit", "sfreq", "channels"):
        assert getattr(back, name) == getattr(recording, name)
    stored = open_session(path)
    assert (stored.annotations, stored.meta) == (NOTES, META)
    if recording.duration_s > NOTES[-1].onset_s:  # what lies beyond the end is no event of the recording
        assert (back.annotations, back.meta) == (NOTES, META)


def test_the_directory_is_a_plain_zarr_v3_group(tmp_path):
    write_session(codes(), tmp_path / "a.zarr")
    array = zarr.open_group(tmp_path / "a.zarr", mode="r", zarr_format=3)["data"]
    assert (array.chunks, array.shards) == ((1000, 3), (3000, 3))
    assert "zstd" in json.dumps(array.metadata.to_dict(), default=str)


def test_the_same_recording_gives_the_same_bytes(tmp_path):
    for name in ("a.zarr", "b.zarr"):
        write_session(codes(), tmp_path / name)
    files = [sorted(p for p in (tmp_path / name).rglob("*") if p.is_file()) for name in ("a.zarr", "b.zarr")]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]


def test_channels_select_and_order(tmp_path):
    recording = codes()
    write_session(recording, tmp_path / "a.zarr")
    back = read_recording(tmp_path / "a.zarr", channels=["c2", "c0"])
    np.testing.assert_array_equal(back.data, recording.data[:, [2, 0]])


def test_a_session_is_replaced_whole(tmp_path):
    write_session(codes(seed=0), tmp_path / "a.zarr")
    write_session(codes(seed=1, samples=10), tmp_path / "a.zarr")
    np.testing.assert_array_equal(read_recording(tmp_path / "a.zarr").data, codes(seed=1, samples=10).data)
    assert [p.name for p in tmp_path.iterdir()] == ["a.zarr"]


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_what_is_not_a_session_is_not_overwritten(tmp_path, make):
    make(tmp_path / "a.zarr")
    with pytest.raises(RecordingError, match="is not a session"):
        write_session(codes(), tmp_path / "a.zarr")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zarr"]


def test_a_long_session_is_cut_into_shards_of_ten_minutes(tmp_path):
    write_session(codes(samples=2 * 6000 + 1, sfreq=10.0), tmp_path / "a.zarr")
    assert len([path for path in (tmp_path / "a.zarr" / "data" / "c").rglob("*") if path.is_file()]) == 3


def test_a_piece_is_read_without_the_rest(tmp_path):
    recording = codes()
    write_session(recording, tmp_path / "a.zarr")
    shard = tmp_path / "a.zarr" / "data" / "c" / "0" / "0"
    content = bytearray(shard.read_bytes())
    content[10] ^= 1  # in the first chunk of three
    shard.write_bytes(content)
    stored = open_session(tmp_path / "a.zarr")
    np.testing.assert_array_equal(stored.read(1990, 2100), recording.data[1990:2100])
    with pytest.raises(RecordingError, match=r"a\.zarr: damaged"):
        stored.read(999, 1001)


def test_a_track_that_is_not_there_lists_those_that_are(tmp_path):
    write_session(codes(), tmp_path / "a.zarr", tracks())
    stored = open_session(tmp_path / "a.zarr")
    assert stored.tracks == ("breath", "impedance", "stage")
    with pytest.raises(RecordingError, match="no track smell; available: breath, impedance, stage"):
        stored.read_track("smell")


def test_sha256sum_agrees_with_the_checksums(tmp_path):
    write_session(codes(), tmp_path / "a.zarr")
    command = ["sha256sum", "-c", "--status", "data/SHA256SUMS"]
    assert subprocess.run(command, cwd=tmp_path / "a.zarr", check=False).returncode == 0
    flip_a_bit(tmp_path / "a.zarr")
    assert subprocess.run(command, cwd=tmp_path / "a.zarr", check=False).returncode == 1


def test_a_full_disk_leaves_the_old_session_and_nothing_else(tmp_path, monkeypatch):
    write_session(codes(seed=0), tmp_path / "a.zarr")
    write = session_store._write

    def full_disk(*arguments):
        write(*arguments)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(session_store, "_write", full_disk)
    with pytest.raises(RecordingError, match=r"a\.zarr: cannot be written \(No space left on device\)"):
        write_session(codes(seed=1), tmp_path / "a.zarr")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zarr"]
    np.testing.assert_array_equal(read_recording(tmp_path / "a.zarr").data, codes(seed=0).data)


def test_a_rename_that_fails_brings_the_old_session_back(tmp_path, monkeypatch):
    write_session(codes(seed=0), tmp_path / "a.zarr")
    rename, calls = Path.rename, []

    def second_fails(self, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr("earloop.system.whole._exchange", lambda one, other: False)  # as on a system that cannot
    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(RecordingError, match="Input/output error"):
        write_session(codes(seed=1), tmp_path / "a.zarr")
    np.testing.assert_array_equal(read_recording(tmp_path / "a.zarr").data, codes(seed=0).data)


def test_meta_that_json_cannot_hold_is_an_error(tmp_path):
    recording = Recording(np.zeros((1, 1)), "uV", 1.0, ("a",), (), {"x": np.zeros(3)})
    with pytest.raises(RecordingError, match="what JSON cannot"):
        write_session(recording, tmp_path / "a.zarr")


def test_a_path_of_another_suffix_is_an_error(tmp_path):
    with pytest.raises(RecordingError, match=r"named \*\.zarr; try a\.zarr"):
        write_session(codes(), tmp_path / "a.h5")


def delete_a_shard(session: Path) -> None:
    (session / "data" / "c" / "0" / "0").unlink()


def cut_a_shard(session: Path) -> None:
    shard = session / "data" / "c" / "0" / "0"
    shard.write_bytes(shard.read_bytes()[:-50])


def flip_a_bit(session: Path) -> None:
    shard = session / "data" / "c" / "0" / "0"
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)


def delete_the_array(session: Path) -> None:
    (session / "data" / "zarr.json").unlink()


def drop_the_unit(session: Path) -> None:
    head = json.loads((session / "zarr.json").read_text())
    del head["attributes"]["earloop_session"]["unit"]
    (session / "zarr.json").write_text(json.dumps(head))


def cut_the_head(session: Path) -> None:
    head = session / "zarr.json"
    head.write_text(head.read_text()[:100])


def rename_a_channel(session: Path) -> None:
    names = session / "channel" / "c" / "0"
    names.write_bytes(names.read_bytes().replace(b"c1", b"c9"))


def delete_the_names(session: Path) -> None:
    shutil.rmtree(session / "channel")


def shorten_the_times(session: Path) -> None:
    shutil.rmtree(session / "seconds")
    write_session(codes(samples=2499), session.with_name("b.zarr"))
    shutil.move(session.with_name("b.zarr") / "seconds", session)


def double_the_size_of_a_code(session: Path) -> None:
    head = json.loads((session / "data" / "zarr.json").read_text())
    head["attributes"] |= {"units": "uV", "scale_factor": 2.0}
    (session / "data" / "zarr.json").write_text(json.dumps(head))


@pytest.mark.parametrize(
    "damage",
    [
        delete_a_shard,
        cut_a_shard,
        flip_a_bit,
        delete_the_array,
        drop_the_unit,
        cut_the_head,
        rename_a_channel,
        delete_the_names,
        shorten_the_times,
        double_the_size_of_a_code,
    ],
)
def test_damage_is_named(tmp_path, damage):
    write_session(codes(), tmp_path / "a.zarr")
    damage(tmp_path / "a.zarr")
    with pytest.raises(RecordingError, match=r"a\.zarr: (damaged|not a session|channel|seconds|data say)") as error:
        read_recording(tmp_path / "a.zarr")
    assert "\n" not in str(error.value)


def test_a_session_of_a_later_version_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(session_store, "VERSION", 99)
    write_session(codes(), tmp_path / "a.zarr")
    monkeypatch.undo()
    with pytest.raises(RecordingError, match=r"session version 99; this program reads \d+: make it again"):
        read_recording(tmp_path / "a.zarr")


@pytest.mark.parametrize("version", [3, 4, 6])
def test_a_session_of_another_version_says_what_to_do(tmp_path, monkeypatch, version):
    monkeypatch.setattr(session_store, "VERSION", version)
    write_session(codes(), tmp_path / "a.zarr")
    monkeypatch.undo()
    with pytest.raises(RecordingError, match="this program reads 5: make it again, or read it by the release that"):
        read_recording(tmp_path / "a.zarr")


def test_silence_survives_and_is_not_taken_for_damage(tmp_path):
    write_session(Recording(np.zeros((2500, 2), np.int32), "codes", 100.0, ("a", "b")), tmp_path / "a.zarr")
    assert not read_recording(tmp_path / "a.zarr").data.any()


def tracks() -> dict[str, Track]:
    rng = np.random.default_rng(1)
    return {
        "impedance": Track(rng.normal(20, 5, (601, 3)).astype(np.float32), 10.0, ("a", "b", "ref"), "kOhm"),
        "stage": Track(rng.integers(0, 5, 2500).astype(np.int8), 100.0),
        "breath": Track(np.array([0.0, np.nan, -0.0, np.inf]), 0.25),
    }


def test_tracks_come_back_bit_for_bit(tmp_path):
    write_session(codes(), tmp_path / "a.zarr", tracks())
    found = open_session(tmp_path / "a.zarr").read_tracks()
    assert set(found) == set(tracks())
    for name, track in tracks().items():
        assert found[name].data.dtype == track.data.dtype
        assert found[name].data.tobytes() == track.data.tobytes()
        assert (found[name].sfreq, found[name].columns, found[name].unit) == (track.sfreq, track.columns, track.unit)
    np.testing.assert_array_equal(read_recording(tmp_path / "a.zarr").data, codes().data)


def test_a_session_without_tracks_has_none_and_replaces_one_that_had(tmp_path):
    write_session(codes(), tmp_path / "a.zarr", tracks())
    write_session(codes(), tmp_path / "a.zarr")
    assert open_session(tmp_path / "a.zarr").read_tracks() == {}


@pytest.mark.parametrize("lost", ["tracks", "tracks/impedance", "tracks/impedance/c/0/0"])
def test_a_lost_track_is_reported(tmp_path, lost):
    write_session(codes(), tmp_path / "a.zarr", tracks())
    path = tmp_path / "a.zarr" / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(RecordingError, match=r"a\.zarr: damaged"):
        open_session(tmp_path / "a.zarr").read_tracks()
    assert read_recording(tmp_path / "a.zarr").data.any(), "the recording is whole"


def test_a_damaged_track_is_reported(tmp_path):
    write_session(codes(), tmp_path / "a.zarr", tracks())
    chunk = tmp_path / "a.zarr" / "tracks" / "impedance" / "c" / "0" / "0"
    damaged = bytearray(chunk.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    chunk.write_bytes(damaged)
    with pytest.raises(RecordingError, match=r"a\.zarr: damaged"):
        open_session(tmp_path / "a.zarr").read_tracks()


def test_the_heads_that_are_checked_are_those_that_are_read_by(tmp_path):
    write_session(codes(), tmp_path / "a.zarr")
    head = json.loads((tmp_path / "a.zarr" / "zarr.json").read_text())
    head["consolidated_metadata"]["metadata"]["data"]["shape"] = [5000, 3]  # zarr would fill it with zeros
    (tmp_path / "a.zarr" / "zarr.json").write_text(json.dumps(head))
    np.testing.assert_array_equal(read_recording(tmp_path / "a.zarr").data, codes().data)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "1", "a_row", "a_column"])
def test_a_track_of_a_name_that_is_no_name(tmp_path, name):
    with pytest.raises(RecordingError, match="lower-case"):
        write_session(codes(), tmp_path / "a.zarr", {name: Track(np.zeros(3), 1.0)})
    assert not (tmp_path / "a.zarr").exists()


@pytest.mark.parametrize(
    ("data", "sfreq", "columns", "complaint"),
    [
        (np.zeros((5, 2)), 1.0, ("a",), "does not fit 1 column names"),
        (np.zeros((5, 2)), 1.0, (), "does not fit 0 column names"),
        (np.zeros(5), 1.0, ("a",), "does not fit"),
        (np.zeros(0), 1.0, (), "without rows"),
        (np.zeros(5), 0.0, (), "must be positive"),
        (np.array(["x"]), 1.0, (), "wanted numbers"),
    ],
)
def test_a_track_that_cannot_be(data, sfreq, columns, complaint):
    with pytest.raises(RecordingError, match=complaint):
        Track(data, sfreq, columns)
