"""The pictures show the run's own numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.sim.timeline import (
    COMPONENTS,
    UartLink,
    buffer_figure,
    energy,
    energy_figure,
    latency_figure,
    simulate,
    summarise,
)
from tests.sim.timeline.timeline_runs import EXACT_EARBUD, ONE_PACKET, clean_link, even_errors


@pytest.fixture(scope="module")
def good():
    return simulate(EXACT_EARBUD, ONE_PACKET, clean_link(), duration_s=10.0)


@pytest.fixture(scope="module")
def lossy():
    link = clean_link(fading=even_errors(0.5), max_attempts=1, supervision_s=30.0)
    return simulate(EXACT_EARBUD, replace(ONE_PACKET, mode="bands"), link, duration_s=10.0)


def test_the_latency_curve_ends_at_the_share_that_arrived(good, lossy):
    (axes,) = latency_figure([good, lossy]).axes
    for line, timeline in zip(axes.lines, (good, lossy), strict=True):
        x, y = line.get_xdata(), line.get_ydata()
        assert y[-1] == pytest.approx(np.isfinite(timeline.latency_s).mean())
        assert x[-1] == pytest.approx(1e3 * np.nanmax(timeline.latency_s))
        assert (np.diff(x) >= 0).all()
    assert axes.lines[1].get_ydata()[-1] < 0.6
    assert axes.get_xscale() == "log"


def test_the_bars_add_up_to_the_total(good):
    (axes,) = energy_figure([good]).axes
    widths = [patch.get_width() for patch in axes.patches]
    assert len(widths) == len(COMPONENTS)
    assert sum(widths) == pytest.approx(1e3 * energy(good).total_w)


def test_the_buffer_trace_reaches_the_highest_level():
    earbud = replace(EXACT_EARBUD, buffer_bytes=10 * 244)
    full = simulate(earbud, ONE_PACKET, UartLink(9600), duration_s=10.0)
    (axes,) = buffer_figure([full]).axes
    top = axes.collections[0].get_paths()[0].vertices[:, 1].max()
    assert top * 1024 == full.level_bytes.max() == 2440
    assert len(axes.lines) == 1, "the capacity is drawn where it is near"


def test_the_summary_holds_the_percentiles_of_the_run(good):
    summary = summarise(good)
    latency_ms = 1e3 * good.latency_s[np.isfinite(good.latency_s)]
    assert summary["latency_ms"]["median"] == pytest.approx(np.median(latency_ms))
    assert summary["latency_ms"]["max"] == pytest.approx(latency_ms.max())
    assert sum(summary["frames"].values()) == len(good.fate)
    assert summary["samples_arrived"] == len(latency_ms)


def test_a_run_in_which_nothing_arrives_has_no_latency():
    dead = simulate(EXACT_EARBUD, ONE_PACKET, clean_link(fading=even_errors(1.0)), duration_s=2.0)
    assert set(summarise(dead)["latency_ms"].values()) == {None}
    for figure in (latency_figure, energy_figure, buffer_figure):
        figure([dead]).canvas.draw()
