"""The units of potential that all readers and live sources accept, in one table.

The lookup tries the exact text first. A wrong case is accepted if it is unambiguous (`uv`, `UV`, `MICROVOLTS`), but not
if two units differ only in case: `mV` is a millivolt, and `MV` would be a megavolt.
"""

from __future__ import annotations

import unicodedata

# In uV. Real files have the micro sign U+00B5 or the Greek letter U+03BC: NFKC converts the first to the second.
_EXACT = {"V": 1e6, "mV": 1e3, "μV": 1.0, "uV": 1.0, "nV": 1e-3}
_WORDS = {"volt": 1e6, "millivolt": 1e3, "microvolt": 1.0, "nanovolt": 1e-3, "uvolt": 1.0, "μvolt": 1.0, "nvolt": 1e-3}
_ANY_CASE = {
    "v": 1e6,
    "μv": 1.0,
    "uv": 1.0,
    "nv": 1e-3,
    "microv": 1.0,
    "milliv": 1e3,
    "nanov": 1e-3,
    **_WORDS,
    **{f"{word}s": factor for word, factor in _WORDS.items()},
}
_LOWER_MILLI = {
    "mv": 1e3,
    "Mv": 1e3,
    "mVolt": 1e3,
    "mVolts": 1e3,
    "mvolt": 1e3,
    "mvolts": 1e3,
}  # always milli: nobody writes a megavolt as M before a small v
# Powers of ten of a volt, as mne-lsl writes them: https://mne.tools/mne-lsl, StreamInfo.set_channel_units
_POWERS = {"0": 1e6, "-3": 1e3, "-6": 1.0, "-9": 1e-3}
KNOWN = "V, mV, uV, nV"


def uv_per_unit(text: str, *, powers: bool = False) -> float | None:
    """Return the number of uV in one unit; None if the unit is unknown.

    Parameters
    ----------
    text : the unit as a file or a stream writes it; white space around it is ignored
    powers : whether numbers such as `-6` are powers of ten of a volt, as in streams of mne-lsl
    """
    unit = unicodedata.normalize("NFKC", text).strip()
    if powers and unit in _POWERS:
        return _POWERS[unit]
    return _EXACT.get(unit) or _LOWER_MILLI.get(unit) or _ANY_CASE.get(unit.lower())


def why_no_potential(text: str) -> str:
    """Return why a channel with an unknown unit is not a potential, for a sentence that begins with "channel X"."""
    if not text.strip():
        return f"has no unit; wanted a unit of potential ({KNOWN})"
    return f"is in '{text.strip()}', which is not a known unit of potential ({KNOWN})"
