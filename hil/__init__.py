"""The rig: devices under test, the verdict on them, reports, plans, and the live bench."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
