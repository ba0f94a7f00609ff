"""Resampling against closed forms: a sine is the same sine, an offset stays an offset."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.recordings import Annotation, Recording, RecordingError, resample

RATES = st.sampled_from([125.0, 200.0, 250.0, 256.0, 360.0, 500.0, 1000.0, 2048.0])


def uv(columns: list[np.ndarray], sfreq: float) -> Recording:
    names = tuple(f"c{i}" for i in range(len(columns)))
    return Recording(np.column_stack(columns), "uV", sfreq, names, (Annotation(0.5, 0.1, "blink"),), {"seed": 1})


@settings(max_examples=40)
@given(before=RATES, after=RATES, where=st.floats(0.01, 0.8), phase=st.floats(0, 2 * math.pi))
def test_a_sine_within_both_pass_bands_stays_the_same_sine(before, after, where, phase):
    frequency = where * min(before, after) / 2

    def sine(rate: float) -> np.ndarray:
        return np.sin(2 * np.pi * frequency * np.arange(int(4 * rate)) / rate + phase)

    got = resample(uv([sine(before)], before), after).data[:, 0]
    wanted = sine(after)[: len(got)]
    middle = slice(len(wanted) // 4, 3 * len(wanted) // 4)
    np.testing.assert_allclose(got[middle], wanted[middle], atol=2e-3)


@settings(max_examples=40)
@given(before=RATES, after=RATES, offset_uv=st.floats(-375e3, 375e3), drift=st.floats(-100, 100))
def test_an_electrode_offset_and_its_drift_do_not_ring(before, after, offset_uv, drift):
    def line(rate: float, samples: int) -> np.ndarray:
        return offset_uv + drift * np.arange(samples) / rate

    got = resample(uv([line(before, int(before))], before), after).data[:, 0]
    inside = np.arange(len(got)) / after <= (before - 1) / before
    np.testing.assert_allclose(got[inside], line(after, len(got))[inside], atol=1e-6 * max(1, abs(offset_uv)))


@settings(max_examples=40)
@given(before=RATES, after=RATES, samples=st.integers(1, 3000))
def test_the_length_is_the_same_time(before, after, samples):
    recording = resample(uv([np.zeros(samples)], before), after)
    assert len(recording.data) == math.ceil(samples * after / before)
    assert recording.sfreq == after
    assert recording.annotations == (Annotation(0.5, 0.1, "blink"),)
    assert recording.meta == {"seed": 1}


@settings(max_examples=20)
@given(gain=st.floats(-100, 100), seed=st.integers(0, 2**32 - 1))
def test_it_is_linear_and_treats_channels_alike(gain, seed):
    a, b = np.random.default_rng(seed).normal(size=(2, 500))
    out = resample(uv([a, b, a + gain * b], 256.0), 1000.0).data
    np.testing.assert_allclose(out[:, 2], out[:, 0] + gain * out[:, 1], atol=1e-9 * (1 + abs(gain)))


def test_what_is_above_the_new_nyquist_is_gone():
    tone = np.sin(2 * np.pi * 140 * np.arange(8000) / 1000)
    out = resample(uv([tone], 1000.0), 256.0).data[256:-256, 0]
    assert 20 * math.log10(np.abs(out).max()) < -80


@pytest.mark.parametrize("sfreq", [250.03000360043205, 1000 / math.pi, 999.7])
def test_rates_that_are_no_simple_ratio_keep_every_sample_at_its_time(sfreq):
    """10 Hz for 40 s: a shift by a tenth of a sample at 1000 Hz would be an error of 0.006."""
    tone = np.sin(2 * np.pi * 10 * np.arange(round(40 * sfreq)) / sfreq)
    out = resample(uv([tone], sfreq), 1000.0).data[1000:-1000, 0]
    np.testing.assert_allclose(out, np.sin(2 * np.pi * 10 * np.arange(1000, 1000 + len(out)) / 1000), atol=1e-3)


def test_a_recording_too_long_for_a_near_ratio_is_refused_with_a_way_out():
    recording = uv([np.zeros(1)], 1000 / math.pi)
    long = replace(recording, data=np.broadcast_to(recording.data, (2_000_000, 1)))
    with pytest.raises(RecordingError, match="--seconds S"):
        resample(long, 1000.0)


def test_codes_are_refused():
    recording = Recording(np.zeros((10, 1), np.int32), "codes", 250.0, ("a",))
    with pytest.raises(RecordingError, match="only uV"):
        resample(recording, 1000)


@pytest.mark.parametrize(("rate_hz", "complaint"), [(0, "positive"), (-1, "positive"), (7e6, "not a ratio")])
def test_a_rate_that_cannot_be_reached_is_an_error(rate_hz, complaint):
    with pytest.raises(RecordingError, match=complaint):
        resample(uv([np.zeros(10)], 250.0), rate_hz)
