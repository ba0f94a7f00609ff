"""Chips in a chain: the second one's frame comes after the first one's, one bit late (SBAS459I, figure 46)."""

import numpy as np
import pytest

from earloop.sim.ads1299 import Ads1299, Ads1299Error, ChipClock, DaisyChain, FunctionInputs

CHANNEL_ON = {5 + n: 0x60 for n in range(8)}


def levels(first_mv: int, channels: int) -> FunctionInputs:
    return FunctionInputs({f"IN{n}P": 1e-3 * (first_mv + n) for n in range(1, channels + 1)})


def frame(first_mv: int, channels: int) -> bytes:
    codes = [round(1e-3 * (first_mv + n) * 24 / 4.5 * 2**23) for n in range(1, channels + 1)]
    return b"\xc0\x00\x00" + b"".join(code.to_bytes(3, "big", signed=True) for code in codes)


def bits(data: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in data)


@pytest.fixture
def chain(boot):
    """Eight, four and eight channels, every one at another level, converting at 1 kSPS."""
    chips = [
        boot(
            levels(first, channels),
            {1: 0x94} | {a: v for a, v in CHANNEL_ON.items() if a < 5 + channels},
            channels=channels,
        )
        for first, channels in ((0, 8), (20, 4), (-90, 8))
    ]
    chain = DaisyChain(chips)
    chain.set_start(True)
    return chain


def run_to_drdy(chain):
    chain.advance(cycles=chain.chips[0].cycles_to_drdy())
    assert not chain.drdy


def split(data: bytes, lengths) -> list[str]:
    """The frames of a chain, without the bits between them."""
    left, parts = bits(data), []
    for length in lengths:
        parts.append(left[: 8 * length])
        left = left[8 * length + 1 :]
    return parts


FRAMES = [bits(frame(0, 8)), bits(frame(20, 4)), bits(frame(-90, 8))]


@pytest.mark.parametrize("continuous", [True, False])
def test_the_frames_follow_each_other_one_bit_apart(chain, continuous):
    if continuous:
        chain.transfer(b"\x10")
    run_to_drdy(chain)
    data = chain.transfer(bytes(70)) if continuous else chain.transfer(b"\x12" + bytes(70))[1:]
    assert bits(data)[216] == "0"
    assert split(data, (27, 15, 27)) == FRAMES


@pytest.mark.parametrize("cut", [1, 26, 27, 28, 42, 69])
def test_a_chain_may_be_read_in_pieces(chain, cut):
    chain.transfer(b"\x10")
    run_to_drdy(chain)
    chain.set_cs(False)
    assert split(chain.shift(bytes(cut)) + chain.shift(bytes(70 - cut)), (27, 15, 27)) == FRAMES


def test_each_conversion_of_a_chain_is_read_whole(chain):
    chain.transfer(b"\x10")
    for _ in range(5):
        run_to_drdy(chain)
        assert split(chain.transfer(bytes(70), byte_s=2e-6), (27, 15, 27)) == FRAMES
    for chip in chain.chips:
        assert not any(vars(chip.counts).values())


def test_behind_the_last_chip_the_line_is_low(chain):
    chain.transfer(b"\x10")
    run_to_drdy(chain)
    assert set(bits(chain.transfer(bytes(90)))[8 * 69 + 2 :]) == {"0"}


def test_with_multiple_readback_the_first_chip_repeats_its_own(chain):
    chain.transfer(b"\x41\x00\xd4")
    chain.transfer(b"\x10")
    run_to_drdy(chain)
    assert chain.transfer(bytes(54)) == 2 * frame(0, 8)


def test_a_write_reaches_all_and_a_read_the_first(chain):
    chain.transfer(b"\x45\x00\x12")
    chain.chips[0].transfer(b"\x46\x00\x34")  # its own chip select
    assert [chip.transfer(b"\x25\x01\x00\x00")[2:].hex() for chip in chain.chips] == ["1234", "1260", "1260"]
    assert chain.transfer(b"\x25\x01\x00\x00")[2:].hex() == "1234"


def test_a_reset_line_reaches_all(chain):
    chain.set_reset(False)
    chain.advance(cycles=2)
    chain.set_reset(True)
    chain.advance(cycles=18)
    assert [chip.transfer(b"\x11\x25\x00\x00")[3] for chip in chain.chips] == [0x61] * 3


def test_daisy_in_of_one_chip_alone(boot):
    """What stands on the pin comes out behind the frame, shifted by a bit."""
    chip = boot(levels(0, 8), CHANNEL_ON)
    chip.transfer(b"\x10")
    chip.set_start(True)
    chip.advance_to_drdy()
    chip.set_cs(False)
    seen = chip.shift(bytes(30), daisy_in=b"\xa5\x0f")
    assert seen[:27] == frame(0, 8)
    assert bits(seen[27:]) == "0" + bits(b"\xa5\x0f") + "0000000"


@pytest.mark.parametrize("chips", [0, 2])
def test_a_chain_that_cannot_run_is_refused(chips):
    parts = [
        Ads1299(FunctionInputs(), rng=np.random.default_rng(0), clock=ChipClock(error=0.001 * n)) for n in range(chips)
    ]
    with pytest.raises(Ads1299Error, match="one or more, with one clock"):
        DaisyChain(parts)
