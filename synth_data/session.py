"""A synthetic session: what the electrodes see, and what only a simulation can know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recordings import Recording


@dataclass(frozen=True)
class Session:
    """A recording with the truths that go with it, sample by sample.

    Motion is carried beside the recording because it is no potential: it becomes one only at the contact, in the front
    end, which takes a `Session` for that reason.

    Parameters
    ----------
    recording : electrode potentials, float64 [samples, channels], uV, before any electrode or amplifier
    motion_g : float64 [samples], vertical head acceleration without gravity, g
    truth : float64 [samples] each: `gaze_deg` (right positive), `eyes_closed` (0 or 1)
    """

    recording: Recording
    motion_g: NDArray[np.float64]
    truth: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, values in {"motion_g": self.motion_g, **self.truth}.items():
            if values.shape != (len(self.recording.data),):
                raise ValueError(f"{name} of shape {values.shape} beside {len(self.recording.data)} samples")
