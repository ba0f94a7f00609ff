"""When conversions come: settling, DRDY, start and stop, single shot, standby, power-up, and the oscillator."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.sim.ads1299 import Ads1299, Ads1299Error, ChipClock, ChipErrors, FunctionInputs

SETTLE = {16000: 521, 8000: 1033, 4000: 2057, 2000: 4105, 1000: 8201, 500: 16393, 250: 32777}  # SBAS499C, table 7
CONFIG1 = {rate: 0x90 | code for code, rate in enumerate(SETTLE)}


@pytest.mark.parametrize("rate_hz", SETTLE)
@pytest.mark.parametrize("by", ["pin", "command", "reset", "rate"])
def test_the_first_data_come_after_the_datasheets_settling_time(boot, rate_hz, by):
    chip = boot(registers={1: CONFIG1[rate_hz]})
    expected = SETTLE[rate_hz]
    if by == "pin":
        chip.set_start(True)
    elif by == "command":
        chip.transfer(b"\x08")
    elif by == "reset":  # to 250 SPS, and 18 clocks until the reset is done (section 9.4.2)
        chip.set_start(True)
        chip.advance(cycles=1000)
        chip.transfer(b"\x06")
        expected = SETTLE[250] + 18
    else:
        chip.transfer(bytes([0x41, 0, CONFIG1[250 if rate_hz != 250 else 500]]))
        chip.set_start(True)
        chip.advance(cycles=12345)
        chip.transfer(bytes([0x41, 0, CONFIG1[rate_hz]]))
    assert chip.cycles_to_drdy() == expected
    assert chip.advance(cycles=expected - 1) == 0
    assert chip.drdy
    assert chip.advance(cycles=1) == 1
    assert not chip.drdy
    by_hand = 2_048_000 // (250 if by == "reset" else rate_hz)
    assert chip.cycles_to_drdy() == by_hand


def test_drdy_rises_with_the_first_sclk(boot):
    chip = boot()
    chip.set_start(True)
    chip.advance_to_drdy()
    chip.transfer(b"\x00")
    assert chip.drdy


def test_unread_data_make_drdy_pulse_high_for_4_clocks_before_the_next(boot):
    chip = boot()
    chip.set_start(True)
    chip.advance_to_drdy()
    levels = []
    for _ in range(8192):
        chip.advance(cycles=1)
        levels.append(chip.drdy)
    assert levels == [False] * (8192 - 5) + [True] * 4 + [False]


@pytest.mark.parametrize("by", ["pin", "command"])
def test_after_stop_the_conversion_in_progress_completes_and_no_other(boot, by):
    chip = boot(registers={1: 0x94})
    chip.set_start(True) if by == "pin" else chip.transfer(b"\x08")
    chip.advance(cycles=8201 + 5 * 2048 + 100)
    chip.set_start(False) if by == "pin" else chip.transfer(b"\x0a")
    assert chip.advance(cycles=100_000) == 1
    assert chip.cycles_to_drdy() is None


def test_start_while_converting_changes_nothing(boot):
    chip = boot()
    chip.transfer(b"\x08")
    chip.advance(cycles=1000)
    chip.transfer(b"\x08")
    assert chip.cycles_to_drdy() == 32777 - 1000


def test_a_single_shot_gives_one_conversion_whose_drdy_stays_low_until_the_next_start(boot):
    chip = boot(registers={1: 0x94, 0x17: 0x08})
    chip.transfer(b"\x08")
    assert chip.advance(cycles=100_000) == 1
    chip.transfer(b"\x12" + bytes(27))
    assert not chip.drdy
    chip.transfer(b"\x08")
    assert chip.drdy
    assert chip.cycles_to_drdy() == 8201


def test_in_standby_nothing_is_converted_and_only_wakeup_is_heard(boot):
    chip = boot()
    chip.transfer(b"\x08")
    chip.transfer(b"\x04")
    assert chip.advance(1.0) == 0
    assert chip.transfer(b"\x25\x00\x00") == bytes(3)
    assert chip.counts.ignored_commands == 1
    chip.transfer(b"\x02")
    assert chip.cycles_to_drdy() == 64 + 32777  # 31.25 us (section 7.5)


def test_without_tpor_and_a_reset_the_chip_is_dead():
    chip = Ads1299(FunctionInputs(), rng=np.random.default_rng(0))
    read_id = b"\x11\x20\x00\x00"

    def alive() -> bool:
        return chip.transfer(read_id)[3] == 0x3E

    chip.advance(cycles=2**18 - 1)
    chip.transfer(b"\x06")
    chip.advance(cycles=18)
    assert not alive()  # reset too early, by one clock
    chip.set_start(True)
    assert chip.advance(1.0) == 0
    chip.transfer(b"\x06")
    assert not alive()  # for 18 clocks
    chip.advance(cycles=18)
    assert alive()
    chip.set_pwdn(False)
    assert not alive()
    chip.set_pwdn(True)
    assert not alive()


@pytest.mark.parametrize(("low_cycles", "resets"), [(1, False), (2, True)])
def test_the_reset_pin_must_be_low_for_2_clocks(boot, low_cycles, resets):
    chip = boot(registers={5: 0x00})
    chip.set_reset(False)
    chip.advance(cycles=low_cycles)
    chip.set_reset(True)
    chip.advance(cycles=18)
    assert chip.transfer(b"\x11\x25\x00\x00")[3] == (0x61 if resets else 0x00)


@pytest.mark.parametrize("rate_hz", [250, 1000, 16000])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_step_shows_whole_in_the_fourth_drdy_after_it_and_not_before(boot, rate_hz, share):
    period = 2_048_000 // rate_hz
    chip = boot(registers={1: CONFIG1[rate_hz], 5: 0x10})
    chip.set_start(True)
    chip.advance_to_drdy()
    chip.advance(cycles=round(share * period))
    chip.connect(FunctionInputs({"IN1P": 0.1}))
    whole = round(0.1 * 2 / 4.5 * 2**23)
    codes = np.concatenate([chip.capture(1) for _ in range(5)])[:, 0]
    assert codes[3] == codes[4] == whole
    assert np.all(np.diff(codes[:4]) > 0)


@settings(max_examples=20)
@given(pieces=st.lists(st.integers(1, 30_000), min_size=1, max_size=20))
def test_how_time_is_cut_changes_no_code(boot, pieces):
    inputs = FunctionInputs({"IN1P": lambda t: 1e-3 * np.sin(40 * t)})
    registers = {1: 0x93, 5: 0x50}
    chip, twin = (boot(inputs, registers, part=ChipErrors.draw(np.random.default_rng(4))) for _ in range(2))
    for one in (chip, twin):
        one.set_start(True)
    whole = twin.capture(2 + sum(pieces) // 1024)
    done = 0
    for piece in pieces:
        done += chip.advance(cycles=piece)
        if done:
            frame = chip.transfer(b"\x12" + bytes(6))
            assert int.from_bytes(frame[4:], "big", signed=True) == whole[done - 1, 0]


def test_a_fast_oscillator_gives_more_samples_a_second(boot):
    chip = boot(registers={1: 0x94}, clock=ChipClock(error=0.005))
    chip.set_start(True)
    chip.advance_to_drdy()
    assert chip.advance(10.0) == 10_050


@given(
    error=st.floats(-0.025, 0.025),
    wander=st.floats(-1e-3, 1e-3),
    phase=st.floats(0, 6.28),
    time_s=st.floats(0, 86_400),
)
def test_clock_cycles_and_time_are_inverse(error, wander, phase, time_s):
    clock = ChipClock(error=error, wander=wander, wander_s=1200.0, phase=phase)
    assert float(clock.time_s(clock.cycles(time_s))) == pytest.approx(time_s, abs=1e-8)


def test_drawn_oscillators_keep_to_the_datasheet():
    rng = np.random.default_rng(0)
    room = np.array([ChipClock.draw(rng).error for _ in range(2000)])
    hot = np.array([ChipClock.draw(rng, 85.0).error for _ in range(2000)])
    assert 0.0045 < np.abs(room).max() <= 0.005
    assert 0.015 < np.abs(hot).max() <= 0.025
    clock = ChipClock.draw(rng)
    seconds = np.diff([clock.cycles(t) for t in range(0, 3600, 60)]) / 60 / clock.hz
    assert np.ptp(seconds) == pytest.approx(2 * abs(clock.wander), rel=0.05)


def test_captured_samples_count_as_read(boot):
    chip = boot()
    chip.set_start(True)
    for _ in range(3):
        chip.capture(10)
        assert chip.drdy
    assert chip.advance(cycles=8192) == 1
    assert chip.counts.unread_frames == 0


def test_time_does_not_run_backwards(boot):
    with pytest.raises(Ads1299Error, match="cannot advance by -1 s and 0 cycles: both must be 0 or more"):
        boot().advance(-1)


def test_who_waits_for_a_chip_that_does_not_convert_is_told(boot):
    with pytest.raises(Ads1299Error, match="not converting"):
        boot().advance_to_drdy()
    chip = boot(registers={0x17: 0x08})
    chip.set_start(True)
    with pytest.raises(Ads1299Error, match="continuous"):
        chip.capture(10)
