"""Embeddings along a recording: the right windows, the right means, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from earloop.model.config import ModelError
from earloop.model.export.embed import embed
from earloop.model.tokens.token_stream import TokenStream
from tests.model.export.conftest import FORMAT


@pytest.fixture(scope="module")
def stream():
    rng = np.random.default_rng(2)
    samples = np.round(rng.standard_normal((133, 2, 3)) * 100).astype(np.int16)
    return TokenStream(format=FORMAT, samples=samples, notched_uv=np.zeros((133, 2), np.float32), name="walk.bdf")


def test_windows_lie_side_by_side_unless_a_hop_is_given(embedder, stream):
    found = embed(embedder, stream)
    assert found.start_s == pytest.approx([0.0, 0.2, 0.4])  # of 40 samples at 200 Hz; 13 are left over
    assert found.window_s == 0.2
    assert embed(embedder, stream, hop_s=0.05).start_s == pytest.approx(np.arange(10) * 0.05)


def test_a_window_is_what_the_model_makes_of_its_samples(embedder, stream):
    found = embed(embedder, stream, hop_s=0.1, level="token")
    cut = stream.samples[20:60].reshape(4, 10, 2, 3).transpose(3, 2, 0, 1).astype(np.float32)
    with torch.inference_mode():
        wanted = embedder(torch.from_numpy(cut[None])).numpy()[0]
    np.testing.assert_allclose(found.values[1], wanted, rtol=1e-4, atol=1e-5)


def test_coarser_levels_are_means_of_the_finer(embedder, stream):
    tokens, patches, windows = (embed(embedder, stream, level=level).values for level in ("token", "patch", "window"))
    assert tokens.shape == (3, 3, 2, 4, 16)
    np.testing.assert_allclose(patches, tokens.mean(axis=(1, 2)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(windows, patches.mean(axis=1), rtol=1e-4, atol=1e-6)


def test_progress_ends_with_all_windows(embedder, stream):
    seen = []
    embed(embedder, stream, hop_s=0.02, advance=seen.append)
    assert seen[-1] == 24
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rate_hz": 250.0}, r"walk.bdf: its rate is 250 Hz, not 200 Hz"),
        ({"channels": ("T8", "T7")}, r"walk.bdf: its channels are T8, T7, not T7, T8"),
        ({"source": "float"}, r"walk.bdf: its source is float, not golden"),
    ],
)
def test_tokens_of_another_format_are_refused(embedder, stream, change, says):
    with pytest.raises(ModelError, match=says):
        embed(embedder, replace(stream, format=replace(FORMAT, **change)))


def test_a_recording_shorter_than_a_window_is_refused(embedder, stream):
    short = replace(stream, samples=stream.samples[:30], notched_uv=stream.notched_uv[:30])
    with pytest.raises(ModelError, match=r"0.15 s are shorter than a window; wanted 0.2 s"):
        embed(embedder, short)


def test_a_hop_of_less_than_a_sample_is_refused(embedder, stream):
    with pytest.raises(ModelError, match="shorter than a sample"):
        embed(embedder, stream, hop_s=0.001)
