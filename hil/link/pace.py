"""The pace of a run, and its observer: when samples may leave, and when samples and tokens went over the line.

A device on a head gets its samples one by one from a converter. A replay at the full speed of the line says nothing
about latency, jitter or loss under load. A `Pace` delays each frame until a converter would have taken its last sample.
An `Observer` is called with the link clock's time of each departure and arrival.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from earloop.hil.link.tap_records import StreamSegment
from earloop.spec.errors import LinkError
from earloop.spec.messages import Status, Tap


@dataclass(frozen=True)
class Pace:
    """The speed of a replay: `rate_hz` samples per second of the recording, `speed` such seconds per second.

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
        """Return the time in seconds after the start of the run at which `samples` samples have been taken."""
        return samples / (self.rate_hz * self.speed)

    def wait_s(self, samples: int, elapsed_s: float) -> float:
        """Return the seconds until `samples` samples have been taken, or 0.

        The time is rounded up to whole microseconds, so that one wait is enough.
        """
        return max(0, math.ceil((self.due_s(samples) - elapsed_s) * 1e6)) / 1e6


class Observer(Protocol):
    """Observes a run, called in its thread; times are in seconds of the link's clock.

    An exception of an observer ends the run and reaches the caller of the run.
    """

    def started(self, segment: StreamSegment, at_s: float) -> None:
        """The earbud has answered START: it computes everything from sample `segment.first` on again."""
        ...

    def sent(self, first: int, count: int, at_s: float) -> None:
        """A frame of `count` samples from index `first` on was handed to the port; repeated frames call it again."""
        ...

    def filed(self, tap: Tap, place: tuple[int, ...], values: NDArray[Any], at_s: float) -> None:
        """A new row of a tap arrived, at `at_s` at the latest, and was stored at `place`.

        A token: (patch, channel, band), int16 [patch]. A row of BANDS: (tick, channel), int32 [bands]; of DECIMATED or
        NOTCHED: (tick,), int32 [channels]; of CODES: (sample,), int32 [channels]. Indices count from the stream's
        beginning.
        """
        ...

    def status(self, status: Status, at_s: float) -> None:
        """A STATUS of this run arrived, between the answers to START and to STOP."""
        ...
