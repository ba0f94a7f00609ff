"""The earbud's firmware: C sources, their builds, and their execution in this process and in QEMU."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
