"""EMG of the jaw: noise of the spectrum of summed motor-unit potentials, under the envelope of clenches."""

from __future__ import annotations

import numpy as np

from recordings import Annotation
from synth_data.scenario import Scenario, event_onsets
from synth_data.spectrum import FloatArray, shaped_noise
from synth_data.subject import Subject

LOW_HZ, HIGH_HZ = 60.0, 120.0  # corners of the surface EMG's density: Stulen & De Luca 1981, Shwedyk et al. 1977
REST_UV = 1.65  # temporalis at rest: 1.9 men, 1.4 women, uV rms (Ferrario et al. 1993)
CLENCH_S = (0.7, 1.0)  # estimate: a deliberate short clench
CLENCH_GAP_S = (1.8, 2.8)  # estimate, from onset to onset
CLENCH_STRENGTH = (0.4, 0.9)  # estimate, of the strongest
RISE_S, FALL_S = 0.08, 0.15  # estimate
MUSCLES = ("temporalis_left", "masseter_left", "temporalis_right", "masseter_right")
MASSETER_RATIO = 186.0 / 172.0  # maximum clench, masseter over temporalis, men and women (Ferrario et al. 1993)
BUMPINESS = 0.2  # estimate: how unsteady a held clench is


def emg_density(frequency_hz: FloatArray) -> FloatArray:
    """Surface EMG of unit rms, 1/Hz: k fh^4 f^2 / ((f^2 + fl^2) (f^2 + fh^2)^2).

    k makes its integral from 0 to infinity 1; by partial fractions that integral is k fh^4 pi / (4 fh (fl + fh)^2).
    """
    f2 = frequency_hz**2
    k = 4 * (LOW_HZ + HIGH_HZ) ** 2 / (np.pi * HIGH_HZ**3)
    density: FloatArray = k * HIGH_HZ**4 * f2 / ((f2 + LOW_HZ**2) * (f2 + HIGH_HZ**2) ** 2)
    return density


def jaw_emg(
    scenario: Scenario, samples: int, sfreq: float, subject: Subject, rng: np.random.Generator
) -> tuple[FloatArray, list[Annotation]]:
    """The four muscles of `MUSCLES`, clenched together, each with motor units of its own.

    Returns
    -------
    float64 [samples, 4], uV over the muscle; and `jaw_clench` with onset and duration
    """
    time_s = np.arange(samples) / sfreq
    strength = np.zeros(samples)
    annotations = []
    for activity in scenario.of_kind("clenches"):
        for onset_s in event_onsets(activity, CLENCH_GAP_S, CLENCH_S[1], rng):
            duration_s = float(rng.uniform(*CLENCH_S))
            rise = np.clip((time_s - onset_s) / RISE_S, 0, 1)
            fall = np.clip((onset_s + duration_s - time_s) / FALL_S, 0, 1)
            strength += rng.uniform(*CLENCH_STRENGTH) * 0.5 * (1 - np.cos(np.pi * np.minimum(rise, fall)))
            annotations.append(Annotation(onset_s, duration_s, "jaw_clench"))

    muscles = []
    for muscle in MUSCLES:
        clench_uv = subject.clench_uv * (MASSETER_RATIO if muscle.startswith("masseter") else 1.0)
        unsteady = 1 + BUMPINESS * shaped_noise(_tremor, samples, sfreq, rng)
        rms_uv = np.hypot(REST_UV, clench_uv * strength * np.abs(unsteady))
        muscles.append(rms_uv * shaped_noise(emg_density, samples, sfreq, rng))
    return np.column_stack(muscles), annotations


def _tremor(frequency_hz: FloatArray) -> FloatArray:
    """Unit rms, low-passed at 4 Hz: the common drive to motor units lies below about 4 Hz (De Luca & Erim 1994)."""
    density: FloatArray = (2 / np.pi) / 4.0 / (1 + (frequency_hz / 4.0) ** 2)
    return density
