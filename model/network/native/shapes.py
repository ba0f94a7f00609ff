"""The shapes of what the operators in C++ return, by which `torch.compile` traces them without running them."""

from __future__ import annotations

import torch
from torch import Tensor

LANES, CHUNK = 16, 32  # of `vectors.h` and `scan.h`


def register_shapes() -> None:
    """Tell torch the shapes; call it once, after the operators are loaded."""
    for name, shapes in (
        ("convolve", _convolve),
        ("convolve_backward", _convolve_backward),
        ("softplus_", _softplus),
        ("add_projected_", _add_projected),
        ("scan", _scan),
        ("scan_backward", _scan_backward),
    ):
        torch.library.register_fake(f"earloop::{name}", shapes)


def _convolve(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.empty_like(x)


def _convolve_backward(du: Tensor, x: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return torch.empty_like(x), torch.empty_like(weight), torch.empty_like(bias)


def _softplus(x: Tensor) -> None:
    return None


def _add_projected(du: Tensor, dprojected: Tensor, x_proj: Tensor) -> None:
    return None


def _scan(
    u: Tensor, dt: Tensor, z: Tensor | None, projected: Tensor, a: Tensor, d: Tensor, save: bool
) -> tuple[Tensor, Tensor]:
    batch, length, directions, inner = u.shape
    chunks, blocks = -(-length // CHUNK), -(-inner // LANES)
    return torch.empty_like(u), u.new_empty(batch if save else 0, directions, chunks, blocks, a.shape[2], LANES)


def _scan_backward(
    dy: Tensor,
    u: Tensor,
    dt: Tensor,
    z: Tensor | None,
    projected: Tensor,
    a: Tensor,
    d: Tensor,
    saved: Tensor,
    softplus: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    dz = u.new_empty(0) if z is None else torch.empty_like(z)
    like = (u, dt, dz, projected, a, d)
    du, ddt, dz, dprojected, da, dd = (torch.empty_like(tensor) for tensor in like)
    return du, ddt, dz, dprojected, da, dd
