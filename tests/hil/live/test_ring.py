"""The ring of the newest rows, against the plain array of all rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.hil.live.ring import Ring


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=20), per=st.integers(1, 4), since=st.integers(0, 60))
def test_envelopes_are_those_of_the_rows_kept(sizes, per, since):
    total = sum(sizes)
    rows = np.random.default_rng(total).normal(size=(total, 2)).astype(np.float32)
    ring = Ring(32, 2)
    for end, size in zip(np.cumsum(sizes), sizes, strict=True):
        ring.write(end - size, rows[end - size : end])
        ring.settle(end)
    first, found = ring.envelope(since, per, limit=100)
    whole = rows[: total // per * per].reshape(-1, per, 2)
    assert first == min(max(since, -(-max(0, total - 32) // per)), len(whole))
    np.testing.assert_array_equal(found[:, 0], whole[first:].min(axis=1))
    np.testing.assert_array_equal(found[:, 1], whole[first:].max(axis=1))


def test_what_never_came_is_a_gap():
    ring = Ring(10, 1)
    ring.write(0, np.ones((2, 1)))
    ring.write(4, np.full((2, 1), 5.0))
    ring.settle(6)
    _, found = ring.envelope(0, 2, 9)
    np.testing.assert_array_equal(found[:, 0, 0], [1, np.nan, 5])


def test_what_may_still_change_is_not_shown():
    ring = Ring(10, 2)
    ring.write(0, np.ones((4, 1)), slice(0, 1))
    assert len(ring.envelope(0, 1, 9)[1]) == 0
    ring.write(0, np.ones((4, 1)), slice(1, 2))
    ring.settle(4)
    assert len(ring.envelope(0, 1, 9)[1]) == 4


@pytest.mark.parametrize(("limit", "first"), [(3, 7), (99, 0)])
def test_of_too_many_the_newest_are_shown(limit, first):
    ring = Ring(10, 1)
    ring.write(0, np.arange(10.0)[:, None])
    ring.settle(10)
    assert ring.envelope(0, 1, limit)[0] == first
