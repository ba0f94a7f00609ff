"""The rig: devices under test, the verdict on them, reports, plans, and the live bench."""

from earloop.lazy_names import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
