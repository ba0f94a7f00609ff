"""A recording that a user names, and how it is to be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recordings.limits import DEFAULT_MAX_GB

if TYPE_CHECKING:
    from recordings import Recording


@dataclass(frozen=True)
class RecordingFile:
    """A file; the rest is as `recordings.read_recording` takes it."""

    path: Path
    rate_hz: float | None = None
    channels: tuple[str, ...] | None = None
    stream: str | None = None
    max_gb: float = DEFAULT_MAX_GB

    @property
    def name(self) -> str:
        """Without its folders."""
        return self.path.name

    def read(self) -> Recording:
        """What is in it; raises RecordingError."""
        from recordings import read_recording

        return read_recording(
            self.path, rate_hz=self.rate_hz, channels=self.channels, stream=self.stream, max_gb=self.max_gb
        )
