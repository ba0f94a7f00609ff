"""The selective scan as one loop operator of an exported graph, for sequences of any length.

PyTorch's `scan` remains a scan in a `torch.export` program and becomes ONNX's `Scan`. Unrolled, a window of 768 tokens
would need tens of thousands of operators. The operator has no public name yet (PyTorch 2.13 has no `torch.scan`; its
documentation calls the module a prototype), so it is imported only in this module.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch._higher_order_ops.scan import scan


def scan_graph(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """Run the scan; shapes are as in `earloop.model.network.scan.selective_scan`."""

    def step(h: Tensor, inputs: tuple[Tensor, Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        u_t, dt_t, b_t, c_t = inputs
        after = torch.exp(dt_t.unsqueeze(-1) * a) * h + (dt_t * u_t).unsqueeze(-1) * b_t.unsqueeze(1)
        # A sum replaces the matrix product, which ONNX does not allow in a loop when the batch size is variable.
        return after, (after * c_t.unsqueeze(1)).sum(-1)

    start = u[:, 0].unsqueeze(-1) * torch.zeros_like(a)
    along = tuple(x.transpose(0, 1).contiguous() for x in (u, dt, b, c))
    _, y = scan(step, start, along)
    out: Tensor = y.transpose(0, 1) + d * u
    return out
