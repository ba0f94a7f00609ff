"""What the subject does when: a timeline of activities that follow one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recordings import Annotation
from spec.errors import EarloopError

MIN_DURATION_S = 10.0  # shorter, and an activity no longer holds one whole event of its kind

SHORT_SESSION_S = {  # seconds of each activity in a session of one minute
    "eyes_open": 12.0,
    "eyes_closed": 12.0,
    "saccades": 10.0,
    "blinks": 6.0,
    "clenches": 8.0,
    "walking": 12.0,
}


class ScenarioError(EarloopError):
    """A scenario that cannot be lived through; says why."""


@dataclass(frozen=True)
class Activity:
    """Something done for a while; `kind` such as `eyes_closed`."""

    kind: str
    onset_s: float
    duration_s: float

    @property
    def end_s(self) -> float:
        return self.onset_s + self.duration_s


@dataclass(frozen=True)
class Scenario:
    """Activities in order, from 0 to `duration_s`, without gap or overlap."""

    name: str
    activities: tuple[Activity, ...]

    @property
    def duration_s(self) -> float:
        return self.activities[-1].end_s

    def of_kind(self, *kinds: str) -> tuple[Activity, ...]:
        return tuple(activity for activity in self.activities if activity.kind in kinds)

    def mask(self, kind: str, samples: int, sfreq: float) -> NDArray[np.float64]:
        """1.0 during activities of a kind, else 0.0; float64 [samples]."""
        mask = np.zeros(samples)
        for activity in self.of_kind(kind):
            mask[round(activity.onset_s * sfreq) : round(activity.end_s * sfreq)] = 1.0
        return mask

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        return tuple(Annotation(a.onset_s, a.duration_s, a.kind) for a in self.activities)


def short_session(duration_s: float) -> Scenario:
    """Each kind of activity once, stretched or squeezed to `duration_s`.

    Raises
    ------
    ScenarioError
        Shorter than `MIN_DURATION_S`.
    """
    if not MIN_DURATION_S <= duration_s < float("inf"):
        raise ScenarioError(f"a session of {duration_s:g} s; must last {MIN_DURATION_S:g} s or longer")
    stretch = duration_s / sum(SHORT_SESSION_S.values())
    lengths = np.array(list(SHORT_SESSION_S.values())) * stretch
    onsets = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    return Scenario(
        "short_session",
        tuple(
            Activity(kind, float(onset), float(length))
            for kind, onset, length in zip(SHORT_SESSION_S, onsets, lengths, strict=True)
        ),
    )


def event_onsets(
    activity: Activity,
    gap_s: tuple[float, float],
    longest_s: float,
    rng: np.random.Generator,
    first_s: tuple[float, float] = (0.1, 0.3),
) -> list[float]:
    """Onsets of events that begin `gap_s` (uniform) after one another, the last ending within the activity.

    `first_s` is the range of the delay to the first event, `longest_s` the longest that one event lasts.
    """
    onsets = []
    onset_s = activity.onset_s + rng.uniform(*first_s)
    while onset_s + longest_s <= activity.end_s:
        onsets.append(float(onset_s))
        onset_s += rng.uniform(*gap_s)
    return onsets
