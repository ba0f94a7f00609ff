"""What of the electrodes one gets to see, and when: the converter's codes, or one band of the tokens.

The reference is brought to the device's own clock, never the device's data to the generator's.
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

SPLINE = 5  # degree: within 1e-5 at a tenth of the points' rate, where a cubic is off by 1e-3


@dataclass(frozen=True)
class Timing:
    """When the device sees what the generator plays: device time = delay + (1 + clock) generator time.

    Device time counts the device's samples at their nominal rate, from the first that it gave.

    delay_s : device time of the stimulus' beginning
    clock : relative; positive where the device's clock is the faster one
    """

    delay_s: float
    clock: float

    def generator_s(self, device_s: NDArray[np.float64]) -> NDArray[np.float64]:
        return (device_s - self.delay_s) / (1 + self.clock)

    def device_s(self, generator_s: float) -> float:
        return self.delay_s + (1 + self.clock) * generator_s


class View(Protocol):
    """From uV at the electrodes, at the converter's rate, to what is seen of them, uV, at a rate of its own."""

    @property
    def rate_hz(self) -> float: ...

    def __call__(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """[samples, signals] to [rows, signals]."""
        ...


@dataclass(frozen=True)
class CodesView:
    """The converter's codes: all that its own filter leaves."""

    design: Design

    @property
    def rate_hz(self) -> float:
        return float(self.design.converter.rate_hz)

    def __call__(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([np.asarray(sinc3_filter(column), np.float64) for column in uv.T], axis=1)


@dataclass(frozen=True)
class BandView:
    """One band by the float path, behind the converter."""

    design: Design
    band: int

    @property
    def rate_hz(self) -> float:
        return self.design.token_rate_hz

    def __call__(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        bands: NDArray[np.float64] = float_bands(self.design, CodesView(self.design)(uv))[..., self.band]
        return bands


def float_bands(design: Design, uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every band of uV as the converter gives them: float64 [ticks, signals, bands], uV, by the float path."""
    return float_taps(design, uv).bands  # type: ignore[arg-type]  # which is linear, whatever its unit


class Playback:
    """A stimulus as a function of continuous time, as a generator plays it that holds each point until the next.

    Parameters
    ----------
    stimulus : what was loaded
    samples : that the device gave, by its converter
    converter_hz : its nominal rate
    """

    def __init__(self, stimulus: AnalogStimulus, samples: int, converter_hz: float) -> None:
        self.stimulus = stimulus
        self._device_s = np.arange(samples) / converter_hz
        self._last_s = (len(stimulus.uv) - 1) / stimulus.rate_hz
        self._wave = make_interp_spline(np.arange(len(stimulus.uv)) / stimulus.rate_hz, _held(stimulus.uv), k=SPLINE)

    def seen(self, timing: Timing, view: View) -> NDArray[np.float64]:
        """What a device without errors shows of each output, uV, float64 [rows, outputs]."""
        return view(self._wave(np.clip(timing.generator_s(self._device_s), 0.0, self._last_s)))


def _held(uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """With the droop of a zero-order hold, sinc(f / rate); its delay of half a point is left to the delay found."""
    length = fft.next_fast_len(2 * len(uv), real=True)
    spectrum = fft.rfft(uv, length, axis=0) * np.sinc(fft.rfftfreq(length))[:, np.newaxis]
    held: NDArray[np.float64] = fft.irfft(spectrum, length, axis=0)[: len(uv)]
    return held
