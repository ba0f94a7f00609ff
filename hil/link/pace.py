"""A run in the recording's own time, and someone who watches it: when samples may leave, and what is told of them.

A device on a head gets its samples one by one from a converter. What a bench feeds it as fast as the line takes says
nothing about latency, jitter or loss under load; a `Pace` holds each frame back until its last sample would have been
taken. An `Observer` is told the link clock's time of what leaves and of what arrives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from earloop.hil.link.tap_records import Segment
from earloop.spec.errors import LinkError
from earloop.spec.messages import Status, Tap


@dataclass(frozen=True)
class Pace:
    """How fast samples are taken: `rate_hz` of them a second of the converter, `speed` such seconds a second.

    Raises
    ------
    LinkError
        A rate or a speed that is not a positive number.
    """

    rate_hz: float
    speed: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("rate", self.rate_hz), ("speed", self.speed)):
            if not (math.isfinite(value) and value > 0):
                raise LinkError(f"pace: {name} {value}: wanted a positive number")

    def due_s(self, samples: int) -> float:
        """Seconds after the run's beginning at which so many samples have been taken."""
        return samples / (self.rate_hz * self.speed)

    def wait_s(self, samples: int, elapsed_s: float) -> float:
        """Seconds until so many samples have been taken, 0 when they have; whole microseconds, rounded up, so that
        whoever waits that long need not wait again for what rounding left."""
        return max(0, math.ceil((self.due_s(samples) - elapsed_s) * 1e6)) / 1e6


class Observer(Protocol):
    """Is told of a run as it goes on, in the thread that runs it; times are the link clock's, in seconds.

    What an observer raises ends the run and reaches whoever began it.
    """

    def begun(self, segment: Segment, at_s: float) -> None:
        """The earbud has answered START: what came of samples from `segment.first` on is made anew."""
        ...

    def sent(self, first: int, count: int, at_s: float) -> None:
        """A frame of `count` samples, `first` the index of its first, has been handed to the port; told again when
        the earbud missed it and it is sent again."""
        ...

    def filed(self, tap: Tap, place: tuple[int, ...], values: NDArray[Any], at_s: float) -> None:
        """Something new of a tap has arrived, at `at_s` at the latest, and was filed under `place`.

        A token: (patch, channel, band), int16 [patch]. A row of BANDS: (tick, channel), int32 [bands]; of DECIMATED or
        NOTCHED: (tick,), int32 [channels]; of CODES: (sample,), int32 [channels]. Indices count from the stream's
        beginning.
        """
        ...

    def status(self, status: Status, at_s: float) -> None:
        """A STATUS of this run has arrived, between the answers to START and to STOP."""
        ...
