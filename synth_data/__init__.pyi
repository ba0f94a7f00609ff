from .head.headset import Headset, headset_of
from .scenes.scenario import Scenario, ScenarioError, load_scenario, parse_scenario, scenario_names
from .session import Session, sitting_still
from .subject import ADULT, STAGES, Subject, draw_subject
from .synthesise import SHORT_SESSION, synthesise

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
