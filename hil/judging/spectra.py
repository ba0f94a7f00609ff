"""Power spectra of every band: of the device's signal, and of its difference from the float path.

The spectra use Welch's method, over the segments in which no filter of the channel saturates. A segment is long enough
that its lines start at the band's lower edge and resolve the band: eeg_theta needs 2 s, eog of 0.1 to 20 Hz 10 s, and
the slowest, ecg_lf of 0.03 to 0.12 Hz, 44 s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.sim import amplifier_sigma_uv
from earloop.spec.design import Band, Design

SEGMENT_S = 2.0  # least length, with 0.5 Hz between lines
LINES = 4  # least number of lines in a band's width


@dataclass(frozen=True, kw_only=True)
class BandSpectrum:
    """One band's power densities in uV^2/Hz, mean over channels; NaN if no whole segment is in range.

    low_hz, high_hz : edges of the band
    wanted_s : length of a segment whose lines resolve the band; a shorter run is one segment
    run_s : length of the run
    frequency_hz : float64 [lines], frequencies of the lines
    signal, error : float64 [lines], density of the device's signal, and of its difference from the float path
    noise : density of the amplifier's noise with shorted inputs, assumed white up to the converter's Nyquist frequency
    """

    band: str
    low_hz: float
    high_hz: float
    wanted_s: float
    run_s: float
    frequency_hz: NDArray[np.float64]
    signal: NDArray[np.float64]
    error: NDArray[np.float64]
    noise: float

    @property
    def too_short(self) -> bool:
        """Whether the run is too short to show the band."""
        return self.run_s < self.wanted_s


def segment_s(band: Band) -> float:
    """Return the length in s of a segment with a line at the band's lower edge, and `LINES` lines in its width."""
    return max(SEGMENT_S, 1 / band.low_hz, LINES / (band.high_hz - band.low_hz))


def band_spectra(
    design: Design, found: NDArray[np.int32], wanted: NDArray[np.float64], beyond: NDArray[np.bool_]
) -> list[BandSpectrum]:
    """Compute the spectra of every band, in order.

    Parameters
    ----------
    found, wanted, beyond : as for `earloop.hil.judging.sqnr.band_qualities`
    """
    common = min(len(found), len(wanted))
    scale = design.converter.lsb_uv
    steps = design.fixed_point.band_steps
    noise = 2 * amplifier_sigma_uv(design.converter) ** 2 / design.converter.rate_hz
    spectra = []
    for i, band in enumerate(design.bands):
        signal_uv = found[:common, :, i] / steps * scale
        error_uv = signal_uv - wanted[:common, :, i] * scale
        in_range = ~beyond[:common, :, i]
        wanted_s = segment_s(band)
        frequency_hz, signal = _density(signal_uv, in_range, design.token_rate_hz, wanted_s)
        _, error = _density(error_uv, in_range, design.token_rate_hz, wanted_s)
        spectra.append(
            BandSpectrum(
                band=band.name,
                low_hz=band.low_hz,
                high_hz=band.high_hz,
                wanted_s=wanted_s,
                run_s=common / design.token_rate_hz,
                frequency_hz=frequency_hz,
                signal=signal,
                error=error,
                noise=noise,
            )
        )
    return spectra


def _density(
    values: NDArray[np.float64], in_range: NDArray[np.bool_], rate_hz: float, wanted_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lines in Hz, and the mean density over channels and in-range segments, from arrays [ticks, channels].

    A run shorter than a segment is one segment.
    """
    from scipy.signal import spectrogram

    size = min(len(values), round(wanted_s * rate_hz))
    frequency_hz, _, density = spectrogram(
        values.T, rate_hz, window="hann", nperseg=size, noverlap=size // 2, detrend=False
    )
    starts = np.arange(density.shape[-1]) * (size - size // 2)
    counts = np.concatenate([np.zeros((1, values.shape[1]), int), np.cumsum(in_range, axis=0)])
    whole = (counts[starts + size] - counts[starts] == size).T  # [channels, segments]
    if not whole.any():
        return frequency_hz, np.full(len(frequency_hz), np.nan)
    return frequency_hz, np.moveaxis(density, 1, -1)[whole].mean(axis=0)
