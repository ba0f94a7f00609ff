"""The noise of the model with shorted inputs, measured, against table 1 of SBAS499C, all gains and rates."""

import numpy as np
import pytest

from earloop.sim.ads1299 import GAINS, NOISE_UV_RMS, ChipErrors

# The same table's column of dynamic range in dB, VREF / (sqrt(2) gain rms): measured values, printed beside the noise.
DYNAMIC_RANGE_DB = {
    16000: (103.3, 103.3, 103.0, 102.7, 102.3, 101.3, 98.0),
    8000: (113.2, 112.8, 112.1, 112.1, 111.0, 109.2, 104.4),
    4000: (117.3, 116.9, 116.1, 115.1, 114.0, 112.2, 107.4),
    2000: (120.3, 119.9, 119.2, 118.1, 117.1, 115.2, 110.4),
    1000: (123.3, 122.9, 122.2, 121.1, 120.1, 118.3, 113.5),
    500: (126.3, 125.9, 125.2, 124.1, 123.1, 121.2, 116.5),
    250: (129.3, 128.9, 128.2, 127.2, 126.1, 124.3, 119.5),
}
RATES = tuple(DYNAMIC_RANGE_DB)


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("gain", GAINS)
def test_the_table_agrees_with_the_dynamic_range_printed_beside_it(gain, rate_hz):
    rms_uv = NOISE_UV_RMS[rate_hz][GAINS.index(gain)]
    range_db = 20 * np.log10(4.5e6 / (np.sqrt(2) * gain * rms_uv))
    rounding_db = 0.05 + 20 * np.log10(1 + 0.005 / rms_uv)
    assert range_db == pytest.approx(DYNAMIC_RANGE_DB[rate_hz][GAINS.index(gain)], abs=rounding_db)


def shorted(boot, rate_hz: int, samples: int) -> np.ndarray:
    """uV [samples, gains]: a channel at each gain."""
    registers = {1: 0x90 | RATES.index(rate_hz)} | {5 + n: n << 4 | 1 for n in range(7)}
    chip = boot(registers=registers, part=ChipErrors.draw(np.random.default_rng(2)))
    chip.set_start(True)
    return chip.capture(samples)[:, :7] * 4.5e6 / np.array(GAINS) / 2**23


@pytest.mark.parametrize("rate_hz", RATES)
def test_measured_noise_is_the_tables_within_5_percent(boot, rate_hz):
    np.testing.assert_allclose(shorted(boot, rate_hz, 10_000).std(axis=0), NOISE_UV_RMS[rate_hz], rtol=0.05)


def test_noise_is_coloured_by_sinc3_and_independent_between_channels(boot):
    uv = shorted(boot, 1000, 20_000)
    uv = (uv - uv.mean(axis=0)) / uv.std(axis=0)
    for lag, wanted in ((1, 26 / 66), (2, 1 / 66), (3, 0)):  # quintic B-spline at whole numbers
        np.testing.assert_allclose((uv[lag:] * uv[:-lag]).mean(axis=0), wanted, atol=0.04)
    assert np.abs(uv.T @ uv / len(uv) - np.eye(7)).max() < 0.04


def test_the_ideal_part_is_silent(boot):
    chip = boot(registers={5: 0x61})
    chip.set_start(True)
    assert not chip.capture(100).any()
