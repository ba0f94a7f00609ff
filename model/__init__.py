"""PiMT-Mamba: token embedding, bidirectional Mamba, six reconstruction objectives, pretraining."""

from earloop.lazy_names import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
