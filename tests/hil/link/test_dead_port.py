"""Ports that are dead, full or gone for good: a bound on each wait, and one line that says what is wrong."""

from __future__ import annotations

import os
import re
import signal
from contextlib import nullcontext

import pytest
import serial

from earloop.firmware.build import build_elf
from earloop.firmware.emulator import Emulator
from earloop.hil.devices.earbud import EmulatedEarbud
from earloop.hil.devices.from_transcript import TranscriptDevice
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.judging.judge import judge
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.numbered_line import NobodyReadsError, NumberedLine
from earloop.hil.link.port import PortLostError, SystemClock, open_port
from earloop.hil.transcript.reader import read_transcript
from earloop.hil.transcript.recorder import Recorder
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.messages import MessageType
from earloop.system.project import ROOT


@pytest.fixture
def full_port(design):
    """A port at whose far end nobody reads."""
    ours, theirs = os.openpty()
    port = open_port(os.ttyname(theirs), design, write_s=0.05)
    yield port
    port.close()
    os.close(ours)
    os.close(theirs)


def test_a_write_that_nobody_reads_ends(full_port):
    line = NumberedLine(full_port, SystemClock(), None, 1.0)

    def speak_on():
        for _ in range(100):
            line.send(MessageType.SAMPLES, bytes(1000))

    with pytest.raises(NobodyReadsError, match=r"^the earbud does not read: \d+ bytes could not be written to it$"):
        speak_on()


def test_no_serial_port_is_opened_without_a_bound_on_its_writes():
    opened = [
        call
        for room in ("hil", "firmware", "earloop", "sim", "hw", "bench")
        for path in (ROOT / room).rglob("*.py")
        for call in re.findall(r"(?:serial\.Serial|serial_for_url)\(.*", path.read_text(encoding="utf-8"))
    ]
    assert opened
    assert all("write_timeout=" in call for call in opened)


@pytest.mark.parametrize("spoilt", [False, True], ids=["plain", "on a line that can be spoilt"])
def test_a_port_that_will_not_come_back_is_not_waited_for(fixed, codes_10s, spoilt):
    """Its clock would stand still, so that any wait for it would be without end."""

    class Standing(SystemClock):
        def wait(self, seconds):
            raise AssertionError("waited")

    class Gone:
        timeout, in_waiting = None, 0

        def write(self, data):
            raise serial.SerialException("device disconnected")

        def reset_input_buffer(self):
            pass

        def close(self):
            pass

    line, port = FaultyLine(), Gone()
    near = line.to(port) if spoilt else port
    reopen = line.reopening(None) if spoilt else None
    with EarbudLink(near, fixed, clock=Standing(), reopen=reopen) as link, pytest.raises(LinkError) as error:
        link.hello()
    assert "after HELLO" in str(error.value)


def test_a_killed_emulator_is_named_in_a_run_and_its_transcript_gives_the_same_end(fixed, codes_10s, tmp_path):
    path = tmp_path / "run.transcript"
    with Recorder(path, None, fixed.design.design_hash) as recorder, EmulatedEarbud(fixed, recorder=recorder) as earbud:
        pid = earbud._emulator._process.pid
        killed = r"qemu-system-arm: killed by signal 9: it wrote no message, after sample \d+"
        with pytest.raises(EarloopError, match=killed):
            judge(earbud, codes_10s, fixed, advance=lambda taken: os.kill(pid, signal.SIGKILL))
    with TranscriptDevice(fixed, read_transcript(path)) as device, pytest.raises(LinkError, match=r"after sample \d+"):
        judge(device, codes_10s, fixed)


def test_the_reset_button_of_a_dead_emulator_is_one_line(fixed):
    with Emulator(build_elf(fixed)) as emulator:
        os.kill(emulator._process.pid, signal.SIGKILL)
        emulator._process.wait()
        with pytest.raises(EarloopError, match=r"^qemu-system-arm: killed by signal 9: "):
            emulator.reset()


def test_an_emulator_that_does_not_listen_is_ended(fixed):
    with Emulator(build_elf(fixed)) as emulator:
        pid = emulator._process.pid
        os.kill(pid, signal.SIGSTOP)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_a_recorder_is_told_of_a_port_lost_for_good_is_no_attempt(tmp_path, design):
    def never():
        raise PortLostError("gone")

    with Recorder(tmp_path / "t", None, design.design_hash) as recorder:
        with nullcontext(recorder.tap_reopen(never)) as reopen, pytest.raises(PortLostError):
            reopen()
        assert recorder._early == []
