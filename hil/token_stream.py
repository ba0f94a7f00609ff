"""Codes on their way to an earbud, and the tokens that have come back: who counts what is still missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spec.errors import LinkError
from spec.fixed import FixedDesign
from spec.framing import Frame
from spec.messages import Samples, Tokens


class TokenStream:
    """One run: of `length` samples, `sent` have left and `taken` are acknowledged by the earbud."""

    def __init__(self, fixed: FixedDesign, codes: NDArray[np.integer[Any]]) -> None:
        design = fixed.design
        channels = len(design.channels)
        if codes.ndim != 2 or codes.shape[1] != channels:
            raise ValueError(f"codes of shape {codes.shape}: wanted [samples, {channels}]")
        patches = len(codes) // design.decimator.factor // design.tokens.patch
        self._design, self._codes = design, np.ascontiguousarray(codes, np.int32)
        self._tokens = np.zeros((patches, channels, len(design.bands), design.tokens.patch), np.int16)
        self._there = np.zeros(self._tokens.shape[:3], bool)
        self.length = len(codes)
        self.sent = 0
        self.taken = 0

    @property
    def where(self) -> str:
        """How far the stream has come, for messages."""
        return f"after sample {self.taken}"

    def next_frame(self, credit: int) -> Samples:
        """The next SAMPLES, as long as frame, credit and codes allow."""
        first = self.sent
        self.sent = min(first + self._design.link.samples_per_frame, credit, len(self._codes))
        return Samples(first, self._codes[first : self.sent])

    def put(self, frame: Frame) -> None:
        """File a TOKENS."""
        token = Tokens.unpack(frame.payload, self._design.tokens.patch)
        place = (token.patch_index, token.channel, token.band)
        if any(found >= size for found, size in zip(place, self._there.shape, strict=True)):
            raise LinkError(
                f"frame {frame.sequence}: TOKENS of {self._name(*place)} where there are "
                f"{' x '.join(map(str, self._there.shape))} patches, channels and bands"
            )
        if self._there[place]:
            raise LinkError(f"frame {frame.sequence}: the token of {self._name(*place)} came twice")
        self._there[place] = True
        self._tokens[place] = token.values

    def whole_tokens(self) -> NDArray[np.int16]:
        """All tokens, once none is missing."""
        missing = np.argwhere(~self._there)
        if len(missing):
            raise LinkError(
                f"{len(missing)} of {self._there.size} tokens missing, the first that of {self._name(*missing[0])}"
            )
        return self._tokens

    def _name(self, patch: int, channel: int, band: int) -> str:
        channels, bands = self._design.channels, self._design.band_names
        return (
            f"patch {patch}, channel {channel} ({channels[channel] if channel < len(channels) else 'unknown'}), "
            f"band {band} ({bands[band] if band < len(bands) else 'unknown'})"
        )
