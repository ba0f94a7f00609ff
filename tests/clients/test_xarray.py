"""xarray reads sessions and corpora by itself: in uV, by names of channels, and without a warning."""

from __future__ import annotations

import json
import shutil
import warnings

import numpy as np
import pytest

from earloop.recordings import Annotation, Recording, Track, open_corpus, write_session
from tests.corpora import noise, tiny_plan, write_one, write_tiny

xarray = pytest.importorskip("xarray")
pytestmark = pytest.mark.client

CHANNELS = ("T7", "T9", "Ohr ü")
LSB_UV = 0.0447034835815429
NOTES = (Annotation(0.1, 0.2, "blink"),)


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def codes(samples=2500):
    data = np.random.default_rng(0).integers(-(2**23), 2**23, (samples, 3)).astype(np.int32)
    data[:2, 0] = -(2**23), 2**23 - 1
    return data


@pytest.fixture
def session(tmp_path):
    """Codes of a known size, with two tracks of other rates."""
    tracks = {
        "impedance": Track(np.arange(12.0).reshape(6, 2), 0.25, ("T7", "ref"), "kOhm"),
        "stage": Track(np.arange(25, dtype=np.int8), 1.0),
    }
    recording = Recording(codes(), "codes", 100.0, CHANNELS, NOTES, {"lsb_uv": LSB_UV})
    write_session(recording, tmp_path / "a.zarr", tracks)
    return tmp_path / "a.zarr"


def test_codes_of_a_known_size_are_opened_as_microvolts_by_channel(session):
    found = xarray.open_zarr(session)
    assert found.data.dims == ("time", "channel")
    assert found.data.attrs == {"units": "uV", "sampling_rate_hz": 100.0}
    for column, name in enumerate(CHANNELS):
        np.testing.assert_array_equal(found.data.sel(channel=name), codes()[:, column] * LSB_UV)
    assert found.data.dtype == np.float64, "24 bits do not fit into float32 with a scale"


def test_times_are_found_by_seconds(session):
    found = xarray.open_zarr(session)
    np.testing.assert_allclose(found.seconds, np.arange(2500) / 100.0, rtol=1e-15)
    piece = found.set_xindex("seconds").data.sel(channel="T7", seconds=slice(1.0, 1.995))
    np.testing.assert_array_equal(piece, codes()[100:200, 0] * LSB_UV)


def test_opening_reads_no_times(session):
    assert not xarray.open_zarr(session).seconds.variable._in_memory


def test_the_stored_codes_are_there_undecoded(session):
    raw = xarray.open_zarr(session, mask_and_scale=False)
    np.testing.assert_array_equal(raw.data, codes())
    assert raw.data.attrs["scale_factor"] == LSB_UV


def test_tracks_are_opened_by_their_columns(session):
    tracks = xarray.open_datatree(session)["tracks"]
    assert tracks["impedance"].sel(impedance_column="ref").values.tolist() == [1, 3, 5, 7, 9, 11]
    assert (tracks["impedance"].attrs["units"], tracks["impedance"].attrs["sampling_rate_hz"]) == ("kOhm", 0.25)
    assert tracks["stage"].values.tolist() == list(range(25))


@pytest.mark.parametrize("dtype", ["float64", "float32", "int16"])
def test_potentials_are_opened_as_they_are(tmp_path, dtype):
    data = (codes() // 999).astype(dtype)
    write_session(Recording(data, "uV", 256.0, CHANNELS), tmp_path / "a.zarr")
    found = xarray.open_zarr(tmp_path / "a.zarr").data
    assert (found.attrs["units"], found.dtype) == ("uV", np.dtype(dtype))
    np.testing.assert_array_equal(found, data)


@pytest.mark.parametrize("meta", [{}, {"lsb_uv": 0}, {"lsb_uv": "0.04"}, {"lsb_uv": None}, {"lsb_uv": True}])
def test_codes_of_an_unknown_size_are_not_called_microvolts(tmp_path, meta):
    write_session(Recording(codes(), "codes", 100.0, CHANNELS, (), meta), tmp_path / "a.zarr")
    found = xarray.open_zarr(tmp_path / "a.zarr").data
    assert (found.attrs["units"], found.dtype) == ("codes", np.int32)
    np.testing.assert_array_equal(found, codes())


def test_a_night_of_times_costs_little(tmp_path):
    silence = np.zeros((3_600_000, 1), np.int32)  # an hour
    write_session(Recording(silence, "codes", 1000.0, ("T7",)), tmp_path / "a.zarr")
    taken = sum(path.stat().st_size for path in (tmp_path / "a.zarr" / "seconds").rglob("*") if path.is_file())
    assert taken < 300_000, "an hour of four channels takes 17 MB"


@pytest.fixture
def corpus(design, tmp_path):
    return write_tiny(tmp_path / "c.zarr", tiny_plan(design))


def test_a_corpus_is_opened_whole(corpus, design):
    found = xarray.open_datatree(corpus.path)
    assert set(found["sessions"].children) == {f"{planned.name}.zarr" for planned in corpus.plan.sessions}
    for planned in corpus.plan.sessions:
        data = found[f"sessions/{planned.name}.zarr/data"].sel(channel="T8")
        column = design.channels.index("T8")
        np.testing.assert_array_equal(data, noise(corpus.plan, planned.index)[:, column] * design.converter.lsb_uv)


def test_a_corpus_that_is_being_written_does_not_list_the_sessions_of_before(corpus):
    head, gone = corpus.path / "zarr.json", corpus.plan.sessions[3]
    whole = head.read_bytes()
    shutil.rmtree(corpus.path_of(gone))
    with corpus.being_written():
        assert "consolidated_metadata" not in json.loads(head.read_bytes())
        assert open_corpus(corpus.path).plan == corpus.plan
        found = xarray.open_datatree(corpus.path, engine="zarr", consolidated=False)
        assert len(found["sessions"].children) == 3
        write_one(corpus, gone.index)
    assert head.read_bytes() == whole
