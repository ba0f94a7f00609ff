"""EEG: the aperiodic background, which is steeper in deeper sleep, and the rhythms of waking.

Alpha comes in bursts and rises when the eyes close. Each noise is Gaussian, with the covariance at the channels that
`cortex` computes. Its modulation is common to all channels.
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


@dataclass(frozen=True, kw_only=True)
class WakeState:
    """The background of one state of wakefulness: S(f) ~ 1 / ((knee^x + f^x) (1 + (f / CORNER_HZ)^steeper))."""

    louder: float
    """Amplitude at 6 Hz, over that of waking."""
    knee_hz: float
    exponent_change: float
    steeper: float
    alpha: float
    """Remaining amplitude of the waking rhythms; gamma disappears first and has the square of it."""


CORNER_HZ = 18.0  # estimate: above it the spectrum is steeper in sleep
# With these values the slopes at 30-45 Hz are about 1.9 awake, 3.5 in N3, 4.7 in REM (Lendner et al. 2020). Amplitudes
# are estimates: theta rises at sleep onset, delta rises with depth, and the rhythms of waking disappear.
STATES = {
    "W": WakeState(louder=1.0, knee_hz=2.0, exponent_change=0.0, steeper=0.0, alpha=1.0),
    "N1": WakeState(louder=1.2, knee_hz=2.0, exponent_change=0.2, steeper=0.5, alpha=0.4),
    "N2": WakeState(louder=1.4, knee_hz=1.2, exponent_change=0.4, steeper=1.2, alpha=0.15),
    "N3": WakeState(louder=1.7, knee_hz=0.8, exponent_change=0.7, steeper=1.2, alpha=0.05),
    "R": WakeState(louder=1.1, knee_hz=2.0, exponent_change=0.2, steeper=3.2, alpha=0.25),
}
ALPHA_SD_HZ = 0.8  # estimate: the envelope of such a narrow band changes within half a second
ALPHA_WAX_LN_SD, ALPHA_WAX_HZ = 0.35, 0.2  # estimate: spindle-like groups of a few seconds
THETA_HZ, THETA_SD_HZ, THETA_UV = 6.0, 1.0, 0.5  # estimate
BETA_HZ, BETA_SD_HZ = 18.0, 4.5  # estimate
GAMMA_HZ, GAMMA_SD_HZ = 40.0, 14.0  # estimate
EYES_LAG_S = 0.5  # alpha follows the lids within half a second to a second; estimate
FADE_S = 2.0  # crossfade from one state's background to the next's; estimate


def spans(timeline: Timeline) -> list[tuple[str, float, float]]:
    """Return the runs of each state of wakefulness, (state, start, end) in s, which cover the timeline without gaps."""
    asleep = sorted((a.onset_s, a.end_s, sleep.stage) for a, sleep in timeline.doing(Sleep))
    runs: list[tuple[str, float, float]] = []
    now_s = 0.0
    for start_s, end_s, stage in [*asleep, (timeline.duration_s, timeline.duration_s, "W")]:
        for state, upto_s in (("W", start_s), (stage, end_s)):
            if upto_s <= now_s + 1e-6:
                continue
            if runs and runs[-1][0] == state:
                runs[-1] = (state, runs[-1][1], upto_s)
            else:
                runs.append((state, now_s, upto_s))
            now_s = upto_s
    return runs


def eeg(headset: Headset, timeline: Timeline, subject: Subject, samples: int, rng: np.random.Generator) -> Samples:
    """Return the EEG without events, float32 [channels, samples], uV.

    Parameters
    ----------
    samples : number of samples, at the headset's rate
    """
    sfreq, channels = headset.rate_hz, len(headset.channels)

    def at_channels(name: str, noises: Samples) -> Samples:
        mixing = cortex_mixing(name, headset.wiring, subject).astype(np.float32)
        mixed: Samples = np.einsum("ck,kn->cn", mixing, noises)  # the order of its sums does not depend on threads
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
    """Return the density of a state's aperiodic background at T7 against A2, uV^2/Hz."""
    background = STATES[state]
    x = subject.aperiodic_exponent + background.exponent_change

    def density(frequency_hz: FloatArray) -> FloatArray:
        shape = (background.knee_hz**x + frequency_hz**x) * (1 + (frequency_hz / CORNER_HZ) ** background.steeper) / 2
        at_6_hz = (background.knee_hz**x + 6.0**x) * (1 + (6.0 / CORNER_HZ) ** background.steeper) / 2
        uv2_hz: FloatArray = (subject.aperiodic_uv * background.louder) ** 2 * at_6_hz / shape
        return uv2_hz

    return density


def _background(
    timeline: Timeline, subject: Subject, samples: int, sfreq: float, rows: int, rng: np.random.Generator
) -> Samples:
    """Return independent noises with a crossfade from each state's to the next's; float32 [rows, samples]."""
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
    """Return the remaining amplitude of the waking rhythms over time, as knots."""
    return [
        knot
        for state, start_s, end_s in spans(timeline)
        for knot in ((start_s + min(FADE_S, (end_s - start_s) / 2), STATES[state].alpha), (end_s, STATES[state].alpha))
    ]
