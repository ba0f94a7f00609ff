"""Latency, jitter and throughput of a paced run, as values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Latency, jitter and throughput. The tokens of a patch arrive one after the other; lost tokens are left out.

    latency_s : float64 [tokens], from the frame that holds a token's newest sample to the token's arrival
    age_s : float64 [samples], from when each sample of a whole patch was due until all its patch's tokens had arrived
    jitter_s : float64 [patches], delay of a patch's last token relative to the regular grid of the pace, less the
        median delay
    tokens_per_s, bytes_per_s : from the first sample until the last token; the bytes are of whole TOKENS frames
    """

    latency_s: NDArray[np.float64]
    age_s: NDArray[np.float64]
    jitter_s: NDArray[np.float64]
    tokens_per_s: float
    bytes_per_s: float

    @property
    def measurements(self) -> dict[str, float]:
        """Latency, age, jitter and throughput as plain numbers by name, for a verdict."""
        found = {
            f"{name}_ms_{which}": 1e3 * value
            for name, values in (("latency", self.latency_s), ("age", self.age_s))
            for which, value in zip((*(f"p{each}" for each in PERCENTILES), "max"), _percentiles(values), strict=True)
        }
        if len(self.jitter_s):
            found["jitter_ms_std"] = 1e3 * float(self.jitter_s.std())
            found["jitter_ms_max"] = 1e3 * float(self.jitter_s.max())
        return found | {"tokens_per_s": self.tokens_per_s, "token_bytes_per_s": self.bytes_per_s}


def _percentiles(values: NDArray[np.float64]) -> list[float]:
    if not len(values):
        return [float("nan")] * (len(PERCENTILES) + 1)
    return [float(value) for value in (*np.percentile(values, PERCENTILES), values.max())]
