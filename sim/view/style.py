"""The style of views: fonts, and colours that colour-blind readers can distinguish."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl

# Okabe & Ito 2008, without their yellow, which is hardly visible on paper; a dark grey replaces black.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#3b3b3b")
GREY, INK = "#8a8a8a", "#262626"
# Colours of the sources of events.
SOURCES = {
    "eeg": "#0072B2",
    "eog": "#009E73",
    "emg": "#D55E00",
    "ecg": "#CC79A7",
    "motion": "#E69F00",
    "contact": "#3b3b3b",
}
SMALL = 7.5
_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "earloop",  # equal figures give equal bytes
}


def style() -> AbstractContextManager[None]:
    """Return the context in which figures are drawn."""
    return mpl.rc_context(_STYLE)


def colour_of(name: str, names: tuple[str, ...]) -> str:
    """Return the colour of one of `names`, grey for any other."""
    return PALETTE[names.index(name) % len(PALETTE)] if name in names else GREY
