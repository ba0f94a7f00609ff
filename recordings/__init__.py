"""Recordings: the common signal type, and the readers and writers of its files."""

from earloop.lazy_names import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
