"""Timelines: the activities of a scenario, with durations and order drawn at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Annotation
from earloop.synth_data.scenes.behaviours import Behaviour
from earloop.synth_data.scenes.scenario import MODULATORS, ActivityKind, ActivityTrack, Scenario, ScenarioError
from earloop.synth_data.signals.curve import Knots

FloatArray = NDArray[np.float64]
MIN_DURATION_S = 10.0  # in a shorter session an activity may be too short for one whole event
SOFT_S = 0.5  # duration of a modulator's ramp from one activity's value to the next's; estimate
Kind = TypeVar("Kind", bound=Behaviour)


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One activity, from `onset_s` for `duration_s`, with its behaviours and the factors of its modulators."""

    name: str
    onset_s: float
    duration_s: float
    does: dict[str, Behaviour]
    gain: dict[str, float] = field(default_factory=dict)

    @property
    def end_s(self) -> float:
        """End of the activity, s."""
        return self.onset_s + self.duration_s


@dataclass(frozen=True)
class Timeline:
    """Activities of all tracks, sorted by onset, between 0 and `duration_s`."""

    scenario: str
    duration_s: float
    activities: tuple[Activity, ...]

    def doing(self, kind: type[Kind]) -> list[tuple[Activity, Kind]]:
        """Return each activity with a behaviour of a kind, and that behaviour's options."""
        return [(a, options) for a in self.activities for options in a.does.values() if isinstance(options, kind)]

    def spans(self, kind: type[Behaviour]) -> list[tuple[float, float]]:
        """Return the spans of a behaviour, (start, end) in s, sorted; spans that touch or overlap are merged."""
        merged: list[tuple[float, float]] = []
        for activity, _ in self.doing(kind):
            if merged and activity.onset_s <= merged[-1][1] + 1e-6:
                merged[-1] = (merged[-1][0], max(merged[-1][1], activity.end_s))
            else:
                merged.append((activity.onset_s, activity.end_s))
        return merged

    def gain(self, modulator: str) -> Knots:
        """Return a modulator's factor over time: constant within activities, with ramps of `SOFT_S` between them."""
        gains = [(a.onset_s, a.end_s, a.gain[modulator]) for a in self.activities if modulator in a.gain]
        edges = np.unique([0.0, self.duration_s, *(edge for start, end, _ in gains for edge in (start, end))])
        logarithm = np.zeros(len(edges) - 1)
        for start_s, end_s, factor in gains:
            logarithm[np.searchsorted(edges, start_s) : np.searchsorted(edges, end_s)] += np.log(factor)
        inset = np.minimum(SOFT_S, np.diff(edges)) / 2
        times = np.column_stack([edges[:-1] + inset, edges[1:] - inset]).ravel()
        return list(zip(times.tolist(), np.repeat(np.exp(logarithm), 2).tolist(), strict=True))

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """One annotation for each activity."""
        return tuple(Annotation(a.onset_s, a.duration_s, a.name, source="scenario") for a in self.activities)


def plan(scenario: Scenario, duration_s: float, rng: np.random.Generator) -> Timeline:
    """Draw a timeline: each activity's duration, the order, and the modulators of each trial.

    Raises
    ------
    ScenarioError
        The session is shorter than `MIN_DURATION_S`, or it ends before a timed activity begins.
    """
    if not MIN_DURATION_S <= duration_s < float("inf"):
        raise ScenarioError(f"a session of {duration_s:g} s; must last {MIN_DURATION_S:g} s or longer")
    activities: list[Activity] = []
    for track in scenario.tracks:
        for kind, onset_s, length_s in _lay_out(track, duration_s, rng):
            gain = _modulators(kind, scenario.effect_size, rng)
            activities.append(
                Activity(name=kind.label or kind.name, onset_s=onset_s, duration_s=length_s, does=kind.does, gain=gain)
            )
    return Timeline(scenario.name, duration_s, tuple(sorted(activities, key=lambda a: (a.onset_s, -a.duration_s))))


def _lay_out(
    track: ActivityTrack, duration_s: float, rng: np.random.Generator
) -> Iterator[tuple[ActivityKind, float, float]]:
    """Yield the activities of a track with onset and duration in s."""
    if track.order == "timed":
        for kind in track.activities:
            onset_s, length_s = float(kind.onset_s or 0.0), float(rng.uniform(*kind.duration_s))
            if onset_s >= duration_s:
                raise ScenarioError(
                    f"{kind.name} begins at {onset_s:g} s, but the session ends at {duration_s:g} s; "
                    "choose a longer session"
                )
            yield kind, onset_s, min(length_s, duration_s - onset_s)
        return
    if track.order == "once":
        lengths = np.array([rng.uniform(*kind.duration_s) for kind in track.activities])
        lengths *= duration_s / lengths.sum()
        onsets = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
        yield from zip(track.activities, onsets.tolist(), lengths.tolist(), strict=True)
        return
    now_s = 0.0
    for kind in _endless(track, rng):
        length_s = min(float(rng.uniform(*kind.duration_s)), duration_s - now_s)
        yield kind, now_s, length_s
        now_s += length_s
        if duration_s - now_s < 1e-6:
            return


def _endless(track: ActivityTrack, rng: np.random.Generator) -> Iterator[ActivityKind]:
    """Yield activities without end, in the track's order."""
    kinds = track.activities
    weights = np.array([kind.weight for kind in kinds])
    state = 0
    while True:
        if track.order == "shuffle":
            yield from (kinds[i] for i in rng.permutation(len(kinds)))
        elif track.order == "draw":
            yield kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
        else:
            yield kinds[state]
            row = np.array(track.transitions[state])
            state = int(rng.choice(len(kinds), p=row / row.sum()))


def _modulators(kind: ActivityKind, effect_size: float, rng: np.random.Generator) -> dict[str, float]:
    """Return the factors of one activity; in a trial each modulator also has a random part and a shift."""
    gain = dict(kind.gain)
    if kind.label is not None:
        for name, sd in MODULATORS.items():
            shifted = rng.standard_normal() + effect_size * kind.shift.get(name, 0.0)
            gain[name] = gain.get(name, 1.0) * float(np.exp(sd * shifted))
    return gain


def event_onsets(
    activity: Activity,
    gap_s: tuple[float, float],
    longest_s: float,
    rng: np.random.Generator,
    first_s: tuple[float, float] = (0.1, 0.3),
) -> list[float]:
    """Draw onsets of events within an activity, in s, with gaps drawn uniformly from `gap_s`.

    `gap_s` is the range from one onset to the next, `first_s` that of the delay to the first event. `longest_s` is the
    duration of the longest event: every event ends within the activity.
    """
    most = int((activity.duration_s - first_s[0]) / gap_s[0]) + 1
    gaps = np.concatenate([rng.uniform(*first_s, 1), rng.uniform(*gap_s, max(0, most))])
    onsets = activity.onset_s + np.cumsum(gaps)
    return [float(onset) for onset in onsets[onsets + longest_s <= activity.end_s]]
