"""The front end: electrode potentials to converter codes."""

from sim.contact import CUSTOM_FIT, GENERIC_FIT, Contact, Fit
from sim.front_end import FrontEndError, convert
from sim.noise import amplifier_sigma_uv
from sim.quantise import code_limits, codes_to_uv, count_clipped, uv_to_codes
from sim.sinc3 import sinc3_response

__all__ = [
    "CUSTOM_FIT",
    "GENERIC_FIT",
    "Contact",
    "Fit",
    "FrontEndError",
    "amplifier_sigma_uv",
    "code_limits",
    "codes_to_uv",
    "convert",
    "count_clipped",
    "sinc3_response",
    "uv_to_codes",
]
