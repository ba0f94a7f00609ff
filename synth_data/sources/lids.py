"""Lids and blinks: deliberate blinks, and spontaneous ones at the subject's rate while the eyes are open."""

from __future__ import annotations

import numpy as np

from earloop.recordings import Annotation
from earloop.synth_data.scenes.behaviours import Blinks, EyesClosed
from earloop.synth_data.scenes.timeline import Timeline, event_onsets
from earloop.synth_data.signals.curve import Samples, curve, pulses, ramps
from earloop.synth_data.subject import Subject

CLOSE_S, SHUT_S, OPEN_S = 0.08, (0.0, 0.05), 0.12  # 100 ms, up to 300 ms, 100 ms: Stern et al. 1984; 80 in VEOGs
LONGEST_S = CLOSE_S + SHUT_S[1] + OPEN_S
HEIGHT_LN_SD = 0.18  # within one person: IQR 108..153 uV in the vertical EOG that NeuroKit2 ships
SHORTEST_GAP_S = 0.3  # from the end of one blink to the next; estimate
GAP_SHAPE = 2.0  # gamma: intervals between blinks scatter widely but avoid the shortest (Ponder & Kennedy 1927)
LID_S = 0.2  # time in which lids close or open; estimate


def lids(timeline: Timeline, samples: int, sfreq: float) -> Samples:
    """Return the closure of the lids without blinks, from 0 (open) to 1 (closed); float32 [samples]."""
    return curve(ramps(timeline.spans(EyesClosed), LID_S), samples, sfreq)


def blinks(
    timeline: Timeline, subject: Subject, samples: int, sfreq: float, rng: np.random.Generator
) -> tuple[Samples, list[Annotation]]:
    """Return the blinks at Fpz against the ear lobes.

    Returns
    -------
    float32 [samples], uV, positive while the lid is closed; and events `blink` with amplitude in uV
    """
    onsets = [
        onset_s
        for activity, options in timeline.doing(Blinks)
        for onset_s in event_onsets(activity, options.gap_s, LONGEST_S, rng)
    ]
    onsets += _spontaneous(timeline, subject, rng)

    bumps, events, free_s = [], [], 0.0
    for onset_s in sorted(onsets):
        shut_s = float(rng.uniform(*SHUT_S))
        height_uv = subject.blink_uv * float(np.exp(HEIGHT_LN_SD * rng.standard_normal()))
        if onset_s < free_s:
            continue
        duration_s = CLOSE_S + shut_s + OPEN_S
        bumps.append((onset_s, CLOSE_S, shut_s, OPEN_S, height_uv))
        events.append(Annotation(onset_s, duration_s, "blink", height_uv, "eog"))
        free_s = onset_s + duration_s + SHORTEST_GAP_S
    return pulses(bumps, samples, sfreq), events


def _spontaneous(timeline: Timeline, subject: Subject, rng: np.random.Generator) -> list[float]:
    """Draw onsets at the subject's rate times the gain `blink_rate`; none near closed lids or deliberate blinks."""
    knots = np.array(timeline.gain("blink_rate"))
    rate_hz = subject.blinks_per_min / 60
    most = int(3 * rate_hz * knots[:, 1].max() * timeline.duration_s) + 10
    # Gaps are drawn in units of the mean gap, then stretched by the rate at that time.
    progress = np.cumsum(rng.gamma(GAP_SHAPE, 1 / GAP_SHAPE, most))
    grid_s = np.linspace(0, timeline.duration_s, len(knots) * 8 + 2)
    rate = rate_hz * np.interp(grid_s, *knots.T)
    passed = np.concatenate([[0.0], np.cumsum(np.diff(grid_s) * (rate[1:] + rate[:-1]) / 2)])
    onsets = np.interp(progress[progress < passed[-1]], passed, grid_s)
    shut = [*timeline.spans(EyesClosed), *timeline.spans(Blinks)]
    return [
        float(onset)
        for onset in onsets
        if onset + LONGEST_S <= timeline.duration_s
        and not any(start - LONGEST_S - LID_S < onset < end + LID_S for start, end in shut)
    ]
