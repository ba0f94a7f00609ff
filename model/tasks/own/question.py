"""The question that a researcher asks of labelled recordings: what an epoch is, and what is predicted from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from earloop.model.config import ModelError

LEAST_EVENTS = 5  # events of a label that is a class without being named: one for each block of a split by time


@dataclass(frozen=True, kw_only=True)
class Question:
    """What an epoch is, and what is predicted from it: a class, or a value at each patch.

    Parameters
    ----------
    window_s : the first and the last second of an epoch, after an event's onset; whole patches of it are used
    events : labels of the events to use, as `named` compares them; none means each label that occurs `LEAST_EVENTS`
        times or more (classes; with `every_s` once or more), all events (`values`), or the whole recording, window
        after window (`value_channel`)
    class_names : the class of a label, where the two differ; several labels may be one class
    values : name of the number that each event has as its `amplitude`: the value to predict in the whole epoch
    value_channel : channel of the recording whose mean over each patch is to be predicted
    every_s : cut windows at this distance as long as they lie within the event, in place of one window at its onset
    until_next : an event lasts until the next event of any label, whatever its duration
    offset_s : seconds by which the events are late; added to each onset
    reject_uv : leave out an epoch in which a channel, before the bands, changes by more than this from peak to peak
    allow_overlap : accept windows of two classes that share samples, as in a fast sequence of stimuli
    mixed_rates : accept recordings of different sampling rates

    Raises
    ------
    ModelError
        A field is not valid, or two of them exclude each other.
    """

    window_s: tuple[float, float]
    events: tuple[str, ...] = ()
    class_names: Mapping[str, str] = field(default_factory=dict)
    values: str | None = None
    value_channel: str | None = None
    every_s: float | None = None
    until_next: bool = False
    offset_s: float = 0.0
    reject_uv: float | None = None
    allow_overlap: bool = False
    mixed_rates: bool = False

    def __post_init__(self) -> None:
        first, last = self.window_s
        if not (math.isfinite(first) and math.isfinite(last) and first < last):
            raise ModelError(f"window from {first:g} s to {last:g} s: wanted a beginning before the end, such as 0:2")
        for name, value in (("every", self.every_s), ("reject", self.reject_uv)):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ModelError(f"{name} {value:g}: wanted a number above 0")
        if not math.isfinite(self.offset_s):
            raise ModelError(f"offset {self.offset_s:g} s: wanted a finite number")
        if self.values is not None and self.value_channel is not None:
            raise ModelError(
                f"values come from the events' {self.values} or from channel {self.value_channel}: choose one"
            )
        if twice := sorted({label for label in self.events if self.events.count(label) > 1}):
            raise ModelError(f"event {', '.join(twice)} is named twice; name each label once")
        if self.is_regression and self.class_names:
            raise ModelError("events get the names of classes, but values are to be predicted: leave out the names")
        if self.until_next and self.every_s is None:
            raise ModelError("events last until the next only where windows are cut within them: give --every too")

    @property
    def is_regression(self) -> bool:
        """Whether values are predicted, not classes."""
        return self.output is not None

    @property
    def output(self) -> str | None:
        """The name of the value to predict; None for a classification."""
        return self.values or self.value_channel

    def named(self, label: str) -> str | None:
        """Return which of `events` a label is; None if it is none.

        A label is also known by its end after a slash, and by single spaces in place of several: `closed` is
        `Comment/closed`, and `S 1` is `Stimulus/S  1`, of a BrainVision file.
        """
        if label in self.events:
            return label
        ends = [name for name in self.events if f"/{_single_spaced(label)}".endswith(f"/{_single_spaced(name)}")]
        return max(ends, key=len) if ends else None

    def class_of(self, label: str) -> str:
        """Return the class of a label."""
        name = self.named(label) or label
        return self.class_names.get(name, name)


def _single_spaced(label: str) -> str:
    return " ".join(label.split())
