"""Hardware-in-the-loop simulation and firmware co-design for ear-worn ExG.

    import earloop as el
    el.read, el.from_array, el.from_mne, el.to_mne, el.plot # recordings
    el.synthesise, el.convert, el.tokenize                  # people, converter, tokens
    el.epochs, el.compare, el.learn                         # labels, a table of models, a decoder
    el.load_encoder, el.load_decoder, el.embed, el.decode   # what was learned
    el.judge                                                # a verdict on a device

Each room of the project is a package here:

    earloop.synth_data, earloop.sim, earloop.recordings      # a body, its front end, files
    earloop.spec, earloop.hw, earloop.firmware               # the design; Verilog; C
    earloop.model, earloop.hil                               # the encoder; devices and verdicts

Everything is imported when it is first used.
"""

from earloop.lazy_names import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
