"""The amplifier's noise with shorted inputs: table 1 of SBAS499C (5 V supply, 4.5 V reference, 25 C)."""

from __future__ import annotations

GAINS = (1, 2, 4, 6, 8, 12, 24)
"""The gains of the amplifier, in V/V."""
NOISE_UV_RMS = {  # by rate in SPS: input-referred uV rms, a column for each gain
    16000: (21.70, 10.85, 5.60, 3.87, 3.05, 2.27, 1.66),
    8000: (6.93, 3.65, 1.98, 1.31, 1.11, 0.92, 0.80),
    4000: (4.33, 2.28, 1.24, 0.93, 0.79, 0.65, 0.56),
    2000: (3.06, 1.61, 0.88, 0.66, 0.56, 0.46, 0.40),
    1000: (2.17, 1.14, 0.62, 0.46, 0.39, 0.32, 0.28),
    500: (1.53, 0.81, 0.44, 0.33, 0.28, 0.23, 0.20),
    250: (1.08, 0.57, 0.31, 0.23, 0.20, 0.16, 0.14),
}
"""The input-referred noise in uV rms by rate in samples a second, a value for each gain of `GAINS` (SBAS499C, table
1).
"""


def noise_uv_rms(gain: int, rate_hz: int) -> float:
    """Return the input-referred noise, uV rms, for one of `GAINS` and one of the rates of `NOISE_UV_RMS`."""
    return NOISE_UV_RMS[rate_hz][GAINS.index(gain)]
