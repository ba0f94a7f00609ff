"""The scalp potential of a current dipole in a spherical head.

The head has three concentric shells: brain, skull and scalp. Only the skull's conductivity differs:

    V = 1 / (4 pi sigma R^2) sum_n c_n f^(n-1) [n m_r P_n(cos g) + m_t P'_n(cos g)]
    c_n = xi (2n+1)^3 / (d_n (n+1) n)
    d_n = ((n+1) xi + n) (n xi / (n+1) + 1) + (1-xi) ((n+1) xi + n) (f1^(2n+1) - f2^(2n+1)) - n (1-xi)^2 (f1/f2)^(2n+1)

with f the dipole's eccentricity, g its angle to the electrode, m_r and m_t its moment along its radius and along the
tangent towards the electrode, xi the skull's conductivity over the brain's, f1 and f2 the skull's radii over the head's
(Ary, Klein & Fender, IEEE Trans Biomed Eng 28:447, 1981). With xi = 1 the head is one homogeneous sphere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CONDUCTIVITY_S_M = 0.33  # brain and scalp (Geddes & Baker 1967)
SKULL_INNER, SKULL_OUTER = 0.87, 0.92  # of the head's radius: Rush & Driscoll 1969
SMALLEST_TERM = 1e-6  # over the first term: the series ends there

FloatArray = NDArray[np.float64]


def dipole_potential_uv(
    places: FloatArray, moments_nam: FloatArray, electrodes: FloatArray, radius_m: float, skull_ratio: float
) -> FloatArray:
    """Return the scalp potential of each dipole at each electrode.

    Parameters
    ----------
    places : [dipoles, 3], in head radii, inside the head (the skull, for `skull_ratio` 1)
    moments_nam : [dipoles, 3], nA m
    electrodes : [electrodes, 3], unit vectors
    radius_m : radius of the head, m
    skull_ratio : xi above

    Returns
    -------
    float64 [dipoles, electrodes], uV against infinity
    """
    eccentricity = np.linalg.norm(places, axis=1)[:, np.newaxis]
    radial = places / eccentricity
    cosine = np.clip(radial @ electrodes.T, -1.0, 1.0)
    along = (moments_nam * radial).sum(axis=1)[:, np.newaxis]
    # The tangent towards an electrode is (e - cos g r) / sin g. Its sine cancels with a factor of P'_n.
    across = moments_nam @ electrodes.T - along * cosine

    potential = np.zeros_like(cosine)
    legendre, previous = cosine, np.ones_like(cosine)
    slope, previous_slope = np.ones_like(cosine), np.zeros_like(cosine)
    terms = int(np.ceil(np.log(SMALLEST_TERM) / np.log(eccentricity.max())))
    for n in range(1, terms + 1):
        potential += _weight(n, skull_ratio) * eccentricity ** (n - 1) * (n * along * legendre + across * slope)
        following = ((2 * n + 1) * cosine * legendre - n * previous) / (n + 1)
        following_slope = previous_slope + (2 * n + 1) * legendre
        legendre, previous = following, legendre
        slope, previous_slope = following_slope, slope
    volts = 1e-9 * potential / (4 * np.pi * CONDUCTIVITY_S_M * radius_m**2)
    uv: FloatArray = 1e6 * volts
    return uv


def _weight(n: int, xi: float) -> float:
    """Return c_n of the module's docstring."""
    rest = (n + 1) * xi + n
    d = rest * (n * xi / (n + 1) + 1)
    d += (1 - xi) * rest * (SKULL_INNER ** (2 * n + 1) - SKULL_OUTER ** (2 * n + 1))
    d -= n * (1 - xi) ** 2 * (SKULL_INNER / SKULL_OUTER) ** (2 * n + 1)
    return float(xi * (2 * n + 1) ** 3 / (d * (n + 1) * n))
