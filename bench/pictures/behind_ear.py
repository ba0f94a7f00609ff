"""Pictures of signals behind the ears, TP9 and TP10 against Fpz: spectra, traces, blinks and evoked responses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from bench.measurements.realism.windows import CHANNELS, SFREQ
from bench.pictures.average import band_passed, epochs, from_baseline, mean_density, peaks_s, times
from bench.pictures.pair import MARK, SIDES, THIN, note, pair
from earloop.recordings import Recording
from earloop.sim.view.spectra import root_density
from earloop.sim.view.style import PALETTE

FloatArray = NDArray[np.float64]
Both = tuple[Sequence[Recording], Sequence[Recording]]

EEG_HZ = (1.0, 40.0)
TRACE_S, TRACE_FROM_S, TRACE_UV = 10.0, 60.0, 150.0
BLINK_HZ, BLINK_UV, BLINK_APART_S = (1.0, 15.0), 60.0, 0.5
BLINK_S = (-0.6, 0.9)
FLICKER_S = (0.5, 3.0)  # the response is complete, and the picture still flickers
EVOKED_S, EVOKED_HZ, REJECT_UV = (-0.1, 0.7), (1.0, 20.0), 75.0


def spectra(both: Both) -> Figure:
    """Draw the spectra of both channels of every recording as thin lines, and their median as a thick line."""
    figure, axes = pair(row_in=3.6)
    for ax, found, (_, colour) in zip(axes[0], both, SIDES, strict=True):
        f, _ = root_density(found[0].data, SFREQ)
        all_densities = np.hstack([root_density(it.data, SFREQ)[1] for it in found])
        ax.loglog(f, all_densities, color=THIN, linewidth=0.5)
        ax.loglog(f, np.median(all_densities, axis=1), color=colour, linewidth=2)
        ax.set_xlim(1, SFREQ / 2)
        ax.set_ylim(0.03, 300)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.set_xlabel("frequency, Hz")
        note(ax, f"{len(found)} recordings, TP9 and TP10; median thick")
    axes[0, 0].set_ylabel("uV/√Hz")
    return figure


def traces(both: Both, names: tuple[Sequence[str], Sequence[str]]) -> Figure:
    """Draw ten seconds of the first recording of each experiment, 1 to 40 Hz."""
    figure, axes = pair(row_in=4.2)
    shown = ("n170", "p300", "ssvep")
    for ax, found, kinds, (_, colour) in zip(axes[0], both, names, SIDES, strict=True):
        for row, kind in enumerate(shown):
            uv = band_passed(found[list(kinds).index(kind)].data, SFREQ, *EEG_HZ)
            span = slice(round(TRACE_FROM_S * SFREQ), round((TRACE_FROM_S + TRACE_S) * SFREQ))
            for i, name in enumerate(CHANNELS):
                line = TRACE_UV * (2 * row + i)
                ax.plot(np.arange(span.stop - span.start) / SFREQ, uv[span, i] - line, color=colour, linewidth=0.5)
                ax.text(-0.1, -line, f"{kind} {name}", ha="right", va="center", fontsize=8)
        ax.set_xlabel("time, s")
        ax.set_xlim(0, TRACE_S)
        ax.set_ylim(-5.9 * TRACE_UV, 0.9 * TRACE_UV)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.plot([-0.15] * 2, [-5.85 * TRACE_UV, -5.85 * TRACE_UV + 100], color="black", linewidth=2, clip_on=False)
        ax.text(-0.3, -5.85 * TRACE_UV + 50, "100 uV", ha="right", va="center", fontsize=8)
    return figure


def blinks(both: Both) -> Figure:
    """Draw all deflections whose mean over both sides is below `-BLINK_UV`, aligned at the minimum, and the median."""
    figure, axes = pair(row_in=3.2)
    t = times(BLINK_S, SFREQ)
    for ax, found, (_, colour) in zip(axes[0], both, SIDES, strict=True):
        parts = np.concatenate([each for it in found if len(each := blink_epochs(it.data))])
        middle = np.median(parts, axis=0)
        for part in parts[:: max(1, len(parts) // 60)]:
            ax.plot(t, part, color=THIN, linewidth=0.4)
        ax.plot(t, middle, color=colour, linewidth=2)
        ax.axvline(0, color=MARK, linewidth=0.6)
        ax.set_xlabel("time from the lowest point, s")
        ax.set_ylim(-420, 260)
        minutes = sum(it.duration_s for it in found) / 60
        half_s = (middle < middle.min() / 2).sum() / SFREQ
        note(
            ax,
            f"{len(parts)} blinks in {minutes:.0f} min; median {middle.min():.0f} uV, "
            f"{1e3 * half_s:.0f} ms at half height",
        )
    axes[0, 0].set_ylabel("mean of TP9 and TP10, uV")
    return figure


def blink_epochs(uv: FloatArray) -> FloatArray:
    """Cut epochs around blinks from the mean of both channels, [samples, 2]; float64 [blinks, samples]."""
    mean = band_passed(uv, SFREQ, *BLINK_HZ).mean(axis=1)
    return epochs(mean, peaks_s(-mean, SFREQ, BLINK_UV, BLINK_APART_S).tolist(), SFREQ, BLINK_S)


def flicker(both: tuple[Sequence[tuple[Recording, FloatArray, FloatArray]], ...]) -> Figure:
    """Draw the spectra during flicker at 20 and 30 Hz."""
    figure, axes = pair(row_in=3.2)
    for ax, found, _ in zip(axes[0], both, SIDES, strict=True):
        for number, hz in enumerate((20.0, 30.0)):
            parts = np.concatenate([_flicker_epochs(it, onsets[rates == hz]) for it, onsets, rates in found])
            f, density = mean_density(parts, SFREQ, FLICKER_S[1] - FLICKER_S[0])
            label = f"{hz:g} Hz flicker, {len(parts)} epochs"
            ax.semilogy(f, density, color=PALETTE[number], linewidth=1.3, label=label)
            ax.axvline(hz, color=PALETTE[number], linewidth=0.6, linestyle=":")
        ax.set_xlim(5, 45)
        ax.set_ylim(0.2, 3)
        ax.set_yticks([0.2, 0.5, 1, 2], ["0.2", "0.5", "1", "2"])
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel("frequency, Hz")
        ax.legend(frameon=False, fontsize=8)
    axes[0, 0].set_ylabel("uV/√Hz")
    return figure


def _flicker_epochs(recording: Recording, onsets: FloatArray) -> FloatArray:
    """Return the epochs of both channels as rows, without those of blinks or bad contacts."""
    parts = epochs(band_passed(recording.data, SFREQ, 2.0, 45.0), onsets.tolist(), SFREQ, FLICKER_S)
    rows = parts.transpose(0, 2, 1).reshape(-1, parts.shape[1])
    quiet: FloatArray = rows[np.abs(rows).max(axis=1) < REJECT_UV]
    return quiet


def evoked(
    rows: Sequence[tuple[str, tuple[str, str], tuple[Sequence[tuple[Recording, FloatArray, FloatArray]], ...]]],
) -> Figure:
    """Draw the averages of two kinds of trial, with a row for each experiment.

    Parameters
    ----------
    rows : for each experiment its name, the kinds, and the trials of real and of our recordings
    """
    figure, axes = pair(len(rows), 2.7, share_rows=True)
    t = times(EVOKED_S, SFREQ)
    for line, (name, kinds, both) in zip(axes, rows, strict=True):
        for ax, found in zip(line, both, strict=True):
            for number, kind in enumerate(kinds):
                parts = np.concatenate([_trials(it, onsets[which == number], t) for it, onsets, which in found])
                mean, error = parts.mean(axis=0), parts.std(axis=0) / np.sqrt(len(parts))
                ax.fill_between(t, mean - error, mean + error, color=PALETTE[number], alpha=0.25, linewidth=0)
                ax.plot(t, mean, color=PALETTE[number], linewidth=1.5, label=f"{kind}, {len(parts)}")
            ax.axvline(0, color=THIN, linewidth=0.8)
            ax.legend(frameon=False, fontsize=8, loc="upper right")
        line[0].set_ylabel(f"{name}, uV")
    for ax in axes[-1]:
        ax.set_xlabel("time from the picture, s")
    return figure


def _trials(recording: Recording, onsets: FloatArray, t: FloatArray) -> FloatArray:
    """Return the mean of both channels around onsets, without trials with blinks; float64 [trials, samples]."""
    uv = band_passed(recording.data, SFREQ, *EVOKED_HZ).mean(axis=1)
    parts = from_baseline(epochs(uv, onsets.tolist(), SFREQ, EVOKED_S), t)
    quiet: FloatArray = parts[np.abs(parts).max(axis=1) < REJECT_UV]
    return quiet
