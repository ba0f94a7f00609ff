"""From the tokenizer's stream to the model's windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.config import ModelConfig, ModelError


@dataclass(frozen=True)
class Windows:
    """Every window of one or more token streams, cut when asked for.

    streams : int16, each [patches, channels, bands, patch], as the tokenizer sends them
    starts : (stream, first patch) of each window
    scale : float32 [bands], the standard deviation of each band in token steps
    patches : patches a window
    """

    streams: tuple[NDArray[np.int16], ...]
    starts: tuple[tuple[int, int], ...]
    scale: NDArray[np.float32]
    patches: int

    def __len__(self) -> int:
        return len(self.starts)

    def batch(self, indices: list[int]) -> Tensor:
        """Windows by index, float32 [batch, bands, channels, patches, patch], each band divided by its scale."""
        cut = [self.streams[s][first : first + self.patches] for s, first in (self.starts[i] for i in indices)]
        stacked = np.stack(cut).transpose(0, 3, 2, 1, 4) / self.scale[:, None, None, None]
        return torch.from_numpy(np.ascontiguousarray(stacked, dtype=np.float32))


def cut_windows(
    streams: list[NDArray[np.int16]], config: ModelConfig, hop: int, scale: NDArray[np.float32] | None = None
) -> Windows:
    """Index every window of `config.patches` patches, `hop` apart.

    Parameters
    ----------
    scale : of each band, [bands]; measured on the streams when None

    Raises
    ------
    ModelError
        A stream of another shape, or none long enough for a single window.
    """
    wanted = (config.channels, config.bands, config.patch)
    for stream in streams:
        if stream.shape[1:] != wanted:
            raise ModelError(f"tokens of shape {stream.shape}: wanted [patches, {', '.join(map(str, wanted))}]")
    starts = [(i, first) for i, s in enumerate(streams) for first in range(0, len(s) - config.patches + 1, hop)]
    if not starts:
        longest = max((len(s) for s in streams), default=0)
        raise ModelError(f"the longest token stream has {longest} patches: a window needs {config.patches}")
    return Windows(tuple(streams), tuple(starts), _band_scale(streams) if scale is None else scale, config.patches)


def _band_scale(streams: list[NDArray[np.int16]]) -> NDArray[np.float32]:
    """Standard deviation of each band over all streams, at least one step."""
    count = sum(s.shape[0] * s.shape[1] * s.shape[3] for s in streams)
    squares = sum(np.square(s, dtype=np.float64).sum(axis=(0, 1, 3)) for s in streams)
    return np.asarray(np.maximum(np.sqrt(squares / count), 1.0), np.float32)
