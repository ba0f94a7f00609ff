"""The earbud's timeline: when each sample reaches the host, what gets lost, and what it takes from the battery."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
