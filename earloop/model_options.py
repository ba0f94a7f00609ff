"""`--checkpoint` and `--decoder` of the commands that judge a device: what its tokens do to a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from earloop.options import as_one
from spec.design import Design


@dataclass(frozen=True)
class ModelFiles:
    """An encoder and a decoder of a device's tokens; either may be left out."""

    checkpoint: Path | None
    decoder_path: Path | None

    def load(self, design: Design) -> dict[str, Any]:
        """Those that there are, as `hil.rig.judge` takes them; raises ModelError for a decoder of another design."""
        found: dict[str, Any] = {}  # PyTorch is loaded only where a model is asked for
        if self.checkpoint is not None:
            from model.export.embedder import load_embedder  # noqa: PLC0415

            found["embedder"] = load_embedder(self.checkpoint)
        if self.decoder_path is not None:
            from model.finetuning.decoder_file import load_decoder  # noqa: PLC0415
            from model.tokens.token_stream import TokenFormat  # noqa: PLC0415

            found["decoder"] = load_decoder(self.decoder_path, TokenFormat.of(design))
        return found


def model_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--checkpoint FILE` and `--decoder FILE`, as `models`."""
    kind = click.Path(path_type=Path)
    function = as_one("models", ["checkpoint", "decoder_path"], ModelFiles)(function)
    about = "Of `earloop finetune`: what they do to its decisions."
    function = click.option("--decoder", "decoder_path", type=kind, help=about)(function)
    return click.option("--checkpoint", type=kind, help="Of `earloop pretrain`: what the tokens do to its encoder.")(
        function
    )
