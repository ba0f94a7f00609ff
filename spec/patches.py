"""Cut samples into patches, which become tokens, and join patches into samples again.

A stream of samples has the shape [ticks, ...]; the same samples as patches have the shape [patches, ..., patch]. Time
within a patch is the last axis, as in a token on the link and in memory::

    bands as samples [ticks, channels, bands]   --to_patches-->   tokens [patches, channels, bands, patch]
                                                <-from_patches--
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


def to_patches(samples: NDArray[Scalar], patch: int) -> NDArray[Scalar]:
    """Cut samples, shape [ticks, ...], into patches of `patch` ticks, shape [patches, ..., patch].

    The result is a view of the samples if numpy can make one. Values and dtype do not change.

    Raises
    ------
    ValueError
        The number of ticks is not a multiple of `patch`.

    Examples
    --------
    >>> to_patches(np.arange(6), 3).tolist()
    [[0, 1, 2], [3, 4, 5]]
    """
    if len(samples) % patch:
        raise ValueError(f"{len(samples)} ticks: wanted a multiple of {patch}, the ticks of a patch")
    return np.moveaxis(samples.reshape(len(samples) // patch, patch, *samples.shape[1:]), 1, -1)


def from_patches(patches: NDArray[Scalar]) -> NDArray[Scalar]:
    """Join patches, shape [patches, ..., patch], into samples, shape [ticks, ...], of the same dtype.

    >>> from_patches(np.array([[0, 1, 2], [3, 4, 5]])).tolist()
    [0, 1, 2, 3, 4, 5]
    """
    count, *inner, patch = patches.shape
    return np.moveaxis(patches, -1, 1).reshape(count * patch, *inner)
