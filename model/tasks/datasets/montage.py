"""Which of a dataset's channels an earbud of at most eight is given, and the design that then holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earloop.model.config import ModelError
from earloop.spec.design import Design
from earloop.spec.variants import vary_reference


@dataclass(frozen=True)
class Montage:
    """The channels of a dataset, named as a design can name them.

    available : all of them
    left, right : those that are taken when the user has no design of their own
    reference : what they are measured against
    mains_hz : where it was recorded
    """

    available: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    reference: str
    mains_hz: int

    def design(self, dataset: str, design: Design | None) -> Design:
        """The reference design with this montage, or the user's own if the dataset has its channels.

        Raises
        ------
        ModelError
            A channel that the dataset does not have.
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
        """Where the design's channels stand among those available."""
        return [self.available.index(name) for name in design.channels]
