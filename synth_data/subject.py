"""Who is recorded: the numbers in which people differ, here those of one median adult.

Facts without another source are estimates of this project and say so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """One person. Amplitudes are those of the source; the montage says how much of it reaches an electrode."""

    name: str
    alpha_hz: float
    """Individual alpha frequency, Hz."""
    alpha_open_uv: float
    """Alpha rhythm with open eyes, uV rms."""
    alpha_closed_ratio: float
    """How much larger that amplitude is with closed eyes."""
    aperiodic_exponent: float
    """x of the 1/f^x background."""
    heart_rate_bpm: float
    heart_rate_sd_bpm: float
    clench_uv: float
    """Temporalis at the strongest clench, uV rms."""
    blinks_per_min: float
    steps_hz: float


ADULT = Subject(
    name="adult",
    alpha_hz=10.0,  # 10 +- 1 Hz (Klimesch 1999)
    alpha_open_uv=2.2,  # 1.5..2.2 uV rms at T7/T8, OpenBCI ear recordings, the aperiodic part included
    alpha_closed_ratio=2.17,  # in-ear alpha, eyes closed over open: Kaveh et al. 2020
    aperiodic_exponent=1.9,  # awake, 30-45 Hz: Lendner et al. 2020; behind the ear 1.8..2.5 (muse-lsl recordings)
    heart_rate_bpm=68.0,  # estimate: sitting adult
    heart_rate_sd_bpm=3.0,  # estimate
    clench_uv=172.0,  # temporalis at maximum: 182 men, 162 women (Ferrario et al. 1993, n = 92)
    blinks_per_min=21.0,  # measured in the vertical EOG that NeuroKit2 ships
    steps_hz=1.9,  # 1.6..2.4 Hz, comfortable walking
)
