"""A recording's tokens as a stream: the earbud's own integers, on a clock that labels can be laid on."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import chirp

from earloop.model.config import ModelError
from earloop.model.tokens.clock import decimator_delay_s, tick_at, time_of
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import Recording, RecordingError, resample
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.spec.fixed import compile_design
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.reference import float_taps
from earloop.spec.variants import vary_reference

EAR = vary_reference(electrodes={"left": ["TP9"], "right": ["TP10"], "reference": ["Fpz"]})


def pink(seconds, sfreq=256.0, channels=("TP9", "TP10"), rms_uv=50.0):
    rng = np.random.default_rng(3)
    uv = np.cumsum(rng.standard_normal((round(seconds * sfreq), len(channels))), axis=0)
    uv = uv - uv.mean(axis=0) + 20 * rng.standard_normal(uv.shape)
    return Recording(rms_uv * uv / uv.std(), "uV", sfreq, channels)


def test_golden_tokens_laid_end_to_end_are_those_of_one_push():
    recording = pink(70.3)
    stream = tokenize(recording, EAR, name="a", subject="1", session="2", run="3")
    taps = GoldenTokenizer(compile_design(EAR)).push(to_stimulus(recording, EAR).codes)
    assert len(stream) == 50 * len(taps.tokens) == 14050  # of 14060 ticks
    for i in (0, 7, 280):
        np.testing.assert_array_equal(stream.samples[50 * i : 50 * i + 50].transpose(1, 2, 0), taps.tokens[i])
    np.testing.assert_array_equal(
        stream.notched_uv, (taps.notched[:14050] * EAR.converter.lsb_uv / 256).astype(np.float32)
    )
    assert stream.samples.dtype == np.int16
    assert (stream.name, stream.subject, stream.session, stream.run) == ("a", "1", "2", "3")


def test_blocks_leave_no_seam(monkeypatch):
    recording = pink(12)
    whole = tokenize(recording, EAR, name="a")
    monkeypatch.setattr("earloop.model.tokens.tokenize.BLOCK_PATCHES", 3)
    split = tokenize(recording, EAR, name="a")
    np.testing.assert_array_equal(split.samples, whole.samples)
    np.testing.assert_array_equal(split.notched_uv, whole.notched_uv)


def test_float_and_golden_differ_by_the_rounding_of_a_token_and_no_more():
    recording = pink(60, rms_uv=200.0)
    golden, unquantised = (tokenize(recording, EAR, name="a", source=s) for s in ("golden", "float"))
    assert unquantised.samples.dtype == np.float32
    error = golden.samples - unquantised.samples
    # Half a step by rounding, and the filters' own error, which the design holds min_sqnr_db below the signal.
    filters = np.abs(unquantised.samples).max(axis=(0, 1)) * 10 ** (-EAR.fixed_point.min_sqnr_db / 20)
    assert (np.abs(error).max(axis=(0, 1)) < 0.5 + 4 * filters).all()
    np.testing.assert_allclose(golden.notched_uv, unquantised.notched_uv, atol=0.02)


def test_a_float_stream_is_neither_rounded_nor_clipped():
    loud = Recording(pink(20).data * 400, "uV", 256.0, ("TP9", "TP10"))
    golden, unquantised = (tokenize(loud, EAR, name="a", source=s) for s in ("golden", "float"))
    assert np.abs(golden.samples.astype(int)).max() <= 2**15
    assert np.abs(unquantised.samples).max() > 2**15
    codes = to_stimulus(loud, EAR).codes
    alpha = EAR.band_names.index("eeg_alpha")
    in_uv = float_taps(EAR, codes).bands[: len(unquantised), :, alpha] * EAR.converter.lsb_uv
    step_uv = compile_design(EAR).token_lsb_uv[alpha]
    np.testing.assert_allclose(unquantised.samples[:, :, alpha] * step_uv, in_uv, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("factor", [1, 5])
def test_an_event_stands_at_its_tick(factor):
    design = vary_reference(
        electrodes={"left": ["TP9"], "right": [], "reference": ["Fpz"]},
        converter={"rate_hz": 250 if factor == 1 else 1000},
        decimator={"factor": factor},
    )
    sfreq = float(design.converter.rate_hz)
    t = np.arange(round(8 * sfreq)) / sfreq
    bump = 500 * np.exp(-0.5 * ((t - 3.21) / 0.02) ** 2)
    stream = tokenize(Recording(bump[:, None], "uV", sfreq, ("TP9",)), design, name="a", source="float")
    peak = int(np.argmax(stream.notched_uv[:, 0]))
    assert abs(peak - int(tick_at(design, 3.21))) <= 1
    assert float(time_of(design, peak)) == pytest.approx(3.21, abs=1.5 / design.token_rate_hz)


def test_ticks_and_seconds_are_each_others_inverse(design):
    ticks = np.arange(0, 5000, 7)
    np.testing.assert_array_equal(tick_at(design, time_of(design, ticks)), ticks)
    assert decimator_delay_s(design) == 0.125


def test_a_window_may_begin_at_any_tick():
    stream = tokenize(pink(10), EAR, name="a")
    window = stream.window(33, 4)
    assert window.shape == (12, 2, 4, 50)
    np.testing.assert_array_equal(window[5, 1].ravel(), stream.samples[33:233, 1, 5])


def test_codes_go_in_as_they_are():
    uv = resample(pink(10), 1000.0)
    codes = to_stimulus(uv, EAR).codes
    stream = tokenize(Recording(codes, "codes", 1000.0, ("TP9", "TP10")), EAR, name="a")
    np.testing.assert_array_equal(stream.samples, tokenize(uv, EAR, name="a").samples)


def test_a_band_holds_what_a_sweep_passes_through_it():
    t = np.arange(40 * 1000) / 1000
    sweep = 300 * chirp(t, 1.0, 40.0, 80.0)[:, None] * np.ones((1, 2))  # 2 Hz a second from 1 Hz
    stream = tokenize(Recording(sweep, "uV", 1000.0, ("TP9", "TP10")), EAR, name="a")
    alpha = np.abs(stream.samples[:, 0, EAR.band_names.index("eeg_alpha")].astype(float))
    loudest_s = float(time_of(EAR, int(np.argmax(alpha))))
    assert 8.0 - 1 < 1 + 79 / 40 * loudest_s < 13.0 + 1


@pytest.mark.parametrize(
    ("recording", "error", "message"),
    [
        (pink(0.2), ModelError, r"a: 0\.199219 s are shorter than a patch; wanted 0\.25 s"),
        (pink(3, channels=("C3", "Cz", "C4")), RecordingError, "3 channels"),
    ],
)
def test_what_cannot_be_tokenised_is_one_line(recording, error, message):
    with pytest.raises(error, match=message) as caught:
        tokenize(recording, EAR, name="a")
    assert "\n" not in str(caught.value)
