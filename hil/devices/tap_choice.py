"""Which taps a device is asked for: the names that a person gives, held to what the device offers and its line carries.

An earbud says in HELLO which taps it offers. Samples that are injected wait until the earbud has sent what it made of
the ones before, so that a slow line makes such a run slow and loses nothing. Only a run in real time cannot wait: it is
given the taps that the line is known to carry.
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
    """Taps that no device has, or that this device does not offer."""


def tap_names(taps: Tap) -> tuple[str, ...]:
    """The names of these taps, in the order of the signal path."""
    return tuple(str(tap.name).lower() for tap in SIGNAL_PATH if tap in taps)


TAP_NAMES = tap_names(Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS)


def parse_taps(text: str) -> tuple[str, ...]:
    """The names of a comma list, such as `bands,tokens`, or `all`; raises as `check_tap_names`."""
    return check_tap_names([name.strip() for name in text.split(",") if name.strip()])


def check_tap_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of taps, or `all` alone, as they were given.

    Raises
    ------
    TapError
        There is no tap of that name, there are no names, or there are others beside `all`.
    """
    wanted = f"wanted {ALL}, or some of {', '.join(TAP_NAMES)}"
    if not names:
        raise TapError(f"taps: no names; {wanted}")
    for name in names:
        if name not in (*TAP_NAMES, ALL):
            raise TapError(f"taps: {name!r} is no tap; {wanted}")
    if ALL in names and len(names) > 1:
        raise TapError(f"taps: {ALL} stands alone; {wanted}")
    return tuple(names)


@dataclass(frozen=True)
class TapWish:
    """What a person asks of a device.

    names : of taps, or `all`; none for tokens alone. Tokens are always given, since a verdict is on them
    real_time : the run cannot wait for its line
    """

    names: tuple[str, ...] = ()
    real_time: bool = False

    def of(self, offered: Tap) -> Tap:
        """The taps to ask for.

        Raises
        ------
        TapError
            The device does not offer one of them; says which, and what it offers.
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

    def given(self, offered: Tap, kind: str, design: Design) -> tuple[Tap, tuple[str, ...]]:
        """The taps to ask an earbud of a kind for, and what is to be said of those that its line cannot carry.

        Raises as `of`.
        """
        wanted, bytes_per_s = self.of(offered), line_bytes_per_s(kind, design)
        if not self.real_time or bytes_per_s is None:
            return wanted, ()
        fitting = add_what_fits(Tap.TOKENS, [tap for tap in SIGNAL_PATH if tap in wanted], design, bytes_per_s)
        if fitting == wanted:
            return wanted, ()
        needed = sum(tap_bytes_per_s(tap, design) for tap in wanted)
        return fitting, (
            f"taps left out: {', '.join(tap_names(wanted & ~fitting))}; in real time all that were asked for are "
            f"{needed:,.0f} bytes/s, and the line carries {bytes_per_s:,.0f}",
        )


NO_WISH = TapWish()
