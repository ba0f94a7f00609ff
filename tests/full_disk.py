"""A disk on which no file can grow beyond a size: writing fails as on a full one, in whatever language it is done."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def full_disk(largest: int = 512) -> Iterator[None]:
    """Let this process write no file beyond `largest` bytes meanwhile (RLIMIT_FSIZE; Python ignores its signal)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
