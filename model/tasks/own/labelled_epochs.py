"""Epochs of labelled recordings by a question, and what was left out of them.

Tokens, events and times go the way of every task: `tokenize`, cues, `cut_epochs`. Each unbroken part of a recording is
a stream of its own, so that no filter runs over a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tasks.cut import Cue, cut_epochs
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.own.labelled_recording import LabelledRecording
from earloop.model.tasks.own.labels import check_events, chosen_labels
from earloop.model.tasks.own.left_out import BadFiles, LeftOut, Reason
from earloop.model.tasks.own.question import Question
from earloop.model.tasks.own.tokenised import WHOLE, tokenised
from earloop.model.tasks.own.windows import EDGE_S, EventWindow, OwnRecording, windows_of
from earloop.model.tasks.patch_means import means_between
from earloop.model.tokens.clock import time_of
from earloop.model.tokens.token_stream import TokenStream
from earloop.spec.design import Design


def labelled_epochs(
    recordings: Iterable[LabelledRecording], question: Question, design: Design, bad: BadFiles | None = None
) -> tuple[Epochs, LeftOut]:
    """Return the epochs of labelled recordings, and what was left out.

    Parameters
    ----------
    recordings : taken one after the other; only their tokens are kept
    bad : receives the recordings that cannot be used, if it skips them; None raises the error of the first

    Raises
    ------
    RecordingError
        A recording does not fit the design.
    ModelError
        A recording has another sampling rate than the first, none of the events, or a name that another has; an event
        has no value; windows of two classes overlap; there is no event of a label, only one class, or no window left
        of a class; a window is shorter than a patch; windows come faster than samples of the tokens.
    """
    bad = bad or BadFiles()
    patches, notes = _patches(question, design)
    found = tokenised(recordings, question, design, bad)
    if not found:
        raise ModelError(_none_usable(bad))
    labels, chosen = chosen_labels(found, question)
    question = _tiled(replace(question, events=labels), patches * design.patch_s)
    windows: list[tuple[OwnRecording, EventWindow]] = []
    counts = Counter[tuple[str, Reason]]()
    for own in found:
        with bad.of(own.name):
            check_events(own, question)
            mine, left = windows_of(own, question, design, patches)
            windows += [(own, window) for window in mine]
            counts += Counter({(own.name, reason): count for reason, count in left.items()})
    left_out = LeftOut(counts=dict(counts), files=tuple(bad.files), notes=(*notes, *chosen))
    if not windows:
        raise ModelError(f"no epoch: {_why(left_out)}")
    streams = tuple(part.stream for own in found for part in own.parts if part.stream is not None)
    if question.is_regression:
        return _of_values(windows, question, design, streams, patches), left_out
    return _of_classes(windows, question, design, streams, patches, left_out), left_out


def _patches(question: Question, design: Design) -> tuple[int, tuple[str, ...]]:
    """Return the whole patches of a window, and a note on its length."""
    first_s, last_s = question.window_s
    patches = int((last_s - first_s) / design.patch_s + EDGE_S)
    if not patches:
        raise ModelError(
            f"window of {last_s - first_s:g} s: shorter than a patch of {design.patch_s:g} s; wanted at least "
            f"{first_s:g}:{first_s + design.patch_s:g}"
        )
    tick_s = 1 / design.token_rate_hz
    if question.every_s is not None and question.every_s < tick_s - EDGE_S:
        raise ModelError(
            f"every {question.every_s:g} s: shorter than a sample of the tokens, so that windows would be equal; "
            f"wanted at least {tick_s:g} s"
        )
    used_s = patches * design.patch_s
    cut = f", cut from {last_s - first_s:g} s" if used_s < last_s - first_s - EDGE_S else ""
    return patches, (f"an epoch lasts {used_s:g} s{cut}: {patches} patches of {design.patch_s:g} s",)


def _tiled(question: Question, length_s: float) -> Question:
    """Return the question with one window after the other, if the whole recording is the event."""
    if question.events != (WHOLE,) or question.every_s is not None:
        return question
    return replace(question, every_s=length_s)


def _of_classes(
    windows: Sequence[tuple[OwnRecording, EventWindow]],
    question: Question,
    design: Design,
    streams: tuple[TokenStream, ...],
    patches: int,
    left_out: LeftOut,
) -> Epochs:
    """Return the epochs of a classification, whose classes are in the order of the question's events."""
    cues = [Cue(window.part.number, window.onset_s, question.class_of(window.event.label)) for _, window in windows]
    classes = tuple(dict.fromkeys(question.class_of(label) for label in question.events))
    if missing := [name for name in classes if name not in {cue.label for cue in cues}]:
        raise ModelError(f"no epoch of {', '.join(missing)}: {_why(left_out)}")
    return cut_epochs(f"own recordings, {' or '.join(classes)}", design, streams, cues, patches, classes)


def _of_values(
    windows: Sequence[tuple[OwnRecording, EventWindow]],
    question: Question,
    design: Design,
    streams: tuple[TokenStream, ...],
    patches: int,
) -> Epochs:
    """Return the epochs of a regression: the number of each event, or the mean of a channel over each patch."""
    output = str(question.output)
    return Epochs(
        task=f"own recordings, {output}",
        streams=streams,
        stream=np.array([window.part.number for _, window in windows], np.int64),
        start=np.array([window.tick for _, window in windows], np.int64),
        patches=patches,
        target=np.stack([_values(own, window, design, patches) for own, window in windows])[..., None],
        outputs=(output,),
        design=design,
    )


def _values(own: OwnRecording, window: EventWindow, design: Design, patches: int) -> NDArray[np.float32]:
    """Return the value of each patch of a window, float32 [patches]."""
    if own.channel is None:
        return np.full(patches, window.event.amplitude, np.float32)
    ticks = window.tick + design.tokens.patch * np.arange(patches + 1)
    edges_s = window.part.first_s + time_of(design, ticks)
    return means_between(own.channel[:, None], own.sfreq, edges_s)[:, 0]


def _why(left_out: LeftOut) -> str:
    """Return the reasons for which windows were left out, with their counts, and what can be done."""
    asked_for = {name: n for name, n in left_out.by_reason.items() if name not in ("other label", "no label")}
    counts = ", ".join(f"{count} {reason}" for reason, count in asked_for.items())
    return f"{counts or 'no event'} in all recordings: use a shorter --window, another --offset or a larger --reject"


def _none_usable(bad: BadFiles) -> str:
    if not bad.files:
        return "no recordings are given; wanted one or more"
    return f"none of {len(bad.files)} recordings can be used; the first is {bad.files[0].name}: {bad.files[0].why}"
