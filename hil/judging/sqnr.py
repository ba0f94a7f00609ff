"""Fixed point compared with float: the signal-to-quantisation-noise ratio of every band and channel.

Ticks at which a filter saturates do not count; all others are compared with `earloop.hil.judging.yardstick`. For a band
that is too quiet for its SQNR, the error must be below the amplifier's noise instead. If the golden model itself misses
the limit on the same signal, its word lengths are too short for the band, which is a fault of the design: a device that
is no worse passes, unless the plan sets a limit for this band.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.sim import amplifier_sigma_uv
from earloop.spec.design import Band, Design

NO_WORSE = 1.02  # allowed root mean square error, relative to the golden model's: a fifth of a decibel
NEGLIGIBLE_DB = 40.0  # an error this far below the amplifier's noise in the band is negligible


@dataclass(frozen=True, kw_only=True)
class BandQuality:
    """The quality of one band; arrays are [channels].

    sqnr_db : SQNR; NaN if no signal was in range
    in_range : share of the samples that count
    signal_uv, error_uv : root mean square over the in-range samples
    noise_uv : root mean square of the amplifier's noise in the band
    wanted_db : limit of the SQNR
    golden_db : SQNR of the golden model on the same signal
    is_measured : whether a channel is judged by its SQNR; otherwise its error is below the amplifier's noise
    passed : whether each channel reaches the limit or is excused: the amplifier's noise hides its error, or the golden
        model is no better
    """

    band: str
    sqnr_db: NDArray[np.float64]
    in_range: NDArray[np.float64]
    signal_uv: NDArray[np.float64]
    error_uv: NDArray[np.float64]
    noise_uv: float
    wanted_db: float
    golden_db: NDArray[np.float64]
    is_measured: NDArray[np.bool_]
    passed: NDArray[np.bool_]

    @property
    def failed_channels(self) -> list[int]:
        """Indices of the channels with signal in range that did not pass."""
        return [int(i) for i in np.flatnonzero(~self.passed & ~np.isnan(self.sqnr_db))]

    @property
    def short_channels(self) -> list[int]:
        """Indices of the channels that pass although they and the golden model miss the limit."""
        short = self.passed & self.is_measured & (self.sqnr_db < self.wanted_db)
        return [int(i) for i in np.flatnonzero(short)]

    @property
    def worst_db(self) -> float:
        """The lowest SQNR of the channels that are judged by it; NaN if none is."""
        measured = self.sqnr_db[self.is_measured]
        return float(measured.min()) if len(measured) else float("nan")

    @property
    def excuse(self) -> str | None:
        """Why it passes although a channel misses the limit; None if no channel does."""
        if not self.short_channels:
            return None
        reached = f"{self.worst_db:.1f} dB where {self.wanted_db:g} dB are wanted"
        return f"{self.band}: {reached}; the golden model reaches no more on this signal: no fault of the device"

    def shortfalls(self, design: Design) -> list[str]:
        """Return a line for each channel that does not pass, with the difference from the limit."""
        return [
            f"{self.band}, channel {design.channels[channel]}: SQNR {self.sqnr_db[channel]:.1f} dB, "
            f"at least {self.wanted_db:g} dB wanted: {self.wanted_db - self.sqnr_db[channel]:.1f} dB short"
            for channel in self.failed_channels
        ]


def worst_quality(qualities: Iterable[BandQuality]) -> BandQuality | None:
    """Return the band with the lowest SQNR; None if no band is judged by its SQNR."""
    measured = [quality for quality in qualities if not math.isnan(quality.worst_db)]
    return min(measured, key=lambda quality: quality.worst_db, default=None)


@dataclass(frozen=True, kw_only=True)
class BandSums:
    """The sums from which the quality of one band is computed; arrays are [channels].

    samples : number of all samples
    counted : number of samples in range
    signal2, error2 : sums of squares over the samples in range, in squared codes
    golden2 : the same sum for the error of the golden model
    """

    samples: int
    counted: NDArray[np.int64]
    signal2: NDArray[np.float64]
    error2: NDArray[np.float64]
    golden2: NDArray[np.float64]

    def __add__(self, later: BandSums) -> BandSums:
        """Return the sums over both parts."""
        return BandSums(
            samples=self.samples + later.samples,
            counted=self.counted + later.counted,
            signal2=self.signal2 + later.signal2,
            error2=self.error2 + later.error2,
            golden2=self.golden2 + later.golden2,
        )


def no_sums(channels: int) -> BandSums:
    """Return the sums before the first sample."""
    none = np.zeros(channels)
    return BandSums(samples=0, counted=np.zeros(channels, np.int64), signal2=none, error2=none, golden2=none)


def band_qualities(
    design: Design,
    found: NDArray[np.int32],
    golden: NDArray[np.int32],
    wanted: NDArray[np.float64],
    beyond: NDArray[np.bool_],
    wanted_db: Sequence[float | None] | None = None,
) -> list[BandQuality]:
    """Judge every band.

    Parameters
    ----------
    found, golden : int32 [ticks, channels, bands], with the design's guard bits; `found` may be shorter
    wanted : float64 [ticks, channels, bands], in codes, see `earloop.hil.judging.yardstick`
    beyond : bool [ticks, channels, bands], where a filter saturates
    wanted_db : limit of the SQNR of each band, without the excuses of noise and golden model;
        by default, and where None, the design's limit with these excuses
    """
    common = min(len(found), len(wanted))
    limits_db = wanted_db or [None] * len(design.bands)
    sums = band_sums(design, found[:common], golden[:common], wanted[:common], ~beyond[:common])
    return [
        band_quality(design, band, each, limit_db)
        for band, each, limit_db in zip(design.bands, sums, limits_db, strict=True)
    ]


def band_sums(
    design: Design,
    found: NDArray[np.int32],
    golden: NDArray[np.int32],
    wanted: NDArray[np.float64],
    counts: NDArray[np.bool_],
) -> list[BandSums]:
    """Compute the sums of every band; arrays are those of `band_qualities`; `counts` says which values count."""
    steps = design.fixed_point.band_steps
    sums = []
    for i in range(len(design.bands)):
        reference, valid = wanted[..., i], counts[..., i]
        signal2, error2, golden2 = (
            (x**2 * valid).sum(axis=0)
            for x in (reference, found[..., i] / steps - reference, golden[..., i] / steps - reference)
        )
        sums.append(
            BandSums(samples=len(valid), counted=valid.sum(axis=0), signal2=signal2, error2=error2, golden2=golden2)
        )
    return sums


def band_quality(design: Design, band: Band, sums: BandSums, wanted_db: float | None = None) -> BandQuality:
    """Judge one band by its sums; `wanted_db` as in `band_qualities`."""
    lsb_uv = design.converter.lsb_uv
    counted = np.maximum(sums.counted, 1)
    signal_uv = lsb_uv * np.sqrt(sums.signal2 / counted)
    error_uv = lsb_uv * np.sqrt(sums.error2 / counted)
    sqnr_db, golden_db = (_ratio_db(sums.signal2, error2, sums.counted) for error2 in (sums.error2, sums.golden2))
    noise_uv = band_noise_uv(design, band)
    hidden = error_uv <= noise_uv * 10 ** (-NEGLIGIBLE_DB / 20)
    limit_db = design.fixed_point.min_sqnr_db if wanted_db is None else wanted_db
    reached = sqnr_db >= limit_db
    excused = hidden | (sums.error2 <= NO_WORSE**2 * sums.golden2)
    passed = reached | (excused & (sums.counted > 0) & (wanted_db is None))
    measured = (sums.signal2 > 0) & (reached | ~hidden | (wanted_db is not None))
    in_range = sums.counted / max(1, sums.samples)
    return BandQuality(
        band=band.name,
        sqnr_db=sqnr_db,
        in_range=in_range,
        signal_uv=signal_uv,
        error_uv=error_uv,
        noise_uv=noise_uv,
        wanted_db=limit_db,
        golden_db=golden_db,
        is_measured=measured,
        passed=passed,
    )


def band_noise_uv(design: Design, band: Band) -> float:
    """Return the root mean square of the amplifier's noise in a band, assumed white up to the Nyquist frequency."""
    share = (band.high_hz - band.low_hz) / (design.converter.rate_hz / 2)
    return float(amplifier_sigma_uv(design.converter) * np.sqrt(share))


def _ratio_db(
    signal2: NDArray[np.float64], error2: NDArray[np.float64], counted: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the ratio in decibels; NaN if no sample counts, infinite without an error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio_db = 10 * np.log10(signal2 / error2)
    ratio_db[(error2 == 0) & (counted > 0)] = np.inf
    ratio_db[counted == 0] = np.nan
    return ratio_db
