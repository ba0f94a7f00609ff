"""Positions of the electrode sites of the extended 10-10 system on a spherical head.

Axes as in MNE: x to the right ear, y to the nose, z up. On the best-fitting sphere a tenth of the arc from ear to ear
over the vertex is 23 degrees (Scherg's BESA coordinates: Cz 0, T8 92, T10 115), and a tenth of half the equator is 18.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TENTH_DEG = 23.0
EQUATOR_DEG, BELOW_DEG = 4 * TENTH_DEG, 5 * TENTH_DEG  # the rings through T8 and through T10
RINGS = {  # for each ring, azimuths of right-hand sites, from the nose to the right; left-hand sites have odd numbers
    EQUATOR_DEG: {
        "Fp2": 18.0,
        "AF8": 36.0,
        "F8": 54.0,
        "FT8": 72.0,
        "T8": 90.0,
        "TP8": 108.0,
        "P8": 126.0,
        "O2": 162.0,
    },
    BELOW_DEG: {"F10": 54.0, "FT10": 72.0, "T10": 90.0, "TP10": 108.0, "P10": 126.0},
    BELOW_DEG + 8.0: {"A2": 99.0},  # the ear lobe: below T10, a little behind it; estimate
}
MIDLINE = {"Nz": 115.0, "Fpz": 92.0, "AFz": 69.0, "Fz": 46.0, "FCz": 23.0, "Cz": 0.0}  # inclination towards the nose
MIDLINE |= {"CPz": -23.0, "Pz": -46.0, "POz": -69.0, "Oz": -92.0, "Iz": -115.0}


def direction(inclination_deg: float, azimuth_deg: float) -> NDArray[np.float64]:
    """Return the unit vector at an angle from the vertex, turned from the nose to the right; float64 [3]."""
    inclination, azimuth = np.deg2rad([inclination_deg, azimuth_deg])
    return np.array([np.sin(inclination) * np.sin(azimuth), np.sin(inclination) * np.cos(azimuth), np.cos(inclination)])


def _left_of(name: str) -> str:
    letters = name.rstrip("0123456789")
    return f"{letters}{int(name[len(letters) :]) - 1}"


SITES: dict[str, NDArray[np.float64]] = {name: direction(inclination, 0.0) for name, inclination in MIDLINE.items()} | {
    site: direction(inclination, azimuth)
    for inclination, ring in RINGS.items()
    for name, right_deg in ring.items()
    for site, azimuth in ((_left_of(name), -right_deg), (name, right_deg))
}


def site_directions(sites: Sequence[str]) -> NDArray[np.float64]:
    """Return the unit vectors of sites, float64 [sites, 3].

    Raises
    ------
    KeyError
        A site is not in `SITES`.
    """
    return np.array([SITES[name] for name in sites])
