"""ECG: ECGSYN (McSharry et al., IEEE Trans Biomed Eng 50:289, 2003) without its integrator, and a pulse wave.

ECGSYN integrates z' = -sum a_i d_i exp(-d_i^2 / (2 b_i^2)) - z, where d_i is the angle from wave i on a circle that
turns once for each beat. The angle follows from the times of the beats alone, so that the sum is known in advance, and
the equation is a first-order low-pass of the sum. R peaks are where the angle passes 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Annotation
from earloop.synth_data.signals.curve import Samples
from earloop.synth_data.sources.heartbeat import Heartbeat
from earloop.synth_data.subject import Subject

FloatArray = NDArray[np.float64]
# P, Q, R, S, T: angle in degrees, height, width; table I of McSharry et al. 2003.
ANGLE_DEG = np.array([-70.0, -15.0, 0.0, 15.0, 100.0])
HEIGHT = np.array([1.2, -5.0, 30.0, -7.5, 0.75])
WIDTH = np.array([0.25, 0.1, 0.1, 0.1, 0.4])
# A ventricular ectopic beat: no P, a broad and high QRS, an inverted T wave; estimates.
ECTOPIC_HEIGHT = HEIGHT * np.array([0.0, 0.1, 0.3, 0.6, -2.0])
ECTOPIC_WIDTH = WIDTH * np.array([1.0, 2.5, 3.0, 2.5, 1.2])
BREATH_DEPTH = 0.06  # how much breathing changes the height of the ECG; estimate


def ecg(beats: Heartbeat, samples: int, sfreq: float, subject: Subject) -> tuple[Samples, list[Annotation]]:
    """Return a normal sinus rhythm with its ectopic beats.

    Returns
    -------
    float32 [samples] with a median R peak of 1; and events `r_peak` and `ectopic_beat` of duration 0, whose amplitude
    is the R peak's height across the ears in uV
    """
    from scipy.signal import lfilter

    time_s = np.arange(samples) / sfreq
    turns = np.interp(time_s, beats.r_s, np.arange(len(beats.r_s)))
    nearest = np.rint(turns).astype(np.intp)
    angle = (2 * np.pi * (turns - nearest)).astype(np.float32)
    angles, widths = _at_rate(np.median(np.diff(beats.r_s)))
    drive = _drive(angle, angles, HEIGHT, widths)
    odd = beats.ectopic[nearest]
    if odd.any():
        drive[odd] = _drive(angle[odd], angles, ECTOPIC_HEIGHT, ECTOPIC_WIDTH)

    decay = np.exp(-1 / sfreq)
    heart = lfilter(np.array([0.5, 0.5]) / sfreq, [1, -decay], drive)
    within = (beats.r_s >= 0) & (beats.r_s < samples / sfreq)
    peaks = np.interp(beats.r_s[within & ~beats.ectopic], time_s, heart)
    heart *= (1 + BREATH_DEPTH * beats.breath_at(time_s)) / np.median(peaks)
    events = [
        Annotation(float(r_s), 0.0, "ectopic_beat" if early else "r_peak", subject.heart_uv, "ecg")
        for r_s, early in zip(beats.r_s[within], beats.ectopic[within], strict=True)
    ]
    return heart.astype(np.float32), events


def _at_rate(interval_s: float) -> tuple[FloatArray, FloatArray]:
    """Return angles in radians and widths at a heart rate: waves move closer at higher rates (ECGSYN's hrfact)."""
    factor = (1 / interval_s) ** 0.5
    angles = np.deg2rad(ANGLE_DEG) * np.array([factor**0.5, factor, 1.0, factor, factor**0.5])
    return angles, WIDTH * factor


def _drive(angle: Samples, angles: FloatArray, heights: FloatArray, widths: FloatArray) -> Samples:
    """Return -sum a_i d_i exp(-d_i^2 / (2 b_i^2)), float32, same shape as `angle`."""
    total = np.zeros_like(angle)
    for centre, height, width in zip(angles.astype(np.float32), heights.astype(np.float32), widths, strict=True):
        d = angle - centre
        d -= np.float32(2 * np.pi) * np.rint(d * np.float32(0.5 / np.pi))
        total -= height * d * np.exp(d * d * np.float32(-0.5 / width**2))
    return total


SYSTOLIC_S, SYSTOLIC_SD_S = 0.13, 0.05  # from the foot of the pulse wave to its peak; estimate
DICROTIC_S, DICROTIC_SD_S, DICROTIC = 0.36, 0.09, 0.4  # the dicrotic wave; estimate
PULSE_BREATH_DEPTH = 0.1  # estimate


def ppg(beats: Heartbeat, samples: int, sfreq: float, subject: Subject) -> Samples:
    """Return the pulse wave in the ear, a transit time after the R peak; float32 [samples], systolic peak about 1."""
    time_s = np.arange(samples) / sfreq
    foot_s = beats.r_s + subject.pulse_transit_s
    since = (time_s - foot_s[np.searchsorted(foot_s, time_s) - 1]).astype(np.float32)
    wave = np.exp(-0.5 * ((since - np.float32(SYSTOLIC_S)) / np.float32(SYSTOLIC_SD_S)) ** 2)
    wave += np.float32(DICROTIC) * np.exp(-0.5 * ((since - np.float32(DICROTIC_S)) / np.float32(DICROTIC_SD_S)) ** 2)
    breathing = 1 + PULSE_BREATH_DEPTH * beats.breath_at(time_s)
    pulse: Samples = (wave * breathing).astype(np.float32)
    return pulse
