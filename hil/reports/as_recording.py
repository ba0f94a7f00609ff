"""What an earbud took from its converter, as a recording that can be replayed.

Samples that were lost hold the last value before them; their span, and each restart of the converter, are annotations
whose labels begin with BAD, which MNE leaves out of what it computes. How long a restart took nobody knows: there the
recording's time stands still.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.device import Identity
from earloop.hil.run.own_samples import OwnSamples, OwnSegment
from earloop.recordings import Annotation, Recording
from earloop.spec.design import Design

LOST, RESTARTED = "BAD lost on the line", "BAD converter restarted"


def as_recording(own_samples: OwnSamples, identity: Identity, design: Design) -> Recording:
    """All samples, judged or not, as int32 codes at the design's rate."""
    rate_hz, starts = (
        float(design.converter.rate_hz),
        np.cumsum([0, *(len(part.codes) for part in own_samples.segments)]),
    )
    notes = [Annotation(int(first) / rate_hz, 0.0, RESTARTED) for first in starts[1:-1]]
    for part, first in zip(own_samples.segments, starts[:-1], strict=True):
        notes += [Annotation((int(first) + at) / rate_hz, count / rate_hz, LOST) for at, count in _lost(part)]
    return Recording(
        np.concatenate([_held(part) for part in own_samples.segments]),
        "codes",
        rate_hz,
        design.channels,
        tuple(sorted(notes, key=lambda note: note.onset_s)),
        {
            "design_hash": design.design_hash,
            "lsb_uv": design.converter.lsb_uv,
            "device": {"kind": identity.kind, "name": identity.name, "build": identity.build},
            "true_rate_hz": None if own_samples.clock is None else own_samples.clock.rate_hz,
        },
    )


def _lost(part: OwnSegment) -> list[tuple[int, int]]:
    """First sample and length of each gap."""
    edges = np.diff(np.concatenate([[False], ~part.received, [False]]).astype(np.int8))
    firsts, ends = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    return [(int(first), int(end - first)) for first, end in zip(firsts, ends, strict=True)]


def _held(part: OwnSegment) -> NDArray[np.int32]:
    """Each lost sample as the last one before it that came; the first that came, where there is none."""
    if part.received.all() or not part.received.any():
        return part.codes
    came = np.where(part.received, np.arange(len(part.received)), -1)
    last = np.maximum.accumulate(came)
    return part.codes[np.where(last < 0, int(part.received.argmax()), last)]
