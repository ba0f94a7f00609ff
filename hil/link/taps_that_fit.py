"""Which taps an earbud can give while its converter runs: its line must carry them all in real time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.framing import Frame, encode_frame
from earloop.spec.messages import MessageType, Tap
from earloop.spec.signal_messages import Codes, Tick, Tokens, codes_per_frame

FULL = 0.9  # of a line's bytes; the rest is for STATUS, and for catching up after a stall
_BITS_A_BYTE = 10  # on a UART, with start and stop bit
_WISHED = (Tap.DECIMATED, Tap.NOTCHED, Tap.BANDS)  # after codes and tokens, without which there is no verdict


def line_bytes_per_s(kind: str, design: Design) -> float | None:
    """What the line to an earbud of a kind carries; None where nobody knows, as of Bluetooth."""
    return design.link.baud / _BITS_A_BYTE if kind == "serial" else None


def taps_that_fit(offered: Tap, design: Design, bytes_per_s: float | None) -> Tap:
    """Codes and tokens, and what else the line has room for.

    Parameters
    ----------
    offered : by the earbud's HELLO
    bytes_per_s : that the line carries; None where nobody knows: then codes and tokens alone

    Raises
    ------
    LinkError
        It does not give its codes, or the line is too slow for them and the tokens.
    """
    wanted = Tap.CODES | Tap.TOKENS
    if Tap.CODES not in offered:
        raise LinkError(
            "the earbud does not give its codes, which its own samples are judged by: build its firmware with tap codes"
        )
    if bytes_per_s is None:
        return wanted
    room = FULL * bytes_per_s
    if (needed := sum(tap_bytes_per_s(tap, design) for tap in wanted)) > room:
        raise LinkError(
            f"codes and tokens are {needed:,.0f} bytes/s, and the line has room for {room:,.0f}: raise link.baud of "
            "the design, or lower its converter's rate"
        )
    return add_what_fits(wanted, [tap for tap in _WISHED if tap in offered], design, bytes_per_s)


def add_what_fits(taps: Tap, wished: Sequence[Tap], design: Design, bytes_per_s: float) -> Tap:
    """Taps, and each one wished for, in turn, for which a line of so many bytes/s still has room in real time."""
    for tap in wished:
        if sum(tap_bytes_per_s(each, design) for each in taps | tap) <= FULL * bytes_per_s:
            taps |= tap
    return taps


def tap_bytes_per_s(tap: Tap, design: Design) -> float:
    """Bytes of a tap's frames on the line, a second, at their longest."""
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
