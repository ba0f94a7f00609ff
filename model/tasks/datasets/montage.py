"""The choice of at most eight channels of a dataset for an earbud, and the design with these channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earloop.model.config import ModelError
from earloop.spec.design import Design
from earloop.spec.variants import vary_reference


@dataclass(frozen=True, kw_only=True)
class Montage:
    """The channels of a dataset, with names that a design allows.

    available : all channels
    left, right : the default channels
    reference : name of the reference
    mains_hz : mains frequency of the recordings
    """

    available: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    reference: str
    mains_hz: int

    def design(self, dataset: str, design: Design | None) -> Design:
        """Return the user's design, or for None the reference design with the default channels.

        Raises
        ------
        ModelError
            The dataset does not have a channel of the design.
        """
        if design is None:
            return vary_reference(
                electrodes={"left": self.left, "right": self.right, "reference": [self.reference]},
                notch={"mains_hz": self.mains_hz},
            )
        missing = [name for name in design.channels if name not in self.available]
        if missing:
            raise ModelError(
                f"{dataset}: has no channel {', '.join(missing)} of the design; available: {', '.join(self.available)}"
            )
        return design

    def columns(self, design: Design) -> Sequence[int]:
        """Return the indices of the design's channels in `available`."""
        return [self.available.index(name) for name in design.channels]
