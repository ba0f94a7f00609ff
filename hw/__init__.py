"""The tokenizer in Verilog, its benches, and the program that runs it in simulation."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
