"""The values at the taps of a tokenizer, of the golden model or of any device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    AnyTaps = TypeVar("AnyTaps", bound=DataclassInstance)

TOKEN_MAX = 2**15 - 1


@dataclass(frozen=True)
class Taps:
    """The values that one block of codes produced, at every tap after the codes.

    Parameters
    ----------
    decimated, notched : int32, shape [ticks, channels]
    bands : int32, shape [ticks, channels, bands]
    tokens : int16, shape [patches, channels, bands, patch]; the patches that this block completed
    """

    decimated: NDArray[np.int32]
    notched: NDArray[np.int32]
    bands: NDArray[np.int32]
    tokens: NDArray[np.int16]

    def first_patches(self, patches: int) -> Taps:
        """Return the values of the first `patches` patches; the taps must start at the start of a patch."""
        ticks = patches * self.tokens.shape[-1]
        return Taps(self.decimated[:ticks], self.notched[:ticks], self.bands[:ticks], self.tokens[:patches])


def concatenate_taps(parts: Sequence[AnyTaps]) -> AnyTaps:
    """Concatenate blocks in time, tap by tap: `Taps`, or the `FloatTaps` of `earloop.spec.reference`.

    Every field of the class is an array whose first axis is time. `parts` must have at least one block.
    """
    kind = type(parts[0])
    return kind(**{tap.name: np.concatenate([getattr(part, tap.name) for part in parts]) for tap in fields(kind)})
