"""Trigger channels of EDF and BDF files: signals whose changes are events.

BioSemi's `Status` has 24 bits: 16 trigger inputs; bit 16, which rises at a new epoch, and therefore in the middle of a
file after a pause of the recorder; bit 20, which is 1 while the CMS electrode is within range; and other facts of the
device (https://www.biosemi.com/faq/trigger_signals.htm). Any other trigger channel has numbers.

A file does not say which value is idle. It is 0 if 0 occurs at all. Otherwise it is the value of inputs that are pulled
up (same page: "normally on"): all 16 if nothing drives them, or the upper 8 if a parallel port drives the lower 8; or a
value that lasts for more than half of the time and returns. Every other value is an event at its beginning, also at the
first sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.edf.header import EdfHeader, Signal
from earloop.recordings.reading.trigger_values import TRIGGER_NAME, idle_values

INPUTS = 0xFFFF  # BioSemi's 16 trigger inputs
PULLED_UP = (0xFF00, INPUTS)  # a parallel port holds the lower 8 inputs down, or nothing drives them
NEW_EPOCH, CMS_IN_RANGE = 1 << 16, 1 << 20


class Changes:
    """The changes of a signal, collected block by block."""

    def __init__(self) -> None:
        self._samples: list[NDArray[np.int64]] = []
        self._codes: list[NDArray[np.int32]] = []
        self.count = 0  # number of samples so far

    def add(self, codes: NDArray[np.int32]) -> None:
        """Add the next samples, int32 [samples], one or more."""
        last = self._codes[-1][-1] if self._codes else ~codes[0]
        changed = np.flatnonzero(np.diff(codes, prepend=last))
        if len(changed):
            self._samples.append(changed + self.count)
            self._codes.append(codes[changed])
        self.count += len(codes)

    @property
    def samples(self) -> NDArray[np.int64]:
        """Samples at which another code begins; the first is 0."""
        return np.concatenate(self._samples)

    @property
    def codes(self) -> NDArray[np.int32]:
        """The codes that begin at `samples`."""
        return np.concatenate(self._codes)


@dataclass(frozen=True, kw_only=True)
class Triggers:
    """The decoded contents of a trigger channel.

    samples, labels : sample and label of each event
    epochs : samples at which the recorder continued after a pause
    out_of_range : samples at which CMS went out of range
    idle : values other than 0 that are not events
    """

    samples: NDArray[np.int64]
    labels: list[str]
    epochs: NDArray[np.int64]
    out_of_range: NDArray[np.int64]
    idle: tuple[float, ...]


def is_trigger(signal: Signal) -> bool:
    """Return whether a signal is a trigger channel, by its name."""
    return TRIGGER_NAME.fullmatch(signal.label) is not None


def triggers_of(header: EdfHeader, signal: Signal, changes: Changes) -> Triggers:
    """Decode the events of a trigger channel."""
    samples, codes = changes.samples, changes.codes
    none = np.empty(0, np.int64)
    if header.sample_bytes == 3 and signal.label.casefold() == "status":
        values = (codes & INPUTS).astype(np.float64)
        epochs = samples[1:][np.diff((codes & NEW_EPOCH) != 0) & ((codes[1:] & NEW_EPOCH) != 0)]
        out_of_range = samples[1:][np.diff((codes & CMS_IN_RANGE) != 0) & ((codes[1:] & CMS_IN_RANGE) == 0)]
    else:
        values = codes.astype(np.float64) if signal.why_not else _numbers(codes, signal)
        epochs = out_of_range = none
    begins = np.concatenate([[True], values[1:] != values[:-1]])  # changes of other bits do not count
    samples, values = samples[begins], values[begins]
    idle = _idle(values, np.diff(samples, append=changes.count))
    events = ~np.isin(values, [*idle, 0.0])
    return Triggers(
        samples=samples[events],
        labels=[label_of(value) for value in values[events].tolist()],
        epochs=epochs,
        out_of_range=out_of_range,
        idle=idle,
    )


def label_of(value: float) -> str:
    """Return the label of a trigger's value."""
    return f"{value:.0f}" if value.is_integer() else f"{value:g}"


def _numbers(codes: NDArray[np.int32], signal: Signal) -> NDArray[np.float64]:
    """Return the physical values, rounded to a whole number if it is within half the size of a code."""
    with np.errstate(over="ignore"):  # a header may have any range
        values = signal.gain * codes + signal.zero
    whole = np.round(values)
    return np.where(np.abs(values - whole) <= max(abs(signal.gain) / 2, 1e-9), whole, values) + 0.0


def _idle(values: NDArray[np.float64], lengths: NDArray[np.int64]) -> tuple[float, ...]:
    """Return the idle values other than 0; `lengths` are the numbers of samples of the runs."""
    if 0.0 in values:
        return ()
    idle: set[float] = set()
    if np.isin(values, PULLED_UP).any() and (values >= min(PULLED_UP)).all():
        idle |= {float(value) for value in PULLED_UP if value in values}
    idle |= set(idle_values(values, lengths))
    return tuple(sorted(idle))
