"""The body: what happens in it, and what of that reaches the electrodes around the ears."""

from synth_data.scenario import Activity, Scenario, ScenarioError, short_session
from synth_data.session import Session
from synth_data.subject import ADULT, Subject
from synth_data.synthesise import synthesise

__all__ = ["ADULT", "Activity", "Scenario", "ScenarioError", "Session", "Subject", "short_session", "synthesise"]
