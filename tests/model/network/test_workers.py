"""Gradients by several threads: what they are, and that their number does not matter."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from earloop.model.network.workers import Workers


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))


def parts_of(network, batch, size):
    def loss_of(part):
        def compute():
            loss = network(part).square().sum() / len(batch)
            return loss, loss.detach()

        return compute

    return [loss_of(part) for part in batch.split(size)]


def gradients(network, batch, size, count):
    with Workers(count) as workers:
        loss = workers.gradients(list(network.parameters()), parts_of(network, batch, size))
    return loss, *(parameter.grad.clone() for parameter in network.parameters())


def test_the_gradient_of_the_parts_is_that_of_the_whole_batch(network):
    batch = torch.randn(10, 8)
    loss, *found = gradients(network, batch, 3, 2)
    whole = network(batch).square().mean()
    wanted = torch.autograd.grad(whole, list(network.parameters()))
    torch.testing.assert_close(loss, whole.detach())
    torch.testing.assert_close(tuple(found), wanted)


def test_the_result_is_the_same_to_the_bit_for_any_number_of_threads(network):
    batch = torch.randn(64, 8)
    first = gradients(network, batch, 4, 1)
    for count in (2, 3, 5):
        for _ in range(5):
            assert all(torch.equal(a, b) for a, b in zip(first, gradients(network, batch, 4, count), strict=True))


def test_a_parameter_that_does_not_learn_or_is_not_used_has_no_gradient(network):
    network[0].weight.requires_grad_(False)
    unused = nn.Parameter(torch.ones(3))
    with Workers(2) as workers:
        workers.gradients([*network.parameters(), unused], parts_of(network, torch.randn(4, 8), 2))
    assert network[0].weight.grad is None
    assert unused.grad is None
    assert network[2].weight.grad is not None


def test_within_them_an_operation_has_one_thread_and_afterwards_what_it_had():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with Workers() as workers:
            assert list(workers.map(lambda part: torch.get_num_threads(), [0, 1, 2])) == [1, 1, 1]
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_an_error_in_a_thread_reaches_the_caller():
    def fail():
        raise ValueError("a bad part")

    with Workers(2) as workers, pytest.raises(ValueError, match="a bad part"):
        workers.gradients([nn.Parameter(torch.ones(1))], [fail, fail])


def test_a_batch_without_parts_is_refused():
    with Workers(1) as workers, pytest.raises(ValueError, match="without parts"):
        workers.gradients([nn.Parameter(torch.ones(1))], [])
