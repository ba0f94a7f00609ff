"""The usual amplitude of each band, by which the model divides its tokens.

The few loudest minutes, of chewing and of loose electrodes, would dominate a standard deviation over hours. The median
over windows is the amplitude of a typical window.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tokens.token_stream import TokenStream

WINDOW_PATCHES = 16  # 4 s in the reference design
MOST_WINDOWS = 2000  # spread evenly over all streams: the median is then known to 3 % of its spread, at little reading


def band_scale(streams: Sequence[TokenStream]) -> NDArray[np.float32]:
    """Return the usual root mean square of each band, float32 [bands], in token steps, at least one.

    It is the median over windows and channels of the root mean square within a window.

    Raises
    ------
    ModelError
        No stream is as long as a patch.
    """
    windows = [window for stream in streams for window in _windows(stream)]
    if not windows:
        raise ModelError(f"none of {len(streams)} streams is as long as a patch: the bands' scale cannot be measured")
    step = -(-len(windows) // MOST_WINDOWS)
    powers = [np.square(s.samples[a:b], dtype=np.float64).mean(axis=0) for s, a, b in windows[::step]]
    usual: NDArray[np.float32] = np.sqrt(np.median(np.concatenate(powers), axis=0)).astype(np.float32)
    return np.maximum(usual, np.float32(1.0))


def _windows(stream: TokenStream) -> list[tuple[TokenStream, int, int]]:
    """Return stream, first tick and end tick of each of its windows; of a short stream, one shorter window."""
    patch = stream.format.patch
    length = min(WINDOW_PATCHES, len(stream) // patch) * patch
    return [(stream, a, a + length) for a in range(0, len(stream) - length + 1, length)] if length else []
