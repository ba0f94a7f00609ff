"""The chunked products of Mamba-2 against its recurrence."""

from __future__ import annotations

import pytest
import torch

from earloop.model.network.scan import scan_reference
from earloop.model.network.ssd import ssd, ssd_step


def random_inputs(length, batch=2, heads=3, head_dim=4, state=5):
    draw = torch.Generator().manual_seed(1)

    def normal(*shape):
        return torch.randn(*shape, generator=draw, dtype=torch.float64)

    log_a = -torch.nn.functional.softplus(normal(batch, length, heads))
    return normal(batch, length, heads, head_dim), log_a, normal(batch, length, state), normal(batch, length, state)


def recurrence(x, log_a, b, c):
    h, outputs = x.new_zeros(x.shape[0], x.shape[2], x.shape[3], b.shape[2]), []
    for t in range(x.shape[1]):
        h = log_a[:, t].exp()[:, :, None, None] * h + torch.einsum("khp,kn->khpn", x[:, t], b[:, t])
        outputs.append(torch.einsum("khpn,kn->khp", h, c[:, t]))
    return torch.stack(outputs, 1)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 50])
def test_the_chunked_form_equals_the_recurrence(length):
    inputs = random_inputs(length)
    assert (ssd(*inputs, chunk=8) - recurrence(*inputs)).abs().max() < 1e-10


def test_the_step_is_the_recurrence():
    inputs = random_inputs(12)
    h, outputs = torch.zeros(2, 3, 4, 5, dtype=torch.float64), []
    for x, log_a, b, c in zip(*(tensor.unbind(1) for tensor in inputs), strict=True):
        y, h = ssd_step(x, log_a, b, c, h)
        outputs.append(y)
    assert (torch.stack(outputs, 1) - recurrence(*inputs)).abs().max() < 1e-12


def test_the_gradients_are_right():
    inputs = tuple(x.requires_grad_() for x in random_inputs(5, batch=1, heads=2, head_dim=2, state=2))
    assert torch.autograd.gradcheck(lambda *tensors: ssd(*tensors, chunk=3), inputs)


def test_it_is_mamba_1_whose_channels_and_states_share_one_decay():
    x, log_a, b, c = random_inputs(20, heads=1)
    a = torch.full((4, 5), -1.0, dtype=torch.float64)
    dt = -log_a.expand(-1, -1, 4)
    u = x.squeeze(2) / dt
    mamba1 = scan_reference(u, dt, a, b, c, torch.zeros(4, dtype=torch.float64))
    torch.testing.assert_close(ssd(x, log_a, b, c, chunk=8).squeeze(2), mamba1)


def test_decays_too_strong_to_matter_leave_no_nan():
    x, log_a, b, c = (tensor.float() for tensor in random_inputs(40))
    log_a = (log_a * 1e4).requires_grad_()
    y = ssd(x, log_a, b, c, chunk=8)
    y.sum().backward()
    assert torch.isfinite(y).all()
    assert torch.isfinite(log_a.grad).all()
