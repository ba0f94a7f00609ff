"""Figures with pairs of panels: real recordings on the left, ours on the right, on the same axes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from earloop.sim.view.style import INK, PALETTE

REAL, OURS = INK, PALETTE[0]
THIN, MARK = "#b0b0b0", PALETTE[1]
SIDES = (("real", REAL), ("ours", OURS))
WIDTH_IN = 9.0


def pair(rows: int = 1, row_in: float = 3.0, *, share_rows: bool = False) -> tuple[Figure, NDArray[np.object_]]:
    """Return a figure and its axes [rows, 2]; both panels of a row share axes, with `share_rows` all panels do."""
    figure = Figure(figsize=(WIDTH_IN, row_in * rows + 0.4), layout="constrained")
    axes = figure.subplots(rows, 2, sharex="all" if share_rows else "row", sharey="row", squeeze=False)
    for ax, (name, colour) in zip(axes[0], SIDES, strict=True):
        ax.set_title(name, color=colour, fontsize=11, fontweight="bold")
    for ax in axes.ravel():
        ax.grid(alpha=0.25)
    return figure, axes


def note(ax: Axes, text: str) -> None:
    """Write a line of small text in the upper right corner."""
    ax.text(0.985, 0.97, text, transform=ax.transAxes, ha="right", va="top", fontsize=7.5)
