"""The time between the bytes of a command: 4 tCLK are 1.953 us (SBAS499C, section 9.5.3)."""

import pytest

from earloop.sim.ads1299 import Ads1299Error, FunctionInputs

AT_16_MHZ, AT_4_MHZ, AT_1_MHZ = 0.5e-6, 2e-6, 8e-6
SLOWEST_TOO_FAST, FASTEST_SLOW_ENOUGH = 3.99 / 2_048_000, 4.01 / 2_048_000


def clean(chip) -> bool:
    return not any(vars(chip.counts).values())


@pytest.mark.parametrize("byte_s", [FASTEST_SLOW_ENOUGH, AT_4_MHZ, AT_1_MHZ])
def test_at_the_datasheets_4_mhz_bytes_may_follow_back_to_back(boot, byte_s):
    chip = boot()
    chip.transfer(b"\x45\x02\x12\x34\x56", byte_s=byte_s)
    assert chip.transfer(b"\x25\x02\x00\x00\x00", byte_s=byte_s)[2:] == b"\x12\x34\x56"
    assert clean(chip)


@pytest.mark.parametrize("byte_s", [AT_16_MHZ, SLOWEST_TOO_FAST])
def test_registers_written_too_fast_are_not_written(boot, byte_s):
    chip = boot()
    chip.transfer(b"\x45\x00\x12", byte_s=byte_s)
    assert chip.counts.rushed_bytes > 0
    assert chip.transfer(b"\x25\x00\x00")[2] == 0x61


def test_registers_read_too_fast_read_zero(boot):
    chip = boot()
    assert chip.transfer(b"\x25\x00\x00", byte_s=AT_16_MHZ) == bytes(3)
    assert chip.counts.rushed_bytes == 2


def test_each_byte_counts_from_the_end_of_the_one_before_it(boot):
    """A pause behind each byte, as the datasheet asks for at 16 MHz: 1.46 us more."""
    chip = boot()
    chip.set_cs(False)
    for byte in b"\x45\x00\x12":
        chip.transfer(bytes([byte]), byte_s=AT_16_MHZ)
        chip.advance(1.46e-6)
    read = b""
    for byte in b"\x25\x00\x00":
        read += chip.transfer(bytes([byte]), byte_s=AT_16_MHZ)
        chip.advance(1.46e-6)
    assert read[2] == 0x12
    assert clean(chip)


def test_a_count_that_is_lost_is_still_awaited(boot):
    """At 16 MHz every fourth byte is heard: 45h, then 00h as the count, then 34h as the value."""
    chip = boot()
    chip.transfer(b"\x45\xff\xff\xff\x00\xff\xff\xff\x34", byte_s=AT_16_MHZ)
    assert chip.counts.rushed_bytes == 6
    assert chip.transfer(b"\x25\x00\x00")[2] == 0x34


def test_what_follows_sdatac_too_soon_is_lost_whatever_cs_does(boot):
    chip = boot()
    chip.transfer(b"\x11", byte_s=AT_16_MHZ)
    assert chip.transfer(b"\x25", byte_s=AT_16_MHZ) == b"\x00"
    assert chip.counts.rushed_bytes == 1
    chip.advance(2e-6)
    assert chip.transfer(b"\x25\x00\x00", byte_s=AT_4_MHZ)[2] == 0x61


def test_frames_may_be_read_at_any_speed(boot):
    """RDATA needs no pause, nor do the frame's bytes (section 9.5.3)."""
    chip = boot(FunctionInputs({"IN1P": 0.01}), registers={5: 0x60})
    chip.transfer(b"\x10")
    chip.set_start(True)
    chip.advance_to_drdy()
    frame = chip.transfer(bytes(27), byte_s=AT_16_MHZ)
    assert frame[:3] == b"\xc0\x00\x00"
    assert int.from_bytes(frame[3:6], "big") == round(0.01 * 24 / 4.5 * 2**23)
    chip.transfer(b"\x11")
    assert chip.transfer(b"\x12" + bytes(27), byte_s=AT_16_MHZ)[1:] == frame
    assert clean(chip)


def test_time_passes_with_the_bytes_and_a_slow_read_is_torn(boot):
    """27 bytes at 100 kHz take 2.16 ms, a conversion at 1 kSPS 1 ms."""
    chip = boot(registers={1: 0x94})
    chip.transfer(b"\x10")
    chip.set_start(True)
    chip.advance_to_drdy()
    begin = chip.cycle
    chip.transfer(bytes(27), byte_s=80e-6)
    assert chip.cycle - begin == pytest.approx(27 * 80e-6 * 2_048_000, abs=1)
    assert chip.counts.torn_reads == 2


def test_who_gives_no_time_is_never_too_fast(boot):
    chip = boot()
    chip.transfer(b"\x45\x00\x12", byte_s=AT_4_MHZ)
    assert chip.transfer(b"\x11\x25\x00\x00")[3] == 0x12
    assert clean(chip)


def test_wakeup_takes_as_long(boot):
    chip = boot()
    chip.transfer(b"\x04")
    chip.transfer(b"\x02\x08", byte_s=AT_16_MHZ)
    assert chip.counts.rushed_bytes == 1
    assert chip.cycles_to_drdy() is None  # START was lost


def test_a_byte_does_not_end_before_it_begins(boot):
    with pytest.raises(Ads1299Error, match="both must be 0 or more"):
        boot().transfer(b"\x00", byte_s=-1e-6)
