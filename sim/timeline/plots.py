"""Three figures of runs: latency of samples, power by component, and level of the frame buffer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from earloop.sim.timeline.energy import COMPONENTS, energy
from earloop.sim.timeline.simulate import DeviceTimeline

COLOURS = dict(
    zip(COMPONENTS, ("#264653", "#2a9d8f", "#8ab17d", "#e76f51", "#f4a261", "#e9c46a", "#b0b0b0"), strict=True)
)
LINES = ("-", "--", "-.")
CDF_POINTS = 1000
TRACE_BINS = 1500
_STYLE: Any = {"font.family": "sans-serif", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}


def latency_figure(timelines: Sequence[DeviceTimeline]) -> Figure:
    """Draw the share of samples that reach the host within a time, by mode; with losses a curve stays below 1."""
    with _style():
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        ax = figure.subplots()
        for number, timeline in enumerate(timelines):
            latency_ms = np.sort(1e3 * timeline.latency_s[np.isfinite(timeline.latency_s)])
            share = np.linspace(0, 1, min(CDF_POINTS, len(latency_ms)))
            reached = len(latency_ms) / len(timeline.latency_s) if len(latency_ms) else 0.0
            at_ms = latency_ms[(share * (len(latency_ms) - 1)).astype(int)]
            ax.step(
                at_ms,
                share * reached,
                where="post",
                color=f"C{number}",
                linestyle=LINES[number % len(LINES)],
                label=timeline.stream.mode,
            )
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.grid(which="major", alpha=0.3)
        ax.set_ylim(0, 1.02)
        ax.set_xlabel("data-ready to the host, ms")
        ax.set_ylabel("share of samples")
        ax.legend(frameon=False)
    return figure


def energy_figure(timelines: Sequence[DeviceTimeline]) -> Figure:
    """Draw the mean power by component, one bar for each mode, with its total and the battery life."""
    with _style():
        figure = Figure(figsize=(7.2, 1.4 + 0.55 * len(timelines)), layout="constrained")
        ax = figure.subplots()
        energies = [energy(timeline) for timeline in timelines]
        rows = np.arange(len(timelines))
        left = np.zeros(len(timelines))
        for component in COMPONENTS:
            width = np.array([each.power_w[component] * 1e3 for each in energies])
            ax.barh(rows, width, 0.6, left, color=COLOURS[component], label=component)
            left += width
        for row, each in enumerate(energies):
            text = f" {each.total_w * 1e3:.1f} mW, {each.battery_h:.1f} h"
            ax.text(float(left[row]), row, text, va="center")
        ax.set_yticks(rows, [timeline.stream.mode for timeline in timelines])
        ax.invert_yaxis()
        ax.set_xlim(0, 1.25 * left.max())
        ax.set_xlabel(f"mean power, mW; life of {timelines[0].hardware.battery.capacity_mah:g} mAh")
        figure.legend(loc="outside upper center", ncols=len(COMPONENTS), frameon=False, columnspacing=1, handlelength=1)
    return figure


def buffer_figure(timelines: Sequence[DeviceTimeline]) -> Figure:
    """Draw the highest level of the frame buffer in each interval, one row for each mode; and its capacity if near."""
    with _style():
        figure = Figure(figsize=(7.2, 0.6 + 1.3 * len(timelines)), layout="constrained")
        axes = np.atleast_1d(figure.subplots(len(timelines), sharex=True))
        for number, (ax, timeline) in enumerate(zip(axes, timelines, strict=True)):
            edges = np.linspace(0, timeline.duration_s, TRACE_BINS + 1)
            ax.fill_between(edges[:-1], _peaks(timeline, edges) / 1024, step="post", color=f"C{number}", linewidth=0.5)
            capacity = timeline.hardware.buffer_bytes / 1024
            if timeline.level_bytes.max(initial=0) / 1024 > capacity / 2:
                ax.axhline(capacity, color="#d1495b", linewidth=0.8, linestyle="--")
            ax.set_ylabel(f"{timeline.stream.mode}\nKiB", rotation=0, ha="right", va="center")
            ax.margins(x=0)
            ax.set_ylim(bottom=0)
        axes[-1].set_xlabel("time, s")
    return figure


def _peaks(timeline: DeviceTimeline, edges: np.ndarray) -> np.ndarray:
    """Return the highest level in each interval between edges, including the level at its beginning."""
    levels = np.concatenate([[0], timeline.level_bytes])
    first = np.searchsorted(timeline.level_s, edges)  # changes before each edge
    return np.array([levels[a : b + 1].max() for a, b in pairwise(first)])


def _style() -> AbstractContextManager[None]:
    return mpl.rc_context(_STYLE)
