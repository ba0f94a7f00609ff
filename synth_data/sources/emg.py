"""EMG: noise with the spectrum of summed motor-unit potentials, driven by the movements of jaw, brow and neck.

At rest few motor units fire, and single potentials are visible. More units fire as the drive grows, and the sum becomes
Gaussian. Therefore the noise consists of random impulses, one for each firing, filtered to the spectrum of the surface
EMG.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Annotation
from earloop.synth_data.head.fields import MUSCLES, muscle_named
from earloop.synth_data.scenes.behaviours import (
    Behaviour,
    Chewing,
    Clenches,
    Frowns,
    HeadTurns,
    NeckTension,
    Sleep,
    Speech,
    Swallows,
)
from earloop.synth_data.scenes.timeline import Activity, Timeline, event_onsets
from earloop.synth_data.signals.curve import Samples, curve, pulses, ramps
from earloop.synth_data.signals.spectrum import BLOCK, slow_noise
from earloop.synth_data.subject import Subject

FloatArray = NDArray[np.float64]
LOW_HZ, HIGH_HZ = 60.0, 120.0  # corners of the surface EMG's density: Stulen & De Luca 1981, Shwedyk et al. 1977
REST_IMPULSES_HZ = 250.0  # a few tens of units at 8-12 Hz each; estimate
MAX_IMPULSES_HZ = 8000.0  # hundreds of units at 20-40 Hz; estimate
RISE_S, FALL_S = 0.08, 0.15  # estimate
BUMPINESS, DRIVE_HZ = 0.2, 4.0  # variation of a constant contraction; common drive is below 4 Hz (De Luca & Erim 1994)
SLEEP_TONE = {"N1": 0.6, "N2": 0.4, "N3": 0.3, "R": 0.1}  # over resting tone; atonia in REM; estimates
POSTURE = 0.02  # contraction of the neck that holds the head, over the strongest; estimate
TURN_S = 0.6  # duration of a head turn; estimate
Bump = tuple[float, float, float, float, float]


@dataclass
class _Drive:
    """Contractions of each muscle, over its strongest; the jaw's opening; and their events."""

    bumps: dict[str, list[Bump]] = field(default_factory=lambda: defaultdict(list))
    jaw: list[Bump] = field(default_factory=list)
    events: list[Annotation] = field(default_factory=list)

    def contract(self, muscle: str, onset_s: float, duration_s: float, level: float) -> None:
        """Add one contraction of every muscle whose name begins with `muscle`."""
        rise_s, fall_s = min(RISE_S, duration_s / 3), min(FALL_S, duration_s / 2)
        for name in MUSCLES:
            if name.startswith(muscle):
                self.bumps[name].append((onset_s, rise_s, duration_s - rise_s - fall_s, fall_s, level))


def emg_density(frequency_hz: FloatArray) -> FloatArray:
    """Return the density of surface EMG of unit rms, 1/Hz: k fh^4 f^2 / ((f^2 + fl^2) (f^2 + fh^2)^2).

    By partial fractions its integral from 0 to infinity is k fh^4 pi / (4 fh (fl + fh)^2); k makes it 1.
    """
    f2 = frequency_hz**2
    k = 4 * (LOW_HZ + HIGH_HZ) ** 2 / (np.pi * HIGH_HZ**3)
    density: FloatArray = k * HIGH_HZ**4 * f2 / ((f2 + LOW_HZ**2) * (f2 + HIGH_HZ**2) ** 2)
    return density


def emg(
    timeline: Timeline, subject: Subject, samples: int, sfreq: float, rng: np.random.Generator
) -> tuple[dict[str, Samples], Samples, list[Annotation]]:
    """Return the EMG of each muscle of `MUSCLES`, with independent motor units.

    Returns
    -------
    float32 [samples] for each muscle, uV over the muscle; the opening of the jaw, 0 to 1, float32 [samples]; and events
    `jaw_clench`, `chew`, `speech`, `swallow`, `frown`, `head_turn`, whose amplitude is the strongest muscle's share of
    its maximum
    """
    drive = _Drive()
    for kind, contract in _CONTRACT.items():
        for activity, options in timeline.doing(kind):
            contract(drive, activity, options, rng)

    tone = subject.rest_uv * curve(timeline.gain("muscle_tone"), samples, sfreq)
    asleep = timeline.doing(Sleep)
    for stage, remaining in SLEEP_TONE.items():
        spans = [(a.onset_s, a.end_s) for a, sleep in asleep if sleep.stage == stage]
        if spans:
            tone *= 1 - np.float32(1 - remaining) * curve(ramps(spans, RISE_S), samples, sfreq)
    awake = 1 - curve(ramps(timeline.spans(Sleep), 1.0), samples, sfreq) if asleep else np.float32(1)

    signals = {}
    for muscle in MUSCLES:
        level = pulses(drive.bumps[muscle], samples, sfreq)
        if level.any():
            level *= np.abs(1 + np.float32(BUMPINESS) * slow_noise(DRIVE_HZ, samples, sfreq, rng))
        if muscle.startswith("neck"):
            level += np.float32(POSTURE) * awake
        strength = muscle_named(muscle)
        rms_uv = np.hypot(np.float32(strength.rest) * tone, np.float32(subject.clench_uv * strength.most) * level)
        signals[muscle] = _motor_units(rms_uv, level, sfreq, rng)
    return signals, pulses(drive.jaw, samples, sfreq), drive.events


MANY = 4.0  # with so many impulses in a sample, their sum is nearly Gaussian


def _motor_units(rms_uv: Samples, level: Samples, sfreq: float, rng: np.random.Generator) -> Samples:
    """Return filtered impulses of random sign and size, whose rate grows with the drive; float32 [samples], uV."""
    expected = ((REST_IMPULSES_HZ + (MAX_IMPULSES_HZ - REST_IMPULSES_HZ) * np.minimum(level, 1)) / sfreq).astype(
        np.float32
    )
    impulses = rng.standard_normal(len(level), np.float32) * rms_uv
    few = expected < MANY
    impulses[few] *= np.sqrt(rng.poisson(expected[few]) / expected[few])
    return _filtered(impulses, sfreq)


def _filtered(white: Samples, sfreq: float) -> Samples:
    """Filter white noise by a zero-phase filter of power response `emg_density`, in overlapping blocks.

    Noise of unit rms keeps unit rms over all frequencies. The filter's impulse response is some 20 ms long.
    """
    from scipy import fft

    pad = round(0.1 * sfreq)
    step = min(BLOCK, len(white))
    length = fft.next_fast_len(step + 2 * pad, real=True)
    response = np.sqrt(emg_density(fft.rfftfreq(length, 1 / sfreq)) * sfreq / 2).astype(np.float32)
    padded = np.zeros(len(white) + 2 * pad, np.float32)
    padded[pad:-pad] = white
    out = np.empty_like(white)
    for start in range(0, len(white), step):
        block = fft.irfft(fft.rfft(padded[start : start + step + 2 * pad], length) * response, length)
        out[start : start + step] = block[pad : pad + min(step, len(white) - start)]
    return out


def _clenches(drive: _Drive, activity: Activity, options: Clenches, rng: np.random.Generator) -> None:
    for onset_s in event_onsets(activity, options.gap_s, options.length_s[1], rng):
        duration_s, level = float(rng.uniform(*options.length_s)), float(rng.uniform(*options.strength))
        drive.contract("temporalis", onset_s, duration_s, level)
        drive.contract("masseter", onset_s, duration_s, level)
        drive.events.append(Annotation(onset_s, duration_s, "jaw_clench", level, "emg"))


def _chewing(drive: _Drive, activity: Activity, options: Chewing, rng: np.random.Generator) -> None:
    """Add mouthfuls, each chewed on one side and ended by a swallow."""
    now_s = activity.onset_s + 0.2
    while now_s < activity.end_s - 3.0:
        end_s = min(now_s + float(rng.uniform(*options.bite_s)), activity.end_s - 1.5)
        working, other = rng.permutation(["left", "right"])
        period_s = 1 / float(rng.uniform(*options.rate_hz))
        while now_s + period_s < end_s:
            level, burst_s = float(rng.uniform(*options.strength)), 0.45 * period_s
            for muscle in ("temporalis", "masseter"):
                drive.contract(f"{muscle}_{working}", now_s, burst_s, level)
                drive.contract(f"{muscle}_{other}", now_s, burst_s, 0.6 * level)
            drive.jaw.append((now_s + burst_s, 0.25 * period_s, 0.0, 0.25 * period_s, 0.5))
            drive.events.append(Annotation(now_s, burst_s, "chew", level, "emg"))
            now_s += period_s * float(rng.uniform(0.9, 1.1))
        _swallow(drive, now_s)
        now_s += 1.5


def _speech(drive: _Drive, activity: Activity, options: Speech, rng: np.random.Generator) -> None:
    """Add phrases of syllables."""
    now_s = activity.onset_s + float(rng.uniform(0, 0.3))
    while now_s < activity.end_s - options.phrase_s[0]:
        end_s = min(now_s + float(rng.uniform(*options.phrase_s)), activity.end_s)
        drive.events.append(Annotation(now_s, end_s - now_s, "speech", options.strength, "emg"))
        while now_s + 1.5 / options.syllables_hz < end_s:
            period_s = float(rng.uniform(0.7, 1.3)) / options.syllables_hz
            level = options.strength * float(rng.lognormal(0, 0.5))
            drive.contract("throat", now_s, period_s, min(1.0, 3 * level))
            drive.contract("masseter", now_s, period_s, level)
            drive.contract("temporalis", now_s, period_s, 0.5 * level)
            drive.jaw.append((now_s, 0.4 * period_s, 0.2 * period_s, 0.4 * period_s, 0.3))
            now_s += period_s
        now_s = end_s + float(rng.uniform(*options.pause_s))


def _swallows(drive: _Drive, activity: Activity, options: Swallows, rng: np.random.Generator) -> None:
    for onset_s in event_onsets(activity, options.gap_s, 1.0, rng, first_s=options.gap_s):
        _swallow(drive, onset_s)


def _swallow(drive: _Drive, onset_s: float) -> None:
    drive.contract("throat", onset_s, 0.9, 0.5)
    drive.contract("masseter", onset_s, 0.5, 0.08)  # the teeth close
    drive.events.append(Annotation(onset_s, 0.9, "swallow", 0.5, "emg"))


def _frowns(drive: _Drive, activity: Activity, options: Frowns, rng: np.random.Generator) -> None:
    for onset_s in event_onsets(activity, options.gap_s, 2.0, rng, first_s=(0.1, options.gap_s[1])):
        duration_s, level = float(rng.uniform(0.5, 2.0)), float(rng.uniform(*options.strength))
        drive.contract("frontalis", onset_s, duration_s, level)
        drive.contract("temporalis", onset_s, duration_s, 0.1 * level)
        drive.events.append(Annotation(onset_s, duration_s, "frown", level, "emg"))


def _neck(drive: _Drive, activity: Activity, options: NeckTension, _: np.random.Generator) -> None:
    drive.contract("neck", activity.onset_s, activity.duration_s, options.strength)


def _head_turns(drive: _Drive, activity: Activity, options: HeadTurns, rng: np.random.Generator) -> None:
    """Add the neck's contractions in head turns; `motion` computes the acceleration from these events."""
    for onset_s in event_onsets(activity, options.gap_s, TURN_S, rng, first_s=(0.1, options.gap_s[1])):
        turn = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.3, 1.0))
        drive.contract("neck_left" if turn > 0 else "neck_right", onset_s, TURN_S, 0.15 * abs(turn))
        drive.events.append(Annotation(onset_s, TURN_S, "head_turn", turn, "emg"))


_CONTRACT: dict[type[Behaviour], Callable[[_Drive, Activity, Any, np.random.Generator], None]] = {
    Clenches: _clenches,
    Chewing: _chewing,
    Speech: _speech,
    Swallows: _swallows,
    Frowns: _frowns,
    NeckTension: _neck,
    HeadTurns: _head_turns,
}
