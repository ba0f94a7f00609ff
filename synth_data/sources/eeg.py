"""EEG: the aperiodic background, steeper the deeper the sleep, and the rhythms of waking.

Alpha comes in bursts and rises as the eyes close. Each noise is Gaussian and made at the channels with the covariance
that `cortex` gives; what modulates it is common to all channels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from earloop.synth_data.head.cortex import cortex_mixing
from earloop.synth_data.head.headset import Headset
from earloop.synth_data.scenes.behaviours import EyesClosed, Sleep
from earloop.synth_data.scenes.timeline import Timeline
from earloop.synth_data.signals.curve import Samples, curve, ramps
from earloop.synth_data.signals.spectrum import Density, FloatArray, rhythm, shaped_noise, slow_noise
from earloop.synth_data.subject import Subject


@dataclass(frozen=True)
class State:
    """The background of one state of wakefulness: S(f) ~ 1 / ((knee^x + f^x) (1 + (f / CORNER_HZ)^steeper))."""

    louder: float
    """Amplitude at 6 Hz over that of waking."""
    knee_hz: float
    exponent_change: float
    steeper: float
    alpha: float
    """Amplitude of waking rhythms that is left; of gamma, the first to go, the square of it."""


CORNER_HZ = 18.0  # estimate: above it sleep bends the spectrum further down
# Slopes of 30-45 Hz then are about 1.9 awake, 3.5 in N3, 4.7 in REM (Lendner et al. 2020); amplitudes are estimates:
# theta rises as one falls asleep, delta with depth, and the rhythms of waking go.
STATES = {
    "W": State(louder=1.0, knee_hz=2.0, exponent_change=0.0, steeper=0.0, alpha=1.0),
    "N1": State(louder=1.2, knee_hz=2.0, exponent_change=0.2, steeper=0.5, alpha=0.4),
    "N2": State(louder=1.4, knee_hz=1.2, exponent_change=0.4, steeper=1.2, alpha=0.15),
    "N3": State(louder=1.7, knee_hz=0.8, exponent_change=0.7, steeper=1.2, alpha=0.05),
    "R": State(louder=1.1, knee_hz=2.0, exponent_change=0.2, steeper=3.2, alpha=0.25),
}
ALPHA_SD_HZ = 0.8  # estimate: a band this narrow waxes and wanes over half a second
ALPHA_WAX_LN_SD, ALPHA_WAX_HZ = 0.35, 0.2  # estimate: spindle-like groups of a few seconds
THETA_HZ, THETA_SD_HZ, THETA_UV = 6.0, 1.0, 0.5  # estimate
BETA_HZ, BETA_SD_HZ = 18.0, 4.5  # estimate
GAMMA_HZ, GAMMA_SD_HZ = 40.0, 14.0  # estimate
EYES_LAG_S = 0.5  # alpha follows the lids within half a second to a second; estimate
FADE_S = 2.0  # from one state's background to the next's; estimate


def spans(timeline: Timeline) -> list[tuple[str, float, float]]:
    """Runs of one state of wakefulness: state, start and end in s, whole and without gap."""
    asleep = sorted((a.onset_s, a.end_s, sleep.stage) for a, sleep in timeline.doing(Sleep))
    found: list[tuple[str, float, float]] = []
    now_s = 0.0
    for start_s, end_s, stage in [*asleep, (timeline.duration_s, timeline.duration_s, "W")]:
        for state, upto_s in (("W", start_s), (stage, end_s)):
            if upto_s <= now_s + 1e-6:
                continue
            if found and found[-1][0] == state:
                found[-1] = (state, found[-1][1], upto_s)
            else:
                found.append((state, now_s, upto_s))
            now_s = upto_s
    return found


def eeg(headset: Headset, timeline: Timeline, subject: Subject, samples: int, rng: np.random.Generator) -> Samples:
    """EEG without events, float32 [channels, samples], uV.

    Parameters
    ----------
    samples : at the headset's rate
    """
    sfreq, channels = headset.rate_hz, len(headset.channels)

    def at_channels(name: str, noises: Samples) -> Samples:
        mixing = cortex_mixing(name, headset.wiring, subject).astype(np.float32)
        mixed: Samples = np.einsum("ck,kn->cn", mixing, noises)  # summed in one order, whatever the number of threads
        return mixed

    uv = at_channels("background", _background(timeline, subject, samples, sfreq, channels, rng))

    awake = curve(_state_knots(timeline), samples, sfreq)
    closed = ramps(timeline.spans(EyesClosed), EYES_LAG_S)
    lids = 1 + np.float32(subject.alpha_closed_ratio - 1) * curve(closed, samples, sfreq)
    wax = np.exp(ALPHA_WAX_LN_SD * slow_noise(ALPHA_WAX_HZ, samples, sfreq, rng) - ALPHA_WAX_LN_SD**2)
    alpha_uv = subject.alpha_uv * lids * wax * awake

    for name, source, centre_hz, sd_hz, amplitude_uv in (
        ("theta", "background", THETA_HZ, THETA_SD_HZ, THETA_UV * awake),
        ("alpha", "alpha", subject.alpha_hz, ALPHA_SD_HZ, alpha_uv),
        ("beta", "beta", BETA_HZ, BETA_SD_HZ, subject.beta_uv * awake),
        ("gamma", "background", GAMMA_HZ, GAMMA_SD_HZ, subject.gamma_uv * awake**2),
    ):
        noises = rhythm(centre_hz, sd_hz, samples, sfreq, rng, rows=channels)
        noises *= amplitude_uv * curve(timeline.gain(name), samples, sfreq)
        uv += at_channels(source, noises)
    return uv


def background_density(subject: Subject, state: str) -> Density:
    """The aperiodic background of a state at T7 against A2, uV^2/Hz."""
    it = STATES[state]
    x = subject.aperiodic_exponent + it.exponent_change

    def density(frequency_hz: FloatArray) -> FloatArray:
        shape = (it.knee_hz**x + frequency_hz**x) * (1 + (frequency_hz / CORNER_HZ) ** it.steeper) / 2
        at_6_hz = (it.knee_hz**x + 6.0**x) * (1 + (6.0 / CORNER_HZ) ** it.steeper) / 2
        found: FloatArray = (subject.aperiodic_uv * it.louder) ** 2 * at_6_hz / shape
        return found

    return density


def _background(
    timeline: Timeline, subject: Subject, samples: int, sfreq: float, rows: int, rng: np.random.Generator
) -> Samples:
    """Independent noises, each state's fading into the next's; float32 [rows, samples]."""
    fade = round(FADE_S * sfreq)
    rise = np.sin((np.arange(fade, dtype=np.float32) + 0.5) / fade * np.float32(np.pi / 2))
    background = np.zeros((rows, samples), np.float32)
    for state, start_s, end_s in spans(timeline):
        start, end = round(start_s * sfreq), min(samples, round(end_s * sfreq) + fade)
        noises = shaped_noise(background_density(subject, state), end - start, sfreq, rng, rows=rows)
        if start:
            noises[:, :fade] *= rise[: end - start]
        if end < samples:
            noises[:, -fade:] *= rise[::-1][-noises.shape[1] :]
        background[:, start:end] += noises
    return background


def _state_knots(timeline: Timeline) -> list[tuple[float, float]]:
    """What is left of waking rhythms, as knots."""
    return [
        knot
        for state, start_s, end_s in spans(timeline)
        for knot in ((start_s + min(FADE_S, (end_s - start_s) / 2), STATES[state].alpha), (end_s, STATES[state].alpha))
    ]
