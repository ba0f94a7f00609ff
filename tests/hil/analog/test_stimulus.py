"""What is played: bursts in their band, levels within the converter's range, and the reference between its points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from earloop.hil.analog.attenuator import Attenuator
from earloop.hil.analog.measure import measure, play_rate_hz
from earloop.hil.analog.simulated_bench import SimulatedBench
from earloop.hil.analog.stimulus import AnalogStimulus, PlayedSpan, chirp, make_stimulus, stimulus_s
from earloop.hil.analog.view import BandView, ClockRelation, CodesView, Playback
from earloop.hil.devices.loopback import LoopbackEarbud
from earloop.spec.decimator import sinc3_gain
from earloop.spec.errors import EarloopError, LinkError
from tests.hil.analog.bench import coloured_recording


@pytest.fixture(scope="module")
def recording(design):
    return coloured_recording(design, 2.0, seed=1)


def test_a_burst_keeps_to_its_band(design):
    frequency_hz, power = signal.periodogram(chirp(design, 4000.0), 4000.0)
    inside = (frequency_hz > 5) & (frequency_hz < 95)
    assert power[~inside].sum() < 1e-3 * power.sum()


def test_the_burst_down_mirrors_the_burst_up(recording, design):
    stimulus = make_stimulus(recording, design, 4, 4000.0)
    up, down = (
        stimulus.uv[round(span.start_s * 4000) : round(span.stop_s * 4000)] for span in (stimulus.up, stimulus.down)
    )
    np.testing.assert_array_equal(up, down[::-1])


def test_the_recording_is_played_without_its_offset_between_silences(recording, design):
    offset = replace(recording, data=recording.data + 50_000.0)
    stimulus = make_stimulus(offset, design, 4, 1000.0)
    plain = make_stimulus(recording, design, 4, 1000.0)
    np.testing.assert_allclose(stimulus.uv, plain.uv, atol=2 * design.converter.lsb_uv)
    assert stimulus.duration_s == pytest.approx(stimulus_s(recording))
    quiet = slice(round(stimulus.up.stop_s * 1000) + 1, round(stimulus.body.start_s * 1000))
    assert not stimulus.uv[quiet].any()


def test_more_than_the_converters_range_at_an_electrode_is_refused(recording, design):
    with pytest.raises(
        EarloopError, match=r"at the electrode: the converter's range is 375\.0 mV; use a smaller --scale"
    ):
        make_stimulus(recording, design, 4, 1000.0, scale=1e5)


@pytest.mark.parametrize(("outputs", "feeds"), [(1, (0, 0, 0, 0)), (2, (0, 1, 0, 1)), (8, (0, 1, 2, 3))])
def test_electrodes_share_what_outputs_there_are(recording, design, outputs, feeds):
    stimulus = make_stimulus(recording, design, outputs, 1000.0)
    assert stimulus.feeds == feeds
    assert stimulus.uv.shape[1] == min(outputs, 4)


def test_a_generator_with_little_memory_plays_fewer_points_a_second(fixed):
    facts = SimulatedBench(fixed, Attenuator(1000.0), np.random.default_rng(0)).facts
    assert play_rate_hz(facts, 60.0) == 4000.0
    assert play_rate_hz(replace(facts, max_points=16_384), 10.0) == 1000.0
    assert play_rate_hz(replace(facts, max_points=16_384), 60.0) == 1000.0  # which `load` then refuses


def sine(frequency_hz, rate_hz):
    """Ten seconds of a sine of 100 uV on one output."""
    wave = 100 * np.sin(2 * np.pi * frequency_hz * np.arange(round(10 * rate_hz)) / rate_hz)
    span = PlayedSpan(0.0, 10.0)
    return AnalogStimulus(
        uv=wave[:, np.newaxis], rate_hz=rate_hz, up=span, body=span, down=span, feeds=(0,), burst_hz=(8.0, 90.0)
    )


@pytest.mark.parametrize("frequency_hz", [3.0, 40.0, 90.0])
@pytest.mark.parametrize("rate_hz", [1000.0, 4000.0])
def test_the_reference_is_a_held_sine_at_the_devices_clock(design, frequency_hz, rate_hz):
    timing = ClockRelation(0.0123456, 0.0031)
    seen = Playback(sine(frequency_hz, rate_hz), 9000, 1000.0).seen(timing, CodesView(design))[2000:7000, 0]
    generator_s = (np.arange(2000, 7000) / 1000 - timing.delay_s) / (1 + timing.clock)
    droop = np.sinc(frequency_hz / rate_hz) * sinc3_gain(np.array(frequency_hz / (1 + timing.clock)), 1000.0)
    wanted = 100 * droop * np.sin(2 * np.pi * frequency_hz * generator_s)
    np.testing.assert_allclose(seen, wanted, atol=0.01)  # of 100 uV


def test_a_band_shows_what_its_response_leaves_of_a_sine(design):
    band = design.band_names.index("eeg_alpha")
    seen = Playback(sine(10.2, 4000.0), 9000, 1000.0).seen(ClockRelation(0.0, 0.0), BandView(design, band))[800:, 0]
    assert np.sqrt(2) * seen.std() == pytest.approx(100, rel=0.01)  # 10.2 Hz is the middle of 8 to 13


def test_an_earbud_without_a_converter_cannot_be_measured(fixed, recording):
    attenuator = Attenuator(1000.0)
    bench = SimulatedBench(fixed, attenuator, np.random.default_rng(0))
    stimulus = make_stimulus(recording, fixed.design, 4, 1000.0)
    with (
        LoopbackEarbud(fixed) as earbud,
        pytest.raises(LinkError, match="CONVERTER_ID: no converter answers"),
    ):
        measure(earbud, bench, attenuator, stimulus, fixed)
