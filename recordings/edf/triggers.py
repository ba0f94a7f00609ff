"""Trigger channels of EDF and BDF files: a signal whose changes are events.

BioSemi's `Status` is 24 bits: 16 trigger inputs; bit 16, which rises where a new epoch begins, so in the middle of a
file where its recorder had paused; bit 20, which stands while the CMS electrode is within range; and facts of the
device (https://www.biosemi.com/faq/trigger_signals.htm). Any other trigger channel holds numbers.

Which value means that nothing happens the file does not say. It is 0 where 0 stands anywhere. Else it is what inputs
show that are pulled up (same page: "normally on"), all 16 where nothing drives them, or the upper 8 where a parallel
port drives the lower; or a value that stands for more than half of the time and comes back. Every other value is an
event where it begins, at the first sample too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.edf.header import EdfHeader, Signal
from earloop.recordings.reading.trigger_values import TRIGGER_NAME, idle_values

INPUTS = 0xFFFF  # BioSemi's 16 trigger inputs
PULLED_UP = (0xFF00, INPUTS)  # inputs of which a parallel port holds the lower 8 down, or that nothing drives
NEW_EPOCH, CMS_IN_RANGE = 1 << 16, 1 << 20


class Changes:
    """A signal of few changes, block by block."""

    def __init__(self) -> None:
        self._samples: list[NDArray[np.int64]] = []
        self._codes: list[NDArray[np.int32]] = []
        self.count = 0  # samples seen

    def see(self, codes: NDArray[np.int32]) -> None:
        """Take in the next samples, int32 [samples], at least one."""
        last = self._codes[-1][-1] if self._codes else ~codes[0]
        changed = np.flatnonzero(np.diff(codes, prepend=last))
        if len(changed):
            self._samples.append(changed + self.count)
            self._codes.append(codes[changed])
        self.count += len(codes)

    @property
    def samples(self) -> NDArray[np.int64]:
        """At which another code begins; the first is 0."""
        return np.concatenate(self._samples)

    @property
    def codes(self) -> NDArray[np.int32]:
        """What begins there."""
        return np.concatenate(self._codes)


@dataclass(frozen=True)
class Triggers:
    """What a trigger channel holds.

    samples, labels : of each event
    epochs : samples at which the recorder went on after a pause
    out_of_range : samples at which CMS went out of range
    idle : values other than 0 that are no events
    """

    samples: NDArray[np.int64]
    labels: list[str]
    epochs: NDArray[np.int64]
    out_of_range: NDArray[np.int64]
    idle: tuple[float, ...]


def is_trigger(signal: Signal) -> bool:
    """Whether a signal is no electrode, by its name."""
    return TRIGGER_NAME.fullmatch(signal.label) is not None


def triggers_of(header: EdfHeader, signal: Signal, changes: Changes) -> Triggers:
    """The events of a trigger channel."""
    samples, codes = changes.samples, changes.codes
    none = np.empty(0, np.int64)
    if header.sample_bytes == 3 and signal.label.casefold() == "status":
        values = (codes & INPUTS).astype(np.float64)
        epochs = samples[1:][np.diff((codes & NEW_EPOCH) != 0) & ((codes[1:] & NEW_EPOCH) != 0)]
        out_of_range = samples[1:][np.diff((codes & CMS_IN_RANGE) != 0) & ((codes[1:] & CMS_IN_RANGE) == 0)]
    else:
        values = codes.astype(np.float64) if signal.why_not else _numbers(codes, signal)
        epochs = out_of_range = none
    begins = np.concatenate([[True], values[1:] != values[:-1]])  # a change of other bits is none
    samples, values = samples[begins], values[begins]
    idle = _idle(values, np.diff(samples, append=changes.count))
    events = ~np.isin(values, [*idle, 0.0])
    return Triggers(samples[events], [label_of(value) for value in values[events].tolist()], epochs, out_of_range, idle)


def label_of(value: float) -> str:
    """A trigger's value as a label."""
    return f"{value:.0f}" if value.is_integer() else f"{value:g}"


def _numbers(codes: NDArray[np.int32], signal: Signal) -> NDArray[np.float64]:
    """Physical values; whole numbers where one lies within half a code's step of what the code stands for."""
    with np.errstate(over="ignore"):  # a header may give any range
        values = signal.gain * codes + signal.zero
    whole = np.round(values)
    return np.where(np.abs(values - whole) <= max(abs(signal.gain) / 2, 1e-9), whole, values) + 0.0


def _idle(values: NDArray[np.float64], lengths: NDArray[np.int64]) -> tuple[float, ...]:
    """Values other than 0 that mean that nothing happens; `lengths`: for how many samples each stands."""
    if 0.0 in values:
        return ()
    idle: set[float] = set()
    if np.isin(values, PULLED_UP).any() and (values >= min(PULLED_UP)).all():
        idle |= {float(value) for value in PULLED_UP if value in values}
    idle |= set(idle_values(values, lengths))
    return tuple(sorted(idle))
