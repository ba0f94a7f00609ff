"""The choice of the taps to request: the names that a user gives, checked against the device's offer and its line.

An earbud offers its taps in HELLO. In a replay, samples wait until the earbud has sent the taps of the previous ones.
So a slow line makes the run slow, but loses nothing. A run in real time cannot wait: it requests only taps that the
line is known to carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earloop.hil.link.taps_that_fit import add_what_fits, line_bytes_per_s, tap_bytes_per_s
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError
from earloop.spec.messages import Tap

SIGNAL_PATH = (Tap.CODES, Tap.DECIMATED, Tap.NOTCHED, Tap.BANDS, Tap.TOKENS)  # in the order of the signal
ALL = "all"


class TapError(EarloopError):
    """A tap does not exist, or this device does not offer it."""


def tap_names(taps: Tap) -> tuple[str, ...]:
    """Return the names of taps, in the order of the signal path."""
    return tuple(str(tap.name).lower() for tap in SIGNAL_PATH if tap in taps)


TAP_NAMES = tap_names(Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS)


def parse_taps(text: str) -> tuple[str, ...]:
    """Return the names in a comma-separated list, such as `bands,tokens`, or `all`; raises as `check_tap_names`."""
    return check_tap_names([name.strip() for name in text.split(",") if name.strip()])


def check_tap_names(names: Sequence[str]) -> tuple[str, ...]:
    """Check names of taps, or `all` alone, and return them.

    Raises
    ------
    TapError
        A name is unknown, there are no names, or `all` is not alone.
    """
    wanted = f"wanted {ALL}, or some of {', '.join(TAP_NAMES)}"
    if not names:
        raise TapError(f"taps: no names; {wanted}")
    for name in names:
        if name not in (*TAP_NAMES, ALL):
            raise TapError(f"taps: {name!r} is no tap; {wanted}")
    if ALL in names and len(names) > 1:
        raise TapError(f"taps: {ALL} cannot be combined with other names; {wanted}")
    return tuple(names)


@dataclass(frozen=True)
class TapWish:
    """The taps that a user requests.

    names : names of taps, or `all`; empty for tokens alone. Tokens are always included, because a verdict needs them
    real_time : whether the run cannot wait for its line
    """

    names: tuple[str, ...] = ()
    real_time: bool = False

    def resolve(self, offered: Tap) -> Tap:
        """Return the taps to request from a device that offers `offered`.

        Raises
        ------
        TapError
            The device does not offer one of them; the message names it and the offered taps.
        """
        if self.names == (ALL,):
            return offered | Tap.TOKENS
        wanted = Tap.TOKENS
        for name in self.names:
            tap = Tap[name.upper()]
            if tap not in offered:
                raise TapError(f"taps: this device does not offer {name}; it offers {', '.join(tap_names(offered))}")
            wanted |= tap
        return wanted

    def choose(self, offered: Tap, kind: str, design: Design) -> tuple[Tap, tuple[str, ...]]:
        """Return the taps to request from an earbud of a kind, and notes about those that its line cannot carry.

        Raises as `resolve`.
        """
        wanted, bytes_per_s = self.resolve(offered), line_bytes_per_s(kind, design)
        if not self.real_time or bytes_per_s is None:
            return wanted, ()
        fitting = add_what_fits(Tap.TOKENS, [tap for tap in SIGNAL_PATH if tap in wanted], design, bytes_per_s)
        if fitting == wanted:
            return wanted, ()
        needed = sum(tap_bytes_per_s(tap, design) for tap in wanted)
        return fitting, (
            f"taps left out: {', '.join(tap_names(wanted & ~fitting))}; in real time all requested taps need "
            f"{needed:,.0f} bytes/s, and the line carries {bytes_per_s:,.0f}",
        )


NO_WISH = TapWish()
