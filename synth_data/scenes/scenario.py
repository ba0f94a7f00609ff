"""Scenarios: the activities of a person, as data.

A scenario is a TOML file of one or more tracks that run at the same time. Each track is a sequence of activities:

    name = "eating"
    about = "A meal: mouthfuls, and pauses with a look around"
    duration_s = 300.0

    [[tracks]]
    order = "draw"                    # one after another, drawn by weight
    [[tracks.activities]]
    name = "mouthful"
    duration_s = [8.0, 20.0]          # a range, or one number
    weight = 3.0
    does.chewing = { strength = [0.1, 0.3] }
    does.looking = {}
    gain.alpha = 0.8                  # a factor for the amplitude of the subject's alpha rhythm

| order     | activities                                                                              |
|-----------|-----------------------------------------------------------------------------------------|
| `once`    | each once, in order, with durations scaled to fill the session                          |
| `shuffle` | all in random order, repeatedly                                                         |
| `draw`    | one at a time, drawn by weight                                                          |
| `markov`  | the next is drawn by the row of `transitions` of the current one, starting at the first |
| `timed`   | each at its `onset_s`; they may overlap                                                 |

An activity with a `label` is a trial of that class. Each trial draws its own modulators. `shift` moves them by the
given number of standard deviations times the scenario's `effect_size` (Cohen's d).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from earloop.spec.errors import EarloopError
from earloop.spec.toml_file import read_toml
from earloop.spec.validation import FileTable, first_complaint
from earloop.synth_data.scenes.behaviours import BEHAVIOURS, Behaviour, Range

FOLDER = Path(__file__).with_name("scenarios")
# The quantities that an activity can raise or lower, and their spread from trial to trial (sd of the logarithm).
MODULATORS = {
    "theta": 0.15,
    "alpha": 0.25,
    "beta": 0.15,
    "gamma": 0.15,
    "muscle_tone": 0.25,
    "heart_rate": 0.04,
    "blink_rate": 0.3,
}


class ScenarioError(EarloopError):
    """A scenario is invalid; the message names the key and the reason."""


def _as_range(value: Any) -> Any:
    return (value, value) if isinstance(value, int | float) else value


class ActivityKind(FileTable):
    """One kind of activity, with its behaviours and the range of its duration."""

    name: str = Field(pattern=r"^[A-Za-z0-9_/-]+$")
    """The name, of letters, digits, `_`, `-` and `/`; it becomes the label of the activity's annotations."""
    duration_s: Annotated[Range, BeforeValidator(_as_range)]
    """One number, or the range `[shortest, longest]` that each occurrence draws from."""
    onset_s: float | None = Field(default=None, ge=0)
    """When it begins in a `timed` track, where each activity needs it."""
    weight: float = Field(default=1.0, gt=0)
    """How often it is drawn in a `draw` track, relative to the others."""
    label: str | None = None
    """The class of a trial, which its annotation has in place of the name; an activity with a label is a trial."""
    does: dict[str, Behaviour] = Field(default_factory=dict)
    """The behaviours, by name, each with its options: `does.blinks = {}`."""
    gain: dict[str, float] = Field(default_factory=dict)
    """Factors for the amplitude of modulators of the subject, by name."""
    shift: dict[str, float] = Field(default_factory=dict)
    """By modulator, how many standard deviations times `effect_size` a trial moves it."""

    @field_validator("does", mode="before")
    @classmethod
    def _with_options(cls, does: Any) -> Any:
        if not isinstance(does, Mapping):
            return does
        behaviours: dict[str, Behaviour] = {}
        for name, options in does.items():
            if name not in BEHAVIOURS:
                raise ValueError(f"does.{name}: unknown; valid: {', '.join(sorted(BEHAVIOURS))}")
            model = BEHAVIOURS[name]
            try:
                behaviours[name] = model.model_validate(options)
            except ValidationError as error:
                raise ValueError(f"does.{name}.{first_complaint(error, model)}") from None
        return behaviours

    @field_validator("gain", "shift")
    @classmethod
    def _known_modulators(cls, table: dict[str, float]) -> dict[str, float]:
        for name in table:
            if name not in MODULATORS:
                raise ValueError(f"{name}: not a modulator; valid: {', '.join(MODULATORS)}")
        return table

    @field_validator("gain")
    @classmethod
    def _positive(cls, gain: dict[str, float]) -> dict[str, float]:
        for name, value in gain.items():
            if value <= 0:
                raise ValueError(f"{name} = {value:g}: a gain must be larger than 0")
        return gain

    @property
    def takes(self) -> frozenset[str]:
        """Parts of the body that the behaviours occupy."""
        return frozenset().union(*(behaviour.takes for behaviour in self.does.values()))


class ActivityTrack(FileTable):
    """Activities that follow one another."""

    order: Literal["once", "shuffle", "draw", "markov", "timed"] = "once"
    """How the activities follow one another."""
    activities: tuple[ActivityKind, ...] = Field(min_length=1)
    """The activities; no two that can happen at once may occupy the same part of the body."""
    transitions: tuple[tuple[float, ...], ...] = ()
    """In a `markov` track, the probability of the next activity: a row for each current one, with sum 1."""

    @model_validator(mode="after")
    def _check(self) -> ActivityTrack:
        count = len(self.activities)
        if self.order == "markov":
            if [len(row) for row in self.transitions] != [count] * count:
                raise ValueError(f"transitions: a markov track of {count} activities needs {count} rows of {count}")
            for row, activity in zip(self.transitions, self.activities, strict=True):
                if min(row) < 0 or abs(sum(row) - 1) > 0.01:
                    raise ValueError(
                        f"transitions: the row of {activity.name} must sum to 1 without negative values; "
                        f"it sums to {sum(row):g}, and its smallest value is {min(row):g}"
                    )
        if self.order == "timed":
            for activity in self.activities:
                if activity.onset_s is None:
                    raise ValueError(f"{activity.name}.onset_s: missing; each activity of a timed track needs one")
        return self


class Scenario(FileTable):
    """The tracks of activities of a session, before durations and order are drawn."""

    name: str
    """The name, which recordings carry."""
    about: str = ""
    """What it is, in one line."""
    duration_s: float = Field(gt=0)
    """The duration of a session if none is asked for."""
    effect_size: float = Field(default=1.0, ge=0)
    """The size of `shift`, as Cohen's d."""
    tracks: tuple[ActivityTrack, ...] = Field(min_length=1)
    """The tracks, which run at the same time."""

    @model_validator(mode="after")
    def _nothing_twice_at_once(self) -> Scenario:
        numbered = [(i, activity) for i, track in enumerate(self.tracks) for activity in track.activities]
        for n, (track, first) in enumerate(numbered):
            for other_track, second in numbered[n + 1 :]:
                both = sorted(first.takes & second.takes)
                if both and (track != other_track or _overlap(first, second)):
                    raise ValueError(
                        f"{first.name} and {second.name} can happen at the same time, but both occupy the {both[0]}"
                    )
        return self


def _overlap(first: ActivityKind, second: ActivityKind) -> bool:
    """Return whether two activities of one track can overlap, which only timed ones can."""
    if first.onset_s is None or second.onset_s is None:
        return False
    return (
        first.onset_s < second.onset_s + second.duration_s[1] and second.onset_s < first.onset_s + first.duration_s[1]
    )


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the project."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Read a scenario that comes with the project, by its name, or the user's own file.

    Raises
    ------
    ScenarioError
        There is no such scenario, or it is invalid; the message names the first wrong key.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = FOLDER / f"{name_or_path}.toml"
        if str(name_or_path) not in scenario_names():
            raise ScenarioError(
                f"scenario {name_or_path}: unknown; valid: {', '.join(scenario_names())}, or a .toml file"
            )
    return parse_scenario(read_toml(path, ScenarioError), str(path))


def parse_scenario(data: Mapping[str, Any], source: str = "scenario") -> Scenario:
    """Validate a scenario in nested dictionaries; raises `ScenarioError` as `load_scenario` does."""
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(f"{source}: {first_complaint(error, Scenario)}") from None
