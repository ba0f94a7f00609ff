"""A session drawn for the eye."""

from sim.view.part import DISPLAY_BAND_HZ, Part, ViewError, part_of
from sim.view.sheet import session_figure

__all__ = ["DISPLAY_BAND_HZ", "Part", "ViewError", "part_of", "session_figure"]
