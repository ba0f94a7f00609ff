"""The expected noise of each band: of amplifier, attenuator, generator, and the rounding of tokens.

| source     | density at the electrode, uV^2/Hz                                                          |
|------------|--------------------------------------------------------------------------------------------|
| amplifier  | 2 sigma^2 / rate, shaped by sinc3 decimation; sigma from table 1 of SBAS499C               |
| attenuator | 4 k T R of the divider                                                                     |
| generator  | step^2 / 12 spread up to half of its rate; the step is its range / 2^bits / attenuation    |

Each is filtered by the responses of decimator, notch and band. The budget also has a share of the signal, for the
generator's distortion, flatness and jitter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from earloop.hil.analog.attenuator import Attenuator
from earloop.sim import amplifier_sigma_uv
from earloop.sim.ads1299.sinc3 import sinc3_noise_power
from earloop.spec.decimator import decimator_taps
from earloop.spec.design import Design
from earloop.spec.filters import band_sos, notch_section

FOLLOWS_SIGNAL = 5e-4  # estimate, as a share of a band's rms: a generator's harmonic distortion, flatness and jitter
GRID = 1 << 17  # frequencies up to half of the converter's rate; the narrowest band spans 24 of them


@dataclass(frozen=True, kw_only=True)
class NoiseBudget:
    """Noise of each band by its source, in uV rms at the electrode, float64 [bands].

    follows_signal : share of a band's signal that counts as noise
    """

    amplifier_uv: NDArray[np.float64]
    attenuator_uv: NDArray[np.float64]
    generator_uv: NDArray[np.float64]
    rounding_uv: NDArray[np.float64]
    follows_signal: float = FOLLOWS_SIGNAL

    @property
    def noise_uv(self) -> NDArray[np.float64]:
        """Total noise without a signal, in uV rms, float64 [bands]."""
        parts = (self.amplifier_uv, self.attenuator_uv, self.generator_uv, self.rounding_uv)
        total: NDArray[np.float64] = np.sqrt(sum(part**2 for part in parts))
        return total


def noise_budget(
    design: Design,
    attenuator: Attenuator,
    generator_step_uv: float,
    generator_rate_hz: float,
    token_lsb_uv: tuple[float, ...] | None = None,
) -> NoiseBudget:
    """Compute the expected noise.

    Parameters
    ----------
    generator_step_uv : step of the generator's converter, at the electrode
    generator_rate_hz : points per second
    token_lsb_uv : token step of each band, if tokens are compared
    """
    rate_hz = design.converter.rate_hz
    frequency_hz = (np.arange(GRID) + 0.5) * rate_hz / 2 / GRID
    power = band_power_response(design, frequency_hz)
    decimated = sinc3_noise_power(frequency_hz / rate_hz)
    width_hz = rate_hz / 2 / GRID

    def rms_uv(density: NDArray[np.float64]) -> NDArray[np.float64]:
        rms: NDArray[np.float64] = np.sqrt(power @ density * width_hz)
        return rms

    bands = len(design.bands)
    return NoiseBudget(
        amplifier_uv=rms_uv(2 * amplifier_sigma_uv(design.converter) ** 2 / rate_hz * decimated),
        attenuator_uv=rms_uv(attenuator.noise_uv2_hz * np.ones(GRID)),
        generator_uv=rms_uv(generator_step_uv**2 / 12 * 2 / generator_rate_hz * np.ones(GRID)),
        rounding_uv=np.zeros(bands) if token_lsb_uv is None else np.array(token_lsb_uv) / np.sqrt(12),
    )


def band_power_response(design: Design, frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the power response of decimator, notch and each band at these frequencies; float64 [bands, frequencies].

    Frequencies above half of the tokenizer's rate that pass the decimator are folded, and so count as well.
    """
    rate_hz, token_hz = float(design.converter.rate_hz), design.token_rate_hz
    before = signal.freqz(decimator_taps(design), worN=frequency_hz, fs=rate_hz)[1]
    folded_hz = np.abs(frequency_hz - token_hz * np.round(frequency_hz / token_hz))
    hum = notch_section(design)
    if hum is not None:
        before = before * (1 - signal.sosfreqz(hum.sos[np.newaxis], worN=folded_hz, fs=token_hz)[1])
    bands = [before * signal.sosfreqz(sos, worN=folded_hz, fs=token_hz)[1] for sos in band_sos(design)]
    power: NDArray[np.float64] = np.abs(np.stack(bands)) ** 2
    return power
