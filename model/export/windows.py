"""The windows of a stream in batches, as a network takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import MisfitError, ModelError
from earloop.model.tokens.token_stream import TokenFormat, TokenStream

_BATCH = 8  # windows at a time


def window_starts(stream: TokenStream, wanted: TokenFormat, patches: int, hop_s: float | None = None) -> range:
    """Return the ticks at which windows of `patches` patches begin.

    Parameters
    ----------
    wanted : format that the network learned from
    hop_s : distance between the starts of two windows; None means the length of a window

    Raises
    ------
    MisfitError
        The tokens have another format.
    ModelError
        The stream is shorter than a window, or the hop shorter than a sample.
    """
    if difference := stream.format.difference(wanted):
        raise MisfitError(f"{stream.name}: its {difference}")
    length, rate_hz = patches * wanted.patch, wanted.rate_hz
    hop = length if hop_s is None else round(hop_s * rate_hz)
    if hop < 1:
        raise ModelError(f"a hop of {hop_s:g} s is shorter than a sample; wanted {1 / rate_hz:g} s or more")
    starts = range(0, len(stream) - length + 1, hop)
    if not starts:
        raise ModelError(
            f"{stream.name}: {len(stream) / rate_hz:g} s are shorter than a window; wanted {length / rate_hz:g} s or "
            "longer"
        )
    return starts


def window_batches(
    stream: TokenStream, starts: range, patches: int, advance: Callable[[int], None]
) -> Iterator[NDArray[np.float32]]:
    """Yield the windows in batches, float32 [batch, bands, channels, patches, patch].

    `advance` is called with the number of windows that are done.
    """
    for first in range(0, len(starts), _BATCH):
        chosen = starts[first : first + _BATCH]
        yield np.stack([stream.window(start, patches) for start in chosen]).astype(np.float32)
        advance(first + len(chosen))
