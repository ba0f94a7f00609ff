"""The ELF in QEMU: what it says, what it makes of a stream, and how it ends."""

from __future__ import annotations

import os

import numpy as np
import pytest

from firmware.build import build_elf
from firmware.emulator import CLOCKS_PER_INSTRUCTION, Emulator
from hil.link import EarbudLink, open_port
from spec.errors import EarloopError, LinkError
from spec.framing import Frame, encode_frame
from spec.golden import GoldenTokenizer
from spec.messages import MessageType, Samples, Tap

BUDGET_INSTRUCTIONS = 6000  # a 200 Hz tick of 4 channels: under 1 % of the 168 MHz core


@pytest.fixture(scope="module")
def elf(fixed):
    return build_elf(fixed)


@pytest.fixture
def emulator(elf):
    with Emulator(elf) as emulator:
        yield emulator


@pytest.fixture
def link(emulator, fixed):
    with EarbudLink(open_port(emulator.port, fixed.design), fixed, silence_s=20.0) as link:
        yield link


def codes_of(seconds, seed=1):
    rng = np.random.default_rng(seed)
    return rng.integers(-(2**20), 2**20, (1000 * seconds, 4)).astype(np.int32)


def test_says_who_it_is(link, fixed, elf):
    hello = link.hello()
    assert hello.design_hash.hex() == fixed.design.design_hash
    assert hello.build.hex() == elf.parent.name
    assert hello.taps == Tap.TOKENS
    assert hello.boots == 0
    assert hello.serial == bytes(12)  # QEMU's chip has no number: the read that faults is caught


def test_ten_seconds_equal_golden(link, fixed):
    codes = codes_of(10)
    golden = GoldenTokenizer(fixed)
    wanted = golden.push(codes).tokens
    link.configure(fixed.design.design_hash)
    taken = []
    run = link.run(codes, advance=taken.append)
    np.testing.assert_array_equal(run.tokens, wanted)
    assert (run.samples, run.ticks, run.corrupt) == (10_000, 2000, 0)
    assert run.saturated == golden.saturated_tokens.sum()
    assert taken[-1] == 10_000


def test_the_same_input_costs_the_same_instructions(link, fixed):
    link.configure(fixed.design.design_hash)
    runs = [link.run(codes_of(1), lock_step=True) for _ in range(2)]
    counts = [round(run.tick_clocks_max / CLOCKS_PER_INSTRUCTION) for run in runs]
    means = [run.tick_clocks_mean / CLOCKS_PER_INSTRUCTION for run in runs]
    assert counts[0] == counts[1]
    assert means[0] == pytest.approx(means[1], abs=0.05)  # a reading is exact to a clock, a 21st of an instruction
    assert 1000 < means[0] < BUDGET_INSTRUCTIONS


def test_a_burst_of_all_the_credit_overruns_nothing(link, fixed):
    """The whole credit in frames of one sample, written at once: the worst that a host may do."""
    design = fixed.design
    credit = design.link.credit_frames * design.link.samples_per_frame
    codes = codes_of(1)
    link.configure(design.design_hash)
    link._send(MessageType.START)
    status = link._await_status(2, "after START")
    assert status.credit == credit
    first = link._sequence_out
    link._port.write(
        b"".join(
            encode_frame(Frame(MessageType.SAMPLES, first + i, Samples(i, codes[i : i + 1]).pack()))
            for i in range(credit)
        )
    )
    link._sequence_out = first + credit
    for _ in range(credit):
        status = link._await_status(2, "in the burst")
    assert (status.received, status.corrupt, status.credit) == (credit, 0, 2 * credit)


def test_another_design_is_refused_by_both_ends(link, other_fixed, fixed):
    with pytest.raises(LinkError, match=f"built for {fixed.design.design_hash}.*{other_fixed.design.design_hash}"):
        link.configure(other_fixed.design.design_hash)


def test_a_corrupt_frame_is_reported(link, fixed):
    link.configure(fixed.design.design_hash)
    link._port.write(b"\x05garbage\0")
    with pytest.raises(LinkError, match=r"CORRUPT.*1 since boot"):
        link.run(codes_of(1))


def test_a_frame_out_of_order_is_reported(link, fixed):
    link.configure(fixed.design.design_hash)
    link._sequence_out += 5
    with pytest.raises(LinkError, match=r"SEQUENCE.*expected number"):
        link.run(codes_of(1))


def test_a_reset_is_noticed_and_counted(emulator, link):
    link.hello()
    emulator.reset()
    with pytest.raises(LinkError, match="restarted after reset: boot count 1, was 0"):
        link._await(MessageType.STATUS, "after reset")
    assert link.hello().boots == 1


def test_no_process_is_left_behind(elf):
    with pytest.raises(RuntimeError, match="mine"), Emulator(elf) as emulator:  # noqa: PT012
        pid = emulator._process.pid
        raise RuntimeError("mine")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_missing_firmware_is_one_line(tmp_path):
    with pytest.raises(EarloopError, match="no such firmware"):
        Emulator(tmp_path / "none.elf")


def test_qemu_dying_is_one_line(elf, monkeypatch):
    monkeypatch.setattr("firmware.emulator.MACHINE", "no-such-machine")
    with pytest.raises(EarloopError, match=r"^qemu-system-arm: ended with 1: .*machine.*$"):
        Emulator(elf)


def test_a_missing_qemu_names_its_package(elf, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EarloopError, match="install the Debian package qemu-system-arm"):
        Emulator(elf)
