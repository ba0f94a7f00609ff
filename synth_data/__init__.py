"""The body: what happens in it, and what of that reaches the electrodes around the ears."""

from synth_data.headset import Headset, headset_of
from synth_data.scenario import Activity, Scenario, ScenarioError, short_session
from synth_data.session import Session, sitting_still
from synth_data.subject import ADULT, Subject
from synth_data.synthesise import synthesise

__all__ = [
    "ADULT",
    "Activity",
    "Headset",
    "Scenario",
    "ScenarioError",
    "Session",
    "Subject",
    "headset_of",
    "short_session",
    "sitting_still",
    "synthesise",
]
