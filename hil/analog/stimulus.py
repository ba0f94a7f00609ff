"""The stimulus: a recording between two bursts, which measure gain, offset, delay and clock.

    | silence | chirp up | silence | recording, faded in and out | silence | chirp down | silence |

The reason for chirps: the clock error of an ADS1299 may be 0.5 % (SBAS499C, section 7.5). A pseudo-random burst of two
seconds would then be shifted by a whole bit, and could not be found. A chirp only appears earlier or later, in
proportion to the clock error. The error has opposite signs for the chirp up and the chirp down, so the pair separates
clock and delay. A chirp has the crest factor of a sine, and a known band: from 8 Hz, above a sound card's coupling
frequency, to the end of the decimator's pass band.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from earloop.recordings import Recording, resample
from earloop.sim.front_end.quantise import codes_to_uv
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError

BURST_S, BURST_LOW_HZ = 2.0, 8.0
BURST_UV = 400.0  # peak at the electrode: within every token's range, and a thousand times the amplifier's noise
SILENCE_S = 1.0  # longer than the ringing of the slowest filter with which a burst is received
FADE_S = 0.25  # fade of the recording's ends; a step would ring in every band


@dataclass(frozen=True)
class PlayedSpan:
    """An interval in seconds of the generator's time."""

    start_s: float
    stop_s: float

    @property
    def middle_s(self) -> float:
        """Middle of the interval."""
        return (self.start_s + self.stop_s) / 2


@dataclass(frozen=True, kw_only=True)
class AnalogStimulus:
    """The voltages at the electrodes.

    uv : float64 [points, outputs], at the electrode
    rate_hz : points per second
    up, body, down : intervals of the chirp up, the recording and the chirp down
    feeds : for each electrode, the index of the output that drives it
    burst_hz : lowest and highest frequency of the chirp
    """

    uv: NDArray[np.float64]
    rate_hz: float
    up: PlayedSpan
    body: PlayedSpan
    down: PlayedSpan
    feeds: tuple[int, ...]
    burst_hz: tuple[float, float]

    @property
    def duration_s(self) -> float:
        """Duration of the whole stimulus."""
        return len(self.uv) / self.rate_hz


def stimulus_s(recording: Recording) -> float:
    """Return the duration of a recording with its bursts, in s."""
    return 2 * BURST_S + 4 * SILENCE_S + recording.duration_s


def chirp(design: Design, rate_hz: float) -> NDArray[np.float64]:
    """Return the burst up in uV, float64 [points]; the burst down is its mirror image."""
    times_s = np.arange(round(BURST_S * rate_hz)) / rate_hz
    wave = signal.chirp(times_s, BURST_LOW_HZ, BURST_S, burst_high_hz(design), phi=-90)
    burst: NDArray[np.float64] = BURST_UV * wave * signal.windows.tukey(len(times_s), 0.1)
    return burst


def burst_high_hz(design: Design) -> float:
    """Return the highest frequency of the burst, within the pass band of decimator and converter."""
    return min(design.decimator.pass_hz, 0.45 * design.token_rate_hz)


def make_stimulus(
    recording: Recording, design: Design, outputs: int, rate_hz: float, *, scale: float = 1.0
) -> AnalogStimulus:
    """Return a recording between bursts; each channel is without its offset, which a generator could not play.

    Electrode n is driven by output n modulo the number of outputs; output n plays channel n.

    Parameters
    ----------
    outputs : number of the generator's outputs
    rate_hz : points per second, at least the converter's rate
    scale : factor on the recording, but not on the bursts

    Raises
    ------
    RecordingError
        The recording does not fit the design.
    EarloopError
        The voltage at an electrode would exceed the converter's range.
    """
    codes = to_stimulus(recording, design).codes
    uv = codes_to_uv(codes, design.converter)
    uv = scale * (uv - np.median(uv, axis=0))
    outputs = min(outputs, len(design.channels))
    volts = replace(recording, data=uv, unit="uV", sfreq=float(design.converter.rate_hz), channels=design.channels)
    body = np.asarray(resample(volts, rate_hz).data, np.float64)[:, :outputs]
    body *= signal.windows.tukey(len(body), min(1.0, 2 * FADE_S * rate_hz / len(body)))[:, np.newaxis]
    range_uv = 1e6 * design.converter.vref_v / design.converter.gain
    if (peak_uv := float(np.abs(body).max())) > range_uv:
        raise EarloopError(
            f"a peak of {peak_uv / 1e3:.1f} mV at the electrode: the converter's range is {range_uv / 1e3:.1f} mV; "
            "use a smaller --scale"
        )
    silence = np.zeros((round(SILENCE_S * rate_hz), outputs))
    up = np.repeat(chirp(design, rate_hz)[:, np.newaxis], outputs, axis=1)
    parts = [silence, up, silence, body, silence, up[::-1], silence]
    edges = np.cumsum([0, *map(len, parts)]) / rate_hz
    first, second, third = (PlayedSpan(float(edges[i]), float(edges[i + 1])) for i in (1, 3, 5))
    feeds = tuple(i % outputs for i in range(len(design.channels)))
    burst_hz = BURST_LOW_HZ, burst_high_hz(design)
    return AnalogStimulus(
        uv=np.concatenate(parts), rate_hz=rate_hz, up=first, body=second, down=third, feeds=feeds, burst_hz=burst_hz
    )
