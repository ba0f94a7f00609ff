"""The clock of a device, from arrivals that are late by chance; the truth is what they were made with."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.firmware.converter import ChipBus
from earloop.firmware.loopback import Loopback
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.sample_clock import SampleClock, fit_clock
from earloop.sim.ads1299 import Ads1299, ChipErrors, FunctionInputs
from earloop.spec.errors import LinkError
from earloop.spec.messages import SampleSource

RATE_HZ = 1000.0
SAMPLES = np.arange(20, 60_001, 20)  # a minute of frames


def arrivals(drift_ppm, late_s):
    return 5.0 + SAMPLES / (RATE_HZ * (1 + drift_ppm * 1e-6)) + late_s


@pytest.mark.parametrize("drift_ppm", [-100.0, 0.0, 3.0, 500.0])
def test_a_clock_without_jitter_is_found_exactly(drift_ppm):
    fit = fit_clock(SAMPLES, arrivals(drift_ppm, 0.0), RATE_HZ)
    assert fit.drift_ppm == pytest.approx(drift_ppm, abs=1e-3)
    assert fit.rate_hz == pytest.approx(RATE_HZ * (1 + drift_ppm * 1e-6), rel=1e-9)
    assert fit.drift_se_ppm < 1e-3


def test_the_standard_error_is_that_of_the_drift():
    drifts, errors = [], []
    for seed in range(200):
        late_s = np.random.default_rng(seed).exponential(3e-3, len(SAMPLES))
        fit = fit_clock(SAMPLES, arrivals(40.0, late_s), RATE_HZ)
        drifts.append(fit.drift_ppm)
        errors.append(fit.drift_se_ppm)
    assert np.mean(drifts) == pytest.approx(40.0, abs=3 * np.std(drifts) / np.sqrt(200))
    assert np.mean(errors) == pytest.approx(np.std(drifts), rel=0.25)


def test_a_stall_at_the_end_which_turns_least_squares_does_not_turn_the_fit():
    late_s = np.random.default_rng(1).exponential(1e-3, len(SAMPLES))
    late_s[-len(SAMPLES) // 10 :] += 0.2
    fit = fit_clock(SAMPLES, arrivals(40.0, late_s), RATE_HZ)
    assert fit.drift_ppm == pytest.approx(40.0, abs=3 * fit.drift_se_ppm)
    straight = np.polyfit(SAMPLES / RATE_HZ, arrivals(40.0, late_s), 1)[0]
    assert abs(1e6 * (1 / straight - 1) - 40.0) > 500


def test_the_delay_is_by_how_much_later_than_the_most_punctual():
    late_s = np.random.default_rng(2).exponential(2e-3, len(SAMPLES))
    fit = fit_clock(SAMPLES, arrivals(-20.0, late_s), RATE_HZ)
    assert fit.delay_s.min() == 0
    np.testing.assert_allclose(fit.delay_s, late_s - late_s.min(), atol=2e-4)


@pytest.mark.parametrize("count", [0, 1, 12, 19])
def test_a_few_arrivals_say_nothing_of_a_clock(count):
    with pytest.raises(LinkError, match=rf"^{count} arrivals are too few to measure a clock: at least 20 are needed$"):
        fit_clock(np.arange(count), np.arange(float(count)), 1.0)


class ByItsSamples:
    """A host's clock by which the converter takes `rate_hz` samples a second."""

    def __init__(self, bus, rate_hz):
        self._bus, self._rate_hz = bus, rate_hz

    def now(self):
        return self._bus.read / self._rate_hz


class CountingBus(ChipBus):
    """A converter with its inputs shorted, which counts the samples that were read, and spoils one on its way."""

    def __init__(self, spoilt=None):
        inputs = FunctionInputs({pin: lambda t: 0.0 * t for pin in ("IN1P", "IN2P", "IN3P", "IN4P", "SRB1")})
        super().__init__(Ads1299(inputs, 4, rng=np.random.default_rng(3), part=ChipErrors.ideal()))
        self.read, self._spoilt = 0, spoilt

    def exchange(self, out):
        self.read += out[0] == 0
        answer = super().exchange(out)
        return bytes(len(answer)) if out[0] == 0 and self.read == self._spoilt else answer


@pytest.mark.parametrize("spoilt", [None, 1000], ids=["in one run", "after a restart of the converter"])
def test_the_clock_of_an_earbud_is_watched_while_it_acquires(fixed, spoilt):
    bus = CountingBus(spoilt)
    clock, watch = ByItsSamples(bus, RATE_HZ * (1 + 250e-6)), SampleClock()
    with EarbudLink(Loopback(fixed, bus=bus), fixed, clock=clock) as link:
        link.configure(fixed.design.design_hash, source=SampleSource.SPI)
        acquired = link.acquire(6500, watch=watch)
    assert len(acquired.segments) == (1 if spoilt is None else 2)
    fit = watch.fit(RATE_HZ)
    assert fit.drift_ppm == pytest.approx(250, abs=max(3 * fit.drift_se_ppm, 20))
    assert fit.delay_s.max() < 0.1
