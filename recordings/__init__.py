"""Recordings: the common signal type, and the readers and writers of its files."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
