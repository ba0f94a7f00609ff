"""The window of latencies, against NumPy on what it should hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from earloop.hil.live.latency import LatencyWindow


def test_figures_are_those_of_the_last_ten_seconds():
    rng = np.random.default_rng(3)
    arrived = np.sort(rng.uniform(0, 30, 500))
    took = rng.exponential(0.02, 500)
    window = LatencyWindow()
    for at_s, latency_s in zip(arrived, took, strict=True):
        window.add(at_s - latency_s, at_s)
    kept = 1e3 * took[arrived >= arrived[-1] - 10]
    figures = window.figures()
    assert figures.count == len(kept) == figures.counts.sum()
    assert figures.p50_ms == pytest.approx(np.percentile(kept, 50))
    assert figures.p99_ms == pytest.approx(np.percentile(kept, 99))
    assert figures.longest_ms == pytest.approx(kept.max()) == pytest.approx(figures.edges_ms[-1])


def test_of_nothing_there_are_no_figures():
    figures = LatencyWindow().figures()
    assert (figures.count, figures.counts.sum()) == (0, 0)
    assert math.isnan(figures.p50_ms)
