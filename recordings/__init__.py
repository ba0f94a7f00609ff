"""Recordings: the one signal type, and the files it comes from and goes to."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
