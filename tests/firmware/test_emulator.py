"""The ELF in QEMU: what it says, what it makes of a stream, and how it ends."""

from __future__ import annotations

import os

import numpy as np
import pytest

from earloop.firmware.build import build_elf
from earloop.firmware.emulator import CLOCKS_PER_INSTRUCTION, Emulator
from earloop.hil.devices.earbud import EMULATED_SILENCE_S
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.port import open_port
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import DeviceFault, MessageType, Status
from earloop.spec.signal_messages import Samples
from tests.firmware.blackbox import Earbud

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
    with EarbudLink(open_port(emulator.port, fixed.design), fixed, silence_s=EMULATED_SILENCE_S) as link:
        yield link


def codes_of(seconds, seed=1):
    rng = np.random.default_rng(seed)
    return rng.integers(-(2**20), 2**20, (1000 * seconds, 4)).astype(np.int32)


def test_says_who_it_is(link, fixed, elf):
    hello = link.hello()
    assert hello.design_hash.hex() == fixed.design.design_hash
    assert hello.build.hex() == elf.parent.name
    assert (hello.self_test, hello.boot_cause) == (DeviceFault.NONE, DeviceFault.NONE)
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
    assert run.received.all()
    assert (run.status.received, run.status.ticks, run.line_faults) == (10_000, 2000, 0)
    assert run.status.saturated_tokens == golden.saturated_tokens.sum()
    assert taken[-1] == 10_000


def test_the_same_input_costs_the_same_instructions(link, fixed):
    link.configure(fixed.design.design_hash)
    runs = [link.run(codes_of(1), lock_step=True) for _ in range(2)]
    counts = [round(run.tick_clocks_max / CLOCKS_PER_INSTRUCTION) for run in runs]
    means = [run.tick_clocks_mean / CLOCKS_PER_INSTRUCTION for run in runs]
    assert counts[0] == counts[1]
    assert means[0] == pytest.approx(means[1], abs=0.05)  # a reading is exact to a clock, a 21st of an instruction
    assert 1000 < means[0] < BUDGET_INSTRUCTIONS


def test_a_burst_of_all_the_credit_overruns_nothing(emulator, fixed):
    """The whole credit in frames of one sample, written at once: the worst that a host may do."""
    design, codes = fixed.design, codes_of(1)
    credit = design.link.credit_frames * design.link.samples_per_frame
    port = open_port(emulator.port, design)
    earbud = Earbud(port, fixed)
    earbud.configure()
    earbud.start()
    assert earbud.after.credit == credit
    wire = [earbud.next_frame(MessageType.SAMPLES, Samples(i, codes[i : i + 1]).pack()) for i in range(credit)]
    answers = [Status.unpack(answer.payload) for answer in earbud.write(b"".join(wire))]
    port.close()
    assert [status.received for status in answers] == list(range(1, credit + 1))
    assert (earbud.after.credit, earbud.after.corrupt_in) == (2 * credit, 0)


def test_another_design_is_refused_by_both_ends(link, other_fixed, fixed):
    with pytest.raises(LinkError, match=f"built for {fixed.design.design_hash}.*{other_fixed.design.design_hash}"):
        link.configure(other_fixed.design.design_hash)


def test_a_reset_is_noticed_and_counted(emulator, link, fixed):
    link.configure(fixed.design.design_hash)
    emulator.reset()
    with pytest.raises(LinkError, match=r"^earbud restarted: boot count 1, was 0$"):
        link.query()
    hello = link.hello()
    assert (hello.boots, hello.boot_cause) == (1, DeviceFault.NONE)


def test_no_process_is_left_behind(elf):
    with pytest.raises(RuntimeError, match="mine"), Emulator(elf) as emulator:  # noqa: PT012
        pid = emulator._process.pid
        raise RuntimeError("mine")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_missing_firmware_is_one_line(tmp_path):
    with pytest.raises(EarloopError, match="no such file"):
        Emulator(tmp_path / "none.elf")


def test_qemu_dying_is_one_line(elf, monkeypatch):
    monkeypatch.setattr("earloop.firmware.emulator.MACHINE", "no-such-machine")
    with pytest.raises(EarloopError, match=r"^qemu-system-arm: ended with 1: .*machine.*$"):
        Emulator(elf)


def test_a_missing_qemu_names_its_package(elf, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EarloopError, match="install the Debian package qemu-system-arm"):
        Emulator(elf)
