"""The samples that a device took from its converter, by segment, and how many of them can be judged.

After a fault of the converter a new segment begins, with tokenizer and golden model from reset. All filters run on the
continuous stream, so the values after a sample that was lost on the line are unknown. A segment is judged up to the
last whole patch before its first lost sample.

    segment 0                                segment 1
    |--- patch ---|--- patch ---|-- rest --| |--- patch ---|--- pa x lost ...
    |<-------- judged --------->|            |<- judged -->|
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.clock_fit import ClockFit


@dataclass(frozen=True, kw_only=True)
class OwnSegment:
    """Samples of one acquisition without a gap in time.

    run : how often the converter had started before, since the acquisition began
    first : the device's index of the first sample
    codes : int32 [samples, channels], zeros where they were lost
    received : bool [samples], the samples that arrived
    converted : int32 [samples, channels], the codes that the converter's model produced; None for a real converter.
        Shorter than `codes` where the model produced fewer
    """

    run: int
    first: int
    codes: NDArray[np.int32]
    received: NDArray[np.bool_]
    converted: NDArray[np.int32] | None = None

    def judged(self, block: int) -> int:
        """Return the number of samples that can be judged, in whole patches of `block` samples."""
        unbroken = len(self.received) if self.received.all() else int(self.received.argmin())
        return unbroken // block * block


@dataclass(frozen=True, kw_only=True)
class OwnSamples:
    """All segments of one acquisition, in order.

    block : samples per patch
    restarts : how often the converter was restarted
    fault : the last reason for a restart, in words; None without a restart
    emulated : the converter's time is that of an emulation, so its rate says nothing
    clock : the rate of the samples by the host's clock; None where it is unknown, and then `no_clock` says why
    broken_off : why the device ended the acquisition; None where the host ended it
    """

    segments: tuple[OwnSegment, ...]
    block: int
    restarts: int = 0
    fault: str | None = None
    emulated: bool = False
    clock: ClockFit | None = None
    no_clock: str | None = None
    broken_off: str | None = None

    @property
    def taken(self) -> int:
        """The number of samples that the device took."""
        return sum(len(segment.codes) for segment in self.segments)

    @property
    def lost(self) -> int:
        """The number of samples that were lost on the line."""
        return sum(int((~segment.received).sum()) for segment in self.segments)

    @property
    def codes(self) -> NDArray[np.int32]:
        """The judged parts of all segments, concatenated: int32 [samples, channels]."""
        return np.concatenate([segment.codes[: segment.judged(self.block)] for segment in self.segments])

    @property
    def starts(self) -> tuple[int, ...]:
        """The index in `codes` of the first sample of each segment that has a judged part."""
        lengths = [judged for segment in self.segments if (judged := segment.judged(self.block))]
        return tuple(int(first) for first in np.cumsum([0, *lengths[:-1]]))

    def device_sample(self, index: int) -> int:
        """Return the device's index of the sample at `index` of `codes`."""
        for segment in self.segments:
            if index < (judged := segment.judged(self.block)):
                return segment.first + index
            index -= judged
        raise IndexError(index)

    @property
    def unjudged_patches(self) -> int:
        """The number of whole patches after a lost sample of their segment."""
        return sum(
            len(segment.codes) // self.block - segment.judged(self.block) // self.block for segment in self.segments
        )
