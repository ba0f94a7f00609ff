"""Subjects: the parameters in which people differ, and their distributions.

Each amplitude refers to one derivation: EEG to T7 against A2 of the median head, eyes and muscles to electrodes over
them. The lead fields in `head` turn them into channel potentials. A value without another source is this project's
estimate and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np

MEDIAN_RADIUS_M = 0.0885  # head circumference 55.5 cm: women 54.5, men 57 cm (Bushby et al. 1992, adults), / 2 pi
MEDIAN_SKULL_RATIO = 1 / 40  # conductivity of skull over brain; 1/15 to 1/80 are reported (Hoekema et al. 2003)

STAGES = ("W", "N1", "N2", "N3", "R")
"""The stages of sleep, as AASM names them: awake (W), three of non-REM sleep, and REM sleep (R)."""


@dataclass(frozen=True)
class Subject:
    """One person."""

    name: str
    sex: Literal["f", "m"]
    age_years: float
    head_radius_m: float
    skull_ratio: float
    """Conductivity of the skull over that of the brain."""
    aperiodic_uv: float
    """Root density of the 1/f^x background at 6 Hz, awake, uV/sqrt(Hz)."""
    aperiodic_exponent: float
    """x of that background, awake; it is larger in sleep."""
    alpha_hz: float
    alpha_uv: float
    """Alpha rhythm with open eyes, uV rms."""
    alpha_closed_ratio: float
    """Alpha rhythm with closed eyes over that with open eyes."""
    beta_uv: float
    gamma_uv: float
    spindle_hz: float
    heart_rate_bpm: float
    hrv_lf_ms2: float
    hrv_hf_ms2: float
    breath_hz: float
    ectopic_per_h: float
    heart_uv: float
    """R peak across the ears, uV."""
    pulse_transit_s: float
    """Time from the R peak to the foot of the pulse wave in the ear."""
    eye_uv_deg: float
    """Horizontal EOG across the ears, uV a degree."""
    blink_uv: float
    """Median blink at Fpz against the mastoids, uV."""
    blinks_per_min: float
    clench_uv: float
    """Temporalis at the strongest clench, uV rms over the muscle."""
    rest_uv: float
    """Temporalis at rest, uV rms over the muscle."""
    steps_hz: float
    fit: Literal["custom", "generic"]
    """Kind of earpiece."""


ADULT = Subject(
    name="adult",
    sex="f",
    age_years=30.0,
    head_radius_m=MEDIAN_RADIUS_M,
    skull_ratio=MEDIAN_SKULL_RATIO,
    aperiodic_uv=0.95,  # theta is then 2.0 uV rms: 1.3..2.5 at T7/T8 (OpenBCI ear recordings)
    aperiodic_exponent=1.9,  # awake, 30-45 Hz: Lendner et al. 2020; behind the ear 1.8..2.5 (muse-lsl recordings)
    alpha_hz=10.0,  # 10 +- 1 Hz (Klimesch 1999)
    alpha_uv=1.6,  # with the background 2.2 uV rms at T7/T8 against the other ear's lobe (OpenBCI ear recordings)
    alpha_closed_ratio=2.17,  # in-ear alpha, eyes closed over open: Kaveh et al. 2020
    beta_uv=2.0,  # estimate; with background and muscles 3..5 uV rms behind the ear (muse-lsl recordings)
    gamma_uv=0.9,  # estimate
    spindle_hz=13.3,  # 11..16 Hz; median of young adults (Purcell et al. 2017)
    heart_rate_bpm=68.0,  # estimate: sitting adult
    hrv_lf_ms2=1170.0,  # supine rest: LF 1170 +- 416 ms^2 (Task Force of ESC and NASPE 1996)
    hrv_hf_ms2=975.0,  # HF 975 +- 203 ms^2, the same
    breath_hz=0.25,  # 15 a minute
    ectopic_per_h=1.0,  # healthy adults have a few a day to a few an hour (Kennedy et al. 1985)
    heart_uv=18.0,  # 10..50 uV across the ears; estimate: with more, theta at T7 would pass what is measured
    pulse_transit_s=0.15,  # R peak to the ear's pulse foot, 0.13..0.17 s (Allen & Murray 2002)
    eye_uv_deg=2.5,  # 1..4 uV/degree; linear, r = .99 (earEOG, arXiv 2506.07193)
    blink_uv=145.0,  # 133 in the vertical EOG that NeuroKit2 ships; at TP9 against Fpz 100..400 (muse-lsl recordings)
    blinks_per_min=17.0,  # at rest 17 (Bentivoglio et al. 1997)
    clench_uv=172.0,  # temporalis at maximum: 182 men, 162 women (Ferrario et al. 1993, n = 92)
    rest_uv=1.65,  # at rest: 1.9 men, 1.4 women (Ferrario et al. 1993)
    steps_hz=1.9,  # 1.6..2.4 Hz, comfortable walking
    fit="generic",
)
"""A healthy woman of 30 years: the subject of a simulation that names no other."""

LN_SD = {  # sd of the logarithm across people; estimates unless a source follows
    "aperiodic_uv": 0.25,
    "alpha_uv": 0.40,
    "alpha_closed_ratio": 0.25,
    "beta_uv": 0.25,
    "gamma_uv": 0.30,
    "hrv_lf_ms2": 0.35,  # 416 / 1170
    "hrv_hf_ms2": 0.21,  # 203 / 975
    "ectopic_per_h": 1.2,
    "heart_uv": 0.40,  # 10..50 uV is the range
    "eye_uv_deg": 0.30,  # 1..4 uV/degree is the range
    "blink_uv": 0.35,  # 70 to 300 uV at frontal sites; estimate
    "blinks_per_min": 0.40,  # 4..48 a minute (Bentivoglio et al. 1997)
    "clench_uv": 0.35,
    "rest_uv": 0.45,  # tense people have several times as much
    "skull_ratio": 0.35,  # 1/15 to 1/80
}
SD = {  # sd of the value itself across people
    "head_radius_m": 0.0024,  # circumference +- 1.5 cm (Bushby et al. 1992)
    "alpha_hz": 0.9,
    "aperiodic_exponent": 0.25,
    "spindle_hz": 0.5,
    "heart_rate_bpm": 9.0,
    "breath_hz": 0.03,
    "pulse_transit_s": 0.01,
    "steps_hz": 0.15,
}
AGE_YEARS = (20.0, 65.0)
BY_SEX = {  # over the median: women, men
    "head_radius_m": (0.978, 1.022),
    "clench_uv": (162 / 172, 182 / 172),
    "rest_uv": (1.4 / 1.65, 1.9 / 1.65),
}
ALPHA_HZ_PER_YEAR = -0.02  # after 30: 10.1 to 9.3 Hz from 30 to 70 (Lodder & van Putten 2011)
EXPONENT_PER_YEAR = -0.006  # flatter with age (Voytek et al. 2015)
CUSTOM_FIT_SHARE = 0.3  # estimate: most people use the earpieces that are delivered with the earbud


def draw_subject(name: str, rng: np.random.Generator) -> Subject:
    """Draw one person from the distributions of this file."""
    sex = "fm"[int(rng.integers(2))]
    age_years = float(rng.uniform(*AGE_YEARS))
    drawn: dict[str, float] = {}
    for key in (item.name for item in fields(Subject)):
        if key in LN_SD:
            drawn[key] = getattr(ADULT, key) * float(np.exp(LN_SD[key] * rng.standard_normal()))
        elif key in SD:
            # The limit of three standard deviations excludes impossible values, such as half a head.
            drawn[key] = getattr(ADULT, key) + SD[key] * float(np.clip(rng.standard_normal(), -3, 3))
    for key, factors in BY_SEX.items():
        drawn[key] *= factors["fm".index(sex)]
    drawn["alpha_hz"] += ALPHA_HZ_PER_YEAR * max(0.0, age_years - ADULT.age_years)
    drawn["aperiodic_exponent"] += EXPONENT_PER_YEAR * (age_years - ADULT.age_years)
    fit = "custom" if rng.random() < CUSTOM_FIT_SHARE else "generic"
    return replace(ADULT, name=name, sex=sex, age_years=age_years, fit=fit, **drawn)  # type: ignore[arg-type]
