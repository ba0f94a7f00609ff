"""Whether a design's words hold its bands: the golden model's SQNR on a standard stimulus.

Coefficients alone do not tell. A band whose poles lie very near to z = 1, or whose signal is a small part of all that
there is, loses decibels to the rounding of its samples; a device that does the same is right, and no verdict on a
device would say so.
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

TONE_UV = 20.0  # amplitude in the middle of each band: an alpha rhythm at the ear
NOISE_UV = 5.0  # rms, white: the ongoing EEG between the rhythms
PERIODS = 6.0  # of the slowest band's lower edge
LEAST_S, MOST_S = 20.0, 600.0
SEED = 1


def words_hold(fixed: FixedDesign) -> list[BandQuality]:
    """How well the golden model holds each band of the standard stimulus."""
    design = fixed.design
    codes = uv_to_codes(standard_stimulus(design), design.converter)
    golden, floats = run_golden(fixed, codes), float_taps(design, codes)
    yardstick = yardstick_of(fixed, golden, floats, (0,))
    return band_qualities(design, golden.taps.bands, golden.taps.bands, yardstick.bands, yardstick.beyond)


def standard_stimulus(design: Design) -> NDArray[np.float64]:
    """A tone in the middle of each band, and white noise: float64 [samples, channels], uV."""
    rate_hz = design.converter.rate_hz
    slowest_hz = min(band.low_hz for band in design.bands)
    t = np.arange(round(min(MOST_S, max(LEAST_S, PERIODS / slowest_hz)) * rate_hz)) / rate_hz
    middles_hz = [np.sqrt(band.low_hz * band.high_hz) for band in design.bands]
    tones = sum(TONE_UV * np.sin(2 * np.pi * hz * t) for hz in middles_hz)
    noise = NOISE_UV * np.random.default_rng(SEED).standard_normal((len(t), len(design.channels)))
    return np.asarray(tones[:, np.newaxis] + noise)
