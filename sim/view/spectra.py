"""Spectra of the drawn part: root density over frequency, both logarithmic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.signal import welch

from earloop.sim.view.style import GREY, PALETTE, SMALL, colour_of

FloatArray = NDArray[np.float64]
SEGMENT_S = 4.0
LOWEST_HZ = 0.5
MOST_IN_LEGEND = 12


def root_density(uv: NDArray[Any], sfreq: float) -> tuple[FloatArray, FloatArray]:
    """Return Welch's estimate with Hann windows of `SEGMENT_S`, half overlapped, each linearly detrended.

    Parameters
    ----------
    uv : [samples] or [samples, channels]

    Returns
    -------
    float64 [bins], Hz, and float64 [bins] or [bins, channels], uV/sqrt(Hz); bins begin at `LOWEST_HZ`
    """
    segment = min(len(uv), round(SEGMENT_S * sfreq))
    f, p = welch(np.asarray(uv, np.float64), sfreq, nperseg=segment, detrend="linear", axis=0)
    shown = f >= LOWEST_HZ
    return f[shown], np.sqrt(p[shown])


def draw_spectra(
    ax: Axes,
    uv: NDArray[Any],
    sfreq: float,
    channels: tuple[str, ...],
    bands: Mapping[str, tuple[float, float]],
    mains_hz: Sequence[float],
) -> None:
    """Draw each channel's spectrum, with bands shaded and the mains and their harmonics marked."""
    f, density = root_density(uv, sfreq)
    density = np.maximum(density, 1e-4)
    for i, name in enumerate(channels):
        ax.loglog(f, density[:, i], color=colour_of(name, channels), linewidth=0.9, label=name)
    ax.set_xlim(LOWEST_HZ, sfreq / 2)
    for number, (name, (low_hz, high_hz)) in enumerate(bands.items()):
        low, high = max(low_hz, LOWEST_HZ), min(high_hz, sfreq / 2)
        if low >= high:
            continue
        ax.axvspan(low, high, color=PALETTE[number % 2], alpha=0.07, linewidth=0)
        middle = np.sqrt(low * high)
        ax.text(middle, 1.01, name, transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontsize=SMALL)
    _mark_mains(ax, mains_hz, sfreq / 2)
    ax.grid(which="major", alpha=0.3)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xlabel("frequency, Hz")
    ax.set_ylabel("uV/√Hz")
    if len(channels) <= MOST_IN_LEGEND:
        ax.legend(loc="best", fontsize=SMALL, ncols=2, handlelength=1.2, framealpha=0.85, edgecolor="none")


def _mark_mains(ax: Axes, mains_hz: Sequence[float], nyquist_hz: float) -> None:
    for line_hz in mains_hz:
        for order in range(1, int(nyquist_hz / line_hz) + 1):
            ax.axvline(order * line_hz, color=GREY, linewidth=0.7 if order == 1 else 0.3, linestyle=":")
        if line_hz < nyquist_hz:
            ax.text(
                *(line_hz, 0.97),
                f"{line_hz:g} Hz",
                transform=ax.get_xaxis_transform(),
                rotation=90,
                ha="right",
                va="top",
                fontsize=SMALL - 1,
                color=GREY,
            )
