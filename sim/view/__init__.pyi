from .design_view import view
from .part import DISPLAY_BAND_HZ, Excerpt, ViewError, part_of
from .sheet import session_figure

__all__ = ["DISPLAY_BAND_HZ", "Excerpt", "ViewError", "part_of", "session_figure", "view"]
