"""What is found: each port gets a word, and the earbud that is meant is the one that is taken."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
import serial
from serial.tools import list_ports

from earloop.firmware.build import build_elf
from earloop.firmware.emulator import Emulator
from earloop.hil.devices import discovery
from earloop.hil.devices.discovery import Standing, ask, built_devices, facts, find_earbud, serial_devices
from earloop.spec.design import parse_design
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.fixed import compile_design
from tests.hil.devices.test_earbud import Plugged


@pytest.fixture(scope="module")
def emulator(fixed):
    with Emulator(build_elf(fixed)) as running:
        yield running


@pytest.fixture
def silent_port():
    """Makes ports at which nobody speaks."""
    opened = []

    def make():
        opened.append(os.openpty())
        return os.ttyname(opened[-1][1])

    yield make
    for pair in opened:
        for end in pair:
            os.close(end)


@pytest.fixture
def plug(monkeypatch):
    return lambda *ports: monkeypatch.setattr(list_ports, "comports", lambda: list(ports))


def test_an_earbud_says_all_that_its_hello_says(emulator, fixed, plug):
    plug(Plugged(emulator.port, "A1"))
    (found,) = serial_devices(fixed)
    said = facts(found)
    assert (said["kind"], said["where"], said["serial_number"], said["standing"]) == (
        "serial",
        emulator.port,
        "A1",
        "ready",
    )
    earbud = said["earbud"]
    assert earbud["design_hash"] == fixed.design.design_hash
    assert (earbud["channels"], earbud["bands"], earbud["protocol"]) == (4, 12, 2)
    assert earbud["taps"] == ["decimated", "notched", "bands", "tokens", "codes"]
    assert earbud["sources"] == ["injected", "spi", "bridge"]


def test_an_earbud_of_another_design_is_listed_with_both_hashes(emulator, fixed, design_data, plug):
    design_data["notch"]["q"] = 31.0
    other = compile_design(parse_design(design_data))
    plug(Plugged(emulator.port))
    answer = serial_devices(other)[0].answer
    assert answer.standing is Standing.OTHER_DESIGN
    assert (
        answer.detail
        == f"built for design {fixed.design.design_hash[:12]}, this one is {other.design.design_hash[:12]}"
    )


def test_silent_ports_are_no_earbuds_and_are_asked_all_at_once(fixed, silent_port, plug, monkeypatch):
    """Nobody's first word is said before all are about to speak: one after the other, none would ever get to it."""
    names = [silent_port() for _ in range(8)]
    plug(*map(Plugged, names))
    everyone, spoke, really = threading.Barrier(len(names)), set(), serial.Serial.write

    def write(port, data):
        if port.name not in spoke:
            spoke.add(port.name)
            everyone.wait(timeout=30)
        return really(port, data)

    monkeypatch.setattr(serial.Serial, "write", write)
    found = serial_devices(fixed)
    assert [(one.where, one.answer.standing) for one in found] == [(name, Standing.NO_EARBUD) for name in sorted(names)]


def test_a_port_that_another_program_holds(fixed, silent_port, plug):
    name = silent_port()
    plug(Plugged(name))
    with serial.Serial(name, exclusive=True):
        answer = serial_devices(fixed)[0].answer
    assert answer.standing is Standing.HELD
    assert answer.detail == f"{name}: another program uses this port; end that program, or name another port"


def test_a_port_that_may_not_be_opened_names_the_group_that_may(fixed, silent_port, plug, monkeypatch):
    name = silent_port()

    def forbidden(path, *flags):
        raise PermissionError(errno.EACCES, "Permission denied", path)

    plug(Plugged(name))
    monkeypatch.setattr("serial.serialposix.os.open", forbidden)
    answer = serial_devices(fixed)[0].answer
    assert answer.standing is Standing.FORBIDDEN
    assert f"usermod -aG {Path(name).group()} " in answer.detail


def test_a_port_that_is_not_there_is_unusable(fixed, plug):
    plug(Plugged("/dev/no-such-port"))
    answer = serial_devices(fixed)[0].answer
    assert answer.standing is Standing.UNUSABLE
    assert "/dev/no-such-port: cannot be opened" in answer.detail


def test_a_port_whose_failure_speaks_of_a_protocol_is_no_earbud_of_another(fixed):
    def opened():
        raise LinkError("/dev/ttyUSB0: cannot be opened (Protocol error)")

    answer = ask(opened, fixed)
    assert (answer.standing, answer.detail) == (Standing.UNUSABLE, "/dev/ttyUSB0: cannot be opened (Protocol error)")


def test_an_earbud_is_chosen_by_the_number_of_its_chip_or_by_its_build(emulator, fixed, plug):
    plug(Plugged(emulator.port))
    said = serial_devices(fixed)[0].answer.hello
    assert find_earbud(fixed, said.serial.hex()) == emulator.port
    assert find_earbud(fixed, build=said.build.hex()[:6]) == emulator.port
    with pytest.raises(EarloopError, match=f"no earbud with build 00ff answers; found: {emulator.port}"):
        find_earbud(fixed, build="00ff")


def test_what_cannot_be_built_here_names_the_tool(monkeypatch):
    monkeypatch.setattr(
        discovery, "find_program", lambda tool: {"arm-none-eabi-gcc": None}.get(tool, f"/usr/bin/{tool}")
    )
    found = {device.kind: device.answer for device in built_devices()}
    assert found["golden"].standing is found["rtl"].standing is Standing.READY
    assert found["firmware"].standing is Standing.UNUSABLE
    assert found["firmware"].detail == "arm-none-eabi-gcc not found; see earloop doctor"
