"""The selective scan of Mamba-1, the one definition that every path shares.

    h_t = exp(dt_t A) h_{t-1} + dt_t B_t u_t          (zero-order hold for A, Euler for B, as in mamba_ssm)
    y_t = C_t . h_t + D u_t

The loop runs over views from `unbind` and forms exp(dt A) inside: indexing a tensor at each step, or forming all of
exp(dt A) first, makes autograd quadratic in length or hungry for memory.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor


def selective_scan(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """Run the scan; on CUDA by mamba_ssm's kernel where that is installed.

    Parameters
    ----------
    u, dt : [batch, length, inner]; dt positive
    a : [inner, state], negative
    b, c : [batch, length, state]
    d : [inner]

    Returns
    -------
    y : [batch, length, inner]
    """
    kernel = _cuda_kernel() if u.is_cuda else None
    if kernel is None:
        return scan_reference(u, dt, a, b, c, d)
    moved = [x.transpose(1, 2).contiguous() for x in (u, dt, b, c)]
    y: Tensor = kernel(moved[0], moved[1], a, moved[2], moved[3], d)
    return y.transpose(1, 2)


def scan_reference(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """The scan in plain PyTorch; shapes as in `selective_scan`."""
    h = u.new_zeros(u.shape[0], u.shape[2], a.shape[1])
    outputs = []
    for dt_t, du_t, b_t, c_t in zip(dt.unbind(1), (dt * u).unbind(1), b.unbind(1), c.unbind(1), strict=True):
        h = torch.exp(dt_t.unsqueeze(-1) * a) * h + du_t.unsqueeze(-1) * b_t.unsqueeze(1)  # [batch, inner, state]
        outputs.append((h @ c_t.unsqueeze(-1)).squeeze(-1))
    return torch.stack(outputs, dim=1) + d * u


@cache
def _cuda_kernel() -> Any:
    """mamba_ssm's fused scan, or None where it is not installed."""
    try:
        from mamba_ssm.ops.selective_scan_interface import selective_scan_fn  # noqa: PLC0415 (optional, needs CUDA)
    except ImportError:
        return None
    return selective_scan_fn
