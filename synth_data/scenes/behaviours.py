"""The behaviours that a scenario can name, each with its options and the parts of the body that it occupies.

Two behaviours that occupy the same part cannot happen at the same time: nobody walks and runs at once, or chews and
talks. An option that is a pair is a range, from which each event draws uniformly. Defaults without a source are
estimates.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from earloop.spec.validation import FileTable


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError(f"the range {pair[0]:g}..{pair[1]:g} ends before it begins")
    return pair


Range = Annotated[tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]], AfterValidator(_ordered)]


class Behaviour(FileTable):
    """Options of one behaviour; `takes` names the parts of the body that it occupies."""

    takes: ClassVar[frozenset[str]] = frozenset()


class EyesClosed(Behaviour):
    """Closed eyes."""

    takes = frozenset({"lids"})


class Blinks(Behaviour):
    """Deliberate blinks, in addition to spontaneous ones."""

    takes = frozenset({"lids"})
    gap_s: Range = (0.7, 1.2)
    """The time from one onset to the next."""


class Saccades(Behaviour):
    """Saccades between targets on alternating sides, and a last one straight ahead."""

    takes = frozenset({"gaze"})
    gap_s: Range = (0.8, 1.6)
    """The time from one onset to the next."""
    amplitude_deg: Range = (5.0, 25.0)  # EOG is linear to +-30 degrees
    """The angle of a target from straight ahead."""
    vertical: float = Field(default=0.0, ge=0, le=1)
    """Largest height of a target, over its horizontal distance."""


class Looking(Behaviour):
    """Free viewing: the gaze moves between points of a scene."""

    takes = frozenset({"gaze"})
    gap_s: Range = (0.2, 0.6)  # fixations of 200-600 ms in free viewing (Henderson 2003)
    """The time from one saccade to the next."""
    spread_deg: float = Field(default=6.0, gt=0, le=15)
    """The standard deviation of the points around straight ahead."""


class Reading(Behaviour):
    """Reading: steps of 8 letters or two degrees to the right, every 250 ms, and a return sweep (Rayner 1998)."""

    takes = frozenset({"gaze"})
    gap_s: Range = (0.2, 0.3)
    """The time from one saccade to the next."""
    step_deg: float = Field(default=2.0, gt=0, le=5)
    """The length of a step to the right."""
    line_deg: float = Field(default=18.0, gt=1, le=40)
    """The length of a line."""


class Pursuit(Behaviour):
    """Smooth pursuit of a target that swings from side to side."""

    takes = frozenset({"gaze"})
    frequency_hz: float = Field(default=0.4, gt=0, le=1.0)  # pursuit keeps up to about 1 Hz
    """Swings a second."""
    amplitude_deg: float = Field(default=15.0, gt=0, le=30)
    """The largest angle of the target."""


class Nystagmus(Behaviour):
    """Optokinetic nystagmus: slow drifts to the left and quick returns, as in a moving train; absent at rest."""

    takes = frozenset({"gaze"})
    beats_hz: Range = (1.5, 3.0)  # optokinetic: 1-3 beats a second (Leigh & Zee 2015)
    """Quick returns a second."""
    amplitude_deg: Range = (3.0, 8.0)
    """The angle of a quick return."""


class RapidEyeMovements(Behaviour):
    """Bursts of saccades with closed lids, as in REM sleep."""

    takes = frozenset({"gaze"})
    gap_s: Range = (2.0, 12.0)
    """The time from one burst to the next, without the bursts."""
    amplitude_deg: Range = (3.0, 18.0)
    """The angle of a saccade."""


class RollingEyes(Behaviour):
    """Slow rolling eye movements during sleep onset, below 0.5 Hz (AASM)."""

    takes = frozenset({"gaze"})
    frequency_hz: float = Field(default=0.25, gt=0, le=0.5)
    """Swings a second."""
    amplitude_deg: float = Field(default=12.0, gt=0, le=30)
    """The largest angle."""


class Clenches(Behaviour):
    """Repeated jaw clenches."""

    takes = frozenset({"jaw"})
    gap_s: Range = (1.8, 2.8)
    """The time from one onset to the next."""
    length_s: Range = (0.7, 1.0)
    """The duration of one clench."""
    strength: Range = (0.4, 0.9)
    """Share of the strongest contraction."""


class Chewing(Behaviour):
    """Mouthfuls, each chewed on one side and then swallowed."""

    takes = frozenset({"jaw"})
    rate_hz: Range = (1.1, 1.7)  # chewing cycles of .6-.9 s (Po et al. 2011)
    """Chewing cycles a second."""
    strength: Range = (0.1, 0.3)
    """Share of the strongest contraction."""
    bite_s: Range = (8.0, 20.0)
    """Duration of one mouthful, which a swallow ends."""


class Speech(Behaviour):
    """Phrases of syllables, with pauses between them."""

    takes = frozenset({"jaw"})
    syllables_hz: float = Field(default=4.5, gt=1, le=8)  # 3-8 Hz (Ding et al. 2017)
    """Syllables a second."""
    strength: float = Field(default=0.03, gt=0, le=1)
    """Share of the strongest contraction."""
    phrase_s: Range = (1.0, 4.0)
    """The duration of a phrase."""
    pause_s: Range = (0.3, 1.5)
    """The duration of a pause."""


class Swallows(Behaviour):
    """Spontaneous swallows."""

    gap_s: Range = (20.0, 80.0)  # about once a minute awake (Lear et al. 1965)
    """The time from one onset to the next."""


class Frowns(Behaviour):
    """Contractions of the frontalis."""

    gap_s: Range = (3.0, 10.0)
    """The time from one onset to the next."""
    strength: Range = (0.05, 0.3)
    """Share of the strongest contraction."""


class NeckTension(Behaviour):
    """A constant contraction of the neck."""

    strength: float = Field(default=0.03, gt=0, le=1)
    """Share of the strongest contraction."""


class Gait(Behaviour):
    """Movement by steps."""

    takes = frozenset({"legs"})
    vigour: float = Field(default=1.0, gt=0, le=2)
    """Acceleration, over that of a comfortable gait."""


class Walking(Gait):
    """Walking, at the subject's step rate."""


class Running(Gait):
    """Running, with faster and harder steps than walking."""


class HeadTurns(Behaviour):
    """Turns of the head to the left or right."""

    takes = frozenset({"neck"})
    gap_s: Range = (4.0, 15.0)
    """The time from one onset to the next."""


class Fidgets(Behaviour):
    """Small shifts of posture."""

    gap_s: Range = (10.0, 60.0)
    """The time from one onset to the next."""


class Sleep(Behaviour):
    """Sleep in one stage."""

    takes = frozenset({"wakefulness", "legs", "jaw", "neck"})
    stage: Literal["N1", "N2", "N3", "R"]
    """The stage, by the AASM's names."""


class SteadyStimulus(Behaviour):
    """A periodic stimulus, which the cortex follows."""

    frequency_hz: float
    """Periods a second."""


class Flicker(SteadyStimulus):
    """A flickering light, which the visual cortex follows: SSVEP."""

    takes = frozenset({"screen"})
    frequency_hz: float = Field(ge=4, le=45)
    """Flashes a second."""


class Tone(SteadyStimulus):
    """An amplitude-modulated tone, which the auditory cortex follows: ASSR."""

    takes = frozenset({"ears"})
    frequency_hz: float = Field(default=40.0, ge=20, le=90)
    """The frequency of the modulation."""


class Oddball(Behaviour):
    """Frequent standards and rare targets, which evoke a P300."""

    takes = frozenset({"screen"})
    gap_s: Range = (0.8, 1.2)
    """The time from one stimulus to the next."""
    target_share: float = Field(default=0.15, gt=0, lt=1)
    """The share of targets."""


class Pictures(Behaviour):
    """Pictures of faces and houses, equally often, which evoke an N170."""

    takes = frozenset({"screen"})
    gap_s: Range = (0.9, 1.3)
    """The time from one picture to the next."""


BEHAVIOURS: dict[str, type[Behaviour]] = {
    "eyes_closed": EyesClosed,
    "blinks": Blinks,
    "saccades": Saccades,
    "looking": Looking,
    "reading": Reading,
    "pursuit": Pursuit,
    "nystagmus": Nystagmus,
    "rapid_eye_movements": RapidEyeMovements,
    "rolling_eyes": RollingEyes,
    "clenches": Clenches,
    "chewing": Chewing,
    "speech": Speech,
    "swallows": Swallows,
    "frowns": Frowns,
    "neck_tension": NeckTension,
    "walking": Walking,
    "running": Running,
    "head_turns": HeadTurns,
    "fidgets": Fidgets,
    "sleep": Sleep,
    "flicker": Flicker,
    "tone": Tone,
    "oddball": Oddball,
    "pictures": Pictures,
}
