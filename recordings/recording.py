"""One continuous multi-channel signal with its events: what every room hands to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spec.errors import EarloopError

Unit = Literal["uV", "codes"]


class RecordingError(EarloopError):
    """A recording, or its file, that cannot be used; says which and where."""


@dataclass(frozen=True)
class Annotation:
    """An event: `onset_s` and `duration_s` in seconds from the first sample, `label` such as `blink`.

    `amplitude` is in the unit that belongs to the label; `source` says what made it, such as `eog`. Files of other
    formats know neither.
    """

    onset_s: float
    duration_s: float
    label: str
    amplitude: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Recording:
    """A signal of shape [samples, channels] and what is known about it.

    Parameters
    ----------
    data : float64 or float32 in uV, or int32 converter codes, shape [samples, channels]
    unit : `"uV"` or `"codes"`
    sfreq : sampling rate in Hz
    channels : one name a column
    annotations : events, by onset
    meta : JSON-able facts: subject, scenario, seed, design hash

    Raises
    ------
    RecordingError
        Wrong shape, no samples, a rate that is not positive, a value that is not finite (channel and time are named).
    """

    data: NDArray[Any]
    unit: Unit
    sfreq: float
    channels: tuple[str, ...]
    annotations: tuple[Annotation, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.data.ndim != 2 or self.data.shape[1] != len(self.channels):
            raise RecordingError(
                f"data of shape {self.data.shape} does not fit {len(self.channels)} channels; "
                "wanted [samples, channels]"
            )
        if not len(self.data):
            raise RecordingError("the recording holds no samples")
        if not (np.isfinite(self.sfreq) and self.sfreq > 0):
            raise RecordingError(f"sampling rate {self.sfreq} Hz: must be positive")
        if len(set(self.channels)) != len(self.channels):
            raise RecordingError(f"a channel name stands twice in {', '.join(self.channels)}")
        if self.unit == "codes" and self.data.dtype.kind != "i":
            raise RecordingError(f"codes must be integers, found {self.data.dtype}")
        if self.data.dtype.kind == "f":
            bad = np.argwhere(~np.isfinite(self.data))
            if len(bad):
                sample, channel = (int(i) for i in bad[0])
                value = self.data[sample, channel]
                raise RecordingError(
                    f"{value} at sample {sample} ({sample / self.sfreq:.3f} s) of channel {self.channels[channel]}; "
                    "every sample must be finite"
                )

    @property
    def duration_s(self) -> float:
        return len(self.data) / self.sfreq
