"""EEG: the aperiodic background, an alpha rhythm that comes in bursts and rises as the eyes close, and beta."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from synth_data.spectrum import FloatArray, bump, shaped_noise
from synth_data.subject import Subject

KNEE_HZ = 2.0  # estimate: bends the background so that delta stays within 2.5..7 uV rms, as at T7/T8
BACKGROUND_UV2_HZ = 1.15  # density at 6 Hz; theta then is 2.1 uV rms: 1.3..2.5 at T7/T8 (OpenBCI ear recordings)
ALPHA_SD_HZ = 0.8  # estimate: a band this narrow waxes and wanes over half a second
# Estimate. Beta is then 2.8 uV rms; dry TP9/TP10 show 3.2..5.3, their muscles and amplifier included (muse-lsl).
BETA_HZ, BETA_SD_HZ, BETA_UV = 20.0, 5.0, 2.4
EYES_LAG_S = 0.4  # estimate: how fast alpha follows the lids


def eeg(
    eyes_closed: FloatArray, sfreq: float, subject: Subject, rng: np.random.Generator, sources: int = 1
) -> FloatArray:
    """EEG of independent cortical sources that share the rise of alpha, uV.

    Alpha is narrow-band Gaussian noise: its envelope is Rayleigh-distributed, which is what makes bursts.

    Parameters
    ----------
    eyes_closed : float64 [samples], 0 open, 1 closed
    sources : how many

    Returns
    -------
    float64 [samples, sources], uV
    """
    samples = len(eyes_closed)
    lag = np.exp(-1 / (EYES_LAG_S * sfreq))
    closed = lfilter([1 - lag], [1, -lag], eyes_closed)
    alpha_uv = subject.alpha_open_uv * (1 + (subject.alpha_closed_ratio - 1) * closed)
    exponent = subject.aperiodic_exponent
    scale = BACKGROUND_UV2_HZ * (KNEE_HZ**exponent + 6.0**exponent)

    def background(frequency_hz: FloatArray) -> FloatArray:
        aperiodic: FloatArray = scale / (KNEE_HZ**exponent + frequency_hz**exponent)
        return aperiodic + BETA_UV**2 * bump(frequency_hz, BETA_HZ, BETA_SD_HZ)

    def rhythm(frequency_hz: FloatArray) -> FloatArray:
        return bump(frequency_hz, subject.alpha_hz, ALPHA_SD_HZ)

    return np.column_stack(
        [
            shaped_noise(background, samples, sfreq, rng) + alpha_uv * shaped_noise(rhythm, samples, sfreq, rng)
            for _ in range(sources)
        ]
    )
