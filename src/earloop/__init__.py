"""Hardware-in-the-loop simulation and firmware co-design for ear-worn ExG.

Each room of the project is a package here, imported when it is first used:

    import earloop
    earloop.synth_data, earloop.sim, earloop.recordings      # a body, its front end, files
    earloop.spec, earloop.hw, earloop.firmware               # the design; Verilog; C
    earloop.model, earloop.hil                               # the encoder; devices and verdicts
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
