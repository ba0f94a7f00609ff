"""Embeddings of a recording: what a trained encoder makes of each of its windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from earloop.model.config import Level
from earloop.model.export.embedder import Embedder
from earloop.model.export.windows import window_batches, window_starts
from earloop.model.tokens.token_stream import TokenStream


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
    patches, rate_hz = embedder.encoder.config.patches, stream.format.rate_hz
    starts = window_starts(stream, embedder.token_format, patches, hop_s)
    with torch.inference_mode():
        parts = [
            _pooled(embedder(torch.from_numpy(windows)).numpy(), level)
            for windows in window_batches(stream, starts, patches, advance)
        ]
    return Embeddings(np.concatenate(parts), np.array(starts) / rate_hz, patches * stream.format.patch / rate_hz)


def _pooled(features: NDArray[np.float32], level: Level) -> NDArray[np.float32]:
    """Means of [windows, bands, channels, patches, d_model] over what the level does not keep."""
    axes = {"window": (1, 2, 3), "patch": (1, 2), "token": ()}[level]
    return np.asarray(features.mean(axis=axes) if axes else features, np.float32)
