"""What the tokenizer produces at each of its taps, whoever computed it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOKEN_MAX = 2**15 - 1


@dataclass(frozen=True)
class Taps:
    """What one block of codes produced, at every tap inside the tokenizer.

    decimated, notched : int32, shape [ticks, channels]
    bands : int32, shape [ticks, channels, bands]
    tokens : int16, shape [patches, channels, bands, patch]; the patches that this block completed
    """

    decimated: NDArray[np.int32]
    notched: NDArray[np.int32]
    bands: NDArray[np.int32]
    tokens: NDArray[np.int16]
