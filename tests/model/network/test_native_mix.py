"""Two directions of a Mamba layer at once in C++, beside the same layer in plain PyTorch."""

from __future__ import annotations

import pytest
import torch

from earloop.model.config import ModelConfig
from earloop.model.network import layers, mamba
from earloop.model.network.layers import BidirectionalMamba, CausalMamba
from earloop.model.network.native.library import native_serves, native_trouble

SIZES = {
    "whole vectors and chunks": {"d_model": 16, "d_state": 16},
    "beyond both": {"d_model": 18, "d_state": 5, "d_conv": 3},
    "a long convolution": {"d_model": 8, "d_conv": 40},
}


def layer_of(kind, dtype=torch.float64, merge="sum", **sizes):
    torch.manual_seed(3)
    causal = kind is CausalMamba
    config = ModelConfig(
        channels=2,
        bands=3,
        patches=4,
        patch=10,
        layers=1,
        merge=merge,
        causal=causal,
        order="time_first" if causal else "frequency_first",
        **sizes,
    )
    return kind(config).to(dtype)


def run(layer, x, monkeypatch, *, native):
    """The output of a layer, and the gradients of its input and of all parameters."""
    for module in (layers, mamba):
        monkeypatch.setattr(module, "mixes_natively", lambda tokens: native)
    y = layer(x)
    wanted = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).view_as(y)
    return y, *torch.autograd.grad((y * wanted).sum(), [x, *layer.parameters()])


@pytest.fixture(autouse=True)
def _built():
    if not native_serves(torch.zeros(1)):
        pytest.skip(native_trouble())


@pytest.mark.parametrize("length", [1, 33, 70])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("kind", [BidirectionalMamba, CausalMamba])
def test_a_layer_and_all_its_gradients_equal_plain_pytorch(kind, sizes, length, monkeypatch):
    layer = layer_of(kind, **sizes)
    x = torch.randn(3, length, sizes["d_model"], dtype=torch.float64, requires_grad=True)
    found, plain = (run(layer, x, monkeypatch, native=native) for native in (True, False))
    for ours, wanted in zip(found, plain, strict=True):
        assert (ours - wanted).abs().max() <= 1e-11 * max(1, wanted.abs().max())


@pytest.mark.parametrize("shape", [(0, 5, 16), (2, 0, 16)], ids=["no example", "no token"])
def test_a_batch_of_nothing_gives_nothing_and_gradients_of_zero(shape):
    layer = layer_of(BidirectionalMamba, d_model=16)
    y = layer(torch.zeros(shape, dtype=torch.float64))
    y.sum().backward()
    assert y.shape == shape
    assert all(not parameter.grad.any() for parameter in layer.parameters())


@pytest.mark.parametrize("merge", ["sum", "concat", "gate"])
def test_every_merge_equals_plain_pytorch_in_single_precision(merge, monkeypatch):
    layer = layer_of(BidirectionalMamba, torch.float32, merge, d_model=32)
    x = torch.randn(2, 100, 32, requires_grad=True)
    found, plain = (run(layer, x, monkeypatch, native=native) for native in (True, False))
    for ours, wanted in zip(found, plain, strict=True):
        assert (ours - wanted).abs().max() <= 3e-6 * wanted.abs().max()


def test_the_result_does_not_depend_on_the_number_of_threads():
    layer = layer_of(BidirectionalMamba, torch.float32, d_model=32)
    x = torch.randn(3, 100, 32)
    before = torch.get_num_threads()
    try:
        found = []
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            mixed = mamba.mix_directions([layer.forwards, layer.backwards], x)
            found.append(mixed.detach())
        assert torch.equal(found[0], found[1])
        assert torch.equal(found[0], found[2])
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_step_sizes_are_the_softplus_over_its_whole_range(dtype):
    x = torch.cat([torch.linspace(-60, 60, 4001, dtype=dtype), torch.tensor([-1e9, 1e9, 0.0], dtype=dtype)])
    wanted = torch.nn.functional.softplus(x.double(), threshold=1e3)
    found = x.clone()
    torch.ops.earloop.softplus_(found)
    rounding = torch.finfo(dtype).eps * (
        3 + x.abs().clamp(max=100)
    )  # the exponential of x turns roundings of x to this
    assert ((found - wanted).abs() <= rounding * wanted + 1e-25).all()
