"""Embeddings of a recording: what a trained encoder makes of each of its windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from model.config import ModelError
from model.export.embedder import Embedder
from model.tokens.token_stream import TokenStream

Level = Literal["window", "patch", "token"]
LEVELS: tuple[Level, ...] = ("window", "patch", "token")
_BATCH = 8  # windows at a time


@dataclass(frozen=True)
class Embeddings:
    """Features along a recording.

    values : float32; by level `window` [windows, d_model], `patch` [windows, patches, d_model], means over the rest, or
        `token` [windows, bands, channels, patches, d_model]
    start_s : float64 [windows], where each window begins
    window_s : length of a window
    """

    values: NDArray[np.float32]
    start_s: NDArray[np.float64]
    window_s: float


def embed(
    embedder: Embedder,
    stream: TokenStream,
    *,
    hop_s: float | None = None,
    level: Level = "window",
    advance: Callable[[int], None] = lambda windows: None,
) -> Embeddings:
    """Embed every window of a stream.

    Parameters
    ----------
    hop_s : from the start of a window to that of the next; whole windows side by side when None
    advance : called with how many windows are done

    Raises
    ------
    ModelError
        Tokens of another format, a stream shorter than a window, a hop of less than a sample.
    """
    if difference := stream.format.difference(embedder.token_format):
        raise ModelError(f"{stream.name}: its {difference}")
    patches, rate_hz = embedder.encoder.config.patches, stream.format.rate_hz
    starts = _starts(embedder, stream, hop_s)
    parts = []
    with torch.inference_mode():
        for first in range(0, len(starts), _BATCH):
            chosen = starts[first : first + _BATCH]
            windows = np.stack([stream.window(start, patches) for start in chosen]).astype(np.float32)
            parts.append(_pooled(embedder(torch.from_numpy(windows)).numpy(), level))
            advance(first + len(chosen))
    return Embeddings(np.concatenate(parts), np.array(starts) / rate_hz, patches * stream.format.patch / rate_hz)


def count_windows(embedder: Embedder, stream: TokenStream, hop_s: float | None = None) -> int:
    """How many windows `embed` will make of a stream; raises as it does."""
    return len(_starts(embedder, stream, hop_s))


def _starts(embedder: Embedder, stream: TokenStream, hop_s: float | None) -> range:
    """The tick at which each window begins."""
    length, rate_hz = embedder.encoder.config.patches * stream.format.patch, stream.format.rate_hz
    hop = length if hop_s is None else round(hop_s * rate_hz)
    if hop < 1:
        raise ModelError(f"a hop of {hop_s:g} s is less than a sample of {1 / rate_hz:g} s")
    starts = range(0, len(stream) - length + 1, hop)
    if not starts:
        raise ModelError(f"{stream.name}: {len(stream) / rate_hz:g} s; a window is {length / rate_hz:g} s")
    return starts


def _pooled(features: NDArray[np.float32], level: Level) -> NDArray[np.float32]:
    """Means of [windows, bands, channels, patches, d_model] over what the level does not keep."""
    axes = {"window": (1, 2, 3), "patch": (1, 2), "token": ()}[level]
    return np.asarray(features.mean(axis=axes) if axes else features, np.float32)
