"""Both Mamba blocks: what they see, and that one token at a time is the same as all at once."""

from __future__ import annotations

import pytest
import torch

from earloop.model.config import ModelConfig
from earloop.model.network.layers import MAMBAS, BidirectionalMamba

KINDS = sorted(MAMBAS)


def config(mixer, merge="sum"):
    return ModelConfig(
        channels=2, bands=3, patches=4, patch=10, d_model=16, layers=1, d_state=4, mixer=mixer, merge=merge, head_dim=8
    )


@pytest.fixture(params=KINDS)
def block(request):
    torch.manual_seed(0)
    return MAMBAS[request.param](config(request.param))


def test_one_direction_never_looks_ahead(block):
    x = torch.randn(1, 20, 16)
    changed = x.clone()
    changed[:, 12:] += 1
    torch.testing.assert_close(block(x)[:, :12], block(changed)[:, :12])
    assert not torch.allclose(block(x)[:, 12:], block(changed)[:, 12:])


def test_step_by_step_gives_what_the_whole_sequence_gives(block):
    x = torch.randn(3, 70, 16)  # more than a chunk of Mamba-2
    state, steps = block.start(batch=3), []
    sizes = {state.recent.shape, state.h.shape}
    for token in x.unbind(1):
        y, state = block.step(token, state)
        steps.append(y)
    torch.testing.assert_close(torch.stack(steps, dim=1), block(x))
    assert {state.recent.shape, state.h.shape} == sizes


def test_step_sizes_start_between_a_thousandth_and_a_tenth():
    torch.manual_seed(0)
    mamba1, mamba2 = (MAMBAS[mixer](config(mixer)) for mixer in KINDS)
    for bias in (mamba1.dt_proj.bias, mamba2.dt_bias):
        dt = torch.nn.functional.softplus(bias)
        assert dt.min() >= 0.999e-3
        assert dt.max() <= 0.101


@pytest.mark.parametrize("mixer", KINDS)
@pytest.mark.parametrize("merge", ["sum", "concat", "gate"])
def test_two_directions_look_both_ways(mixer, merge):
    torch.manual_seed(0)
    block = BidirectionalMamba(config(mixer, merge))
    x = torch.randn(1, 20, 16)
    changed = x.clone()
    changed[:, 10] += torch.randn(16)
    moved = (block(x) - block(changed)).abs().amax(dim=(0, 2))
    assert moved[9] > 1e-6
    assert moved[11] > 1e-6


@pytest.mark.parametrize("mixer", KINDS)
def test_a_layer_whose_directions_are_alike_turns_with_its_input(mixer):
    """Reversing the input of a layer of two equal directions reverses its output: neither end is special."""
    torch.manual_seed(0)
    block = BidirectionalMamba(config(mixer))
    block.backwards.load_state_dict(block.forwards.state_dict())
    x = torch.randn(1, 20, 16)
    torch.testing.assert_close(block(x.flip(1)), block(x).flip(1))


def test_half_precision_around_the_scan_changes_little(block):
    x = torch.randn(2, 20, 16)
    with torch.autocast("cpu", torch.bfloat16):
        coarse = block(x)
    fine = block(x)
    assert (coarse.float() - fine).abs().max() < 0.03 * fine.abs().max()
