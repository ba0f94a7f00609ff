"""Heads: what they average, and what they refuse."""

from __future__ import annotations

import pytest
import torch

from earloop.model.config import ModelConfig, ModelError
from earloop.model.finetuning.head import Head

CONFIG = ModelConfig(channels=2, bands=3, patches=4, patch=10, d_model=5)


@pytest.fixture
def features():
    return torch.randn(7, 3, 2, 4, 5, generator=torch.Generator().manual_seed(0))


def test_a_class_is_a_linear_function_of_the_mean_token(features):
    head = Head(CONFIG, 3, by_patch=False)
    tokens = features.reshape(7, -1, 5)
    wanted = torch.stack([head.linear(token) for token in tokens.unbind(1)]).mean(0)
    torch.testing.assert_close(head(features), wanted)


def test_a_value_sees_its_own_patch_alone(features):
    for pool in ("mean", "mean_over_time"):
        head = Head(CONFIG, 2, by_patch=True, pool=pool)
        changed = features.clone()
        changed[:, :, :, 2] += 1
        differs = (head(changed) != head(features)).any(dim=2).any(dim=0)
        assert differs.tolist() == [False, False, True, False]


def test_over_time_alone_the_head_tells_bands_and_channels_apart(features):
    swapped = features.flip(1)
    wide, narrow = (Head(CONFIG, 3, by_patch=False, pool=pool) for pool in ("mean_over_time", "mean"))
    assert wide.linear.in_features == 3 * 2 * 5
    torch.testing.assert_close(narrow(swapped), narrow(features))
    assert (wide(swapped) - wide(features)).abs().max() > 0.01


def test_an_unknown_pool_is_refused_by_name():
    with pytest.raises(ModelError, match="pool 'max' is not known; valid: mean, mean_over_time"):
        Head(CONFIG, 2, by_patch=False, pool="max")
