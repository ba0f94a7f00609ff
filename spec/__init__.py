"""What every implementation agrees on: the design, its integers, the golden tokenizer, the messages of the link."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
