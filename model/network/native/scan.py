"""The selective scan by the library in C++, with its gradients."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from earloop.model.network.native.library import require_native


def native_scan(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """Run the scan on the CPU; shapes are as in `earloop.model.network.scan.selective_scan`, all of one floating type.

    Raises
    ------
    ValueError
        Shapes or types do not go together.
    EarloopError
        The library cannot be compiled here; a warning has given the reason.
    """
    require_native()
    batch, length, inner = u.shape
    state = a.shape[-1]
    wanted = {
        "dt": (dt, (batch, length, inner)), "a": (a, (inner, state)), "b": (b, (batch, length, state)),
        "c": (c, (batch, length, state)), "d": (d, (inner,)),
    }  # fmt: skip
    for name, (tensor, shape) in wanted.items():
        if tensor.shape != shape or tensor.dtype != u.dtype or tensor.device != u.device:
            raise ValueError(
                f"{name} is {tensor.dtype} {list(tensor.shape)} on {tensor.device}: wanted {u.dtype} {list(shape)} on "
                f"{u.device}"
            )
    y: Tensor = _NativeScan.apply(u, dt, a, torch.cat([b, c], dim=-1), d)  # type: ignore[no-untyped-call]
    return y


class _NativeScan(torch.autograd.Function):
    """One direction without a gate, in the layouts of `operators.cpp`."""

    @staticmethod
    def forward(ctx: Any, u: Tensor, dt: Tensor, a: Tensor, bc: Tensor, d: Tensor) -> Tensor:
        inputs = [x.contiguous() for x in (u.unsqueeze(2), dt.unsqueeze(0), bc.unsqueeze(0), a.unsqueeze(0), d[None])]
        u, dt, bc, a, d = inputs
        y, states = torch.ops.earloop.scan(u, dt, None, bc, a, d, any(ctx.needs_input_grad))
        ctx.save_for_backward(*inputs, states)
        result: Tensor = y.squeeze(2)
        return result

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, ...]:
        u, dt, bc, a, d, states = ctx.saved_tensors
        du, ddt, _, dbc, da, dd = torch.ops.earloop.scan_backward(
            dy.unsqueeze(2).contiguous(), u, dt, None, bc, a, d, states, False
        )
        return du.squeeze(2), ddt.squeeze(0), da.squeeze(0), dbc.squeeze(0), dd.squeeze(0)
