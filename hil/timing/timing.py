"""The timing of a paced run: latency, jitter and throughput.

::

    sample due      handed to the port     tokens arrive
        |---- framing ----|---- latency ------|
        |-------------- age ------------------|

A sample is due when a converter would have taken it. The host sends samples in frames, so that a sample waits for the
last one of its frame; that wait belongs to replaying, and is in the age but not in the latency. The delay of the
tokenizer's filters is in neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil.pace import Pace
from hil.timing.arrivals import Arrivals
from sim.timeline import stream_of
from spec.design import Design

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class Timing:
    """Tokens of a patch come one after the other; those that never came are in none of these.

    latency_s : float64 [tokens], from the frame that holds a token's newest sample to its arrival
    age_s : float64 [samples], from when each sample of a whole patch was due until all its patch's tokens had arrived
    jitter_s : float64 [patches], of a patch's last token, by how much later it came than the grid that the pace lays;
        the median patch is 0
    tokens_per_s, bytes_per_s : from the first sample until the last token; the bytes are those of whole TOKENS frames
    """

    latency_s: NDArray[np.float64]
    age_s: NDArray[np.float64]
    jitter_s: NDArray[np.float64]
    tokens_per_s: float
    bytes_per_s: float

    @property
    def measurements(self) -> dict[str, float]:
        """As plain numbers by name, for a verdict."""
        found = {
            f"{name}_ms_{which}": 1e3 * value
            for name, values in (("latency", self.latency_s), ("age", self.age_s))
            for which, value in zip((*(f"p{each}" for each in PERCENTILES), "max"), _percentiles(values), strict=True)
        }
        if len(self.jitter_s):
            found["jitter_ms_std"] = 1e3 * float(self.jitter_s.std())
            found["jitter_ms_max"] = 1e3 * float(self.jitter_s.max())
        return found | {"tokens_per_s": self.tokens_per_s, "token_bytes_per_s": self.bytes_per_s}


def timing_of(arrivals: Arrivals, pace: Pace, design: Design) -> Timing:
    """The timing of what arrived of a run that was given this pace."""
    patch_samples = design.tokens.patch * design.decimator.factor
    patches = len(arrivals.token_s)
    newest = np.arange(1, patches + 1) * patch_samples - 1
    latency = arrivals.token_s - arrivals.sent_s[newest][:, None, None]
    came = ~np.isnan(arrivals.token_s)
    whole = came.all(axis=(1, 2))
    last_s = np.where(whole, arrivals.token_s.max(axis=(1, 2), initial=-np.inf), np.nan)
    due_s = arrivals.began_s + np.array([pace.due_s(i + 1) for i in range(patches * patch_samples)])
    age = np.repeat(last_s, patch_samples) - due_s
    late = (last_s - due_s[newest])[whole]
    count = int(came.sum())
    lasted_s = float(arrivals.token_s[came].max() - arrivals.began_s) if count else float("nan")
    return Timing(
        latency_s=latency[came],
        age_s=age[~np.isnan(age)],
        jitter_s=late - np.median(late) if len(late) else late,
        tokens_per_s=count / lasted_s,
        bytes_per_s=count * stream_of(design, "tokens").frame_bytes / lasted_s,
    )


def _percentiles(values: NDArray[np.float64]) -> list[float]:
    if not len(values):
        return [float("nan")] * (len(PERCENTILES) + 1)
    return [float(value) for value in (*np.percentile(values, PERCENTILES), values.max())]
