"""The windows of a stream in batches, as a network takes them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import MisfitError, ModelError
from earloop.model.network.workers import Workers
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


def computed(
    compute: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    stream: TokenStream,
    starts: range,
    patches: int,
    advance: Callable[[int], None],
) -> NDArray[np.float32]:
    """Return what a network computes from windows, [windows, ...]; threads share the windows.

    Parameters
    ----------
    compute : takes a batch of windows, float32 [batch, bands, channels, patches, patch]
    advance : called with the number of windows that are done
    """

    def of_batch(chosen: range) -> NDArray[np.float32]:
        return compute(np.stack([stream.window(start, patches) for start in chosen]).astype(np.float32))

    batches = [starts[first : first + _BATCH] for first in range(0, len(starts), _BATCH)]
    found: list[NDArray[np.float32]] = []
    with Workers() as workers:
        for batch, values in zip(batches, workers.map(of_batch, batches), strict=True):
            found.append(values)
            advance((len(found) - 1) * _BATCH + len(batch))
    return np.concatenate(found)
