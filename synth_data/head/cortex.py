"""How the rhythms of the cortex reach the channels: dipoles all over it, each rhythm strongest where it is made.

A rhythm is made by many patches of cortex that do not know of each other. Their potentials at the channels are then
jointly Gaussian, with a covariance that the lead field gives; as many independent noises as there are channels, mixed
by a root of that covariance, have the same law as thousands of dipoles.
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
EXTENDED_DEPTH = 0.45  # of the one dipole that stands for a wide stretch of cortex: it lies deeper than that; estimate
PATCHES = 400
FLOOR = -0.35  # z below which a patch would lie in neck and face
TANGENTIAL_SHARE = (
    0.35  # of each patch's power: two thirds of the cortex lie in sulci, but their walls cancel; estimate
)


def against_lobes(site: str) -> Wiring:
    """A site against both ear lobes, linked: the derivation in which events are stated."""
    return Wiring((site,), (site, "A1", "A2"), np.array([[1.0, -0.5, -0.5]]))


AS_MEASURED = Wiring(("T7",), ("T7", "A2"), np.array([[1.0, -1.0]]))  # the derivation whose amplitudes people state

# Where each rhythm is made: direction of its centre and its spread, a Gaussian of the angle, both in degrees. All are
# estimates from textbook topographies (Niedermeyer & Lopes da Silva 2005).
EVERYWHERE = (0.0, 0.0, 1e3)
CENTRES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "background": (EVERYWHERE,),
    "alpha": ((70.0, 150.0, 45.0), (70.0, -150.0, 45.0)),  # occipital and parietal
    "beta": ((40.0, 60.0, 60.0), (40.0, -60.0, 60.0)),  # frontal and central
}


@dataclass(frozen=True)
class Place:
    """Patches of cortex that act as one.

    Parameters
    ----------
    at : inclination and azimuth of each, degrees
    weight : of each
    stated : the site at which the event's amplitude is stated, against both ear lobes
    moment : direction of every dipole, right, forward, up; radial where None
    depth : eccentricity, in head radii
    """

    at: tuple[tuple[float, float], ...]
    weight: tuple[float, ...]
    stated: str
    moment: tuple[float, float, float] | None = None
    depth: float = EXTENDED_DEPTH


@cache
def _patches() -> FloatArray:
    """Directions spread evenly over the sphere above `FLOOR` by a Fibonacci lattice; float64 [patches, 3]."""
    k = np.arange(PATCHES) + 0.5
    z = 1 - (1 - FLOOR) * k / PATCHES
    turn = np.pi * (1 + 5**0.5) * k
    return np.column_stack([np.sqrt(1 - z**2) * np.cos(turn), np.sqrt(1 - z**2) * np.sin(turn), z])


@cache
def _share(rhythm: str) -> FloatArray:
    """How strong a rhythm is in each patch, float64 [patches]."""
    share = np.zeros(PATCHES)
    for inclination, azimuth, spread in CENTRES[rhythm]:
        angle = np.rad2deg(np.arccos(np.clip(_patches() @ direction(inclination, azimuth), -1, 1)))
        share += np.exp(-0.5 * (angle / spread) ** 2)
    return share


def _covariance(rhythm: str, wiring: Wiring, radius_m: float, skull_ratio: float) -> FloatArray:
    """Covariance of a rhythm at the channels, float64 [channels, channels], to an arbitrary scale."""
    covariance = np.zeros((len(wiring.channels),) * 2)
    fields = _fields(wiring.sites, radius_m, skull_ratio)
    for sites, power in zip(fields, (1 - TANGENTIAL_SHARE, TANGENTIAL_SHARE / 2, TANGENTIAL_SHARE / 2), strict=True):
        field = _share(rhythm)[:, np.newaxis] * sites @ wiring.matrix.T
        covariance += power * field.T @ field
    return covariance


@lru_cache(maxsize=4)
def _fields(sites: tuple[str, ...], radius_m: float, skull_ratio: float) -> tuple[FloatArray, ...]:
    """Potential of every patch at the sites, float64 [patches, sites], for a radial and two tangential dipoles."""
    out = _patches()
    side = np.cross(out, [0.0, 0.0, 1.0]) + 1e-12
    side /= np.linalg.norm(side, axis=1)[:, np.newaxis]
    electrodes = site_directions(sites)
    return tuple(
        dipole_potential_uv(DEPTH * out, moment, electrodes, radius_m, skull_ratio)
        for moment in (out, side, np.cross(out, side))
    )


def _coherent(place: Place, wiring: Wiring, radius_m: float, skull_ratio: float) -> FloatArray:
    """Potential at the channels of dipoles that act as one, float64 [channels], to an arbitrary scale."""
    places = place.depth * np.array([direction(*where) for where in place.at])
    moments = places if place.moment is None else np.tile(place.moment, (len(places), 1))
    field = dipole_potential_uv(places, moments, site_directions(wiring.sites), radius_m, skull_ratio)
    summed: FloatArray = np.array(place.weight) @ field @ wiring.matrix.T
    return summed


def event_gain(place: Place, wiring: Wiring, subject: Subject) -> FloatArray:
    """What the channels see of an event of 1 uV in the derivation that its place states; float64 [channels]."""
    stated = float(_coherent(place, against_lobes(place.stated), MEDIAN_RADIUS_M, MEDIAN_SKULL_RATIO)[0])
    return _coherent(place, wiring, subject.head_radius_m, subject.skull_ratio) / stated


@cache
def _measured_variance(rhythm: str) -> float:
    """Of the rhythm in the derivation of which amplitudes are stated, on the median head."""
    return float(_covariance(rhythm, AS_MEASURED, MEDIAN_RADIUS_M, MEDIAN_SKULL_RATIO)[0, 0])


def cortex_mixing(rhythm: str, wiring: Wiring, subject: Subject) -> FloatArray:
    """From independent noises to channels: a rhythm that shows 1 uV rms at T7 against A2 of the median head.

    Returns
    -------
    float64 [channels, channels]; channel potentials are `noises @ mixing.T`
    """
    covariance = _covariance(rhythm, wiring, subject.head_radius_m, subject.skull_ratio) / _measured_variance(rhythm)
    values, vectors = np.linalg.eigh(covariance)
    mixing: FloatArray = vectors * np.sqrt(np.maximum(values, 0))
    return mixing
