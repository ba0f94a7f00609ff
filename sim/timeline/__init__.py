"""The earbud's timeline: the latency of samples, losses, and energy."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
