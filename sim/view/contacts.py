"""The electrodes' contacts: impedance over time if it is known, otherwise one bar for each site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from earloop.recordings import Track
from earloop.sim.view.part import Excerpt
from earloop.sim.view.style import GREY, SMALL, colour_of

MANY_KOHM = 1000  # from here on three digits would become a power of ten


def draw_impedance(ax: Axes, track: Track, part: Excerpt, channels: tuple[str, ...]) -> None:
    """Draw |Z| of each site over the whole session, with the part shaded; electrodes without a channel are dashed."""
    t = np.arange(len(track.data)) / track.sfreq
    for i, site in enumerate(track.columns):
        is_channel = site in channels
        colour, dash = (colour_of(site, channels), "-") if is_channel else (GREY, ("--", ":")[i % 2])
        ax.plot(t, track.data[:, i], color=colour, linestyle=dash, linewidth=1.0, label=site)
    if part.seconds < t[-1]:
        ax.axvspan(part.start_s, part.end_s, color="black", alpha=0.06, linewidth=0)
    ax.set_yscale("log", subs=(2, 3, 5))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter(lambda value, _: f"{value:g}")
    ax.set_xlim(0, t[-1])
    ax.grid(which="major", alpha=0.3)
    ax.set_xlabel("time, s")
    ax.set_ylabel("|Z| at 31.2 Hz, kΩ")
    ax.set_title("Contacts", pad=16)
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(-0.02, 0.98), ncols=8, fontsize=SMALL, handlelength=1.4)


def draw_contact_bars(
    impedance: Axes, offset: Axes, contacts: Mapping[str, Mapping[str, Any]], channels: tuple[str, ...]
) -> None:
    """Draw |Z| and half-cell offset of each site, from the front end's facts in the recording."""
    sites = tuple(contacts)
    rows = -np.arange(len(sites))
    colours = [colour_of(site, channels) for site in sites]
    kohm = [contacts[site]["kohm"] for site in sites]
    impedance.barh(rows, kohm, 0.7, color=colours)
    for row, value in zip(rows, kohm, strict=True):
        shown = f"{value:.3g}" if value < MANY_KOHM else f"{value:,.0f}"
        impedance.text(value, float(row), f" {shown}", va="center_baseline", fontsize=SMALL)
    impedance.set_xscale("log")
    impedance.set_xlim(min(kohm) / 10, max(kohm) * 8)
    impedance.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    impedance.xaxis.set_minor_formatter(NullFormatter())
    impedance.set_yticks(rows, sites)
    impedance.set_xlabel("median |Z| at 31.2 Hz, kΩ")
    impedance.set_title("Contacts")
    offset.barh(rows, [contacts[site]["offset_mv"] for site in sites], 0.7, color=colours)
    offset.axvline(0, color=GREY, linewidth=0.8)
    offset.set_yticks(rows, [])
    offset.set_xlabel("offset, mV")
    for ax in (impedance, offset):
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="x", alpha=0.3)
