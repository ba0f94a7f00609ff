from .contacts.contact import Contact
from .contacts.fit import CUSTOM_FIT, DRY_FIT, FITS, GENERIC_FIT, WET_FIT, Fit
from .front_end.front_end import FrontEndError, FrontEndRun, convert, front_end_run
from .front_end.noise import amplifier_sigma_uv
from .front_end.profile import MUSE, FrontEnd, front_end_of
from .front_end.quantise import Coding, code_limits, codes_to_uv, count_clipped, uv_to_codes
from .front_end.truth import truth_tracks

__all__ = [
    "CUSTOM_FIT",
    "DRY_FIT",
    "FITS",
    "GENERIC_FIT",
    "MUSE",
    "WET_FIT",
    "Coding",
    "Contact",
    "Fit",
    "FrontEnd",
    "FrontEndError",
    "FrontEndRun",
    "amplifier_sigma_uv",
    "code_limits",
    "codes_to_uv",
    "convert",
    "count_clipped",
    "front_end_of",
    "front_end_run",
    "truth_tracks",
    "uv_to_codes",
]
