"""The kinds of fault, and what a plan may say about each: where it strikes, from when to when, and how badly.

Defaults are ordinary mishaps, not extremes: the gain error is the ADS1299's worst (+-0.5 %, SBAS499C section 7.5), the
clock is off by what its internal oscillator may be over temperature (2.5 %, the same), and 12 samples are what a
controller misses that is kept busy for 12 ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class FaultKind(Enum):
    """What is wrong, by the name that a plan gives it."""

    FLIP = "flip"
    DROP = "drop"
    DUPLICATE = "duplicate"
    SWAP = "swap"
    TRUNCATE = "truncate"
    DISCONNECT = "disconnect"
    STUCK = "stuck"
    STALE = "stale"
    LOST = "lost"
    LEAD_OFF = "lead-off"
    SATURATION = "saturation"
    GAIN = "gain"
    SWAPPED = "swapped"
    CLOCK = "clock"
    RESET = "reset"


class Family(Enum):
    """Which part of an earbud a fault is in."""

    LINK = "link"
    FRONT_END = "front end"
    POWER = "power"


@dataclass(frozen=True)
class Amount:
    """How badly: what the number says, its default, and the least and the greatest that make sense."""

    says: str
    default: float
    least: float
    greatest: float


@dataclass(frozen=True)
class KindFacts:
    """One kind.

    does : in words
    channels : how many it strikes; 0 where it strikes all
    begins_s : by default
    lasts_s : by default; None to the end
    amount : None where there is nothing to say
    """

    family: Family
    does: str
    channels: int = 0
    begins_s: float = 3.0
    lasts_s: float | None = None
    spans: bool = True
    amount: Amount | None = None


def _of_frames(does: str, rate: float = 0.02, greatest: float = 0.2) -> KindFacts:
    amount = Amount("share of the frames, either way", rate, 1e-4, greatest)
    return KindFacts(Family.LINK, does, begins_s=0.0, amount=amount)


FAULT_KINDS: Mapping[FaultKind, KindFacts] = {
    FaultKind.FLIP: _of_frames("one bit of a frame is flipped"),
    FaultKind.DROP: _of_frames("a frame is lost"),
    FaultKind.DUPLICATE: _of_frames("a frame comes twice"),
    FaultKind.SWAP: _of_frames("a frame is overtaken by the next"),
    FaultKind.TRUNCATE: _of_frames("a frame is cut short"),
    FaultKind.DISCONNECT: _of_frames("the port goes away, and comes back when it is opened again", 0.005, 0.02),
    FaultKind.STUCK: KindFacts(Family.FRONT_END, "a channel keeps the code that it had", channels=1),
    FaultKind.STALE: KindFacts(
        Family.FRONT_END, "the last sample of all channels is read again and again", lasts_s=3.0
    ),
    FaultKind.LOST: KindFacts(
        Family.FRONT_END,
        "data-ready is missed: samples are left out",
        spans=False,
        amount=Amount("samples", 12, 1, 200),
    ),
    FaultKind.LEAD_OFF: KindFacts(
        Family.FRONT_END,
        "an electrode comes off: its input floats away and picks up hum",
        channels=1,
        amount=Amount("hum, uV rms", 5000.0, 500.0, 100_000.0),
    ),
    FaultKind.SATURATION: KindFacts(Family.FRONT_END, "a channel lies at the converter's upper rail", channels=1),
    FaultKind.GAIN: KindFacts(
        Family.FRONT_END,
        "a channel's codes are too large or too small by a factor",
        channels=1,
        begins_s=0.0,
        amount=Amount("factor", 0.995, 0.1, 10.0),
    ),
    FaultKind.SWAPPED: KindFacts(Family.FRONT_END, "two channels have changed places", channels=2, begins_s=0.0),
    FaultKind.CLOCK: KindFacts(
        Family.FRONT_END,
        "the converter's clock is off, from then on",
        begins_s=0.0,
        spans=False,
        amount=Amount("its rate over the nominal one", 1.02, 0.97, 1.03),
    ),
    FaultKind.RESET: KindFacts(Family.POWER, "the earbud restarts, and goes on from its reset", spans=False),
}

LINK_KINDS = tuple(kind for kind, facts in FAULT_KINDS.items() if facts.family is Family.LINK)
"""The kinds that strike frames on the line."""
