"""The views of the signal at the electrodes, and their timing: the converter's codes, or one band of the tokens.

The reference is resampled to the device's clock; the device's data are never resampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.interpolate import make_interp_spline

from earloop.hil.analog.stimulus import AnalogStimulus
from earloop.sim.ads1299.sinc3 import sinc3_filter
from earloop.spec.design import Design
from earloop.spec.reference import float_taps

SPLINE = 5  # degree: error of 1e-5 at a tenth of the points' rate, where a cubic has 1e-3


@dataclass(frozen=True)
class ClockRelation:
    """The relation of times: device time = delay + (1 + clock) generator time.

    Device time counts the device's samples at their nominal rate, from its first sample.

    delay_s : device time of the start of the stimulus
    clock : relative clock error; positive if the device's clock is faster
    """

    delay_s: float
    clock: float

    def generator_s(self, device_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the generator times of device times, in s."""
        return (device_s - self.delay_s) / (1 + self.clock)

    def device_s(self, generator_s: float) -> float:
        """Return the device time of a generator time, in s."""
        return self.delay_s + (1 + self.clock) * generator_s


class View(Protocol):
    """A function from uV at the electrodes, at the converter's rate, to the received signal in uV, at `rate_hz`."""

    @property
    def rate_hz(self) -> float:
        """Rows per second."""
        ...

    def __call__(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """Convert [samples, signals] to [rows, signals]."""
        ...


@dataclass(frozen=True)
class CodesView:
    """The view of the converter's codes, with the converter's filter."""

    design: Design

    @property
    def rate_hz(self) -> float:
        """The converter's rate."""
        return float(self.design.converter.rate_hz)

    def __call__(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """Filter [samples, signals] by the converter's sinc3 filter."""
        return np.stack([np.asarray(sinc3_filter(column), np.float64) for column in uv.T], axis=1)


@dataclass(frozen=True)
class BandView:
    """The view of one band, by the converter's filter and the float path."""

    design: Design
    band: int

    @property
    def rate_hz(self) -> float:
        """The tokens' rate."""
        return self.design.token_rate_hz

    def __call__(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """Filter [samples, signals] to the band, [ticks, signals]."""
        bands: NDArray[np.float64] = float_bands(self.design, CodesView(self.design)(uv))[..., self.band]
        return bands


def float_bands(design: Design, uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute every band of converter samples in uV by the float path: float64 [ticks, signals, bands], uV."""
    return float_taps(design, uv).bands  # type: ignore[arg-type]  # which is linear, whatever its unit


class Playback:
    """A stimulus as a function of continuous time, from a generator that holds each point until the next.

    Parameters
    ----------
    stimulus : the loaded stimulus
    samples : number of samples of the device's converter
    converter_hz : its nominal rate
    """

    def __init__(self, stimulus: AnalogStimulus, samples: int, converter_hz: float) -> None:
        self.stimulus = stimulus
        self._device_s = np.arange(samples) / converter_hz
        self._last_s = (len(stimulus.uv) - 1) / stimulus.rate_hz
        self._wave = make_interp_spline(np.arange(len(stimulus.uv)) / stimulus.rate_hz, _held(stimulus.uv), k=SPLINE)

    def seen(self, timing: ClockRelation, view: View) -> NDArray[np.float64]:
        """Return the signal of each output as a device without errors receives it, uV, float64 [rows, outputs]."""
        return view(self._wave(np.clip(timing.generator_s(self._device_s), 0.0, self._last_s)))


def _held(uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply the droop of a zero-order hold, sinc(f / rate); its delay of half a point is part of the measured delay."""
    length = fft.next_fast_len(2 * len(uv), real=True)
    spectrum = fft.rfft(uv, length, axis=0) * np.sinc(fft.rfftfreq(length))[:, np.newaxis]
    held: NDArray[np.float64] = fft.irfft(spectrum, length, axis=0)[: len(uv)]
    return held
