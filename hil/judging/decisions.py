"""The difference of a decoder's output between a device's tokens and those of the float path.

Decisions flip, values change. Each kind has its own measure and limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Flips:
    """The decisions on both kinds of tokens, by window.

    device, floats : int64 [windows], index into `classes`, for the device's tokens and for the float path's
    start_s : float64 [windows], begin of each window
    window_s : length of a window
    """

    classes: tuple[str, ...]
    device: NDArray[np.int64]
    floats: NDArray[np.int64]
    start_s: NDArray[np.float64]
    window_s: float

    measure = "decisions flipped"
    unit = "share of the windows"

    @property
    def flipped(self) -> NDArray[np.int64]:
        """Indices of the windows whose decisions differ."""
        return np.flatnonzero(self.device != self.floats)

    @property
    def departure(self) -> float:
        """Share of the windows whose decisions differ; a limit applies to it."""
        return len(self.flipped) / len(self.device)

    @property
    def found(self) -> str:
        """The number of flipped decisions, as printed."""
        return f"{len(self.flipped):,} of {len(self.device):,}"

    def allowed(self, limit: float) -> str:
        """Return the limit, as printed."""
        return f"{limit:.3%} or less"

    def summary(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        return {
            "windows": len(self.device),
            "window_s": self.window_s,
            "flipped": len(self.flipped),
            "first_flipped": self._first(),
        }

    def _first(self) -> dict[str, Any] | None:
        if not len(self.flipped):
            return None
        first = self.flipped[0]
        names = {"device": self.classes[self.device[first]], "float_path": self.classes[self.floats[first]]}
        return {"start_s": float(self.start_s[first])} | names

    def __str__(self) -> str:
        line, first = f"{self.measure} {self.found}", self._first()
        if first is None:
            return line
        decided = f"{first['device']}, with the float path {first['float_path']}"
        return f"{line}; the first, from {first['start_s']:g} s: {decided}"


@dataclass(frozen=True)
class ValueErrors:
    """The errors of decoded values, by window.

    outputs : names of the values, with units
    errors : float64 [windows, patches, outputs], value for the device's tokens less that for the float path's
    start_s : float64 [windows, patches], begin of each patch
    """

    outputs: tuple[str, ...]
    errors: NDArray[np.float64]
    start_s: NDArray[np.float64]

    measure = "greatest error of a value"
    unit = "the value's"

    @property
    def departure(self) -> float:
        """The greatest absolute error of all outputs; a limit applies to it."""
        return float(np.abs(self.errors).max())

    @property
    def found(self) -> str:
        """The greatest error, as printed."""
        _, _, output = self._worst()
        return f"{self.departure:.3g} ({self.outputs[output]})"

    def allowed(self, limit: float) -> str:
        """Return the limit, as printed."""
        return f"{limit:g} or less"

    def summary(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        window, patch, _ = self._worst()
        greatest = np.abs(self.errors).max(axis=(0, 1))
        return {
            "patches": self.start_s.size,
            "greatest_error": {name: float(value) for name, value in zip(self.outputs, greatest, strict=True)},
            "worst_patch_s": float(self.start_s[window, patch]),
        }

    def _worst(self) -> tuple[int, int, int]:
        """Return window, patch and output of the greatest error."""
        window, patch, output = np.unravel_index(np.abs(self.errors).argmax(), self.errors.shape)
        return int(window), int(patch), int(output)

    def __str__(self) -> str:
        window, patch, _ = self._worst()
        return f"{self.measure} {self.found}, at {self.start_s[window, patch]:g} s"
