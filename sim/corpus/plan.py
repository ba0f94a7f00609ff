"""Plans of corpora from the user's options."""

from __future__ import annotations

from earloop.recordings import CorpusError, CorpusPlan
from earloop.recordings.recording import Unit
from earloop.spec.design import Design
from earloop.synth_data import Scenario
from earloop.synth_data.scenes.timeline import MIN_DURATION_S


def plan_corpus(
    design: Design,
    scenario: Scenario,
    *,
    hours: float,
    subjects: int = 1,
    seed: int = 1,
    longest_s: int | None = None,
    unit: Unit = "codes",
    truth: bool = False,
) -> CorpusPlan:
    """Return the plan of a corpus of `hours` hours of `subjects` people in a scenario.

    Parameters
    ----------
    longest_s : longest duration of a session; by default the scenario's

    Raises
    ------
    CorpusError
        The duration is not positive, there are no people, the seed is negative, or the sessions are too short.
    """
    longest_s = round(scenario.duration_s) if longest_s is None else longest_s
    if not 0 < hours < float("inf"):
        raise CorpusError(f"{hours:g} hours; must be more than 0")
    if subjects < 1:
        raise CorpusError(f"{subjects} subjects; must be 1 or more")
    if seed < 0:
        raise CorpusError(f"seed {seed}; must be 0 or larger")
    if longest_s < MIN_DURATION_S:
        raise CorpusError(f"sessions of at most {longest_s} s; must be {MIN_DURATION_S:g} s or longer")
    facts = scenario.model_dump(mode="json", serialize_as_any=True)
    plan = CorpusPlan(design, facts, seed, subjects, round(hours * 3600), longest_s, unit, truth)
    shortest_s = plan.sessions[-1].seconds
    if shortest_s < MIN_DURATION_S:
        raise CorpusError(
            f"{plan.seconds} s of {subjects} subjects make sessions of {shortest_s} s; "
            f"must be {MIN_DURATION_S:g} s or longer: choose more hours, or fewer subjects"
        )
    return plan
