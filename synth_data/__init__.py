"""Synthetic biosignals: sources in the body, and the potentials that they cause at the electrodes around the ears."""

from earloop.lazy_names import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
