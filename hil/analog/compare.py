"""The response and the noise of each band and channel, compared with the expected values.

The noise is random, so the comparison is statistical: each limit is a tolerance plus an allowance for chance. The
reference is the sent signal at the device's clock, with the gain measured by the bursts, through the float path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from earloop.hil.analog.budget import NoiseBudget
from earloop.spec.design import Band, Design

SETTLING_PERIODS = 3.0  # of a band's lower edge; after these a Butterworth pair has decayed by more than 80 dB
LEAST_PERIODS = 3.0  # of a band's lower edge, for a measurement of its response
CHANCE = 1e-5  # probability of a false alarm, for each band and channel
SIGMAS = float(stats.norm.isf(CHANCE / 2))


@dataclass(frozen=True)
class AnalogTolerances:
    """The limits within which a run passes.

    response_db : of a band's response relative to the whole channel
    noise_db : of a band's noise above the budget
    gain : relative, of a channel's gain in addition to the attenuator's tolerance
    """

    response_db: float = 0.2
    noise_db: float = 3.0
    gain: float = 0.01


@dataclass(frozen=True, kw_only=True)
class BandResponse:
    """The result of one band; arrays are [channels].

    response_db, response_error_db : gain relative to the whole channel, and its standard error
    signal_uv : rms of the reference
    snr_db, expected_snr_db : ratio of the reference to the residual, and the value by the budget
    judged : whether the stimulus was long and strong enough for a judgement
    why_not : the reason if it was not
    misses : missed limits, a line each
    """

    band: str
    response_db: NDArray[np.float64]
    response_error_db: NDArray[np.float64]
    signal_uv: NDArray[np.float64]
    snr_db: NDArray[np.float64]
    expected_snr_db: NDArray[np.float64]
    judged: NDArray[np.bool_]
    why_not: str | None
    misses: tuple[str, ...]


def compare_bands(
    design: Design,
    found: NDArray[np.float64],
    wanted: NDArray[np.float64],
    playing: slice,
    budget: NoiseBudget,
    tolerances: AnalogTolerances,
    *,
    low_hz: float = 0.0,
) -> list[BandResponse]:
    """Judge every band.

    Parameters
    ----------
    found, wanted : float64 [ticks, channels, bands], uV: the device's, and the reference with the channels' gains; a
        channel of NaN is not judged
    playing : ticks during which the generator played
    low_hz : lower frequency limit of the generator
    """
    return [
        _judge(design, i, found[..., i], wanted[..., i], playing, budget, tolerances, low_hz)
        for i in range(len(design.bands))
    ]


def _judge(
    design: Design,
    index: int,
    found: NDArray[np.float64],
    wanted: NDArray[np.float64],
    playing: slice,
    budget: NoiseBudget,
    tolerances: AnalogTolerances,
    low_hz: float,
) -> BandResponse:
    band, rate_hz = design.bands[index], design.token_rate_hz
    settled = max(playing.start, int(np.ceil(SETTLING_PERIODS / band.low_hz * rate_hz)))
    found, wanted = found[settled : playing.stop], wanted[settled : playing.stop]
    length_s = len(found) / rate_hz
    nothing = np.full(found.shape[1], np.nan)
    why_not = _why_not(band, length_s, low_hz)
    if why_not:
        judged = np.zeros(found.shape[1], bool)
        return BandResponse(
            band=band.name,
            response_db=nothing,
            response_error_db=nothing,
            signal_uv=nothing,
            snr_db=nothing,
            expected_snr_db=nothing,
            judged=judged,
            why_not=why_not,
            misses=(),
        )
    power = (wanted**2).mean(axis=0)
    gain = (found * wanted).mean(axis=0) / np.maximum(power, 1e-30)
    left = ((found - gain * wanted) ** 2).mean(axis=0)
    freedom = max(2.0, 2 * (band.high_hz - band.low_hz) * length_s)  # of a signal of that width and length
    error = np.sqrt(left / np.maximum(power, 1e-30) / freedom)
    expected = budget.noise_uv[index] ** 2 + budget.follows_signal**2 * power
    with np.errstate(invalid="ignore", divide="ignore"):
        response_db = 20 * np.log10(np.abs(gain))
        snr_db, expected_snr_db = 10 * np.log10(power / left), 10 * np.log10(power / expected)
    error_db = 20 / np.log(10) * error
    chance_db = 10 * np.log10(stats.chi2.isf(CHANCE, freedom) / freedom)
    allowed_db = max(tolerances.noise_db, chance_db)
    # The signal is strong enough if its expected noise leaves an uncertainty below a third of the tolerance.
    sure_db = 20 / np.log(10) * np.sqrt(expected / np.maximum(power, 1e-30) / freedom)
    present = np.isfinite(power)
    judged = present & (sure_db < tolerances.response_db / 3)
    misses = []
    for c, name in enumerate(design.channels):
        where = f"{band.name}, channel {name}"
        off_db, limit_db = abs(response_db[c]), tolerances.response_db + SIGMAS * sure_db[c]
        if judged[c] and (off_db > limit_db or gain[c] < 0):
            misses.append(
                f"{where}: response {response_db[c]:+.2f} dB, within {tolerances.response_db:g} dB wanted: "
                f"{off_db - tolerances.response_db:.2f} dB too far"
            )
        noise_db = 10 * np.log10(left[c] / expected[c]) if present[c] else -np.inf
        if noise_db > allowed_db:
            misses.append(
                f"{where}: SNR {snr_db[c]:.1f} dB, {expected_snr_db[c]:.1f} dB expected and {allowed_db:.1f} dB less "
                f"allowed: {noise_db - allowed_db:.1f} dB short"
            )
    if not judged[present].all():
        why_not = "too little signal to measure its response"
    return BandResponse(
        band=band.name,
        response_db=response_db,
        response_error_db=error_db,
        signal_uv=np.sqrt(power),
        snr_db=snr_db,
        expected_snr_db=expected_snr_db,
        judged=judged,
        why_not=why_not,
        misses=tuple(misses),
    )


def _why_not(band: Band, length_s: float, low_hz: float) -> str | None:
    if band.low_hz < low_hz:
        return f"begins at {band.low_hz:g} Hz, the generator at {low_hz:g} Hz"
    if length_s * band.low_hz < LEAST_PERIODS:
        wanted_s = (SETTLING_PERIODS + LEAST_PERIODS) / band.low_hz
        return f"needs {wanted_s:.0f} s of stimulus: a period of its lower edge is {1 / band.low_hz:.1f} s"
    return None
