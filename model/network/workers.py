"""Gradients of a batch by several threads, each with parts of the batch.

A step of a small network consists of some thousand small operations, and the threads of a single operation wait for
each other after every one of them. When other programs use the machine, each such wait costs a turn of the scheduler,
and two threads become slower than one. So here each thread computes the whole loss and the whole gradient of a part of
the batch, every operation has one thread, and the threads wait for each other once a step.

The parts of a batch do not depend on the number of threads, and their gradients are added in the order of the parts. So
the result is the same, bit for bit, for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

import torch
from torch import Tensor, nn

Loss = Callable[[], tuple[Tensor, Tensor]]
"""Returns the loss of a part, a scalar with a graph, and what the caller wants to know of it, without a graph."""

Part = TypeVar("Part")
Found = TypeVar("Found")


class Workers:
    """Threads for parts of a batch; a context, within which every operation of torch has one thread.

    Parameters
    ----------
    count : number of threads; None means as many as torch would use for one operation
    """

    def __init__(self, count: int | None = None) -> None:
        self._count = count
        self._before = 1
        self._pool: ThreadPoolExecutor | None = None

    def map(self, compute: Callable[[Part], Found], parts: Sequence[Part]) -> Iterator[Found]:
        """Yield what `compute` returns for each part, in their order."""
        yield from map(compute, parts) if self._pool is None or len(parts) == 1 else self._pool.map(compute, parts)

    def gradients(self, parameters: Sequence[nn.Parameter], parts: Sequence[Loss]) -> Tensor:
        """Set `grad` of the parameters to the gradient of the sum of the parts' losses.

        Returns
        -------
        The sum of what the parts report.

        Raises
        ------
        ValueError
            There are no parts.
        """
        trained = [parameter for parameter in parameters if parameter.requires_grad]

        def compute(loss: Loss) -> tuple[Tensor, tuple[Tensor | None, ...]]:
            total, report = loss()
            return report, torch.autograd.grad(total, trained, allow_unused=True)

        found = list(self.map(compute, parts))
        for parameter, *some in zip(trained, *(gradients for _, gradients in found), strict=True):
            parameter.grad = _sum([gradient for gradient in some if gradient is not None])
        report = _sum([report for report, _ in found])
        if report is None:
            raise ValueError("a batch without parts: wanted one or more")
        return report

    def __enter__(self) -> Workers:
        self._before = torch.get_num_threads()
        count = self._before if self._count is None else self._count
        torch.set_num_threads(1)
        self._pool = ThreadPoolExecutor(count) if count > 1 else None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        torch.set_num_threads(self._before)


def _sum(tensors: Sequence[Tensor]) -> Tensor | None:
    """Return the sum in order, or None of nothing."""
    if not tensors:
        return None
    total = tensors[0]
    for tensor in tensors[1:]:
        total = total + tensor
    return total
