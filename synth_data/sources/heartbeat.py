"""Times of heart beats: a mean rate that activities change, Mayer waves, breathing, and ectopic beats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.synth_data.scenes.timeline import Timeline
from earloop.synth_data.signals.spectrum import bump, shaped_noise
from earloop.synth_data.subject import Subject

MAYER_HZ, SPREAD_HZ = 0.1, 0.01  # ECGSYN's flo and its width: McSharry et al. 2003
GRID_HZ = 8.0
MARGIN_S = 3.0  # for beats before the beginning and after the end whose waves extend into the session
SHORTEST_S = 0.3  # 200 beats a minute
ECTOPIC_COUPLING = (0.5, 0.75)  # share of the normal interval after which an ectopic beat comes; estimate


@dataclass(frozen=True)
class Heartbeat:
    """Beats of a session, including some before 0 and after the end.

    Parameters
    ----------
    r_s : times of the R peaks, float64 [beats], s
    ectopic : whether a beat is ectopic, bool [beats]
    breath : breathing at `GRID_HZ`, beginning at `-MARGIN_S`, unit rms; it causes the high-frequency variability
    """

    r_s: NDArray[np.float64]
    ectopic: NDArray[np.bool_]
    breath: NDArray[np.float64]

    def breath_at(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the breathing at given times, float64, same shape."""
        breath: NDArray[np.float64] = np.interp(time_s, np.arange(len(self.breath)) / GRID_HZ - MARGIN_S, self.breath)
        return breath


def heartbeat(timeline: Timeline, subject: Subject, rng: np.random.Generator) -> Heartbeat:
    """Draw the beats of a session: one at each whole number of the integral of the rate."""
    count = int((timeline.duration_s + 2 * MARGIN_S) * GRID_HZ) + 1
    grid_s = np.arange(count) / GRID_HZ - MARGIN_S

    def wave(centre_hz: float) -> NDArray[np.float64]:
        noise = shaped_noise(lambda f: bump(f, centre_hz, SPREAD_HZ), count, GRID_HZ, rng)[0]
        return np.asarray(noise, np.float64)

    mayer, breath = wave(MAYER_HZ), wave(subject.breath_hz)
    knots = np.array(timeline.gain("heart_rate"))
    rate_hz = subject.heart_rate_bpm / 60 * np.interp(grid_s, *knots.T)
    # An interval averages the rate over its duration, which reduces a wave's amplitude; the sinc compensates for that.
    mean_s = 60 / subject.heart_rate_bpm
    lf_s, hf_s = (
        1e-3 * np.sqrt(ms2) / np.sinc(hz * mean_s)
        for ms2, hz in ((subject.hrv_lf_ms2, MAYER_HZ), (subject.hrv_hf_ms2, subject.breath_hz))
    )
    variability_s = lf_s * mayer + hf_s * breath
    # Variability falls with the square of the interval as the heart speeds up (Monfredi et al. 2014).
    calm = (subject.heart_rate_bpm / 60 / rate_hz) ** 2
    interval_s = np.maximum(SHORTEST_S, 1 / rate_hz + calm * variability_s)
    phase = np.concatenate([[0.0], np.cumsum((1 / interval_s)[:-1] / GRID_HZ)]) + rng.random()
    r_s = np.interp(np.arange(1, int(phase[-1]) + 1), phase, grid_s)
    return Heartbeat(*_with_ectopics(r_s, subject, rng), breath)


def _with_ectopics(
    r_s: NDArray[np.float64], subject: Subject, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Move some beats forward; the next beat keeps its time, which leaves a compensatory pause."""
    chance = subject.ectopic_per_h / 3600 * np.diff(r_s, prepend=r_s[0])
    ectopic = rng.random(len(r_s)) < chance
    ectopic[1:] &= ~ectopic[:-1]
    early = np.flatnonzero(ectopic)
    coupling = rng.uniform(*ECTOPIC_COUPLING, len(early))
    moved = r_s.copy()
    moved[early] = r_s[early - 1] + coupling * (r_s[early] - r_s[early - 1])
    return moved, ectopic
