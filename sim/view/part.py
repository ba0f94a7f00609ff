"""The part of a recording that a view draws, and its filter for display."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from earloop.recordings import Annotation, Recording
from earloop.spec.errors import EarloopError

DISPLAY_BAND_HZ = (0.5, math.inf)  # an electrode's offset and drift are a hundred times the EEG
"""The band that a picture shows unless the caller gives another, in Hz: from 0.5 Hz on."""
ORDER = 2  # doubled, because the filter runs forwards and backwards
MARGIN_S = 10.0  # before and after the part, so that the filter has settled within it
SHORTEST_S = 0.5  # a shorter part has no spectrum


class ViewError(EarloopError):
    """A view cannot be drawn; the message says why."""


@dataclass(frozen=True)
class Excerpt:
    """The part of a recording from `start_s` to `end_s`."""

    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        """Duration of the part, s."""
        return self.end_s - self.start_s

    def samples(self, sfreq: float) -> slice:
        """Return the rows of the part in a signal that starts with the recording."""
        return slice(round(self.start_s * sfreq), round(self.end_s * sfreq))

    def events(self, annotations: tuple[Annotation, ...]) -> list[Annotation]:
        """Return the annotations that overlap the part."""
        return [a for a in annotations if a.onset_s <= self.end_s and a.onset_s + a.duration_s >= self.start_s]


def part_of(recording: Recording, start_s: float, seconds: float) -> Excerpt:
    """Return the part from `start_s`, `seconds` long or to the end of the recording.

    Raises
    ------
    ViewError
        The part begins before the recording or after its end, or is too short for a spectrum.
    """
    if not 0 <= start_s < recording.duration_s:
        raise ViewError(f"start at {start_s:g} s; must be within the recording, 0 to {recording.duration_s:g} s")
    if not seconds > 0:
        raise ViewError(f"{seconds:g} s to draw; must be positive")
    part = Excerpt(start_s, min(start_s + seconds, recording.duration_s))
    if part.seconds < SHORTEST_S:
        raise ViewError(f"{part.seconds:g} s to draw; must be {SHORTEST_S:g} s or more")
    return part


def filtered_uv(recording: Recording, part: Excerpt, band_hz: tuple[float, float]) -> NDArray[np.float64]:
    """Return the part in a band, without delay: float64 [samples, channels], uV; NaN in gaps.

    Parameters
    ----------
    band_hz : lower and upper edge; 0 means no lower edge, infinity no upper edge

    Raises
    ------
    ViewError
        The edges are out of order, or the upper one is not below half the sampling rate.
    """
    low_hz, high_hz = band_hz
    nyquist_hz = recording.sfreq / 2
    if not 0 <= low_hz < min(high_hz, nyquist_hz) or (math.isfinite(high_hz) and high_hz >= nyquist_hz):
        raise ViewError(f"band from {low_hz:g} to {high_hz:g} Hz; must be 0 <= low < high < {nyquist_hz:g}")
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
    """Return a run without gaps in a band, with its mean removed: float64 [samples, channels]."""
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
    """Return a description of the filter."""
    low_hz, high_hz = band_hz
    if not low_hz and math.isinf(high_hz):
        return "mean removed"
    if math.isinf(high_hz):
        return f"high-passed at {low_hz:g} Hz"
    return f"low-passed at {high_hz:g} Hz" if not low_hz else f"{low_hz:g} to {high_hz:g} Hz"
