"""The wiring: the electrodes whose potentials each channel compares.

    channel potential = potential of its own electrode - mean potential of its reference electrodes

| reference                | each channel is measured against                                             |
|--------------------------|------------------------------------------------------------------------------|
| a list of sites          | those electrodes, wired together; two mastoids give the linked-ears reference |
| `"cross-ear"`            | the mean of the other ear's channels                                         |
| `"within-ear"`           | the mean of the other channels of the same ear                               |
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Wiring:
    """Channels as differences of electrodes.

    Parameters
    ----------
    channels : one name per row of `matrix`
    sites : one name per column: the channels' own electrodes first, then references that are not channels
    matrix : float64 [channels, sites]; each row sums to 0
    """

    channels: tuple[str, ...]
    sites: tuple[str, ...]
    matrix: NDArray[np.float64]


def wire(left: tuple[str, ...], right: tuple[str, ...], reference: tuple[str, ...] | str) -> Wiring:
    """Return the wiring of electrodes at two ears.

    Raises
    ------
    ValueError
        A channel has no other electrode as its reference.
    """
    channels = left + right
    if isinstance(reference, str):
        sites, references = channels, [_across_ears(name, left, right, reference) for name in channels]
    else:
        sites = channels + tuple(name for name in reference if name not in channels)
        references = [reference] * len(channels)
    matrix = np.zeros((len(channels), len(sites)))
    for row, others in enumerate(references):
        matrix[row, row] += 1.0
        for name in others:
            matrix[row, sites.index(name)] -= 1 / len(others)
    return Wiring(channels, sites, matrix)


def _across_ears(name: str, left: tuple[str, ...], right: tuple[str, ...], reference: str) -> tuple[str, ...]:
    own, other = (left, right) if name in left else (right, left)
    others = other if reference == "cross-ear" else tuple(site for site in own if site != name)
    if not others:
        raise ValueError(f"reference {reference}: {name} has no other electrode to be measured against")
    return others
