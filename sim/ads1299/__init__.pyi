from .chip import Ads1299, Ads1299Error
from .clock import ChipClock, sample_cycles
from .conversion import settle_cycles
from .daisy_chain import DaisyChain
from .inputs import OPEN, FunctionInputs, Inputs, SampledInputs, SourceImpedance
from .lead_off import CURRENTS_A, estimate_impedance_ohm
from .noise_table import GAINS, NOISE_UV_RMS, noise_uv_rms
from .part import BoardWiring, ChipErrors
from .registers import ChipRegister, Mux
from .serial import DriverErrors, Opcode

__all__ = [
    "CURRENTS_A",
    "GAINS",
    "NOISE_UV_RMS",
    "OPEN",
    "Ads1299",
    "Ads1299Error",
    "BoardWiring",
    "ChipClock",
    "ChipErrors",
    "ChipRegister",
    "DaisyChain",
    "DriverErrors",
    "FunctionInputs",
    "Inputs",
    "Mux",
    "Opcode",
    "SampledInputs",
    "SourceImpedance",
    "estimate_impedance_ohm",
    "noise_uv_rms",
    "sample_cycles",
    "settle_cycles",
]
