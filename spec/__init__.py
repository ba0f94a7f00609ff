"""The specification that every implementation follows: design, integers, golden tokenizer, messages of the link."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
