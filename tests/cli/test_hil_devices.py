"""`earloop hil devices`: a table for people, JSON for programs, and a word for each port."""

from __future__ import annotations

import json
import os

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from earloop.firmware.loopback import Loopback
from tests.hil.devices.bluetooth.air import Air
from tests.hil.devices.bluetooth.backend import make_system_bluetooth


@pytest.fixture
def silent_port(monkeypatch):
    """The only port there is, a USB device that says nothing."""
    ends = os.openpty()
    info = ListPortInfo(os.ttyname(ends[1]))
    info.vid, info.pid, info.serial_number, info.product = 0x0483, 0x5740, "A1", "Thermometer"
    monkeypatch.setattr(list_ports, "comports", lambda: [info])
    yield info.device
    for end in ends:
        os.close(end)


def test_a_port_without_an_earbud_is_listed_with_all_that_usb_says(earloop, silent_port):
    ended = earloop("hil", "devices", "--no-ble", "--json")
    assert (ended.status, ended.err) == (0, "")
    listed = {one["kind"]: one for one in json.loads(ended.out)}
    assert listed["golden"]["standing"] == "ready"
    assert listed["serial"] == {
        "kind": "serial",
        "where": silent_port,
        "description": "Thermometer",
        "usb": "0483:5740",
        "serial_number": "A1",
        "standing": "no earbud",
        "detail": None,
        "earbud": None,
    }


def test_the_table_has_a_row_for_each_device(earloop, silent_port):
    ended = earloop("hil", "devices", "--no-ble")
    assert (ended.status, ended.err) == (0, "")
    for word in ("golden", "firmware", "rtl", "Thermometer", "no earbud"):
        assert word in ended.out


def test_without_bluetooth_the_list_says_so_and_ends_well(earloop, silent_port, monkeypatch):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    ended = earloop("hil", "devices", "--json")
    assert (ended.status, ended.err) == (0, "")
    (ble,) = [one for one in json.loads(ended.out) if one["kind"] == "ble"]
    assert ble["standing"] == "cannot be used"
    assert ble["detail"].startswith("ble: no Bluetooth here (")
    assert "\n" not in ble["detail"]


def test_an_earbud_in_the_air_is_listed_with_what_it_can_do(earloop, silent_port, fixed, monkeypatch):
    with Air() as air:
        make_system_bluetooth(air, monkeypatch)
        air.switch_on("C0:00:00:00:00:0A", "earbud", Loopback(fixed))
        listed = json.loads(earloop("hil", "devices", "--json").out)
        ended = earloop("hil", "devices")
    (ble,) = [one for one in listed if one["kind"] == "ble"]
    assert (ble["where"], ble["description"], ble["standing"]) == ("C0:00:00:00:00:0A", "earbud", "ready")
    assert ble["earbud"]["design_hash"] == fixed.design.design_hash
    assert "protocol 2; 4 channels, 12 bands; taps decimated, notched, bands, tokens, codes; samples from" in ended.out


def test_a_run_on_an_earbud_in_the_air_is_one_line_without_bluetooth(refused, session, tmp_path, monkeypatch):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    message = refused("hil", "run", "--device", "ble", "--recording", session, "--out", tmp_path / "out")
    assert message.startswith("ble: no Bluetooth here (")
