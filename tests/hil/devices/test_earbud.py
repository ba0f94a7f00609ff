"""Earbuds behind a port: found by what they say, told apart by serial number, judged as any other device."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
import serial
from serial.tools import list_ports

from earloop.firmware.build import build_elf
from earloop.firmware.emulator import Emulator
from earloop.hil.devices.discovery import find_earbud
from earloop.hil.devices.earbud import SerialEarbud
from earloop.hil.judging.judge import judge
from earloop.hil.judging.tolerances import Tolerances
from earloop.spec.design import parse_design
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.fixed import compile_design
from tests.hil.transcript.short_run import short_recording


@dataclass
class Plugged:
    """What pyserial tells of a port."""

    device: str
    serial_number: str | None = None


@pytest.fixture
def emulator(fixed):
    with Emulator(build_elf(fixed)) as running:
        yield running


@pytest.fixture
def dead_port():
    """A port at which nobody speaks."""
    master, slave = os.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


@pytest.fixture
def plug(monkeypatch):
    return lambda *ports: monkeypatch.setattr(list_ports, "comports", lambda: list(ports))


def test_an_earbud_on_a_serial_port_is_judged_like_any_other(emulator, fixed, codes_10s):
    with SerialEarbud(fixed, port=emulator.port) as earbud:
        assert earbud.identity.kind == "serial"
        assert earbud.identity.design_hash == fixed.design.design_hash
        verdict = judge(earbud, codes_10s, fixed)
    assert verdict.passed, verdict.reasons


def test_the_earbud_is_found_among_ports_that_say_nothing(emulator, dead_port, fixed, plug):
    plug(Plugged(dead_port), Plugged(emulator.port))
    assert find_earbud(fixed) == emulator.port


def test_two_earbuds_are_told_apart_by_serial_number(emulator, fixed, plug):
    with Emulator(build_elf(fixed)) as other:
        plug(Plugged(emulator.port, "A1"), Plugged(other.port, "B2"))
        with pytest.raises(EarloopError, match=r"2 earbuds answer.*A1.*B2.*--serial-number"):
            find_earbud(fixed)
        assert find_earbud(fixed, "B2") == other.port


def test_no_earbud_is_one_line_that_names_the_ports(dead_port, fixed, plug):
    plug(Plugged(dead_port))
    with pytest.raises(EarloopError, match=f"no earbud answers HELLO on {dead_port}"):
        find_earbud(fixed)
    with pytest.raises(EarloopError, match="no port with the USB serial number X9"):
        find_earbud(fixed, "X9")


def test_a_port_that_says_nothing_is_given_up(dead_port, fixed):
    with pytest.raises(LinkError, match=r"earbud silent for \d"), SerialEarbud(fixed, port=dead_port):
        pass


def test_a_port_that_is_not_there_is_one_line(fixed):
    port = "/dev/no-such-port"
    with pytest.raises(LinkError, match=f"{port}: cannot be opened"), SerialEarbud(fixed, port=port):
        pass


def test_an_earbud_of_another_design_is_refused_with_both_hashes(emulator, fixed, codes_10s, design_data):
    design_data["notch"]["q"] = 31.0
    other = compile_design(parse_design(design_data))
    with (
        SerialEarbud(other, port=emulator.port) as earbud,
        pytest.raises(EarloopError, match=f"{fixed.design.design_hash[:12]}.*{other.design.design_hash[:12]}"),
    ):
        judge(earbud, codes_10s, other)


def test_an_earbud_that_is_plugged_in_again_is_known_by_its_number_under_another_name(emulator, fixed, plug, tmp_path):
    before, after = tmp_path / "ttyACM0", tmp_path / "ttyACM1"
    before.symlink_to(emulator.port)
    plug(Plugged(str(before), "A1"))
    opened, really = [], serial.Serial.open

    def note(port):
        really(port)
        opened.append(port)

    def replug(taken):
        if before.is_symlink():
            opened[-1].close()
            before.unlink()
            after.symlink_to(emulator.port)
            plug(Plugged(str(after), "A1"))

    with pytest.MonkeyPatch.context() as patched, SerialEarbud(fixed) as earbud:
        patched.setattr(serial.Serial, "open", note)
        opened.append(earbud.link.line._port)
        verdict = judge(earbud, short_recording(fixed.design), fixed, replug, Tolerances(lost_tokens=1000))
    assert [port.name for port in opened[1:]] == [str(after)]
    assert verdict.passed, verdict.reasons


def test_an_earbud_that_dies_in_mid_stream_is_one_line_that_says_where(emulator, fixed, codes_10s):
    with (
        SerialEarbud(fixed, port=emulator.port) as earbud,
        pytest.raises(LinkError, match=r"after sample \d+"),
    ):
        judge(earbud, codes_10s, fixed, advance=lambda taken: emulator.close())
