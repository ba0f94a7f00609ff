"""What a body can do: each behaviour with its options, and the parts of the body that it takes.

Two behaviours that take the same part cannot go on at the same time: nobody walks and runs, or chews and talks. Options
given as a pair are a range, from which each event draws uniformly. Defaults without a source are estimates.
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
    """Options of one behaviour; `takes` names the parts of the body that it needs for itself."""

    takes: ClassVar[frozenset[str]] = frozenset()


class EyesClosed(Behaviour):
    takes = frozenset({"lids"})


class Blinks(Behaviour):
    """Deliberate blinks, beside those that come by themselves."""

    takes = frozenset({"lids"})
    gap_s: Range = (0.7, 1.2)


class Saccades(Behaviour):
    """Looking from target to target, each on the other side of the last, and ahead again at the end."""

    takes = frozenset({"gaze"})
    gap_s: Range = (0.8, 1.6)
    amplitude_deg: Range = (5.0, 25.0)  # EOG is linear to +-30 degrees
    vertical: float = Field(default=0.0, ge=0, le=1)
    """Largest height of a target over its distance to the side."""


class Looking(Behaviour):
    """Free viewing: gaze wanders between points of a scene."""

    takes = frozenset({"gaze"})
    gap_s: Range = (0.2, 0.6)  # fixations of 200-600 ms in free viewing (Henderson 2003)
    spread_deg: float = Field(default=6.0, gt=0, le=15)


class Reading(Behaviour):
    """Steps of two degrees to the right along a line, and back for the next: 8 letters, 250 ms (Rayner 1998)."""

    takes = frozenset({"gaze"})
    gap_s: Range = (0.2, 0.3)
    step_deg: float = Field(default=2.0, gt=0, le=5)
    line_deg: float = Field(default=18.0, gt=1, le=40)


class Pursuit(Behaviour):
    """Following a target that swings from side to side."""

    takes = frozenset({"gaze"})
    frequency_hz: float = Field(default=0.4, gt=0, le=1.0)  # pursuit keeps up to about 1 Hz
    amplitude_deg: float = Field(default=15.0, gt=0, le=30)


class Nystagmus(Behaviour):
    """Slow drift to the left and quick return, as when a landscape goes by; no one at rest does so."""

    takes = frozenset({"gaze"})
    beats_hz: Range = (1.5, 3.0)  # optokinetic: 1-3 beats a second (Leigh & Zee 2015)
    amplitude_deg: Range = (3.0, 8.0)


class RapidEyeMovements(Behaviour):
    """Bursts of saccades behind closed lids."""

    takes = frozenset({"gaze"})
    gap_s: Range = (2.0, 12.0)
    amplitude_deg: Range = (3.0, 18.0)


class RollingEyes(Behaviour):
    """Slow rolling movements of falling asleep, slower than half a hertz (AASM)."""

    takes = frozenset({"gaze"})
    frequency_hz: float = Field(default=0.25, gt=0, le=0.5)
    amplitude_deg: float = Field(default=12.0, gt=0, le=30)


class Clenches(Behaviour):
    takes = frozenset({"jaw"})
    gap_s: Range = (1.8, 2.8)
    length_s: Range = (0.7, 1.0)
    strength: Range = (0.4, 0.9)
    """Of the strongest."""


class Chewing(Behaviour):
    takes = frozenset({"jaw"})
    rate_hz: Range = (1.1, 1.7)  # chewing cycles of .6-.9 s (Po et al. 2011)
    strength: Range = (0.1, 0.3)
    bite_s: Range = (8.0, 20.0)
    """One mouthful, after which one swallows."""


class Speech(Behaviour):
    takes = frozenset({"jaw"})
    syllables_hz: float = Field(default=4.5, gt=1, le=8)  # 3-8 Hz (Ding et al. 2017)
    strength: float = Field(default=0.03, gt=0, le=1)
    phrase_s: Range = (1.0, 4.0)
    pause_s: Range = (0.3, 1.5)


class Swallows(Behaviour):
    gap_s: Range = (20.0, 80.0)  # about once a minute awake (Lear et al. 1965)


class Frowns(Behaviour):
    gap_s: Range = (3.0, 10.0)
    strength: Range = (0.05, 0.3)


class NeckTension(Behaviour):
    strength: float = Field(default=0.03, gt=0, le=1)


class Gait(Behaviour):
    takes = frozenset({"legs"})
    vigour: float = Field(default=1.0, gt=0, le=2)
    """Of the acceleration of a comfortable gait."""


class Walking(Gait):
    pass


class Running(Gait):
    pass


class HeadTurns(Behaviour):
    takes = frozenset({"neck"})
    gap_s: Range = (4.0, 15.0)


class Fidgets(Behaviour):
    """Small shifts of posture."""

    gap_s: Range = (10.0, 60.0)


class Sleep(Behaviour):
    takes = frozenset({"wakefulness", "legs", "jaw", "neck"})
    stage: Literal["N1", "N2", "N3", "R"]


class SteadyStimulus(Behaviour):
    """Something periodic, which the cortex follows."""

    frequency_hz: float


class Flicker(SteadyStimulus):
    """A flickering light, which the visual cortex follows: SSVEP."""

    takes = frozenset({"screen"})
    frequency_hz: float = Field(ge=4, le=45)


class Tone(SteadyStimulus):
    """An amplitude-modulated tone, which the auditory cortex follows: ASSR."""

    takes = frozenset({"ears"})
    frequency_hz: float = Field(default=40.0, ge=20, le=90)


class Oddball(Behaviour):
    """Frequent standards and rare targets: P300."""

    takes = frozenset({"screen"})
    gap_s: Range = (0.8, 1.2)
    target_share: float = Field(default=0.15, gt=0, lt=1)


class Pictures(Behaviour):
    """Faces and houses, as often: N170."""

    takes = frozenset({"screen"})
    gap_s: Range = (0.9, 1.3)


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
