"""An acquisition as a recording that can be replayed.

Lost samples get the last value before them. Their span, and each restart of the converter, are annotations whose labels
begin with BAD, which MNE excludes from its computations. The duration of a restart is unknown, so the recording has no
gap there.
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
    """Return all samples, judged or not, as int32 codes at the design's rate."""
    rate_hz, starts = (
        float(design.converter.rate_hz),
        np.cumsum([0, *(len(part.codes) for part in own_samples.segments)]),
    )
    notes = [Annotation(int(first) / rate_hz, 0.0, RESTARTED) for first in starts[1:-1]]
    for part, first in zip(own_samples.segments, starts[:-1], strict=True):
        notes += [Annotation((int(first) + at) / rate_hz, count / rate_hz, LOST) for at, count in _lost(part)]
    return Recording(
        np.concatenate([_filled(part) for part in own_samples.segments]),
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
    """Return the first sample and the length of each gap."""
    edges = np.diff(np.concatenate([[False], ~part.received, [False]]).astype(np.int8))
    firsts, ends = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    return [(int(first), int(end - first)) for first, end in zip(firsts, ends, strict=True)]


def _filled(part: OwnSegment) -> NDArray[np.int32]:
    """Replace each lost sample by the last received one before it, or by the first received one at the start."""
    if part.received.all() or not part.received.any():
        return part.codes
    received_at = np.where(part.received, np.arange(len(part.received)), -1)
    last = np.maximum.accumulate(received_at)
    return part.codes[np.where(last < 0, int(part.received.argmax()), last)]
