"""The report's pictures, as SVG that stands inside the page and takes its colours from it."""

from __future__ import annotations

import io
import re
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from hil.compare import Divergence
from hil.rig import Verdict
from spec.design import Design

MAX_POINTS = 3000  # of a trace; more cannot be seen and make the page heavy
INK = "#123456"  # a colour that stands for ink: replaced by the page's text colour, so that dark mode works
_STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **{f"{key}.color": INK for key in ("text", "xtick", "ytick")},
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
}


def figure_style() -> AbstractContextManager[None]:
    """Matplotlib's settings for every figure of a page."""
    return mpl.rc_context(_STYLE)


def stimulus_figure(verdict: Verdict, design: Design) -> str:
    """What was fed to the device: one trace a channel, its offset removed, in uV."""
    codes = verdict.stimulus.codes
    bin_size = max(1, len(codes) // (MAX_POINTS // 2))
    whole = len(codes) // bin_size * bin_size
    uv = (codes[:whole] - np.median(codes, axis=0)) * design.converter.lsb_uv
    binned = uv.reshape(-1, bin_size, uv.shape[1])
    time_s = np.arange(len(binned)) * bin_size / design.converter.rate_hz
    with figure_style():
        figure = Figure(figsize=(9, 0.4 + 0.9 * len(design.channels)), layout="constrained")
        axes = np.atleast_1d(figure.subplots(len(design.channels), sharex=True))
        for channel, ax in enumerate(axes):
            ax.fill_between(time_s, binned[..., channel].min(1), binned[..., channel].max(1), color="C0", linewidth=0.4)
            ax.set_ylabel(f"{design.channels[channel]}\nuV", rotation=0, ha="right", va="center")
            ax.margins(x=0)
        axes[-1].set_xlabel("time, s")
        return to_svg(figure)


def sqnr_figure(verdict: Verdict, design: Design) -> str:
    """SQNR of each band and channel, with the limit between fail and pass."""
    values = np.array([quality.sqnr_db for quality in verdict.qualities])
    passed = np.array([quality.passed for quality in verdict.qualities])
    with figure_style():
        figure = Figure(figsize=(5.6, 0.6 + 0.28 * len(values)), layout="constrained")
        ax = figure.subplots()
        ax.pcolormesh(passed, cmap=ListedColormap(["#d1495b", "#2a9d8f"]), vmin=0, vmax=1)
        ax.invert_yaxis()
        for (row, column), value in np.ndenumerate(values):
            text = "no signal" if np.isnan(value) else f"{value:.1f}"
            ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", color="white")
        ax.set_xticks(np.arange(len(design.channels)) + 0.5, design.channels)
        ax.set_yticks(np.arange(len(design.bands)) + 0.5, design.band_names)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        return to_svg(figure)


def divergence_figure(verdict: Verdict, design: Design, first: Divergence) -> str:
    """The device and the golden model around the first difference."""
    channel = design.channels.index(first.channel)
    band = design.band_names.index(first.band) if first.band else None
    golden, found = (_trace(source, first, channel, band) for source in (verdict.golden.taps, verdict.run))
    ticks = np.arange(max(0, first.tick - 40), min(len(golden), len(found), first.tick + 80))
    with figure_style():
        figure = Figure(figsize=(9, 3.2), layout="constrained")
        ax, below = figure.subplots(2, sharex=True, height_ratios=(2, 1))
        ax.plot(ticks, golden[ticks], color="C0", label="golden")
        ax.plot(ticks, found[ticks], color="#d1495b", linestyle="--", label=verdict.identity.kind)
        below.plot(ticks, found[ticks].astype(float) - golden[ticks], color="#d1495b", drawstyle="steps-post")
        for each, label in ((ax, f"{first.tap},\nsteps"), (below, "difference,\nsteps")):
            each.axvline(first.tick, color=INK, linewidth=0.8, linestyle=":")
            each.set_ylabel(label, rotation=0, ha="right", va="center")
            each.margins(x=0)
        below.set_xlabel("tick")
        ax.legend(frameon=False, labelcolor=INK, loc="upper right")
        return to_svg(figure)


def _trace(source: Any, first: Divergence, channel: int, band: int | None) -> Any:
    """One channel (and band) of a tap, by tick."""
    if first.tap == "tokens":
        return source.tokens[:, channel, band].reshape(-1)
    values = getattr(source, first.tap, None)
    if values is None:
        values = source.taps[first.tap]
    return values[:, channel] if band is None else values[:, channel, band]


def to_svg(figure: Figure) -> str:
    """The figure as an SVG element without a background, its ink the page's."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True)
    text = buffer.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    return re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"|(<svg[^>]*?) height="[^"]*"', r"\1\2", text, count=1)
