"""A Mamba-1 block.

Names and their symbols in the Mamba paper (Gu & Dao, arXiv 2312.00752)::

    x, z      the two branches of the input projection      [batch, length, inner]
    dt        Delta, the step size                          [batch, length, inner]
    a         A = -exp(a_log)                               [inner, state]
    b, c      B, C, which depend on the input               [batch, length, state]
    d         D, the skip                                   [inner]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from earloop.model.config import ModelConfig
from earloop.model.network.native.library import native_serves
from earloop.model.network.native.mix import MixWeights, native_mix, stacked
from earloop.model.network.scan import scan_step, selective_scan

DT_MIN, DT_MAX = 1e-3, 1e-1  # range of the initial step sizes (Mamba paper, section 3.6)


@dataclass(frozen=True)
class MambaState:
    """The state of a block between two steps; its size does not grow with the number of steps.

    recent : the convolution's last inputs, the newest last, [batch, convolved, d_conv - 1]
    h : the scan's state, [batch, inner, state] for Mamba-1, [batch, heads, head_dim, state] for Mamba-2
    """

    recent: Tensor
    h: Tensor


class Mamba(nn.Module):
    """One direction: project, convolve causally, scan, gate, project back.

    `step` does the same token by token, for streams without an end.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        inner, state, rank = config.d_inner, config.d_state, config.dt_rank
        self.splits = [rank, state, state]
        self.d_conv = config.d_conv
        self.in_proj = nn.Linear(config.d_model, 2 * inner, bias=False)
        self.conv = nn.Conv1d(inner, inner, config.d_conv, groups=inner)
        self.x_proj = nn.Linear(inner, sum(self.splits), bias=False)
        self.dt_proj = nn.Linear(rank, inner)
        self.a_log = nn.Parameter(torch.log(torch.arange(1.0, state + 1)).repeat(inner, 1))
        self.d = nn.Parameter(torch.ones(inner))
        self.out_proj = nn.Linear(inner, config.d_model, bias=False)
        with torch.no_grad():
            self.dt_proj.bias.copy_(first_step_sizes(inner))
            self.dt_proj.weight.uniform_(-(rank**-0.5), rank**-0.5)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens [batch, length, d_model] to the same shape."""
        if mixes_natively(tokens):
            native: Tensor = self.out_proj(mix_directions([self], tokens).squeeze(2))
            return native
        x, z = self.in_proj(tokens).chunk(2, dim=-1)
        x = functional.pad(x.transpose(1, 2), (self.d_conv - 1, 0))  # causal: only the past
        x = functional.silu(self.conv(x)).transpose(1, 2)
        y = selective_scan(*self._scan_inputs(x)).to(self.d.dtype)
        out: Tensor = self.out_proj(y * functional.silu(z))
        return out

    def mix_weights(self) -> MixWeights:
        """Return the weights between the two projections, for `native_mix`."""
        return MixWeights(
            conv=self.conv.weight.squeeze(1),
            conv_bias=self.conv.get_parameter("bias"),
            x_proj=self.x_proj.weight,
            dt_proj=self.dt_proj.weight,
            dt_bias=self.dt_proj.bias,
            a=-torch.exp(self.a_log),
            d=self.d,
        )

    def start(self, batch: int) -> MambaState:
        """Return the state before the first token."""
        inner, state = self.a_log.shape
        precise = torch.promote_types(self.a_log.dtype, torch.float32)
        return MambaState(
            self.d.new_zeros(batch, inner, self.d_conv - 1), self.d.new_zeros(batch, inner, state, dtype=precise)
        )

    def step(self, token: Tensor, state: MambaState) -> tuple[Tensor, MambaState]:
        """Map one token, [batch, d_model], as `forward` does; return the result and the state after it."""
        x, z = self.in_proj(token).chunk(2, dim=-1)
        window = torch.cat([state.recent, x.unsqueeze(-1)], dim=-1)
        x = functional.silu(self.conv(window).squeeze(-1))
        y, h = scan_step(*self._scan_inputs(x), state.h)
        return self.out_proj(y.to(self.d.dtype) * functional.silu(z)), MambaState(window[..., 1:], h)

    def _scan_inputs(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return u, dt, A, B, C, D of the scan, in single precision at least: a coarser state loses small terms."""
        dt, b, c = self.x_proj(x).split(self.splits, dim=-1)
        dt = functional.softplus(self.dt_proj(dt))
        precise = torch.promote_types(self.a_log.dtype, torch.float32)
        x, dt, b, c, a_log, d = (tensor.to(precise) for tensor in (x, dt, b, c, self.a_log, self.d))
        return x, dt, -torch.exp(a_log), b, c, d


def mixes_natively(tokens: Tensor) -> bool:
    """Return whether `mix_directions` takes these tokens here: on the CPU, outside autocast and exports."""
    if torch.compiler.is_exporting() or torch.is_autocast_enabled(tokens.device.type):
        return False
    return native_serves(tokens)


def mix_directions(blocks: Sequence[Mamba], tokens: Tensor) -> Tensor:
    """Return what the output projections of blocks take, [batch, length, blocks, inner], by the library in C++.

    Each block does the same as in its `forward`; the second runs backwards in time.
    """
    inner = blocks[0].d.numel()
    weights = [block.in_proj.weight for block in blocks]
    x, z = (
        functional.linear(tokens, torch.cat(halves)).view(*tokens.shape[:2], len(blocks), inner)
        for halves in ([weight[:inner] for weight in weights], [weight[inner:] for weight in weights])
    )
    return native_mix(x, z, stacked([block.mix_weights() for block in blocks]))


def first_step_sizes(count: int) -> Tensor:
    """Return biases, [count], whose softplus is log-uniform in [DT_MIN, DT_MAX]."""
    dt = torch.exp(torch.rand(count) * math.log(DT_MAX / DT_MIN) + math.log(DT_MIN))
    return dt + torch.log(-torch.expm1(-dt))
