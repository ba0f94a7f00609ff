"""The bus: how commands, operands and data may be cut into transfers, and what a driver's mistakes give."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.sim.ads1299 import Ads1299, Ads1299Error, FunctionInputs

RDATAC, SDATAC, RDATA = b"\x10", b"\x11", b"\x12"
LEVELS_V = {f"IN{n}P": 0.01 * n for n in range(1, 9)}


def running(boot, *, continuous: bool) -> Ads1299:
    """Every channel at another level, at 1 kSPS, one conversion complete."""
    chip = boot(FunctionInputs(LEVELS_V), registers={1: 0x94} | {5 + n: 0x60 for n in range(8)})
    if continuous:
        chip.transfer(RDATAC)
    chip.set_start(True)
    chip.advance_to_drdy()
    return chip


def expected_frame() -> bytes:
    """4.5 V / 24 is 2^23 codes (section 9.5.1)."""
    codes = [round(v * 24 / 4.5 * 2**23) for v in LEVELS_V.values()]
    return b"\xc0\x00\x00" + b"".join(code.to_bytes(3, "big", signed=True) for code in codes)


@pytest.mark.parametrize("continuous", [True, False])
def test_a_frame_is_the_status_and_eight_channels(boot, continuous):
    chip = running(boot, continuous=continuous)
    miso = chip.transfer(bytes(27)) if continuous else chip.transfer(RDATA + bytes(27))[1:]
    assert miso == expected_frame()


@pytest.mark.parametrize("channels", [4, 6])
def test_a_chip_of_fewer_channels_sends_a_shorter_frame(boot, channels):
    """15 and 21 bytes: 24 bits of status and 24 of each channel (section 9.4.4.2)."""
    chip = boot(FunctionInputs(LEVELS_V), registers={5 + n: 0x60 for n in range(channels)}, channels=channels)
    chip.set_start(True)
    chip.advance_to_drdy()
    length = 3 + 3 * channels
    assert chip.transfer(RDATA + bytes(27))[1:] == expected_frame()[:length] + bytes(27 - length)


@given(cuts=st.sets(st.integers(1, 26)))
def test_a_frame_may_be_read_in_any_pieces_while_cs_is_low(boot, cuts):
    chip = running(boot, continuous=True)
    chip.set_cs(False)
    edges = [0, *sorted(cuts), 27]
    assert b"".join(chip.transfer(bytes(b - a)) for a, b in pairwise(edges)) == expected_frame()


def test_registers_may_be_written_and_read_byte_by_byte_while_cs_is_low(boot):
    chip = boot()
    chip.set_cs(False)
    for byte in (0x45, 0x01, 0x12, 0x34):
        chip.transfer(bytes([byte]))
    assert [chip.transfer(bytes([byte]))[0] for byte in (0x25, 0x01, 0, 0)] == [0, 0, 0x12, 0x34]


def test_cs_high_in_mid_command_forgets_it(boot):
    chip = boot()
    chip.transfer(b"\x45\x01\x12")
    chip.transfer(b"\x00")  # would be CH2SET
    assert chip.transfer(b"\x25\x01\x00\x00")[2:] == b"\x12\x61"


def test_in_rdatac_registers_are_neither_read_nor_written(boot):
    chip = boot()
    chip.transfer(RDATAC)
    chip.transfer(b"\x45\x00\x06")  # swallowed whole: 06h is no RESET here
    assert chip.transfer(b"\x25\x00\x00") == bytes(3)
    assert chip.counts.ignored_commands == 2
    chip.transfer(SDATAC)
    assert chip.transfer(b"\x25\x00\x00")[2] == 0x61


@given(opcode=st.integers(0, 0x1F))
def test_what_is_no_command_is_counted(boot, opcode):
    chip = boot()
    chip.transfer(bytes([opcode]))
    known = {0x00, 0x02, 0x04, 0x06, 0x08, 0x0A, 0x10, 0x11, 0x12}
    assert chip.counts.unknown_opcodes == (opcode not in known)


def test_reading_before_the_first_conversion_gives_zeros(boot):
    chip = boot()
    assert chip.transfer(RDATA + bytes(27)) == bytes(28)
    chip.transfer(RDATAC)
    assert chip.transfer(bytes(27)) == bytes(27)


def test_after_its_last_byte_a_frame_is_over_or_begins_again(boot):
    chip = running(boot, continuous=True)
    assert chip.transfer(bytes(54)) == expected_frame() + bytes(27)
    chip.transfer(SDATAC)
    chip.transfer(b"\x41\x00\xd4")  # DAISY_EN: multiple readback
    chip.transfer(RDATAC)
    chip.advance_to_drdy()
    assert chip.transfer(bytes(54)) == 2 * expected_frame()


def test_a_read_that_stops_short_leaves_nothing_for_the_next(boot):
    chip = running(boot, continuous=True)
    chip.transfer(bytes(20))
    assert chip.transfer(bytes(7)) == bytes(7)
    chip.advance_to_drdy()
    assert chip.transfer(bytes(27)) == expected_frame()


def test_with_cs_always_low_each_conversion_starts_a_frame(boot):
    chip = running(boot, continuous=True)
    chip.set_cs(False)
    for length in (27, 30, 27):
        chip.advance_to_drdy()
        assert chip.transfer(bytes(length))[:27] == expected_frame()
    assert chip.counts.torn_reads == 0


def test_a_read_in_rdatac_that_a_conversion_interrupts_is_torn_and_counted(boot):
    chip = running(boot, continuous=True)
    chip.set_cs(False)
    first = chip.transfer(bytes(10))
    chip.advance_to_drdy()
    assert first + chip.transfer(bytes(17)) == expected_frame()[:10] + expected_frame()[:17]
    assert chip.counts.torn_reads == 1


def test_a_read_by_rdata_may_overlap_the_next_conversion(boot):
    ramp = FunctionInputs({"IN1P": lambda t: 0.01 * t})
    chip = boot(ramp, registers={5: 0x60})
    chip.set_start(True)
    chip.advance_to_drdy()
    whole = chip.transfer(RDATA + bytes(27))[1:]
    chip.set_cs(False)
    head = chip.transfer(RDATA + bytes(4))[1:]
    chip.advance_to_drdy()
    assert head + chip.transfer(bytes(23)) == whole
    assert chip.transfer(RDATA + bytes(27))[1:] != whole
    assert chip.counts.torn_reads == 0


def test_who_reads_too_late_gets_the_newest_frame_and_the_lost_are_counted(boot):
    ramp = FunctionInputs({"IN1P": lambda t: 0.01 * t})
    chip, twin = (boot(ramp, registers={5: 0x60}) for _ in range(2))
    for one in (chip, twin):
        one.transfer(RDATAC)
        one.set_start(True)
    codes = twin.capture(5)
    chip.advance(cycles=32777 + 4 * 8192)
    assert int.from_bytes(chip.transfer(bytes(27))[3:6], "big", signed=True) == codes[4, 0]
    assert chip.counts.unread_frames == 4


def test_while_cs_is_high_the_bus_is_not_heard_but_drdy_rises(boot):
    chip = running(boot, continuous=False)
    assert not chip.drdy
    assert chip.shift(RDATA + bytes(27)) == bytes(28)
    assert chip.drdy
    assert chip.transfer(RDATA + bytes(27))[1:] == expected_frame()


def test_every_transfer_is_as_long_as_what_was_sent(boot):
    rng, chip = np.random.default_rng(0), boot()
    for _ in range(200):
        mosi = rng.integers(0, 256, rng.integers(0, 40), dtype=np.uint8).tobytes()
        assert len(chip.transfer(mosi)) == len(mosi)
        chip.advance(1e-3)


@pytest.mark.parametrize("channels", [0, 5, 7, 16])
def test_a_chip_that_is_not_made_is_refused(channels):
    with pytest.raises(Ads1299Error, match=f"{channels} channels: an ADS1299 has 4, 6 or 8"):
        Ads1299(FunctionInputs(), channels, rng=np.random.default_rng(0))


def test_a_driver_that_follows_the_datasheets_flow_chart_gets_noise_and_then_the_test_signal():
    """Figure 67 of SBAS499C, by the pins alone."""
    chip = Ads1299(FunctionInputs(), rng=np.random.default_rng(5))
    chip.advance(cycles=2**18)
    chip.set_reset(False)
    chip.advance(cycles=2)
    chip.set_reset(True)
    chip.advance(cycles=18)
    chip.transfer(SDATAC)
    chip.transfer(b"\x43\x00\xe0")
    chip.advance(0.3)
    chip.transfer(b"\x41\x01\x96\xc0")
    chip.transfer(b"\x45\x07" + b"\x01" * 8)
    chip.set_start(True)
    chip.transfer(RDATAC)

    def read_uv(frames: int) -> np.ndarray:
        rows = []
        for _ in range(frames):
            while chip.drdy:
                chip.advance(cycles=100)
            row = chip.transfer(bytes(27))
            assert row[:3] == b"\xc0\x00\x00"
            rows.append([int.from_bytes(row[i : i + 3], "big", signed=True) for i in range(3, 27, 3)])
        return np.array(rows) * 4.5e6 / 2**23

    begin = chip.cycle
    noise = read_uv(500)
    assert (chip.cycle - begin) / 8192 == pytest.approx(500 + 3, abs=0.1)
    np.testing.assert_allclose(noise.std(axis=0), 1.08, rtol=0.15)  # gain 1, 250 SPS
    chip.transfer(SDATAC)
    chip.transfer(b"\x42\x00\xd0")
    chip.transfer(b"\x45\x07" + b"\x05" * 8)
    chip.transfer(RDATAC)
    square = read_uv(500)[10:]
    np.testing.assert_allclose(np.percentile(square, [10, 90], axis=0), [[-1875] * 8, [1875] * 8], rtol=0.025, atol=250)
    assert vars(chip.counts) == dict.fromkeys(vars(chip.counts), 0)
