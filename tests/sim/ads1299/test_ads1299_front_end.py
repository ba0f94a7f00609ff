"""The chip and the fast front end make the same codes of the same potentials."""

import numpy as np

from earloop.recordings import Recording
from earloop.sim import uv_to_codes
from earloop.sim.ads1299 import SampledInputs
from earloop.sim.ads1299.sinc3 import sinc3_filter
from earloop.spec.design import Converter

CONVERTER = Converter(bits=24, gain=12, vref_v=4.5, rate_hz=1000)
REGISTERS = {1: 0x94, 5: 0x50, 6: 0x50, 7: 0x50, 8: 0x50, 0x15: 0x20}


def band_limited_uv(samples: int, highest_hz: float) -> np.ndarray:
    """Noise below `highest_hz`, 50 uV rms, on offsets of an electrode's size; [samples, 4]."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal((samples, 4)), axis=0)
    spectrum[np.fft.rfftfreq(samples, 1e-3) > highest_hz] = 0
    noise = np.fft.irfft(spectrum, samples, axis=0)
    return 50 * noise / noise.std(axis=0) + np.array([-8e3, 1e3, 0.0, 20e3])


def test_both_paths_agree_within_their_filters_tolerance(boot):
    """A code weighs 3 T that end 9 clocks before DRDY: their middle is set upon the samples of the recording."""
    uv = band_limited_uv(4000, 400.0)
    inputs = SampledInputs.from_recording(Recording(uv, "uV", 1000.0, ("a", "b", "c", "d")))
    chip = boot(inputs, REGISTERS, channels=4)
    chip.advance(cycles=2048 - chip.cycle % 2048 + 1024)
    chip.set_start(True)
    first = (chip.cycle + chip.cycles_to_drdy() - 9 - 3 * 1024) / 2048
    assert first == int(first)
    codes = chip.capture(2000)
    filtered = np.column_stack([sinc3_filter(channel) for channel in uv.T])
    fast = uv_to_codes(filtered, CONVERTER)[int(first) :][:2000]
    error = codes - fast
    # both round, which makes .41 codes rms; the filters differ by less than 0.01 dB, so 1.3 codes of 50 uV
    assert error.std(axis=0).max() < 0.6
    assert np.abs(error).max() <= 2
    assert fast.std(axis=0).min() > 800  # there is a signal: 50 uV are 1118 codes, of which sinc3 takes a fifth


def test_a_recording_hangs_on_the_positive_inputs_against_srb1():
    uv = np.array([[1.0, 2.0]] * 100)
    inputs = SampledInputs.from_recording(Recording(uv, "uV", 1000.0, ("a", "b")))
    v = inputs.potentials_v(np.array([0.05]), ["IN1P", "IN2P", "SRB1"])
    np.testing.assert_allclose(v, [[1e-6, 2e-6, 0]], rtol=1e-3)
