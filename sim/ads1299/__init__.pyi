from .chip import Ads1299, Ads1299Error
from .clock import Clock, sample_cycles
from .conversion import settle_cycles
from .daisy_chain import DaisyChain
from .inputs import OPEN, FunctionInputs, Inputs, SampledInputs, Source
from .lead_off import CURRENTS_A, estimate_impedance_ohm
from .noise_table import GAINS, NOISE_UV_RMS, noise_uv_rms
from .part import Board, Part
from .registers import Mux, Register
from .serial import Counts, Opcode

__all__ = [
    "CURRENTS_A",
    "GAINS",
    "NOISE_UV_RMS",
    "OPEN",
    "Ads1299",
    "Ads1299Error",
    "Board",
    "Clock",
    "Counts",
    "DaisyChain",
    "FunctionInputs",
    "Inputs",
    "Mux",
    "Opcode",
    "Part",
    "Register",
    "SampledInputs",
    "Source",
    "estimate_impedance_ohm",
    "noise_uv_rms",
    "sample_cycles",
    "settle_cycles",
]
