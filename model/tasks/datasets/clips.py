"""Recordings of people who watch film clips, with one label and one stream for each clip; windows are contiguous.

All windows of a clip share the label and much else, so they must be split by subject or by session, never within one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earloop.model.tasks.cut import Cue, cut_epochs
from earloop.model.tasks.datasets.kept import cached_stream
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.token_stream import TokenStream
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import Recording
from earloop.spec.design import Design


@dataclass(frozen=True, kw_only=True)
class Clip:
    """The recording during a clip, uV, float64 [samples, channels of the design], and its label."""

    uv: NDArray[np.float64]
    label: str
    name: str
    subject: str
    session: str
    run: str


def clip_stream(clip: Clip, sfreq: float, design: Design) -> TokenStream:
    """Return the tokens of a clip; raises as `tokenize` does."""
    recording = Recording(clip.uv, "uV", sfreq, design.channels)
    return tokenize(recording, design, name=clip.name, subject=clip.subject, session=clip.session, run=clip.run)


def clip_epochs(
    task: str,
    design: Design,
    clips: Iterable[tuple[Path, Clip]],
    sfreq: float,
    classes: tuple[str, ...],
    cache: Path | str | None,
) -> Epochs:
    """Return contiguous windows of the design's length; the clips are read one at a time.

    Parameters
    ----------
    clips : the file of each clip, and the clip
    sfreq : sampling rate of all clips, in Hz
    cache : as in `earloop.model.tasks.datasets.kept.cached_stream`

    Raises
    ------
    ModelError
        A class has no window, a clip cannot be tokenised, or the cache cannot be written.
    """
    patches = design.tokens.window_patches
    length_s = patches * design.tokens.patch / design.token_rate_hz
    streams, labels = [], []
    for path, clip in clips:
        streams.append(cached_stream(cache, path, clip.name, design, partial(clip_stream, clip, sfreq, design)))
        labels.append(clip.label)
    cues = [
        Cue(i, at_s, label)
        for i, (stream, label) in enumerate(zip(streams, labels, strict=True))
        for at_s in np.arange(0.0, len(stream) / design.token_rate_hz, length_s)
    ]
    return cut_epochs(task, design, tuple(streams), cues, patches, classes)
