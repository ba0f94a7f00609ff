"""The selective scan in plain PyTorch, forward and backward, and the naive loop that it replaces."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from bench.table import Row
from bench.timing import median_seconds
from model.scan import scan_reference

NEEDS = ("torch",)
BATCH, LENGTH, INNER, STATE = 8, 768, 128, 16  # a window of the reference earbud, and the preset `tiny`
SHORT = 128  # the naive loop is quadratic in length
ROUNDS = 5


def measure() -> list[Row]:
    """Milliseconds at the full length; the ratio to the naive loop at a shorter one.

    On one thread: with more, a core that is busy elsewhere stalls each of the loop's small steps, tenfold in all.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _measure()
    finally:
        torch.set_num_threads(threads)


def _measure() -> list[Row]:
    size = f"B {BATCH}, D {INNER}, N {STATE}, one thread"
    (full_s,) = median_seconds(partial(_both_ways, scan_reference, LENGTH), rounds=ROUNDS)
    short_s, naive_s = median_seconds(
        partial(_both_ways, scan_reference, SHORT), partial(_both_ways, naive_scan, SHORT), rounds=ROUNDS
    )
    what = "Selective scan, forward and backward"
    return [
        Row(f"{what}, L {LENGTH}, {size}", full_s * 1e3, "ms", "no peer in this run"),
        Row(f"{what}, L {SHORT}", naive_s / short_s, "x as fast", "a loop that indexes its tensors", at_least=1.0),
    ]


def naive_scan(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """The scan as the paper's equations read: all of exp(dt A) first, then a loop over indices."""
    decay = torch.exp(dt.unsqueeze(-1) * a)  # [batch, length, inner, state]
    drive = (dt * u).unsqueeze(-1) * b.unsqueeze(2)
    h, outputs = torch.zeros_like(drive[:, 0]), []
    for t in range(u.shape[1]):
        h = decay[:, t] * h + drive[:, t]
        outputs.append((h * c[:, t].unsqueeze(1)).sum(-1))
    return torch.stack(outputs, dim=1) + d * u


def random_inputs(length: int) -> list[Tensor]:
    """u, dt, A, B, C, D as a fresh Mamba block would have them, wanting gradients."""
    draw = torch.Generator().manual_seed(1)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw)

    u, b, c = normal(BATCH, length, INNER), normal(BATCH, length, STATE), normal(BATCH, length, STATE)
    dt = torch.nn.functional.softplus(normal(BATCH, length, INNER) - 4.6)
    a = -torch.arange(1.0, STATE + 1).repeat(INNER, 1)
    return [x.requires_grad_() for x in (u, dt, a, b, c, torch.ones(INNER))]


def _both_ways(scan: Callable[..., Tensor], length: int) -> None:
    scan(*random_inputs(length)).sum().backward()  # type: ignore[no-untyped-call]
