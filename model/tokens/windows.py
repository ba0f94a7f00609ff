"""The model's windows, cut from streams of tokens when they are needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from earloop.model.config import ModelConfig, ModelError
from earloop.model.tokens.band_scale import band_scale
from earloop.model.tokens.token_stream import TokenStream


@dataclass(frozen=True, kw_only=True)
class Windows(Dataset[Tensor]):
    """Every window of one or more streams, as a dataset of torch.

    ends : int64 [streams], number of windows up to the end of each stream
    scale : float32 [bands], by which tokens are divided
    patches : patches per window
    hop : ticks from the start of one window to that of the next
    """

    streams: tuple[TokenStream, ...]
    ends: NDArray[np.int64]
    scale: NDArray[np.float32]
    patches: int
    hop: int

    def __len__(self) -> int:
        return int(self.ends[-1])

    def __getitem__(self, index: int) -> Tensor:
        """Return a window, float32 [bands, channels, patches, patch], divided by the bands' scale."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"window {index} of {len(self)}")
        return self.batch([index % len(self)])[0]

    def place(self, index: int) -> tuple[TokenStream, int]:
        """Return the stream of a window and the tick at which the window begins."""
        at = int(np.searchsorted(self.ends, index, side="right"))
        before = int(self.ends[at - 1]) if at else 0
        return self.streams[at], (index - before) * self.hop

    def batch(self, indices: list[int]) -> Tensor:
        """Return windows by index, float32 [batch, bands, channels, patches, patch], divided by the bands' scale."""
        cuts = np.stack([stream.window(start, self.patches) for stream, start in map(self.place, indices)])
        return torch.from_numpy(np.ascontiguousarray(cuts / self.scale[:, None, None, None], dtype=np.float32))

    def spread(self, count: int) -> list[int]:
        """Return the indices of at most `count` windows, evenly spread over all."""
        places = np.linspace(0, len(self) - 1, min(count, len(self)))
        return [int(place) for place in places.round()]

    def not_finite(self, indices: list[int]) -> str | None:
        """Describe the place of the first token that is not finite, or return None."""
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
    scale : the bands' scale, [bands]; None means `band_scale` of the streams

    Raises
    ------
    ModelError
        The streams differ in format, do not fit the model, or are all too short for a window.
    """
    if not streams:
        raise ModelError("no token streams are given: windows need at least one")
    format = streams[0].format
    for stream in streams[1:]:
        if difference := stream.format.difference(format):
            raise ModelError(f"{stream.name}: its {difference} as in {streams[0].name}; wanted streams of one format")
    for what, found, wanted in (
        ("channels", len(format.channels), config.channels),
        ("bands", len(format.bands), config.bands),
        ("samples in a patch", format.patch, config.patch),
    ):
        if found != wanted:
            raise ModelError(f"{streams[0].name}: its tokens have {found} {what}, but the model takes {wanted}")
    ticks = config.patches * config.patch
    counts = np.array([max(0, (len(stream) - ticks) // hop + 1) for stream in streams], np.int64)
    if not counts.any():
        longest = max(len(stream) for stream in streams) // config.patch
        raise ModelError(f"the longest token stream has {longest} patches: a window needs {config.patches}")
    return Windows(
        streams=streams,
        ends=counts.cumsum(),
        scale=band_scale(streams) if scale is None else scale,
        patches=config.patches,
        hop=hop,
    )
