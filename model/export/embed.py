"""Embeddings of a recording: the features that a trained encoder computes for each window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from earloop.model.config import Level
from earloop.model.export.embedder import Embedder
from earloop.model.export.windows import computed, window_starts
from earloop.model.tokens.token_stream import TokenStream


@dataclass(frozen=True)
class Embeddings:
    """The features along a recording.

    Parameters
    ----------
    values : float32; at level `window` [windows, d_model], at level `patch` [windows, patches, d_model], both means
        over the other axes; at level `token` [windows, bands, channels, patches, d_model]
    start_s : float64 [windows], the start of each window
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
    hop_s : distance between the starts of two windows; None means the length of a window
    advance : called with the number of windows that are done

    Raises
    ------
    ModelError
        The tokens have another format, or the stream is shorter than a window, or the hop shorter than a sample.
    """
    patches, rate_hz = embedder.encoder.config.patches, stream.format.rate_hz
    starts = window_starts(stream, embedder.token_format, patches, hop_s)

    def features_of(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return _pooled(embedder(torch.from_numpy(windows)).numpy(), level)

    values = computed(features_of, stream, starts, patches, advance)
    return Embeddings(values, np.array(starts) / rate_hz, patches * stream.format.patch / rate_hz)


def _pooled(features: NDArray[np.float32], level: Level) -> NDArray[np.float32]:
    """Average [windows, bands, channels, patches, d_model] over the axes that the level does not have."""
    axes = {"window": (1, 2, 3), "patch": (1, 2), "token": ()}[level]
    return np.asarray(features.mean(axis=axes) if axes else features, np.float32)
