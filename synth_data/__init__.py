"""Synthetic biosignals: sources in the body, and the potentials that they cause at the electrodes around the ears."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
