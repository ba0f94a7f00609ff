"""Codes whose front end goes wrong, and comes right again, while a device is being fed with them.

What is not yet read is made anew by `earloop.hil.faults.front_end` at each beginning and each end, so that all that was
read is in the end what that makes of the whole recording and of the same faults.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earloop.hil.faults.fault import Fault
from earloop.hil.faults.front_end import spoil
from earloop.spec.design import Design


class SpoiltCodes:
    """One stream of codes.

    Parameters
    ----------
    sound : int32 [samples, channels], as a sound front end makes them

    Attributes
    ----------
    codes : int32 [samples, channels], contiguous; a device is to read them where they are, as it goes, and no copy. A
        front end that made fewer repeats the last, one that made more is not heard out.
    """

    def __init__(self, sound: NDArray[np.int32], design: Design) -> None:
        self._sound, self._design = sound, design
        self._faults: list[Fault] = []
        self.codes = np.array(sound, np.int32, order="C")

    def begin(self, fault: Fault, sample: int) -> Fault:
        """Have a fault from a sample on that was not read yet; returns it as it is then."""
        begun = fault.model_copy(update={"begins_s": sample / self._design.converter.rate_hz, "lasts_s": None})
        self._faults.append(begun)
        self._make_anew(sample)
        return begun

    def end(self, sample: int) -> None:
        """Have the newest of the faults that can pass no more, from a sample on that was not read yet."""
        newest = max(i for i, fault in enumerate(self._faults) if fault.facts.spans)
        lasts_s = sample / self._design.converter.rate_hz - self._faults[newest].begins_s
        self._faults[newest] = self._faults[newest].model_copy(update={"lasts_s": lasts_s})
        self._make_anew(sample)

    def _make_anew(self, first: int) -> None:
        self.codes[first:] = _spoilt(self._sound, self._faults, self._design)[first:]


def _spoilt(codes: NDArray[np.int32], faults: Sequence[Fault], design: Design) -> NDArray[np.int32]:
    samples = len(codes)
    for fault in faults:
        codes = spoil(codes, fault, design)
        codes = np.concatenate([codes[:samples], np.repeat(codes[-1:], max(0, samples - len(codes)), axis=0)])
    return codes
