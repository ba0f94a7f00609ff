"""The registers as table 11 of SBAS499C prints them, read and written over the bus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

# Defaults; then what is left after FFh and after 00h has been written to every register. GPIO pins are low.
DEFAULT = {
    8: "3e 96 c0 60 00 61 61 61 61 61 61 61 61 00 00 00 00 00 00 00 0f 00 00 00",
    6: "3d 96 c0 60 00 61 61 61 61 61 61 00 00 00 00 00 00 00 00 00 0f 00 00 00",
    4: "3c 96 c0 60 00 61 61 61 61 00 00 00 00 00 00 00 00 00 00 00 0f 00 00 00",
}
ONES = {
    8: "3e f7 d7 fe ef ff ff ff ff ff ff ff ff ff ff ff ff ff 00 00 0f 20 00 0a",
    6: "3d f7 d7 fe ef ff ff ff ff ff ff 00 00 3f 3f 3f 3f 3f 00 00 0f 20 00 0a",
    4: "3c f7 d7 fe ef ff ff ff ff 00 00 00 00 0f 0f 0f 0f 0f 00 00 0f 20 00 0a",
}
ZEROS = {
    8: "3e 90 c0 60 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    6: "3d 90 c0 60 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    4: "3c 90 c0 60 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
}


def read_all(chip) -> str:
    return chip.transfer(bytes([0x20, 23]) + bytes(24))[2:].hex(" ")


@pytest.mark.parametrize("channels", [4, 6, 8])
def test_a_reset_leaves_the_datasheets_defaults(boot, channels):
    chip = boot(channels=channels, registers={1: 0xF0, 5: 0x00, 0x17: 0x0A})
    chip.transfer(b"\x06")
    chip.advance(cycles=18)
    chip.transfer(b"\x11")
    assert read_all(chip) == DEFAULT[channels]


@pytest.mark.parametrize("channels", [4, 6, 8])
@pytest.mark.parametrize(("value", "left"), [(0xFF, ONES), (0x00, ZEROS)])
def test_only_what_is_writable_and_there_can_be_written(boot, channels, value, left):
    chip = boot(channels=channels)
    chip.transfer(bytes([0x40, 23]) + bytes([value]) * 24)
    assert read_all(chip) == left[channels]


@given(
    writes=st.lists(st.tuples(st.integers(0, 0x1F), st.lists(st.integers(0, 255), min_size=1, max_size=32)), max_size=8)
)
def test_a_register_holds_the_writable_bits_of_what_was_last_written_to_it(boot, writes):
    chip = boot()
    ones, held = bytes.fromhex(ONES[8]), bytearray(bytes.fromhex(read_all(chip)))
    zeros = bytes.fromhex(ZEROS[8])
    for address, values in writes:
        chip.transfer(bytes([0x40 | address, len(values) - 1, *values]))
        for at, value in zip(range(address, 24), values, strict=False):
            held[at] = value & (ones[at] ^ zeros[at]) | ones[at] & zeros[at]
            if at == 0x14:  # inputs read their pins, which are low
                held[at] = value & ~((value & 0x0F) << 4)
    assert read_all(chip) == held.hex(" ")


def test_registers_beyond_the_last_read_zero(boot):
    assert boot().transfer(bytes([0x20 | 0x17, 8]) + bytes(9))[2:] == bytes(9)


def test_gpio_inputs_read_their_pins_and_outputs_what_was_written(boot):
    chip = boot(registers={0x14: 0b1010_0011})  # GPIO4, 3 out; 2, 1 in
    chip.set_gpio(0b0101)
    assert chip.transfer(b"\x34\x00\x00")[2] == 0b1001_0011
    chip.set_start(True)
    chip.advance_to_drdy()
    assert chip.transfer(b"\x12" + bytes(3))[1:] == bytes([0xC0, 0x00, 0x09])
