"""A synthetic session: the potentials at the electrodes, and the truths that only a simulation knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Recording


@dataclass(frozen=True)
class Session:
    """A recording with its truths, sample by sample.

    Motion is separate from the recording because it is not a potential. The front end turns it into a potential at the
    contacts, and therefore takes a `Session`.

    Parameters
    ----------
    recording : channel potentials, [samples, channels], uV, before any electrode or amplifier
    acceleration_g : acceleration of the head without gravity, [samples, 3], g; axes right, forward, up
    jaw_open : opening of the jaw, [samples], 0 (closed) to 1 (wide open); it bends the ear canal and so the contact
    truth : other known values, [samples] or [samples, channels] each; `synthesise` lists them
    """

    recording: Recording
    acceleration_g: NDArray[np.floating[Any]]
    jaw_open: NDArray[np.floating[Any]]
    truth: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        samples = len(self.recording.data)
        if self.acceleration_g.shape != (samples, 3):
            raise ValueError(f"acceleration_g of shape {self.acceleration_g.shape}; wanted ({samples}, 3)")
        for name, values in {"jaw_open": self.jaw_open, **self.truth}.items():
            if len(values) != samples:
                raise ValueError(f"{name} has {len(values)} samples; wanted {samples}, as in the recording")


def sitting_still(recording: Recording) -> Session:
    """Return a session of a recording without known movements: no acceleration, and a closed jaw."""
    samples = len(recording.data)
    return Session(recording, np.zeros((samples, 3)), np.zeros(samples))
