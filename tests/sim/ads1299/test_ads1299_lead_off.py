"""Lead-off and bias drive against Ohm's law and the closed loop's closed form."""

from dataclasses import replace

import numpy as np
import pytest

from earloop.sim.ads1299 import CURRENTS_A, OPEN, ChipErrors, FunctionInputs, SourceImpedance, estimate_impedance_ohm
from earloop.sim.ads1299.part import MAX_CHANNELS

LOFF, SENSP, SENSN, FLIP, CONFIG4 = 0x04, 0x0F, 0x10, 0x11, 0x17
FULL_SCALE = 2**23
SKIN = SourceImpedance(series_ohm=5e3, parallel_ohm=51e3, farad=47e-9)


def impedance(source: SourceImpedance, hertz: float) -> float:
    omega = 2j * np.pi * hertz
    return abs(source.series_ohm + source.parallel_ohm / (1 + omega * source.parallel_ohm * source.farad))


def all_on(boot, inputs, registers, **options):
    """All channels on their electrodes at gain 1."""
    chip = boot(inputs, {5 + n: 0x00 for n in range(8)} | registers, **options)
    chip.set_start(True)
    return chip


@pytest.mark.parametrize("code", range(4))
@pytest.mark.parametrize("flip", [False, True])
def test_a_dc_current_leaves_its_voltage_on_both_electrodes(boot, code, flip):
    ohm = 40e3
    inputs = FunctionInputs(sources={"IN1P": SourceImpedance(ohm), "IN1N": SourceImpedance(ohm)})
    registers = {LOFF: code << 2, SENSP: 1, SENSN: 1, FLIP: int(flip)}
    volts = all_on(boot, inputs, registers).capture(1)[0, :2] * 4.5 / FULL_SCALE
    loaded = ohm / (1 + ohm / 500e6)
    wanted = 2 * (6e-9, 24e-9, 6e-6, 24e-6)[code] * loaded * (-1 if flip else 1)
    np.testing.assert_allclose(volts, [wanted, 0], atol=1e-6)


@pytest.mark.parametrize(("code", "percent"), [*enumerate([95, 92.5, 90, 87.5, 85, 80, 75, 70])])
@pytest.mark.parametrize("flip", [False, True])
def test_comparators_trip_at_their_threshold_of_the_supply(boot, code, percent, flip):
    """Channels in pairs: just within and just beyond the threshold, P towards one rail and N towards the other."""
    beyond_v = (percent / 100 - 0.5) * 5.0 * (-1 if flip else 1)
    inputs = FunctionInputs(
        {"IN1P": 0.999 * beyond_v, "IN2P": 1.001 * beyond_v, "IN3N": -0.999 * beyond_v, "IN4N": -1.001 * beyond_v}
    )
    registers = {LOFF: code << 5, SENSP: 0xFF, SENSN: 0xFF, FLIP: 0xFF if flip else 0, CONFIG4: 0x02}
    chip = all_on(boot, inputs, registers)
    chip.advance_to_drdy()
    assert chip.transfer(b"\x32\x01\x00\x00")[2:] == bytes([0b0010, 0b1000])
    assert chip.transfer(b"\x12" + bytes(3))[1:] == bytes([0xC0, 0b0010 << 4 | 0, 0b1000 << 4])


def test_open_electrodes_are_found_and_named_in_the_status_word(boot):
    skin = {f"IN{n}{side}": SKIN for n in range(1, 9) for side in "PN"}
    inputs = FunctionInputs(sources=skin | {"IN3P": OPEN, "IN7N": OPEN})
    registers = {SENSP: 0xFF, SENSN: 0xFF, CONFIG4: 0x02}
    chip = all_on(boot, inputs, registers, part=ChipErrors.draw(np.random.default_rng(1)))
    chip.advance_to_drdy()
    assert int.from_bytes(chip.transfer(b"\x12" + bytes(3))[1:], "big") == 0xC << 20 | 1 << (2 + 12) | 1 << (6 + 4)


@pytest.mark.parametrize("registers", [{CONFIG4: 0, SENSP: 0xFF}, {CONFIG4: 2, SENSP: 0xFB}])
def test_comparators_without_power_or_not_selected_say_nothing(boot, registers):
    chip = all_on(boot, FunctionInputs(sources={"IN3P": OPEN}), registers)
    chip.advance_to_drdy()
    assert chip.transfer(b"\x12" + bytes(3))[1:] == b"\xc0\x00\x00"


def test_an_electrode_that_comes_off_is_seen_at_the_next_conversion(boot):
    on = FunctionInputs(sources={"IN1P": SKIN})
    chip = all_on(boot, on, {SENSP: 0x01, CONFIG4: 0x02})
    chip.advance_to_drdy()
    assert chip.transfer(b"\x32\x00\x00")[2] == 0
    chip.connect(FunctionInputs(sources={"IN1P": OPEN}))
    chip.advance_to_drdy()
    assert chip.transfer(b"\x32\x00\x00")[2] == 1


@pytest.mark.parametrize(
    ("frequency", "hertz", "per_cycle", "tolerance"),
    [(1, 7.8125, 128, 0.002), (2, 31.25, 32, 0.002), (3, 250.0, 4, 0.016)],
)
@pytest.mark.parametrize(("code", "gain", "chset"), [(0, 12, 0x50), (1, 12, 0x50), (2, 4, 0x20)])
def test_the_impedance_of_a_known_contact_is_recovered(boot, frequency, hertz, per_cycle, tolerance, code, gain, chset):
    """At fDR / 4 the folded harmonics alone are 1.5 %."""
    inputs = FunctionInputs(sources={"IN1P": SKIN, "IN2P": SourceImpedance(10e3), "IN3P": SKIN, "IN3N": SKIN})
    registers = {1: 0x94, LOFF: code << 2 | frequency, SENSP: 0x07, SENSN: 0x04} | {5 + n: chset for n in range(8)}
    codes = all_on(boot, inputs, registers).capture(1280)
    lsb_uv = 2e6 * 4.5 / gain / 2**24
    ohm = estimate_impedance_ohm(codes, samples_per_cycle=per_cycle, current_a=CURRENTS_A[code], lsb_uv=lsb_uv)
    wanted = [impedance(SKIN, hertz), 10e3, 2 * impedance(SKIN, hertz)]
    quantisation_ohm = 0.1 * 1e-6 * lsb_uv / CURRENTS_A[code]
    np.testing.assert_allclose(ohm[:3], wanted, rtol=tolerance, atol=quantisation_ohm)


def test_impedance_survives_the_noise_and_the_tolerance_of_a_real_part(boot):
    part = ChipErrors.draw(np.random.default_rng(3))
    registers = {1: 0x94, LOFF: 2, SENSP: 0x01} | {5 + n: 0x60 for n in range(8)}
    codes = all_on(boot, FunctionInputs(sources={"IN1P": SKIN}), registers, part=part).capture(3200)
    lsb_uv = 2e6 * 4.5 / 24 / 2**24
    ohm = estimate_impedance_ohm(codes[:, 0], samples_per_cycle=32, current_a=6e-9, lsb_uv=lsb_uv)
    wanted = impedance(SKIN, 31.25) * (1 + part.lead_off_current_error)
    assert float(ohm) == pytest.approx(wanted, rel=0.01)
    assert part.lead_off_current_error != 0


@pytest.mark.parametrize("hertz", [0.5, 50.0, 150.0])
@pytest.mark.parametrize("channels", [1, 3])
def test_bias_drive_takes_from_the_common_mode_what_its_loop_gain_allows(boot, hertz, channels):
    """Seen through a poor common-mode rejection: |1 / (1 + A)|, A = N 1 MOhm / 330 kOhm / (1 + s 1.5 ms)."""
    body = FunctionInputs(
        {f"IN{n}{side}": lambda t: 0.3 * np.sin(2 * np.pi * hertz * t) for n in range(1, 9) for side in "PN"}
    )
    part = replace(ChipErrors.ideal(), common_mode=np.full(MAX_CHANNELS, 1e-2))

    def common_mode(config3: int) -> float:
        sensed = (1 << channels) - 1
        chip = all_on(boot, body, {1: 0x94, 3: config3, 0x0D: sensed, 0x0E: sensed}, part=part)
        return float(chip.capture(4100)[100:].std(axis=0)[0])

    loop = 2 * channels * 1e6 / 330e3 / (1 + 2j * np.pi * hertz * 1e6 * 1.5e-9)
    assert common_mode(0xEC) / common_mode(0xE8) == pytest.approx(abs(1 / (1 + loop)), rel=1e-3)


def test_the_bias_output_can_be_measured_and_used_as_an_input(boot):
    inputs = FunctionInputs({f"IN{n}{side}": 0.1 for n in (1, 2) for side in "PN"})
    registers = {3: 0xFC, 0x0D: 0x03, 0x0E: 0x03, 7: 0x02, 8: 0x06, 9: 0x07}
    volts = all_on(boot, inputs, registers).capture(1)[0] * 4.5 / FULL_SCALE
    gain = 4 * 1e6 / 330e3
    bias_v = -0.1 * gain / (1 + gain)
    assert volts[2] == pytest.approx(bias_v, rel=1e-5)  # BIAS_MEAS
    # Channels 4 and 5 stand alone on an electrode at 0 V, which the body's shift moves along
    assert volts[3] == pytest.approx(0, abs=1e-6)
    assert volts[4] == pytest.approx(0, abs=1e-6)


def bias_stat(chip) -> int:
    chip.advance_to_drdy()
    return chip.transfer(b"\x23\x00\x00")[2] & 1


@pytest.mark.parametrize("amplitude", [0, 1])
@pytest.mark.parametrize(("source", "off"), [(SKIN, 0), (SourceImpedance(1e6), 0), (OPEN, 1)])
def test_bias_stat_says_whether_the_bias_electrode_is_on(boot, amplitude, source, off):
    """Before the amplifier is powered: the current pulls an open electrode to AVSS (section 9.3.2.4.4)."""
    inputs = FunctionInputs(sources={"BIASOUT": source})
    chip = all_on(boot, inputs, {3: 0xE2, LOFF: amplitude << 2, CONFIG4: 0x02})
    assert bias_stat(chip) == off
    assert chip.transfer(b"\x23\x00\x00")[2] == 0xE2 | off


@pytest.mark.parametrize(("code", "percent"), [(0, 5), (3, 12.5), (7, 30)])
def test_the_bias_electrode_is_off_below_the_threshold_of_the_negative_inputs(boot, code, percent):
    """A resistance whose voltage, at 24 uA and beside 500 MOhm of the source, is on either side of the threshold."""
    drop_v = 2.5 - percent / 100 * 5.0
    for factor, off in ((0.99, 0), (1.01, 1)):
        inputs = FunctionInputs(sources={"BIASOUT": SourceImpedance(factor * drop_v / 24e-6)})
        chip = all_on(boot, inputs, {3: 0xE2, LOFF: code << 5 | 3 << 2, CONFIG4: 0x02})
        assert bias_stat(chip) == off


@pytest.mark.parametrize(("config3", "config4"), [(0xE0, 0x02), (0xE2, 0x00), (0xEE, 0x02)])
def test_bias_stat_is_quiet_unless_sensed_by_a_powered_comparator_with_the_amplifier_off(boot, config3, config4):
    """While the amplifier is on, its output is watched, which is at mid supply with a body that is."""
    inputs = FunctionInputs(sources={"BIASOUT": OPEN})
    assert bias_stat(all_on(boot, inputs, {3: config3, CONFIG4: config4})) == 0


def test_bias_stat_shows_an_amplifier_at_its_rail(boot):
    """A body far above mid supply drives the output to 0.3 V from AVSS: below 30 % of the supply, not below 5 %."""
    body = FunctionInputs({f"IN1{side}": 2.6 for side in "PN"})
    registers = {3: 0xEE, 0x0D: 1, 0x0E: 1, CONFIG4: 0x02}
    assert bias_stat(all_on(boot, body, {**registers, LOFF: 7 << 5})) == 1
    assert bias_stat(all_on(boot, body, {**registers, LOFF: 0})) == 0


def test_bias_stat_cannot_be_written_and_a_reset_clears_it(boot):
    chip = all_on(boot, FunctionInputs(sources={"BIASOUT": OPEN}), {3: 0xE3, CONFIG4: 0x02})
    assert chip.transfer(b"\x23\x00\x00")[2] == 0xE2
    assert bias_stat(chip) == 1
    chip.transfer(b"\x06")
    chip.advance(cycles=18)
    chip.transfer(b"\x11")
    assert chip.transfer(b"\x23\x00\x00")[2] == 0x60
