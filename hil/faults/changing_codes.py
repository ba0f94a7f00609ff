"""Codes of a front end whose faults begin and end while a device reads the codes.

At each beginning and end of a fault, `earloop.hil.faults.front_end` computes the unread codes again. So the codes that
the device read are those of the whole recording with the same faults.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earloop.hil.faults.fault import Fault
from earloop.hil.faults.front_end import apply_fault
from earloop.spec.design import Design


class SpoiltCodes:
    """One stream of codes with changing faults.

    Parameters
    ----------
    sound : int32 [samples, channels], the codes of a front end without a fault

    Attributes
    ----------
    codes : int32 [samples, channels], contiguous. A device must read this array itself, not a copy. If the
        front end produces fewer samples, the last is repeated; surplus samples are cut off
    """

    def __init__(self, sound: NDArray[np.int32], design: Design) -> None:
        self._sound, self._design = sound, design
        self._faults: list[Fault] = []
        self.codes = np.array(sound, np.int32, order="C")

    def begin(self, fault: Fault, sample: int) -> Fault:
        """Begin a fault at `sample`, which is not read yet; return the fault with that time."""
        started = fault.model_copy(update={"begins_s": sample / self._design.converter.rate_hz, "lasts_s": None})
        self._faults.append(started)
        self._recompute(sample)
        return started

    def end(self, sample: int) -> None:
        """End the newest fault that can end, at `sample`, which is not read yet."""
        newest = max(i for i, fault in enumerate(self._faults) if fault.facts.spans)
        lasts_s = sample / self._design.converter.rate_hz - self._faults[newest].begins_s
        self._faults[newest] = self._faults[newest].model_copy(update={"lasts_s": lasts_s})
        self._recompute(sample)

    def _recompute(self, first: int) -> None:
        self.codes[first:] = _with_faults(self._sound, self._faults, self._design)[first:]


def _with_faults(codes: NDArray[np.int32], faults: Sequence[Fault], design: Design) -> NDArray[np.int32]:
    samples = len(codes)
    for fault in faults:
        codes = apply_fault(codes, fault, design)
        codes = np.concatenate([codes[:samples], np.repeat(codes[-1:], max(0, samples - len(codes)), axis=0)])
    return codes
