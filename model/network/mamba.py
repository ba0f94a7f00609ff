"""A Mamba-1 block and its bidirectional form.

Names and their symbols in the Mamba paper (Gu & Dao, arXiv 2312.00752)::

    x, z      the two branches of the input projection      [batch, length, inner]
    dt        Delta, the step size                          [batch, length, inner]
    a         A = -exp(a_log)                               [inner, state]
    b, c      B, C, chosen by the input                     [batch, length, state]
    d         D, the skip                                   [inner]
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.config import Merge, ModelConfig
from model.network.scan import scan_step, selective_scan

DT_MIN, DT_MAX = 1e-3, 1e-1  # range in which step sizes start (Mamba paper, section 3.6)


@dataclass(frozen=True)
class MambaState:
    """What a block remembers between two steps.

    recent : the convolution's last inputs, the newest last, [batch, inner, d_conv - 1]
    h : the scan's state, [batch, inner, state]
    """

    recent: Tensor
    h: Tensor


class Mamba(nn.Module):
    """One direction: project, convolve causally, scan, gate, project back. [batch, length, d_model] to the same.

    `step` does the same token by token, for streams that have no end.
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
        self._start_step_sizes(rank)

    def forward(self, tokens: Tensor) -> Tensor:
        x, z = self.in_proj(tokens).chunk(2, dim=-1)
        x = functional.pad(x.transpose(1, 2), (self.d_conv - 1, 0))  # causal: only the past
        x = functional.silu(self.conv(x)).transpose(1, 2)
        dt, b, c = self.x_proj(x).split(self.splits, dim=-1)
        dt = functional.softplus(self.dt_proj(dt))
        y = selective_scan(x, dt, -torch.exp(self.a_log), b, c, self.d)
        out: Tensor = self.out_proj(y * functional.silu(z))
        return out

    def start(self, batch: int) -> MambaState:
        """The state before the first token."""
        inner, state = self.a_log.shape
        return MambaState(self.d.new_zeros(batch, inner, self.d_conv - 1), self.d.new_zeros(batch, inner, state))

    def step(self, token: Tensor, state: MambaState) -> tuple[Tensor, MambaState]:
        """One token, [batch, d_model], and the state after it; what `forward` gives at its place."""
        x, z = self.in_proj(token).chunk(2, dim=-1)
        window = torch.cat([state.recent, x.unsqueeze(-1)], dim=-1)
        x = functional.silu(self.conv(window).squeeze(-1))
        dt, b, c = self.x_proj(x).split(self.splits, dim=-1)
        dt = functional.softplus(self.dt_proj(dt))
        y, h = scan_step(x, dt, -torch.exp(self.a_log), b, c, self.d, state.h)
        return self.out_proj(y * functional.silu(z)), MambaState(window[..., 1:], h)

    def _start_step_sizes(self, rank: int) -> None:
        """Biases whose softplus is log-uniform in [DT_MIN, DT_MAX]."""
        dt = torch.exp(torch.rand_like(self.dt_proj.bias) * math.log(DT_MAX / DT_MIN) + math.log(DT_MIN))
        with torch.no_grad():
            self.dt_proj.bias.copy_(dt + torch.log(-torch.expm1(-dt)))
            self.dt_proj.weight.uniform_(-(rank**-0.5), rank**-0.5)


class BidirectionalMamba(nn.Module):
    """Two Mambas, one running backwards, behind a layer norm and with a skip. [batch, length, d_model] to the same."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.merge: Merge = config.merge
        self.norm = nn.LayerNorm(config.d_model)
        self.forwards = Mamba(config)
        self.backwards = Mamba(config)
        self.join = nn.Linear(2 * config.d_model, config.d_model) if config.merge != "sum" else None

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.norm(tokens)
        ahead: Tensor = self.forwards(x)
        back: Tensor = self.backwards(x.flip(1)).flip(1)
        if self.join is None:
            return tokens + ahead + back
        joined: Tensor = self.join(torch.cat([ahead, back], dim=-1))
        if self.merge == "concat":
            return tokens + joined
        gate = torch.sigmoid(joined)
        return tokens + gate * ahead + (1 - gate) * back
