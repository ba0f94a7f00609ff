"""The selective scan of Mamba-1: its definition, and the choice of an implementation.

    h_t = exp(dt_t A) h_{t-1} + dt_t B_t u_t          (zero-order hold for A, Euler for B, as in mamba_ssm)
    y_t = C_t . h_t + D u_t

There are four implementations: mamba_ssm's kernel on CUDA, this project's in C++ on the CPU (`native`), a loop operator
for the export of a graph (`graph`), and plain PyTorch (`reference`). The others are tested against the reference, which
runs where they are not available.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

from earloop.model.network.native.library import native_serves, native_trouble
from earloop.model.network.native.scan import native_scan
from earloop.model.network.scan.graph import scan_graph
from earloop.model.network.scan.reference import scan_reference, scan_step

__all__ = ["native_scan", "native_trouble", "scan_reference", "scan_step", "selective_scan"]


def selective_scan(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """Run the scan by the fastest implementation that is available.

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
    if torch.compiler.is_exporting():  # an exported graph may use only standard operators
        return scan_graph(u, dt, a, b, c, d)
    if u.is_cuda and (kernel := _cuda_kernel()) is not None:
        moved = [x.transpose(1, 2).contiguous() for x in (u, dt, b, c)]
        y: Tensor = kernel(moved[0], moved[1], a, moved[2], moved[3], d)
        return y.transpose(1, 2)
    if native_serves(u):
        return native_scan(u, dt, a, b, c, d)
    return scan_reference(u, dt, a, b, c, d)


@cache
def _cuda_kernel() -> Any:
    """Return mamba_ssm's fused scan, or None where it is not installed."""
    try:
        from mamba_ssm.ops.selective_scan_interface import selective_scan_fn
    except ImportError:
        return None
    return selective_scan_fn
