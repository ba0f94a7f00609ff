"""The selective scan and the block around it, against closed forms and laws."""

from __future__ import annotations

import pytest
import torch

from model.config import ModelConfig
from model.mamba import BidirectionalMamba, Mamba
from model.scan import scan_reference, selective_scan

CONFIG = ModelConfig(channels=2, bands=3, patches=4, patch=10, d_model=16, layers=1, d_state=4)


def random_scan(length=12, inner=3, state=4, dtype=torch.float64):
    draw = torch.Generator().manual_seed(1)

    def normal(*shape):
        return torch.randn(*shape, generator=draw, dtype=dtype)

    dt = torch.nn.functional.softplus(normal(2, length, inner))
    a = -torch.exp(normal(inner, state))
    return normal(2, length, inner), dt, a, normal(2, length, state), normal(2, length, state), normal(inner)


def test_the_scan_equals_its_sum_written_out():
    u, dt, a, b, c, d = random_scan()
    y = torch.zeros_like(u)
    for t in range(u.shape[1]):
        for s in range(t + 1):  # h_t = sum over s of exp(A sum of dt after s) dt_s B_s u_s
            decay = torch.exp(a * dt[:, s + 1 : t + 1].sum(1).unsqueeze(-1))
            y[:, t] += ((decay * (dt * u)[:, s].unsqueeze(-1) * b[:, s].unsqueeze(1)) * c[:, t].unsqueeze(1)).sum(-1)
    torch.testing.assert_close(selective_scan(u, dt, a, b, c, d), y + d * u)


def test_the_scans_gradients_are_right():
    inputs = tuple(x.requires_grad_() for x in random_scan(length=5))
    assert torch.autograd.gradcheck(scan_reference, inputs)


def test_one_direction_never_looks_ahead():
    torch.manual_seed(0)
    block, x = Mamba(CONFIG), torch.randn(1, 20, 16)
    changed = x.clone()
    changed[:, 12:] += 1
    torch.testing.assert_close(block(x)[:, :12], block(changed)[:, :12])
    assert not torch.allclose(block(x)[:, 12:], block(changed)[:, 12:])


@pytest.mark.parametrize("merge", ["sum", "concat", "gate"])
def test_two_directions_look_both_ways(merge):
    torch.manual_seed(0)
    block = BidirectionalMamba(ModelConfig(2, 3, 4, 10, d_model=16, layers=1, d_state=4, merge=merge))
    x = torch.randn(1, 20, 16)
    changed = x.clone()
    changed[:, 10] += torch.randn(16)
    moved = (block(x) - block(changed)).abs().amax(dim=(0, 2))
    assert moved[9] > 1e-6
    assert moved[11] > 1e-6
