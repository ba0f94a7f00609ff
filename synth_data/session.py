"""A synthetic session: what the electrodes see, and what only a simulation can know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Recording


@dataclass(frozen=True)
class Session:
    """A recording with the truths that go with it, sample by sample.

    Motion is carried beside the recording because it is no potential: it becomes one only at the contact, in the front
    end, which takes a `Session` for that reason.

    Parameters
    ----------
    recording : channel potentials, [samples, channels], uV, before any electrode or amplifier
    acceleration_g : [samples, 3], what the head accelerates by, without gravity, g; axes right, forward, up
    jaw_open : [samples], 0 closed to 1 wide open; it bends the ear canal and so the contact
    truth : whatever else is known of each sample, [samples] or [samples, channels] each; see `synth_data.truth`
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
                raise ValueError(f"{name} of {len(values)} samples beside a recording of {samples}")


def sitting_still(recording: Recording) -> Session:
    """A recording of someone whose movements are not known, taken as none."""
    samples = len(recording.data)
    return Session(recording, np.zeros((samples, 3)), np.zeros(samples))
