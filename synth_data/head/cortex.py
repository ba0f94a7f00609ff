"""Channel potentials of the rhythms of the cortex: dipoles all over it, each rhythm strongest in its source region.

Many independent patches of cortex generate a rhythm. Their potentials at the channels are jointly Gaussian, with a
covariance that follows from the lead field. One independent noise for each channel, mixed by a root of that covariance,
has the same distribution as thousands of dipoles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from earloop.spec.wiring import Wiring
from earloop.synth_data.head.sites import direction, site_directions
from earloop.synth_data.head.sphere import SKULL_INNER, dipole_potential_uv
from earloop.synth_data.subject import MEDIAN_RADIUS_M, MEDIAN_SKULL_RATIO, Subject

FloatArray = NDArray[np.float64]

DEPTH = 0.92 * SKULL_INNER  # the middle of the cortex, in head radii; estimate
EXTENDED_DEPTH = 0.45  # one dipole that represents a wide area of cortex is deeper than the cortex; estimate
PATCHES = 400
FLOOR = -0.35  # below this z a patch would be in neck or face
# Two thirds of the cortex are in sulci, but opposite walls of a sulcus cancel each other; estimate.
TANGENTIAL_SHARE = 0.35  # share of each patch's power that tangential dipoles have


def against_lobes(site: str) -> Wiring:
    """Return the derivation of a site against both ear lobes, linked: amplitudes of events refer to it."""
    return Wiring((site,), (site, "A1", "A2"), np.array([[1.0, -0.5, -0.5]]))


AS_MEASURED = Wiring(("T7",), ("T7", "A2"), np.array([[1.0, -1.0]]))  # amplitudes in `Subject` refer to this derivation

# The source region of each rhythm: inclination and azimuth of its centre, and its spread (the standard deviation of a
# Gaussian of the angle), all in degrees. Estimates from textbook topographies (Niedermeyer & Lopes da Silva 2005).
EVERYWHERE = (0.0, 0.0, 1e3)
CENTRES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "background": (EVERYWHERE,),
    "alpha": ((70.0, 150.0, 45.0), (70.0, -150.0, 45.0)),  # occipital and parietal
    "beta": ((40.0, 60.0, 60.0), (40.0, -60.0, 60.0)),  # frontal and central
}


@dataclass(frozen=True, kw_only=True)
class CorticalPatches:
    """Patches of cortex that act in synchrony.

    Parameters
    ----------
    at : inclination and azimuth of each patch, degrees
    weight : strength of each patch
    stated : the site that the event's amplitude refers to, against both ear lobes
    moment : direction of every dipole: right, forward, up; radial where None
    depth : eccentricity of every dipole, in head radii
    """

    at: tuple[tuple[float, float], ...]
    weight: tuple[float, ...]
    stated: str
    moment: tuple[float, float, float] | None = None
    depth: float = EXTENDED_DEPTH


@cache
def _patches() -> FloatArray:
    """Return directions of patches, spread evenly above `FLOOR` by a Fibonacci lattice; float64 [patches, 3]."""
    k = np.arange(PATCHES) + 0.5
    z = 1 - (1 - FLOOR) * k / PATCHES
    turn = np.pi * (1 + 5**0.5) * k
    return np.column_stack([np.sqrt(1 - z**2) * np.cos(turn), np.sqrt(1 - z**2) * np.sin(turn), z])


@cache
def _share(rhythm: str) -> FloatArray:
    """Return the strength of a rhythm in each patch, float64 [patches]."""
    share = np.zeros(PATCHES)
    for inclination, azimuth, spread in CENTRES[rhythm]:
        angle = np.rad2deg(np.arccos(np.clip(_patches() @ direction(inclination, azimuth), -1, 1)))
        share += np.exp(-0.5 * (angle / spread) ** 2)
    return share


def _covariance(rhythm: str, wiring: Wiring, radius_m: float, skull_ratio: float) -> FloatArray:
    """Return the covariance of a rhythm at the channels, float64 [channels, channels], to an arbitrary scale."""
    covariance = np.zeros((len(wiring.channels),) * 2)
    fields = _fields(wiring.sites, radius_m, skull_ratio)
    for sites, power in zip(fields, (1 - TANGENTIAL_SHARE, TANGENTIAL_SHARE / 2, TANGENTIAL_SHARE / 2), strict=True):
        field = _share(rhythm)[:, np.newaxis] * sites @ wiring.matrix.T
        covariance += power * field.T @ field
    return covariance


@lru_cache(maxsize=4)
def _fields(sites: tuple[str, ...], radius_m: float, skull_ratio: float) -> tuple[FloatArray, ...]:
    """Return the potential of every patch at the sites, [patches, sites], for one radial and two tangential dipoles."""
    radial = _patches()
    tangential = np.cross(radial, [0.0, 0.0, 1.0]) + 1e-12
    tangential /= np.linalg.norm(tangential, axis=1)[:, np.newaxis]
    electrodes = site_directions(sites)
    return tuple(
        dipole_potential_uv(DEPTH * radial, moment, electrodes, radius_m, skull_ratio)
        for moment in (radial, tangential, np.cross(radial, tangential))
    )


def _coherent(place: CorticalPatches, wiring: Wiring, radius_m: float, skull_ratio: float) -> FloatArray:
    """Return the potential at the channels of synchronous dipoles, float64 [channels], to an arbitrary scale."""
    places = place.depth * np.array([direction(*angles) for angles in place.at])
    moments = places if place.moment is None else np.tile(place.moment, (len(places), 1))
    field = dipole_potential_uv(places, moments, site_directions(wiring.sites), radius_m, skull_ratio)
    summed: FloatArray = np.array(place.weight) @ field @ wiring.matrix.T
    return summed


def event_gain(place: CorticalPatches, wiring: Wiring, subject: Subject) -> FloatArray:
    """Return the channel potentials of an event of 1 uV at `place.stated` of the median head; float64 [channels]."""
    stated = float(_coherent(place, against_lobes(place.stated), MEDIAN_RADIUS_M, MEDIAN_SKULL_RATIO)[0])
    return _coherent(place, wiring, subject.head_radius_m, subject.skull_ratio) / stated


@cache
def _measured_variance(rhythm: str) -> float:
    """Return the variance of a rhythm in `AS_MEASURED`, on the median head, to the scale of `_covariance`."""
    return float(_covariance(rhythm, AS_MEASURED, MEDIAN_RADIUS_M, MEDIAN_SKULL_RATIO)[0, 0])


def cortex_mixing(rhythm: str, wiring: Wiring, subject: Subject) -> FloatArray:
    """Return the matrix from independent noises to channels, for a rhythm of 1 uV rms at T7-A2 of the median head.

    Returns
    -------
    float64 [channels, channels]; channel potentials are `noises @ mixing.T`
    """
    covariance = _covariance(rhythm, wiring, subject.head_radius_m, subject.skull_ratio) / _measured_variance(rhythm)
    values, vectors = np.linalg.eigh(covariance)
    mixing: FloatArray = vectors * np.sqrt(np.maximum(values, 0))
    return mixing
