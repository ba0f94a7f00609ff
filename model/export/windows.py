"""A stream as the windows that a network takes, one after the other, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tokens.token_stream import TokenFormat, TokenStream

_BATCH = 8  # windows at a time


def window_starts(stream: TokenStream, wanted: TokenFormat, patches: int, hop_s: float | None = None) -> range:
    """The tick at which each window of so many patches begins.

    Parameters
    ----------
    wanted : format that the network has learned from
    hop_s : from the start of a window to that of the next; whole windows side by side when None

    Raises
    ------
    ModelError
        Tokens of another format, a stream shorter than a window, a hop of less than a sample.
    """
    if difference := stream.format.difference(wanted):
        raise ModelError(f"{stream.name}: its {difference}")
    length, rate_hz = patches * wanted.patch, wanted.rate_hz
    hop = length if hop_s is None else round(hop_s * rate_hz)
    if hop < 1:
        raise ModelError(f"a hop of {hop_s:g} s is less than a sample of {1 / rate_hz:g} s")
    starts = range(0, len(stream) - length + 1, hop)
    if not starts:
        raise ModelError(f"{stream.name}: {len(stream) / rate_hz:g} s; a window is {length / rate_hz:g} s")
    return starts


def window_batches(
    stream: TokenStream, starts: range, patches: int, advance: Callable[[int], None]
) -> Iterator[NDArray[np.float32]]:
    """The windows, float32 [some, bands, channels, patches, patch]; `advance` is told how many are done."""
    for first in range(0, len(starts), _BATCH):
        chosen = starts[first : first + _BATCH]
        yield np.stack([stream.window(start, patches) for start in chosen]).astype(np.float32)
        advance(first + len(chosen))
