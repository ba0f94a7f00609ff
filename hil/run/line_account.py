"""Counts of the frames that a line lost or damaged in one run, in both directions, as far as either end noticed."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class LineAccount:
    """Numbers of frames, counted by the end that should have received them.

    damaged : received pieces that are no valid frame
    missing : frame numbers that did not arrive in order
    stale : frames that arrived late or twice
    reopened : how often the port had to be opened again
    frames : frames that were accepted
    """

    damaged: int = 0
    missing: int = 0
    stale: int = 0
    reopened: int = 0
    frames: int = 0

    def __add__(self, other: LineAccount) -> LineAccount:
        return LineAccount(**{name: count + getattr(other, name) for name, count in asdict(self).items()})

    def __sub__(self, other: LineAccount) -> LineAccount:
        return LineAccount(**{name: count - getattr(other, name) for name, count in asdict(self).items()})

    @property
    def faults(self) -> int:
        """Frames that were lost, late, doubled or damaged."""
        return self.damaged + self.missing + self.stale
