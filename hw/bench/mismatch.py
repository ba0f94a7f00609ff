"""Search for the first difference between two records of the same tap."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

AXES = {
    "decimated": ("sample", "channel"),
    "notched": ("sample", "channel"),
    "bands": ("sample", "channel", "band"),
    "tokens": ("patch", "channel", "band", "sample"),
}


def first_mismatch(tap: str, found: NDArray[np.integer[Any]], wanted: NDArray[np.integer[Any]]) -> str | None:
    """Describe the first difference at a tap in one line, or return None where the records are equal.

    Parameters
    ----------
    tap : a key of `AXES`
    found, wanted : the samples of that tap, axes as in `AXES`

    Examples
    --------
    >>> first_mismatch("notched", np.array([[1, 2], [3, 5]]), np.array([[1, 2], [3, 4]]))
    'notched differs first at sample 1, channel 1: found 5, wanted 4; 1 of 4 differ'
    """
    if found.shape != wanted.shape:
        return f"{tap} has the shape {found.shape}, wanted {wanted.shape} ({', '.join(AXES[tap])})"
    different = found != wanted
    if not different.any():
        return None
    place = tuple(int(i) for i in np.argwhere(different)[0])
    where = ", ".join(f"{axis} {i}" for axis, i in zip(AXES[tap], place, strict=True))
    return (
        f"{tap} differs first at {where}: found {found[place]}, wanted {wanted[place]}; "
        f"{int(different.sum())} of {different.size} differ"
    )
