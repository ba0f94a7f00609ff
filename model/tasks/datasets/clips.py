"""Recordings of people who watch clips, one label a clip: windows one after another, a stream a clip.

All windows of a clip have one label and much else in common, so split them by subject or by session, never within one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earloop.model.tasks.cut import Cue, cut_epochs
from earloop.model.tasks.datasets.kept import kept_stream
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.token_stream import TokenStream
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import Recording
from earloop.spec.design import Design


@dataclass(frozen=True)
class Clip:
    """What was recorded during a clip: uV, float64 [samples, channels of the design], and its label."""

    uv: NDArray[np.float64]
    label: str
    name: str
    subject: str
    session: str
    run: str


def clip_stream(clip: Clip, sfreq: float, design: Design) -> TokenStream:
    """The tokens of a clip; raises as `tokenize` does."""
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
    """Windows of the design's length, one after another, of clips that are taken one at a time.

    Parameters
    ----------
    clips : the file that each comes from, and the clip
    sfreq : of all clips, in Hz
    cache : as in `earloop.model.tasks.datasets.kept.kept_stream`

    Raises
    ------
    ModelError
        A class has no window, a clip makes no tokens, or the cache cannot be written.
    """
    patches = design.tokens.window_patches
    length_s = patches * design.tokens.patch / design.token_rate_hz
    streams, labels = [], []
    for path, clip in clips:
        streams.append(kept_stream(cache, path, clip.name, design, partial(clip_stream, clip, sfreq, design)))
        labels.append(clip.label)
    cues = [
        Cue(i, at_s, label)
        for i, (stream, label) in enumerate(zip(streams, labels, strict=True))
        for at_s in np.arange(0.0, len(stream) / design.token_rate_hz, length_s)
    ]
    return cut_epochs(task, design, tuple(streams), cues, patches, classes)
