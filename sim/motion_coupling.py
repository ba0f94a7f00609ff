"""How head motion reaches a contact: in part as the accelerometer felt it, in part not.

Head acceleration does not explain the artifact well (Snyder et al. 2015; coherent up to 20 Hz only, Luu et al. 2024):
cable and skin move by themselves. So each contact is shaken by the head's motion and, as strongly and at the same
times, by noise of its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfilt

COHERENT_SHARE = 0.5  # of the power; estimate
OWN_HZ = (0.7, 10.0)  # estimate: band in which cable and skin sway
ENVELOPE_S = 0.5


def shaking_g(motion_g: NDArray[np.float64], sfreq: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """What one contact feels of a head's motion; float64 [samples], g, of the same rms as `motion_g`."""
    own = sosfilt(butter(2, OWN_HZ, "bandpass", fs=sfreq, output="sos"), rng.standard_normal(len(motion_g)))
    own /= max(float(own.std()), 1e-12)
    window = max(1, round(ENVELOPE_S * sfreq))
    # The running mean leaves rounding errors below zero behind.
    envelope = np.sqrt(np.maximum(uniform_filter1d(motion_g**2, window, mode="nearest"), 0))
    felt: NDArray[np.float64] = np.sqrt(COHERENT_SHARE) * motion_g + np.sqrt(1 - COHERENT_SHARE) * envelope * own
    return felt
