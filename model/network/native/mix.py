"""What is between the two projections of Mamba blocks, for all directions of a layer at once, with its gradients.

Each direction convolves its input, computes the inputs of the scan, scans and gates, as `Mamba.forward` does. Here this
is one node of autograd: the intermediate results are written and read once, the directions share each call, and no
sequence is reversed in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor


class MixWeights(NamedTuple):
    """The weights of all directions, stacked.

    conv, conv_bias : [directions, inner, d_conv], [directions, inner]
    x_proj : [directions, rank + 2 state, inner]
    dt_proj, dt_bias : [directions, inner, rank], [directions, inner]
    a, d : [directions, inner, state], [directions, inner]
    """

    conv: Tensor
    conv_bias: Tensor
    x_proj: Tensor
    dt_proj: Tensor
    dt_bias: Tensor
    a: Tensor
    d: Tensor


def native_mix(x: Tensor, z: Tensor, weights: MixWeights) -> Tensor:
    """Return the gated outputs of the scans.

    Parameters
    ----------
    x, z : [batch, length, directions, inner], the branches of each direction's input projection, in the order of time;
        the second direction runs backwards

    Returns
    -------
    y : [batch, length, directions, inner], the input of each direction's output projection
    """
    y: Tensor = _Mix.apply(x.contiguous(), z.contiguous(), *weights)  # type: ignore[no-untyped-call]
    return y


class _Mix(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, z: Tensor, *all_weights: Tensor) -> Tensor:
        weights = MixWeights(*(weight.contiguous() for weight in all_weights))
        batch, length, directions, _ = x.shape
        rank = weights.dt_proj.shape[-1]
        u = torch.ops.earloop.convolve(x, weights.conv, weights.conv_bias)
        projected = torch.bmm(_by_direction(u), weights.x_proj.mT)
        dt = torch.baddbmm(weights.dt_bias[:, None], projected[..., :rank], weights.dt_proj.mT)
        torch.ops.earloop.softplus_(dt)
        projected, dt = (tensor.view(directions, batch, length, tensor.shape[-1]) for tensor in (projected, dt))
        y, states = torch.ops.earloop.scan(u, dt, z, projected, weights.a, weights.d, any(ctx.needs_input_grad))
        ctx.save_for_backward(x, z, u, dt, projected, states, *weights)
        result: Tensor = y
        return result

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, ...]:
        x, z, u, dt, projected, states, *all_weights = ctx.saved_tensors
        weights = MixWeights(*all_weights)
        rank = weights.dt_proj.shape[-1]
        du, ddt, dz, dprojected, da, dd = torch.ops.earloop.scan_backward(
            dy.contiguous(), u, dt, z, projected, weights.a, weights.d, states, True
        )
        dprojected[..., :rank] = ddt @ weights.dt_proj[:, None]
        torch.ops.earloop.add_projected_(du, dprojected, weights.x_proj)
        ddt, projected, dprojected = (tensor.flatten(1, 2) for tensor in (ddt, projected, dprojected))
        dx, dconv, dconv_bias = torch.ops.earloop.convolve_backward(du, x, weights.conv, weights.conv_bias)
        gradients = MixWeights(
            conv=dconv,
            conv_bias=dconv_bias,
            x_proj=torch.bmm(dprojected.mT, _by_direction(u)),
            dt_proj=torch.bmm(ddt.mT, projected[..., :rank]),
            dt_bias=ddt.sum(1),
            a=da,
            d=dd,
        )
        return dx, dz, *gradients


def _by_direction(tensor: Tensor) -> Tensor:
    """Return a view [directions, batch * length, inner] of [batch, length, directions, inner]."""
    return tensor.flatten(0, 1).transpose(0, 1)


def stacked(weights: Sequence[MixWeights]) -> MixWeights:
    """Stack the weights of each direction, which have no axis of directions yet."""
    return MixWeights(*(torch.stack(parts) for parts in zip(*weights, strict=True)))
