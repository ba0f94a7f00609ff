"""Whether a design's word lengths fit its bands: the golden model's SQNR on a standard stimulus.

The coefficients alone do not show this. A band whose poles are very near to z = 1, or whose signal is a small part of
the whole, loses decibels to the rounding of its samples. A device that does the same is right, so a verdict on a device
would not show it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.hil.judging.sqnr import BandQuality, band_qualities
from earloop.hil.judging.yardstick import yardstick_of
from earloop.hil.run.golden import run_golden
from earloop.sim.front_end.quantise import uv_to_codes
from earloop.spec.design import Design
from earloop.spec.fixed import FixedDesign
from earloop.spec.reference import float_taps

TONE_UV = 20.0  # amplitude in the middle of each band: that of an alpha rhythm at the ear
NOISE_UV = 5.0  # rms, white: the ongoing EEG between the rhythms
PERIODS = 6.0  # least duration, in periods of the slowest band's lower edge
LEAST_S, MOST_S = 20.0, 600.0
SEED = 1


def words_hold(fixed: FixedDesign) -> list[BandQuality]:
    """Return the quality of each band of the golden model on the standard stimulus."""
    design = fixed.design
    codes = uv_to_codes(standard_stimulus(design), design.converter)
    golden, floats = run_golden(fixed, codes), float_taps(design, codes)
    yardstick = yardstick_of(fixed, golden, floats, (0,))
    return band_qualities(design, golden.taps.bands, golden.taps.bands, yardstick.bands, yardstick.beyond)


def standard_stimulus(design: Design) -> NDArray[np.float64]:
    """Return a tone in the middle of each band plus white noise: float64 [samples, channels], uV."""
    rate_hz = design.converter.rate_hz
    slowest_hz = min(band.low_hz for band in design.bands)
    t = np.arange(round(min(MOST_S, max(LEAST_S, PERIODS / slowest_hz)) * rate_hz)) / rate_hz
    middles_hz = [np.sqrt(band.low_hz * band.high_hz) for band in design.bands]
    tones = sum(TONE_UV * np.sin(2 * np.pi * hz * t) for hz in middles_hz)
    noise = NOISE_UV * np.random.default_rng(SEED).standard_normal((len(t), len(design.channels)))
    return np.asarray(tones[:, np.newaxis] + noise)
