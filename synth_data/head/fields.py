"""Channel potentials of eyes, muscles and heart.

    eyes      One corneo-retinal dipole for each eye, which turns with the gaze. By geometry, horizontal movements have
              opposite signs at the two ears, and vertical movements hardly appear.
    muscles   A dipole under the skin: (1 + (d / depth)^2)^(-3/2) at a distance d. Each ear records mainly the muscles
              of its side.
    heart     The heart is far away, so that its field is uniform over the head: a channel within one ear shows a tenth
              of the amplitude across the ears.

Signs: a look to the right turns the cornea, which is positive, towards the right ear. The heart's main vector points
left and down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.spec.wiring import Wiring
from earloop.synth_data.head.cortex import against_lobes
from earloop.synth_data.head.sites import direction, site_directions
from earloop.synth_data.head.sphere import dipole_potential_uv
from earloop.synth_data.subject import MEDIAN_RADIUS_M, Subject

FloatArray = NDArray[np.float64]

EYES = 0.86 * np.array([direction(114.0, -22.0), direction(114.0, 22.0)])  # below Fp1 and Fp2, in head radii; estimate
RIGHT, UP = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
ACROSS_EARS = Wiring(("T8",), ("T8", "T7"), np.array([[1.0, -1.0]]))
HEART_VECTOR = np.array([-0.8, 0.2, -0.5])  # left, a little forward, down: a mean electrical axis of 32 degrees


@dataclass(frozen=True, kw_only=True)
class Muscle:
    """Position and strength of a muscle.

    Parameters
    ----------
    at : inclination and azimuth, degrees; the azimuth counts towards the muscle's side
    depth_m : depth under the skin, m
    most, rest : amplitude at maximum and at rest, over those of the temporalis
    """

    name: str
    at: tuple[float, float]
    depth_m: float
    most: float
    rest: float


# Positions and depths are estimates from anatomy. Masseter over temporalis: 186.0 / 172.0 (Ferrario et al. 1993).
PAIRED = (
    Muscle(name="temporalis", at=(78.0, 78.0), depth_m=0.032, most=1.0, rest=1.0),
    Muscle(name="masseter", at=(132.0, 68.0), depth_m=0.030, most=186.0 / 172.0, rest=1.0),
    Muscle(name="neck", at=(138.0, 128.0), depth_m=0.030, most=0.6, rest=1.0),
)
SINGLE = (
    # At rest, awake and upright, the frontalis has 2-4 uV (Cram & Kasman 1998, from memory), the temporalis 1.65 uV.
    Muscle(name="frontalis", at=(80.0, 0.0), depth_m=0.040, most=0.6, rest=2.0),
    Muscle(name="throat", at=(165.0, 0.0), depth_m=0.045, most=0.5, rest=1.0),
)
_BY_NAME = {muscle.name: muscle for muscle in (*PAIRED, *SINGLE)}
MUSCLES = tuple(f"{muscle.name}_{side}" for muscle in PAIRED for side in ("left", "right")) + tuple(
    muscle.name for muscle in SINGLE
)


@dataclass(frozen=True)
class EyeGain:
    """Potential at each channel, uV, float64 [channels]: per degree right, per degree up, per uV of a blink at Fpz."""

    right: FloatArray
    up: FloatArray
    blink: FloatArray


def eye_gain(wiring: Wiring, subject: Subject) -> EyeGain:
    """Return the channel potentials of the eyes, scaled to `subject.eye_uv_deg` across the ears of the median head."""
    per_deg = subject.eye_uv_deg / _eyes(RIGHT, ACROSS_EARS, MEDIAN_RADIUS_M)[0]
    up = _eyes(UP, wiring, subject.head_radius_m)
    return EyeGain(
        right=per_deg * _eyes(RIGHT, wiring, subject.head_radius_m),
        up=per_deg * up,
        blink=up / _eyes(UP, against_lobes("Fpz"), MEDIAN_RADIUS_M)[0],
    )


def _eyes(moment: tuple[float, float, float], wiring: Wiring, radius_m: float) -> FloatArray:
    """Return the potential of both eyes' dipoles at the channels, float64 [channels], to an arbitrary scale."""
    moments = np.tile(moment, (len(EYES), 1))
    # The eyes are in front of the skull, where no bone stops the current: a homogeneous sphere.
    field = dipole_potential_uv(EYES, moments, site_directions(wiring.sites), radius_m, 1.0)
    summed: FloatArray = field.sum(axis=0) @ wiring.matrix.T
    return summed


def muscle_gain(wiring: Wiring, subject: Subject) -> dict[str, FloatArray]:
    """Return the channel potentials of each of `MUSCLES`, per uV over the muscle; float64 [channels] each."""
    electrodes = site_directions(wiring.sites)
    gains = {}
    for muscle in (*PAIRED, *SINGLE):
        for side, sign in (("_left", -1), ("_right", 1)) if muscle in PAIRED else (("", 1),):
            centre = direction(muscle.at[0], sign * muscle.at[1])
            distance = subject.head_radius_m * np.linalg.norm(electrodes - centre, axis=1)
            gains[muscle.name + side] = wiring.matrix @ (1 + (distance / muscle.depth_m) ** 2) ** -1.5
    return gains


def muscle_named(name: str) -> Muscle:
    """Return the muscle of a name of `MUSCLES`, of either side."""
    return _BY_NAME[name.removesuffix("_left").removesuffix("_right")]


def heart_gain(wiring: Wiring, subject: Subject) -> FloatArray:
    """Return the channel potentials of an R peak of 1; float64 [channels], uV."""
    across = float((site_directions(["T7"]) - site_directions(["T8"]))[0] @ HEART_VECTOR)
    size = subject.head_radius_m / MEDIAN_RADIUS_M
    gain: FloatArray = (
        subject.heart_uv * size / across * (wiring.matrix @ (site_directions(wiring.sites) @ HEART_VECTOR))
    )
    return gain
