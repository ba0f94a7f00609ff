"""From streams of tokens to the model's windows, cut when asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from earloop.model.config import ModelConfig, ModelError
from earloop.model.tokens.band_scale import band_scale
from earloop.model.tokens.token_stream import TokenStream


@dataclass(frozen=True)
class Windows:
    """Every window of one or more streams.

    ends : int64 [streams], windows up to and with each stream's last
    scale : float32 [bands], by which tokens are divided
    patches : patches a window
    hop : ticks from the start of one window to that of the next
    """

    streams: tuple[TokenStream, ...]
    ends: NDArray[np.int64]
    scale: NDArray[np.float32]
    patches: int
    hop: int

    def __len__(self) -> int:
        return int(self.ends[-1])

    def place(self, index: int) -> tuple[TokenStream, int]:
        """The stream of a window and the tick at which it begins."""
        at = int(np.searchsorted(self.ends, index, side="right"))
        before = int(self.ends[at - 1]) if at else 0
        return self.streams[at], (index - before) * self.hop

    def batch(self, indices: list[int]) -> Tensor:
        """Windows by index, float32 [batch, bands, channels, patches, patch], each band divided by its scale."""
        cuts = np.stack([stream.window(start, self.patches) for stream, start in map(self.place, indices)])
        return torch.from_numpy(np.ascontiguousarray(cuts / self.scale[:, None, None, None], dtype=np.float32))

    def spread(self, count: int) -> list[int]:
        """At most `count` windows, evenly spread over all."""
        places = np.linspace(0, len(self) - 1, min(count, len(self)))
        return [int(place) for place in places.round()]

    def not_finite(self, indices: list[int]) -> str | None:
        """Where the first token lies that is not finite, in words, or None."""
        for stream, start in map(self.place, indices):
            bad = np.argwhere(~np.isfinite(stream.window(start, self.patches)))
            if len(bad):
                band, channel, patch, sample = (int(i) for i in bad[0])
                tick = start + patch * stream.format.patch + sample
                names = f"{stream.format.channels[channel]} {stream.format.bands[band]}"
                return f"{stream.name}: the token at tick {tick} of {names} is not finite"
        return None


def cut_windows(
    streams: tuple[TokenStream, ...], config: ModelConfig, hop: int = 1, scale: NDArray[np.float32] | None = None
) -> Windows:
    """Index every window of `config.patches` patches, `hop` ticks apart; none spans two streams.

    Parameters
    ----------
    scale : of each band, [bands]; `band_scale` of the streams when None

    Raises
    ------
    ModelError
        Streams of several formats or of one that the model does not take, or none long enough for a window.
    """
    if not streams:
        raise ModelError("no token streams to cut windows from")
    formats = sorted({stream.format for stream in streams}, key=str)
    if len(formats) > 1:
        raise ModelError(f"streams of {len(formats)} formats, such as {formats[0]} and {formats[1]}: wanted one")
    found = (len(formats[0].channels), len(formats[0].bands), formats[0].patch)
    wanted = (config.channels, config.bands, config.patch)
    if found != wanted:
        raise ModelError(f"streams of (channels, bands, patch) = {found}: the model takes {wanted}")
    ticks = config.patches * config.patch
    counts = np.array([max(0, (len(stream) - ticks) // hop + 1) for stream in streams], np.int64)
    if not counts.any():
        longest = max(len(stream) for stream in streams) // config.patch
        raise ModelError(f"the longest token stream has {longest} patches: a window needs {config.patches}")
    return Windows(streams, counts.cumsum(), band_scale(streams) if scale is None else scale, config.patches, hop)
