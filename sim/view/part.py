"""Which part of a recording is drawn, and how it is filtered for the eye."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from earloop.recordings import Annotation, Recording
from earloop.spec.errors import EarloopError

DISPLAY_BAND_HZ = (0.5, math.inf)  # an electrode's offset and drift are a hundred times the EEG
ORDER = 2  # twice, for the filter runs both ways
MARGIN_S = 10.0  # before and after the part, so that the filter has settled in it
SHORTEST_S = 0.5  # less has no spectrum


class ViewError(EarloopError):
    """A view that cannot be drawn; says why."""


@dataclass(frozen=True)
class Part:
    """From `start_s` to `end_s` of a recording."""

    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s

    def samples(self, sfreq: float) -> slice:
        """The rows of a signal that starts with the recording."""
        return slice(round(self.start_s * sfreq), round(self.end_s * sfreq))

    def events(self, annotations: tuple[Annotation, ...]) -> list[Annotation]:
        """Those that reach into the part."""
        return [a for a in annotations if a.onset_s <= self.end_s and a.onset_s + a.duration_s >= self.start_s]


def part_of(recording: Recording, start_s: float, seconds: float) -> Part:
    """The part from `start_s`, `seconds` long or as long as the recording goes on.

    Raises
    ------
    ViewError
        It begins before the recording or after its end, or is too short to have a spectrum.
    """
    if not 0 <= start_s < recording.duration_s:
        raise ViewError(f"--start {start_s:g} s; the recording goes from 0 to {recording.duration_s:g} s")
    if not seconds > 0:
        raise ViewError(f"--seconds {seconds:g}; must be positive")
    part = Part(start_s, min(start_s + seconds, recording.duration_s))
    if part.seconds < SHORTEST_S:
        raise ViewError(f"{part.seconds:g} s to draw; a view shows {SHORTEST_S:g} s or more")
    return part


def filtered_uv(recording: Recording, part: Part, band_hz: tuple[float, float]) -> NDArray[np.float64]:
    """The part, without delay, in a band: float64 [samples, channels], uV; NaN where nothing was recorded.

    Parameters
    ----------
    band_hz : lower and upper edge; 0 is no lower, infinity no upper one

    Raises
    ------
    ViewError
        Edges out of order, or an upper one that is not below half the sampling rate.
    """
    low_hz, high_hz = band_hz
    nyquist_hz = recording.sfreq / 2
    if not 0 <= low_hz < min(high_hz, nyquist_hz) or (math.isfinite(high_hz) and high_hz >= nyquist_hz):
        raise ViewError(f"--band {low_hz:g},{high_hz:g} Hz; wanted 0 <= low < high < {nyquist_hz:g}")
    whole = part.samples(recording.sfreq)
    margin = round(MARGIN_S * recording.sfreq)
    first = max(0, whole.start - margin)
    uv = np.full((min(whole.stop + margin, len(recording.data)) - first, len(recording.channels)), np.nan)
    for start, end in recording.runs:
        run = slice(max(start, first), min(end, first + len(uv)))
        if run.start < run.stop:
            uv[run.start - first : run.stop - first] = _in_band(recording, run, band_hz)
    return uv[whole.start - first : whole.stop - first]


def _in_band(recording: Recording, run: slice, band_hz: tuple[float, float]) -> NDArray[np.float64]:
    """Samples without a gap, without their mean, in a band."""
    low_hz, high_hz = band_hz
    uv = np.asarray(recording.data[run], np.float64)
    uv = uv - uv.mean(axis=0)
    if low_hz or math.isfinite(high_hz):
        edges, kind = {
            (True, True): ((low_hz, high_hz), "bandpass"),
            (True, False): (low_hz, "highpass"),
            (False, True): (high_hz, "lowpass"),
        }[bool(low_hz), math.isfinite(high_hz)]
        sos = butter(ORDER, edges, kind, fs=recording.sfreq, output="sos")
        padded = min(len(uv) - 1, round(MARGIN_S * recording.sfreq))
        uv = np.asarray(sosfiltfilt(sos, uv, axis=0, padlen=padded), np.float64)
    return uv


def band_text(band_hz: tuple[float, float]) -> str:
    """The filter in words."""
    low_hz, high_hz = band_hz
    if not low_hz and math.isinf(high_hz):
        return "mean removed"
    if math.isinf(high_hz):
        return f"high-passed at {low_hz:g} Hz"
    return f"low-passed at {high_hz:g} Hz" if not low_hz else f"{low_hz:g} to {high_hz:g} Hz"
