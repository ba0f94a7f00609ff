"""Token streams made of tones that a model can learn, and a model small enough to learn them at once."""

from __future__ import annotations

import numpy as np

from earloop.model.config import ModelConfig
from earloop.model.tokens.token_stream import TokenFormat, TokenStream

SMALL = ModelConfig(channels=2, bands=3, patches=4, patch=10, d_model=16, layers=1, d_state=4, head_dim=8)
FORMAT = TokenFormat(
    design_hash="0123456789abcdef", channels=("T7", "T8"), bands=("slow", "middle", "fast"), rate_hz=200.0, patch=10
)


def tone_stream(ticks=400, seed=0, name="made", fmt=FORMAT, dtype=np.int16, **whose):
    """A tone in each band, some thousand steps large."""
    rng = np.random.default_rng(seed)
    turns = np.array([0.02, 0.05, 0.11])[: len(fmt.bands)] * np.arange(ticks)[:, None, None]
    phase = rng.uniform(0, 6, (len(fmt.channels), 1))
    samples = np.round(2000 * np.sin(2 * np.pi * turns + phase)).astype(dtype)
    return TokenStream(
        format=fmt, samples=samples, notched_uv=np.zeros(samples.shape[:2], np.float32), name=name, **whose
    )
