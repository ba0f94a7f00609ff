"""The selective scan in plain PyTorch.

The loop uses views from `unbind` and computes exp(dt A) in each step. Indexing a tensor in each step would make
autograd quadratic in length, and computing all of exp(dt A) first would take much memory.
"""

from __future__ import annotations

import torch
from torch import Tensor


def scan_reference(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """Run the scan; shapes are as in `earloop.model.network.scan.selective_scan`."""
    h = u.new_zeros(u.shape[0], u.shape[2], a.shape[1])
    outputs = []
    for u_t, dt_t, b_t, c_t in zip(u.unbind(1), dt.unbind(1), b.unbind(1), c.unbind(1), strict=True):
        y, h = scan_step(u_t, dt_t, a, b_t, c_t, d, h)
        outputs.append(y)
    return torch.stack(outputs, dim=1)


def scan_step(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """Do one step of the scan; return y and the state after it.

    Parameters
    ----------
    u, dt : [batch, inner]
    a, d : as in `earloop.model.network.scan.selective_scan`
    b, c : [batch, state]
    h : [batch, inner, state], the state before the step
    """
    h = torch.exp(dt.unsqueeze(-1) * a) * h + (dt * u).unsqueeze(-1) * b.unsqueeze(1)
    return (h @ c.unsqueeze(-1)).squeeze(-1) + d * u, h
