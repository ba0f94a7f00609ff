"""What a device took from a converter of its own, segment by segment, and how much of it can be judged.

After a fault of the converter another segment begins, with tokenizer and golden model from reset. All filters run on
the continuous stream, so that nothing can be said of what follows a sample that was lost on the line; a segment is
judged up to its last whole patch before that.

    segment 0                                segment 1
    |--- patch ---|--- patch ---|-- rest --| |--- patch ---|--- pa x lost ...
    |<-------- judged --------->|            |<- judged -->|
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.clock_fit import ClockFit


@dataclass(frozen=True)
class OwnSegment:
    """Samples without a gap in time.

    run : how often the converter had been started before, since the acquisition began
    first : the device's index of the first sample
    codes : int32 [samples, channels], zeros where they were lost
    there : bool [samples], those that came
    given : int32 [samples, channels], what the converter's model gave in their place; None of a real converter. It is
        shorter where the model gave fewer
    """

    run: int
    first: int
    codes: NDArray[np.int32]
    there: NDArray[np.bool_]
    given: NDArray[np.int32] | None = None

    def judged(self, block: int) -> int:
        """Samples that can be judged, in whole patches of `block` samples."""
        unbroken = len(self.there) if self.there.all() else int(self.there.argmin())
        return unbroken // block * block


@dataclass(frozen=True, kw_only=True)
class OwnSamples:
    """All segments of one acquisition, in their order.

    block : samples of one patch
    restarts : times that the converter was started anew
    fault : the last reason, in words; None where there was none
    emulated : the converter's time is that of an emulation, of which nothing can be said
    clock : how fast its samples came, by the host's clock; None where that cannot be said, and `no_clock` says why
    broken_off : why the device ended it; None where the host did
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
        """Samples that the device took."""
        return sum(len(segment.codes) for segment in self.segments)

    @property
    def lost(self) -> int:
        """Samples of these that never came over the line."""
        return sum(int((~segment.there).sum()) for segment in self.segments)

    @property
    def codes(self) -> NDArray[np.int32]:
        """The judged part of every segment, one behind the other: int32 [samples, channels]."""
        return np.concatenate([segment.codes[: segment.judged(self.block)] for segment in self.segments])

    @property
    def begins(self) -> tuple[int, ...]:
        """Index in `codes` of the first sample of each segment of which something is judged."""
        lengths = [judged for segment in self.segments if (judged := segment.judged(self.block))]
        return tuple(int(first) for first in np.cumsum([0, *lengths[:-1]]))

    def counted(self, index: int) -> int:
        """The device's own number of a sample of `codes`."""
        for segment in self.segments:
            if index < (judged := segment.judged(self.block)):
                return segment.first + index
            index -= judged
        raise IndexError(index)

    @property
    def unjudged_patches(self) -> int:
        """Whole patches that follow a lost sample of their segment."""
        return sum(
            len(segment.codes) // self.block - segment.judged(self.block) // self.block for segment in self.segments
        )
