"""The codes for all measurements: a synthetic session of the reference earbud through the simulated front end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.sim import convert
from earloop.spec.design import Design
from earloop.synth_data import synthesise


def synthetic_codes(design: Design, duration_s: float, *, seed: int = 1) -> NDArray[np.int32]:
    """Return codes of a synthetic session, int32 [samples, channels]."""
    return np.asarray(convert(synthesise(design, duration_s=duration_s, seed=seed), design, seed=seed).data, np.int32)
