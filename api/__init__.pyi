from .learning import compare, decode, embed, epochs, learn, load_decoder, load_encoder, save_decoder
from .recordings import from_array, from_mne, read, to_mne
from .signals import convert, synthesise, tokenize
from .verdict import judge
from .view import plot

__all__ = [
    "compare",
    "convert",
    "decode",
    "embed",
    "epochs",
    "from_array",
    "from_mne",
    "judge",
    "learn",
    "load_decoder",
    "load_encoder",
    "plot",
    "read",
    "save_decoder",
    "synthesise",
    "to_mne",
    "tokenize",
]
