"""The timing of a paced run: latency, jitter and throughput.

::

    sample due      handed to the port     tokens arrive
        |---- framing ----|---- latency ------|
        |-------------- age ------------------|

A sample is due when a converter would have taken it. The host sends samples in frames, so a sample waits for the last
one of its frame. That wait is a property of the replay: the age contains it, the latency does not. Neither contains the
delay of the tokenizer's filters.
"""

from __future__ import annotations

import numpy as np

from earloop.hil.link.arrivals import Arrivals
from earloop.hil.link.pace import Pace
from earloop.hil.run.timing import Timing
from earloop.sim.timeline import stream_of
from earloop.spec.design import Design


def timing_of(arrivals: Arrivals, pace: Pace, design: Design) -> Timing:
    """Compute the timing of a run at this pace from its arrivals."""
    patches, patch_samples = len(arrivals.token_s), design.patch_samples
    newest = design.newest_sample(np.arange(1, patches + 1) * design.tokens.patch - 1)
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
