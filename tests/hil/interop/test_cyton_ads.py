"""The simulated Cyton's converter: what its commands write into the registers, and what its samples then are."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.interop.cyton_ads import ChannelSettings, CytonAds
from earloop.hil.interop.cyton_board import CytonBoard
from earloop.sim.ads1299 import ChipRegister, Mux, estimate_impedance_ohm
from tests.cyton import codes_of

# As the firmware leaves them after a reset: 250 SPS, reference and bias on, 6 nA at 31.2 Hz, gain 24 on SRB2.
AFTER_RESET = {
    **{"ADS_ID": 0x3E, "CONFIG1": 0x96, "CONFIG2": 0xC0, "CONFIG3": 0xEC, "LOFF": 0x02},
    **{f"CH{n}SET": 0x68 for n in range(1, 9)},
    **{"BIAS_SENSP": 0xFF, "BIAS_SENSN": 0xFF, "LOFF_SENSP": 0, "LOFF_SENSN": 0, "LOFF_FLIP": 0, "LOFF_STATP": 0},
    **{"LOFF_STATN": 0, "GPIO": 0x0F, "MISC1": 0, "MISC2": 0, "CONFIG4": 0},
}
ALL = [f"CH{n}SET" for n in range(1, 9)]


def say(board, text):
    return b"".join(board.receive(byte, 0.0) for byte in text.encode("latin-1")).decode("latin-1")


def registers(board):
    """What `?` says of the ADS1299, by name; each line gives the value in hexadecimal and bit by bit."""
    lines = say(board, "?").partition("LIS3DH")[0].split("\n")[2:-2]
    found = {}
    for address, line in enumerate(lines):
        name, at, value, *bits = line.split(", ")
        assert int(at, 16) == address
        assert int("".join(bits), 2) == int(value, 16)
        found[name] = int(value, 16)
    return found


def codes(board, count, uv=(0.0,) * 4):
    data = board.packets(np.tile(np.array(uv, float), (count, 1)), np.arange(count) / 250)
    return np.array([codes_of(packet) for packet in data])


@pytest.fixture
def board():
    return CytonBoard(4)


def test_the_registers_are_those_that_the_firmware_writes(board):
    assert registers(board) == AFTER_RESET


def test_the_dump_has_the_firmwares_shape(board):
    dump = say(board, "?")
    assert dump.startswith("\nBoard ADS Registers\nADS_ID, 00, 3E, 0, 0, 1, 1, 1, 1, 1, 0\nCONFIG1, 01, 96, ")
    assert "\nCONFIG4, 17, 00, 0, 0, 0, 0, 0, 0, 0, 0\n\nLIS3DH Registers\n0x07 00\n" in dump
    assert "\n0x0F 33\n\n0x1F 00\n" in dump  # WHO_AM_I
    assert dump.endswith("\n0x33 00\n\n0x38 00\n0x39 00\n0x3A 00\n0x3B 00\n0x3C 00\n0x3D 00\n$$$")


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        ("x3020000X", {"CH3SET": 0x20, "BIAS_SENSP": 0xFB, "BIAS_SENSN": 0xFB}),
        ("x1161111X", {"CH1SET": 0xE9, "MISC1": 0x20}),
        ("x1060111Xx2060110X", {"MISC1": 0}),  # SRB1 is one switch
        ("xQ100001X", {}),  # a Daisy's
        ("x9050110X", {"CH1SET": 0x58}),  # no channel: the first
        ("x1070110X", {"CH1SET": 0x68}),  # no gain: 24
        ("x1a6a1a0X", {"CH1SET": 0x60}),  # no digit: 0
        ("x1260210X", {"BIAS_SENSP": 0xFE, "BIAS_SENSN": 0xFE}),  # 2 is not 1
        ("x1068100X", {"CH1SET": 0x68}),  # input 8 is the bit of SRB2
        ("x1060112X", {"MISC1": 0x20}),  # neither 0 nor 1: what went to BIAS_SENSN
        ("4", {"CH4SET": 0xE0, "BIAS_SENSP": 0xF7, "BIAS_SENSN": 0xF7}),
        ("4$", {}),
        ("x4050110X4$", {"CH4SET": 0x58}),
        ("x4060010X4$", {"BIAS_SENSP": 0xF7, "BIAS_SENSN": 0xF7}),
        ("z410Z", {"LOFF_SENSP": 0x08}),
        ("z401Zz511Z", {"LOFF_SENSP": 0x10, "LOFF_SENSN": 0x18}),
        ("z411Zz400Z", {}),
        ("z411Z4$", {}),  # switching off ends the lead-off current for good
        ("zQ11Z", {}),
        ("0", {**dict.fromkeys(ALL, 0x69), "CONFIG2": 0xD0}),
        ("-", {**dict.fromkeys(ALL, 0x6D), "CONFIG2": 0xD0}),
        ("=", {**dict.fromkeys(ALL, 0x6D), "CONFIG2": 0xD1}),
        ("p", {**dict.fromkeys(ALL, 0x6D), "CONFIG2": 0xD7}),
        ("[", {**dict.fromkeys(ALL, 0x6D), "CONFIG2": 0xD4}),
        ("]", {**dict.fromkeys(ALL, 0x6D), "CONFIG2": 0xD5}),
        ("]0", {**dict.fromkeys(ALL, 0x69), "CONFIG2": 0xD5}),
        ("]d", {"CONFIG2": 0xD5}),
        ("4-d", {"CONFIG2": 0xD0}),
        ("4-", {**dict.fromkeys(ALL, 0x6D), "CONFIG2": 0xD0}),  # the test signal switches channel 4 on
        ("x4160110X-", {**dict.fromkeys(ALL, 0x6D), "CH4SET": 0xED, "CONFIG2": 0xD0}),  # this one not
        ("]z411Zx1000001Xv", {}),
        ("~3", {"CONFIG1": 0x93, "LOFF": 0}),  # begins from a reset, without configuring lead-off
        ("~3v", {"CONFIG1": 0x93}),
        ("~3bs", {"LOFF": 0}),
        ("bx3020000Xs", {"CH3SET": 0x20, "BIAS_SENSP": 0xFB, "BIAS_SENSN": 0xFB}),
        ("C", {}),
        ("`4", {}),
    ],
)
def test_a_command_writes_what_the_firmware_writes(board, command, changed):
    say(board, command)
    assert registers(board) == AFTER_RESET | changed


def test_the_firmwares_spi_is_within_what_the_chip_allows():
    """At 4 MHz: no byte too soon, no command unheard."""
    ads = CytonAds(4)
    ads.configure_lead_off()
    ads.set_channel(0, ChannelSettings(gain=5))
    ads.deactivate(3)
    ads.activate(3)
    ads.set_lead_off(3, 1, 1)
    ads.set_test_signal(Mux.TEST, 4, 1)
    ads.start()
    assert ads.codes(np.zeros((10, 4))).any()
    ads.stop()
    ads.set_defaults()
    assert ads.read(ChipRegister.ID) == 0x3E
    assert ads.mistakes == 0


@pytest.mark.parametrize("gain", [1, 2, 4, 6, 8, 12, 24])
def test_a_gain_scales_the_codes(board, gain):
    say(board, f"x1{0}{[1, 2, 4, 6, 8, 12, 24].index(gain)}0110Xb")
    found = codes(board, 1, [1000.0, 1000.0])[0]
    assert found[0] == round(1000 * gain * (2**23 - 1) / 4.5e6)
    assert found[1] == 44739
    assert board.gains[:2] == [gain, 24]


def test_channels_that_are_off_or_elsewhere_do_not_read_their_electrode(board):
    """Channel 1 off by `x`, 2 by `2`, 3 shorted."""
    uv = [1000.0] * 4
    say(board, "x1160110X2x3061110Xb")
    assert codes(board, 2, uv)[1].tolist() == [0, 0, 0, 44739, 0, 0, 0, 0]
    say(board, "d")
    assert codes(board, 2, uv)[1].tolist() == [44739] * 4 + [0] * 4
    say(board, "0")
    assert not codes(board, 2, uv).any()
    say(board, "dx1060111X")  # SRB1 takes the place of every electrode
    assert not codes(board, 2, uv).any()


@pytest.mark.parametrize(
    ("command", "uv", "half_s"),
    [("-", 1875, 0.512), ("=", 1875, 0.256), ("[", 3750, 0.512), ("]", 3750, 0.256), ("p", 3750, None)],
)
def test_test_signals_are_the_chips_own(board, command, uv, half_s):
    """A square of VREF / 2400 or twice that, half a period of 2^20 or 2^19 clocks; `p` stands still. The board's
    documentation has 1855 to 1865 uV rms and 3680 to 3715.
    """
    say(board, command + "b")
    found = codes(board, 500, [1e4] * 4) * 4.5e6 / (2**23 - 1) / 24
    np.testing.assert_array_equal(found, np.tile(found[:, :1], 8))
    settled = np.abs(np.abs(found[:, 0]) - uv) < 1
    assert settled.mean() > 0.94
    turns = np.flatnonzero(np.diff(np.sign(found[:, 0]))) / 250
    if half_s is None:
        assert not len(turns)
    else:
        np.testing.assert_allclose(np.diff(turns), half_s, atol=0.0041)


@pytest.mark.parametrize("side", ["10", "01"])
def test_the_lead_off_current_shows_the_contacts_impedance(board, side):
    """51 kOhm beside 47 nF behind the board's 2.2 kOhm, at 31.25 Hz: of electrode 2, or of the reference on SRB2."""
    say(board, f"z2{side}Zb")
    found = codes(board, 400)
    omega = 2 * np.pi * 31.25
    ohm = abs(2200 + 51e3 / (1 + 1j * omega * 51e3 * 47e-9))
    lsb_uv = 4.5e6 / 24 / 2**23
    estimate = estimate_impedance_ohm(found[80:].astype(np.int32), samples_per_cycle=8, current_a=6e-9, lsb_uv=lsb_uv)
    assert estimate[1] == pytest.approx(ohm, rel=0.01)
    others = np.delete(estimate[:4], 1)
    np.testing.assert_allclose(others, 0 if side == "01" else ohm, rtol=0.01, atol=1)


def test_the_lead_off_signal_comes_on_top_of_the_electrodes(board):
    say(board, "z201Zb")
    twin = CytonBoard(4)
    say(twin, "z201Zb")
    uv = [5.0, -3000.0, 7.0, 1.0]
    alone = np.rint(np.array(uv) * 24 * (2**23 - 1) / 4.5e6)
    np.testing.assert_array_equal(codes(board, 50, uv)[:, :4], codes(twin, 50)[:, :4] + alone)


def test_an_unused_channel_goes_to_its_rail(board):
    """Nothing hangs on it: the current drives the input from one rail to the other."""
    say(board, "z701Zb")
    found = codes(board, 100)[20:, 6]
    assert (found.min(), found.max()) == (-(2**23), 2**23 - 1)
