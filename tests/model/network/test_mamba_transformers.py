"""The Mamba-1 block beside another's: transformers' `MambaMixer`, which is checked against the authors' own weights.

Both get the same weights and run in float32, in which transformers always computes A and D. They add up the same
products in another order, so that they differ by roundings: one rounding of a float32 is 6e-8 of a value, and a sum of
n terms is off by about sqrt(n) roundings. The longest sums here are those of a parameter's gradient, over batch times
length, 600 terms: 1.5e-6. So 2e-6 of the largest value is allowed.
"""

from __future__ import annotations

import pytest
import torch
from transformers import MambaConfig
from transformers.models.mamba.modeling_mamba import MambaMixer

from earloop.model.config import ModelConfig
from earloop.model.network.layers import BidirectionalMamba
from earloop.model.network.mamba import Mamba

TOLERANCE = 2e-6  # of the largest value
# Parameters of ours by theirs.
NAMES = {
    "in_proj.weight": "in_proj.weight",
    "conv.weight": "conv1d.weight",
    "conv.bias": "conv1d.bias",
    "x_proj.weight": "x_proj.weight",
    "dt_proj.weight": "dt_proj.weight",
    "dt_proj.bias": "dt_proj.bias",
    "a_log": "A_log",
    "d": "D",
    "out_proj.weight": "out_proj.weight",
}
CONFIG = ModelConfig(channels=2, bands=3, patches=4, patch=10, d_model=24, layers=1, d_state=6, merge="sum")


def theirs_of(block: Mamba) -> MambaMixer:
    """Transformers' block with the same weights."""
    wanted = MambaConfig(
        hidden_size=CONFIG.d_model,
        intermediate_size=CONFIG.d_inner,
        state_size=CONFIG.d_state,
        conv_kernel=CONFIG.d_conv,
        time_step_rank=CONFIG.dt_rank,
        use_bias=False,
        use_conv_bias=True,
        num_hidden_layers=1,
    )
    theirs = MambaMixer(wanted, layer_idx=0).eval()
    state = {NAMES[name]: value.clone() for name, value in block.state_dict().items()}
    theirs.load_state_dict(state, strict=True)
    return theirs


def unlike(block: Mamba) -> None:
    """Give each parameter values that are nobody's defaults: A and D differ from place to place, and B, C and the step
    sizes are large enough for the state to matter."""
    with torch.no_grad():
        block.x_proj.weight.mul_(8)
        block.a_log.add_(0.3 * torch.randn_like(block.a_log))
        block.d.add_(0.5 * torch.randn_like(block.d))


def assert_close(ours, theirs, what):
    """Within the tolerance of the largest value, and not all nothing."""
    largest = theirs.abs().max()
    assert largest > 0, what
    assert (ours - theirs).abs().max() <= TOLERANCE * largest, what


@pytest.mark.parametrize("length", [1, 3, 50, 200])
def test_the_block_equals_that_of_transformers_forwards_and_backwards(length):
    torch.manual_seed(length)
    block = Mamba(CONFIG)
    unlike(block)
    theirs = theirs_of(block)
    x = torch.randn(3, length, CONFIG.d_model)
    ours_in, theirs_in = x.clone().requires_grad_(), x.clone().requires_grad_()
    weight = torch.randn(3, length, CONFIG.d_model)
    ours_out, theirs_out = block(ours_in), theirs(theirs_in)
    assert_close(ours_out, theirs_out, "output")
    (ours_out * weight).sum().backward()
    (theirs_out * weight).sum().backward()
    assert_close(ours_in.grad, theirs_in.grad, "gradient of the input")
    gradients = dict(theirs.named_parameters())
    assert set(gradients) == set(NAMES.values())
    for name, parameter in block.named_parameters():
        if length == 1 and name == "a_log":  # there is no state yet that A could have changed
            assert not parameter.grad.any()
            continue
        assert_close(parameter.grad, gradients[NAMES[name]].grad, f"gradient of {name}")


def test_both_directions_of_a_layer_equal_those_of_transformers():
    torch.manual_seed(0)
    layer = BidirectionalMamba(CONFIG)
    unlike(layer.forwards)
    unlike(layer.backwards)
    ahead, back = theirs_of(layer.forwards), theirs_of(layer.backwards)
    x, weight = torch.randn(2, 60, CONFIG.d_model), torch.randn(2, 60, CONFIG.d_model)
    ours_in, theirs_in = x.clone().requires_grad_(), x.clone().requires_grad_()
    ours_out = layer(ours_in)
    normed = torch.nn.functional.layer_norm(theirs_in, (CONFIG.d_model,))
    theirs_out = theirs_in + ahead(normed) + back(normed.flip(1)).flip(1)
    assert_close(ours_out, theirs_out, "output")
    (ours_out * weight).sum().backward()
    (theirs_out * weight).sum().backward()
    assert_close(ours_in.grad, theirs_in.grad, "gradient of the input")
    for direction, theirs in ((layer.forwards, ahead), (layer.backwards, back)):
        gradients = dict(theirs.named_parameters())
        for name, parameter in direction.named_parameters():
            assert_close(parameter.grad, gradients[NAMES[name]].grad, f"gradient of {name}")


def test_a_block_with_one_weight_changed_departs():
    torch.manual_seed(0)
    block = Mamba(CONFIG)
    unlike(block)
    theirs, x = theirs_of(block), torch.randn(1, 40, CONFIG.d_model)
    assert_close(block(x), theirs(x), "output")
    with torch.no_grad():
        block.a_log[3, 2] += 0.1
    with pytest.raises(AssertionError, match="output"):
        assert_close(block(x), theirs(x), "output")
