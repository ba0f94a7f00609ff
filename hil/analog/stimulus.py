"""What is played: a recording between two bursts from which gain, offset, delay and clock are found.

    | silence | chirp up | silence | recording, faded in and out | silence | chirp down | silence |

Why a chirp: an ADS1299's own oscillator may be 0.5 % off (SBAS499C, section 7.5). A pseudo-random burst of two seconds
is then out of step with itself by a whole bit and cannot be found; a chirp only seems to come earlier or later, by as
much as its frequency is off. Up at the start and down at the end this error has either sign, so that the pair tells
clock from delay. Its crest factor is that of a sine, and its band is known: from 8 Hz, where a sound card's coupling
has passed, to the end of the decimator's pass band.
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
BURST_UV = 400.0  # peak, at the electrode: within every token's range, a thousand times the amplifier's noise
SILENCE_S = 1.0  # the slowest filter that a burst is seen through rings for less
FADE_S = 0.25  # of the recording's ends; a step would ring in every band


@dataclass(frozen=True)
class Span:
    """Seconds of the generator's time."""

    start_s: float
    stop_s: float

    @property
    def middle_s(self) -> float:
        return (self.start_s + self.stop_s) / 2


@dataclass(frozen=True)
class AnalogStimulus:
    """What the electrodes are to see.

    uv : float64 [points, outputs], at the electrode
    rate_hz : points a second
    up, body, down : when the chirp up, the recording, the chirp down are played
    feeds : of each electrode the output that drives it
    burst_hz : where the chirp begins and ends
    """

    uv: NDArray[np.float64]
    rate_hz: float
    up: Span
    body: Span
    down: Span
    feeds: tuple[int, ...]
    burst_hz: tuple[float, float]

    @property
    def duration_s(self) -> float:
        return len(self.uv) / self.rate_hz


def stimulus_s(recording: Recording) -> float:
    """How long a recording is with its bursts."""
    return 2 * BURST_S + 4 * SILENCE_S + recording.duration_s


def chirp(design: Design, rate_hz: float) -> NDArray[np.float64]:
    """The burst up, uV, float64 [points]; the burst down is its mirror image."""
    times_s = np.arange(round(BURST_S * rate_hz)) / rate_hz
    wave = signal.chirp(times_s, BURST_LOW_HZ, BURST_S, burst_high_hz(design), phi=-90)
    burst: NDArray[np.float64] = BURST_UV * wave * signal.windows.tukey(len(times_s), 0.1)
    return burst


def burst_high_hz(design: Design) -> float:
    """Where the burst ends: within what the decimator passes, or the converter where nothing is decimated."""
    return min(design.decimator.pass_hz, 0.45 * design.token_rate_hz)


def make_stimulus(
    recording: Recording, design: Design, outputs: int, rate_hz: float, *, scale: float = 1.0
) -> AnalogStimulus:
    """A recording between bursts, each channel without its offset, which no generator could give.

    Electrode n is driven by output n modulo the number of outputs; output n plays channel n.

    Parameters
    ----------
    outputs : of the generator
    rate_hz : points a second, at least the converter's rate
    scale : multiplies the recording, not the bursts

    Raises
    ------
    RecordingError
        The recording does not fit the design.
    EarloopError
        The electrodes would see more than the converter's range.
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
    first, second, third = (Span(float(edges[i]), float(edges[i + 1])) for i in (1, 3, 5))
    feeds = tuple(i % outputs for i in range(len(design.channels)))
    burst_hz = BURST_LOW_HZ, burst_high_hz(design)
    return AnalogStimulus(np.concatenate(parts), rate_hz, first, second, third, feeds, burst_hz)
