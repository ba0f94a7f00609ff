"""A Mamba-2 block: the selective scan with one decay per head, computed by matrix products.

Names and their symbols in the Mamba-2 paper (Dao & Gu, arXiv 2405.21060)::

    x         X, the input by heads, times its step size    [batch, length, heads, head_dim]
    log_a     log of A_t = exp(dt_t A), A a negative scalar [batch, length, heads]
    b, c      B, C, which depend on the input, of all heads [batch, length, state]
    h         H, the state                                  [batch, heads, head_dim, state]

    H_t = A_t H_{t-1} + x_t B_t^T,    y_t = H_t C_t
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from earloop.model.config import ModelConfig
from earloop.model.network.mamba import MambaState, first_step_sizes

CHUNK = 64  # tokens whose products are computed at once; the work in a chunk grows with its square


def ssd(x: Tensor, log_a: Tensor, b: Tensor, c: Tensor, chunk: int = CHUNK) -> Tensor:
    """Return y, [batch, length, heads, head_dim], from the quantities above (section 6 of the paper).

    Within a chunk every output is a masked product, (L o C B^T) X, as in attention. Only the state passes from chunk to
    chunk. The paper computes that step as a product too; this function uses the recurrence itself, because there are
    few chunks and differences of long sums of `log_a` would lose digits.
    """
    length = x.shape[1]
    x, log_a, b, c = (_in_chunks(tensor, chunk) for tensor in (x, log_a, b, c))
    x, log_a = x.transpose(2, 3), log_a.transpose(2, 3)  # [batch, chunks, heads, chunk, ...]
    b, c = b.unsqueeze(2), c.unsqueeze(2)  # the same for all heads
    past = log_a.cumsum(-1)
    later = torch.ones(chunk, chunk, dtype=torch.bool, device=x.device).triu(1)
    decay = (past.unsqueeze(-1) - past.unsqueeze(-2)).masked_fill(later, -torch.inf).exp()  # L
    within = (c @ b.mT * decay) @ x

    to_end = (past[..., -1:] - past).exp()
    inflow = (x * to_end.unsqueeze(-1)).mT @ b  # what each chunk adds to the state, [..., head_dim, state]
    h = torch.zeros_like(inflow[:, 0])
    entering = []
    for factor, added in zip(past[..., -1].exp().unbind(1), inflow.unbind(1), strict=True):
        entering.append(h)
        h = factor[..., None, None] * h + added
    carried = c @ torch.stack(entering, 1).mT * past.exp().unsqueeze(-1)
    return (within + carried).transpose(2, 3).flatten(1, 2)[:, :length]


def ssd_step(x: Tensor, log_a: Tensor, b: Tensor, c: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """Do one step of the recurrence; return y and the state after it. Arguments are as in `ssd`, without `length`."""
    h = log_a.exp()[..., None, None] * h + x.unsqueeze(-1) * b[:, None, None, :]
    return (h @ c[:, None, :, None]).squeeze(-1), h


def _in_chunks(tensor: Tensor, chunk: int) -> Tensor:
    """Split [batch, length, ...] into [batch, chunks, chunk, ...]; zeros at the end neither add nor decay anything."""
    missing = -tensor.shape[1] % chunk
    padded = functional.pad(tensor, [0, 0] * (tensor.ndim - 2) + [0, missing])
    chunks: Tensor = padded.unflatten(1, (-1, chunk))  # type: ignore[no-untyped-call]
    return chunks


class Mamba2(nn.Module):
    """One direction: project, convolve causally, scan, gate, normalise, project back (section 7.1 of the paper).

    `step` does the same token by token.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        inner, state = config.d_inner, config.d_state
        heads = inner // config.head_dim
        self.convolved = [inner, state, state]  # x, B and C
        convolved = sum(self.convolved)
        self.splits = [inner, convolved, heads]
        self.state, self.head_dim, self.d_conv = state, config.head_dim, config.d_conv
        self.in_proj = nn.Linear(config.d_model, sum(self.splits), bias=False)
        self.conv = nn.Conv1d(convolved, convolved, config.d_conv, groups=convolved)
        self.dt_bias = nn.Parameter(first_step_sizes(heads))
        self.a_log = nn.Parameter(torch.log(torch.empty(heads).uniform_(1, 16)))  # as in mamba_ssm, mamba2.py
        self.d = nn.Parameter(torch.ones(heads))
        self.norm = nn.RMSNorm(inner, eps=1e-5)
        self.out_proj = nn.Linear(inner, config.d_model, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens [batch, length, d_model] to the same shape."""
        z, xbc, dt = self.in_proj(tokens).split(self.splits, dim=-1)
        xbc = self.conv(functional.pad(xbc.transpose(1, 2), (self.d_conv - 1, 0))).transpose(1, 2)
        x, dt, log_a, b, c = self._scan_inputs(xbc, dt)
        y = ssd(x * dt.unsqueeze(-1), log_a, b, c)
        return self._out(y, x, z)

    def start(self, batch: int) -> MambaState:
        """Return the state before the first token."""
        return MambaState(
            self.d.new_zeros(batch, self.conv.in_channels, self.d_conv - 1),
            self.d.new_zeros(batch, len(self.d), self.head_dim, self.state),
        )

    def step(self, token: Tensor, state: MambaState) -> tuple[Tensor, MambaState]:
        """Map one token, [batch, d_model], as `forward` does; return the result and the state after it."""
        z, xbc, dt = self.in_proj(token).split(self.splits, dim=-1)
        window = torch.cat([state.recent, xbc.unsqueeze(-1)], dim=-1)
        x, dt, log_a, b, c = self._scan_inputs(self.conv(window).squeeze(-1), dt)
        y, h = ssd_step(x * dt.unsqueeze(-1), log_a, b, c, state.h)
        return self._out(y, x, z), MambaState(window[..., 1:], h)

    def _scan_inputs(self, xbc: Tensor, dt: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return x by heads, dt, log_a, B, C in the parameters' precision: a coarser state would lose small terms."""
        xbc, dt = functional.silu(xbc).to(self.d.dtype), dt.to(self.d.dtype)
        x, b, c = torch.split(xbc, self.convolved, dim=-1)
        dt = functional.softplus(dt + self.dt_bias)
        return x.reshape(*x.shape[:-1], -1, self.head_dim), dt, -torch.exp(self.a_log) * dt, b, c

    def _out(self, y: Tensor, x: Tensor, z: Tensor) -> Tensor:
        y = (y + self.d.unsqueeze(-1) * x).flatten(-2)
        out: Tensor = self.out_proj(self.norm(y * functional.silu(z)))
        return out
