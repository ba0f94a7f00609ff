"""The models that listen to a device: files of an encoder and of a decoder, loaded for the rig."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earloop.spec.design import Design


@dataclass(frozen=True)
class ModelFiles:
    """An encoder and a decoder of a device's tokens; either may be left out."""

    checkpoint: Path | None
    decoder: Path | None

    def load(self, design: Design) -> dict[str, Any]:
        """The models that were given, as `judge` takes them; raises ModelError for a decoder of another design."""
        found: dict[str, Any] = {}  # PyTorch is loaded only where a model is asked for
        if self.checkpoint is not None:
            from earloop.model.export.embedder import load_embedder

            found["embedder"] = load_embedder(self.checkpoint)
        if self.decoder is not None:
            from earloop.model.finetuning.decoder_file import load_decoder
            from earloop.model.tokens.token_stream import TokenFormat

            found["decoder"] = load_decoder(self.decoder, TokenFormat.of(design))
        return found
