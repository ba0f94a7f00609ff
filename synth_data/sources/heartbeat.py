"""When the heart beats: a mean rate that activities raise, Mayer waves, breathing, and beats that come too early."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.synth_data.scenes.timeline import Timeline
from earloop.synth_data.signals.spectrum import bump, shaped_noise
from earloop.synth_data.subject import Subject

MAYER_HZ, SPREAD_HZ = 0.1, 0.01  # ECGSYN's flo and its width: McSharry et al. 2003
GRID_HZ = 8.0
MARGIN_S = 3.0  # beats before the beginning and after the end, whose waves reach in
SHORTEST_S = 0.3  # 200 beats a minute
ECTOPIC_COUPLING = (0.5, 0.75)  # of the interval before it; estimate


@dataclass(frozen=True)
class Heartbeat:
    """Beats, some before 0 and after the end.

    Parameters
    ----------
    r_s : float64 [beats], R peaks, s
    ectopic : bool [beats]
    breath : breathing at `GRID_HZ` from `-MARGIN_S` on, unit rms; it is what makes the high-frequency variability
    """

    r_s: NDArray[np.float64]
    ectopic: NDArray[np.bool_]
    breath: NDArray[np.float64]

    def breath_at(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Breathing at given times, float64, same shape."""
        breath: NDArray[np.float64] = np.interp(time_s, np.arange(len(self.breath)) / GRID_HZ - MARGIN_S, self.breath)
        return breath


def heartbeat(timeline: Timeline, subject: Subject, rng: np.random.Generator) -> Heartbeat:
    """Beats of a whole session: the integral of the rate, and a beat at each whole number."""
    count = int((timeline.duration_s + 2 * MARGIN_S) * GRID_HZ) + 1
    grid_s = np.arange(count) / GRID_HZ - MARGIN_S

    def wave(centre_hz: float) -> NDArray[np.float64]:
        made = shaped_noise(lambda f: bump(f, centre_hz, SPREAD_HZ), count, GRID_HZ, rng)[0]
        return np.asarray(made, np.float64)

    mayer, breath = wave(MAYER_HZ), wave(subject.breath_hz)
    knots = np.array(timeline.gain("heart_rate"))
    rate_hz = subject.heart_rate_bpm / 60 * np.interp(grid_s, *knots.T)
    # An interval averages over itself, which takes some of a wave's height: it is made larger by as much.
    mean_s = 60 / subject.heart_rate_bpm
    lf_s, hf_s = (
        1e-3 * np.sqrt(ms2) / np.sinc(hz * mean_s)
        for ms2, hz in ((subject.hrv_lf_ms2, MAYER_HZ), (subject.hrv_hf_ms2, subject.breath_hz))
    )
    variability_s = lf_s * mayer + hf_s * breath
    # Variability shrinks as the heart speeds up: with the square of the interval (Monfredi et al. 2014).
    calm = (subject.heart_rate_bpm / 60 / rate_hz) ** 2
    interval_s = np.maximum(SHORTEST_S, 1 / rate_hz + calm * variability_s)
    phase = np.concatenate([[0.0], np.cumsum((1 / interval_s)[:-1] / GRID_HZ)]) + rng.random()
    r_s = np.interp(np.arange(1, int(phase[-1]) + 1), phase, grid_s)
    return Heartbeat(*_with_ectopics(r_s, subject, rng), breath)


def _with_ectopics(
    r_s: NDArray[np.float64], subject: Subject, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Some beats moved forward; the beat after one keeps its time: a compensatory pause."""
    chance = subject.ectopic_per_h / 3600 * np.diff(r_s, prepend=r_s[0])
    ectopic = rng.random(len(r_s)) < chance
    ectopic[1:] &= ~ectopic[:-1]
    early = np.flatnonzero(ectopic)
    coupling = rng.uniform(*ECTOPIC_COUPLING, len(early))
    moved = r_s.copy()
    moved[early] = r_s[early - 1] + coupling * (r_s[early] - r_s[early - 1])
    return moved, ectopic
