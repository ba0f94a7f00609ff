"""Timeouts: when to repeat a request, and when to fail."""

from __future__ import annotations

from earloop.hil.link.port import PortClock
from earloop.spec.errors import LinkError

SLOWEST = 0.02  # of real time; the emulator on a busy core still reaches 0.1


class SilenceError(LinkError):
    """The earbud was silent for longer than the timeout."""


class Patience:
    """Two deadlines that progress restarts: one to repeat a request, one to fail.

    Parameters
    ----------
    clock : measures the deadlines
    silence_s : time without progress after which the conversation fails
    ask_s : time without progress after which a request is repeated
    """

    def __init__(self, clock: PortClock, silence_s: float, ask_s: float) -> None:
        self._clock, self._silence_s, self._ask_s = clock, silence_s, ask_s
        self.progress()

    def progress(self) -> None:
        """Note progress: at least a part of the expected data arrived."""
        self._progressed = self._received = self._asked = self._clock.now()

    def received(self) -> None:
        """Note that a frame arrived."""
        self._received = self._clock.now()

    def ask_again(self) -> bool:
        """Return whether to repeat the request; true once every `ask_s`."""
        due = self._clock.now() - self._asked >= self._ask_s
        if due:
            self._asked = self._clock.now()
        return due

    def check(self, where: str) -> None:
        """Raise a SilenceError, or a LinkError if answers came without progress, once the deadline has passed."""
        now = self._clock.now()
        if now - self._progressed <= self._silence_s:
            return
        if now - self._received > self._silence_s:
            raise SilenceError(f"earbud silent for {now - self._received:.1f} s {where}")
        raise LinkError(f"earbud answers, but makes no progress in {now - self._progressed:.1f} s {where}")


class TimeBudget:
    """The time limit of a whole stream, which ends a run on an earbud that is too slow.

    The limit is `silence_s` plus the duration of the samples taken, divided by `slowest`. The time in which the earbud
    waits for the host does not count.

    Parameters
    ----------
    clock : measures the time, from now on
    silence_s : time allowed in addition
    rate_hz : rate of the samples
    slowest : the lowest allowed speed, relative to real time
    """

    def __init__(self, clock: PortClock, silence_s: float, rate_hz: float, slowest: float = SLOWEST) -> None:
        self._clock, self._silence_s, self._rate_hz, self._slowest = clock, silence_s, rate_hz, slowest
        self._began = clock.now()

    def excuse(self, seconds: float) -> None:
        """Exclude `seconds` in which the earbud waited for the host."""
        self._began += seconds

    def check(self, samples: int) -> None:
        """Raise a LinkError if `samples` samples have taken longer than allowed."""
        spent_s = self._clock.now() - self._began
        if spent_s - self._silence_s > samples / self._rate_hz / self._slowest:
            raise LinkError(
                f"earbud too slow: {samples} samples in {spent_s:.1f} s, at least {self._slowest:.2g} of real time are "
                "wanted"
            )
