"""The selective scan, forward and backward: ours in C++ against ours in plain PyTorch and mamba.py's parallel scan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from mambapy.pscan import pscan
from torch import Tensor

from bench.memory import growth_mb
from bench.table import ResultRow
from bench.timing import median_seconds
from earloop.model.network.scan import native_scan, scan_reference

NEEDS = ("torch", "g++")
BATCH, LENGTH, INNER, STATE = 8, 1200, 256, 16
THREADS = 2
ROUNDS = 3

Scan = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]


def measure() -> list[ResultRow]:
    """Measure ratios of median times, and of the memory of a process for one scan."""
    threads = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        inputs = random_inputs()
        native_s, reference_s, parallel_s = median_seconds(
            *(partial(both_ways, scan, inputs) for scan in (native_scan, scan_reference, parallel_scan)), rounds=ROUNDS
        )
    finally:
        torch.set_num_threads(threads)
    native_mb, reference_mb, parallel_mb = (
        growth_mb(_ready, name) for name in ("native_scan", "scan_reference", "parallel_scan")
    )
    what = "Selective scan, forward and backward"
    size = f"B {BATCH}, L {LENGTH}, D {INNER}, N {STATE}, {THREADS} threads"
    return [
        ResultRow(what=f"{what}, {size}", value=native_s * 1e3, unit="ms", against="in the rows below"),
        ResultRow(
            what=f"{what}, beside plain PyTorch",
            value=reference_s / native_s,
            unit="x as fast",
            against="our reference",
            at_least=10.0,
        ),
        ResultRow(
            what=f"{what}, beside mamba.py",
            value=parallel_s / native_s,
            unit="x as fast",
            against="its pscan",
            at_least=20.0,
        ),
        ResultRow(
            what=f"{what}, peak of memory",
            value=native_mb / reference_mb,
            unit="x",
            against="our reference's",
            at_most=1.0,
        ),
        ResultRow(
            what=f"{what}, peak of memory",
            value=native_mb / parallel_mb,
            unit="x",
            against="that of mamba.py's pscan",
            at_most=1.0,
        ),
    ]


def parallel_scan(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """Run the same scan by mamba.py's `pscan`, which takes decays and inputs of [batch, length, inner, state]."""
    states: Tensor = pscan(torch.exp(dt.unsqueeze(-1) * a), (dt * u).unsqueeze(-1) * b.unsqueeze(2))
    return (states @ c.unsqueeze(-1)).squeeze(-1) + d * u


def random_inputs(batch: int = BATCH, length: int = LENGTH, inner: int = INNER, state: int = STATE) -> list[Tensor]:
    """Return u, dt, A, B, C, D as in an untrained Mamba block, with gradients enabled."""
    draw = torch.Generator().manual_seed(1)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw)

    u, b, c = normal(batch, length, inner), normal(batch, length, state), normal(batch, length, state)
    dt = torch.nn.functional.softplus(normal(batch, length, inner) - 4.6)
    a = -torch.arange(1.0, state + 1).repeat(inner, 1)
    return [x.requires_grad_() for x in (u, dt, a, b, c, torch.ones(inner))]


def both_ways(scan: Scan, inputs: list[Tensor]) -> None:
    """Run one scan, and compute its gradients."""
    y = scan(*inputs)
    torch.autograd.grad(y, inputs, torch.ones_like(y))


def _ready(name: str) -> Callable[[], None]:
    """Return a scan with its gradients, after a small run that loads the libraries."""
    scan: Scan = {"native_scan": native_scan, "scan_reference": scan_reference, "parallel_scan": parallel_scan}[name]
    both_ways(scan, random_inputs(batch=1, length=2))
    return partial(both_ways, scan, random_inputs())
