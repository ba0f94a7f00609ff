"""A channel's codes against the datasheet's formulas: gain, range, multiplexer, errors, loading, sinc3."""

from dataclasses import replace

import numpy as np
import pytest

from earloop.sim.ads1299 import (
    GAINS,
    OPEN,
    BoardWiring,
    ChipErrors,
    FunctionInputs,
    Mux,
    SampledInputs,
    SourceImpedance,
)
from earloop.sim.ads1299.part import MAX_CHANNELS
from earloop.spec.decimator import sinc3_gain

FULL_SCALE = 2**23
ONE_KSPS = {1: 0x94}


def codes_of(chip, samples: int = 1) -> np.ndarray:
    """The next codes, started if need be."""
    chip.set_start(True)
    return chip.capture(samples)


def setting(gain: int = 1, mux: Mux = Mux.NORMAL, *, off: bool = False, srb2: bool = False) -> int:
    """CHnSET."""
    return off << 7 | GAINS.index(gain) << 4 | srb2 << 3 | mux


def sine(hertz: float, volts: float = 1.0):
    return lambda t: volts * np.sin(2 * np.pi * hertz * t)


def amplitude(codes: np.ndarray, hertz: float, rate_hz: float) -> float:
    """Of a sine in codes, by least squares."""
    turn = 2 * np.pi * hertz * np.arange(len(codes)) / rate_hz
    parts = np.linalg.lstsq(np.column_stack([np.sin(turn), np.cos(turn), np.ones(len(codes))]), codes, rcond=None)[0]
    return float(np.hypot(*parts[:2]))


@pytest.mark.parametrize("gain", GAINS)
@pytest.mark.parametrize("share", [-0.9, -0.001, 0.0, 0.5])
def test_a_code_is_the_voltage_times_gain_over_the_reference(boot, gain, share):
    chip = boot(
        FunctionInputs({"IN1P": share * 4.5 / gain}), registers={5: setting(gain)}, board=BoardWiring(avdd_v=10.0)
    )
    assert codes_of(chip)[0, 0] == round(share * FULL_SCALE)


@pytest.mark.parametrize(
    ("volts", "code"), [(0.1875, 0x7FFFFF), (0.19, 0x7FFFFF), (-0.1875, -0x800000), (-1, -0x800000)]
)
def test_codes_clip_at_full_scale(boot, volts, code):
    """Section 9.5.1; driven symmetrically, the PGA itself goes on to 4.6 V."""
    chip = boot(FunctionInputs({"IN1P": volts / 2, "IN1N": -volts / 2}), registers={5: setting(24)})
    assert codes_of(chip)[0, 0] == code


@pytest.mark.parametrize(("common_v", "linear"), [(-0.199, True), (0.199, True), (-0.21, False), (0.21, False)])
def test_the_pga_is_linear_within_the_datasheets_common_mode_range(boot, common_v, linear):
    """Section 9.3.1.3.1: at 5 V, gain 12 and 350 mV the common mode may be 2.3 to 2.7 V."""
    chip = boot(FunctionInputs({"IN1P": common_v + 0.175, "IN1N": common_v - 0.175}), registers={5: setting(12)})
    assert (codes_of(chip)[0, 0] == round(0.35 * 12 / 4.5 * FULL_SCALE)) == linear


def test_a_channel_without_power_gives_zero_in_its_place(boot):
    inputs = FunctionInputs({f"IN{n}P": 0.01 * n for n in range(1, 9)})
    chip = boot(inputs, registers={5 + n: setting(24, off=n == 2) for n in range(8)})
    wanted = [0 if n == 3 else round(0.01 * n * 24 / 4.5 * FULL_SCALE) for n in range(1, 9)]
    assert codes_of(chip)[0].tolist() == wanted


def test_srb1_replaces_every_negative_input_and_srb2_the_positive_ones_chosen(boot):
    inputs = FunctionInputs({"IN1P": 0.03, "IN2P": 0.04, "IN1N": 0.001, "IN2N": 0.002, "SRB1": 0.01, "SRB2": -0.02})

    def microvolts(misc1: int, *, srb2: bool = False) -> list[int]:
        chip = boot(inputs, {5: setting(12), 6: setting(12, srb2=srb2), 0x15: misc1})
        return np.rint(codes_of(chip)[0, :2] * 4.5e6 / 12 / FULL_SCALE).astype(int).tolist()

    assert microvolts(0) == [29_000, 38_000]
    assert microvolts(0x20) == [20_000, 30_000]
    assert microvolts(0, srb2=True) == [29_000, -22_000]


def test_internal_sources_are_those_of_the_datasheet(boot):
    board = BoardWiring(temperature_c=36.6)
    channels = [Mux.SHORTED, Mux.SUPPLY, Mux.SUPPLY, Mux.TEMPERATURE, Mux.TEST, Mux.BIAS_MEAS]
    inputs = FunctionInputs({f"IN{n}P": 0.1 for n in range(1, 9)})
    registers = {5 + n: setting(1, mux) for n, mux in enumerate(channels)} | {2: 0xD3}
    uv = codes_of(boot(inputs, registers, board=board))[0] * 4.5e6 / FULL_SCALE
    assert uv[0] == 0
    assert uv[1] == pytest.approx(2.5e6, abs=1)  # (AVDD + AVSS) / 2, section 9.3.1.1.4
    assert uv[2] == pytest.approx(3.3e6 / 4, abs=1)
    assert (uv[3] - 145_300) / 490 + 25 == pytest.approx(36.6, abs=0.01)  # equation 3
    assert uv[4] == pytest.approx(-4.5e6 / 2400, abs=1)  # at DC, section 9.6.1.3
    assert uv[5] == 0  # BIAS_MEAS is open


@pytest.mark.parametrize(("double", "volts"), [(0, 1.875e-3), (1, 3.75e-3)])
@pytest.mark.parametrize(("frequency", "half_cycles"), [(0, 2**20), (1, 2**19)])
def test_the_test_signal_is_a_square_wave_of_the_datasheets_size_and_frequency(
    boot, double, volts, frequency, half_cycles
):
    chip = boot(registers=ONE_KSPS | {2: 0xD0 | double << 2 | frequency, 5: setting(24, Mux.TEST)})
    codes = codes_of(chip, 4096)[:, 0]
    level = round(volts * 24 / 4.5 * FULL_SCALE)
    settled = np.abs(codes) == level
    assert np.all(settled | (np.convolve(~settled, np.ones(5), "same") > 0))
    assert settled.mean() > 0.98
    crossings = np.flatnonzero(np.diff(np.sign(codes)))
    assert np.all(np.diff(crossings) == half_cycles // 2048)


def test_the_internal_reference_needs_150_ms_and_without_one_all_reads_full_scale(boot):
    chip = boot(FunctionInputs({"IN1P": 1.0}), registers=ONE_KSPS | {3: 0x60, 5: setting(1)})
    assert codes_of(chip, 10)[-1, 0] == FULL_SCALE - 1
    chip.transfer(b"\x43\x00\xe0")
    codes = chip.capture(400)[:, 0]
    assert codes[20] > 1.05 * codes[-1]
    rising = 1 - np.exp(-7 * 99.5 / 150)  # sample 100 weighs what is 99.5 ms after the write
    assert codes[100] == pytest.approx(FULL_SCALE / 4.5 / rising, rel=1e-4)
    assert codes[160] == pytest.approx(FULL_SCALE / 4.5, rel=1.2e-3)
    assert codes[-1] == pytest.approx(FULL_SCALE / 4.5, rel=1e-7)
    outside = boot(FunctionInputs({"IN1P": 1.0}), {3: 0x60, 5: setting(1)}, board=BoardWiring(external_vref_v=2.5))
    assert codes_of(outside)[0, 0] == pytest.approx(FULL_SCALE / 2.5, abs=1)


@pytest.mark.parametrize("rate_hz", [250, 1000, 16000])
def test_sines_lose_what_sinc3_takes_to_half_the_output_rate_and_beyond(boot, rate_hz):
    """Within 0.05 dB in band; what lies above half the rate folds back as much attenuated as the formula says."""
    config1 = {250: 0x96, 1000: 0x94, 16000: 0x90}[rate_hz]
    for share in (0.01, 0.1, 0.25, 0.4, 0.49, 0.7, 1.3, 1.6):
        hertz = share * rate_hz
        chip = boot(FunctionInputs({"IN1P": sine(hertz, 2.0)}), registers={1: config1, 5: setting(1)})
        measured = amplitude(codes_of(chip, 600)[:, 0], hertz, rate_hz) * 4.5 / FULL_SCALE / 2.0
        lost_db = 20 * np.log10(measured / abs(sinc3_gain(np.array([hertz]), rate_hz)[0]))
        assert abs(lost_db) < 0.05, (share, lost_db)


def test_at_16_ksps_the_filter_is_the_chips_own_up_to_the_modulators_rate(boot):
    """Equation 7 with N = 64."""
    for hertz in (3e3, 41.6e3, 203e3, 1021e3):
        chip = boot(FunctionInputs({"IN1P": sine(hertz, 2.0)}), registers={1: 0x90, 5: setting(1)})
        x = np.pi * hertz / 1.024e6
        wanted = 2.0 * abs(np.sin(64 * x) / (64 * np.sin(x))) ** 3
        measured = amplitude(codes_of(chip, 600)[:, 0], hertz, 16000) * 4.5 / FULL_SCALE
        assert measured == pytest.approx(wanted, rel=1e-3, abs=3e-7)


def test_a_tone_at_the_output_rate_is_nulled(boot):
    chip = boot(FunctionInputs({"IN1P": sine(1000.0)}), registers=ONE_KSPS | {5: setting(1)})
    assert np.abs(codes_of(chip, 50)).max() <= 1


def test_offset_gain_and_reference_errors_and_their_drifts_add_up(boot):
    ones = np.ones(MAX_CHANNELS)
    part = replace(
        ChipErrors.ideal(),
        gain_error=0.003 * ones,
        gain_drift_per_c=3e-6 * ones,
        offset_v=60e-6 * ones,
        offset_drift_v_per_c=80e-9 * ones,
        vref_error=-0.002,
        vref_drift_per_c=35e-6,
    )
    inputs = FunctionInputs({"IN1P": 0.1})
    chip = boot(inputs, {5: setting(12)}, part=part, board=BoardWiring(temperature_c=35.0))
    volts = (0.1 + 60e-6 + 0.8e-6) * (1 + 0.003 + 30e-6) / (1 - 0.002 + 350e-6)
    assert codes_of(chip)[0, 0] == pytest.approx(volts * 12 / 4.5 * FULL_SCALE, abs=1)


def test_common_mode_leaks_in_by_the_rejection_ratio(boot):
    part = replace(ChipErrors.ideal(), common_mode=np.full(MAX_CHANNELS, 10 ** (-110 / 20)))
    hum = FunctionInputs({"IN1P": sine(50.0), "IN1N": sine(50.0)})
    codes = codes_of(boot(hum, ONE_KSPS | {5: setting(24)}, part=part), 1000)[:, 0]
    uv = amplitude(codes, 50, 1000) * 4.5e6 / 24 / FULL_SCALE
    assert uv == pytest.approx(3.162 * np.sinc(0.05) ** 3, rel=0.01)


@pytest.mark.parametrize("ohm", [1e5, 1e7, 1e9])
def test_the_input_loads_its_source_with_1_gohm_and_20_pf(boot, ohm):
    inputs = FunctionInputs({"IN1P": sine(50.0)}, {"IN1P": SourceImpedance(ohm)})
    codes = codes_of(boot(inputs, ONE_KSPS | {5: setting(1)}), 1000)[200:, 0]
    zin = 1 / (1 / 1e9 + 2j * np.pi * 50 * 20e-12)
    left = abs(zin / (zin + ohm)) * np.sinc(0.05) ** 3
    assert amplitude(codes, 50, 1000) * 4.5 / FULL_SCALE == pytest.approx(left, rel=1e-3)


def test_the_reference_is_loaded_by_all_its_channels(boot):
    inputs = FunctionInputs({"SRB1": -1.0}, {"SRB1": SourceImpedance(1e7)})
    chip = boot(inputs, {5: setting(1), 0x15: 0x20}, channels=4)
    assert codes_of(chip)[0, 0] * 4.5 / FULL_SCALE == pytest.approx(1 / (1 + 4 * 1e7 / 1e9), rel=1e-6)


def test_bias_current_makes_an_offset_on_the_source(boot):
    part = replace(ChipErrors.ideal(), input_bias_a=np.full((2, MAX_CHANNELS), 300e-12))
    chip = boot(
        FunctionInputs(sources={"IN1P": SourceImpedance(1e6), "IN2P": OPEN}), {5: setting(24), 6: setting(1)}, part=part
    )
    volts = codes_of(chip)[0, :2] * 4.5 / FULL_SCALE / [24, 1]
    assert volts[0] == pytest.approx(300e-6, rel=2e-3)
    assert volts[1] == pytest.approx(0.3, rel=2e-3)  # 300 pA into 1 GOhm


def test_drawn_parts_keep_to_the_datasheet_and_differ():
    rng = np.random.default_rng(0)
    parts = [ChipErrors.draw(rng) for _ in range(2000)]
    gain = np.array([part.gain_error for part in parts])
    assert np.abs(gain).max() <= 0.005
    assert gain.std() == pytest.approx(0.001, rel=0.05)
    assert np.ptp(gain, axis=1).mean() == pytest.approx(0.002, rel=0.05)
    assert np.array([part.offset_v for part in parts]).std() == pytest.approx(60e-6, rel=0.05)
    cmrr_db = -20 * np.log10(np.abs([part.common_mode for part in parts]))
    assert cmrr_db.min() >= 110
    assert cmrr_db.max() <= 120
    assert max(abs(part.lead_off_current_error) for part in parts) <= 0.2


def test_samples_are_taken_as_a_band_limited_signal_held_at_its_ends():
    t = np.arange(2000) / 1000
    pins = ["IN1P", "IN3P"]
    inputs = SampledInputs(np.column_stack([np.sin(2 * np.pi * 400 * t), np.cos(2 * np.pi * 5 * t)]), 1000, pins)
    times = np.sort(np.random.default_rng(0).uniform(0.1, 1.9, 5000))
    v = inputs.potentials_v(times, ["IN3P", "SRB1", "IN1P"])
    np.testing.assert_allclose(v[:, 0], np.cos(2 * np.pi * 5 * times), atol=2e-3)
    np.testing.assert_allclose(v[:, 1], 0)
    np.testing.assert_allclose(v[:, 2], np.sin(2 * np.pi * 400 * times), atol=2e-3)
    held = SampledInputs(np.array([[1.0], [2.0], [3.0]]), 1000, ["SRB1"])
    np.testing.assert_allclose(held.potentials_v(np.array([-1.0, 5.0]), ["SRB1"])[:, 0], [1, 3], rtol=1e-3)
