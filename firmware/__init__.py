"""The earbud's firmware: C sources, their builds, and their execution in this process and in QEMU."""

from earloop.lazy_names import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
