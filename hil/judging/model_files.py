"""The models that process a device's tokens: files of an encoder and a decoder, loaded for the rig."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from earloop.spec.design import Design

if TYPE_CHECKING:  # at run time they would import PyTorch even without a model
    from earloop.model.export.embedder import Embedder
    from earloop.model.finetuning.decoder import Decoder


class Listening(TypedDict, total=False):
    """The models that process a device's tokens, as keyword arguments of `earloop.hil.judging.judge.judge`."""

    embedder: Embedder
    decoder: Decoder


@dataclass(frozen=True)
class ModelFiles:
    """The files of an encoder and a decoder; each may be None."""

    checkpoint: Path | None
    decoder: Path | None

    def load(self, design: Design) -> Listening:
        """Load the models as keyword arguments of `judge`; raises a MisfitError for a model of another design."""
        found = Listening()
        if self.checkpoint is not None:
            from earloop.model.export.embedder import load_embedder
            from earloop.model.tokens.token_stream import TokenFormat

            found["embedder"] = load_embedder(self.checkpoint, TokenFormat.of(design))
        if self.decoder is not None:
            from earloop.model.finetuning.decoder_file import load_decoder
            from earloop.model.tokens.token_stream import TokenFormat

            found["decoder"] = load_decoder(self.decoder, TokenFormat.of(design))
        return found
