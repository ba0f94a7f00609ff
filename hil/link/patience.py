"""When to ask again, and when to give up."""

from __future__ import annotations

from earloop.hil.link.port import Clock
from earloop.spec.errors import LinkError

SLOWEST = 0.02  # of real time; the emulator on a busy core still manages a tenth


class SilenceError(LinkError):
    """Nothing came for so long that nothing will."""


class Patience:
    """Two deadlines, both begun anew by progress: for the next question, and for the whole.

    Parameters
    ----------
    clock : the time that they are measured in
    silence_s : without progress, until all is given up
    ask_s : without progress, until a question is put again
    """

    def __init__(self, clock: Clock, silence_s: float, ask_s: float) -> None:
        self._clock, self._silence_s, self._ask_s = clock, silence_s, ask_s
        self.progress()

    def progress(self) -> None:
        """What was waited for has come, at least a part."""
        self._progressed = self._heard = self._asked = self._clock.now()

    def heard(self) -> None:
        """Something has come."""
        self._heard = self._clock.now()

    def ask_again(self) -> bool:
        """Whether to put the question again; true once each `ask_s`."""
        due = self._clock.now() - self._asked >= self._ask_s
        if due:
            self._asked = self._clock.now()
        return due

    def check(self, where: str) -> None:
        """Raise a SilenceError, or a LinkError where answers came that led nowhere, when it is time to give up."""
        now = self._clock.now()
        if now - self._progressed <= self._silence_s:
            return
        if now - self._heard > self._silence_s:
            raise SilenceError(f"earbud silent for {now - self._heard:.1f} s {where}")
        raise LinkError(f"earbud answers, but gets no further in {now - self._progressed:.1f} s {where}")


class Budget:
    """The time that a stream may take in all, so that an earbud that crawls is given up, too.

    That is `silence_s`, and for each sample taken 1 / `slowest` of its own time; what the host lets the earbud wait
    does not count.

    Parameters
    ----------
    clock : the time that it is measured in, from now on
    silence_s : to begin with
    rate_hz : of the samples
    slowest : the least share of real time that is allowed
    """

    def __init__(self, clock: Clock, silence_s: float, rate_hz: float, slowest: float = SLOWEST) -> None:
        self._clock, self._silence_s, self._rate_hz, self._slowest = clock, silence_s, rate_hz, slowest
        self._began = clock.now()

    def excuse(self, seconds: float) -> None:
        """So much time was the host's."""
        self._began += seconds

    def check(self, samples: int) -> None:
        """Raise a LinkError where so many samples have taken too long."""
        spent_s = self._clock.now() - self._began
        if spent_s - self._silence_s > samples / self._rate_hz / self._slowest:
            raise LinkError(
                f"earbud too slow: {samples} samples in {spent_s:.1f} s, at least {self._slowest:.2g} of real time are "
                "wanted"
            )
