"""Traces of the channels, one above the other on one scale."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from earloop.sim.view.part import Excerpt
from earloop.sim.view.style import INK, SMALL, colour_of

FloatArray = NDArray[np.float64]
COLUMNS = 3000  # the minima and maxima of so many stretches look the same as all samples
TYPICAL = 99.0  # percentile of |uV| that must fit
ROOM = 1.3  # half the distance between channels, over that percentile
LABEL, MOST_LARGE = 8.5, 48  # font size of the names, for up to so many channels
LIMIT = 1.0  # largest deflection of a trace, in distances between channels


def draw_traces(ax: Axes, uv: FloatArray, part: Excerpt, channels: tuple[str, ...]) -> float:
    """Draw traces, first channel on top, and a scale bar.

    Parameters
    ----------
    uv : [samples, channels]

    Returns
    -------
    float
        uV between neighbouring channels; a trace is clipped at that distance from its line.
    """
    spacing_uv = spacing(uv)
    for i, name in enumerate(channels):
        t, y = envelope(np.clip(uv[:, i] / spacing_uv, -LIMIT, LIMIT), part)
        ax.plot(t, y - i, color=colour_of(name, channels), linewidth=0.6, label=name)
    ax.set_yticks(-np.arange(len(channels)), channels)
    for label, name in zip(ax.get_yticklabels(), channels, strict=True):
        label.set_color(colour_of(name, channels))
        label.set_fontweight("bold")
        label.set_fontsize(min(LABEL, LABEL * MOST_LARGE / len(channels)))
    ax.set_ylim(-len(channels) + 0.35, 0.65)
    ax.set_xlim(part.start_s, part.end_s)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", alpha=0.25)
    _scale_bar(ax, spacing_uv)
    return spacing_uv


def spacing(uv: FloatArray) -> float:
    """Return a round distance between channels, uV: the median channel fits, and a railed one has no effect."""
    typical = np.nanpercentile(np.abs(uv), TYPICAL, axis=0)
    wanted = 2 * ROOM * max(float(np.median(typical)), 1e-3)
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(power * next(step for step in (1, 2, 5, 10) if step * power >= wanted))


def envelope(y: FloatArray, part: Excerpt) -> tuple[FloatArray, FloatArray]:
    """Return times and values to draw: all samples or, if there are many, the minimum and maximum of each stretch."""
    t = part.start_s + np.arange(len(y)) / len(y) * part.seconds
    length = len(y) // COLUMNS
    if length <= 2:
        return t, y
    whole = len(y) // length * length
    stretches = y[:whole].reshape(-1, length)
    ends = np.column_stack([stretches.min(axis=1), stretches.max(axis=1)]).ravel()
    return np.repeat(t[:whole:length], 2), ends


def _scale_bar(ax: Axes, spacing_uv: float) -> None:
    """Draw a bar of half the distance between channels, at the right."""
    x = 1.006
    ax.plot([x, x], [-0.25, 0.25], transform=ax.get_yaxis_transform(), color=INK, linewidth=1.6, clip_on=False)
    ax.text(x + 0.005, 0, f"{spacing_uv / 2:g}\nuV", transform=ax.get_yaxis_transform(), va="center", fontsize=SMALL)
