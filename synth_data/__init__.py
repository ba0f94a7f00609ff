"""The body: what happens in it, and what of that reaches the electrodes around the ears."""

from synth_data.headset import Headset, headset_of
from synth_data.scenario import Scenario, ScenarioError, load_scenario, parse_scenario, scenario_names
from synth_data.session import Session, sitting_still
from synth_data.subject import ADULT, STAGES, Subject, draw_subject
from synth_data.synthesise import SHORT_SESSION, synthesise

__all__ = [
    "ADULT",
    "SHORT_SESSION",
    "STAGES",
    "Headset",
    "Scenario",
    "ScenarioError",
    "Session",
    "Subject",
    "draw_subject",
    "headset_of",
    "load_scenario",
    "parse_scenario",
    "scenario_names",
    "sitting_still",
    "synthesise",
]
