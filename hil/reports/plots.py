"""The pictures of a report, as SVG inside the page, with the page's colours."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from earloop.hil.judging.compare import Divergence
from earloop.hil.judging.judge import Verdict
from earloop.hil.judging.spectra import BandSpectrum
from earloop.hil.run.timing import Timing
from earloop.spec.design import Design
from earloop.spec.patches import from_patches

if TYPE_CHECKING:  # at run time it would import PyTorch even without an encoder
    from earloop.hil.judging.embeddings import EmbeddingCosines

SPECTRA_COLUMNS, HISTOGRAM_BINS = 4, 40
MAX_POINTS = 3000  # per trace; more are not visible and make the page large
INK = "#123456"  # a placeholder that is replaced by the page's text colour, so that dark mode works
BAND_ALPHA = 0.08  # opacity of the shading of a band
FAILED, PASSED = "#b3263a", "#1f7a6d"  # backgrounds of white text, with a contrast above 4.5 (WCAG 2.2, AA)
DEVICE, ERROR = "#2f7fc1", "#d1495b"  # lines, with a contrast above 3 to light and dark pages
_STYLE: Any = {
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
    """Return a context with Matplotlib's settings for the figures of a page."""
    return mpl.rc_context(_STYLE)


def stimulus_figure(verdict: Verdict, design: Design) -> str:
    """Draw the input of the device in uV: one trace per channel, without its median."""
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
            ax.fill_between(
                time_s, binned[..., channel].min(1), binned[..., channel].max(1), color=DEVICE, linewidth=0.4
            )
            ax.set_ylabel(f"{design.channels[channel]}\nuV", rotation=0, ha="right", va="center")
            ax.margins(x=0)
        axes[-1].set_xlabel("time, s")
        return to_svg(figure)


def sqnr_figure(verdict: Verdict, design: Design) -> str:
    """Draw the SQNR of each band and channel, coloured by fail and pass."""
    values = np.array([quality.sqnr_db for quality in verdict.qualities])
    passed = np.array([quality.passed for quality in verdict.qualities])
    with figure_style():
        figure = Figure(figsize=(5.6, 0.6 + 0.28 * len(values)), layout="constrained")
        ax = figure.subplots()
        ax.pcolormesh(passed, cmap=ListedColormap([FAILED, PASSED]), vmin=0, vmax=1)
        ax.invert_yaxis()
        for (row, column), value in np.ndenumerate(values):
            text = "no signal" if np.isnan(value) else f"{value:.1f}"
            ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", color="white")
        ax.set_xticks(np.arange(len(design.channels)) + 0.5, design.channels)
        ax.set_yticks(np.arange(len(design.bands)) + 0.5, design.band_names)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        return to_svg(figure)


def spectra_figure(spectra: Sequence[BandSpectrum]) -> str:
    """Draw a panel for each band: amplitude densities of the device, of its error and of the amplifier's noise.

    The band is shaded. A note marks a band for which the run is too short.
    """
    with figure_style():
        rows = -(-len(spectra) // SPECTRA_COLUMNS)
        figure = Figure(figsize=(9, 0.9 + 1.6 * rows))
        axes = np.atleast_2d(figure.subplots(rows, SPECTRA_COLUMNS, sharex=True, sharey=True))
        # The margins are set by hand, because Matplotlib's layout takes longer than the rest of the report.
        inches = figure.get_size_inches()
        figure.subplots_adjust(0.7 / inches[0], 0.5 / inches[1], 1 - 0.1 / inches[0], 1 - 0.5 / inches[1], 0.08, 0.22)
        for ax, spectrum in zip(axes.flat, spectra, strict=False):
            ax.set_title(spectrum.band, fontsize=9, pad=2)
            ax.set(xscale="log", yscale="log")
            ax.minorticks_off()
            ax.axvspan(spectrum.low_hz, spectrum.high_hz, color=INK, alpha=BAND_ALPHA, linewidth=0)
            shown = slice(1, None)  # a logarithmic axis has no zero, neither in frequency nor in density
            for density, color, label in ((spectrum.signal, DEVICE, "device"), (spectrum.error, ERROR, "error")):
                positive = np.where(density > 0, density, np.nan)[shown]
                ax.plot(spectrum.frequency_hz[shown], np.sqrt(positive), color=color, lw=1, label=label)
            ax.axhline(np.sqrt(spectrum.noise), color=INK, lw=0.8, linestyle=":", label="amplifier noise")
            if np.isnan(spectrum.signal).all():
                ax.text(0.5, 0.5, "no signal in range", transform=ax.transAxes, ha="center", va="center")
            if spectrum.too_short:
                text = f"{spectrum.run_s:g} s are too short\nfor this band: {spectrum.wanted_s:.0f} s needed"
                ax.text(0.97, 0.05, text, transform=ax.transAxes, ha="right", va="bottom", fontsize=7)
        for ax in axes.flat[len(spectra) :]:
            ax.set_axis_off()
        figure.supxlabel("frequency, Hz", fontsize=9, y=0.05 / inches[1])
        figure.supylabel("amplitude density, uV/√Hz", fontsize=9, x=0.05 / inches[0])
        figure.legend(
            *axes.flat[0].get_legend_handles_labels(), frameon=False, labelcolor=INK, loc="upper right", ncols=3
        )
        return to_svg(figure)


def timing_figure(timing: Timing) -> str:
    """Draw histograms of latency, age and jitter, in ms."""
    shown = (
        ("latency of tokens, ms", timing.latency_s),
        ("age of samples, ms", timing.age_s),
        ("jitter of patches, ms", timing.jitter_s),
    )
    with figure_style():
        figure = Figure(figsize=(9, 2.4), layout="constrained")
        for ax, (label, values) in zip(figure.subplots(1, len(shown)), shown, strict=True):
            ax.hist(1e3 * values, bins=HISTOGRAM_BINS, color=DEVICE)
            ax.set_xlabel(label)
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
        return to_svg(figure)


def cosine_figure(embeddings: EmbeddingCosines) -> str:
    """Draw 1 less the cosine of each window's two embeddings, over time."""
    short = np.maximum(1 - embeddings.cosine, np.finfo(np.float32).eps)
    with figure_style():
        figure = Figure(figsize=(9, 2.2), layout="constrained")
        ax = figure.subplots()
        ax.plot(embeddings.start_s + embeddings.window_s / 2, short, color=DEVICE, marker="o", markersize=3, lw=1)
        ax.set(yscale="log", xlabel="middle of the window, s", ylabel="1 - cosine")
        return to_svg(figure)


def divergence_figure(verdict: Verdict, design: Design, first: Divergence) -> str:
    """Draw device and golden model around the first difference."""
    channel = design.channels.index(first.channel)
    band = design.band_names.index(first.band) if first.band else None
    golden, found = (_trace(source, first, channel, band) for source in (verdict.golden.taps, verdict.run))
    ticks = np.arange(max(0, first.tick - 40), min(len(golden), len(found), first.tick + 80))
    with figure_style():
        figure = Figure(figsize=(9, 3.2), layout="constrained")
        ax, below = figure.subplots(2, sharex=True, height_ratios=(2, 1))
        ax.plot(ticks, golden[ticks], color=DEVICE, label="golden model")
        ax.plot(ticks, found[ticks], color=ERROR, linestyle="--", label="device")
        below.plot(ticks, found[ticks].astype(float) - golden[ticks], color=ERROR, drawstyle="steps-post")
        for each, label in ((ax, f"{first.tap},\nsteps"), (below, "difference,\nsteps")):
            each.axvline(first.tick, color=INK, linewidth=0.8, linestyle=":")
            each.set_ylabel(label, rotation=0, ha="right", va="center")
            each.margins(x=0)
        below.set_xlabel("tick")
        ax.legend(frameon=False, labelcolor=INK, loc="upper right")
        return to_svg(figure)


def _trace(source: Any, first: Divergence, channel: int, band: int | None) -> Any:
    """Return one channel (and band) of a tap, by tick."""
    if first.tap == "tokens":
        return from_patches(source.tokens[:, channel, band])
    values = getattr(source, first.tap, None)
    if values is None:
        values = source.taps[first.tap]
    return values[:, channel] if band is None else values[:, channel, band]


def to_svg(figure: Figure) -> str:
    """Return a figure as an SVG element without a background, in the page's text colour."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True)
    text = buffer.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    return re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"|(<svg[^>]*?) height="[^"]*"', r"\1\2", text, count=1)
