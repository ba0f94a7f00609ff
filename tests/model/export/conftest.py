"""A small embedder."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from earloop.model.config import ModelConfig
from earloop.model.export.embedder import Embedder
from earloop.model.network.encoder import Encoder
from earloop.model.tokens.token_stream import TokenFormat

CONFIG = ModelConfig(channels=2, bands=3, patches=4, patch=10, d_model=16, layers=1, d_state=4)
FORMAT = TokenFormat(
    design_hash="ab" * 32, channels=("T7", "T8"), bands=("one", "two", "three"), rate_hz=200.0, patch=10
)
SCALE = [10.0, 200.0, 3000.0]


@pytest.fixture(scope="session")
def embedder():
    torch.manual_seed(0)
    return Embedder.of(Encoder(CONFIG), FORMAT, np.array(SCALE, np.float32))
