from . import api, cli, firmware, hil, hw, model, recordings, sim, spec, synth_data, system
from .api.learning import compare, decode, embed, epochs, learn, load_decoder, load_encoder, save_decoder
from .api.recordings import from_array, from_mne, read, to_mne
from .api.signals import convert, synthesise, tokenize
from .api.verdict import judge
from .api.version import __version__
from .api.view import plot
from .spec.design import Design, load_design

__all__ = [
    "Design",
    "__version__",
    "api",
    "cli",
    "compare",
    "convert",
    "decode",
    "embed",
    "epochs",
    "firmware",
    "from_array",
    "from_mne",
    "hil",
    "hw",
    "judge",
    "learn",
    "load_decoder",
    "load_design",
    "load_encoder",
    "model",
    "plot",
    "read",
    "recordings",
    "save_decoder",
    "sim",
    "spec",
    "synth_data",
    "synthesise",
    "system",
    "to_mne",
    "tokenize",
]
