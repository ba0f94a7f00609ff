"""Thin lanes of truths that only a simulation knows: gaze, lids and sleep stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes

from earloop.recordings import Track
from earloop.sim.view.part import Excerpt
from earloop.sim.view.style import GREY, PALETTE, SMALL
from earloop.synth_data import STAGES

COLUMNS = 3000


def truth_lanes(tracks: Mapping[str, Track], part: Excerpt) -> list[Callable[[Axes], None]]:
    """Return functions that draw the lanes: gaze with lids, and sleep stage, if they are not all zero in the part."""
    draws: list[Callable[[Axes], None]] = []
    if any(_nonzero(tracks.get(name), part) for name in ("gaze", "lids")):
        draws.append(lambda ax: _draw_eyes(ax, tracks, part))
    if _nonzero(tracks.get("stage"), part):
        draws.append(lambda ax: _draw_stage(ax, tracks["stage"], part))
    return draws


def _nonzero(track: Track | None, part: Excerpt) -> bool:
    return track is not None and bool(np.any(track.data[part.samples(track.sfreq)]))


def _drawn(track: Track, part: Excerpt) -> tuple[np.ndarray, np.ndarray]:
    """Return times and values, thinned to about `COLUMNS`."""
    span = part.samples(track.sfreq)
    step = max(1, (span.stop - span.start) // COLUMNS)
    values = track.data[span][::step]
    return (span.start + step * np.arange(len(values))) / track.sfreq, values


def _draw_eyes(ax: Axes, tracks: Mapping[str, Track], part: Excerpt) -> None:
    if "gaze" in tracks:
        t, deg = _drawn(tracks["gaze"], part)
        for i, name in enumerate(tracks["gaze"].columns):
            ax.plot(t, deg[:, i], color=PALETTE[i], linewidth=0.8, linestyle=("-", "--")[i % 2], label=name)
        ax.set_ylim(-32, 32)
        ax.set_yticks([-20, 0, 20])
    if "lids" in tracks:
        t, closed = _drawn(tracks["lids"], part)
        label = "lids closed" if closed.any() else None
        ax.fill_between(
            *(t, 0, closed), transform=ax.get_xaxis_transform(), color=GREY, alpha=0.25, linewidth=0, label=label
        )
    ax.set_ylabel("gaze, °", fontsize=SMALL)
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=SMALL - 1, handlelength=1)
    _thin(ax, part)


def _draw_stage(ax: Axes, track: Track, part: Excerpt) -> None:
    t, stage = _drawn(track, part)
    # Order of stages as in sleep laboratories: waking at the top, REM below it.
    height = np.array([0, -2, -3, -4, -1])[stage.astype(int)]
    ax.step(t, height, where="post", color=PALETTE[0], linewidth=1.0)
    ax.set_yticks([0, -2, -3, -4, -1], STAGES)
    ax.set_ylim(-4.5, 0.5)
    ax.set_ylabel("stage", fontsize=SMALL)
    _thin(ax, part)


def _thin(ax: Axes, part: Excerpt) -> None:
    ax.set_xlim(part.start_s, part.end_s)
    ax.tick_params(axis="x", length=0, labelbottom=False)
    ax.tick_params(axis="y", labelsize=SMALL - 1)
    ax.grid(axis="x", alpha=0.25)
    ax.spines["bottom"].set_visible(False)
