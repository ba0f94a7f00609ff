"""The taps that an earbud can send during an acquisition: its line must carry them in real time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.framing import Frame, encode_frame
from earloop.spec.messages import MessageType, Tap
from earloop.spec.signal_messages import Codes, Tick, Tokens, codes_per_frame

FULL = 0.9  # share of a line's bytes; the rest is for STATUS, and for catching up after a stall
_BITS_A_BYTE = 10  # on a UART, with start and stop bit
_OPTIONAL = (Tap.DECIMATED, Tap.NOTCHED, Tap.BANDS)  # in this order, after codes and tokens, which a verdict needs


def line_bytes_per_s(kind: str, design: Design) -> float | None:
    """Return the bytes per second that the line to an earbud of `kind` carries; None if unknown, as for Bluetooth."""
    return design.link.baud / _BITS_A_BYTE if kind == "serial" else None


def taps_that_fit(offered: Tap, design: Design, bytes_per_s: float | None) -> Tap:
    """Return codes and tokens, and the other taps for which the line has room.

    Parameters
    ----------
    offered : the taps in the earbud's HELLO
    bytes_per_s : capacity of the line; None if unknown, and then only codes and tokens are chosen

    Raises
    ------
    LinkError
        The earbud does not offer its codes, or the line is too slow for codes and tokens.
    """
    wanted = Tap.CODES | Tap.TOKENS
    if Tap.CODES not in offered:
        raise LinkError(
            "the earbud does not offer the tap codes, which judging its own samples needs: build its firmware with it"
        )
    if bytes_per_s is None:
        return wanted
    room = FULL * bytes_per_s
    if (needed := sum(tap_bytes_per_s(tap, design) for tap in wanted)) > room:
        raise LinkError(
            f"codes and tokens are {needed:,.0f} bytes/s, and the line has room for {room:,.0f}: raise link.baud of "
            "the design, or lower its converter's rate"
        )
    return add_what_fits(wanted, [tap for tap in _OPTIONAL if tap in offered], design, bytes_per_s)


def add_what_fits(taps: Tap, optional: Sequence[Tap], design: Design, bytes_per_s: float) -> Tap:
    """Return `taps` and, in order, each optional tap for which a line of `bytes_per_s` has room in real time."""
    for tap in optional:
        if sum(tap_bytes_per_s(each, design) for each in taps | tap) <= FULL * bytes_per_s:
            taps |= tap
    return taps


def tap_bytes_per_s(tap: Tap, design: Design) -> float:
    """Return the bytes per second of a tap's frames on the line, at their greatest length."""
    channels, bands, patch = len(design.channels), len(design.bands), design.tokens.patch
    rate_hz, tick_hz = float(design.converter.rate_hz), design.token_rate_hz
    if tap is Tap.CODES:
        rows = codes_per_frame(channels, patch)
        return rate_hz / rows * _bytes(MessageType.CODES, Codes(0, 0, np.full((rows, channels), -1, np.int32)).pack())
    if tap is Tap.TOKENS:
        token = Tokens(0, 0, 0, 0, np.full(patch, -1, np.int16))
        return tick_hz / patch * channels * bands * _bytes(MessageType.TOKENS, token.pack())
    frames, width = (channels, bands) if tap is Tap.BANDS else (1, channels)
    tick = Tick(0, 0, tap, 0, np.full(width, -1, np.int32))
    return tick_hz * frames * _bytes(MessageType.TICK, tick.pack())


def _bytes(kind: MessageType, payload: bytes) -> int:
    return len(encode_frame(Frame(kind, 0, payload)))
