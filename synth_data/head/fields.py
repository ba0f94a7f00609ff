"""How eyes, muscles and heart reach the channels.

    eyes      a corneo-retinal dipole each, that turns with the gaze: horizontal movements come out with opposite sign
              at the two ears, vertical ones hardly at all, both by geometry
    muscles   a dipole under the skin: (1 + (d / depth)^2)^(-3/2) at a distance d, so that each ear sees its own
    heart     far away, so that its field is uniform over the head: a tenth within an ear of what is across the ears

Signs: looking right brings the cornea, which is positive, to the right ear; the heart's main vector points left and
down.
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


@dataclass(frozen=True)
class Muscle:
    """Where a muscle lies (inclination, azimuth on its side), how deep; and how strong, at most and at rest.

    Strengths are against the temporalis's.
    """

    name: str
    at: tuple[float, float]
    depth_m: float
    most: float
    rest: float


# Places and depths are estimates from anatomy. Masseter over temporalis: 186.0 / 172.0 (Ferrario et al. 1993).
PAIRED = (
    Muscle("temporalis", (78.0, 78.0), 0.032, 1.0, 1.0),
    Muscle("masseter", (132.0, 68.0), 0.030, 186.0 / 172.0, 1.0),
    Muscle("neck", (138.0, 128.0), 0.030, 0.6, 1.0),
)
SINGLE = (
    # Awake and upright the brow rests at 2-4 uV (Cram & Kasman 1998, from memory), a sitter's temporalis at 1.65.
    Muscle("frontalis", (80.0, 0.0), 0.040, 0.6, 2.0),
    Muscle("throat", (165.0, 0.0), 0.045, 0.5, 1.0),
)
_BY_NAME = {muscle.name: muscle for muscle in (*PAIRED, *SINGLE)}
MUSCLES = tuple(f"{muscle.name}_{side}" for muscle in PAIRED for side in ("left", "right")) + tuple(
    muscle.name for muscle in SINGLE
)


@dataclass(frozen=True)
class EyeGain:
    """uV at each channel, float64 [channels]: per degree to the right, per degree up, per uV of a blink at Fpz."""

    right: FloatArray
    up: FloatArray
    blink: FloatArray


def eye_gain(wiring: Wiring, subject: Subject) -> EyeGain:
    """What the channels see of the eyes; the eyes' dipole is such that the ears see `eye_uv_deg` on the median head."""
    per_deg = subject.eye_uv_deg / _eyes(RIGHT, ACROSS_EARS, MEDIAN_RADIUS_M)[0]
    up = _eyes(UP, wiring, subject.head_radius_m)
    return EyeGain(
        right=per_deg * _eyes(RIGHT, wiring, subject.head_radius_m),
        up=per_deg * up,
        blink=up / _eyes(UP, against_lobes("Fpz"), MEDIAN_RADIUS_M)[0],
    )


def _eyes(moment: tuple[float, float, float], wiring: Wiring, radius_m: float) -> FloatArray:
    """Potential at the channels, float64 [channels], of both eyes' dipoles, to an arbitrary scale."""
    moments = np.tile(moment, (len(EYES), 1))
    # In front of the skull, current meets no bone: a homogeneous sphere.
    field = dipole_potential_uv(EYES, moments, site_directions(wiring.sites), radius_m, 1.0)
    summed: FloatArray = field.sum(axis=0) @ wiring.matrix.T
    return summed


def muscle_gain(wiring: Wiring, subject: Subject) -> dict[str, FloatArray]:
    """What the channels see of each of `MUSCLES`, per uV over the muscle; float64 [channels] each."""
    electrodes = site_directions(wiring.sites)
    gains = {}
    for muscle in (*PAIRED, *SINGLE):
        for side, sign in (("_left", -1), ("_right", 1)) if muscle in PAIRED else (("", 1),):
            centre = direction(muscle.at[0], sign * muscle.at[1])
            distance = subject.head_radius_m * np.linalg.norm(electrodes - centre, axis=1)
            gains[muscle.name + side] = wiring.matrix @ (1 + (distance / muscle.depth_m) ** 2) ** -1.5
    return gains


def muscle_named(name: str) -> Muscle:
    """The muscle behind one of `MUSCLES`, of either side."""
    return _BY_NAME[name.removesuffix("_left").removesuffix("_right")]


def heart_gain(wiring: Wiring, subject: Subject) -> FloatArray:
    """What the channels see of an R peak of 1; float64 [channels], uV."""
    across = float((site_directions(["T7"]) - site_directions(["T8"]))[0] @ HEART_VECTOR)
    size = subject.head_radius_m / MEDIAN_RADIUS_M
    gain: FloatArray = (
        subject.heart_uv * size / across * (wiring.matrix @ (site_directions(wiring.sites) @ HEART_VECTOR))
    )
    return gain
