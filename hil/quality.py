"""Fixed point against float: the signal-to-quantisation-noise ratio of every band and channel.

Only in-range signal counts: from where a filter saturates until it has settled again, the float path, which knows no
rails, is no measure. A band too quiet for its SQNR to say anything is held to the amplifier's noise instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import amplifier_sigma_uv
from spec.design import Band, Design

SETTLING_PERIODS = 3.0  # of a band's lower edge; a Butterworth pair is then down by more than 80 dB
INAUDIBLE_DB = 40.0  # an error this far below the amplifier's own noise in the band changes nothing


@dataclass(frozen=True)
class BandQuality:
    """One band; arrays hold one value a channel.

    sqnr_db : NaN where no signal was in range
    in_range : share of the samples
    signal_uv, error_uv : root mean square over the in-range samples
    noise_uv : root mean square of the amplifier's own noise in the band
    wanted_db : SQNR that each channel is to reach
    passed : whether each channel does, or may have, and has, an error that the amplifier's noise hides
    """

    band: str
    sqnr_db: NDArray[np.float64]
    in_range: NDArray[np.float64]
    signal_uv: NDArray[np.float64]
    error_uv: NDArray[np.float64]
    noise_uv: float
    wanted_db: float
    passed: NDArray[np.bool_]

    @property
    def failed_channels(self) -> list[int]:
        """Indices of the channels that had signal in range and did not pass."""
        return [int(i) for i in np.flatnonzero(~self.passed & ~np.isnan(self.sqnr_db))]

    @property
    def worst_db(self) -> float:
        """The lowest SQNR of all channels that have one; NaN if none has."""
        return float(np.nanmin(self.sqnr_db)) if not np.isnan(self.sqnr_db).all() else float("nan")


@dataclass(frozen=True)
class BandSums:
    """What the quality of one band is made of; arrays hold one value a channel.

    samples : all of them, in range or not
    counted : those in range
    signal2, error2 : sums of squares over those, in codes
    """

    samples: int
    counted: NDArray[np.int64]
    signal2: NDArray[np.float64]
    error2: NDArray[np.float64]


def band_qualities(
    design: Design,
    found: NDArray[np.int32],
    wanted: NDArray[np.float64],
    saturated: NDArray[np.bool_],
    wanted_db: Sequence[float | None] | None = None,
) -> list[BandQuality]:
    """Judge every band.

    Parameters
    ----------
    found : int32 [ticks, channels, bands], with the design's guard bits; may be shorter
    wanted : float64 [ticks, channels, bands], in codes
    saturated : bool [blocks, channels, bands], a block being one patch of ticks
    wanted_db : SQNR that each band is to reach, whatever noise hides its error; by default, and where None, what the
        design asks for, or an error that noise hides
    """
    step, common = 2.0**design.fixed_point.band_guard_bits, min(len(found), len(wanted))
    found, wanted = found[:common], wanted[:common]
    limits_db = wanted_db or [None] * len(design.bands)
    return [
        _judge(design, band, found[:, :, i] / step, wanted[:, :, i], saturated[:, :, i], limits_db[i])
        for i, band in enumerate(design.bands)
    ]


def _judge(
    design: Design,
    band: Band,
    found: NDArray[np.float64],
    wanted: NDArray[np.float64],
    saturated: NDArray[np.bool_],
    wanted_db: float | None,
) -> BandQuality:
    valid = in_range_ticks(design, band, saturated, len(wanted))
    signal2, error2 = ((x**2 * valid).sum(axis=0) for x in (wanted, found - wanted))
    return band_quality(design, band, BandSums(len(valid), valid.sum(axis=0), signal2, error2), wanted_db)


def band_quality(design: Design, band: Band, sums: BandSums, wanted_db: float | None = None) -> BandQuality:
    """Judge one band by its sums; `wanted_db` as in `band_qualities`."""
    lsb_uv = design.converter.lsb_uv
    counted = np.maximum(sums.counted, 1)
    signal_uv = lsb_uv * np.sqrt(sums.signal2 / counted)
    error_uv = lsb_uv * np.sqrt(sums.error2 / counted)
    with np.errstate(divide="ignore", invalid="ignore"):
        sqnr_db = 20 * np.log10(signal_uv / error_uv)
    sqnr_db[sums.counted == 0] = np.nan
    share = (band.high_hz - band.low_hz) / (design.converter.rate_hz / 2)
    noise_uv = amplifier_sigma_uv(design.converter) * np.sqrt(share)  # as if white up to the converter's Nyquist
    hidden = error_uv <= noise_uv * 10 ** (-INAUDIBLE_DB / 20)
    limit_db = design.fixed_point.min_sqnr_db if wanted_db is None else wanted_db
    passed = (sqnr_db >= limit_db) | (hidden & (wanted_db is None))
    in_range = sums.counted / max(1, sums.samples)
    return BandQuality(band.name, sqnr_db, in_range, signal_uv, error_uv, float(noise_uv), limit_db, passed)


def in_range_ticks(design: Design, band: Band, saturated: NDArray[np.bool_], ticks: int) -> NDArray[np.bool_]:
    """Bool [ticks, channels]: no saturation in this block, nor within the band's settling time before it."""
    patch, settling = design.tokens.patch, settling_blocks(design, band)
    valid = np.ones(saturated.shape, bool)
    for block, channel in np.argwhere(saturated):
        valid[block : block + settling + 1, channel] = False
    return np.repeat(valid, patch, axis=0)[:ticks]


def settling_blocks(design: Design, band: Band) -> int:
    """Blocks of one patch after a saturated one in which the band has not settled yet."""
    return int(np.ceil(SETTLING_PERIODS / band.low_hz * design.token_rate_hz / design.tokens.patch))
