"""What a line did to the frames of one run, both ways, as far as the two ends found out."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class LineAccount:
    """Frames, counted by whoever should have got them.

    damaged : pieces that came and are no frame
    missing : numbers that did not come in their turn
    stale : frames that came late or twice
    reopened : times that the port had to be opened again
    frames : that were taken
    """

    damaged: int = 0
    missing: int = 0
    stale: int = 0
    reopened: int = 0
    frames: int = 0

    def __add__(self, other: LineAccount) -> LineAccount:
        return LineAccount(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: LineAccount) -> LineAccount:
        return LineAccount(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def faults(self) -> int:
        """Frames that were lost, late, doubled or damaged."""
        return self.damaged + self.missing + self.stale
