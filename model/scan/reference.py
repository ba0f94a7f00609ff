"""The selective scan in plain PyTorch.

The loop runs over views from `unbind` and forms exp(dt A) inside: indexing a tensor at each step, or forming all of
exp(dt A) first, makes autograd quadratic in length or hungry for memory.
"""

from __future__ import annotations

import torch
from torch import Tensor


def scan_reference(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """The scan; shapes as in `model.scan.selective_scan`."""
    h = u.new_zeros(u.shape[0], u.shape[2], a.shape[1])
    outputs = []
    for dt_t, du_t, b_t, c_t in zip(dt.unbind(1), (dt * u).unbind(1), b.unbind(1), c.unbind(1), strict=True):
        h = torch.exp(dt_t.unsqueeze(-1) * a) * h + du_t.unsqueeze(-1) * b_t.unsqueeze(1)  # [batch, inner, state]
        outputs.append((h @ c_t.unsqueeze(-1)).squeeze(-1))
    return torch.stack(outputs, dim=1) + d * u
