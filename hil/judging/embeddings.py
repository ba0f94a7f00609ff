"""What a departure from the float path does to the model: both kinds of tokens through one encoder, window by window.

Bits and decibels say how far tokens are from the float path; the angle between the two embeddings of a window says
whether whoever uses them could tell, and a decoder's decisions whether they would act otherwise. Of a device that
equals the golden model they say how much fixed point matters.
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
    """How alike the embeddings of both kinds of tokens are, window by window; an embedding is the mean over its tokens.

    cosine : float64 [windows], between the embedding of the device's tokens and that of the float path's
    start_s : float64 [windows]
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
        """What is wrong where every cosine should reach a limit; None if nothing is."""
        if self.lowest >= limit:
            return None
        short, worst_s = int((self.cosine < limit).sum()), self.start_s[self.worst]
        return (
            f"embeddings of {short:,} of {len(self.cosine):,} windows are too far from the float path's; the "
            f"worst, from {worst_s:g} s, has a cosine of {self.lowest:.6f}, at least {limit:g} wanted"
        )

    def summary(self) -> dict[str, Any]:
        """As plain JSON values."""
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

    The float path is neither rounded nor clipped, but in the same steps.

    Raises
    ------
    ModelError
        The encoder was trained on another design, or the tokens are fewer than a window.
    """
    format = TokenFormat.of(fixed.design, embedder.token_format.source)  # as which the encoder takes either
    found, wanted = (embed(embedder, stream) for stream in _streams(format, fixed, tokens, floats))
    return EmbeddingCosines(_cosine(found.values, wanted.values), found.start_s, found.window_s)


def compare_decisions(
    decoder: Decoder, fixed: FixedDesign, tokens: NDArray[np.int16], floats: FloatTaps
) -> Flips | ValueErrors:
    """Decode a device's tokens and the float path's, as `compare_embeddings` embeds them, and compare.

    Raises
    ------
    ModelError
        The decoder was trained on another design, or the tokens are fewer than a window.
    """
    format = TokenFormat.of(fixed.design, decoder.info.format.source)
    found, wanted = (decode(decoder, stream) for stream in _streams(format, fixed, tokens, floats))
    if found.classes:
        return Flips(found.classes, found.chosen, wanted.chosen, found.start_s, found.window_s)
    errors = found.values.astype(np.float64) - wanted.values
    return ValueErrors(found.outputs, errors, found.patch_start_s)


def _streams(
    format: TokenFormat, fixed: FixedDesign, tokens: NDArray[np.int16], floats: FloatTaps
) -> tuple[TokenStream, TokenStream]:
    """The device's tokens and the float path's, as streams that differ in their samples alone."""
    by_tick = from_patches(tokens)
    unquantised = np.asarray(floats.bands[: len(by_tick)] * fixed.token_steps, np.float32)
    notched_uv = np.asarray(floats.notched[: len(by_tick)] * fixed.design.converter.lsb_uv, np.float32)
    return (
        TokenStream(format=format, samples=by_tick, notched_uv=notched_uv, name="tokens of the device"),
        TokenStream(format=format, samples=unquantised, notched_uv=notched_uv, name="tokens of the float path"),
    )


def _cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of rows; 1 at most, whatever rounding says."""
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    norms = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    return np.asarray(np.minimum(1.0, (x * y).sum(axis=1) / norms))
