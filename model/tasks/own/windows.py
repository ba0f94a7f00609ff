"""Windows at the events of a recording, each in one of its unbroken parts, or left out for a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tasks.own.left_out import Reason
from earloop.model.tasks.own.question import Question
from earloop.model.tokens.clock import tick_at
from earloop.model.tokens.token_stream import TokenStream
from earloop.recordings import Annotation
from earloop.spec.design import Design

EDGE_S = 1e-6  # times are rounded in files


@dataclass(frozen=True, kw_only=True)
class UnbrokenPart:
    """An unbroken part of a recording.

    first_s, end_s : its first second, and that after its last, in the recording
    stream : its tokens; None if it is shorter than a patch
    number : index of the stream among those of the task
    """

    first_s: float
    end_s: float
    stream: TokenStream | None
    number: int


@dataclass(frozen=True, kw_only=True)
class OwnRecording:
    """The parts and events of a recording, without its samples.

    unlabelled : number of events without a label, which are not among `events`
    channel : samples of the channel of values, float64 [samples], with their rate; None without one
    """

    name: str
    duration_s: float
    parts: tuple[UnbrokenPart, ...]
    events: tuple[Annotation, ...]
    unlabelled: int
    sfreq: float
    channel: NDArray[np.float64] | None = None


@dataclass(frozen=True, kw_only=True)
class EventWindow:
    """A window of a part.

    onset_s : its beginning in the part
    start_s : its beginning in the recording
    tick : the tick of the stream at its beginning
    """

    part: UnbrokenPart
    onset_s: float
    start_s: float
    tick: int
    event: Annotation


def windows_of(
    own: OwnRecording, question: Question, design: Design, patches: int
) -> tuple[list[EventWindow], Counter[Reason]]:
    """Return the windows of a recording in the order of time, and how many were left out for each reason.

    Parameters
    ----------
    question : with the labels of the events to use
    patches : length of a window

    Raises
    ------
    ModelError
        Windows of two classes overlap, and the question does not allow it.
    """
    windows, left = [], Counter[Reason]({"no label": own.unlabelled} if own.unlabelled else {})
    for event in _events(own, question):
        if question.named(event.label) is None:
            left["other label"] += 1
            continue
        starts = list(_starts(event, question, patches * design.patch_s, own.duration_s))
        if not starts:
            left["event shorter than the window"] += 1
        for start_s in starts:
            found = _placed(own, event, start_s, design, patches)
            if isinstance(found, EventWindow) and question.reject_uv is not None:
                found = _quiet(found, patches * design.tokens.patch, question.reject_uv)
            if isinstance(found, EventWindow):
                windows.append(found)
            else:
                left[found] += 1
    windows.sort(key=lambda window: window.start_s)
    if not (question.is_regression or question.allow_overlap):
        _check_overlap(own.name, windows, question, patches * design.patch_s)
    return windows, left


def _events(own: OwnRecording, question: Question) -> Iterator[Annotation]:
    """Yield the events, each with the duration that the question gives it."""
    onsets = np.sort([event.onset_s for event in own.events])
    for event in own.events:
        if not question.until_next:
            yield event
            continue
        after = int(np.searchsorted(onsets, event.onset_s, side="right"))
        ends_s = float(onsets[after]) if after < len(onsets) else own.duration_s
        yield replace(event, duration_s=max(0.0, ends_s - event.onset_s))


def _starts(event: Annotation, question: Question, length_s: float, end_s: float) -> Iterator[float]:
    """Yield the beginnings of an event's windows, in seconds of the recording.

    Of an event that outlasts the recording, whatever its duration, only the first window after the recording's end
    `end_s` is yielded, to be counted as left out.
    """
    first_s = question.window_s[0]
    begins_s = event.onset_s + question.offset_s + first_s
    if question.every_s is None:
        yield begins_s
        return
    room_s = event.duration_s - first_s - length_s
    for step in range(int((room_s + EDGE_S) / question.every_s) + 1 if room_s > -EDGE_S else 0):
        start_s = begins_s + step * question.every_s
        yield start_s
        if start_s >= end_s:
            return


def _placed(own: OwnRecording, event: Annotation, start_s: float, design: Design, patches: int) -> EventWindow | Reason:
    """Return the window at a second of the recording, or why there is none."""
    if start_s < -EDGE_S:
        return "before the start"
    begun = [part for part in own.parts if part.first_s <= start_s + EDGE_S]
    part = begun[-1] if begun else None
    if part is None or part.stream is None or start_s >= part.end_s:
        return "too close to the end" if part is own.parts[-1] else "in a gap"
    onset_s = start_s - part.first_s
    tick = int(tick_at(design, onset_s))
    if tick < 0:
        return "before the start" if part is own.parts[0] else "in a gap"
    if tick + patches * design.tokens.patch > len(part.stream):
        return "too close to the end" if part is own.parts[-1] else "in a gap"
    return EventWindow(part=part, onset_s=onset_s, start_s=start_s, tick=tick, event=event)


def _quiet(window: EventWindow, samples: int, reject_uv: float) -> EventWindow | Reason:
    """Return the window, unless a channel changes by more than `reject_uv` in it."""
    stream = window.part.stream
    if stream is None:
        return "in a gap"
    cut = stream.notched_uv[window.tick : window.tick + samples]
    return "rejected by amplitude" if float(np.ptp(cut, axis=0).max()) > reject_uv else window


def _check_overlap(name: str, windows: Sequence[EventWindow], question: Question, length_s: float) -> None:
    """Raise ModelError if windows of two classes overlap; the message names those that overlap most."""
    mixed = [
        (other.start_s - one.start_s, one, other)
        for one, other in pairwise(windows)
        if question.class_of(one.event.label) != question.class_of(other.event.label)
    ]
    apart_s, one, other = min(mixed, key=lambda pair: pair[0], default=(length_s, None, None))
    if one is not None and other is not None and apart_s < length_s - EDGE_S:
        a, b = (question.class_of(window.event.label) for window in (one, other))
        raise ModelError(
            f"{name}: the windows of {a} at {one.start_s:.3f} s and of {b} at {other.start_s:.3f} s overlap: "
            f"use a window of at most {apart_s:.3f} s, or accept epochs that share samples (--overlap)"
        )
