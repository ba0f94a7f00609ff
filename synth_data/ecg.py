"""ECG: NeuroKit2's ECGSYN (McSharry et al. 2003), scaled to an R peak of 1."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import find_peaks

from recordings import Annotation
from synth_data.spectrum import FloatArray
from synth_data.subject import Subject

ECGSYN_HZ = 1000  # one rate for every converter, so that a faster converter sees the same heart
REFRACTORY_S = 0.3


def ecg(samples: int, sfreq: float, subject: Subject, rng: np.random.Generator) -> tuple[FloatArray, list[Annotation]]:
    """A normal sinus rhythm with beat-to-beat variability, and its R peaks.

    The simulation is free of noise, so its R peaks are its highest local maxima, to the millisecond.

    Returns
    -------
    float64 [samples], median R peak 1, median 0; and `r_peak` of no duration
    """
    # neurokit2 pulls in scikit-learn and pyplot, 1.4 s: only who makes an ECG should wait for it.
    import neurokit2  # noqa: PLC0415

    seconds = int(np.ceil(samples / sfreq)) + 1  # whole, for NeuroKit2 counts beats before it counts samples
    heart = np.asarray(
        neurokit2.ecg_simulate(
            duration=seconds,
            sampling_rate=ECGSYN_HZ,
            noise=0,
            heart_rate=subject.heart_rate_bpm,
            heart_rate_std=subject.heart_rate_sd_bpm,
            random_state=int(rng.integers(2**31)),
            random_state_distort=0,  # the distortion is off; fixed, so that it draws nothing
        )
    )
    heart = heart - np.median(heart)
    peaks, _ = find_peaks(heart, height=0.5 * heart.max(), distance=int(REFRACTORY_S * ECGSYN_HZ))
    heart /= np.median(heart[peaks])
    if sfreq != ECGSYN_HZ:
        heart = CubicSpline(np.arange(len(heart)) / ECGSYN_HZ, heart)(np.arange(samples) / sfreq)
    onsets_s = peaks[peaks < samples / sfreq * ECGSYN_HZ] / ECGSYN_HZ
    return heart[:samples], [Annotation(float(onset_s), 0.0, "r_peak") for onset_s in onsets_s]
