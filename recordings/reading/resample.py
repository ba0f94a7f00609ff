"""Resampling by a polyphase FIR.

The low-pass is a Kaiser-windowed sinc, flat to 80 % of the lower of the two Nyquist frequencies and 90 dB down at it
(Kaiser's formulas: Oppenheim & Schafer, Discrete-Time Signal Processing, section 7.5.3).
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np

from earloop.recordings.recording import Recording, RecordingError, check_whole

STOP_DB = 90.0
HALF_LENGTH = 32  # taps on each side, counted in samples of the slower rate
MAX_TERM = 20_000  # with a larger term the polyphase filter is longer than most recordings
MAX_SHIFT = 0.1  # in new samples: largest error of the last sample's time, if the exact ratio has larger terms


def resample(recording: Recording, rate_hz: float) -> Recording:
    """Resample a recording in uV to `rate_hz`; annotations are in seconds and stay unchanged.

    Beyond its ends the recording is extended along the straight line through its first and last sample, so that an
    electrode's offset or drift does not ring.

    Parameters
    ----------
    recording : data float [samples, channels], uV
    rate_hz : the new rate; its ratio to the old one is approximated by whole numbers up to 20000

    Returns
    -------
    Recording
        float64 `[ceil(samples * rate_hz / sfreq), channels]`, uV; sample 0 keeps its time.

    Raises
    ------
    RecordingError
        The recording holds codes; the rate is not positive; no such ratio keeps each sample within a tenth of its time.
    """
    from scipy.signal import firwin, resample_poly

    if recording.unit != "uV":
        raise RecordingError(f"resample: the recording is in {recording.unit}; only uV can be resampled")
    check_whole(recording, "resampling")
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise RecordingError(f"resample: rate {rate_hz:g} Hz; must be positive")
    exact = Fraction(rate_hz) / Fraction(recording.sfreq)
    ratio = exact.limit_denominator(max(1, int(MAX_TERM / max(exact, Fraction(1)))))
    shift = abs(ratio - exact) * len(recording.data)
    if not (0 < ratio.numerator <= MAX_TERM and shift <= MAX_SHIFT):
        raise RecordingError(
            f"resample: {recording.sfreq:g} to {rate_hz:g} Hz is not a ratio of whole numbers up to {MAX_TERM} that "
            f"keeps {len(recording.data)} samples at their times; read a shorter span (--start S --seconds S)"
        )
    if ratio == 1:
        return replace(recording, sfreq=float(rate_hz))
    slower = max(ratio.numerator, ratio.denominator)
    stop_width = (STOP_DB - 8) / (2.285 * 2 * HALF_LENGTH * math.pi)  # of the lower Nyquist, = 1
    taps = firwin(
        2 * HALF_LENGTH * slower + 1, (1 - stop_width / 2) / slower, window=("kaiser", 0.1102 * (STOP_DB - 8.7))
    )
    samples = len(recording.data)
    first = recording.data[0].astype(np.float64)
    slope = (recording.data[-1] - first) / max(samples - 1, 1)
    bent = recording.data - (first + slope * np.arange(samples)[:, np.newaxis])  # 0 at both ends and beyond
    out = resample_poly(bent, ratio.numerator, ratio.denominator, axis=0, window=taps)
    out += first + slope * np.arange(len(out))[:, np.newaxis] * float(1 / ratio)
    return replace(recording, data=out, sfreq=float(rate_hz))
