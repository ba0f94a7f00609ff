"""Scenarios of one activity, for tests of one source."""

import numpy as np

from earloop.spec.wiring import wire
from earloop.synth_data.head.headset import Headset
from earloop.synth_data.scenes.scenario import parse_scenario
from earloop.synth_data.scenes.timeline import Timeline, plan

SFREQ = 1000.0
EARS = Headset(wire(("T7", "T9"), ("T8", "T10"), ("TP9", "TP10")), SFREQ)
ACROSS = Headset(wire(("T7",), ("T8",), ("A2",)), SFREQ)  # T7 against the other ear's lobe, T8 against its own


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def doing(duration_s: float, gain: dict[str, float] | None = None, **does: dict[str, object]) -> Timeline:
    """One activity of these behaviours, as long as asked for."""
    activity = {"name": "only", "duration_s": duration_s, "does": does, "gain": gain or {}}
    scenario = {"name": "only", "duration_s": duration_s, "tracks": [{"activities": [activity]}]}
    return plan(parse_scenario(scenario), duration_s, rng())


def one_after_another(*activities: tuple[float, dict[str, dict[str, object]]]) -> Timeline:
    """Activities of a given length each."""
    kinds = [{"name": f"part{i}", "duration_s": s, "does": does} for i, (s, does) in enumerate(activities)]
    total_s = sum(s for s, _ in activities)
    return plan(
        parse_scenario({"name": "parts", "duration_s": total_s, "tracks": [{"activities": kinds}]}), total_s, rng()
    )
