"""The encoder with all that its use needs: it maps tokens, as an earbud sends them, to features.

This module evaluates its annotations, because the hub's mixin decodes the parameters by their types.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Self

import numpy as np
import torch
from huggingface_hub import PyTorchModelHubMixin
from numpy.typing import NDArray
from torch import Tensor, nn

from earloop.model.config import ModelConfig
from earloop.model.network.encoder import Encoder
from earloop.model.pretraining.checkpoint import load_encoder
from earloop.model.tokens.token_stream import TokenFormat


class Embedder(
    nn.Module,
    PyTorchModelHubMixin,
    library_name="earloop",
    license="apache-2.0",
    tags=["eeg", "biosignals", "ear-eeg", "mamba"],
):
    """Maps windows of tokens, float32 [batch, bands, channels, patches, patch] in token steps, to features.

    `save_pretrained` and `from_pretrained` are those of Hugging Face's hub, for a folder or a repository.

    Parameters
    ----------
    encoder_config : shape of the encoder
    token_format : format of its tokens
    scale : for each band, the number of token steps by which tokens are divided
    """

    scale: Tensor

    def __init__(self, encoder_config: ModelConfig, token_format: TokenFormat, scale: list[float]) -> None:
        super().__init__()
        self.token_format = TokenFormat.from_facts(asdict(token_format))  # a hub's JSON makes lists of tuples
        self.encoder = Encoder(encoder_config)
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32).reshape(-1, 1, 1, 1))

    @classmethod
    def of(cls, encoder: Encoder, token_format: TokenFormat, scale: NDArray[np.float32]) -> Self:
        """Return the embedder of an existing encoder."""
        embedder = cls(encoder.config, token_format, [float(x) for x in scale])
        embedder.encoder.load_state_dict(encoder.state_dict())
        return embedder.eval()

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the features of every token, [batch, bands, channels, patches, d_model]."""
        features: Tensor = self.encoder(tokens / self.scale)
        return features


def load_embedder(path: Path, format: TokenFormat | None = None) -> Embedder:
    """Return the embedder of a checkpoint.

    Parameters
    ----------
    path : the checkpoint, or its folder
    format : the format that the encoder must take; None accepts any

    Raises
    ------
    ModelError
        The file is not a readable checkpoint.
    MisfitError
        The encoder learned from tokens of another rate, patch, channels, bands or design.
    """
    encoder, info = load_encoder(path, format)
    return Embedder.of(encoder, info.format, info.scale)
