"""The models that listen to a device: files of an encoder and of a decoder, loaded for the rig."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from earloop.spec.design import Design

if TYPE_CHECKING:  # at run time they would bring PyTorch to where no model is asked for
    from earloop.model.export.embedder import Embedder
    from earloop.model.finetuning.decoder import Decoder


class Listening(TypedDict, total=False):
    """The models that listen to a device, by the names that `earloop.hil.judging.judge.judge` has for them."""

    embedder: Embedder
    decoder: Decoder


@dataclass(frozen=True)
class ModelFiles:
    """An encoder and a decoder of a device's tokens; either may be left out."""

    checkpoint: Path | None
    decoder: Path | None

    def load(self, design: Design) -> Listening:
        """The models that were given, as `judge` takes them; raises ModelError for a decoder of another design."""
        found = Listening()
        if self.checkpoint is not None:
            from earloop.model.export.embedder import load_embedder

            found["embedder"] = load_embedder(self.checkpoint)
        if self.decoder is not None:
            from earloop.model.finetuning.decoder_file import load_decoder
            from earloop.model.tokens.token_stream import TokenFormat

            found["decoder"] = load_decoder(self.decoder, TokenFormat.of(design))
        return found
