"""Fixed point against float: the signal-to-quantisation-noise ratio of every band and channel.

Ticks at which a filter saturates do not count; all others do, measured by `earloop.hil.judging.yardstick`. A band too
quiet for its SQNR to say anything is held to the amplifier's noise instead. Where the golden model itself falls short,
on the same signal, its words are too narrow for the band, which is the design's fault: a device that does no worse
passes, unless the plan asks for so many decibels of this band.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.sim import amplifier_sigma_uv
from earloop.spec.design import Band, Design

NO_WORSE = 1.02  # times the golden model's error, as root mean square: a fifth of a decibel
INAUDIBLE_DB = 40.0  # an error this far below the amplifier's own noise in the band changes nothing


@dataclass(frozen=True)
class BandQuality:
    """One band; arrays hold one value a channel.

    sqnr_db : NaN where no signal was in range
    in_range : share of the samples
    signal_uv, error_uv : root mean square over the in-range samples
    noise_uv : root mean square of the amplifier's own noise in the band
    wanted_db : SQNR that each channel is to reach
    golden_db : SQNR of the golden model on the same signal
    is_measured : whether the SQNR is what a channel is judged by; else its error lies below the amplifier's noise
    passed : whether each channel reaches its SQNR, or may have, and has, an error that the amplifier's noise hides, or
        falls short no more than the golden model does
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
        """Indices of the channels that had signal in range and did not pass."""
        return [int(i) for i in np.flatnonzero(~self.passed & ~np.isnan(self.sqnr_db))]

    @property
    def short_channels(self) -> list[int]:
        """Indices of the channels that pass, although the golden model, and they, fall short of what is wanted."""
        short = self.passed & self.is_measured & (self.sqnr_db < self.wanted_db)
        return [int(i) for i in np.flatnonzero(short)]

    @property
    def worst_db(self) -> float:
        """The lowest SQNR of all channels that are judged by it; NaN if none is."""
        measured = self.sqnr_db[self.is_measured]
        return float(measured.min()) if len(measured) else float("nan")

    @property
    def excuse(self) -> str | None:
        """Why it passes although a channel falls short of what is wanted; None where none does."""
        if not self.short_channels:
            return None
        reached = f"{self.worst_db:.1f} dB where {self.wanted_db:g} dB are wanted"
        return f"{self.band}: {reached}; the golden model reaches no more on this signal: no fault of the device"

    def shortfalls(self, design: Design) -> list[str]:
        """By how much each channel that does not pass falls short, a line each."""
        return [
            f"{self.band}, channel {design.channels[channel]}: SQNR {self.sqnr_db[channel]:.1f} dB, "
            f"at least {self.wanted_db:g} dB wanted: {self.wanted_db - self.sqnr_db[channel]:.1f} dB short"
            for channel in self.failed_channels
        ]


def worst_of(qualities: Iterable[BandQuality]) -> BandQuality | None:
    """The band of the lowest SQNR; None where no band is judged by it."""
    measured = [quality for quality in qualities if not math.isnan(quality.worst_db)]
    return min(measured, key=lambda quality: quality.worst_db, default=None)


@dataclass(frozen=True)
class BandSums:
    """What the quality of one band is made of; arrays hold one value a channel.

    samples : all of them, in range or not
    counted : those in range
    signal2, error2 : sums of squares over those, in codes
    golden2 : as error2, of the golden model
    """

    samples: int
    counted: NDArray[np.int64]
    signal2: NDArray[np.float64]
    error2: NDArray[np.float64]
    golden2: NDArray[np.float64]

    def __add__(self, later: BandSums) -> BandSums:
        """Over both, one after the other."""
        return BandSums(
            self.samples + later.samples,
            self.counted + later.counted,
            self.signal2 + later.signal2,
            self.error2 + later.error2,
            self.golden2 + later.golden2,
        )


def no_sums(channels: int) -> BandSums:
    """Before the first sample."""
    none = np.zeros(channels)
    return BandSums(0, np.zeros(channels, np.int64), none, none, none)


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
    wanted_db : SQNR that each band is to reach, whatever noise hides its error and whatever the golden model reaches;
        by default, and where None, what the design asks for
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
    """The sums of every band over as many ticks; arrays as for `band_qualities`, `counts` where a value counts."""
    steps = design.fixed_point.band_steps
    sums = []
    for i in range(len(design.bands)):
        reference, valid = wanted[..., i], counts[..., i]
        signal2, error2, golden2 = (
            (x**2 * valid).sum(axis=0)
            for x in (reference, found[..., i] / steps - reference, golden[..., i] / steps - reference)
        )
        sums.append(BandSums(len(valid), valid.sum(axis=0), signal2, error2, golden2))
    return sums


def band_quality(design: Design, band: Band, sums: BandSums, wanted_db: float | None = None) -> BandQuality:
    """Judge one band by its sums; `wanted_db` as in `band_qualities`."""
    lsb_uv = design.converter.lsb_uv
    counted = np.maximum(sums.counted, 1)
    signal_uv = lsb_uv * np.sqrt(sums.signal2 / counted)
    error_uv = lsb_uv * np.sqrt(sums.error2 / counted)
    sqnr_db, golden_db = (_ratio_db(sums.signal2, error2, sums.counted) for error2 in (sums.error2, sums.golden2))
    noise_uv = band_noise_uv(design, band)
    hidden = error_uv <= noise_uv * 10 ** (-INAUDIBLE_DB / 20)
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
    """Root mean square of the amplifier's own noise in a band, as if white up to the converter's Nyquist frequency."""
    share = (band.high_hz - band.low_hz) / (design.converter.rate_hz / 2)
    return float(amplifier_sigma_uv(design.converter) * np.sqrt(share))


def _ratio_db(
    signal2: NDArray[np.float64], error2: NDArray[np.float64], counted: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Decibels; NaN where nothing counted, infinite where there is no error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio_db = 10 * np.log10(signal2 / error2)
    ratio_db[(error2 == 0) & (counted > 0)] = np.inf
    ratio_db[counted == 0] = np.nan
    return ratio_db
