"""What a band usually is, not what it is at its loudest."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.tokens.band_scale import band_scale
from earloop.model.tokens.token_stream import TokenFormat, TokenStream


def stream_of(samples, design, name="a"):
    fmt = TokenFormat.of(design)
    return TokenStream(format=fmt, samples=samples, notched_uv=np.zeros(samples.shape[:2], np.float32), name=name)


def gauss(ticks, design, sd, seed=0):
    rng = np.random.default_rng(seed)
    return np.rint(rng.normal(0, sd, (ticks, 4, 12))).astype(np.int16)


def test_of_gaussian_bands_it_is_the_standard_deviation(design):
    sd = np.linspace(20, 900, 12)
    found = band_scale([stream_of(gauss(40_000, design, sd), design)])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, sd, rtol=0.02)


def test_a_fifth_of_loud_windows_hardly_matters(design):
    samples = gauss(40_000, design, 50.0)
    quiet = band_scale([stream_of(samples, design)])
    loud = samples.copy()
    loud[8_000:16_000] = np.clip(40 * loud[8_000:16_000].astype(int), -32768, 32767)
    np.testing.assert_allclose(band_scale([stream_of(loud, design)]), quiet, rtol=0.03)
    assert loud.astype(float).std() > 10 * 50


def test_an_electrode_that_is_off_hardly_matters(design):
    samples = gauss(40_000, design, 50.0)
    samples[:, 2] = np.clip(100 * samples[:, 2].astype(int), -32768, 32767)
    np.testing.assert_allclose(band_scale([stream_of(samples, design)]), 50.0, rtol=0.1)


def test_a_silent_band_is_one_step(design):
    np.testing.assert_array_equal(band_scale([stream_of(np.zeros((800, 4, 12), np.int16), design)]), np.ones(12))


def test_of_many_windows_some_are_enough(design, monkeypatch):
    streams = [stream_of(gauss(4_000, design, 30.0 + i, i), design, str(i)) for i in range(10)]
    every = band_scale(streams)
    monkeypatch.setattr("earloop.model.tokens.band_scale.MOST_WINDOWS", 10)
    np.testing.assert_allclose(band_scale(streams), every, rtol=0.1)


def test_a_stream_shorter_than_a_window_counts(design):
    np.testing.assert_allclose(band_scale([stream_of(gauss(450, design, 200.0), design)]), 200.0, rtol=0.1)


def test_nothing_to_measure_is_said(design):
    with pytest.raises(ModelError, match="none of 1 streams is as long as a patch"):
        band_scale([stream_of(gauss(49, design, 1.0), design)])
