"""The kinds of fault, and the parameters of each: channels, begin, duration and amount.

The defaults are ordinary faults, not extremes: the gain error is the ADS1299's largest (+-0.5 %, SBAS499C section 7.5),
the clock error is that of its internal oscillator over temperature (2.5 %, the same), and a controller that is busy for
12 ms misses 12 samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class FaultKind(Enum):
    """A kind of fault; the value is its name in a plan."""

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
    """The part of an earbud that a fault is in."""

    LINK = "link"
    FRONT_END = "front end"
    POWER = "power"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """The amount of a fault: its quantity and unit, its default, and its least and greatest sensible value."""

    quantity: str
    default: float
    least: float
    greatest: float


@dataclass(frozen=True, kw_only=True)
class KindFacts:
    """The facts about one kind of fault.

    effect : what the fault does, in words
    channels : number of affected channels; 0 for all
    begins_s : default begin
    lasts_s : default duration; None until the end
    spans : whether the fault can have a duration
    amount : None for a kind without an amount
    """

    family: Family
    effect: str
    channels: int = 0
    begins_s: float = 3.0
    lasts_s: float | None = None
    spans: bool = True
    amount: Amount | None = None


def _frame_fault(effect: str, rate: float = 0.02, greatest: float = 0.2) -> KindFacts:
    amount = Amount(quantity="share of the frames, in each direction", default=rate, least=1e-4, greatest=greatest)
    return KindFacts(family=Family.LINK, effect=effect, begins_s=0.0, amount=amount)


FAULT_KINDS: Mapping[FaultKind, KindFacts] = {
    FaultKind.FLIP: _frame_fault("one bit of a frame is flipped"),
    FaultKind.DROP: _frame_fault("a frame is lost"),
    FaultKind.DUPLICATE: _frame_fault("a frame arrives twice"),
    FaultKind.SWAP: _frame_fault("a frame arrives after the next one"),
    FaultKind.TRUNCATE: _frame_fault("a frame is truncated"),
    FaultKind.DISCONNECT: _frame_fault("the port disappears, and returns when it is opened again", 0.005, 0.02),
    FaultKind.STUCK: KindFacts(family=Family.FRONT_END, effect="a channel keeps its last code", channels=1),
    FaultKind.STALE: KindFacts(
        family=Family.FRONT_END, effect="the last sample of all channels is read again and again", lasts_s=3.0
    ),
    FaultKind.LOST: KindFacts(
        family=Family.FRONT_END,
        effect="data-ready pulses are missed: samples are left out",
        spans=False,
        amount=Amount(quantity="samples", default=12, least=1, greatest=200),
    ),
    FaultKind.LEAD_OFF: KindFacts(
        family=Family.FRONT_END,
        effect="an electrode comes off: its input drifts away and picks up hum",
        channels=1,
        amount=Amount(quantity="hum, uV rms", default=5000.0, least=500.0, greatest=100_000.0),
    ),
    FaultKind.SATURATION: KindFacts(
        family=Family.FRONT_END, effect="a channel stays at the converter's upper rail", channels=1
    ),
    FaultKind.GAIN: KindFacts(
        family=Family.FRONT_END,
        effect="a channel's codes are too large or too small by a factor",
        channels=1,
        begins_s=0.0,
        amount=Amount(quantity="factor", default=0.995, least=0.1, greatest=10.0),
    ),
    FaultKind.SWAPPED: KindFacts(family=Family.FRONT_END, effect="two channels are swapped", channels=2, begins_s=0.0),
    FaultKind.CLOCK: KindFacts(
        family=Family.FRONT_END,
        effect="the converter's clock has a wrong rate from then on",
        begins_s=0.0,
        spans=False,
        amount=Amount(quantity="its rate over the nominal one", default=1.02, least=0.97, greatest=1.03),
    ),
    FaultKind.RESET: KindFacts(
        family=Family.POWER, effect="the earbud restarts, and continues from its reset", spans=False
    ),
}

LINK_KINDS = tuple(kind for kind, facts in FAULT_KINDS.items() if facts.family is Family.LINK)
"""The kinds that affect frames on the line."""
