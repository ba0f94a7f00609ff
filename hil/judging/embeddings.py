"""The effect of quantisation on the model: one encoder processes a device's tokens and the float path's, by window.

Bits and decibels say how far tokens are from the float path. The angle between the two embeddings of a window says
whether a user of the embeddings could notice that, and a decoder's decisions whether the result would change. For a
device that equals the golden model, they show how much fixed point matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.judging.decisions import Flips, ValueErrors
from earloop.model.export.decode import decode
from earloop.model.export.embed import embed
from earloop.model.export.embedder import Embedder
from earloop.model.finetuning.decoder import Decoder
from earloop.model.tokens.token_stream import TokenFormat, TokenStream
from earloop.spec.fixed import FixedDesign
from earloop.spec.patches import from_patches
from earloop.spec.reference import FloatTaps


@dataclass(frozen=True)
class EmbeddingCosines:
    """The similarity of the embeddings of both kinds of tokens, by window; an embedding is the mean over its tokens.

    cosine : float64 [windows], between the embedding of the device's tokens and that of the float path's
    start_s : float64 [windows], begin of each window
    window_s : length of a window
    """

    cosine: NDArray[np.float64]
    start_s: NDArray[np.float64]
    window_s: float

    @property
    def worst(self) -> int:
        """Index of the window with the lowest cosine, the first of several."""
        return int(np.argmin(self.cosine))

    @property
    def lowest(self) -> float:
        """The lowest cosine of all windows."""
        return float(self.cosine.min())

    def trouble(self, limit: float) -> str | None:
        """Say how cosines miss a limit; None if all reach it."""
        if self.lowest >= limit:
            return None
        short, worst_s = int((self.cosine < limit).sum()), self.start_s[self.worst]
        return (
            f"embeddings of {short:,} of {len(self.cosine):,} windows are too far from the float path's; the "
            f"worst, from {worst_s:g} s, has a cosine of {self.lowest:.6f}, at least {limit:g} wanted"
        )

    def summary(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        low, median = np.percentile(self.cosine, (5, 50))
        return {
            "windows": len(self.cosine),
            "window_s": self.window_s,
            "cosine": {"min": self.lowest, "p5": float(low), "median": float(median)},
            "worst_window_s": float(self.start_s[self.worst]),
        }


def compare_embeddings(
    embedder: Embedder, fixed: FixedDesign, tokens: NDArray[np.int16], floats: FloatTaps
) -> EmbeddingCosines:
    """Embed a device's tokens, int16 [patches, channels, bands, patch], and the float path's, and compare.

    The float path is neither rounded nor clipped, but has the same token steps.

    Raises
    ------
    ModelError
        The encoder was trained on another design, or there are fewer tokens than a window.
    """
    format = TokenFormat.of(fixed.design, embedder.token_format.source)  # the format that the encoder expects
    found, wanted = (embed(embedder, stream) for stream in _streams(format, fixed, tokens, floats))
    return EmbeddingCosines(_cosine(found.values, wanted.values), found.start_s, found.window_s)


def compare_decisions(
    decoder: Decoder, fixed: FixedDesign, tokens: NDArray[np.int16], floats: FloatTaps
) -> Flips | ValueErrors:
    """Decode a device's tokens and the float path's, as `compare_embeddings` embeds them, and compare.

    Raises
    ------
    ModelError
        The decoder was trained on another design, or there are fewer tokens than a window.
    """
    format = TokenFormat.of(fixed.design, decoder.info.format.source)
    found, wanted = (decode(decoder, stream) for stream in _streams(format, fixed, tokens, floats))
    if found.classes:
        return Flips(
            classes=found.classes,
            device=found.chosen,
            floats=wanted.chosen,
            start_s=found.start_s,
            window_s=found.window_s,
        )
    errors = found.values.astype(np.float64) - wanted.values
    return ValueErrors(found.outputs, errors, found.patch_start_s)


def _streams(
    format: TokenFormat, fixed: FixedDesign, tokens: NDArray[np.int16], floats: FloatTaps
) -> tuple[TokenStream, TokenStream]:
    """Return the device's tokens and the float path's as streams that differ only in their samples."""
    by_tick = from_patches(tokens)
    unquantised = np.asarray(floats.bands[: len(by_tick)] * fixed.token_steps, np.float32)
    notched_uv = np.asarray(floats.notched[: len(by_tick)] * fixed.design.converter.lsb_uv, np.float32)
    return (
        TokenStream(format=format, samples=by_tick, notched_uv=notched_uv, name="tokens of the device"),
        TokenStream(format=format, samples=unquantised, notched_uv=notched_uv, name="tokens of the float path"),
    )


def _cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the cosine between rows, at most 1 in spite of rounding."""
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    norms = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    return np.asarray(np.minimum(1.0, (x * y).sum(axis=1) / norms))
