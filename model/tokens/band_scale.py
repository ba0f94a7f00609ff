"""How loud each band usually is: what the model divides its tokens by.

A standard deviation over hours is made by their few loudest minutes, of chewing and of electrodes that come off. The
median over windows is what a window of no particular kind has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tokens.token_stream import TokenStream

WINDOW_PATCHES = 16  # 4 s in the reference design
MOST_WINDOWS = 2000  # evenly over all streams: the median is then known to 3 % of its spread, and little is read


def band_scale(streams: Sequence[TokenStream]) -> NDArray[np.float32]:
    """The usual root mean square of each band, float32 [bands], in token steps, at least one.

    The median over windows and channels of the root mean square within a window.

    Raises
    ------
    ModelError
        No stream as long as a patch.
    """
    windows = [window for stream in streams for window in _windows(stream)]
    if not windows:
        raise ModelError(f"{len(streams)} streams, none as long as a patch: nothing to measure the bands on")
    step = -(-len(windows) // MOST_WINDOWS)
    powers = [np.square(s.samples[a:b], dtype=np.float64).mean(axis=0) for s, a, b in windows[::step]]
    usual: NDArray[np.float32] = np.sqrt(np.median(np.concatenate(powers), axis=0)).astype(np.float32)
    return np.maximum(usual, np.float32(1.0))


def _windows(stream: TokenStream) -> list[tuple[TokenStream, int, int]]:
    """Stream, first and last tick of each of its windows; one shorter window where it is short itself."""
    patch = stream.format.patch
    length = min(WINDOW_PATCHES, len(stream) // patch) * patch
    return [(stream, a, a + length) for a in range(0, len(stream) - length + 1, length)] if length else []
