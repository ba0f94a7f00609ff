"""Kinds of device: an unknown one is refused everywhere, and every list of kinds is the same."""

from __future__ import annotations

from typing import get_args

import pytest

from earloop.hil.devices import open_device as opening
from earloop.hil.devices.discovery import built_devices
from earloop.hil.devices.earbud import PROCEDURES
from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.kinds import DEVICE_KINDS
from earloop.hil.devices.open_device import DeviceOptions, open_device
from earloop.hil.live import open_live as opening_live
from earloop.hil.live.open_live import open_live
from earloop.hil.plan.device import PlannedDevice
from earloop.spec.errors import EarloopError


@pytest.mark.parametrize("open_one", [open_device, open_live])
def test_an_unknown_kind_is_refused_with_those_that_exist(open_one, fixed):
    with pytest.raises(
        EarloopError, match="'golde' is not a kind of device; valid: golden, rtl, firmware, serial, ble"
    ):
        open_one("golde", fixed, DeviceOptions())


def test_a_kind_that_nothing_opens_is_refused_and_not_judged_as_another(fixed, monkeypatch):
    monkeypatch.setattr(opening, "refuse_unknown_kind", lambda kind: None)
    with pytest.raises(EarloopError, match="nothing opens this kind"):
        open_device("delayed", fixed)


def test_a_device_without_a_live_form_is_refused_and_not_shown_as_another(fixed, monkeypatch):
    class Wrapped:
        """A device of a kind of its own."""

    monkeypatch.setattr(opening_live, "open_device", lambda kind, fixed, options: Wrapped())
    with pytest.raises(EarloopError, match="golden: cannot run live"):
        open_live("golden", fixed, DeviceOptions())


def test_a_plan_and_a_list_of_devices_know_the_same_kinds():
    assert get_args(PlannedDevice.model_fields["kind"].annotation) == DEVICE_KINDS
    built = {device.kind for device in built_devices()}
    assert built | set(PROCEDURES) == set(DEVICE_KINDS)


def test_the_golden_model_still_opens(fixed):
    assert isinstance(open_device("golden", fixed), GoldenDevice)
