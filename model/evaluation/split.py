"""One division of a task's epochs into those to learn from and those to be judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Split:
    """What is learned from and what is judged.

    name : what is held out, such as a run or a subject
    train, test : int64, indices of epochs
    """

    name: str
    train: NDArray[np.int64]
    test: NDArray[np.int64]
